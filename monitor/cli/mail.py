"""Digests: what the next one would say, and sending what is due.

Letters that did not arrive: which, why, and another chance for them.
"""

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

SEEN = "Your next digest, without what is flagged"


@click.group()
def digest() -> None:
    """Preview one person's digest, or send the letters that are due."""


@digest.command()
@click.argument("person")
@break_glass
@click.option("--html", is_flag=True, help="Print the HTML part instead of the text.")
@as_json
@pass_desk
def preview(desk: Desk, person: str, reason: str | None, *, html: bool, as_json: bool) -> None:
    """Print what a person's next digest would say, without their flags; they are told at once."""
    if reason is None:
        sentence = (
            "A digest is its person's own. With --break-glass REASON it is printed, "
            "audited, and they are told at once."
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
    """Send every letter that is due now, and say how many could not be sent, and why."""
    with desk.asking() as service:
        counts = service.posting.send_due()
        waiting = _waiting(service)
    if as_json:
        numbers = {verdict.value: counts[verdict] for verdict in Verdict}
        desk.output.json({**numbers, "waiting": waiting})
        return
    desk.output.say(
        f"{counts[Verdict.ACCEPTED]} sent, {counts[Verdict.DEFERRED]} to be tried again, "
        f"{counts[Verdict.REFUSED]} given up, {counts[Verdict.HELD]} held back."
    )
    if waiting:
        desk.output.table(("waiting because", "letters"), waiting.most_common())


def _waiting(service: Service) -> Counter[str]:
    """Count what waits for another try by what the mail server said, which names nobody."""
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
    """List letters that wait or were given up, try them again, and resume an address."""


@mail.command("list")
@as_json
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List the letters that wait or were given up, and why."""
    with desk.service() as service:
        rows = tuple(_undelivered(service))
    if as_json:
        desk.output.json(rows)
    elif rows:
        desk.output.table(
            ("ref", "kind", "whom", "state", "since", "tries", "next try", "reason"),
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
        desk.output.say("No letter waits, and none was given up.")


@mail.command()
@click.argument("refs", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Try all that were given up again.")
@pass_desk
def retry(desk: Desk, refs: tuple[str, ...], *, everything: bool) -> None:
    """Give letters that were given up another five days."""
    if bool(refs) is everything:
        reason = "Name the letters to try again, or give --all."
        raise click.UsageError(reason)
    with desk.service() as service:
        outbox, now = service.state.outbox, service.now()
        chosen = refs or tuple(each.ref for each in outbox.dead_letters() if each.readable)
        with service.state.write():
            for ref in chosen:
                outbox.revive(ref, now)
                service.state.audit.append(now, "operator", "letter-revived", ref, {})
    desk.output.say(f"To be sent at the next round: {len(chosen)}.")


@mail.command()
@as_json
@pass_desk
def paused(desk: Desk, *, as_json: bool) -> None:
    """List whose address refuses letters, by opaque ref."""
    with desk.service() as service:
        rows = service.state.paused_addresses.all()
    if as_json:
        desk.output.json(rows)
    elif rows:
        table = ((each.person, each.status, each.since) for each in rows)
        desk.output.table(("ref", "answer", "since"), table)
    else:
        desk.output.say("No address refuses letters.")


@mail.command()
@click.argument("person")
@pass_desk
def resume(desk: Desk, person: str) -> None:
    """Write to a person again whose address works again; what waited goes out at once."""
    with desk.service() as service:
        service.bouncing.resume(person)
    desk.output.say("Letters to this address are sent again, from the next round on.")


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
