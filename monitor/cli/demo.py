"""The made-up district, from the first invitation to the third digest."""

from pathlib import Path

import click

from monitor.cli.demo_pages import serve
from monitor.cli.output import Output
from monitor.cli.retelling import retell
from monitor.demo.district import ZONE
from monitor.demo.story import play
from monitor.errors import CannotWriteError


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("namesake-demo"),
    show_default=True,
    help="Where the demo keeps its district and its letters; emptied at each start.",
)
@click.option("--serve", "pages", is_flag=True, help="Then show its pages, on this machine only.")
@click.option(
    "--port",
    type=click.IntRange(1024, 65535),
    default=8765,
    show_default=True,
    help="The port of the pages.",
)
def demo(out: Path, port: int, *, as_json: bool, pages: bool) -> None:
    """Play three weeks in a made-up district on a made-up internet."""
    output = Output(ZONE)
    _make(out)
    if as_json:
        output.json(play(out))
    else:
        retell(out, output.console)
    if pages:
        serve(out, port, output)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"{folder} cannot be made ({error.strerror}); name another one with --out."
        raise CannotWriteError(reason) from error
