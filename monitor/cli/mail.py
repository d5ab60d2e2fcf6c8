"""Digests and the outbox: preview and send, list undelivered emails, retry them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import click

from monitor.cli.context import FLAGS_LEFT_OUT, Desk, as_json, break_glass, inert, pass_desk
from monitor.db.outbox import LetterState, OutboxLetter
from monitor.domain.email import Verdict
from monitor.domain.flag import Flagged
from monitor.errors import NotPermittedError
from monitor.service import Service
from reports.emails.registry import printed

SEEN = "Your next digest, without flagged findings"


@click.group()
def digest() -> None:
    """Preview one person's digest, or send the emails that are due."""


@digest.command()
@click.argument("person")
@break_glass
@click.option("--html", is_flag=True, help="Print the HTML part instead of the text.")
@as_json
@pass_desk
def preview(desk: Desk, person: str, reason: str | None, *, html: bool, as_json: bool) -> None:
    """Print a person's next digest without their flags. The person is notified at once."""
    if reason is None:
        sentence = (
            "A digest belongs to the person it is about. --break-glass REASON prints it. "
            "That is audited, and the person is notified at once."
        )
        raise NotPermittedError(sentence)
    with desk.service() as service:
        view = service.digesting.view(person, Flagged.LEFT_OUT)
        left_out = len(service.state.flags.of_person(person))
        service.glass.broken(person, SEEN, reason)
        letter = printed(view)
    if as_json:
        parts = {"subject": letter.subject, "text": letter.text, "html": letter.html}
        desk.output.json({**parts, "flags_left_out": left_out})
        return
    if left_out:
        click.echo(FLAGS_LEFT_OUT.format(left_out), err=True)
    # The HTML is made for a program, and pads its first line with characters nobody sees.
    click.echo(letter.html if html else inert(letter.text))


@digest.command()
@as_json
@pass_desk
def send(desk: Desk, *, as_json: bool) -> None:
    """Send every email that is due now. Show how many could not be sent, and why."""
    with desk.asking() as service:
        counts = service.posting.send_due()
        waiting = _waiting(service)
    if as_json:
        numbers = {verdict.value: counts[verdict] for verdict in Verdict}
        desk.output.json({**numbers, "waiting": waiting})
        return
    desk.output.say(
        f"{counts[Verdict.ACCEPTED]} sent, {counts[Verdict.DEFERRED]} to retry, "
        f"{counts[Verdict.REFUSED]} failed, {counts[Verdict.HELD]} on hold."
    )
    if waiting:
        desk.output.table(("reason", "emails"), waiting.most_common())


def _waiting(service: Service) -> Counter[str]:
    """Count queued emails by the mail server's response, which contains no names."""
    letters = service.state.outbox.all()
    return Counter(
        letter.error for letter in letters if letter.error and letter.state is LetterState.QUEUED
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLetter:
    """`reader` is an opaque ref; what a letter says is its reader's own."""

    ref: str
    kind: str
    reader: str
    state: LetterState
    since: datetime
    attempts: int
    next_try: datetime | None
    reason: str


@click.group()
def mail() -> None:
    """List queued and failed emails, retry them, and resume a paused address."""


@mail.command("list")
@as_json
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List queued and failed emails, with the reason."""
    with desk.service() as service:
        rows = tuple(_undelivered(service))
    if as_json:
        desk.output.json(rows)
    elif rows:
        desk.output.table(
            ("ref", "kind", "to", "state", "since", "tries", "next try", "reason"),
            (
                (
                    each.ref,
                    each.kind,
                    each.reader,
                    each.state,
                    each.since,
                    each.attempts,
                    each.next_try,
                    each.reason,
                )
                for each in rows
            ),
        )
    else:
        desk.output.say("No queued or failed emails.")


@mail.command()
@click.argument("refs", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Retry all failed emails.")
@pass_desk
def retry(desk: Desk, refs: tuple[str, ...], *, everything: bool) -> None:
    """Retry failed emails for another five days."""
    if bool(refs) is everything:
        reason = "Name the emails to retry, or use --all."
        raise click.UsageError(reason)
    with desk.service() as service:
        outbox, now = service.state.outbox, service.now()
        chosen = refs or tuple(each.ref for each in outbox.dead_letters() if each.readable)
        with service.state.write():
            for ref in chosen:
                outbox.revive(ref, now)
                service.state.audit.append(now, "operator", "letter-revived", ref, {})
    desk.output.say(f"Queued again: {len(chosen)}.")


@mail.command()
@as_json
@pass_desk
def paused(desk: Desk, *, as_json: bool) -> None:
    """List people whose address rejects email, by reference."""
    with desk.service() as service:
        rows = service.state.paused_addresses.all()
    if as_json:
        desk.output.json(rows)
    elif rows:
        table = ((each.person, each.status, each.since) for each in rows)
        desk.output.table(("ref", "response", "since"), table)
    else:
        desk.output.say("No paused addresses.")


@mail.command()
@click.argument("person")
@pass_desk
def resume(desk: Desk, person: str) -> None:
    """Resume email to a person whose address works again. Queued emails go out at once."""
    with desk.service() as service:
        service.bouncing.resume(person)
    desk.output.say("Email to this address is resumed.")


def _undelivered(service: Service) -> Iterator[ListedLetter]:
    for letter in service.state.outbox.all():
        if letter.state is not LetterState.SENT:
            yield _listed(letter)


def _listed(letter: OutboxLetter) -> ListedLetter:
    waits = letter.state is LetterState.QUEUED
    return ListedLetter(
        ref=letter.ref,
        kind=letter.kind,
        reader=letter.recipient_ref,
        state=letter.state,
        since=letter.queued_at,
        attempts=letter.attempts,
        next_try=letter.due_at if waits else None,
        reason=letter.error,
    )
