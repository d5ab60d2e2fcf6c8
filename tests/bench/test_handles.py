"""The handle benchmarks run, and say what they measure; how fast is for the machine to say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = ("Maria Delgado", "Karl Brandt", "Elspeth Lindqvist")


def printed(script, *arguments):
    command = [sys.executable, "-m", f"tests.bench.{script}", *arguments]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    return answer.stdout


def test_each_question_about_handles_is_timed():
    lines = printed("handles", "60").splitlines()

    assert [line[:22].strip() for line in lines] == [
        "handle beside name",
        "handle beside handle",
        "look-alike",
    ]
    assert all(float(line.split()[-2]) > 0 for line in lines)


@pytest.fixture
def rows(tmp_path):
    """Every name beside the handle of each."""
    pairs = [(name, other) for name in NAMES for other in NAMES]
    asked = [
        {"id": str(at), "staff": {"name": name}, "found": {"handle": other.replace(" ", "")}}
        for at, (name, other) in enumerate(pairs)
    ]
    gold = [{"id": str(at), "gold": int(name == other)} for at, (name, other) in enumerate(pairs)]
    for file, lines in (("in.jsonl", asked), ("gold.jsonl", gold)):
        (tmp_path / file).write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return str(tmp_path / "in.jsonl"), str(tmp_path / "gold.jsonl")


def test_the_weights_are_printed_as_they_stand_and_as_they_would_be_fitted(rows):
    *weights, area = printed("handle_weights", *rows).splitlines()

    both = next(line.split() for line in weights if line.startswith("handle-both"))
    assert float(both[1]) == 3.8
    assert float(both[2]) > 0
    assert both[3] == "3"
    assert area.startswith("area under the curve: standing 1.000")
