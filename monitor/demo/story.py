"""Three weeks in Cedar Valley: the whole job of Namesake, on a made-up internet.

The district after its story: the same folder, the same internet, and time that goes on.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from msgspec import structs

from monitor.build import build
from monitor.config import Config, PortalConfig
from monitor.db.database import State
from monitor.db.sweeps import SweepKind
from monitor.demo import data as days
from monitor.demo import district
from monitor.demo import setup as stage
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.demo.setup import RunningClock, StoryClock
from monitor.domain.evidence import Label
from monitor.errors import InputError
from monitor.mail.smtp import forget_none
from monitor.mailroom import OUTBOX
from monitor.outside import Outside
from monitor.service import Service
from monitor.services.enrollment import Answers
from scrapers.http.ssrf_guard import Egress, resolve_nothing
from scrapers.http.throttle import WITHOUT_WAITS

JOINING_DAYS_BEFORE = timedelta(days=3)
# By then every digest hour of the morning has passed in Cedar Valley.
LETTERS_AFTER = timedelta(hours=4)
# Where its letters lead to; `--serve` shows the pages on this machine instead.
PAGES = f"https://namesake.{district.MAIL_DOMAIN}"
CODE = re.compile(r"^\s*([\w-]{43})\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """`person` is a mail address: in the demo nobody is real, and everything may be read.

    `whose` is the label of what was seen, as it stands at the end of the week's sweep.
    """

    person: str
    kind: str
    url: str
    fields: tuple[str, ...]
    whose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFlag:
    person: str
    kind: str
    severity: str
    url: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSource:
    """`since` is when it stopped being checkable, None while it could be checked.

    `note` says what was met there, empty where nothing was in the way.
    """

    source: str
    outcome: str
    since: datetime | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldWeek:
    events: tuple[ToldEvent, ...]
    flags: tuple[ToldFlag, ...]
    coverage: tuple[ToldSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLetter:
    to: str
    subject: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    weeks: tuple[ToldWeek, ...]
    letters: tuple[ToldLetter, ...]


def ignore_week(_number: int, _week: ToldWeek) -> None:
    """Say nothing between the weeks."""


def play(folder: Path, told: Callable[[int, ToldWeek], None] = ignore_week) -> Story:
    """Play the story into a folder; `told` hears of each week as it ends."""
    config = structs.replace(
        stage.configuration(stage.cleared(folder.resolve())), portal=PortalConfig(address=PAGES)
    )
    stage.hash_roster(config)
    clock = StoryClock(days.sweep_at(1) - JOINING_DAYS_BEFORE)
    with WebServer(Internet(), now=clock.now) as web:
        outside = Outside(
            clock=clock,
            new_ref=stage.counted("ref"),
            new_code=stage.counted("code"),
            egress=Egress(address_map=web.address_map(), resolve=resolve_nothing),
            pace=WITHOUT_WAITS,
            letter_name=stage.letter_name,
            forget_letters=forget_none,
            environ=os.environ,
        )
        State.init(config.state).close()
        with build(config, outside) as service:
            everybody_joins(service, config.state / OUTBOX)
            weeks = tuple(_weeks(service, clock, web, told))
    return Story(weeks=weeks, letters=tuple(_letters(config.state / OUTBOX)))


def everybody_joins(service: Service, folder: Path) -> None:
    """Invite all seven, let each answer with the code from their mailbox, and let one leave."""
    for member in district.STAFF:
        person = member.person
        service.joining.invite(person.mail, person.name.given, person.name.family)
        service.posting.send_due()
        answers = Answers(
            name=person.name,
            scopes=member.scopes,
            school=person.school,
            role=person.role,
            places=person.places,
            handles=person.handles,
            accounts=person.accounts,
            absent_from=person.absent_from,
            zone=person.zone,
        )
        joined = service.joining.enrol(_code_in_mailbox(folder, person.mail), answers)
        for change in service.naming.list_waiting():
            service.naming.confirm(change.ref, district.OPERATOR)
        if member.withdrawn:
            service.leaving.withdraw(joined.ref)
    service.rounds.begin()
    service.rounds.write()


def _code_in_mailbox(folder: Path, mail: str) -> str:
    """Open the newest letter to an address, and take out the code."""
    for path in sorted(folder.glob("*-invitation-*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        if message["To"] == mail and body is not None:
            found = CODE.search(body.get_content())
            if found:
                return found.group(1)
    reason = f"No invitation has reached {mail}."
    raise InputError(reason)


def _weeks(
    service: Service, clock: StoryClock, web: WebServer, told: Callable[[int, ToldWeek], None]
) -> Iterator[ToldWeek]:
    for number in range(1, days.LAST_WEEK + 1):
        web.week = number
        clock.at = days.sweep_at(number)
        service.rounds.ask()
        week = _told(service, clock.at)
        clock.at += LETTERS_AFTER
        service.rounds.write()
        told(number, week)
        yield week


def _told(service: Service, since: datetime) -> ToldWeek:
    state = service.state
    sweep = state.sweeps.latest(SweepKind.SWEEP)
    mails = {ref: state.people.get(ref).mail for ref in state.people.refs()}
    recorded = state.events.of_sweep(sweep.ref) if sweep else ()
    events = (
        ToldEvent(
            person=mails[each.event.person],
            kind=each.event.kind,
            url=each.url,
            fields=each.event.fields,
            whose=state.items.label(each.event.item) or Label.UNKNOWN,
        )
        for each in recorded
    )
    flags = (
        ToldFlag(
            person=mails[flag.person],
            kind=flag.kind,
            severity=flag.severity,
            url=state.items.get(flag.item).portrait.url,
            reasons=flag.reasons,
        )
        for flag in state.flags.all_open()
        if flag.opened_at >= since
    )
    runs = state.sweeps.runs(sweep.ref) if sweep else ()
    return ToldWeek(
        events=tuple(sorted(events, key=lambda each: (each.person, each.url, each.kind))),
        flags=tuple(sorted(flags, key=lambda each: (each.person, each.url, each.kind))),
        coverage=tuple(
            ToldSource(source=run.source, outcome=run.outcome, since=run.since, note=run.note)
            for run in runs
        ),
    )


def _letters(folder: Path) -> Iterator[ToldLetter]:
    for path in sorted(folder.glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        yield ToldLetter(to=str(message["To"]), subject=str(message["Subject"]), path=str(path))


# Monday of the last week, when every digest has been sent.
BEGINS = days.sweep_at(days.LAST_WEEK) + timedelta(hours=5)
OPERATOR = district.OPERATOR
# Opening a flag early takes two; the story itself has one.
REVIEWERS = (*district.REVIEWERS, f"it-help-desk@{district.MAIL_DOMAIN}")


@contextmanager
def afterwards(folder: Path, address: str) -> Iterator[Service]:
    """Open the district whose story was played, with its pages at an address of loopback."""
    config = _configured(folder.resolve(), address)
    clock = RunningClock(BEGINS)
    with WebServer(Internet(), week=days.LAST_WEEK, now=clock.now) as web:
        outside = Outside(
            clock=clock,
            egress=Egress(address_map=web.address_map(), resolve=resolve_nothing),
            pace=WITHOUT_WAITS,
            environ=os.environ,
        )
        with build(config, outside) as service:
            yield service


def _configured(folder: Path, address: str) -> Config:
    config = stage.configuration(folder)
    return structs.replace(
        config,
        portal=PortalConfig(address=address),
        district=structs.replace(config.district, operators=(OPERATOR,), reviewers=REVIEWERS),
    )
