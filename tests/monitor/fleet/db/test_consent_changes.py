"""Who left is known outside of the district: no older copy of it has them asked about again."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

import pytest

from monitor.app import App, Environment, open_portal_app
from monitor.demo.setup import StoryClock
from monitor.domain.errors import UnavailableError
from monitor.domain.vocabulary import ConsentChannel
from monitor.fleet.db.consent_changes import ConsentChange, ConsentChanges
from monitor.fleet.db.crawl_limits import FleetCrawlLimits
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.district_folders import DistrictFolder
from monitor.fleet.home_machine import HomeMachine
from monitor.services.consent_end import withdraw_consent
from monitor.services.consent_renewal import pause_checks, resume_checks
from monitor.services.erasure import erase_disowned_person
from tests.monitor.fleet.world import FLEET_KEY
from tests.monitor.made_districts import FRIDAY, make_districts

PEOPLE = 4
Made = TypeVar("Made")


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(FRIDAY)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_districts(tmp_path, ("cedar",), PEOPLE, 1)
    return tmp_path


@contextmanager
def opened(folder: Path, clock: StoryClock) -> Iterator[App]:
    config = DistrictFolder(name="cedar", path=folder / "cedar").load_config()
    with open_portal_app(config, Environment(clock=clock)) as app:
        yield app


def start_home(
    folder: Path, clock: StoryClock, connection: FleetConnection | None = None
) -> HomeMachine:
    """Return a machine with districts; nothing has been told to its PostgreSQL."""
    connection = connection or FakeConnection()
    return HomeMachine(FleetCrawlLimits(connection, FleetSeal(FLEET_KEY), clock), folder, "home")


def list_queryable(app: App) -> tuple[str, ...]:
    return app.db.consents.list_queryable_person_ids(app.clock.now())


def put_back(folder: Path, copy: Path) -> None:
    shutil.rmtree(folder / "cedar" / "state")
    shutil.copytree(copy, folder / "cedar" / "state")


def test_a_copy_that_is_put_back_has_no_one_asked_about_who_left_since(
    folder: Path, clock: StoryClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = tmp_path_factory.mktemp("copy") / "state"
    shutil.copytree(folder / "cedar" / "state", copy)
    with opened(folder, clock) as app:
        left, paused, disowned, stays = list_queryable(app)
        withdraw_consent(app, left)
        until = clock.now() + timedelta(days=7)
        pause_checks(app, paused, until, ConsentChannel.PORTAL)
        erase_disowned_person(app, disowned)
        start_home(folder, clock).note_consent_changes("cedar", app)
    # The keys of who was erased are in no copy of them.
    put_back(folder, copy)
    clock.at += timedelta(hours=1)

    with opened(folder, clock) as app:
        assert len(list_queryable(app)) == PEOPLE
        start_home(folder, clock).apply_consent_changes("cedar", app)
        assert list_queryable(app) == (stays,)
        consents = {entry.person_id: entry for entry in app.db.consents.list_latest_consents()}
        assert consents[left].withdrawn_at == FRIDAY
        assert consents[disowned].withdrawn_at == clock.now()
        assert consents[paused].paused_until == until
        audited = {entry.subject: entry.action for entry in app.db.audit.list_entries()}
        assert audited[paused] == "consent-paused"


def test_a_copy_that_is_put_back_shortens_no_pause(
    folder: Path, clock: StoryClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy, until = tmp_path_factory.mktemp("copy") / "state", clock.now() + timedelta(days=90)
    with opened(folder, clock) as app:
        person_id = list_queryable(app)[0]
        pause_checks(app, person_id, until, ConsentChannel.PORTAL)
    shutil.copytree(folder / "cedar" / "state", copy)
    clock.at += timedelta(hours=1)
    with opened(folder, clock) as app:
        pause_checks(app, person_id, until + timedelta(days=1), ConsentChannel.PORTAL)
        start_home(folder, clock).note_consent_changes("cedar", app)
    put_back(folder, copy)
    clock.at += timedelta(hours=1)

    with opened(folder, clock) as app:
        start_home(folder, clock).apply_consent_changes("cedar", app)
        consent = app.db.consents.find_latest_consent(person_id)
        assert consent is not None
        assert consent.paused_until == until + timedelta(days=1)


def test_what_a_person_changed_last_stays_when_the_service_starts_again(
    folder: Path, clock: StoryClock
) -> None:
    home = start_home(folder, clock)
    with opened(folder, clock) as app:
        person_id = list_queryable(app)[0]
        pause_checks(app, person_id, clock.now() + timedelta(days=7), ConsentChannel.PORTAL)
        home.note_consent_changes("cedar", app)
        clock.at += timedelta(hours=1)
        resume_checks(app, person_id, ConsentChannel.PORTAL)
    for _ in range(2):
        with opened(folder, clock) as app:
            started = start_home(folder, clock)
            started.apply_consent_changes("cedar", app)
            started.note_consent_changes("cedar", app)
            assert len(list_queryable(app)) == PEOPLE


def test_a_copy_that_is_put_back_while_the_service_runs_is_brought_up_to_date(
    folder: Path, clock: StoryClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Also where its files are written over, and so are the same ones for the file system."""
    copy, home = tmp_path_factory.mktemp("copy") / "state", start_home(folder, clock)
    shutil.copytree(folder / "cedar" / "state", copy)
    with opened(folder, clock) as app:
        home.apply_consent_changes("cedar", app)
        left = list_queryable(app)[0]
        withdraw_consent(app, left)
        home.note_consent_changes("cedar", app)
    shutil.copytree(copy, folder / "cedar" / "state", dirs_exist_ok=True)
    clock.at += timedelta(hours=1)

    with opened(folder, clock) as app:
        assert left in list_queryable(app)
        home.apply_consent_changes("cedar", app)
        assert left not in list_queryable(app)


