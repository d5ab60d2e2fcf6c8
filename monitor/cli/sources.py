"""Which sources are asked, and how they are doing."""

from collections.abc import Mapping, Sequence

import click

from monitor.cli import lists
from monitor.cli.asking import tried
from monitor.cli.coverage import told
from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.cli.sheet import Sheet
from monitor.domain.trust import Standing
from monitor.errors import InputError, UnavailableError
from monitor.service import Service
from monitor.store.canaries import CanaryCheck
from monitor.store.health import SourceHealth
from scrapers.registry import kinds
from scrapers.source import Source


@click.group()
def sources() -> None:
    """See which sources are asked and how they are doing."""


for command in (lists.import_, lists.imported, lists.remove):
    sources.add_command(command)


@sources.command("list")
@click.option("--off", is_flag=True, help="List what could be asked, and is turned off.")
@as_json
@pass_desk
def list_(desk: Desk, *, off: bool, as_json: bool) -> None:
    """List every source with its manners and its last outcome."""
    with desk.service() as service:
        if off:
            _list_off(desk, service, as_json=as_json)
            return
        health = {each.source: each for each in service.state.health.all()}
        rows = [
            {
                **_row(source, health.get(name)),
                **_spending(service, source),
                "note": _note(service, source, health.get(name)),
            }
            for name, source in service.sources.items()
        ]
        if as_json:
            desk.output.json(rows)
        else:
            _say(desk, service, rows)


def _say(desk: Desk, service: Service, rows: Sequence[Mapping[str, object]]) -> None:
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
    notes = [f"{row['source']}: {row['note']}." for row in rows if row["note"]]
    for sentence in filter(None, (*notes, service.pictures.remedy)):
        desk.output.say(sentence)


@sources.command()
@click.argument("source")
@as_json
@pass_desk
def show(desk: Desk, source: str, *, as_json: bool) -> None:
    """Show what a source asks, tells and costs, and how it has been doing."""
    with desk.service() as service:
        sheet = Sheet.of(service, source)
    if as_json:
        desk.output.json(sheet)
    else:
        desk.output.table(("", source), sheet.lines())


@sources.command()
@click.argument("source", required=False, default="")
@as_json
@pass_desk
def check(desk: Desk, source: str, *, as_json: bool) -> int:
    """Ask one source its canaries now, or all of them: nothing is asked about anybody.

    With a source named, the exit code is 69 where it could not be asked or not be believed.
    """
    with desk.service() as service:
        if source and source not in service.sources:
            raise InputError(unknown(service, source))
        checks = tried(desk, service, source)
    if source and not checks:
        reason = (
            f"{source} was not tried to the end: ask again, and restart the service if it was"
            " brought in or turned on since."
        )
        raise UnavailableError(reason)
    _tell(desk, checks, as_json=as_json)
    refuted = any(each.trust.standing is Standing.REFUTED for each in checks)
    return UnavailableError.exit_code if source and refuted else 0


def unknown(service: Service, source: str) -> str:
    """Say why a name is not that of a source that is asked."""
    if source in kinds():
        return f"{source} is turned off; name it under [sources] to have it asked."
    listed = "`namesake sources list` names those that are asked"
    return f"There is no source {source!r}; {listed} ({len(service.sources)})."


def _tell(desk: Desk, checks: tuple[CanaryCheck, ...], *, as_json: bool) -> None:
    if as_json:
        desk.output.json(checks)
        return
    desk.output.table(
        ("source", "standing", "outcome", "note"),
        (
            (each.source, each.trust.standing, told(each.trust.outcome), each.trust.note)
            for each in checks
        ),
    )


def _list_off(desk: Desk, service: Service, *, as_json: bool) -> None:
    off = [kind for name, kind in kinds().items() if name not in service.sources]
    if as_json:
        desk.output.json([{"source": kind.name, "family": kind.family} for kind in off])
        return
    desk.output.table(
        ("source", "asks", "discloses"),
        [(kind.name, kind.declaration.asks, kind.declaration.discloses) for kind in off],
    )


def _note(service: Service, source: Source, known: SourceHealth | None) -> str:
    """Return what is to be said of a source, since its last sweep or the last try of it."""
    check = service.state.canary_checks.get(source.name)
    tried = check.trust.note if check else ""
    return (known.note if known else "") or tried


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
