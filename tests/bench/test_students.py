"""The two bars of student links, at a small part of the benchmark's size."""

import subprocess
import sys
from pathlib import Path

from tests.bench.students import linked, rated, rated_teachers

ROOT = Path(__file__).parents[2]
# With 50 accounts a rate of 0.02 lets one be flagged. The people are the same in each run, so what
# holds once holds always.
WITHOUT_A_PUPIL, WITH_PUPILS, FEW = 50, 15, 10


def test_few_accounts_without_a_pupil_are_flagged():
    assert rated(WITHOUT_A_PUPIL) <= 0.02


def test_few_teachers_lists_of_colleagues_and_relatives_are_flagged():
    assert rated_teachers(FEW) <= 0.05
    assert rated_teachers(FEW, 600, small=True) <= 0.15


def test_nearly_all_planted_pupils_are_found():
    found = linked(WITH_PUPILS)

    assert found.flagged >= 0.95 * found.accounts
    assert found.counted >= 0.95 * found.planted


def test_the_benchmark_prints_both_bars():
    command = [sys.executable, "-m", "tests.bench.students", "--accounts", "4", "--pupils", "200"]

    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    assert "false hits per 300 contacts" in said
    assert "of links counted" in said
