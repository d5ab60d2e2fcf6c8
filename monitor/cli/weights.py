"""What the detection rules weigh."""

import click

from monitor.cli.context import Desk, as_json, pass_desk
from monitor.services.weights import load_weights


@click.group()
def weights() -> None:
    """Show what each detection rule weighs."""


@weights.command()
@as_json
@pass_desk
def show(desk: Desk, *, as_json: bool) -> None:
    """Show the weights in use, in bits, and where each figure comes from."""
    used = load_weights(desk.config.detection)
    if as_json:
        desk.output.json(used)
        return
    rows = ((name, bits, used.sources[name]) for name, bits in used.bits.items())
    desk.output.table(("rule", "bits", "source of the figure"), rows)
    desk.output.say(f"Weights in use: version {used.version}.")
