"""What the rules weigh: shown, learnt from counts of verdicts, and chosen."""

import click

from monitor.cli.context import Desk, as_json, pass_desk
from monitor.domain.detection.weights import Weights
from monitor.errors import InputError
from monitor.services.weights import Shelf, own_weights, weights_in_use


@click.group()
def weights() -> None:
    """Show what the rules weigh, learn new weights from counts, and choose a version."""


@weights.command()
@click.argument("version", type=int, required=False)
@as_json
@pass_desk
def show(desk: Desk, version: int | None, *, as_json: bool) -> None:
    """Show the weights in use, or those of a version, and which versions there are."""
    shelf = Shelf.of(desk.config)
    used = weights_in_use(desk.config)
    shown = used if version is None else shelf.get(version)
    if as_json:
        desk.output.json({"in_use": used.version, "versions": shelf.versions(), "shown": shown})
        return
    desk.output.table(("rule", "bits", "where it comes from"), _rows(shown))
    listed = ", ".join(map(str, shelf.versions()))
    desk.output.say(f"This is version {shown.version}; {used.version} is in use, of {listed}.")


@weights.command()
@as_json
@pass_desk
def learn(desk: Desk, *, as_json: bool) -> None:
    """Count verdicts across people, and write a new version of what they change.

    Only counts of rules are read, of five people or more; each change is checked on people it was
    not learnt from. The new version does nothing before it is chosen.
    """
    shelf = Shelf.of(desk.config)
    with desk.service() as service:
        proposal = service.tallying.propose(own_weights(), shelf.next_version)
        path = shelf.add(proposal.weights)
        service.tallying.note("learnt-weights", proposal.weights.version)
    if as_json:
        desk.output.json({"version": proposal.weights.version, "moved": proposal.moved})
        return
    desk.output.table(
        ("rule", "before", "after", "verdicts", "gain in bits"),
        (
            (each.rule, each.before, each.after, f"{each.verdicts}+", f"{each.gain:.1f}")
            for each in proposal.moved
        ),
    )
    version = proposal.weights.version
    desk.output.say(f"Written to {path}; `namesake weights use {version}` puts it to work.")


@weights.command()
@click.argument("version", type=int)
@pass_desk
def use(desk: Desk, version: int) -> None:
    """Choose a version; the one before is one command away."""
    if desk.config.detection.weights is not None:
        reason = "The configuration names the weights; take out `weights` under [detection] first."
        raise InputError(reason)
    shelf = Shelf.of(desk.config)
    chosen = shelf.use(version)
    with desk.service() as service:
        service.tallying.note("chose-weights", chosen.version)
    desk.output.say(
        f"Version {chosen.version} counts from now on; a running service takes it up when it is "
        "started again."
    )


def _rows(shown: Weights) -> list[tuple[object, ...]]:
    return [(name, bits, shown.sources[name]) for name, bits in shown.bits.items()]
