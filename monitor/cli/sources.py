"""Sources and their status; import, list and remove site lists of other projects."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Self

import click

from monitor.app import App
from monitor.app.sources import (
    detect_picture_support,
    load_known_sites,
    load_site_catalog,
)
from monitor.cli.check import describe_outcome, request_self_tests
from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.db.database import Database
from monitor.db.site_lists import SiteList, SiteListStore
from monitor.db.sources import SourceHealth
from monitor.db.sweeps import CanaryCheck, SourceRun
from monitor.domain.errors import InputError, UnavailableError
from monitor.domain.first_contact import ContactStatus
from monitor.domain.source_trust import SourceTrust
from monitor.services.first_contact import ContactStanding, find_contact_standings
from reports.labels import CONTACT_STATUSES, format_site_name
from reports.wording import render_note
from scrapers.crawl.throttle import HostState
from scrapers.registry import discover_built_in_sources
from scrapers.sites.catalog import SiteExclusion
from scrapers.sites.importers import SiteImport, SiteListFormat
from scrapers.source import CrawlPolicy, Source, SourceInfo

EXAMPLES_SHOWN = 3
RESTART = "Restart the service to use it."
SHARE_ALIKE = "WhatsMyName's data is share-alike. Redistribute it only under its own terms."


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="Name for this list. Default: its format: maigret, whatsmyname.")
@click.option(
    "--dry-run", is_flag=True, help="Read the file and report its contents. Save nothing."
)
@click.option("--each", is_flag=True, help="List each skipped entry, with the reason.")
@json_option
@pass_cli_context
def import_site_list(  # noqa: PLR0913 - a command line has as many words as it has
    context: CliContext, file: Path, *, name: str | None, dry_run: bool, each: bool, as_json: bool
) -> None:
    """Import a site list of WhatsMyName or Maigret.

    Replaces a list with the same name. Takes only sites of categories that fit, with an account of
    their own that shows when their answers change.
    """
    content = _read_content(file)
    with Database.open_folder(context.config.state):
        lists = SiteListStore(context.config.state)
        found = lists.compare_new_site_list(
            str(file), content, load_known_sites(context.config), name or ""
        )
        called = name or found.list_format.lower()
        if not dry_run:
            lists.save_site_list(called, content)
    if as_json:
        context.output.print_json(
            {"list": called, **_count_entries(found), "left_out": _list_skipped(found)}
        )
        return
    context.output.print_line(f"{called}: {_describe_import(found)}.")
    context.output.print_table(
        *(_build_skipped_table(found) if each else _build_reasons_table(found))
    )
    context.output.print_line("Nothing was saved." if dry_run else RESTART)
    if found.list_format is SiteListFormat.WHATSMYNAME:
        context.output.print_line(SHARE_ALIKE)


@click.command()
@json_option
@pass_cli_context
def imported(context: CliContext, *, as_json: bool) -> None:
    """List imported site lists, and how much of each is used."""
    with Database.open_folder(context.config.state):
        lists = SiteListStore(context.config.state).read_site_lists(
            load_known_sites(context.config)
        )
    if as_json:
        context.output.print_json([_build_list_row(site_list) for site_list in lists])
    elif lists:
        context.output.print_table(
            ("list", "form", "entries"),
            [
                (
                    site_list.name,
                    site_list.contents.list_format if site_list.contents else "",
                    _describe_import(site_list.contents) if site_list.contents else site_list.fault,
                )
                for site_list in lists
            ],
        )
    else:
        context.output.print_line(
            "No imported lists. Import one with `namesake sources import FILE`."
        )


@click.command()
@click.argument("name")
@pass_cli_context
def remove(context: CliContext, name: str) -> None:
    """Remove an imported list. Earlier findings from it stay."""
    with Database.open_folder(context.config.state):
        SiteListStore(context.config.state).delete_site_list(name)
    context.output.print_line(f"Removed {name}. Restart the service to stop using it.")


def _read_content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = f"{file} cannot be read ({error.strerror}). Name the list's data file."
        raise InputError(reason) from error


def _count_entries(found: SiteImport) -> dict[str, object]:
    return {
        "form": found.list_format,
        "usable": len(found.entries),
        "doubles": len(found.duplicates),
        "refused": len(found.exclusions),
    }


def _describe_import(found: SiteImport) -> str:
    every = len(found.entries) + len(found.duplicates) + len(found.exclusions)
    return (
        f"{every} entries: {len(found.entries)} usable, {len(found.duplicates)} duplicates,"
        f" {len(found.exclusions)} rejected"
    )


def _list_skipped(found: SiteImport) -> tuple[SiteExclusion, ...]:
    return (*found.exclusions, *found.duplicates)


def _build_skipped_table(found: SiteImport) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    columns = ("skipped", "reason", "details")
    return columns, [
        (exclusion.name, exclusion.reason, exclusion.detail) for exclusion in _list_skipped(found)
    ]


def _build_reasons_table(found: SiteImport) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Count the reasons, and name a few of each; patterns are named one and all."""
    counts = Counter(exclusion.reason for exclusion in found.exclusions)
    rows: list[tuple[object, ...]] = [
        (count, reason, ", ".join(_list_examples(found, reason)))
        for reason, count in counts.most_common()
    ]
    if found.duplicates:
        names = ", ".join(duplicate.name for duplicate in found.duplicates[:EXAMPLES_SHOWN])
        rows.append((len(found.duplicates), "duplicate of another entry", names))
    return ("skipped", "reason", "examples"), rows


