"""Sources and their status; import, list and remove site lists of other projects."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Self

import click

from monitor.cli.check import told, tried
from monitor.cli.context import Desk, as_json, pass_desk
from monitor.db.database import State
from monitor.db.sources import KeptList, Lists, SourceHealth
from monitor.db.sweeps import CanaryCheck, SourceRun
from monitor.domain.source_trust import Standing
from monitor.errors import InputError, UnavailableError
from monitor.service import Service
from monitor.sources import known_sites
from scrapers.http.throttle import HostState
from scrapers.registry import kinds
from scrapers.sites.catalog import LeftOut
from scrapers.sites.importers import UNRUNNABLE, Form, Imported
from scrapers.source import Declaration, Etiquette, Source

FEW = 3
RESTART = "Restart the service to use it."
SHARE_ALIKE = "WhatsMyName's data is share-alike. Redistribute it only under its own terms."


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--name", help="Name for this list. Default: its format: sherlock, maigret, whatsmyname."
)
@click.option(
    "--dry-run", is_flag=True, help="Read the file and report its contents. Save nothing."
)
@click.option("--each", is_flag=True, help="List each skipped entry, with the reason.")
@as_json
@pass_desk
def import_(  # noqa: PLR0913 - a command line has as many words as it has
    desk: Desk, file: Path, *, name: str | None, dry_run: bool, each: bool, as_json: bool
) -> None:
    """Import a site list: the data file of WhatsMyName, Sherlock or Maigret.

    Replaces a list with the same name. Skips sites for adults or for minors.
    """
    content = _content(file)
    with State.open(desk.config.state):
        lists = Lists(desk.config.state)
        found = lists.compared(str(file), content, known_sites(desk.config), name or "")
        called = name or found.form.lower()
        if not dry_run:
            lists.keep(called, content)
    if as_json:
        desk.output.json({"list": called, **_figures(found), "left_out": _all(found)})
        return
    desk.output.say(f"{called}: {_told(found)}.")
    desk.output.table(*(_each(found) if each else _reasons(found)))
    desk.output.say("Nothing was saved." if dry_run else RESTART)
    if found.form is Form.WHATSMYNAME:
        desk.output.say(SHARE_ALIKE)


@click.command()
@as_json
@pass_desk
def imported(desk: Desk, *, as_json: bool) -> None:
    """List imported site lists, and how much of each is used."""
    with State.open(desk.config.state):
        kept = Lists(desk.config.state).kept(known_sites(desk.config))
    if as_json:
        desk.output.json([_row_of_lists(each) for each in kept])
    elif kept:
        desk.output.table(
            ("list", "form", "entries"),
            [
                (
                    each.name,
                    each.found.form if each.found else "",
                    _told(each.found) if each.found else each.fault,
                )
                for each in kept
            ],
        )
    else:
        desk.output.say("No imported lists. Import one with `namesake sources import FILE`.")


@click.command()
@click.argument("name")
@pass_desk
def remove(desk: Desk, name: str) -> None:
    """Remove an imported list. Earlier findings from it stay."""
    with State.open(desk.config.state):
        Lists(desk.config.state).remove(name)
    desk.output.say(f"Removed {name}. Restart the service to stop using it.")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = f"{file} cannot be read ({error.strerror}). Name the list's data file."
        raise InputError(reason) from error


def _figures(found: Imported) -> dict[str, object]:
    return {
        "form": found.form,
        "usable": len(found.entries),
        "doubles": len(found.doubles),
        "refused": len(found.left_out),
    }


def _told(found: Imported) -> str:
    every = len(found.entries) + len(found.doubles) + len(found.left_out)
    return (
        f"{every} entries: {len(found.entries)} usable, {len(found.doubles)} duplicates,"
        f" {len(found.left_out)} rejected"
    )


def _all(found: Imported) -> tuple[LeftOut, ...]:
    return (*found.left_out, *found.doubles)


def _each(found: Imported) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    columns = ("skipped", "reason", "details")
    return columns, [(each.name, each.reason, each.detail) for each in _all(found)]


def _reasons(found: Imported) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Count the reasons, and name a few of each; patterns are named one and all."""
    counts = Counter(each.reason for each in found.left_out)
    rows: list[tuple[object, ...]] = [
        (count, reason, ", ".join(_named(found, reason))) for reason, count in counts.most_common()
    ]
    if found.doubles:
        names = ", ".join(each.name for each in found.doubles[:FEW])
        rows.append((len(found.doubles), "duplicate of another entry", names))
    return ("skipped", "reason", "examples"), rows


