"""A large district is swept whole, and in little memory; how fast is for the machine to say."""

import json
import subprocess
import sys

from tests.house.tree import ROOT

PROGRAM = "tests.bench.sweep"
SITES = 60
PEOPLE = 500
MOST_MEBIBYTES = 200


def test_a_large_district_is_swept_whole_in_little_memory(share):
    people = len(share(range(PEOPLE), of=100))
    command = [sys.executable, "-m", PROGRAM, "--people", str(people), "--json"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    figures = json.loads(answer.stdout)

    assert figures["sources"] == SITES
    assert figures["asked"] == people * SITES
    assert figures["answered"] == figures["settled"] == figures["asked"]
    assert figures["peak_mebibytes"] < MOST_MEBIBYTES
