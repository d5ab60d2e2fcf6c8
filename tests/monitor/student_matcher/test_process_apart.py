"""The running matcher keeps its memory to itself: asked from outside, as the kernel answers."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

import pytest

from monitor.domain.students.name_forms import RosterStudent
from monitor.student_matcher.keys import build_roster, write_tokens

ROOT = Path(__file__).parents[3]
KEY = bytes(range(32))
# Root may read any memory, so everybody here gives up what makes root special.
PLAIN = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of a process"),
    pytest.mark.skipif(bool(PLAIN) and which("setpriv") is None, reason="root without setpriv"),
]


@pytest.fixture
def pids(tmp_path):
    """Start a matcher, and return its process id and that of who started it."""
    key = tmp_path / "roster.key"
    (tmp_path / "state").mkdir()
    key.write_text(KEY.hex())
    key.chmod(0o400)
    roster = build_roster(
        [RosterStudent(names=(("Mason", "Whitlock"),))], KEY, datetime.now(UTC).date()
    )
    write_tokens(tmp_path / "roster.tokens", roster)
    command = [*PLAIN, sys.executable, "-m", "tests.monitor.student_matcher.started", str(tmp_path)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as starter:
        yield int(starter.stdout.readline()), starter.pid
        starter.stdin.close()


def refused(pid, name):
    """Tell whether another process of the same user may not open a file of that process."""
    code = f"open('/proc/{pid}/{name}', 'rb').read(1)"
    done = subprocess.run(
        [*PLAIN, sys.executable, "-c", code], check=False, capture_output=True, text=True
    )
    # What may be opened cannot be read at its first byte, where nothing is mapped.
    assert done.returncode == 0 or "PermissionError" in done.stderr or "OSError" in done.stderr
    return "PermissionError" in done.stderr


@pytest.mark.parametrize("name", ["mem", "environ", "maps"])
def test_nobody_of_the_same_user_reads_what_the_matcher_holds(pids, name):
    matcher, starter = pids

    assert refused(matcher, name)
    assert not refused(starter, name)


def test_the_running_matcher_writes_no_core(pids):
    matcher, _ = pids
    limits = Path(f"/proc/{matcher}/limits").read_text()

    (core,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


@pytest.mark.skipif(which("gcore") is None, reason="gcore is not installed")
def test_gcore_gets_nothing_of_the_matcher(pids, tmp_path):
    matcher, _ = pids
    command = [*PLAIN, "gcore", "-o", str(tmp_path / "core"), str(matcher)]

    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=180)

    assert "not permitted" in done.stderr
    assert list(tmp_path.glob("core*")) == []