def _named(found: Imported, reason: str) -> Iterator[str]:
    those = [each for each in found.left_out if each.reason == reason]
    for each in those if reason == UNRUNNABLE else those[:FEW]:
        yield f"{each.name} ({each.detail})" if each.detail else each.name


def _row_of_lists(kept: KeptList) -> dict[str, object]:
    figures = _figures(kept.found) if kept.found else {}
    return {"list": kept.name, "fault": kept.fault, **figures}


@click.group()
def sources() -> None:
    """List, test and import sources."""


for command in (import_, imported, remove):
    sources.add_command(command)


@sources.command("list")
@click.option("--off", is_flag=True, help="List sources that are turned off.")
@as_json
@pass_desk
def list_(desk: Desk, *, off: bool, as_json: bool) -> None:
    """List each source with its limits and last outcome."""
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
            ("source", "hosts", "pace", "budget", "outcome", "since", "last self-test passed"),
            [
                (
                    row["source"],
                    ", ".join(source.etiquette.origins),
                    f"{source.etiquette.seconds_between:g} s",
                    _budget(row),
                    row["outcome"] or "not run yet",
                    row["since"],
                    row["proven_at"] or "never",
                )
                for row, source in zip(rows, service.sources.values(), strict=True)
            ],
        )
    else:
        desk.output.say("No sources configured. Add some under [sources].")
    notes = [f"{row['source']}: {row['note']}." for row in rows if row["note"]]
    for sentence in filter(None, (*notes, service.pictures.remedy)):
        desk.output.say(sentence)


@sources.command()
@click.argument("source")
@as_json
@pass_desk
def show(desk: Desk, source: str, *, as_json: bool) -> None:
    """Show what a source asks, discloses and costs, and its recent results."""
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
    """Run the self-test (canaries) of one source or of all sources. Searches for no person.

    With SOURCE, exits with 69 if the source could not be reached or failed its self-test.
    """
    with desk.service() as service:
        if source and source not in service.sources:
            raise InputError(unknown(service, source))
        checks = tried(desk, service, source)
    if source and not checks:
        reason = (
            f"The self-test of {source} did not finish. Try again, and restart the service if you"
            " imported or turned on this source."
        )
        raise UnavailableError(reason)
    _tell(desk, checks, as_json=as_json)
    refuted = any(each.trust.standing is Standing.REFUTED for each in checks)
    return UnavailableError.exit_code if source and refuted else 0


def unknown(service: Service, source: str) -> str:
    """Say why a name is not that of a source that is asked."""
    if source in kinds():
        return f"{source} is turned off. Add it under [sources] to use it."
    listed = "`namesake sources list` lists the sources in use"
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