def _list_examples(found: SiteImport, reason: str) -> Iterator[str]:
    those = [exclusion for exclusion in found.exclusions if exclusion.reason == reason]
    for exclusion in those[:EXAMPLES_SHOWN]:
        yield f"{exclusion.name} ({exclusion.detail})" if exclusion.detail else exclusion.name


def _build_list_row(site_list: SiteList) -> dict[str, object]:
    figures = _count_entries(site_list.contents) if site_list.contents else {}
    return {"list": site_list.name, "fault": site_list.fault, **figures}


@click.group()
def sources() -> None:
    """List, test and import sources."""


for command in (import_site_list, imported, remove):
    sources.add_command(command)


@sources.command("list")
@click.option("--off", is_flag=True, help="List sources that are turned off.")
@json_option
@pass_cli_context
def list_sources(context: CliContext, *, off: bool, as_json: bool) -> None:
    """List sources with limits, outcomes and proof, and sites not asked."""
    with context.open_app() as app:
        if off:
            _print_unused(context, app, as_json=as_json)
            return
        health = {part.source: part for part in app.db.source_health.list_source_health()}
        standing = find_contact_standings(app.db)
        rows = [
            {
                **_build_source_row(source, health.get(name)),
                **_build_quota_columns(app, source),
                "first_contact": standing.get(name, ContactStanding()),
                "proof": _describe_proof(health.get(name), standing.get(name, ContactStanding())),
                "note": _describe_trouble(app, source, health.get(name)),
            }
            for name, source in app.sources.items()
        ]
        if as_json:
            context.output.print_json(rows)
        else:
            _print_sources(context, app, rows)


