"""Digests: what the next one would say, and sending what is due."""

from collections import Counter

import click

from monitor.cli.desk import Desk, as_json, break_glass, pass_desk
from monitor.cli.output import inert
from monitor.domain.envelope import Verdict
from monitor.errors import NotPermittedError
from monitor.service import Service
from monitor.store.outbox import LetterState
from reports.press import printed


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
    """Print what a person's next digest would say: it is theirs, so this breaks the glass."""
    if reason is None:
        sentence = (
            "A digest is its person's own. With --break-glass REASON it is printed, "
            "audited, and they are told at once."
        )
        raise NotPermittedError(sentence)
    with desk.service() as service:
        view = service.digesting.view(person)
        service.glass.broken(person, "Your next digest", reason)
        letter = printed(view)
    if as_json:
        desk.output.json({"subject": letter.subject, "text": letter.text, "html": letter.html})
        return
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
