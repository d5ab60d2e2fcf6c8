"""Digests and the outbox: preview and send, list undelivered emails, retry them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import click

from monitor.app import App
from monitor.cli.context import (
    CASES_LEFT_OUT,
    CliContext,
    break_glass_option,
    escape_controls,
    json_option,
    pass_cli_context,
)
from monitor.db.outbox import OutboxEmail
from monitor.domain.email import DeliveryStatus
from monitor.domain.errors import NotPermittedError
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import EmailState

BREAK_GLASS_SUBJECT = Reason("seen.digest")


@click.group()
def digest() -> None:
    """Preview one person's digest, or send the emails that are due."""


@digest.command()
@click.argument("person")
@break_glass_option
@click.option("--html", is_flag=True, help="Print the HTML part instead of the text.")
@json_option
@pass_cli_context
def preview(
    context: CliContext, person: str, reason: str | None, *, html: bool, as_json: bool
) -> None:
    """Print a person's next digest without their cases. The person is notified at once."""
    from monitor.domain import case
    from monitor.services import digests
    from monitor.services.break_glass import record_break_glass
    from reports.emails import registry

    if reason is None:
        sentence = (
            "A digest belongs to the person it is about. --break-glass REASON prints it. "
            "That is audited, and the person is notified at once."
        )
        raise NotPermittedError(sentence)
    with context.open_app() as app:
        view = digests.build_digest_view(app, person, case.FlaggedFindings.LEFT_OUT)
        left_out = len(app.db.cases.list_cases_of_person(person))
        record_break_glass(app, person, BREAK_GLASS_SUBJECT, reason)
        email = registry.render_email(view)
    if as_json:
        parts = {"subject": email.subject, "text": email.text, "html": email.html}
        context.output.print_json({**parts, "cases_left_out": left_out})
        return
    if left_out:
        click.echo(CASES_LEFT_OUT.format(left_out), err=True)
    # The HTML is made for a program, and pads its first line with invisible characters.
    click.echo(email.html if html else escape_controls(email.text))


@digest.command()
@json_option
@pass_cli_context
def send(context: CliContext, *, as_json: bool) -> None:
    """Send every email that is due now. Show how many could not be sent, and why."""
    from monitor.services import outbox

    with context.open_app_locked() as app:
        counts = outbox.send_due(app)
        # The mail server's response contains no names.
        emails = app.db.outbox.list_emails()
        waiting = Counter(
            email.error for email in emails if email.error and email.state is EmailState.QUEUED
        )
    if as_json:
        numbers = {status.value: counts[status] for status in DeliveryStatus}
        context.output.print_json({**numbers, "waiting": waiting})
        return
    context.output.print_line(
        f"{counts[DeliveryStatus.ACCEPTED]} sent, {counts[DeliveryStatus.DEFERRED]} to retry, "
        f"{counts[DeliveryStatus.REFUSED]} refused, {counts[DeliveryStatus.DROPPED]} given up, "
        f"{counts[DeliveryStatus.HELD]} on hold."
    )
    if waiting:
        context.output.print_table(("reason", "emails"), waiting.most_common())


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeliveredEmail:
    """`recipient_id` is opaque. The text of an email is for its reader only."""

    id: str
    kind: str
    recipient_id: str
    state: EmailState
    since: datetime
    attempts: int
    next_try: datetime | None
    reason: str


@click.group()
def mail() -> None:
    """List queued and failed emails, retry them, and resume a paused address."""


@mail.command("list")
@json_option
@pass_cli_context
def list_emails(context: CliContext, *, as_json: bool) -> None:
    """List queued and failed emails, with the reason."""
    with context.open_app() as app:
        rows = tuple(_list_undelivered(app))
    if as_json:
        context.output.print_json(rows)
    elif rows:
        context.output.print_table(
            ("id", "kind", "to", "state", "since", "tries", "next try", "reason"),
            (
                (
                    row.id,
                    row.kind,
                    row.recipient_id,
                    row.state,
                    row.since,
                    row.attempts,
                    row.next_try,
                    row.reason,
                )
                for row in rows
            ),
        )
    else:
        context.output.print_line("No queued or failed emails.")


@mail.command()
@click.argument("email_ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Retry all failed emails.")
@pass_cli_context
def retry(context: CliContext, email_ids: tuple[str, ...], *, everything: bool) -> None:
    """Retry failed emails for another five days."""
    if bool(email_ids) is everything:
        reason = "Name the emails to retry, or use --all."
        raise click.UsageError(reason)
    with context.open_app() as app:
        outbox, now = app.db.outbox, app.clock.now()
        chosen = email_ids or tuple(
            email.id for email in outbox.list_dead_emails() if email.readable
        )
        with app.db.begin_transaction():
            for email_id in chosen:
                outbox.requeue_dead_email(email_id, now)
                app.db.audit.append_entry(now, "operator", "email-retried", email_id, {})
    context.output.print_line(f"Queued again: {len(chosen)}.")


@mail.command()
@json_option
@pass_cli_context
def paused(context: CliContext, *, as_json: bool) -> None:
    """List people whose address rejects email, by reference."""
    with context.open_app() as app:
        rows = app.db.suppression_list.list_suppressions()
    if as_json:
        context.output.print_json(rows)
    elif rows:
        table = ((row.person_id, row.status, row.since) for row in rows)
        context.output.print_table(("id", "response", "since"), table)
    else:
        context.output.print_line("No paused addresses.")


@mail.command()
@click.argument("person")
@pass_cli_context
def resume(context: CliContext, person: str) -> None:
    """Resume email to a person whose address works again. Queued emails go out at once."""
    from monitor.services import bounces

    with context.open_app() as app:
        bounces.resume_address(app, person)
    context.output.print_line("Email to this address is resumed.")


def _list_undelivered(app: App) -> Iterator[UndeliveredEmail]:
    for email in app.db.outbox.list_emails():
        if email.state is not EmailState.SENT:
            yield _build_email_row(email)


def _build_email_row(email: OutboxEmail) -> UndeliveredEmail:
    waits = email.state is EmailState.QUEUED
    return UndeliveredEmail(
        id=email.id,
        kind=email.kind,
        recipient_id=email.recipient_id,
        state=email.state,
        since=email.queued_at,
        attempts=email.attempts,
        next_try=email.due_at if waits else None,
        reason=email.error,
    )
