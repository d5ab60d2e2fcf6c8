"""The bar for names, on rows of real names that are not part of the project."""

import json
import os
from pathlib import Path

import pytest

from tests.bench.score.scorers import Found, Staff, same_name

ROWS = Path(os.environ.get("NAMESAKE_DETECTION_ROWS", ""))
TASK = "names_roster"
BAR = 0.955


def lines(ending):
    path = ROWS / f"{TASK}.{ending}.jsonl"
    if not path.is_file():
        pytest.skip("Names of officials: NAMESAKE_DETECTION_ROWS names no folder of rows")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_real_names_are_told_apart_as_well_as_we_say():
    gold = {row["id"]: row["gold"] for row in lines("gold")}
    said = {
        row["id"]: same_name(Staff(**row["staff"]), Found(**row["found"])).score >= 0
        for row in lines("in")
    }
    right = sum(said[key] and gold[key] for key in gold)

    assert 2 * right / (sum(said.values()) + sum(gold.values())) >= BAR
