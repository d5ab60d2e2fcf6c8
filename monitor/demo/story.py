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

from monitor.app import OUTBOX, App, Environment, IdSource, create_state_folder, open_app
from monitor.config.sections import PortalConfig
from monitor.demo import data as days
from monitor.demo import district
from monitor.demo import setup as stage
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.demo.setup import RunningClock, StoryClock
from monitor.domain.enrollment_draft import EnrollmentAnswers
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import OwnershipLabel, SweepKind
from monitor.services.consent_end import withdraw_consent
from monitor.services.due_jobs import (
    run_due_sweeps,
    run_mail_and_cleanup,
    run_upkeep,
    take_over_jobs,
)
from monitor.services.enrollment import enroll_with_code, invite_person
from monitor.services.name_changes import confirm_name_change, list_name_changes
from monitor.services.outbox import send_due
from reports.reason_rendering import render_in_english
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing

JOINING_DAYS_BEFORE = timedelta(days=3)
# By then every digest hour of the morning has passed in Cedar Valley.
EMAILS_AFTER = timedelta(hours=4)
# As often, the mail of such a morning goes out: alerts at once, each digest in its own hour.
EMAILS_EVERY = timedelta(minutes=30)
# Where its emails lead to; `--serve` shows the pages on this machine instead.
CODE = re.compile(r"^\s*([\w-]{43})\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """`person` is a mail address: in the demo no one is real, and everything may be read.

    `whose` is the label of what was seen, at the end of the week's sweep.
    """

    person: str
    kind: str
    url: str
    fields: tuple[str, ...]
    whose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCase:
    person: str
    kind: str
    severity: str
    url: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StorySource:
    """`since` is when it stopped being checkable, None while it could be checked.

    `note` says what was met there, empty where nothing was in the way.
    """

    source: str
    outcome: str
    since: datetime | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryWeek:
    events: tuple[StoryEvent, ...]
    cases: tuple[StoryCase, ...]
    coverage: tuple[StorySource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEmail:
    to: str
    subject: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    weeks: tuple[StoryWeek, ...]
    emails: tuple[StoryEmail, ...]


def ignore_week(_number: int, _week: StoryWeek) -> None:
    """Say nothing between the weeks."""


def keep_all_emails(_folder: Path, _address: str) -> None:
    """Leave them all there: in a demo they are all that there is to be seen."""


def play_story(folder: Path, on_week: Callable[[int, StoryWeek], None] = ignore_week) -> Story:
    """Play the story into a folder; `on_week` hears of each week as it ends."""
    folder = stage.clear_folder(folder.resolve())
    config = stage.build_config(folder)
    (folder / stage.CONFIG_FILE).write_text(stage.read_config_text(), "utf-8")
    stage.hash_roster(config)
    clock = StoryClock(days.compute_sweep_time(1) - JOINING_DAYS_BEFORE)
    with WebServer(Internet(), now=clock.now) as web:
        environment = Environment(
            clock=clock,
            ids=IdSource(
                new_id=stage.build_id_source("ref"), new_code=stage.build_id_source("code")
            ),
            dialer=Dialer(address_map=web.build_address_map(), resolve=resolve_nothing),
            throttle=WITHOUT_WAITS,
            limits=PATIENT_LIMITS,
            name_email=stage.name_email_file,
            delete_emails=keep_all_emails,
            variables=os.environ,
        )
        create_state_folder(config)
        with open_app(config, environment) as app:
            enroll_everyone(app, config.state / OUTBOX)
            weeks = tuple(_play_weeks(app, clock, web, on_week))
    return Story(weeks=weeks, emails=tuple(_list_emails(config.state / OUTBOX)))


def enroll_everyone(app: App, folder: Path) -> None:
    """Invite all seven, let each answer with the code from their mailbox, and let one leave."""
    for member in district.STAFF:
        person = member.person
        invite_person(app, person.mail, person.name.given, person.name.family)
        send_due(app)
        answers = EnrollmentAnswers(
            name=person.name,
            scopes=member.scopes,
            zone=person.zone,
            **person.copy_details(),
        )
        joined = enroll_with_code(app, _find_invitation_code(folder, person.mail), answers)
        for change in list_name_changes(app):
            confirm_name_change(app, change.id, district.OPERATOR)
        if member.withdrawn:
            withdraw_consent(app, joined.id)
    take_over_jobs(app)
    run_mail_and_cleanup(app)


def _find_invitation_code(folder: Path, mail: str) -> str:
    """Open the newest email to an address, and take out the code."""
    for path in sorted(folder.glob("*-invitation-*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        if message["To"] == mail and body is not None:
            found = CODE.search(body.get_content())
            if found:
                return found.group(1)
    raise InputError(f"No invitation has reached {mail}.")


def _play_weeks(
    app: App, clock: StoryClock, web: WebServer, on_week: Callable[[int, StoryWeek], None]
) -> Iterator[StoryWeek]:
    for number in range(1, days.LAST_WEEK + 1):
        web.week = number
        clock.at = days.compute_sweep_time(number)
        run_due_sweeps(app)
        week = _summarize_week(app, clock.at)
        ends_at = clock.at + EMAILS_AFTER
        while clock.at < ends_at:
            run_mail_and_cleanup(app)
            clock.at += EMAILS_EVERY
        run_mail_and_cleanup(app)
        run_upkeep(app)
        on_week(number, week)
        yield week


def _summarize_week(app: App, since: datetime) -> StoryWeek:
    db = app.db
    sweep = db.sweeps.find_latest_sweep(SweepKind.SWEEP)
    mails = {
        person_id: db.people.load_person(person_id).mail
        for person_id in db.people.list_person_ids()
    }
    recorded = db.events.list_events_of_sweep(sweep.id) if sweep else ()
    events = (
        StoryEvent(
            person=mails[event.event.person_id],
            kind=event.event.kind,
            url=event.url,
            fields=event.event.fields,
            whose=db.findings.find_finding_label(event.event.finding_id) or OwnershipLabel.UNKNOWN,
        )
        for event in recorded
    )
    cases = (
        StoryCase(
            person=mails[case.person_id],
            kind=case.kind,
            severity=case.severity,
            url=db.findings.load_finding(case.finding_id).portrait.url,
            reasons=tuple(map(render_in_english, case.reasons)),
        )
        for case in db.cases.list_undecided_cases()
        if case.opened_at >= since
    )
    runs = db.sweeps.list_source_runs(sweep.id) if sweep else ()
    return StoryWeek(
        events=tuple(sorted(events, key=lambda event: (event.person, event.url, event.kind))),
        cases=tuple(sorted(cases, key=lambda case: (case.person, case.url, case.kind))),
        coverage=tuple(
            StorySource(source=run.source, outcome=run.outcome, since=run.since, note=run.note)
            for run in runs
        ),
    )


def _list_emails(folder: Path) -> Iterator[StoryEmail]:
    for path in sorted(folder.glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        yield StoryEmail(to=str(message["To"]), subject=str(message["Subject"]), path=str(path))


# Monday of the last week, when every digest has been sent.
AFTERWARDS_FROM = days.compute_sweep_time(days.LAST_WEEK) + timedelta(hours=5)
OPERATOR = district.OPERATOR


@contextmanager
def open_played_story(folder: Path, address: str) -> Iterator[App]:
    """Open the district whose story was played, with its pages at an address of loopback."""
    config = stage.build_config(folder.resolve())
    config = structs.replace(
        config,
        portal=PortalConfig(address=address),
        district=structs.replace(config.district, operators=(OPERATOR,)),
    )
    clock = RunningClock(AFTERWARDS_FROM)
    with WebServer(Internet(), week=days.LAST_WEEK, now=clock.now) as web:
        environment = Environment(
            clock=clock,
            dialer=Dialer(address_map=web.build_address_map(), resolve=resolve_nothing),
            throttle=WITHOUT_WAITS,
            limits=PATIENT_LIMITS,
            variables=os.environ,
        )
        with open_app(config, environment) as app:
            yield app


def invite_newcomer(app: App) -> None:
    """Invite one more person, who has not joined when the pages open."""
    name = district.NEWCOMER.name
    invite_person(app, district.NEWCOMER.mail, name.given, name.family)
    send_due(app)
