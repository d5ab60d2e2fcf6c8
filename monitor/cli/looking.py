"""Looking into a district's folder, or into that of a demo, where nobody is real."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from msgspec import structs

from monitor.build import build
from monitor.cli.desk import Desk
from monitor.cli.output import Output
from monitor.config import StudentsConfig
from monitor.demo import stage
from monitor.demo.district import ZONE
from monitor.errors import InputError
from monitor.service import Service

demo_folder = click.option(
    "--demo",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Look into the folder of a demo instead, where nobody is real.",
)


@contextmanager
def opened(desk: Desk, folder: Path | None) -> Iterator[tuple[Service, Output]]:
    """Open the district's folder, or that of a demo: no matcher is needed to look."""
    if folder is None:
        with desk.service() as service:
            yield service, desk.output
        return
    if not (folder / stage.MARKER).exists():
        sentence = f"{folder} was not made by a demo: `namesake demo` makes one."
        raise InputError(sentence)
    config = structs.replace(stage.configuration(folder), students=StudentsConfig())
    with build(config, desk.outside) as service:
        yield service, Output(ZONE)