REMEMBERED = 10
UNKNOWN = "unknown price"
Line = tuple[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`note` says why it was not believed."""

    at: datetime
    standing: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    at: datetime
    outcome: str
    note: str
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`last_good` is when it last answered in full. Its times are None where there was none.

    `asked` and `usd` are those of all runs that are remembered; `usd` is None for a price that
    nobody has looked up.
    """

    outcome: str | None
    since: datetime | None
    note: str
    last_good: datetime | None
    proven_at: datetime | None
    canary: Tried | None
    parked_until: datetime | None
    asked: int
    usd: Decimal | None
    history: tuple[Ran, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`manners` and `health` are None for a source that is turned off."""

    source: str
    declaration: Declaration
    manners: Etiquette | None = None
    health: Health | None = None

    @classmethod
    def of(cls, service: Service, name: str) -> Self:
        """Fill in the sheet of a source; raises InputError for a name that none has."""
        source = service.sources.get(name)
        if source is not None:
            return cls(
                source=name,
                declaration=source.declaration,
                manners=source.etiquette,
                health=_health(service, source),
            )
        kind = kinds().get(name)
        if kind is None:
            reason = (
                f"There is no source {name!r}. See `namesake sources list` and its --off option."
            )
            raise InputError(reason)
        return cls(source=name, declaration=kind.declaration)

    def lines(self) -> Iterator[Line]:
        yield from _declared(self.declaration)
        if self.manners is None or self.health is None:
            yield "in use", "no: turned off; add it under [sources]"
            return
        yield from _mannered(self.manners)
        yield from _doing(self.health)


def _health(service: Service, source: Source) -> Health:
    state, name = service.state, source.name
    known, runs = state.health.get(name), state.sweeps.history(name)
    check = state.canary_checks.get(name)
    asked = sum(run.asked for run in runs)
    good = (run.at for run in runs if run.outcome.conclusive)
    return Health(
        outcome=told(known.outcome) if known else None,
        since=known.since if known else None,
        note=known.note if known else "",
        last_good=next(good, None),
        proven_at=known.proven_at if known else None,
        canary=None if check is None else _tried(check),
        parked_until=_parked(state, source, service.now()),
        asked=asked,
        usd=_cost(source.declaration, asked),
        history=tuple(_ran(run) for run in runs[:REMEMBERED]),
    )


def _cost(declaration: Declaration, asked: int) -> Decimal | None:
    price = declaration.usd_per_1000
    return None if price is None else asked * price / 1000


def _tried(check: CanaryCheck) -> Tried:
    trust = check.trust
    return Tried(at=check.at, standing=trust.standing, outcome=told(trust.outcome), note=trust.note)


def _ran(run: SourceRun) -> Ran:
    return Ran(at=run.at, outcome=told(run.outcome), note=run.note, asked=run.asked)


def _parked(state: State, source: Source, now: datetime) -> datetime | None:
    """Return when its hosts may be asked again, where one of them is left alone until then."""
    hosts = (origin.partition("://")[2].partition(":")[0] for origin in source.etiquette.origins)
    known = (state.hosts.load(host) or HostState(host=host) for host in hosts)
    until = [each.parked_until for each in known if each.parked(now) and each.parked_until]
    return max(until, default=None)


def _declared(declaration: Declaration) -> Iterator[Line]:
    terms, kept = declaration.terms, declaration.retain_text_for
    price = declaration.usd_per_1000
    yield "title", declaration.title
    yield "asks", declaration.asks
    yield "discloses", declaration.discloses
    yield "sees", declaration.sees
    yield "cannot see", declaration.cannot_see
    known = f"${price} for 1,000 requests" if price else "nothing"
    yield "costs", UNKNOWN if price is None else known
    if terms is not None:
        read = f"read on {terms.seen_on}" if terms.seen_on else "not read yet"
        yield "terms", f"{terms.url} ({read})"
    yield "keeps text", f"up to {kept.days} days" if kept else "until its retention period ends"
    if declaration.key is not None:
        wanted = "needed" if declaration.key.required else "possible"
        yield "key", f"{wanted}, as the credential {declaration.key.name}"
    if declaration.notice:
        yield "notice", declaration.notice
    yield "origin", declaration.provenance
    yield "last seen live", declaration.seen_live or "never"


def _mannered(manners: Etiquette) -> Iterator[Line]:
    budget = manners.budget
    limits = [
        f"{most} {when}"
        for most, when in ((budget.daily, "a day"), (budget.weekly, "a week"))
        if most is not None
    ]
    yield "hosts", ", ".join(manners.origins)
    yield "as", manners.access
    yield "pace", f"{manners.seconds_between:g} s between two requests"
    yield "budget", ", ".join(limits) or "no limit"


def _doing(health: Health) -> Iterator[Line]:
    yield "outcome", health.outcome or "not run yet"
    if health.since is not None:
        yield "since", health.since
    if health.note:
        yield "note", health.note
    yield "last good", health.last_good or "never"
    yield "last self-test passed", health.proven_at or "never"
    if health.canary is None:
        yield "self-test", "no manual self-test yet"
    else:
        yield "self-test", f"{health.canary.standing} {health.canary.note}".strip()
        yield "self-test run", health.canary.at
    yield "parked until", health.parked_until or "not parked"
    paid = UNKNOWN if health.usd is None else f"${health.usd:.2f}"
    yield "cost so far", f"{health.asked} queries, {paid}"
    for ran in health.history:
        yield "run", ran.at
        yield "result", f"{ran.outcome} {ran.note}".strip()
