"""The pages of the demo: its service, its made-up internet and a browser's view of both."""

import threading
from pathlib import Path
from typing import Final

from monitor.cli import logbook
from monitor.cli.output import Output
from monitor.daemon import Daemon, Doorbell, Supervisor
from monitor.demo.afterwards import OPERATOR, REVIEWERS, afterwards
from monitor.demo.district import STAFF
from monitor.errors import InputError
from monitor.hands import Pulse
from monitor.service import Service
from monitor.store.lock import StateLock
from monitor.web.listen import LOOPBACK, listening
from monitor.web.switcher import demo_app
from reports.pages.cast import Actor
from scrapers.fetch.clock import SystemClock

PARTS: Final = {
    "maria": "fifth grade science teacher: somebody pretends to be her",
    "john": "mathematics teacher, whose name half the world bears",
    "beth": "librarian, who had another name before",
    "thomas": "coach: pupils follow one of his accounts",
    "rosa": "band director",
    "daniel": "art teacher, with nothing to worry about",
    "karen": "has left, and was forgotten",
}


def serve(folder: Path, port: int, output: Output) -> None:
    """Show the pages until Ctrl-C, with the service working behind them."""
    address = f"http://{LOOPBACK}:{port}"
    with logbook.kept(), afterwards(folder, address) as service, StateLock(service.config.state):
        service.rounds.begin()
        doorbell = Doorbell(service.config.state)
        app = demo_app(service, doorbell.ring, lambda: actors(service))
        with listening(app, LOOPBACK, port):
            output.say(f"The demo is at {address}/demo until you press Ctrl-C.")
            Daemon(
                rounds=service.rounds,
                supervisor=Supervisor({}),
                doorbell=doorbell,
                stopping=threading.Event(),
                pulse=Pulse(SystemClock()),
            ).run()


def actors(service: Service) -> tuple[Actor, ...]:
    """List who there is: staff who joined, reviewers, and the operator."""
    staff = (_member(service, each.person.mail, each.person.ref) for each in STAFF)
    listed = (
        *((mail, "IT review", "sees what was opened to IT, and no more") for mail in REVIEWERS),
        (OPERATOR, "Operator", "sees how the service fares, and nothing of anybody"),
    )
    others = (
        Actor(reader=service.admitting.known(mail), name=_called(mail), part=part, group=group)
        for mail, group, part in listed
    )
    return (*(each for each in staff if each), *others)


def _called(mail: str) -> str:
    """Make a name of the address of a role: `it-security@…` is IT security."""
    words = mail.partition("@")[0].replace("-", " ")
    return words.replace("it ", "IT ") if words.startswith("it ") else words.capitalize()


def _member(service: Service, mail: str, ref: str) -> Actor | None:
    reader = service.state.people.find_by_mail(mail)
    if reader is None:
        return None
    try:
        name = service.state.people.get(reader).name
    except InputError:
        return None
    return Actor(
        reader=reader,
        name=f"{name.given} {name.family}",
        part=PARTS[ref.removeprefix("staff-")],
        group="Staff",
    )
