"""A full disk pauses what fills it and loses nothing; a heart beats only while all is well."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from msgspec import structs

from monitor.config.sections import BackupConfig, BouncesConfig, WatchConfig
from monitor.db.atomic_files import DiskReserve
from monitor.db.backup_files import KeyBackup
from monitor.db.database import Database
from monitor.db.encryption import KeyStore, keep_no_copy
from monitor.demo.district import MARIA
from monitor.domain.errors import CannotWriteError, UnavailableError
from monitor.domain.health import BACKED_UP
from monitor.domain.vocabulary import HealthLevel
from monitor.mail.chat import ChatEndpoint
from monitor.scheduler.timed_jobs import Heartbeat, SupervisedRunner
from monitor.services.chat_notices import NoticeSender
from monitor.services.digests import build_digest_view
from monitor.services.due_jobs import schedule_jobs
from monitor.services.health import Vitals
from monitor.services.notifications import queue_operator_emails
from reports.emails.office import DiskFullView
from tests.monitor.services.test_chat_notices import FakeChat
from tests.monitor.services.world import World

OPERATOR = "sam@cedarvalley.example"


class SmallDisk(DiskReserve):
    """Room for so many pages of the database; the reserve is a few of them."""

    def __init__(self, state: Database, folder: Path) -> None:
        super().__init__(folder)
        self._database = state.people.connection
        self.room = True

    def fills_up(self) -> None:
        self.room = False
        ((pages,),) = self._database.fetch_rows("PRAGMA page_count")
        self._limit(pages)

    def is_enlarged(self) -> None:
        self.room = True
        self._limit(1 << 30)

    def release_reserve(self) -> bool:
        given = super().release_reserve()
        if given:
            ((pages,),) = self._database.fetch_rows("PRAGMA page_count")
            self._limit(pages + 256)
        return given

    def ensure_reserve(self) -> bool:
        return (self.room or self._path.exists()) and super().ensure_reserve()

    def _limit(self, pages: int) -> None:
        self._database.fetch_row(f"PRAGMA max_page_count = {pages}")


class Watched:
    """The watched rounds of a world, and what their heart has told."""

    def __init__(self, world: World) -> None:
        self.beats: list[HealthLevel] = []
        self.disk = SmallDisk(world.state, world.config.state)
        self.rounds = SupervisedRunner(app=world.app, reserve=self.disk, heartbeat=self.hear)

    def hear(self, _vitals: Vitals, level: HealthLevel) -> None:
        self.beats.append(level)


@pytest.fixture
def world(world_of: Callable[..., World]) -> World:
    """A world with an operator, in which somebody has joined and a sweep is due."""
    world = world_of("chalkboard", families=("bluesky", "searxng"))
    district = structs.replace(world.config.district, operators=(OPERATOR,))
    world.restarts(structs.replace(world.config, district=district))
    world.joins(MARIA)
    schedule_jobs(world.app)
    world.later(days=8)
    return world


@pytest.fixture
def watched(world: World) -> Watched:
    return Watched(world)


def test_a_full_disk_pauses_the_sweep_and_tells_an_operator(world: World, watched: Watched):
    assert watched.disk.ensure_reserve()
    watched.disk.fills_up()

    with pytest.raises(CannotWriteError, match="free up space"):
        watched.rounds.run_due_sweeps()

    asked = len(world.asked)
    world.later(minutes=20)
    watched.rounds.run_due_sweeps()
    watched.rounds.run_requested_checks()
    assert len(world.asked) == asked
    world.writes()
    (email,) = [
        one_email for one_email in world.post.to(OPERATOR) if one_email.envelope.kind == "disk-full"
    ]
    assert "Nothing is lost" in email.text


def test_what_was_found_can_be_read_while_the_disk_is_full(world: World, watched: Watched):
    world.sweep()
    ref = world.state.people.list_person_ids()[0]
    assert watched.disk.ensure_reserve()
    watched.disk.fills_up()

    assert world.state.findings.list_findings_of_person(ref)
    assert build_digest_view(world.app, ref)


def test_the_sweep_goes_on_by_itself_once_there_is_room(world: World, watched: Watched):
    assert watched.disk.ensure_reserve()
    watched.disk.fills_up()
    with pytest.raises(CannotWriteError):
        watched.rounds.run_due_sweeps()

    watched.disk.is_enlarged()
    world.later(minutes=10)
    watched.rounds.run_due_sweeps()

    assert world.coverage()
    assert world.state.sweeps.list_open_sweeps() == ()
    queries = [(query.host, query.path, query.query) for query in world.asked]
    under_way = len({query.host for query in world.asked})
    assert len(queries) - len(set(queries)) <= under_way, "what was written is not asked again"


def test_the_room_kept_back_is_given_up_once_and_kept_back_again(tmp_path: Path):
    reserve = DiskReserve(tmp_path)
    assert reserve.ensure_reserve()
    assert (tmp_path / "reserve").stat().st_size == 1 << 20

    assert reserve.release_reserve()
    assert not reserve.release_reserve()
    assert reserve.ensure_reserve()


def test_threads_that_ask_at_once_all_hear_that_there_is_room(tmp_path: Path):
    reserve, ready = DiskReserve(tmp_path), Barrier(8)

    def asks(_: int) -> bool:
        ready.wait()
        return reserve.ensure_reserve()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(asks, range(8))) == [True] * 8


def test_where_there_is_no_room_for_it_nothing_is_kept_back(tmp_path: Path, monkeypatch):
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("monitor.db.atomic_files.shutil.disk_usage", lambda _: usage)

    assert not DiskReserve(tmp_path).ensure_reserve()
    assert list(tmp_path.iterdir()) == []


def intervals(world: World) -> dict[str, float]:
    """Return how many seconds lie between two runs of each job."""
    jobs = Watched(world).rounds.list_timed_jobs()
    return {job.name: job.trigger.interval.total_seconds() for job in jobs}


def test_what_needs_no_more_than_a_timer_has_its_own(world: World):
    in_time = {"keys": 60, "heartbeat": 60, "purge": 86400}
    assert intervals(world) == {"checks": 20, "sweeps": 20, "mail": 20} | in_time


def test_a_mailbox_for_bounces_is_read_every_quarter_of_an_hour(world: World):
    settings = BouncesConfig(host="localhost", user="bounces@cedarvalley.example")
    world.restarts(structs.replace(world.config, bounces=settings))

    assert intervals(world)["bounces"] == 900


def test_the_record_of_sent_emails_and_the_copy_of_the_keys_have_one_writer(watched: Watched):
    workers = {job.name: job.worker for job in watched.rounds.list_timed_jobs()}

    assert {workers[name] for name in ("mail", "purge", "keys")} == {"mail"}


def test_a_ring_asks_for_what_stands_in_the_due_table_and_for_the_copy_of_the_keys_first(
    watched: Watched,
):
    rung = [job.name for job in watched.rounds.list_timed_jobs() if job.answers_bell]

    assert set(rung) == {"keys", "checks", "sweeps", "mail"}
    assert rung.index("keys") < rung.index("mail")


def test_the_heart_beats_while_all_is_well(watched: Watched):
    watched.rounds.run_due_sweeps()
    watched.rounds.run_mail_and_cleanup()
    watched.rounds.send_heartbeat()

    assert watched.beats == [HealthLevel.OK]


@pytest.mark.parametrize("job", ["delete_expired_data", "collect_new_bounces"])
def test_a_timed_job_that_fails_stops_the_heart_until_it_succeeds(
    watched: Watched, monkeypatch, job: str
):
    def breaks(*_: object) -> None:
        raise UnavailableError

    works = {
        "delete_expired_data": watched.rounds.delete_expired_data,
        "collect_new_bounces": watched.rounds.collect_bounces,
    }
    watched.rounds.run_due_sweeps()
    watched.rounds.run_mail_and_cleanup()
    monkeypatch.setattr(f"monitor.services.due_jobs.{job}", breaks)
    with pytest.raises(UnavailableError):
        works[job]()
    watched.rounds.run_mail_and_cleanup()
    watched.rounds.send_heartbeat()
    monkeypatch.setattr(f"monitor.services.due_jobs.{job}", lambda _: None)
    works[job]()
    watched.rounds.send_heartbeat()

    assert watched.beats == [HealthLevel.BAD, HealthLevel.OK]


def test_the_journal_says_once_what_operators_have_to_see_to(
    world: World, watched: Watched, caplog
):
    caplog.set_level(logging.INFO)
    watched.rounds.run_due_sweeps()
    watched.rounds.run_mail_and_cleanup()
    watched.rounds.send_heartbeat()
    watched.rounds.send_heartbeat()
    world.state.audit.append_entry(world.clock.now(), "namesake", BACKED_UP, "", {})
    watched.rounds.send_heartbeat()

    said = [(record.msg, record.kind) for record in caplog.records if hasattr(record, "kind")]
    assert said.count(("warning_raised", "backup")) == 1
    assert said.count(("warning_ended", "backup")) == 1


def test_a_restart_repeats_no_warning(world: World, watched: Watched, caplog):
    """Else each restart raises an alarm about what is known."""
    watched.rounds.send_heartbeat()
    again = SupervisedRunner(
        app=world.app, reserve=watched.rounds.reserve, heartbeat=watched.rounds.heartbeat
    )
    caplog.clear()
    again.send_heartbeat()
    world.state.audit.append_entry(world.clock.now(), "namesake", BACKED_UP, "", {})
    caplog.set_level(logging.INFO)
    again.send_heartbeat()

    assert [record.msg for record in caplog.records if hasattr(record, "kind")] == ["warning_ended"]


def test_it_stops_while_a_round_fails_and_beats_again_after(watched: Watched, monkeypatch):
    def breaks(*_: object) -> None:
        raise RuntimeError

    watched.rounds.run_due_sweeps()
    with monkeypatch.context() as broken:
        broken.setattr("monitor.services.due_jobs.run_due_sweeps", breaks)
        with pytest.raises(RuntimeError):
            watched.rounds.run_due_sweeps()
    watched.rounds.run_mail_and_cleanup()
    watched.rounds.send_heartbeat()
    watched.rounds.run_due_sweeps()
    watched.rounds.send_heartbeat()

    assert watched.beats == [HealthLevel.BAD, HealthLevel.OK]


def test_it_stops_when_no_sweep_is_made(world: World, watched: Watched):
    watched.rounds.run_due_sweeps()
    watched.rounds.run_mail_and_cleanup()
    watched.rounds.send_heartbeat()
    world.later(days=10)
    watched.rounds.run_mail_and_cleanup()
    watched.rounds.send_heartbeat()

    assert watched.beats == [HealthLevel.OK, HealthLevel.BAD]


@pytest.mark.parametrize(("level", "told"), [(HealthLevel.OK, True), (HealthLevel.BAD, False)])
def test_the_ping_url_is_called_only_while_all_is_well(
    world: World, watched: Watched, tmp_path: Path, level: HealthLevel, *, told: bool
):
    pinged: list[bool] = []
    watch = WatchConfig(
        heartbeat_url="https://watch.example/ping",
        metrics_file=tmp_path / "namesake.prom",
    )

    def ping() -> bool:
        pinged.append(True)
        return True

    seen: list[Vitals] = []
    watched.rounds.heartbeat = lambda vitals, _: seen.append(vitals)
    watched.rounds.send_heartbeat()
    Heartbeat(watch=watch, ping=ping)(seen[0], level)

    assert bool(pinged) is told
    assert "namesake_emails" in (tmp_path / "namesake.prom").read_text("utf-8")


def test_chats_have_a_thread_of_their_own_where_there_are_some(world: World, watched: Watched):
    assert "notices" not in {job.name for job in watched.rounds.list_timed_jobs()}
    chat = FakeChat()
    endpoints = {"operator": (ChatEndpoint(number=1, plugin=chat),)}
    watched.rounds.notices = NoticeSender(endpoints=endpoints)

    jobs = watched.rounds.list_timed_jobs()
    (notices,) = (job for job in jobs if job.worker == "notices")
    with world.app.db.begin_transaction():
        queue_operator_emails(
            world.app, "today", lambda to: DiskFullView(**to, since=world.clock.now())
        )
    notices.work()
    assert chat.heard == []  # what it warns of is not known before the first look
    watched.rounds.send_heartbeat()
    notices.work()

    ((_, body),) = chat.heard
    assert body.splitlines()[0].startswith("New warnings: ")
    assert "backup (warn)" in body
    assert "The disk is full: 1" in body


@pytest.fixture
def folder(world: World, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    world.restarts(structs.replace(world.config, backup=BackupConfig(keys=folder)))
    return folder


def test_who_is_erased_is_so_in_the_copy_of_the_keys_within_a_minute(world: World, folder: Path):
    copy = KeyBackup(folder)
    copy.back_up_keys(world.state)
    (ref,) = world.state.people.list_person_ids()
    # As of a process that is killed right after the commit.
    world.state.keys.renew_copy = keep_no_copy
    world.state.people.erase_person(ref)
    assert copy.count_missing_changes(world.state) > 0

    Watched(world).rounds.back_up_keys()

    assert copy.count_missing_changes(world.state) == 0
    with KeyStore.open_store(folder) as keys:
        assert not keys.has_key(ref)


def test_no_copy_of_the_keys_is_begun_by_an_erasure(world: World, folder: Path):
    world.state.people.erase_person(world.state.people.list_person_ids()[0])

    Watched(world).rounds.back_up_keys()

    assert list(folder.iterdir()) == []


def test_a_copy_of_the_keys_that_cannot_be_renewed_stops_the_heart(world: World, folder: Path):
    KeyBackup(folder).back_up_keys(world.state)
    (folder / ".keys.db.new").mkdir()
    watched = Watched(world)
    watched.rounds.run_due_sweeps()
    world.state.people.erase_person(world.state.people.list_person_ids()[0])

    watched.rounds.run_mail_and_cleanup()
    watched.rounds.back_up_keys()
    watched.rounds.send_heartbeat()

    assert watched.beats == [HealthLevel.BAD]


def test_a_copy_of_the_keys_that_cannot_be_read_stops_the_heart_and_no_round(
    world: World, folder: Path, caplog
):
    KeyBackup(folder).back_up_keys(world.state)
    (folder / "keys.db").unlink()
    (folder / "keys.db").mkdir()
    watched = Watched(world)
    watched.rounds.run_due_sweeps()

    watched.rounds.run_mail_and_cleanup()
    watched.rounds.back_up_keys()
    watched.rounds.send_heartbeat()

    assert watched.beats == [HealthLevel.BAD]
    assert f"{folder / 'keys.db'} cannot be written" in caplog.text


def test_what_cannot_be_told_holds_up_nothing(world: World, watched: Watched, tmp_path, caplog):
    watch = WatchConfig(
        metrics_file=tmp_path / "nowhere" / "namesake.prom",
        heartbeat_url="https://watch.example/s3cret",
    )
    watched.rounds.heartbeat = Heartbeat(watch=watch, ping=lambda: False)

    watched.rounds.run_due_sweeps()
    watched.rounds.run_mail_and_cleanup()
    watched.rounds.send_heartbeat()

    assert "cannot be written" in caplog.text
    assert "heartbeat_not_sent" in caplog.text
    assert "s3cret" not in caplog.text


def test_where_no_warning_can_be_noted_the_heartbeat_goes_on(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def refuse(*_: object) -> None:
        raise CannotWriteError

    monkeypatch.setattr("monitor.scheduler.timed_jobs.write_file", refuse)

    watched.rounds.send_heartbeat()
    watched.rounds.send_heartbeat()

    raised = [record.kind for record in caplog.records if record.msg == "warning_raised"]
    assert raised
    assert len(set(raised)) == len(raised)