def test_what_an_older_copy_says_replaces_nothing(
    folder: Path, clock: StoryClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A copy is swapped under a district that is open, so nothing has been applied to it yet."""
    copy = tmp_path_factory.mktemp("copy") / "state"
    shutil.copytree(folder / "cedar" / "state", copy)
    changes = ConsentChanges(folder, FleetSeal(FLEET_KEY).derive_home_seal())
    with opened(folder, clock) as app:
        left = list_queryable(app)[0]
        clock.at += timedelta(hours=1)
        withdraw_consent(app, left)
        start_home(folder, clock).note_consent_changes("cedar", app)
    noted, sent = changes.list_changes(), FakeConnection()
    assert changes.send_changes(sent) == PEOPLE
    put_back(folder, copy)

    tag = changes.tag_person("cedar", left)
    with opened(folder, clock) as app:
        start_home(folder, clock).note_consent_changes("cedar", app)
        assert changes.list_changes() == noted
        assert noted[tag].consent.withdrawn_at == clock.now()
        # A machine whose list is older, too, tells the fleet of what it has there.
        changes.save_changes({tag: ConsentChange(at=FRIDAY, consent=None)})
    assert changes.send_changes(sent) == 1
    assert changes.send_changes(sent) == 0
    assert changes.fetch_changes(sent, ()) == noted


def test_a_copy_on_another_machine_learns_from_the_fleet_who_left(
    folder: Path, clock: StoryClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fleet, elsewhere = FakeConnection(), tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(folder, elsewhere, dirs_exist_ok=True)
    clock.at += timedelta(hours=1)
    with opened(folder, clock) as app:
        left = list_queryable(app)[0]
        withdraw_consent(app, left)
        home = start_home(folder, clock, fleet)
        home.note_consent_changes("cedar", app)
        home.send_consent_changes()
    with opened(elsewhere, clock) as app:
        assert start_home(elsewhere, clock, fleet).apply_consent_changes("cedar", app) == 1
        assert left not in list_queryable(app)


def test_what_a_wrong_clock_wrote_is_replaced(folder: Path, clock: StoryClock) -> None:
    home = start_home(folder, clock)
    changes = ConsentChanges(folder, FleetSeal(FLEET_KEY).derive_home_seal())
    with opened(folder, clock) as app:
        tag = changes.tag_person("cedar", list_queryable(app)[0])
        ahead = ConsentChange(at=clock.now() + timedelta(days=365), consent=None)
        changes.save_changes({tag: ahead})
        home.note_consent_changes("cedar", app)
        assert changes.list_changes()[tag].at <= clock.now()


def test_what_cannot_be_sent_stays_to_be_sent(
    folder: Path, clock: StoryClock, caplog: pytest.LogCaptureFixture
) -> None:
    away = FleetConnection("postgresql://127.0.0.1:1/none", timedelta())
    home = start_home(folder, clock, away)
    with opened(folder, clock) as app:
        with pytest.raises(UnavailableError):
            home.apply_consent_changes("cedar", app)
        withdraw_consent(app, list_queryable(app)[0])
        home.note_consent_changes("cedar", app)
    home.send_consent_changes()
    assert [record.getMessage() for record in caplog.records][-1] == "fleet_database_away"

    changes = ConsentChanges(folder, FleetSeal(FLEET_KEY).derive_home_seal())
    sent = FakeConnection()
    assert changes.send_changes(sent) == PEOPLE
    assert changes.send_changes(sent) == 0
    assert changes.fetch_changes(sent, ()) == changes.list_changes()


def test_nobody_but_a_machine_with_districts_ends_a_consent(
    folder: Path, clock: StoryClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The key of all machines is not enough."""
    forger = ConsentChanges(folder, FleetSeal(FLEET_KEY))
    own = ConsentChanges(folder, FleetSeal(FLEET_KEY).derive_home_seal())
    with opened(folder, clock) as app:
        person_id = list_queryable(app)[0]
        tag = own.tag_person("cedar", person_id)
        forger.save_changes({tag: ConsentChange(at=clock.now(), consent=None)})
        start_home(folder, clock).apply_consent_changes("cedar", app)
        assert person_id in list_queryable(app)
    assert "consent_changes_refused" in [record.getMessage() for record in caplog.records]


def test_the_file_names_no_one(folder: Path, clock: StoryClock) -> None:
    home = start_home(folder, clock)
    with opened(folder, clock) as app:
        people = list_queryable(app)
        home.note_consent_changes("cedar", app)
    written = b"".join(path.read_bytes() for path in folder.glob("consent-changes.db*"))

    assert len(written) > 0
    assert [name for name in (*people, "cedar") if name.encode() in written] == []


class FakeConnection(FleetConnection):
    """A PostgreSQL that takes what it is sent."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}

    def run(self, work: Callable[[Any], Made]) -> Made:
        return work(self.Cursor(self))

    @dataclass
    class Cursor:
        """One transaction of it; what is read may be more than was asked for."""

        home: "FakeConnection"

        def execute(self, statement: str, values: tuple[list[Any], ...] = ()) -> Self:
            if statement.startswith("INSERT"):
                self.home.rows.update(zip(*values, strict=True))
            return self

        def fetchall(self) -> list[dict[str, object]]:
            return self.home.fetch_rows()

    def fetch_rows(self, *_: object) -> list[dict[str, object]]:
        return [{"tag": tag, "body": body} for tag, body in self.rows.items()]
