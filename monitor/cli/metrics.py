"""The service's numbers, for a monitoring system."""

from pathlib import Path

import click

from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.flows.running.vitals import TakingVitals
from monitor.metrics import exposition, samples
from monitor.store.state import State
from monitor.store.whole_file import put


@click.command()
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to a file that node_exporter's textfile collector reads, whole or not at all.",
)
@as_json
@pass_desk
def metrics(desk: Desk, file: Path | None, *, as_json: bool) -> None:
    """Print how the service is doing in Prometheus' text format. It names nobody."""
    with State.open(desk.config.state) as state:
        vitals = TakingVitals(state=state, now=desk.outside.clock.now).take()
    if as_json:
        desk.output.json(samples(vitals))
        return
    text = exposition(vitals)
    if file is None:
        click.echo(text.decode(), nl=False)
    else:
        put(file, text)
