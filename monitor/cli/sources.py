"""What sources are asked, disclose and cost, how they did, and their self-tests."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from monitor.app import App
from monitor.app.sources import detect_picture_support, load_site_catalog
from monitor.cli.check import describe_outcome, describe_unknown_source, request_self_tests
from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.db.sources import SourceHealth
from monitor.db.sweeps import CanaryCheck
from monitor.domain.errors import InputError, UnavailableError
from monitor.domain.first_contact import ContactStatus
from monitor.domain.source_trust import SourceTrust
from monitor.services.first_contact import ContactStanding, find_contact_standings
from reports.dates import format_day
from reports.labels.findings import format_site_name
from reports.labels.office import CONTACT_STATUSES
from reports.reason_rendering import render_note
from scrapers.crawl.throttle import HostState
from scrapers.source import Source, SourceInfo
from scrapers.source_discovery import discover_built_in_sources


@click.command("list")
@click.option("--off", is_flag=True, help="List sources that are turned off.")
@json_option
@pass_cli_context
def list_sources(context: CliContext, *, off: bool, as_json: bool) -> None:
    """List sources with limits and outcomes, and sites not asked."""
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
            _print_sources(context, rows)


def _print_sources(context: CliContext, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        context.output.print_table(
            ("source", "name", "budget", "outcome", "since", "proof"),
            [
                (
                    row["source"],
                    row["name"],
                    _format_quota(row),
                    row["outcome"] or "not run yet",
                    format_day(since, context.output.zone) if isinstance(since, datetime) else "",
                    row["proof"],
                )
                for row in rows
                for since in (row["since"],)
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


@click.command()
@click.argument("source")
@json_option
@pass_cli_context
def show(context: CliContext, source: str, *, as_json: bool) -> None:
    """Show what a source asks, discloses and costs."""
    with context.open_app() as app:
        sheet = _build_sheet(app, source)
    if as_json:
        context.output.print_json(sheet)
    else:
        context.output.print_table(("", format_site_name(source)), _list_sheet_lines(sheet))


@click.command()
@click.argument("source", required=False, default="")
@json_option
@pass_cli_context
def check(context: CliContext, source: str, *, as_json: bool) -> int:
    """Run the self-test of a source, or of all. Searches for no person.

    It looks up known accounts and one that cannot exist (canaries).

    The service does it; exits with 69 if it is not running. With SOURCE, also exits with 69 if the
    source could not be reached or failed its self-test.
    """
    with context.open_app() as app:
        if source and source not in app.sources:
            raise InputError(describe_unknown_source(app, source))
        checks = request_self_tests(context, app, source)
    if source and not checks:
        raise UnavailableError(
            f"The self-test of {source} did not finish. Try again, and restart the service if you"
            " turned on this source."
        )
    _print_checks(context, checks, as_json=as_json)
    refuted = any(test.trust.status is SourceTrust.REFUTED for test in checks)
    return UnavailableError.exit_code if source and refuted else 0


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


def _build_sheet(app: App, name: str) -> dict[str, Any]:
    """Return the sheet of a source; raise InputError for a name that none has.

    `crawl_policy` and `health` are None for a source that is turned off.
    """
    source = app.sources.get(name)
    if source is not None:
        policy, health = source.crawl_policy, _build_health_report(app, source)
        return {"source": name, "info": source.info, "crawl_policy": policy, "health": health}
    kind = discover_built_in_sources().get(name)
    if kind is None:
        raise InputError(
            f"There is no source {name!r}. See `namesake sources list` and its --off option."
        )
    return {"source": name, "info": kind.info, "crawl_policy": None, "health": None}


def _list_sheet_lines(sheet: Mapping[str, Any]) -> Iterator[SheetLine]:
    yield from _describe_source_info(sheet["info"])
    policy, health = sheet["crawl_policy"], sheet["health"]
    if policy is None:
        yield "in use", "no: turned off; add it under [sources]"
        return
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
    yield "outcome", health["outcome"] or "not run yet"
    if health["since"] is not None:
        yield "since", health["since"]
    if health["note"]:
        yield "note", health["note"]
    yield "last good", health["last_good"] or "never"
    yield "last self-test passed", health["proven_at"] or "never"
    yield "first contact", _format_contact(health["contact"])
    test = health["canary"]
    if test is None:
        yield "self-test", "no manual self-test yet"
    else:
        yield "self-test", f"{test['status']} {test['note']}".strip()
        yield "self-test run", test["at"]
    yield "parked until", health["parked_until"] or "not parked"
    paid = UNKNOWN_PRICE if health["usd"] is None else f"${health['usd']:.2f}"
    yield "cost so far", f"{health['asked']} queries, {paid}"
    for ran in health["history"]:
        yield "run", ran["at"]
        yield "result", f"{ran['outcome']} {ran['note']}".strip()


def _build_health_report(app: App, source: Source) -> dict[str, Any]:
    """Say how it does. `last_good` is when it last answered in full.

    `asked` and `usd` are those of all runs that are remembered; `usd` is None where the price is
    not known.
    """
    db, name = app.db, source.name
    health, runs = (db.source_health.find_source_health(name), db.sweeps.list_runs_of_source(name))
    check = db.canary_checks.find_canary_check(name)
    asked = sum(run.asked for run in runs)
    good = (run.at for run in runs if run.outcome.is_conclusive)
    # When its hosts may be asked again, where one of them is left alone until then.
    now = app.clock.now()
    hosts = (origin.partition("://")[2].partition(":")[0] for origin in source.crawl_policy.origins)
    host_states = (db.hosts.load_host_state(host) or HostState(host=host) for host in hosts)
    until = [
        state.parked_until for state in host_states if state.is_parked(now) and state.parked_until
    ]
    price = source.info.usd_per_1000
    return {
        "outcome": describe_outcome(health.outcome) if health else None,
        "since": health.since if health else None,
        "note": render_note(health.note) if health else "",
        "last_good": next(good, None),
        "proven_at": health.proven_at if health else None,
        "contact": find_contact_standings(db).get(name, ContactStanding()),
        "canary": {
            "at": check.at,
            "status": check.trust.status,
            "outcome": describe_outcome(check.trust.outcome),
            "note": render_note(check.trust.note),
        }
        if check
        else None,
        "parked_until": max(until, default=None),
        "asked": asked,
        "usd": None if price is None else asked * price / 1000,
        "history": [
            {
                "at": run.at,
                "outcome": describe_outcome(run.outcome),
                "note": render_note(run.note),
                "asked": run.asked,
            }
            for run in runs[:RUNS_SHOWN]
        ],
    }


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
        read = f"read on {terms.seen_on}" if terms.seen_on else "not read there yet"
        yield "terms", f"{terms.url} ({read})"
        if terms.as_of:
            yield f"of {terms.as_of}", terms.clause
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
