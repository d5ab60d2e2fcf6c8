"""The units that we ship, judged by systemd itself; nothing is installed or started."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from monitor.annexes import discover_annexes
from monitor.config.file import load_config
from monitor.config.sections import find_shipped_files
from monitor.domain.errors import BusyError, ConfigError, DatabaseError, InputError
from monitor.fleet.config import load_fleet_file
from monitor.fleet.district_folders import NEVER_LENT
from monitor.fleet.hosted_districts import FILES_OF_A_DISTRICT
from monitor.scheduler.daemon import FAREWELL_SECONDS, WATCHED_SECONDS
from monitor.services.chat_notices import AUDIENCES
from scrapers.http.fetch_limits import WANTED_FILES
from tests.scrapers.known_sources import written_sources

FOLDER = Path(__file__).parents[2] / "systemd"
PROGRAM = FOLDER.parent / "monitor"
UNIT = FOLDER / "namesake.service"
BACKUP = FOLDER / "namesake-backup.service"
PORTAL = FOLDER / "namesake-portal.service"
FLEET, FLEET_PORTAL = FOLDER / "namesake-fleet.service", FOLDER / "namesake-fleet-portal.service"
FLEET_BACKUP = FOLDER / "namesake-fleet-backup.service"
SERVICES = sorted(FOLDER.glob("*.service"))
UNITS = SERVICES + sorted(FOLDER.glob("*.timer"))
ANALYZE = shutil.which("systemd-analyze") or ""
judged = pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not on this machine")


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run((ANALYZE, *arguments), capture_output=True, text=True, check=False)


def setting(name: str, unit: Path = UNIT) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit.read_text("utf-8"), re.MULTILINE)


@judged
@pytest.mark.parametrize("unit", SERVICES, ids=lambda character: character.name)
def test_a_service_is_exposed_to_two_of_ten_at_most(unit: Path):
    judgment = analyze("security", "--offline=true", "--threshold=20", str(unit))

    assert judgment.returncode == 0, judgment.stdout


@judged
@pytest.mark.parametrize("name", [unit.name for unit in UNITS])
def test_systemd_understands_every_line_of_a_unit(tmp_path, name):
    # The program is elsewhere on this machine; everything else stays as we ship it.
    for unit in UNITS:
        told = unit.read_text("utf-8").replace("/opt/namesake/bin/namesake", "/bin/true")
        (tmp_path / unit.name).write_text(told)

    verdict = analyze("verify", "--man=no", str(tmp_path / name))

    complaints = [line for line in verdict.stderr.splitlines() if name in line]
    assert complaints == []


def test_the_nightly_copy_is_made_as_the_service_and_leaves_the_keys_elsewhere():
    (folders,) = setting("StateDirectory", BACKUP)
    backup = load_config(FOLDER / "namesake.toml").backup

    assert setting("ExecStart", BACKUP) == ["/opt/namesake/bin/namesake backup"]
    assert setting("User", BACKUP) == [UNIT.stem]
    assert [UNIT.stem, backup.folder.name, backup.keys.name] == folders.split()
    assert setting("PrivateNetwork", BACKUP) == ["yes"]


@judged
def test_a_line_that_systemd_does_not_understand_would_be_seen(tmp_path):
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text("utf-8") + "ProtectSistem=strict\n[Service]\nUMusk=1\n")

    assert "UMusk" in analyze("verify", "--man=no", str(unit)).stderr


def test_what_trying_again_does_not_mend_is_not_tried_again():
    (prevented,) = setting("RestartPreventExitStatus")

    given_up = {int(code) for code in prevented.split()}
    assert given_up == {ConfigError.exit_code, InputError.exit_code, DatabaseError.exit_code}
    assert BusyError.exit_code not in given_up, "a command that holds the folder ends"


def test_the_service_ends_and_shows_life_in_the_time_that_systemd_gives_it():
    (ends,), (shows,) = setting("TimeoutStopSec"), setting("WatchdogSec")

    assert int(ends) > FAREWELL_SECONDS
    assert int(shows) > WATCHED_SECONDS * 2


def test_the_example_configuration_can_be_used_as_it_is():
    config = load_config(FOLDER / "namesake.toml")

    state, keys = setting("StateDirectory")[0].split()
    assert config.state == Path("/var/lib") / state
    assert config.backup.keys == Path("/var/lib") / keys
    # Who leaves on a page is at once in the copy of the keys.
    assert setting("StateDirectory", PORTAL) == setting("StateDirectory")


def test_the_unit_of_many_districts_has_room_for_their_files():
    (files,) = setting("LimitNOFILE", FLEET)

    assert int(files) >= 1_800 * FILES_OF_A_DISTRICT + WANTED_FILES
    assert not NEVER_LENT & {*setting("ImportCredential", FLEET)}


def test_the_units_of_many_districts_read_one_configuration_and_make_its_folders():
    file = load_fleet_file(FOLDER / "fleet.toml")
    assert file is not None
    state, copies, keys = setting("StateDirectory", FLEET_BACKUP)[0].split()

    for unit in (FLEET, FLEET_PORTAL, FLEET_BACKUP):
        assert "NAMESAKE_CONFIG=/etc/namesake/fleet.toml" in setting("Environment", unit)
        assert setting("User", unit) == [UNIT.stem]
        assert setting("StateDirectory", unit)[0].split()[0] == state
    assert setting("ExecStart", FLEET_BACKUP) == ["/opt/namesake/bin/namesake backup --changed"]
    assert file.fleet.districts == Path("/var/lib") / state / "districts"
    assert file.backup.folder == Path("/var/lib") / copies
    assert file.backup.keys == Path("/var/lib") / keys
    for unit in (FLEET, FLEET_PORTAL):
        assert keys in setting("StateDirectory", unit)[0].split()


def test_a_checkout_takes_the_units_and_the_example_from_their_own_folder():
    assert find_shipped_files() == FOLDER


def test_every_secret_that_the_program_asks_for_is_handed_over():
    keys = {
        source.info.api_key.name or f"{source.name}-key"
        for source in written_sources()
        if source.info.api_key
    }
    program = "".join(path.read_text("utf-8") for path in PROGRAM.rglob("*.py"))
    audiences = {audience.secret for audience in AUDIENCES}
    brought = {secret for annex in discover_annexes() for secret in annex.secrets}
    named = re.findall(r'\bread_secret\("([a-z-]+)", ', program)
    asked = {"roster-key", *keys, *audiences, *brought, *named}

    assert asked == {*setting("ImportCredential"), *setting("ImportCredential", PORTAL)}
