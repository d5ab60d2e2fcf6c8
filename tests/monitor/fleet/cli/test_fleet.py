"""Many districts from the command line: list, status, add, remove, backup, doctor, metrics."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from monitor.app.sources import build_sources
from monitor.cli import doctor
from monitor.cli.main import main
from monitor.config.sections import Config, find_shipped_files
from monitor.db.state_folder_lock import StateFolderLock
from monitor.domain.errors import BusyError, ConfigError, InputError, SetAsideError
from monitor.fleet.config import load_fleet_file
from monitor.fleet.db.shared_database import DistrictRecord, SharedDatabase
from monitor.fleet.district_folders import LEAVING_FILE, list_district_folders
from scrapers.source_discovery import SourceRegistry
from tests.monitor.made_districts import FRIDAY, make_districts

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
    code, said = typed(capsys, "status", "--districts", str(folder), "--json")

    assert code == 0
    assert [entry["name"] for entry in json.loads(said)] == ["birch", "cedar"]
    assert json.loads(said)[0]["address"] == "https://namesake.birch.example"


def test_the_configuration_can_name_the_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = folder.parent / "fleet.toml"
    config.write_text('[fleet]\ndistricts = "districts"\n[fetch]\nworkers = 64\n', "utf-8")
    file = load_fleet_file(config)
    assert file is not None
    assert (file.fleet.districts, file.fetch.workers) == (folder, 64)

    code, said = typed(capsys, "--config", str(config), "status")

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

    code, said = typed(capsys, "--config", str(config), "cases")

    assert code == ConfigError.exit_code
    assert "is about many districts" in said


def test_without_a_folder_the_command_says_how_to_name_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = typed(capsys, "--config", str(tmp_path / "none.toml"), "fleet", "drain")

    assert code == ConfigError.exit_code
    assert "--districts" in said


def test_the_status_says_what_is_wrong_with_a_district(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with SharedDatabase.open_folder(folder) as shared:
        for name, reason in (("birch", ""), ("cedar", "keys.db does not match.")):
            record = DistrictRecord(name=name, seen_at=FRIDAY, reason=reason)
            shared.save_district_record(record)
    with StateFolderLock(folder / "birch" / "state"):
        code, said = typed(capsys, "status", "--districts", str(folder))

    assert code == SetAsideError.exit_code
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
    given = tuple(answers if word == "ANSWERS" else word for word in words)
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


def examine(
    capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, dict[str, dict[str, dict[str, object]]]]:
    """Run `doctor`; return its code, and by district what it says of each part."""
    code, said = typed(capsys, "doctor", *words, "--json")
    found: dict[str, dict[str, dict[str, object]]] = {}
    for entry in json.loads(said):
        found.setdefault(entry["district"], {})[entry["what"]] = entry
    return code, found


def test_the_doctor_looks_at_each_district_and_at_what_they_share(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "cedar" / "namesake.toml").write_text("state = 7", "utf-8")
    (folder / "birch" / "secrets").mkdir(exist_ok=True)
    for name in ("smtp-password", "scim-token"):
        (folder / "birch" / "secrets" / name).write_text("of birch", "utf-8")
    code, found = examine(capsys, "--districts", str(folder))

    assert set(found) == {"", *NAMES}
    assert found[""]["service"]["message"] == "The service is not running."
    assert "systemctl start namesake-fleet" in str(found[""]["service"]["remedy"])
    assert "district.birch.smtp-password" in str(found[""]["secrets"]["remedy"])
    assert set(found["cedar"]) == {"config"}
    assert {"database", "audit", "mail", "portal"} <= set(found["birch"])
    assert code == ConfigError.exit_code


def test_the_doctor_looks_for_the_portal_where_it_listens_for_all_districts(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "fleet.toml"
    listen = tmp_path / "pages.sock"
    config.write_text(f'[fleet]\ndistricts = "districts"\nlisten = "unix:{listen}"\n', "utf-8")
    _, said = typed(capsys, "--config", str(config), "doctor", "--json")

    silent = f"The portal does not listen at {listen}."
    assert [entry["district"] for entry in json.loads(said) if entry["message"] == silent] == [
        *NAMES
    ]


def test_the_doctor_sees_the_backups_that_one_setting_makes_for_all(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "fleet.toml"
    tables = '[fleet]\ndistricts = "districts"\n[backup]\nfolder = "copies"\nkeys = "keys"\n'
    config.write_text(tables, "utf-8")
    typed(capsys, "--config", str(config), "backup")
    _, found = examine(capsys, "--config", str(config))

    assert "knows who was erased or changed their consent" in str(
        found["birch"]["backup"]["message"]
    )


def test_a_fault_of_ours_in_one_district_keeps_the_doctor_from_no_other(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(config: Config) -> SourceRegistry:
        if config.district.id == "birch":
            raise RuntimeError
        return build_sources(config)

    monkeypatch.setattr(doctor, "build_sources", stumble)
    _, found = examine(capsys, "--districts", str(folder))

    assert "RuntimeError at" in str(found["birch"]["doctor"]["message"])
    assert "database" in found["cedar"]


def back_up(
    capsys: pytest.CaptureFixture[str], folder: Path, *words: str
) -> tuple[int, dict[str, dict[str, object]]]:
    """Back up all districts; return the exit code and what is said of each."""
    code, said = typed(capsys, "backup", *words, "--districts", str(folder), "--json")
    return code, {entry["district"]: entry for entry in json.loads(said)}


def test_all_districts_are_backed_up_by_one_command_and_can_be_restored(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copies, keys = tmp_path / "copies", tmp_path / "keys"
    code, done = back_up(capsys, folder, str(copies), "--keys", str(keys))

    assert code == 0
    assert {name: value["fault"] for name, value in done.items()} == dict.fromkeys(NAMES, "")
    assert all(Path(str(value["path"])).parent == copies / name for name, value in done.items())
    (folder / "cedar" / "state").rename(tmp_path / "lost")
    config = str(folder / "cedar" / "namesake.toml")
    words = (str(copies / "cedar"), "--keys", str(keys / "cedar"), "--config", config, "--json")
    code, said = typed(capsys, "restore", *words)
    assert code == 0, said
    assert json.loads(said)["person_count"] == 1


def test_a_timer_leaves_out_what_did_not_change(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("backup", str(tmp_path / "copies"), "--changed", "--districts", str(folder))
    typed(capsys, *words)
    text = folder / "cedar" / "state" / "weights" / "3.toml"
    text.parent.mkdir()
    text.write_text("own = 1", "utf-8")
    code, said = typed(capsys, *words)

    assert code == 0
    assert "birch" not in said
    assert "1 of 2 districts backed up. 1 did not change." in said


def test_a_district_that_cannot_be_backed_up_is_told_and_the_others_are(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "birch" / "state" / "keys.db").unlink()
    (folder / "alder").mkdir()
    (folder / "alder" / "namesake.toml").write_text("state = 7", "utf-8")
    words = ("backup", str(tmp_path / "copies"), "--districts", str(folder))
    code, said = typed(capsys, *words)

    assert code == SetAsideError.exit_code
    assert f"alder: NOT backed up. {folder / 'alder' / 'namesake.toml'}" in said
    assert "birch: NOT backed up." in said
    assert "Restore the copy of its keys" in said
    assert "1 of 3 districts backed up." in said
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["cedar"]


def test_backups_go_where_the_configuration_says_and_a_district_s_own_comes_first(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "fleet.toml"
    tables = '[fleet]\ndistricts = "districts"\n[backup]\nfolder = "copies"\nkeys = "keys"\n'
    config.write_text(tables, "utf-8")
    own = folder / "cedar" / "namesake.toml"
    own.write_text(own.read_text("utf-8") + '\n[backup]\nfolder = "copies"\n', "utf-8")
    code, said = typed(capsys, "--config", str(config), "backup")

    assert code == 0, said
    assert "Not all keys were copied." in said
    copies = {path.name[:9] for path in (tmp_path / "copies" / "birch").iterdir()}
    assert copies == {"namesake-", "namesake."}
    assert (tmp_path / "keys" / "birch" / "keys.db").exists()
    saved = folder / "cedar" / "copies" / "namesake.toml"
    assert saved.read_bytes() == own.read_bytes()
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["birch"]


@pytest.mark.parametrize("places", [("same", "same"), ("one", "one/two"), ("one/two", "one")])
def test_two_districts_never_share_a_folder_of_backups(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], places: tuple[str, str]
) -> None:
    for name, place in zip(NAMES, places, strict=True):
        own = folder / name / "namesake.toml"
        table = f'\n[backup]\nfolder = "{tmp_path / place}"\n'
        own.write_text(own.read_text("utf-8") + table, "utf-8")
    code, done = back_up(capsys, folder)

    assert code == SetAsideError.exit_code
    assert done["birch"]["fault"] == ""
    assert "has the backups of birch" in str(done["cedar"]["fault"])


def test_a_district_without_a_folder_for_backups_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, done = back_up(capsys, folder)

    assert code == SetAsideError.exit_code
    assert "No backup folder" in str(done["birch"]["fault"])


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
    (added,) = (
        district_folder
        for district_folder in list_district_folders(folder)
        if district_folder.name == "oak-hill"
    )
    assert added.load_config().district.name == "Oak Hill Unified"
    assert added.load_config().state == folder / "oak-hill" / "state"
    assert (folder / "oak-hill" / "state" / "keys.db").exists()


def test_no_district_is_added_at_the_address_of_another(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = folder.parent / "answers.toml"
    answers.write_text(f'portal_address = "https://namesake.birch.example"\n{ANSWERS}', "utf-8")
    code, said = typed(
        capsys, "fleet", "add", "oak-hill", "--answers", str(answers), "--districts", str(folder)
    )

    assert code == InputError.exit_code
    assert "The district birch has the address https://namesake.birch.example" in said
    assert not (folder / "oak-hill").exists()
