"""Look-alikes of the district itself: list them, check now, and see what is looked up."""

from operator import itemgetter

import click

from monitor.cli.check import new_request, request_run
from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.domain.district.domains import list_lookalike_domains
from monitor.domain.district.findings import DistrictFinding
from monitor.domain.errors import InputError
from monitor.services.lookalike_checks import DISTRICT_CHECK, load_inventory
from reports.reason_rendering import render_in_english, render_note

NOT_SET_UP = "The district's own accounts are not listed. Add [official] to the configuration."


@click.group()
def district() -> None:
    """List and check look-alikes of the district's accounts and domains."""


@district.command("list")
@json_option
@pass_cli_context
def list_lookalikes(context: CliContext, *, as_json: bool) -> None:
    """List look-alikes with their status. Reviewers decide on the portal."""
    with context.open_app() as app:
        found, is_off = (
            app.db.district_findings.list_district_findings(),
            app.config.official is None,
        )
    if is_off and not as_json:
        context.output.print_line(f"Look-alikes are not searched for. {NOT_SET_UP}")
    if found or as_json or not is_off:
        _print_rows(context, found, as_json=as_json)


@district.command("check")
@json_option
@pass_cli_context
def check_lookalikes(context: CliContext, *, as_json: bool) -> None:
    """Check all sources and domains now: each day checks one seventh.

    The service does it; exits with 69 if it is not running.
    """
    with context.open_app() as app:
        if app.config.official is None:
            raise InputError(NOT_SET_UP)
        request_run(context, app, new_request(app, DISTRICT_CHECK))
        found = app.db.district_findings.list_district_findings()
        checks = app.db.district_checks.list_district_checks()
    _print_rows(context, found, as_json=as_json)
    if not as_json:
        columns = ("source", "outcome", "asked", "note")
        context.output.print_table(
            columns,
            [
                (check.source, check.outcome, check.asked, render_note(check.note))
                for check in checks
            ],
        )


@district.command("domains")
@json_option
@pass_cli_context
def list_domains(context: CliContext, *, as_json: bool) -> None:
    """List the domains that are looked up, the most likely first."""
    with context.open_app() as app:
        inventory = load_inventory(app)
    if inventory is None:
        raise InputError(NOT_SET_UP)
    domains = list_lookalike_domains(inventory)
    if as_json:
        context.output.print_json(domains)
    else:
        rows = [(domain.name, domain.original, domain.reason) for domain in domains]
        context.output.print_table(("domain", "looks like", "reason"), rows)


def _print_rows(context: CliContext, found: tuple[DistrictFinding, ...], *, as_json: bool) -> None:
    rows = [
        {
            "kind": finding.trace.kind,
            "address": finding.trace.address,
            "state": "gone" if finding.gone_at else finding.state,
            "first_seen": finding.first_seen,
            "last_seen": finding.last_seen,
            "changed_at": finding.changed_at,
            "reasons": list(map(render_in_english, finding.trace.reasons)),
        }
        for finding in found
    ]
    columns = ("kind", "address", "status", "first seen", "last seen")
    read = itemgetter("kind", "address", "state", "first_seen", "last_seen")
    context.output.print_rows(rows, columns, read, "No look-alikes are known.", as_json=as_json)
