"""What root's commands leave behind belongs to whom the folder belongs, whose service opens it."""

import os
from pathlib import Path

import pytest

from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.safekept import back_up, lose, place, restore

SERVICE = 61_184
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="files: root needed to give them away")


def owners(folder: Path) -> dict[str, tuple[int, int]]:
    found = ((path, path.lstat()) for path in (folder, *folder.rglob("*")))
    return {path.name: (entry.st_uid, entry.st_gid) for path, entry in found}


def given_away(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, SERVICE, SERVICE, follow_symlinks=False)


def test_what_is_restored_belongs_to_the_owner_of_the_folder(copied: Terminal):
    lose(copied)
    given_away(copied.config.state)

    assert restore(copied).code == 0

    assert set(owners(copied.config.state).values()) == {(SERVICE, SERVICE)}


def test_what_any_command_makes_belongs_to_the_owner_of_the_folder(copied: Terminal):
    state = copied.config.state
    given_away(state)

    assert copied.run_served("check", "--all").code in {0, 69}
    (state / "left").mkdir()
    (state / "left" / "by-root").touch()
    assert copied.run("staff", "list").code == 0

    assert {"lock", "left", "by-root"} <= owners(state).keys()
    assert set(owners(state).values()) == {(SERVICE, SERVICE)}


def test_new_folders_of_copies_and_of_keys_belong_to_the_owner_of_the_state(terminal: Terminal):
    given_away(terminal.config.state)

    assert back_up(terminal).code == 0

    for name in ("copies", "keys"):
        assert set(owners(place(terminal, name)).values()) == {(SERVICE, SERVICE)}


def test_a_folder_of_copies_that_is_roots_own_stays_so(terminal: Terminal):
    given_away(terminal.config.state)
    place(terminal, "copies").mkdir()

    assert back_up(terminal).code == 0

    assert set(owners(place(terminal, "copies")).values()) == {(0, 0)}


def test_a_file_with_a_second_name_elsewhere_is_not_given_away(terminal: Terminal):
    state, secret = terminal.config.state, place(terminal, "secret")
    given_away(state)
    secret.touch()
    os.link(secret, state / "secret")
    (state / "linked").symlink_to(place(terminal, "elsewhere"))
    place(terminal, "elsewhere").touch()

    assert terminal.run("staff", "list").code == 0

    assert secret.stat().st_uid == 0
    assert place(terminal, "elsewhere").stat().st_uid == 0


def test_the_doctor_names_what_belongs_to_somebody_else(terminal: Terminal):
    state = terminal.config.state
    given_away(state)
    os.chown(state / "namesake.db", SERVICE + 1, SERVICE + 1)

    told = [entry for entry in terminal.run("doctor", "--json").json if entry["what"] == "files"]

    (wrong,) = (entry for entry in told if entry["level"] == "bad")
    assert "namesake.db" in wrong["message"]
    assert wrong["remedy"] == f"chown -R {SERVICE}:{SERVICE} {state}"
    assert wrong["exit_code"] == 77
