"""Where the log cannot be written, the service goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.monitor.scheduler.test_daemon import PATIENCE, config, heard, systemd

# The fixtures are those of the tests of the daemon.
__all__ = ["config", "systemd"]

START = "import os; {close}; os.execv({python!r}, [{python!r}, '-m', 'monitor', *{rest!r}])"


def full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


def nobody_reads() -> int:
    reads, writes = os.pipe()
    os.close(reads)
    return writes


@pytest.mark.parametrize("broken", [full_disk, nobody_reads])
def test_a_log_that_takes_nothing_does_not_stop_the_service(config, systemd, broken):
    log = broken()
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "--config", str(config), "run"],
        env={"NOTIFY_SOCKET": str(systemd.getsockname()), "PATH": ""},
        stdout=log,
        stderr=log,
    ) as service:
        os.close(log)
        lives_and_ends(service, systemd)


def test_a_service_without_any_standing_file_runs_and_mixes_nothing_up(config, systemd):
    """Whatever opens first takes the place of a closed log; that must not be the database."""
    close = "[os.close(each) for each in (0, 1, 2)]"
    code = START.format(close=close, python=sys.executable, rest=["--config", str(config), "run"])
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={"NOTIFY_SOCKET": str(systemd.getsockname()), "PATH": ""},
    ) as service:
        heard(systemd, "READY=1")
        places = [str(Path(f"/proc/{service.pid}/fd/{number}").readlink()) for number in (0, 1, 2)]
        lives_and_ends(service, systemd)

    assert not [place for place in places if "namesake.db" in place or "keys.db" in place]


def lives_and_ends(service, systemd):
    try:
        heard(systemd, "WATCHDOG=1")
        service.terminate()
        assert service.wait(PATIENCE) == 0
    finally:
        service.kill()
