"""Many districts from the command line: list, status, add, remove, doctor, metrics."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from monitor.cli.main import main
from monitor.config import find_shipped_files
from monitor.config_file import load_fleet_file
from monitor.db.files import StateFolderLock
from monitor.db.shared import DistrictRecord, SharedDatabase
from monitor.domain.errors import BusyError, ConfigError, InputError, MonitorError
from monitor.services.fleet import LEAVING_FILE, list_district_folders
from tests.monitor.fleet_world import FRIDAY, make_districts

NAMES = ("birch", "cedar")
ANSWERS = """\
name = "Oak Hill Unified"
zone = "America/Denver"
domains = ["oakhill.test"]
contact = "it@oakhill.test"
reviewers = ["a.lee@oakhill.test", "r.ortiz@oakhill.test"]
mail_host = "smtp.oakhill.test"
search = "none"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_districts(tmp_path / "districts", NAMES, 1, 1)
    return tmp_path / "districts"


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Type a command; return its exit code and all that it says."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    said = capsys.readouterr()
    return int(str(ended.value.code or 0)), said.out + said.err


def test_districts_are_listed_by_their_folders(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "cedar.removed").mkdir()
    code, said = typed(capsys, "fleet", "list", "--districts", str(folder), "--json")

    assert code == 0
    assert [each["name"] for each in json.loads(said)] == ["birch", "cedar"]
    assert json.loads(said)[0]["portal"] == "https://namesake.birch.example"


def test_the_configuration_can_name_the_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = folder.parent / "fleet.toml"
    config.write_text('[fleet]\ndistricts = "districts"\n[fetch]\nworkers = 64\n', "utf-8")
    file = load_fleet_file(config)
    assert file is not None
    assert (file.fleet.districts, file.fetch.workers) == (folder, 64)

    code, said = typed(capsys, "--config", str(config), "fleet", "list")

    assert code == 0
    assert "birch" in said


def test_a_mistake_in_the_table_is_named_with_its_line(tmp_path: Path) -> None:
    config = tmp_path / "fleet.toml"
    config.write_text('[fleet]\ndistricts = "d"\nlisten = "0.0.0.0:80"\n', "utf-8")

    with pytest.raises(ConfigError, match=r"line 3: `fleet.listen` must be a port of this machine"):
        load_fleet_file(config)


def test_a_command_about_one_district_says_that_the_file_is_about_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "fleet.toml"
    config.write_text('[fleet]\ndistricts = "d"\n', "utf-8")

    code, said = typed(capsys, "--config", str(config), "jobs")

    assert code == ConfigError.exit_code
    assert "is about many districts" in said


def test_without_a_folder_the_command_says_how_to_name_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = typed(capsys, "--config", str(tmp_path / "none.toml"), "fleet", "list")

    assert code == ConfigError.exit_code
    assert "--districts" in said


def test_the_status_says_what_is_wrong_with_a_district(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with SharedDatabase.open_folder(folder) as shared:
        for name, reason in (("birch", ""), ("cedar", "keys.db does not match.")):
            record = DistrictRecord(name=name, staff=3, seen_at=FRIDAY, reason=reason)
            shared.districts.save_district_record(record)
    with StateFolderLock(folder / "birch" / "state"):
        code, said = typed(capsys, "fleet", "status", "--districts", str(folder))

    assert code == MonitorError.exit_code
    birch, cedar = (line for line in said.splitlines() if line.startswith(("birch", "cedar")))
    assert "at work" in birch
    assert "set aside" in cedar
    assert "keys.db does not match." in cedar


def test_a_district_is_removed_without_deleting_anything(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = typed(capsys, "fleet", "remove", "cedar", "--districts", str(folder))

    assert code == 0, said
    assert (folder / "cedar.removed" / "state" / "keys.db").exists()
    assert not (folder / "cedar").exists()
    assert not (folder / "cedar.removed" / LEAVING_FILE).exists()


def test_removing_waits_until_the_service_lets_go(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = StateFolderLock(folder / "cedar" / "state")
    lock.acquire()

    def let_go() -> None:
        while not (folder / "cedar" / LEAVING_FILE).exists():
            released.wait(0.01)
        lock.release()

    released = threading.Event()
    service = threading.Thread(target=let_go)
    service.start()
    code, said = typed(capsys, "fleet", "remove", "cedar", "--districts", str(folder))
    service.join(60)

    assert code == 0, said
    assert (folder / "cedar.removed").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("remove", "oak"), "There is no district 'oak'"),
        (("add", "Oak Park", "--answers", "ANSWERS"), "write lower-case letters"),
        (("add", "cedar", "--answers", "ANSWERS"), "exists"),
    ],
    ids=["unknown", "no name", "taken"],
)
def test_a_name_that_cannot_be_used_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    answers = str(find_shipped_files() / "answers.toml")
    given = tuple(answers if each == "ANSWERS" else each for each in words)
    code, said = typed(capsys, "fleet", *given, "--districts", str(folder))

    assert code == InputError.exit_code
    assert told in said


def test_metrics_have_the_district_as_a_label(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "cedar" / "namesake.toml").write_text("state = 7", "utf-8")
    code, said = typed(capsys, "metrics", "--districts", str(folder))

    assert code == 0
    assert 'namesake_district_up{district="birch"} 1.0' in said
    assert 'namesake_district_up{district="cedar"} 0.0' in said
    assert 'namesake_database_bytes{district="birch"}' in said
    assert said.count("# TYPE namesake_database_bytes gauge") == 1


def test_the_doctor_looks_at_each_district(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "cedar" / "namesake.toml").write_text("state = 7", "utf-8")
    code, said = typed(capsys, "doctor", "--districts", str(folder), "--json")

    told = json.loads(said)
    assert {each["district"] for each in told} == set(NAMES)
    cedar = [each for each in told if each["district"] == "cedar"]
    assert [each["what"] for each in cedar] == ["config"]
    assert code == ConfigError.exit_code


def test_a_second_service_for_the_same_folder_ends_with_75(folder: Path) -> None:
    command = [sys.executable, "-m", "monitor", "run", "--districts", str(folder)]
    with StateFolderLock(folder):
        ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == BusyError.exit_code
    assert "Another Namesake process" in ended.stderr


def test_a_district_is_added_in_a_folder_of_its_own(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = folder.parent / "answers.toml"
    answers.write_text(ANSWERS, "utf-8")
    code, said = typed(
        capsys, "fleet", "add", "oak-hill", "--answers", str(answers), "--districts", str(folder)
    )

    assert code == 0, said
    (added,) = (each for each in list_district_folders(folder) if each.name == "oak-hill")
    assert added.load_config().district.name == "Oak Hill Unified"
    assert added.load_config().state == folder / "oak-hill" / "state"
    assert (folder / "oak-hill" / "state" / "keys.db").exists()
