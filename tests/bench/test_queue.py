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
# The tenth is run while the machine does other things, too; the whole alone.
OTHER_WORK = 3.0


@pytest.mark.parametrize(
    ("size", "patience"),
    [(TENTH, OTHER_WORK), pytest.param(WHOLE, 1.0, marks=pytest.mark.soak)],
)
def test_a_self_check_starts_at_once_and_takes_little_longer_than_its_hosts_ask(
    size: Size, patience: float
) -> None:
    figures = measured(size)

    assert figures.queued > 0.9 * size.queued
    assert figures.answered == size.sites * size.each
    assert figures.last_site_begun <= STARTS_WITHIN * patience
    assert figures.stretch <= LONGEST_STRETCH * patience


def test_the_program_prints_its_figures() -> None:
    small = ("--queued", "40", "--hosts", "4", "--sites", "2", "--each", "2", "--interval", "0.1")
    command = (sys.executable, "-m", "tests.bench.queue", *small)

    said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)

    assert json.loads(said.stdout)["answered"] == 4
