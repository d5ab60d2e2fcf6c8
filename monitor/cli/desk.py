"""What every command starts from: the configuration, and the service built from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click

from monitor.build import build
from monitor.cli.output import Output
from monitor.config import Config, load
from monitor.outside import Outside
from monitor.service import Service
from monitor.store.lock import StateLock


@dataclass(frozen=True)
class Desk:
    path: Path
    outside: Outside

    @cached_property
    def config(self) -> Config:
        return load(self.path)

    @cached_property
    def output(self) -> Output:
        return Output(self.config.district.zone)

    @contextmanager
    def service(self) -> Iterator[Service]:
        """Open the district's folder. It takes no lock: reading and ruling need none."""
        with build(self.config, self.outside) as service:
            yield service

    @contextmanager
    def asking(self) -> Iterator[Service]:
        """Open it and take its lock, as whoever uses the network must. Raises BusyError."""
        with self.service() as service, StateLock(self.config.state):
            service.rounds.begin()
            yield service


pass_desk = click.make_pass_decorator(Desk)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
break_glass = click.option(
    "--break-glass",
    "reason",
    metavar="REASON",
    help="Print what is one person's own. It is audited, and they are told at once.",
)
