"""What an operator records about somebody who joined: a rest, an end, a legal hold."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import click

from monitor.cli.desk import Desk, pass_desk
from monitor.domain.consent import Channel
from monitor.errors import InputError
from monitor.service import Service
from reports.text import one_address

reviewers = click.option(
    "--by",
    multiple=True,
    required=True,
    metavar="REVIEWER",
    help="Who decided it: the address of a reviewer named in the configuration.",
)
because = click.option("--reason", required=True, help="Why, in words that the person will read.")


@click.command()
@click.argument("whom", metavar="MAIL_OR_REF")
@click.confirmation_option(prompt="This ends the consent and erases everything about them. Go on?")
@pass_desk
def left(desk: Desk, whom: str) -> None:
    """Record that somebody has left the district: nothing is asked or sent from now on.

    Do so before their address is given to somebody else.
    """
    with desk.service() as service:
        service.leaving.left_district(_found(service, whom))
    desk.output.say("Nothing is asked or sent any more but a farewell; all is erased in 24 hours.")


@click.command()
@click.argument("ref")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day.")
@pass_desk
def pause(desk: Desk, ref: str, until: datetime) -> None:
    """Let Namesake rest for somebody, on their word; it goes on by itself after the last day."""
    with desk.service() as service:
        zone = ZoneInfo(service.state.people.get(ref).zone)
        after = datetime.combine(until.date() + timedelta(days=1), time(), zone)
        service.consenting.pause(ref, after, Channel.OPERATOR)
    desk.output.say(f"Nothing is asked about them until {until:%-d %B %Y} is over; they are told.")


@click.command()
@click.argument("ref")
@pass_desk
def resume(desk: Desk, ref: str) -> None:
    """Let Namesake go on for somebody who had paused, on their word."""
    with desk.service() as service:
        service.consenting.resume(ref, Channel.OPERATOR)
    desk.output.say("The next sweep asks about them again; they are told.")


@click.command()
@click.argument("ref")
@reviewers
@because
@pass_desk
def hold(desk: Desk, ref: str, by: tuple[str, ...], reason: str) -> None:
    """Place a legal hold, as two reviewers: nothing of theirs is erased, and they are told."""
    with desk.service() as service:
        service.holding.place(ref, frozenset(by), reason)
    desk.output.say("Nothing about them is erased or forgotten until the hold is lifted.")


@click.command()
@click.argument("ref")
@reviewers
@because
@pass_desk
def release(desk: Desk, ref: str, by: tuple[str, ...], reason: str) -> None:
    """Lift a legal hold; who has left meanwhile is erased within 24 hours."""
    with desk.service() as service:
        service.holding.lift(ref, frozenset(by), reason)
    desk.output.say("The hold is lifted; they are told.")


def _found(service: Service, whom: str) -> str:
    """Find somebody by their address or by their ref."""
    if not one_address(whom):
        return service.state.people.get(whom).ref
    ref = service.state.people.find_by_mail(whom)
    if ref is None:
        reason = "Nobody is enrolled under this address."
        raise InputError(reason)
    return ref
