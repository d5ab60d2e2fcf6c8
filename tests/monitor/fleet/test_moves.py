"""Which districts can be moved, and how the commands for it are spelled."""

import shlex
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest

from monitor.db.handover import find_handover
from monitor.domain.errors import InputError, MovedError, UnavailableError
from monitor.fleet.db.handover import Lease
from monitor.fleet.districts import LEAVING_FILE, DistrictFolder
from monitor.fleet.moves import build_move, list_moves, move_district, take_back
from tests.monitor.made_districts import make_districts


@dataclass(slots=True)
class FakeLeases:
    """One machine's view of where districts live, without a database."""

    machine: str = "first"
    rows: dict[str, Lease] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    away: bool = False

    def begin_move(self, name: str, machine: str, token: str) -> Lease | None:
        known = self.rows.get(name)
        if known is None or known.machine == self.machine:
            self.rows[name] = Lease(
                district=name,
                machine=self.machine,
                next_machine=machine,
                token=token,
                left=timedelta(),
            )
        return self.rows[name]

    def cancel_move(self, name: str) -> bool:
        known = self.rows.get(name)
        if known is None or known.machine != self.machine:
            return False
        del self.rows[name]
        return True

    def replace_machine(self, name: str, gone: str) -> Lease | None:
        raise NotImplementedError

    def end_leases(self, names: tuple[str, ...]) -> None:
        if self.away:
            raise UnavailableError
        self.ended.extend(names)

    def delete_lease(self, name: str) -> None:
        self.rows.pop(name, None)

    def list_leases(self) -> dict[str, Lease]:
        return self.rows


@pytest.fixture
def cedar(tmp_path: Path) -> DistrictFolder:
    make_districts(tmp_path / "districts", ("cedar",), 1, 1)
    return DistrictFolder(name="cedar", path=tmp_path / "districts" / "cedar")


def test_a_district_is_closed_before_it_is_renamed(cedar: DistrictFolder) -> None:
    leases = FakeLeases()
    done = move_district(cedar, leases, "second", sleep)

    assert done.folder == cedar.path.with_name("cedar.moved")
    assert not (done.folder / LEAVING_FILE).exists()
    handover = find_handover(done.folder / "state")
    assert handover is not None
    assert handover.token == leases.rows["cedar"].token
    assert leases.ended == ["cedar"]
    assert [move.district for move in list_moves(cedar.path.parent)] == ["cedar"]
    # The list of sites that all districts here have in common does not go along.
    assert done.outside == (cedar.path.parent / "catalog.json",)


def test_a_database_that_goes_away_at_the_end_leaves_a_move_done(cedar: DistrictFolder) -> None:
    assert move_district(cedar, FakeLeases(away=True), "second", sleep).folder.exists()


def test_a_state_folder_elsewhere_would_stay_behind(cedar: DistrictFolder, tmp_path: Path) -> None:
    (cedar.path / "state").rename(tmp_path / "state")
    text = cedar.config_path.read_text("utf-8")
    cedar.config_path.write_text(text.replace('"state"', f'"{tmp_path / "state"}"'), "utf-8")
    leases = FakeLeases()
    with pytest.raises(InputError, match='move it there, and set state = "state"'):
        move_district(cedar, leases, "second", sleep)
    assert leases.rows == {}


def test_what_another_machine_has_is_moved_from_there(cedar: DistrictFolder) -> None:
    leases = FakeLeases(machine="second")
    leases.begin_move("cedar", "third", "token")
    leases.machine = "first"
    with pytest.raises(MovedError, match="The machine second works on cedar"):
        move_district(cedar, leases, "third", sleep)
    assert not (cedar.path / LEAVING_FILE).exists()


def test_two_folders_of_one_district_are_told_apart_by_a_person(cedar: DistrictFolder) -> None:
    leases = FakeLeases()
    done = move_district(cedar, leases, "second", sleep)
    cedar.path.mkdir()
    with pytest.raises(InputError, match="Move away the one that is not the district"):
        take_back(cedar.path.parent, "cedar", leases)
    cedar.path.rmdir()
    take_back(cedar.path.parent, "cedar", leases)
    assert not done.folder.exists()
    assert find_handover(cedar.path / "state") is None


def test_a_district_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no district 'oak'"):
        take_back(tmp_path, "oak", FakeLeases())


def test_the_commands_hold_for_folders_with_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "my districts" / "cedar.moved"
    folder.mkdir(parents=True)
    copy, rename = map(shlex.split, build_move("cedar", "second", folder).commands)
    assert copy[-2] == f"{folder}/"
    assert copy[-1] == f"root@second:{folder.with_name('cedar')}.arriving/"
    assert rename[-2:] == [f"{folder.with_name('cedar')}.arriving", str(folder.with_name("cedar"))]
