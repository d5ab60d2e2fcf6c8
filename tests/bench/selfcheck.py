"""What somebody waits for who presses "Check now": `python -m tests.bench.selfcheck` prints JSON.

The made-up internet, the service and the pages are each a process of their own, as in the field.
What is timed is what the stream of the page says, from the press of the button on.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from http.client import HTTPConnection, HTTPResponse
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from bs4 import BeautifulSoup
from msgspec import structs

from monitor.config.sections import Config, PortalConfig
from monitor.db.database import Database
from monitor.demo.district import StaffMember
from monitor.web.server import LOOPBACK
from tests.bench import scale
from tests.bench.apart import Site, at_work, cookies
from tests.bench.sweep import configuration, enrol
from tests.real.process import free_ports

PAGE = "/me/check"
ANSWERED = re.compile(r", [1-9]\d* answers?")
RESULT = re.compile(r"Searching now, \d+ answer|Answered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`interval` are the seconds between two requests at a host; 0 asks without a pause."""

    sites: int = 60
    handles: int = 8
    interval: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Seconds from the press of the button until the page told it.

    `result` is the first answer about the person from a source whose tests came out right;
    `longest_gap` is the longest time for which the page told nothing new, from `gap_at` on.
    """

    heard: float
    answer: float
    result: float
    trace: float
    done: float
    longest_gap: float
    gap_at: float
    events: int
    traces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event of the stream: `at` is in seconds from the press of the button."""

    at: float
    html: BeautifulSoup
    live: bool

    @property
    def answered(self) -> bool:
        words = self.html.find(attrs={"data-words": True})
        return words is not None and ANSWERED.search(words.text) is not None

    @property
    def sourced(self) -> bool:
        return any(RESULT.search(element.text) for element in self.html.select(".source"))

    @property
    def traces(self) -> int:
        return len(self.html.select(".found li"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    port: int
    cookie: str

    def check(self) -> Iterator[Told]:
        """Press the button, and yield what the page says from then on."""
        form = self._asked("GET", PAGE).read()
        token = BeautifulSoup(form, "lxml").find(attrs={"name": "csrf"})
        assert token is not None
        began = monotonic()
        self._asked("POST", PAGE, f"csrf={token['value']}").read()
        for line in self._asked("GET", f"{PAGE}/stream"):
            if line.startswith(b"data: "):
                told = json.loads(line.removeprefix(b"data: "))
                html = BeautifulSoup(told["html"], "lxml")
                yield Told(at=monotonic() - began, html=html, live=told["live"])

    def _asked(self, method: str, path: str, body: str = "") -> HTTPResponse:
        line = HTTPConnection(LOOPBACK, self.port, timeout=30)
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        line.request(method, path, body or None, {"Cookie": self.cookie, **kind})
        return line.getresponse()


def measured(size: Size) -> tuple[Figures, ...]:
    """Check a person of a new district, and then another one, when each source has been proved."""
    with TemporaryDirectory() as folder, scale.run_server_process(size.sites) as web:
        (port,) = free_ports(1)
        config = structs.replace(
            vouched(configuration(Path(folder), size.sites)),
            portal=PortalConfig(address=f"http://{LOOPBACK}:{port}"),
        )
        with Database.create_or_open_folder(config.state) as state:
            enrol(
                state, tuple(with_handles(member, size.handles) for member in scale.build_staff(2))
            )
        site = Site(config=config, web=web.address_map, port=port, stretch=size.interval)
        readers = [Reader(port=port, cookie=cookie) for cookie in cookies(site, 2)]
        with at_work(site):
            return tuple(_checks(readers, rested=size.interval))


def vouched(config: Config) -> Config:
    """Vouch for the accounts that the sites are known to have, so that these are tests, too."""
    (file,) = config.sources.sites.files
    entries = json.loads(file.read_text("utf-8"))["sites"]
    told = {"sites": [{**entry, "provenance": "made up"} for entry in entries]}
    file.write_text(json.dumps(told), "utf-8")
    return config


def _checks(readers: Iterable[Reader], *, rested: float) -> Iterator[Figures]:
    """Check one after the other; each finds hosts that have had their rest."""
    for reader in readers:
        yield figured(list(reader.check()))
        sleep(rested)


def figured(told: list[Told]) -> Figures:
    times = [0.0, *(one_told.at for one_told in told)]
    gap, gap_at = max((after - before, before) for before, after in pairwise(times))
    return Figures(
        heard=_first(told, lambda one_told: bool(one_told.html.select(".source"))),
        answer=_first(told, lambda one_told: one_told.answered),
        result=_first(told, lambda one_told: one_told.sourced),
        trace=_first(told, lambda one_told: one_told.traces > 0),
        done=told[-1].at,
        longest_gap=gap,
        gap_at=gap_at,
        events=len(told),
        traces=max(one_told.traces for one_told in told),
    )


def _first(told: list[Told], is_so: Callable[[Told], bool]) -> float:
    return next((one_told.at for one_told in told if is_so(one_told)), float("nan"))


def with_handles(member: StaffMember, count: int) -> StaffMember:
    (handle,) = member.person.handles
    handles = tuple(f"{handle}{number}" for number in range(count))
    return replace(member, person=replace(member.person, handles=handles))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    for name, usual in asdict(Size()).items():
        options.add_argument(f"--{name}", type=type(usual), default=usual)
    for figures in measured(Size(**vars(options.parse_args()))):
        told = {name: round(value, 2) for name, value in asdict(figures).items()}
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
