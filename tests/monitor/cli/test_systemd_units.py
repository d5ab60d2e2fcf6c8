"""The units name this installation, and secrets arrive under any systemd."""

from pathlib import Path

import pytest

from monitor.cli import systemd_units
from monitor.cli.systemd_units import find_program
from monitor.domain.errors import InputError, NotPermittedError
from monitor.services.setup_files import (
    OLD_SYSTEMD_DROP_IN,
    UNITS,
    build_credential_lines,
    find_systemd_release,
)
from tests.house.tree import ROOT
from tests.monitor.cli.conftest import Said, run

UNIT = "[Service]\nImportCredential=smtp-password\n# none\nImportCredential=brave-key\n"


def write(units_folder: Path, release: int) -> Said:
    return run("init", "--units", str(units_folder), "--systemd", str(release))


def test_the_units_start_the_program_of_this_installation(
    program: Path, units_folder: Path
) -> None:
    assert write(units_folder, 257).code == 0

    for name in UNITS:
        ours = (ROOT / "systemd" / name).read_text("utf-8")
        written = (units_folder / name).read_text("utf-8")
        assert written == ours.replace("/opt/namesake/bin/namesake", str(program))
        assert (str(program) in written) == name.endswith(".service")
    assert {path.name for path in units_folder.iterdir()} == set(UNITS)


def test_a_second_run_changes_nothing_and_says_so(program: Path, units_folder: Path) -> None:
    write(units_folder, 257)
    said = write(units_folder, 257)

    assert [line for line in said.out.splitlines() if line.endswith(" is current.")] == [
        f"{units_folder / name} is current." for name in UNITS
    ]


def test_a_unit_of_an_older_release_is_replaced(program: Path, units_folder: Path) -> None:
    (units_folder / "namesake.service").write_text("[Unit]\n", "utf-8")

    assert f"Replaced {units_folder / 'namesake.service'}." in write(units_folder, 257).out
    assert str(program) in (units_folder / "namesake.service").read_text("utf-8")


def test_an_older_systemd_gets_a_drop_in_that_goes_when_it_is_upgraded(
    program: Path, units_folder: Path
) -> None:
    drop_in = units_folder / "namesake.service.d" / OLD_SYSTEMD_DROP_IN
    write(units_folder, 252)
    written = drop_in.read_text("utf-8")
    assert written.startswith("[Service]\nLoadCredential=smtp-password\n")
    assert (units_folder / "namesake-portal.service.d" / OLD_SYSTEMD_DROP_IN).exists()
    assert not (units_folder / "namesake-backup.service.d").exists()

    assert f"Removed {drop_in}." in write(units_folder, 254).out
    assert not drop_in.exists()


@pytest.mark.parametrize(
    ("release", "stored", "lines"),
    [
        (257, {"smtp-password"}, []),
        (254, (), []),
        (253, (), ["LoadCredential=smtp-password", "LoadCredential=brave-key"]),
        (252, (), ["LoadCredential=smtp-password", "LoadCredential=brave-key"]),
        (251, {"brave-key", "other"}, ["LoadCredential=brave-key:/etc/credstore/brave-key"]),
        (249, (), []),
    ],
)
def test_each_systemd_is_told_of_secrets_in_its_own_way(release, stored, lines) -> None:
    assert list(build_credential_lines(UNIT, release, stored)) == lines


def test_an_older_systemd_is_told_each_secret_that_a_pattern_names() -> None:
    stored = {"district.oak.smtp-password", "district.cedar.brave-key", "smtp-password"}
    lines = list(build_credential_lines("ImportCredential=district.*", 252, stored))
    assert lines == [
        "LoadCredential=district.cedar.brave-key",
        "LoadCredential=district.oak.smtp-password",
    ]


@pytest.mark.parametrize(
    ("place", "release"),
    [
        ("usr/lib/systemd/libsystemd-shared-249.so", 249),
        ("usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-257.so", 257),
        ("usr/lib64/systemd/libsystemd-shared-252-46.el9_5.so", 252),
    ],
    ids=["Ubuntu 22.04", "Debian 13", "RHEL 9"],
)
def test_the_release_of_systemd_is_found(tmp_path: Path, place: str, release: int) -> None:
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).touch()

    assert find_systemd_release(tmp_path) == release


def test_a_machine_without_systemd_has_no_release(tmp_path: Path) -> None:
    assert find_systemd_release(tmp_path) is None


@pytest.mark.parametrize("place", ["home/it/venv", "root/.local/venv", "tmp/venv"])
def test_a_place_that_services_cannot_see_is_refused(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_file", lambda path: True)

    with pytest.raises(NotPermittedError, match="for all users"):
        find_program(Path("/", place), Path("/usr/bin/python3"))


def test_a_python_in_a_home_folder_is_refused_too(program: Path, monkeypatch) -> None:
    monkeypatch.setattr(systemd_units, "HIDDEN_PLACES", frozenset({"root"}))

    with pytest.raises(NotPermittedError, match="could not read"):
        find_program(program.parents[1], Path("/", "root", "python3"))


def test_where_the_units_came_with_a_package_none_are_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Debian package"):
        find_program(tmp_path, Path("/usr/bin/python3"))


def test_a_folder_that_cannot_be_written_is_one_sentence(program: Path, units_folder: Path) -> None:
    (units_folder / "namesake.service").mkdir()

    said = write(units_folder, 257)

    assert said.code == 73
    assert said.sentence.startswith(f"{units_folder / 'namesake.service'} cannot be written")
