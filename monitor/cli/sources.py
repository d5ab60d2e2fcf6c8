"""Which sources are asked, and how they are doing."""

from collections.abc import Mapping

import click

from monitor.build import Service
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
        rows = [
            {**_row(source, health.get(name)), **_spending(service, source)}
            for name, source in service.sources.items()
        ]
        remedy = service.pictures.remedy
    if as_json:
        desk.output.json(rows)
        return
    if rows:
        desk.output.table(
            ("source", "asked at", "pace", "budget", "outcome", "since", "proven"),
            [
                (
                    row["source"],
                    ", ".join(source.etiquette.origins),
                    f"{source.etiquette.seconds_between:g} s",
                    _budget(row),
                    row["outcome"] or "not asked yet",
                    row["since"],
                    row["proven_at"] or "unproven",
                )
                for row, source in zip(rows, service.sources.values(), strict=True)
            ],
        )
    else:
        desk.output.say("No source is configured; name some under [sources].")
    if remedy:
        desk.output.say(remedy)


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


def _spending(service: Service, source: Source) -> dict[str, object]:
    budget = source.etiquette.budget
    if not budget.limited:
        return dict.fromkeys(("per_day", "per_week", "asked_today", "asked_this_week"))
    spent = service.state.spending.of(source.name, service.now())
    return {
        "per_day": budget.daily,
        "per_week": budget.weekly,
        "asked_today": spent.today,
        "asked_this_week": spent.this_week,
    }


def _budget(row: Mapping[str, object]) -> str:
    told = (
        (row["asked_today"], row["per_day"], "today"),
        (row["asked_this_week"], row["per_week"], "this week"),
    )
    limits = [f"{asked} of {limit} {when}" for asked, limit, when in told if limit is not None]
    return ", ".join(limits) or "no limit"


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
