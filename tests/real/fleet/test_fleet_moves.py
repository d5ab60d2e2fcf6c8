"""Districts that move, or come back from a backup: they are never on two machines, nor lost."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import App, Environment, open_portal_app
from monitor.cli.main import main
from monitor.db.database import Database
from monitor.db.state_folder_lock import find_handover
from monitor.demo.setup import StoryClock
from monitor.domain.errors import BusyError, ConfigError, InputError, MovedError, SetAsideError
from monitor.domain.vocabulary import ConsentChannel
from monitor.fleet import moves as fleet_moves
from monitor.fleet.db.consent_changes import ConsentChanges
from monitor.fleet.db.district_leases import LeasesTable
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.district_folders import LEAVING_FILE
from monitor.services.consent_end import withdraw_consent
from monitor.services.consent_renewal import pause_checks
from tests.monitor import made_districts
from tests.monitor.fleet.world import Fleet
from tests.monitor.made_districts import make_districts
from tests.real.fleet.asker import FLEET_KEY
from tests.real.fleet.machines import PATIENCE, open_home, wait_for

pytestmark = pytest.mark.real
PEOPLE = 4


@dataclass(slots=True, kw_only=True)
class Machine:
    """A machine with districts: its folders, its service while that runs, and its shell."""

    name: str
    folder: Path
    database: str
    capsys: pytest.CaptureFixture[str]

    @property
    def districts(self) -> Path:
        return self.folder / "districts"

    @property
    def state(self) -> Path:
        return self.districts / "cedar" / "state"

    def set_up(self, *names: str) -> None:
        self.folder.mkdir(exist_ok=True)
        make_districts(self.districts, names, PEOPLE, 1)
        (self.folder / "fleet.toml").write_text(
            f'[fleet]\ndistricts = "districts"\nmachine = "{self.name}"\n'
            f'database = "{self.database}"\n[backup]\nfolder = "copies"\nkeys = "keys"\n',
            "utf-8",
        )

    def types(self, *words: str) -> tuple[int, str]:
        """Type a command; return its exit code and all that it says."""
        with pytest.raises(SystemExit) as ended:
            main(("--config", str(self.folder / "fleet.toml"), *words))
        said = self.capsys.readouterr()
        assert "Traceback" not in said.err
        return int(str(ended.value.code or 0)), said.out + said.err

    def fleet(self, *words: str) -> tuple[int, str]:
        return self.types("fleet", *words)

    def list_states(self) -> dict[str, str]:
        _, said = self.types("status", "--json")
        return {entry["name"]: entry["state"] for entry in json.loads(said)}

    def waits_for(self, states: dict[str, str]) -> None:
        """Wait until its status says so: its service looks when it comes to it."""
        wait_for(lambda: self.list_states() == states, 60)

    @contextmanager
    def serves(self) -> Iterator[Fleet]:
        """Run its service, which looks at its folder again and again."""
        stopping = threading.Event()
        now = StoryClock(datetime.now(UTC))
        with open_home(self.database, self.districts, now, machine=self.name) as home:

            def look() -> None:
                while not stopping.wait(0.02):
                    home.runner.look_for_folders()
                    home.works()

            service = threading.Thread(target=look)
            service.start()
            try:
                yield home
            finally:
                stopping.set()
                service.join(PATIENCE)

    def count_people(self) -> int:
        with Database.open_folder(self.state) as db:
            return len(db.people.list_person_ids())


Machines = Callable[[str], Machine]


@pytest.fixture
def machine(
    fleet_address: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Machines:
    monkeypatch.setenv("NAMESAKE_FLEET_KEY", FLEET_KEY)
    monkeypatch.setattr(fleet_moves, "CHECKED_EVERY", 0.02)
    # Commands go by the real clock.
    monkeypatch.setattr(made_districts, "JOINED", datetime.now(UTC) - timedelta(days=1))
    return lambda name: Machine(
        name=name, folder=tmp_path / name, database=fleet_address, capsys=capsys
    )


@pytest.fixture
def first(machine: Machines) -> Machine:
    made = machine("first")
    made.set_up("birch", "cedar")
    return made


@pytest.fixture
def second(machine: Machines) -> Machine:
    made = machine("second")
    made.set_up()
    return made


@contextmanager
def open_leases(machine: Machine) -> Iterator[LeasesTable]:
    connection = FleetConnection.open_address(machine.database)
    try:
        yield LeasesTable(connection, machine.name)
    finally:
        connection.close()


def copy_over(first: Machine, second: Machine) -> None:
    """Do what the printed commands do."""
    arriving = second.districts / "cedar.arriving"
    shutil.copytree(first.districts / "cedar.moved", arriving, dirs_exist_ok=True)
    arriving.rename(second.districts / "cedar")


def test_a_district_moves_and_is_open_on_one_machine_at_a_time(
    first: Machine, second: Machine
) -> None:
    with first.serves() as home:
        home.works()
        code, said = first.fleet("move", "cedar", "second")
        assert code == 0, said
        assert "rsync -a --delete" in said
        assert "root@second:" in said
        assert not first.state.exists()
        with pytest.raises(MovedError, match="is on its way to the machine second"):
            Database.open_folder(first.districts / "cedar.moved" / "state")
        first.waits_for({"birch": "at work", "cedar": "moved away"})

        copy_over(first, second)
        second.waits_for({"cedar": "not running"})
        with second.serves() as there:
            there.works()
            second.waits_for({"cedar": "at work"})
            code, said = first.types("status")
            assert code == 0
            assert "Unless second has it, copy it there" in said
        assert second.count_people() == PEOPLE
        (first.districts / "cedar.moved").rename(first.districts / "cedar")
        first.waits_for({"birch": "at work", "cedar": "set aside"})
        code, said = first.types("status")
        assert code == SetAsideError.exit_code
        assert "The machine second works on it, so what lies here stays closed." in said
        with pytest.raises(MovedError):
            first.count_people()


def test_half_a_copy_is_not_taken_up_and_the_rest_of_it_is(first: Machine, second: Machine) -> None:
    with first.serves():
        first.fleet("move", "cedar", "second")
    copy_over(first, second)
    database = second.state / "namesake.db"
    whole = database.read_bytes()
    database.write_bytes(whole[:-1])
    with second.serves() as there:
        there.works()
        second.waits_for({"cedar": "set aside"})
        with pytest.raises(MovedError):
            second.count_people()
        _, said = second.types("status")
        assert "its copy is not complete: state/namesake.db" in said

        database.write_bytes(whole)
        there.works()
        second.waits_for({"cedar": "at work"})
    assert find_handover(second.state) is None


def test_a_copy_of_a_district_that_was_not_closed_is_never_taken_up(
    first: Machine, second: Machine
) -> None:
    with first.serves():
        shutil.copytree(first.districts / "cedar", second.districts / "cedar")
        first.fleet("move", "cedar", "second")
    with second.serves() as there:
        there.works()
        second.waits_for({"cedar": "set aside"})
        code, said = second.types("status")
        assert code == SetAsideError.exit_code
        assert "so what lies here stays closed" in said
        wait_for(lambda: find_handover(second.state) is not None, 60)
        with pytest.raises(MovedError):
            second.count_people()


def test_a_move_can_be_taken_back_until_the_other_machine_has_the_district(
    first: Machine, second: Machine
) -> None:
    with first.serves() as home:
        first.fleet("move", "cedar", "second")
        code, said = first.fleet("move", "cedar", "second")
        assert code == InputError.exit_code
        assert "is on its way already" in said
        copy_over(first, second)
        code, said = first.fleet("move", "cedar", "first")
        assert (code, said) == (0, "cedar stays on first.\n")
        home.works()
        first.waits_for({"birch": "at work", "cedar": "at work"})
        with second.serves() as there:
            there.works()
            second.waits_for({"cedar": "set aside"})
        shutil.rmtree(second.districts / "cedar")

        first.fleet("move", "cedar", "second")
        copy_over(first, second)
        with second.serves() as there:
            there.works()
        code, said = first.fleet("move", "cedar", "first")
        assert code == MovedError.exit_code
        assert "Another machine has taken up cedar by now" in said


def test_a_district_that_is_in_use_stays_as_it_was(
    first: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_moves, "LEAVES_WITHIN", 0.5)
    with first.serves() as home:
        home.works()
        with Database.open_folder(first.state) as db:
            db.people.list_person_ids()
            code, said = first.fleet("move", "cedar", "second")
            assert code == BusyError.exit_code
            assert "Another process has" in said
        assert not (first.districts / "cedar" / LEAVING_FILE).exists()
        assert find_handover(first.state) is None
        home.works()
        first.waits_for({"birch": "at work", "cedar": "at work"})


def test_a_move_that_was_killed_is_done_again_or_taken_back(
    first: Machine, second: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    for words in (("second", "moved away"), ("first", "at work")):
        with monkeypatch.context() as patch:
            patch.setattr(fleet_moves, "rename_folder", die)
            first.fleet("move", "cedar", "second")
        with first.serves() as home:
            home.works()
            first.waits_for({"birch": "at work", "cedar": "set aside"})
            _, said = first.types("status")
            assert "A move to second did not end. Run `namesake fleet move cedar second`" in said
            code, said = first.fleet("move", "cedar", words[0])
            assert code == 0, said
            home.works()
            first.waits_for({"birch": "at work", "cedar": words[1]})
            first.fleet("move", "cedar", "first")


def test_a_drained_machine_lets_go_of_all_districts_until_that_is_undone(first: Machine) -> None:
    with first.serves() as home:
        home.works()
        code, said = first.fleet("drain")
        assert code == 0
        assert "All 2 districts are let go, and stay this machine's." in said
        assert "Drained" in home.runner.describe_wait()
        first.waits_for({"birch": "let go", "cedar": "let go"})
        with open_leases(first) as leases:
            assert not any(lease.left > timedelta() for lease in leases.list_leases().values())

        code, said = first.fleet("drain", "--undo", "--json")
        assert json.loads(said)["drained"] is False
        home.works()
        first.waits_for({"birch": "at work", "cedar": "at work"})


def test_a_machine_that_cannot_be_drained_in_time_says_what_is_at_work(
    first: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_moves, "LEAVES_WITHIN", 0.1)
    with open_home(first.database, first.districts, StoryClock(datetime.now(UTC))) as home:
        home.works()
        code, said = first.fleet("drain")
        assert code == BusyError.exit_code
        assert "has not let go of 2 districts yet: birch, cedar." in said


def back_up(machine: Machine) -> None:
    code, said = machine.types("backup")
    assert code == 0, said


@contextmanager
def as_person(home: Fleet, number: int) -> Iterator[tuple[App, str]]:
    """Open the portal of a district, as one of its people uses it."""
    config = home.district("cedar").load_config()
    with open_portal_app(config, Environment()) as app:
        yield app, sorted(app.db.people.list_person_ids())[number]


def count_changed(machine: Machine) -> int:
    """Count whose change of consent its service has noted outside of the district."""
    noted = ConsentChanges(machine.districts, FleetSeal(FLEET_KEY).derive_home_seal())
    return sum(change.at > made_districts.JOINED for change in noted.list_changes().values())


def fetch_backup(first: Machine, second: Machine) -> None:
    for name in ("copies", "keys"):
        shutil.copytree(first.folder / name, second.folder / name)


def test_a_lost_machine_s_district_comes_back_and_knows_who_withdrew_since_its_backup(
    first: Machine, second: Machine
) -> None:
    with first.serves() as home:
        home.works()
        back_up(first)
        with as_person(home, 0) as (app, person_id):
            withdraw_consent(app, person_id)
        with as_person(home, 1) as (app, person_id):
            until = datetime.now(UTC) + timedelta(days=7)
            pause_checks(app, person_id, until, ConsentChannel.PORTAL)
        wait_for(lambda: count_changed(first) == 2, 60)
        home.runner.send_consent_changes()
        fetch_backup(first, second)
        code, said = second.fleet("restore", "cedar")
        assert code == BusyError.exit_code
        assert "The machine first was heard of lately" in said
        assert not second.state.exists()

        code, said = second.fleet("restore", "cedar", "--gone", "first", "--json")
        assert code == 0, said
        done = json.loads(said)
        assert done["person_count"] == PEOPLE
        home.runner.report()
        _, _, set_aside = home.runner.describe_wait().partition("are set aside: ")
        assert "cedar" in set_aside
    with second.serves() as there:
        there.works()
        second.waits_for({"cedar": "at work"})
    with Database.open_folder(second.state) as db:
        now = datetime.now(UTC)
        assert len(db.consents.list_queryable_person_ids(now)) == PEOPLE - 2


def test_a_machine_that_comes_back_does_not_work_on_what_was_restored_elsewhere(
    first: Machine, second: Machine
) -> None:
    with first.serves() as home:
        home.works()
        back_up(first)
    fetch_backup(first, second)
    code, said = second.fleet("restore", "cedar")
    assert code == 0, said
    assert "Lost is what was done after its backup of" in said
    with first.serves() as home:
        home.works()
        first.waits_for({"birch": "at work", "cedar": "set aside"})
        wait_for(lambda: find_handover(first.state) is not None, 60)
        with pytest.raises(MovedError):
            first.count_people()


def test_a_restore_that_cannot_be_done_takes_nothing_over(first: Machine, second: Machine) -> None:
    with first.serves() as home:
        home.works()
        back_up(first)
    code, said = second.fleet("restore", "cedar")
    assert code == InputError.exit_code
    assert "was not made by `namesake backup`" in said
    fetch_backup(first, second)
    (second.folder / "copies" / "cedar" / "namesake.toml").unlink()
    code, said = second.fleet("restore", "cedar")
    assert code == InputError.exit_code
    assert "The backup has no configuration." in said
    with open_leases(first) as leases:
        assert leases.list_leases()["cedar"].machine == "first"


def test_a_name_that_another_machine_has_is_not_given_twice(
    first: Machine, second: Machine
) -> None:
    with first.serves() as home:
        home.works()
    answers = first.folder / "answers.toml"
    answers.touch()
    code, said = second.fleet("add", "cedar", "--answers", str(answers))
    assert code == InputError.exit_code
    assert "The machine first has a district 'cedar'." in said


@pytest.mark.parametrize("words", [("move", "cedar", "second"), ("restore", "cedar")])
def test_one_machine_alone_is_told_so(first: Machine, words: tuple[str, ...]) -> None:
    (first.folder / "fleet.toml").write_text('[fleet]\ndistricts = "districts"\n', "utf-8")
    code, said = first.fleet(*words)
    assert code == ConfigError.exit_code
    assert "this machine is alone: see docs/fleet.md" in said
