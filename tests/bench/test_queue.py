"""A self-check beside a full sweep waits for politeness, and for nothing else."""

import json
import subprocess
import sys

import pytest

from tests.bench.queue import Size, measured
from tests.house.tree import ROOT

WHOLE = Size()
TENTH = Size(queued=WHOLE.queued // 10, hosts=WHOLE.hosts // 10, interval=0.4)
STARTS_WITHIN = 2.0
LONGEST_STRETCH = 1.2
# What a host was about to be asked when the wish came, and again while the check is lined up.
MOST_OVERTAKEN = 2


def test_a_sweep_lets_a_self_check_go_first_at_every_host() -> None:
    """How long that takes is the machine's matter, so the order alone is held here."""
    figures = measured(TENTH)

    assert figures.queued > 0.9 * TENTH.queued
    assert figures.answered == TENTH.sites * TENTH.each
    assert figures.overtaken <= MOST_OVERTAKEN


@pytest.mark.soak
def test_a_self_check_starts_at_once_and_takes_little_longer_than_its_hosts_ask() -> None:
    figures = measured(WHOLE)

    assert figures.queued > 0.9 * WHOLE.queued
    assert figures.answered == WHOLE.sites * WHOLE.each
    assert figures.last_site_begun <= STARTS_WITHIN
    assert figures.stretch <= LONGEST_STRETCH


def test_the_program_prints_its_figures() -> None:
    small = ("--queued", "40", "--hosts", "4", "--sites", "2", "--each", "2", "--interval", "0.1")
    command = (sys.executable, "-m", "tests.bench.queue", *small)

    said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)

    assert json.loads(said.stdout)["answered"] == 4
