"""Who presses "Check now" soon sees a result, and from then on something new all the time."""

import json
import subprocess
import sys

from tests.house.tree import ROOT

# With a pause at each host, or all is over before the page has said a second thing.
SIZE = ("--sites", "20", "--handles", "4", "--interval", "0.3")


def test_a_check_shows_a_result_soon_and_never_stands_still():
    command = (sys.executable, "-m", "tests.bench.selfcheck", *SIZE)

    said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)

    figures = [json.loads(line) for line in said.stdout.splitlines()]
    assert len(figures) == 2
    for figure in figures:
        # How long it takes is for the machine to say; it may not all come at the end.
        assert figure["result"] < figure["done"]
        assert figure["events"] > 3
        assert figure["traces"]
