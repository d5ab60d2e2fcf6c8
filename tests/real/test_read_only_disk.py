"""A disk that the kernel makes read-only under a service: it is said, nothing is lost or doubled.

The kernel does so after an error of the file system; here it is told of one.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.db.database import Database
from tests.real.district import PATIENCE, District, running_district
from tests.real.installed import in_time
from tests.real.machine import is_root, lacking_programs
from tests.real.test_clock_back import invite
from tests.real.test_commands_ask import gather_staff, wait_for_searches

pytestmark = pytest.mark.real

PROGRAMS = ("mkfs.ext4", "e2fsck", "mount", "umount", "findmnt", "losetup")
MKFS, FSCK, MOUNT, UMOUNT, FINDMNT, LOSETUP = (shutil.which(name) or name for name in PROGRAMS)
MENDED = {0, 1}
MEGABYTES = 256
COMMANDS = (
    ("staff", "invite", "ben.doe@cedarvalley.example", "Ben", "Doe"),
    ("backup",),
    ("staff", "list"),
    ("doctor",),
)


def lacking() -> str:
    if not is_root():
        return "root needed"
    if missing := lacking_programs(*PROGRAMS):
        return missing
    return "" if Path("/dev/loop-control").exists() else "no loop device"


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[None]:
    subprocess.run(
        (MOUNT, "-o", "loop,errors=remount-ro", image, folder), timeout=PATIENCE, check=True
    )
    try:
        yield
    finally:
        # What parses for a service that was killed holds its log open for a moment more.
        assert in_time(
            lambda: subprocess.run((UMOUNT, folder), timeout=PATIENCE, check=False).returncode == 0
        )
        # Other containers of the machine may have it mounted for as long as they run.
        held = (LOSETUP, "--associated", image)
        assert in_time(
            lambda: (
                not subprocess.run(held, capture_output=True, timeout=PATIENCE, check=True).stdout
            )
        )


def make_read_only(folder: Path) -> None:
    found = subprocess.run(
        (FINDMNT, "-no", "SOURCE", folder),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    device = Path(found.stdout.strip()).name
    Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("tried out", "ascii")
    with pytest.raises(OSError, match="Read-only"):
        (folder / "probe").touch()


def check_commands(district: District) -> None:
    """Each says in a sentence that it cannot, or does what it does without writing."""
    for words in COMMANDS:
        done = subprocess.run(
            district.argv(*words), capture_output=True, text=True, timeout=180, check=False
        )
        print(words[0], done.returncode, done.stderr.strip()[-200:])  # noqa: T201 - pytest shows it with `-s`
        assert "Traceback" not in done.stderr
        assert 0 <= done.returncode < 128


def test_a_disk_that_becomes_read_only_loses_nothing(tmp_path: Path) -> None:
    if reason := lacking():
        pytest.skip(reason)
    image, folder = tmp_path / "image", tmp_path / "disk"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(MEGABYTES << 20)
    subprocess.run((MKFS, "-q", image), timeout=PATIENCE, check=True)
    with mounted(image, folder), running_district(folder) as district:
        for worker in district.workers.values():
            worker.log = tmp_path / f"{worker.name}.later.log"
        log = folder / "run.log"
        district.wait_until(lambda: "Ready." in log.read_text("utf-8"), "a start")
        gather_staff(district)
        invite(district, "ann")
        sweep = subprocess.Popen(
            district.argv("check", "--all"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_searches(district, 2)
        make_read_only(folder)
        check_commands(district)
        sweep.kill()
        sweep.wait(PATIENCE)
        taken = [mail.recipient for mail in district.mail.taken]
    assert (
        subprocess.run(
            (FSCK, "-fy", image), timeout=PATIENCE, check=False, capture_output=True
        ).returncode
        in MENDED
    )
    with mounted(image, folder), running_district(folder) as district:
        invite(district, "cam")
        district.run_command("check", "--all")
        district.run_command("audit")
        district.run_command("backup")
        district.check_integrity()
        again = [mail.recipient for mail in district.mail.taken]

        assert len(taken) == len(set(taken))
        assert not set(taken) & set(again)
        with Database.open_folder(district.state) as db:
            assert len(db.invitations.list_invitations()) == len({"ann", "cam"})
        assert district.faults == []
