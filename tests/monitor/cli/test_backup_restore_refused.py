"""A copy that cannot be relied on is refused."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from monitor.db.backup_files import list_backups
from monitor.db.database import Database
from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.safekept import lose, place

Harm = Callable[[Path, Path], None]


def other_keys(copy: Path, keys: Path) -> None:
    other = copy.parent / "other"
    Database.create_or_open_folder(other).close()
    shutil.copy(other / "keys.db", keys / "keys.db")


def no_keys(_copy: Path, keys: Path) -> None:
    (keys / "keys.db").unlink()


def a_changed_byte(copy: Path, _keys: Path) -> None:
    with (copy / "namesake.db").open("r+b") as file:
        file.seek(60_000)
        file.write(b"!")


def a_lost_file(copy: Path, _keys: Path) -> None:
    (copy / "namesake.db").unlink()


def half_a_list(copy: Path, _keys: Path) -> None:
    (copy / "manifest.json").write_text("{", "utf-8")


def no_list(copy: Path, _keys: Path) -> None:
    (copy / "manifest.json").unlink()


def a_list_that_leads_out(copy: Path, _keys: Path) -> None:
    told = json.loads((copy / "manifest.json").read_bytes())
    (copy.parent / "stray").write_bytes(b"")
    stray = {"path": "../stray", "bytes": 0, "sha256": sha256(b"").hexdigest()}
    told["files"].append(stray)
    (copy / "manifest.json").write_text(json.dumps(told), "utf-8")


def a_newer_list(copy: Path, _keys: Path) -> None:
    told = json.loads((copy / "manifest.json").read_bytes())
    (copy / "manifest.json").write_text(json.dumps({**told, "format": 2}), "utf-8")


def a_newer_database(copy: Path, _keys: Path) -> None:
    numbered(copy, 2)


def an_unreleased_database(copy: Path, _keys: Path) -> None:
    numbered(copy, 0)


def numbered(copy: Path, version: int) -> None:
    with closing(sqlite3.connect(copy / "namesake.db", isolation_level=None)) as database:
        database.execute(f"PRAGMA user_version = {version}")
    vouch_for(copy)


def a_forged_audit(copy: Path, _keys: Path) -> None:
    with closing(sqlite3.connect(copy / "namesake.db", isolation_level=None)) as database:
        database.execute("DELETE FROM audit WHERE seq = 1")
    vouch_for(copy)


def vouch_for(copy: Path) -> None:
    """Write the list anew, as if the file had been copied so."""
    told = json.loads((copy / "manifest.json").read_bytes())
    content = (copy / "namesake.db").read_bytes()
    told["files"][0] |= {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    (copy / "manifest.json").write_text(json.dumps(told), "utf-8")


@pytest.mark.parametrize(
    ("harm", "code", "words"),
    [
        (other_keys, 78, "does not match"),
        (no_keys, 65, "No keys"),
        (a_changed_byte, 78, "was changed later"),
        (a_lost_file, 78, "was changed later"),
        (half_a_list, 78, "cannot be read"),
        (no_list, 65, "was not made by"),
        (a_list_that_leads_out, 78, "was changed later"),
        (a_newer_list, 78, "newer version"),
        (a_newer_database, 78, "newer version"),
        (an_unreleased_database, 78, "unreleased version"),
        (a_forged_audit, 78, "audit log"),
    ],
)
def test_what_cannot_be_relied_on_is_refused_and_leaves_nothing(
    copied: Terminal, harm: Harm, code: int, words: str
):
    (copy,) = list_backups(place(copied, "copies"))
    harm(copy.path, place(copied, "keys"))
    lose(copied)

    said = copied.run("restore", str(copy.path), "--keys", str(place(copied, "keys")))

    assert said.code == code
    assert words in said.sentence
    assert not copied.config.state.exists() or list(copied.config.state.iterdir()) == []


def test_a_sent_log_that_is_not_there_is_named_before_anything_is_restored(copied: Terminal):
    lose(copied)
    told = "--keys", str(place(copied, "keys")), "--sent-log", str(place(copied, "no-log"))

    said = copied.run("restore", str(place(copied, "copies")), *told)

    assert said.code == 65
    assert said.sentence == f"There is no file {place(copied, 'no-log')}."
    assert list(copied.config.state.iterdir()) == []