def _print_sources(context: CliContext, app: App, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        context.output.print_table(
            (
                "source",
                "name",
                "hosts",
                "pace",
                "budget",
                "outcome",
                "since",
                "proof",
            ),
            [
                (
                    row["source"],
                    row["name"],
                    ", ".join(source.crawl_policy.origins),
                    f"{source.crawl_policy.seconds_between:g} s",
                    _format_quota(row),
                    row["outcome"] or "not run yet",
                    row["since"],
                    row["proof"],
                )
                for row, source in zip(rows, app.sources.values(), strict=True)
            ],
        )
    else:
        context.output.print_line("No sources configured. Add some under [sources].")
    silent: dict[str, list[str]] = {}
    for exclusion in load_site_catalog(context.config).exclusions:
        silent.setdefault(exclusion.reason, []).append(exclusion.name)
    if silent:
        context.output.print_table(
            ("not asked because", "sites"),
            [(reason, ", ".join(names)) for reason, names in sorted(silent.items())],
        )
    notes = [f"{row['source']}: {row['note']}." for row in rows if row["note"]]
    for sentence in filter(None, (*notes, detect_picture_support().remedy)):
        context.output.print_line(sentence)


@sources.command()
@click.argument("source")
@json_option
@pass_cli_context
def show(context: CliContext, source: str, *, as_json: bool) -> None:
    """Show what a source asks, discloses, costs and found recently."""
    with context.open_app() as app:
        sheet = SourceSheet.from_name(app, source)
    if as_json:
        context.output.print_json(sheet)
    else:
        context.output.print_table(("", format_site_name(source)), sheet.to_lines())


@sources.command()
@click.argument("source", required=False, default="")
@json_option
@pass_cli_context
def check(context: CliContext, source: str, *, as_json: bool) -> int:
    """Run the self-test (canaries) of one source or of all sources. Searches for no person.

    The service does it; exits with 69 if none runs. With SOURCE, exits with 69 also if the source
    could not be reached or failed its self-test.
    """
    with context.open_app() as app:
        if source and source not in app.sources:
            raise InputError(describe_unknown_source(app, source))
        checks = request_self_tests(context, app, source)
    if source and not checks:
        reason = (
            f"The self-test of {source} did not finish. Try again, and restart the service if you"
            " imported or turned on this source."
        )
        raise UnavailableError(reason)
    _print_checks(context, checks, as_json=as_json)
    refuted = any(test.trust.status is SourceTrust.REFUTED for test in checks)
    return UnavailableError.exit_code if source and refuted else 0


def describe_unknown_source(app: App, source: str) -> str:
    """Say why a name is not that of a source that is asked."""
    if source in discover_built_in_sources():
        return f"{source} is turned off. Add it under [sources] to use it."
    listed = "`namesake sources list` lists the sources in use"
    return f"There is no source {source!r}; {listed} ({len(app.sources)})."


def _print_checks(context: CliContext, checks: tuple[CanaryCheck, ...], *, as_json: bool) -> None:
    if as_json:
        context.output.print_json(
            [
                {
                    "source": check.source,
                    "at": check.at,
                    "trust": {
                        "status": check.trust.status,
                        "outcome": check.trust.outcome,
                        "note": check.trust.note,
                    },
                }
                for check in checks
            ]
        )
        return
    context.output.print_table(
        ("source", "status", "outcome", "note"),
        (
            (
                canary_check.source,
                canary_check.trust.status,
                describe_outcome(canary_check.trust.outcome),
                render_note(canary_check.trust.note),
            )
            for canary_check in checks
        ),
    )


def _print_unused(context: CliContext, app: App, *, as_json: bool) -> None:
    off = [kind for name, kind in discover_built_in_sources().items() if name not in app.sources]
    if as_json:
        context.output.print_json([{"source": kind.name, "family": kind.family} for kind in off])
        return
    context.output.print_table(
        ("source", "asks", "discloses"),
        [(kind.name, kind.info.asks, kind.info.discloses) for kind in off],
    )


def _describe_trouble(app: App, source: Source, health: SourceHealth | None) -> str:
    """Return what is to be said of a source, since its last sweep or the last try of it."""
    check = app.db.canary_checks.find_canary_check(source.name)
    tried = check.trust.note if check else ""
    return render_note((health.note if health else "") or tried)


def _build_quota_columns(app: App, source: Source) -> dict[str, object]:
    budget = source.crawl_policy.quota
    if not budget.is_limited:
        return dict.fromkeys(("per_day", "per_week", "asked_today", "asked_this_week"))
    spent = app.db.request_quota.load_current_usage(source.name, app.clock.now())
    return {
        "per_day": budget.daily,
        "per_week": budget.weekly,
        "asked_today": spent.today,
        "asked_this_week": spent.this_week,
    }


def _format_quota(row: Mapping[str, object]) -> str:
    limits_by_span = (
        (row["asked_today"], row["per_day"], "today"),
        (row["asked_this_week"], row["per_week"], "this week"),
    )
    limits = [
        f"{asked} of {limit} {when}" for asked, limit, when in limits_by_span if limit is not None
    ]
    return ", ".join(limits) or "no limit"


def _build_source_row(source: Source, health: SourceHealth | None) -> dict[str, object]:
    return {
        "source": source.name,
        "name": format_site_name(source.name),
        "family": source.family,
        "origins": source.crawl_policy.origins,
        "seconds_between": source.crawl_policy.seconds_between,
        "outcome": describe_outcome(health.outcome) if health else None,
        "since": health.since if health else None,
        "proven_at": health.proven_at if health else None,
    }


def _describe_proof(health: SourceHealth | None, contact: ContactStanding) -> str:
    """Say when its self-test or a first contact last proved that we understand its answers."""
    if contact.status is ContactStatus.CHANGED:
        return _format_contact(contact)
    days = [day for day in (contact.proven_at, health.proven_at if health else None) if day]
    return f"proven on {max(days):%Y-%m-%d}" if days else "unproven"


def _format_contact(standing: ContactStanding) -> str:
    """Say it in words: proven on a day, changed since that, or never proven."""
    day = f"{standing.proven_at:%Y-%m-%d}" if standing.proven_at else ""
    return CONTACT_STATUSES[standing.status].format(day=day)


RUNS_SHOWN = 10
UNKNOWN_PRICE = "unknown price"
SheetLine = tuple[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTestLine:
    """`note` says why it was not believed."""

    at: datetime
    status: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRunLine:
    at: datetime
    outcome: str
    note: str
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealthReport:
    """`last_good` is when it last answered in full. Its times are None where there was none.

    `asked` and `usd` are those of all runs that are remembered; `usd` is None where
    the price is not known.
    """

    outcome: str | None
    since: datetime | None
    note: str
    last_good: datetime | None
    proven_at: datetime | None
    contact: ContactStanding
    canary: SelfTestLine | None
    parked_until: datetime | None
    asked: int
    usd: Decimal | None
    history: tuple[SourceRunLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSheet:
    """`manners` and `health` are None for a source that is turned off."""

    source: str
    info: SourceInfo
    crawl_policy: CrawlPolicy | None = None
    health: SourceHealthReport | None = None

    @classmethod
    def from_name(cls, app: App, name: str) -> Self:
        """Fill in the sheet of a source; raises InputError for a name that none has."""
        source = app.sources.get(name)
        if source is not None:
            return cls(
                source=name,
                info=source.info,
                crawl_policy=source.crawl_policy,
                health=_build_health_report(app, source),
            )
        kind = discover_built_in_sources().get(name)
        if kind is None:
            reason = (
                f"There is no source {name!r}. See `namesake sources list` and its --off option."
            )
            raise InputError(reason)
        return cls(source=name, info=kind.info)

    def to_lines(self) -> Iterator[SheetLine]:
        yield from _describe_source_info(self.info)
        if self.crawl_policy is None or self.health is None:
            yield "in use", "no: turned off; add it under [sources]"
            return
        policy = self.crawl_policy
        budget = policy.quota
        limits = [
            f"{most} {when}"
            for most, when in ((budget.daily, "a day"), (budget.weekly, "a week"))
            if most is not None
        ]
        yield "hosts", ", ".join(policy.origins)
        yield "as", policy.access
        yield "pace", f"{policy.seconds_between:g} s between two requests"
        yield "budget", ", ".join(limits) or "no limit"
        health = self.health
        yield "outcome", health.outcome or "not run yet"
        if health.since is not None:
            yield "since", health.since
        if health.note:
            yield "note", health.note
        yield "last good", health.last_good or "never"
        yield "last self-test passed", health.proven_at or "never"
        yield "first contact", _format_contact(health.contact)
        if health.canary is None:
            yield "self-test", "no manual self-test yet"
        else:
            yield "self-test", f"{health.canary.status} {health.canary.note}".strip()
            yield "self-test run", health.canary.at
        yield "parked until", health.parked_until or "not parked"
        paid = UNKNOWN_PRICE if health.usd is None else f"${health.usd:.2f}"
        yield "cost so far", f"{health.asked} queries, {paid}"
        for ran in health.history:
            yield "run", ran.at
            yield "result", f"{ran.outcome} {ran.note}".strip()


def _build_health_report(app: App, source: Source) -> SourceHealthReport:
    db, name = app.db, source.name
    health, runs = (
        db.source_health.find_source_health(name),
        db.sweeps.list_runs_of_source(name),
    )
    check = db.canary_checks.find_canary_check(name)
    asked = sum(run.asked for run in runs)
    good = (run.at for run in runs if run.outcome.is_conclusive)
    return SourceHealthReport(
        outcome=describe_outcome(health.outcome) if health else None,
        since=health.since if health else None,
        note=render_note(health.note) if health else "",
        last_good=next(good, None),
        proven_at=health.proven_at if health else None,
        contact=find_contact_standings(db).get(name, ContactStanding()),
        canary=None if check is None else _build_self_test_line(check),
        parked_until=_find_parked_until(db, source, app.clock.now()),
        asked=asked,
        usd=_compute_cost(source.info, asked),
        history=tuple(_build_run_line(run) for run in runs[:RUNS_SHOWN]),
    )


def _compute_cost(source_info: SourceInfo, asked: int) -> Decimal | None:
    price = source_info.usd_per_1000
    return None if price is None else asked * price / 1000


def _build_self_test_line(check: CanaryCheck) -> SelfTestLine:
    trust = check.trust
    return SelfTestLine(
        at=check.at,
        status=trust.status,
        outcome=describe_outcome(trust.outcome),
        note=render_note(trust.note),
    )


def _build_run_line(run: SourceRun) -> SourceRunLine:
    return SourceRunLine(
        at=run.at,
        outcome=describe_outcome(run.outcome),
        note=render_note(run.note),
        asked=run.asked,
    )


def _find_parked_until(db: Database, source: Source, now: datetime) -> datetime | None:
    """Return when its hosts may be asked again, where one of them is left alone until then."""
    hosts = (origin.partition("://")[2].partition(":")[0] for origin in source.crawl_policy.origins)
    host_states = (db.hosts.load_host_state(host) or HostState(host=host) for host in hosts)
    until = [
        state.parked_until for state in host_states if state.is_parked(now) and state.parked_until
    ]
    return max(until, default=None)


def _describe_source_info(source_info: SourceInfo) -> Iterator[SheetLine]:
    terms, text_limit = source_info.terms, source_info.retain_text_for
    price = source_info.usd_per_1000
    yield "title", source_info.title
    yield "asks", source_info.asks
    yield "discloses", source_info.discloses
    yield "sees", source_info.sees
    yield "cannot see", source_info.cannot_see
    cost = f"${price} for 1,000 requests" if price else "nothing"
    yield "costs", UNKNOWN_PRICE if price is None else cost
    if terms is not None:
        read = f"read on {terms.seen_on}" if terms.seen_on else "not read yet"
        yield "terms", f"{terms.url} ({read})"
    yield (
        "keeps text",
        f"up to {text_limit.days} days" if text_limit else "until its retention period ends",
    )
    if source_info.api_key is not None:
        wanted = "needed" if source_info.api_key.required else "possible"
        token = source_info.api_key.app_token
        form = ", in the form ID:SECRET" if token else ""
        yield "key", f"{wanted}, as the credential {source_info.api_key.name}{form}"
        if token:
            yield "token from", token.url
    if source_info.notice:
        yield "notice", source_info.notice
    yield "origin", source_info.provenance
    yield "last seen live", source_info.seen_live or "never"
