"""The Debian package: what it asks of a system is what was put into it."""

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from monitor.db.connection import DatabaseConnection
from monitor.db.schema_versions import DISTRICT_SCHEMA, KEYS_SCHEMA
from monitor.fleet.annex import FLEET_UNITS
from monitor.services.setup_files import UNITS
from tests.house.tree import ROOT

FOLDER = ROOT / "systemd" / "deb"
CONTROL = (FOLDER / "control").read_text("utf-8")


@pytest.fixture(scope="module")
def build() -> ModuleType:
    """The program, which is beside its files and in no package."""
    spec = spec_from_file_location("build", FOLDER / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_asks_for_the_pythons_and_the_libc_that_its_libraries_are_for(build) -> None:
    oldest, *_, newest = (int(python.partition(".")[2]) for python in build.PYTHONS)

    assert f"python3 (>= 3.{oldest}), python3 (<< 3.{newest + 1})" in CONTROL
    assert f"libc6 (>= 2.{build.OLDEST_GLIBC})" in CONTROL


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_each_python_gets_what_the_lock_says_for_it_and_not_for_ours(build, python) -> None:
    """Debian 12 has Python 3.11.2, for which the lock names an older soupsieve."""
    picked = list(build.pick_locked(build.describe_target(python, "x86_64")))
    versions = [line.split()[0] for line in picked if line.startswith("soupsieve==")]
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    named = dict(re.findall(r"^(soupsieve==\S+) ; python_full_version ([<>])", lock, re.MULTILINE))

    assert [named[version] for version in versions] == ["<" if python == "3.11" else ">"]
    assert all(" --hash=sha256:" in line for line in picked)


def test_a_library_without_a_wheel_is_named_with_where_it_lacks(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pip = tmp_path / "pip"
    pip.write_text(
        f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n'
        'case "$*" in *version=3.15*aarch64*) echo "no wheel of gevent" >&2; exit 1;; esac\n',
        "utf-8",
    )
    pip.chmod(0o755)
    monkeypatch.setattr(build, "_find_pip", lambda: str(pip))
    monkeypatch.setattr("sys.argv", ["build.py", "--resolve"])

    with pytest.raises(SystemExit) as ended:
        build.main()

    assert ended.value.code == "Python 3.15, aarch64: no wheel of gevent"
    asked = (tmp_path / "asked").read_text("utf-8").splitlines()
    assert len(asked) == 10
    declared = (build.PROJECT["dependencies"], *build.PROJECT["optional-dependencies"].values())
    for line in asked:
        assert {name for group in declared for name in group} <= set(line.split())
        assert "--only-binary=:all:" in line


def test_every_unit_that_we_ship_starts_the_program_where_it_is_replaced(build) -> None:
    for name in build.UNITS:
        unit = (ROOT / "systemd" / name).read_text("utf-8")
        started = re.findall(r"^Exec\w+=(\S+)", unit, re.MULTILINE)
        assert set(started) <= {"/opt/namesake/bin/namesake"}


def test_the_scripts_of_the_package_stop_start_and_forget_every_unit(build) -> None:
    started, stopped, forgotten = (
        (FOLDER / name).read_text("utf-8") for name in ("postinst", "prerm", "postrm")
    )
    assert set(build.UNITS) == {*UNITS, *FLEET_UNITS}
    for name in build.UNITS:
        assert name in stopped
        # A backup is started by its timer, and is enabled by it.
        if not name.endswith("backup.service"):
            assert name in started
            assert f".wants/{name}" in forgotten


def test_the_scripts_of_the_package_are_sound_shell(build) -> None:
    shell = shutil.which("dash") or "/bin/sh"
    for name in build.SCRIPTS:
        subprocess.run((shell, "-n", str(FOLDER / name)), check=True)


@pytest.fixture
def data(build: ModuleType, tmp_path: Path) -> Path:
    """A folder with the databases of this version."""
    folder = tmp_path / "private" / "namesake"
    for place in (folder, folder / "districts/oak/state"):
        place.mkdir(parents=True)
        DatabaseConnection.open_file(place / "namesake.db", DISTRICT_SCHEMA).close()
        DatabaseConnection.open_file(place / "keys.db", KEYS_SCHEMA).close()
    return folder


def run_preinst(build: ModuleType, data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    script = build.fill_script("preinst").replace("/var/lib/private/namesake", str(data))
    return subprocess.run(
        ("/bin/sh", "-c", script, "preinst", *words), capture_output=True, text=True, check=False
    )


def test_an_upgrade_goes_on_where_the_tables_are_the_same_or_there_are_none(
    build: ModuleType, data: Path
) -> None:
    assert run_preinst(build, data, "upgrade", "0.0.1").returncode == 0
    assert run_preinst(build, data / "nothing", "install").returncode == 0
    assert run_preinst(build, data, "abort-upgrade", "0.0.1").returncode == 0


@pytest.mark.parametrize("name", ["namesake.db", "keys.db", "districts/oak/state/namesake.db"])
def test_an_upgrade_that_could_not_read_the_tables_is_refused_before_anything_is_replaced(
    build: ModuleType, data: Path, name: str
) -> None:
    with closing(sqlite3.connect(data / name)) as database:
        database.execute("PRAGMA application_id = 7")

    said = run_preinst(build, data, "upgrade", "0.0.1")

    assert said.returncode == 1
    assert str(data / name) in said.stderr
    assert "Nothing was changed, and version 0.0.1 stays." in said.stderr


@pytest.mark.parametrize("ending", ["removed", "moved"])
def test_a_district_that_is_worked_on_no_more_holds_up_no_upgrade(
    build: ModuleType, data: Path, ending: str
) -> None:
    state = data / f"districts/elm.{ending}/state"
    state.mkdir(parents=True)
    with closing(sqlite3.connect(state / "namesake.db")) as database:
        database.execute("PRAGMA application_id = 7")

    assert run_preinst(build, data, "upgrade", "0.0.1").returncode == 0


def test_units_that_failed_are_started_again_by_the_other_version(
    build: ModuleType, tmp_path: Path
) -> None:
    """Going back from a version that could not read the tables leaves the service running."""
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    tool = tmp_path / "systemctl"
    tool.write_text(
        '#!/bin/sh\ncase "$2" in namesake.service) echo failed;; *) echo inactive;; esac\n', "utf-8"
    )
    tool.chmod(0o755)
    script = build.fill_script("prerm").replace("/run/", f"{tmp_path}/run/")

    subprocess.run(
        ("/bin/sh", "-c", script, "prerm", "upgrade", "0.0.1"),
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        check=True,
    )

    noted = tmp_path / "run/namesake-was-running"
    assert noted.read_text("utf-8").split() == ["namesake.service"]


@pytest.mark.parametrize("name", ["namesake.db", "districts/oak/state/namesake.db"])
@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        ("INSERT INTO legal_holds VALUES (1, 'ana', '2026-11-02', NULL, x'')", True),
        ("INSERT INTO legal_holds VALUES (1, 'ana', '2026-11-02', '2026-11-09', x'')", False),
        ("DROP TABLE legal_holds", True),
    ],
)
def test_a_purge_keeps_everything_while_someone_is_under_a_legal_hold(
    build: ModuleType, data: Path, name: str, change: str, *, is_kept: bool
) -> None:
    with closing(sqlite3.connect(data / name)) as database:
        database.execute(change)
        database.commit()
    # The folder of a test stands for those of the machine, and nothing else is touched.
    machine = data.parent / "machine"
    script = build.fill_script("postrm").replace("/var/lib/private/namesake", str(data))
    script = re.sub(r"(?<= )/(etc|run|var)/", rf"{machine}/\1/", script)

    said = subprocess.run(
        ("/bin/sh", "-c", script, "postrm", "purge"), capture_output=True, text=True, check=True
    )

    assert data.exists() is is_kept
    assert ("under a legal hold" in said.stderr) is is_kept
    assert ("Deleting Namesake's data" in said.stdout) is not is_kept


def test_only_purge_deletes_data(build) -> None:
    for name in build.SCRIPTS:
        text = (FOLDER / name).read_text("utf-8")
        before, _, purge = text.partition("\npurge)")
        if name == "preinst":
            assert "rm " not in before
            continue
        assert "/var/lib" not in re.sub(r"^\s*echo .*$", "", before, flags=re.MULTILINE)
        assert ("rm -rf --one-file-system" in purge) == (name == "postrm")
