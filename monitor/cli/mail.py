"""Digests and the outbox: preview and send, list undelivered emails, retry them."""

from collections import Counter
from collections.abc import Iterator
from operator import attrgetter, itemgetter

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
from monitor.domain.email_delivery import DeliveryStatus
from monitor.domain.english_dates import format_local_time
from monitor.domain.errors import NotPermittedError, UnavailableError
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import EmailState

BREAK_GLASS_SUBJECT = Reason("seen.digest")


@click.group()
def mail() -> None:
    """Preview and send emails, list and retry them, and resume a paused address."""


@mail.command()
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
        raise NotPermittedError(
            "A digest belongs to the person it is about. --break-glass REASON prints it. "
            "That is audited, and the person is notified at once."
        )
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


@mail.command()
@json_option
@pass_cli_context
def send(context: CliContext, *, as_json: bool) -> int:
    """Send every email that is due now. Show how many could not be sent, and why.

    Exits with 69 if the mail server took none of them, or none at the last try and the next one is
    not due yet.
    """
    from monitor.services import outbox

    with context.open_app_locked() as app:
        counts = outbox.send_due(app)
        # The mail server's response contains no names.
        queued = [
            email
            for email in app.db.outbox.list_emails()
            if email.error and email.state is EmailState.QUEUED
        ]
        trouble = app.db.outbox.find_current_trouble()
    waiting = Counter(email.error for email in queued)
    next_try = min((email.due_at for email in queued), default=None)
    took_none = (counts[DeliveryStatus.DEFERRED] or trouble) and not counts[DeliveryStatus.ACCEPTED]
    code = UnavailableError.exit_code if took_none else 0
    if as_json:
        numbers = {status.value: counts[status] for status in DeliveryStatus}
        context.output.print_json({**numbers, "waiting": waiting, "next_try": next_try})
        return code
    context.output.print_line(
        f"{counts[DeliveryStatus.ACCEPTED]} sent, {counts[DeliveryStatus.DEFERRED]} to retry, "
        f"{counts[DeliveryStatus.REFUSED]} refused, {counts[DeliveryStatus.DROPPED]} given up, "
        f"{counts[DeliveryStatus.HELD]} on hold."
    )
    if next_try:
        context.output.print_table(("reason", "emails"), waiting.most_common())
        when = format_local_time(next_try, context.output.zone)
        context.output.print_line(f"They wait for the next try, the first of them until {when}.")
    return code


@mail.command("list")
@click.option("--paused", is_flag=True, help="List people whose address rejects email instead.")
@json_option
@pass_cli_context
def list_emails(context: CliContext, *, paused: bool, as_json: bool) -> None:
    """List queued and failed emails, with the reason.

    Invitations waiting for their turn are not listed: they would reveal who had not joined yet.
    """
    if paused:
        with context.open_app() as app:
            silent = app.db.suppression_list.list_suppressions()
        read = attrgetter("person_id", "status", "since")
        columns = ("id", "response", "since")
        context.output.print_rows(silent, columns, read, "No paused addresses.", as_json=as_json)
        return
    with context.open_app() as app:
        rows = tuple(_list_undelivered(app))
    context.output.print_rows(
        rows,
        ("id", "kind", "to", "state", "since", "tries", "next try", "reason"),
        itemgetter(
            *("id", "kind", "recipient_id", "state", "since", "attempts", "next_try", "reason")
        ),
        "No queued or failed emails. Invitations that wait for their first try are not listed.",
        as_json=as_json,
    )


@mail.command()
@click.argument("email_ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Retry all failed emails.")
@pass_cli_context
def retry(context: CliContext, email_ids: tuple[str, ...], *, everything: bool) -> None:
    """Retry failed emails for another five days."""
    if bool(email_ids) is everything:
        raise click.UsageError("Name the emails to retry, or use --all.")
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
@click.argument("person")
@pass_cli_context
def resume(context: CliContext, person: str) -> None:
    """Resume email to a person whose address works again. Queued emails go out at once."""
    from monitor.services import bounces

    with context.open_app() as app:
        bounces.resume_address(app, person)
    context.output.print_line("Email to this address is resumed.")


def _list_undelivered(app: App) -> Iterator[dict[str, object]]:
    """`recipient_id` is opaque, and empty for an invitation. The text is for its reader only."""
    from reports.emails.registry import INVITATION_KINDS, EmailKind

    for email in app.db.outbox.list_emails():
        is_invitation = email.kind in INVITATION_KINDS
        # Only who has not answered gets a reminder, and who answers makes an invitation void.
        is_void = not email.readable and email.sent_at is None
        if email.kind == EmailKind.REMINDER or (is_invitation and is_void):
            continue
        waits = is_invitation and not email.error
        if email.state is EmailState.DEAD or (email.state is not EmailState.SENT and not waits):
            # Who has joined gets another email instead of an invitation: the list tells none.
            yield {
                "id": email.id,
                "kind": "invitation" if is_invitation else email.kind,
                "recipient_id": "" if is_invitation else email.recipient_id,
                "state": email.state,
                "since": email.queued_at,
                "attempts": email.attempts,
                "next_try": email.due_at if email.state is EmailState.QUEUED else None,
                "reason": email.error,
            }
