"""The numbers of the service, for Prometheus."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.app.steady_clock import build_clock, measure_jump
from monitor.cli.context import (
    CliContext,
    Output,
    json_option,
    pass_cli_context,
)
from monitor.db.database import Database
from monitor.db.files import write_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.services.metrics import MetricSample


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
    from monitor.services.health import collect_vitals
    from monitor.services.metrics import list_metric_samples, render_metrics

    with Database.open_folder(context.config.state) as db:
        clock = build_clock(context.environment.clock, db)
        vitals = collect_vitals(db, clock.now(), measure_jump(clock))
    print_metrics(list_metric_samples(vitals), render_metrics(vitals), file, as_json=as_json)


def print_metrics(
    samples: "Sequence[MetricSample]", text: bytes, file: Path | None, *, as_json: bool
) -> None:
    """Print the numbers for a program, or write them to a file."""
    if as_json:
        Output("UTC").print_json(samples)
    elif file is None:
        click.echo(text.decode(), nl=False)
    else:
        write_file(file, text)
