"""A real file system on a disk of its own: what it let go of is read back from the raw disk."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.db.database import Database
from monitor.db.encryption import KEYS_DATABASE, DataKey, KeyStore
from tests.monitor.cli.conftest import SETTINGS, Terminal
from tests.monitor.cli.safekept import THEO
from tests.real.machine import PATIENCE, is_root, lacking_programs

pytestmark = pytest.mark.real

NAME = "raw disk"
MEGABYTES = 16
# Written through, and with no journal: what lies on the disk is what was written there.
MAKE = ("mkfs.ext4", "-q", "-O", "^has_journal")
MOUNT = ("mount", "-o", "loop,sync")
UMOUNT = shutil.which("umount") or "umount"


def lacking(image: Path, folder: Path) -> str:
    if not is_root():
        return "root needed"
    if missing := lacking_programs("mkfs.ext4", "mount", "umount"):
        return missing
    try:
        with mounted(image, folder):
            return ""
    except subprocess.CalledProcessError:
        return "no disk can be mounted from a file"


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[None]:
    subprocess.run((*MOUNT, image, folder), timeout=PATIENCE, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run((UMOUNT, folder), timeout=PATIENCE, check=True)


@pytest.fixture
def disk(tmp_path: Path) -> tuple[Path, Path]:
    """Return a disk as one file, and the folder where it can be mounted."""
    image, folder = tmp_path / "image", tmp_path / "disk"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(MEGABYTES << 20)
    if is_root() and shutil.which(MAKE[0]):
        subprocess.run((*MAKE, image), timeout=PATIENCE, check=True)
    if reason := lacking(image, folder):
        pytest.skip(f"{NAME}: {reason}")
    return image, folder


def district_on(folder: Path, keys: Path) -> Terminal:
    """Make a district on the disk whose keys in use lie elsewhere: here their copies count."""
    path = folder / "namesake.toml"
    path.write_text(SETTINGS, "utf-8")
    keys.mkdir()
    (folder / "state").mkdir()
    (folder / "state" / KEYS_DATABASE).symlink_to(keys / KEYS_DATABASE)
    Database.create_or_open_folder(folder / "state").close()
    return Terminal(path)


def backs_up(terminal: Terminal) -> None:
    terminal.clock.at += timedelta(days=1)
    folder = terminal.path.parent
    said = terminal.run("backup", str(folder / "copies"), "--keys", str(folder / "keys"))
    assert said.code == 0, said.err


def key_of(terminal: Terminal, ref: str) -> DataKey:
    with KeyStore.open_store(terminal.config.state) as keys:
        return keys.load_key(ref)


def test_no_block_of_the_disk_holds_the_key_of_whoever_was_erased(disk, tmp_path):
    image, folder = disk
    with mounted(image, folder):
        terminal = district_on(folder, tmp_path / "in-use")
        ref, stays = terminal.enrols(), terminal.enrols(THEO)
        erased, kept = key_of(terminal, ref), key_of(terminal, stays)
        backs_up(terminal)
        backs_up(terminal)
        with Database.open_folder(terminal.config.state) as state:
            state.people.erase_person(ref)
        backs_up(terminal)

    raw = image.read_bytes()
    assert kept.encryption_key in raw
    assert erased.encryption_key not in raw
    assert erased.hash_key not in raw
