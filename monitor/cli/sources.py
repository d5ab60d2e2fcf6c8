"""Which sources are asked, and how they are doing."""

import click

from monitor.cli.coverage import told
from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.store.health import SourceHealth
from scrapers.source import Source


@click.group()
def sources() -> None:
    """See which sources are asked and how they are doing."""


@sources.command("list")
@as_json
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List every source with its manners and its last outcome."""
    with desk.service() as service:
        health = {each.source: each for each in service.state.health.all()}
        rows = [_row(source, health.get(name)) for name, source in service.sources.items()]
    if as_json:
        desk.output.json(rows)
    elif rows:
        desk.output.table(
            ("source", "asked at", "pace", "outcome", "since", "proven"),
            [
                (
                    row["source"],
                    ", ".join(source.etiquette.origins),
                    f"{source.etiquette.seconds_between:g} s",
                    row["outcome"] or "not asked yet",
                    row["since"],
                    row["proven_at"] or "unproven",
                )
                for row, source in zip(rows, service.sources.values(), strict=True)
            ],
        )
    else:
        desk.output.say("No source is configured; name some under [sources].")


@sources.command()
@as_json
@pass_desk
def check(desk: Desk, *, as_json: bool) -> None:
    """Ask every source its canaries now: nothing is asked about anybody."""
    with desk.asking() as service:
        verdicts = service.canaries.ask()
    if as_json:
        desk.output.json(verdicts)
        return
    desk.output.table(
        ("source", "standing", "outcome", "note"),
        (
            (each.source, each.trust.standing, told(each.trust.outcome), each.trust.note)
            for each in verdicts
        ),
    )


def _row(source: Source, known: SourceHealth | None) -> dict[str, object]:
    return {
        "source": source.name,
        "family": source.family,
        "origins": source.etiquette.origins,
        "seconds_between": source.etiquette.seconds_between,
        "outcome": told(known.outcome) if known else None,
        "since": known.since if known else None,
        "proven_at": known.proven_at if known else None,
    }
