"""A test that hangs is named, and what it keeps from its end is told."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

PATIENCE = 120
STILL_RUN = "did not end"
CONFTEST = """\
import os
from pathlib import Path

from tests import conftest
from tests.conftest import *
from tests.real.scheduling import RealScheduling

def pytest_xdist_make_scheduler(config, log):
    return RealScheduling(config, log)

def pytest_runtest_logstart(nodeid):
    conftest.pytest_runtest_logstart(nodeid)
    if nodeid.endswith("hangs") and "PYTEST_XDIST_WORKER" not in os.environ:
        Path(__file__).with_name("hangs").write_text("now")
"""
TESTS = """\
import os
import threading

def test_one_that_passes():
    pass

def test_one_that_ends_its_process():
    os._exit(1)

def test_one_that_hangs():
    threading.Event().wait()
"""


def test_a_test_that_hangs_ends_its_process(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getini("faulthandler_exit_on_timeout")


def test_a_test_that_ends_its_process_is_named_and_one_that_is_stopped_too(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST, "utf-8")
    (tmp_path / "test_three.py").write_text(TESTS, "utf-8")
    os.mkfifo(tmp_path / "hangs")
    hangs = os.open(tmp_path / "hangs", os.O_RDONLY | os.O_NONBLOCK)
    run = subprocess.Popen(
        (
            *(sys.executable, "-m", "pytest", "-n", "1", "-p", "no:randomly"),
            *("-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, tmp_path),
        ),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )

    began, _, _ = select.select([hangs], [], [], PATIENCE)
    os.killpg(run.pid, signal.SIGTERM)  # as `timeout` does
    said, _ = run.communicate(timeout=PATIENCE)
    os.close(hangs)

    assert began == [hangs], said
    assert said.count("crashed while running 'test_three.py::test_one_that_ends_its_process'") == 1
    assert "1 passed" in said
    # Its process is stopped, too, and may be missed before the run itself is told to stop.
    ended = "crashed while running 'test_three.py::test_one_that_hangs'"
    assert ended in said or "\ntest_three.py::test_one_that_hangs\n" in said.partition(STILL_RUN)[2]
