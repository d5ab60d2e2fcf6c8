"""The numbers of the service, for Prometheus."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.app.steady_clock import build_clock, measure_jump
from monitor.cli.context import CliContext, Output, json_option, pass_cli_context
from monitor.db.atomic_files import write_file
from monitor.db.database import Database

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

    from monitor.services.health import Vitals


@click.command()
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file for node_exporter's textfile collector, all or nothing.",
)
@json_option
@pass_cli_context
def metrics(context: CliContext, file: Path | None, *, as_json: bool) -> None:
    """Print the service's metrics in Prometheus text format. They contain no names."""
    from monitor.app.sources import build_sources
    from monitor.services.health import collect_vitals

    with Database.open_folder(context.config.state) as db:
        clock = build_clock(context.environment.clock, db)
        vitals = collect_vitals(db, clock.now(), build_sources(context.config), measure_jump(clock))
    print_metrics(vitals, file, as_json=as_json)


def print_metrics(numbers: "Vitals | Collector", file: Path | None, *, as_json: bool) -> None:
    """Print the numbers for a program, or write them to a file."""
    from monitor.services.metrics import list_metric_samples, render_metrics

    if as_json:
        samples = list_metric_samples(numbers)
        rows = [{"name": s.name, "labels": s.labels, "value": s.value} for s in samples]
        Output("UTC").print_json(rows)
    elif file is None:
        click.echo(render_metrics(numbers).decode(), nl=False)
    else:
        write_file(file, render_metrics(numbers))
