"""Many readers at once beside self-checks: the short form of `python -m tests.bench.portal`."""

import json
import subprocess
import sys

import pytest

from tests.house.tree import ROOT
from tests.real.machine import PATIENCE

pytestmark = pytest.mark.real


SMALL = ("--readers", "40", "--checks", "4", "--seconds", "4", "--people", "5", "--sites", "10")


def test_readers_self_checks_and_a_sweep_do_not_keep_each_other_out():
    command = (sys.executable, "-m", "tests.bench.portal", *SMALL, "--handles", "4")

    said = subprocess.run(
        command, cwd=ROOT, capture_output=True, timeout=PATIENCE, check=True, text=True
    )

    told = json.loads(said.stdout)
    assert told["answers"]
    assert told["faults"] == {}
    for sweep in ("sweep alone", "sweep beside"):
        assert told[sweep]["a_second"]
        # As the hosts see it, on a machine whose clock ticks in milliseconds.
        assert told[sweep]["soonest"] > 0.99
