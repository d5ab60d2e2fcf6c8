"""What the detection rules weigh."""

import click

from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.config import load_weights


@click.group()
def weights() -> None:
    """Show what each detection rule weighs."""


@weights.command()
@json_option
@pass_cli_context
def show(context: CliContext, *, as_json: bool) -> None:
    """Show the weights in use, in bits, and where each figure comes from."""
    used = load_weights(context.config.detection)
    if as_json:
        context.output.print_json(used)
        return
    rows = ((name, bits, used.sources[name]) for name, bits in used.bits.items())
    context.output.print_table(("rule", "bits", "source of the figure"), rows)
    context.output.print_line(f"Weights in use: version {used.version}.")
