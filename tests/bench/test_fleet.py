"""Three hundred districts fit into one process, and together they are as polite as one.

How soon a self-check has its first answer is printed; it depends on the machine.
"""

import json
import os
import subprocess
import sys

from monitor.fleet.runner import MOST_OPEN
from tests.house.tree import ROOT

PROGRAM = "tests.bench.fleet"
DISTRICTS = 300
PEOPLE, SITES = 20, 6
MOST_MEBIBYTES = 4.0
MOST_OPENING_MS = 40.0


def test_many_districts_are_polite_small_and_strangers_to_each_other(share):
    districts = len(share(range(DISTRICTS), of=100))
    command = [sys.executable, "-m", PROGRAM, "--districts", str(districts)]
    command += ["--people", str(PEOPLE), "--sites", str(SITES), "--json"]
    answer = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "MALLOC_ARENA_MAX": "2"},  # as in the unit
        capture_output=True,
        check=True,
        text=True,
    )
    figures = json.loads(answer.stdout)

    assert figures["swept"] == districts
    assert figures["requests"] >= districts * PEOPLE * SITES
    assert figures["too_close"] == 0
    assert figures["elsewhere"] == 0
    # Fewer than may be open at once say nothing of many.
    assert districts <= MOST_OPEN or figures["mebibytes_each"] <= MOST_MEBIBYTES
    assert figures["opening_ms"] <= MOST_OPENING_MS
