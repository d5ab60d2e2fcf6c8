"""Operators and reviewers read in their chat that something waits: counts and a link, no more."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from monitor.db.audit import AuditTable
from monitor.demo.district import MARIA
from monitor.domain.district.findings import DistrictFinding, DistrictTrace
from monitor.domain.errors import CannotWriteError
from monitor.domain.vocabulary import DistrictFindingKind, HealthLevel, NoticeKind
from monitor.mail.chat import ChatEndpoint
from monitor.services.chat_notices import AUDIENCES, NoticeSender, load_all_chat_endpoints
from monitor.services.health import check_vitals, collect_vitals
from monitor.services.metrics import render_metrics
from monitor.services.notifications import queue_operator_emails
from reports.emails.office import DiskFullView
from reports.emails.registry import EmailKind
from reports.reason_rendering import render_told
from tests.monitor.services.world import World

OPERATOR_ADDRESSES = ("ops@cedarvalley.example", "sam@cedarvalley.example")


@dataclass
class FakeChat:
    """Stands in for a plug-in of apprise."""

    works: bool = True
    heard: list[tuple[str, str]] = field(default_factory=list)

    def notify(self, *, body: str, title: str) -> bool:
        self.heard.append((title, body))
        return self.works


@pytest.fixture
def world(world_of) -> World:
    world = world_of("chalkboard")
    district = structs.replace(world.config.district, operators=OPERATOR_ADDRESSES)
    world.restarts(structs.replace(world.config, district=district))
    world.joins(MARIA)
    return world


def disk_fills(world: World, day: str) -> None:
    now = world.clock.now()
    with world.app.db.begin_transaction():
        queue_operator_emails(world.app, day, lambda to: DiskFullView(**to, since=now))


def store_finding(world: World, first_seen: datetime) -> None:
    key = first_seen.isoformat()
    trace = DistrictTrace(
        kind=DistrictFindingKind.DOMAIN,
        key=key,
        source="dns",
        address="https://cedarvalleyschools.example",
        reasons=(),
    )
    world.app.db.district_findings.save_district_finding(
        DistrictFinding(id=key, trace=trace, first_seen=first_seen, last_seen=first_seen)
    )


def tell(world: World, *chats: FakeChat) -> None:
    endpoints = [
        ChatEndpoint(number=number, plugin=chat) for number, chat in enumerate(chats, start=1)
    ]
    NoticeSender(endpoints={"operator": endpoints}).send_due_notices(world.app)


def warnings(world: World) -> list[str]:
    vitals = collect_vitals(world.app.db, world.clock.now(), ())
    return [render_told(vital.message) for vital in check_vitals(vitals) if vital.what == "notices"]


def test_a_message_has_counts_and_a_link_and_names_nobody(world: World):
    chat = FakeChat()
    disk_fills(world, "monday")

    tell(world, chat)

    address = world.config.portal.address
    assert chat.heard == [
        (
            "Namesake, Cedar Valley Public Schools: Operators",
            f"The disk is full: 1\n{address}/operate",
        )
    ]


def test_where_nothing_is_new_no_message_goes_out(world: World):
    chat = FakeChat()

    tell(world, chat)

    assert chat.heard == []


def test_what_comes_within_the_hour_waits_and_comes_in_one_message(world: World):
    chat = FakeChat()
    disk_fills(world, "monday")
    tell(world, chat)

    for day in ("tuesday", "wednesday"):
        world.later(minutes=20)
        disk_fills(world, day)
        tell(world, chat)
    assert len(chat.heard) == 1
    world.later(minutes=21)
    tell(world, chat)
    world.later(hours=2)
    tell(world, chat)

    assert [body.splitlines()[0] for _, body in chat.heard] == [
        "The disk is full: 1",
        "The disk is full: 2",
    ]


def test_what_is_older_than_a_day_is_no_news_for_the_first_message(world: World):
    chat = FakeChat()
    disk_fills(world, "monday")
    world.later(days=2)

    tell(world, chat)

    assert chat.heard == []


BACKUP, MAIL = ("backup", HealthLevel.BAD), ("mail", HealthLevel.WARN)


def test_each_warning_is_told_once_as_it_begins_the_worst_first_and_again_when_it_comes_back(
    world: World,
):
    chat = FakeChat()
    sender = NoticeSender(endpoints={"operator": [ChatEndpoint(number=1, plugin=chat)]})
    for present in ({MAIL, BACKUP}, {MAIL, BACKUP}, {MAIL}, {MAIL, BACKUP}):
        sender.send_due_notices(world.app, present)
        world.later(hours=2)

    address = world.config.portal.address
    assert [body for _, body in chat.heard] == [
        f"New warnings: backup (bad), mail (warn)\n{address}/operate",
        f"New warnings: backup (bad)\n{address}/operate",
    ]


def test_a_service_that_starts_again_tells_no_warning_twice(world: World):
    chat = FakeChat()
    for present in (None, {MAIL}, None, {MAIL}, {MAIL, BACKUP}):
        endpoints = {"operator": [ChatEndpoint(number=1, plugin=chat)]}
        NoticeSender(endpoints=endpoints).send_due_notices(world.app, present)
        world.later(hours=2)

    assert [body.splitlines()[0] for _, body in chat.heard] == [
        "New warnings: mail (warn)",
        "New warnings: backup (bad)",
    ]


def test_a_warning_that_no_chat_took_is_told_later(world: World):
    dead = FakeChat(works=False)
    sender = NoticeSender(endpoints={"operator": [ChatEndpoint(number=1, plugin=dead)]})
    sender.send_due_notices(world.app, {BACKUP})
    world.later(hours=2)
    dead.works = True
    sender.send_due_notices(world.app, {BACKUP})

    assert dead.heard[0] == dead.heard[1]


def test_a_dead_chat_is_tried_once_an_hour_and_misses_nothing(world: World):
    dead = FakeChat(works=False)
    disk_fills(world, "monday")
    for _ in range(3):
        tell(world, dead)
        world.later(minutes=10)
    assert len(dead.heard) == 1
    world.later(minutes=40)
    disk_fills(world, "tuesday")
    dead.works = True

    tell(world, dead)

    assert dead.heard[1][1].startswith("The disk is full: 2\n")


def test_a_failure_is_told_by_doctor_and_numbers_until_a_message_reaches_all(world: World, caplog):
    well, dead = FakeChat(), FakeChat(works=False)
    disk_fills(world, "monday")
    tell(world, well, dead)

    (warning,) = warnings(world)
    assert warning.startswith("A message to a chat of operators failed on ")
    numbers = render_metrics(collect_vitals(world.app.db, world.clock.now(), ())).decode()
    assert 'namesake_notice_failed_timestamp_seconds{office="operator"}' in numbers
    assert "event=notice_failed kind=operator line=2" in caplog.text

    dead.works = True
    world.later(hours=2)
    disk_fills(world, "tuesday")
    tell(world, well, dead)
    assert warnings(world) == []


def test_a_disk_too_full_to_note_it_is_told_once_an_hour_as_well(world: World, monkeypatch):
    def refuse(*_arguments: object) -> None:
        raise CannotWriteError

    chat = FakeChat()
    disk_fills(world, "monday")
    monkeypatch.setattr(AuditTable, "append_entry", refuse)
    sender = NoticeSender(endpoints={"operator": [ChatEndpoint(number=1, plugin=chat)]})

    with pytest.raises(CannotWriteError):
        sender.send_due_notices(world.app)
    world.later(minutes=10)
    sender.send_due_notices(world.app)

    assert len(chat.heard) == 1


def test_a_secret_that_is_wrong_stops_no_service(caplog):
    variables = {
        "NAMESAKE_NOTIFY_OPERATORS": "s3cret",
        "NAMESAKE_NOTIFY_REVIEWERS": "json://one.example/s3cret",
    }

    endpoints = load_all_chat_endpoints(variables)

    assert {office: len(chats) for office, chats in endpoints.items()} == {"reviewer": 1}
    assert "event=chat_left_out" in caplog.text
    assert "s3cret" not in caplog.text


def test_reviewers_are_told_of_cases_that_opened_to_them_and_of_look_alikes(world: World):
    chat, now = FakeChat(), world.clock.now()
    store_finding(world, first_seen=now)
    store_finding(world, first_seen=now - timedelta(days=9))

    endpoints = {"reviewer": [ChatEndpoint(number=1, plugin=chat)]}
    NoticeSender(endpoints=endpoints).send_due_notices(world.app)

    assert chat.heard == [
        (
            "Namesake, Cedar Valley Public Schools: Reviewers",
            f"New look-alikes of the district: 1\n{world.config.portal.address}/review",
        )
    ]


def test_each_kind_is_told_to_someone_and_comes_from_an_email_or_is_counted_here():
    kinds = {kind for audience in AUDIENCES for kind in audience.kinds}
    counted = {NoticeKind.CASE_OPENED, NoticeKind.LOOKALIKE_SEEN}

    assert kinds == set(NoticeKind)
    assert kinds - counted <= {kind.value for kind in EmailKind}
