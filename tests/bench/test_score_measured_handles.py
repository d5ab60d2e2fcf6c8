"""The bars for handles, on rows of real handles that are not part of the project."""

import json
import os
from pathlib import Path

import pytest

from monitor.domain.names.frequency import load_census
from tests.bench.score.scorers import Ask, Found, Staff, scorers

ROWS = Path(os.environ.get("NAMESAKE_DETECTION_ROWS", ""))


def lines(task, ending):
    path = ROWS / f"{task}.{ending}.jsonl"
    if not path.is_file():
        pytest.skip("Handles of officials: NAMESAKE_DETECTION_ROWS names no folder of rows")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def scored(task, ask):
    """Return the scores of handles that are meant, and of those that are not."""
    scorer = scorers(load_census())[ask]
    gold = {row["id"]: row["gold"] for row in lines(task, "gold")}
    scores = {0: [], 1: []}
    for row in lines(task, "in"):
        scores[gold[row["id"]]].append(scorer(Staff(**row["staff"]), Found(**row["found"])).score)
    return scores[1], scores[0]


def area(theirs, others):
    wins = sum((one > other) + (one == other) / 2 for one in theirs for other in others)
    return wins / (len(theirs) * len(others))


def test_a_handle_is_told_from_that_of_another_name_as_well_as_we_say():
    theirs, others = scored("handle_from_name", Ask.OWN)
    right, wrong = sum(score > 0 for score in theirs), sum(score > 0 for score in others)

    assert area(theirs, others) >= 0.955
    assert 2 * right / (right + wrong + len(theirs)) >= 0.89


def test_two_handles_of_one_person_are_known_as_well_as_we_say():
    assert area(*scored("handle_pairs", Ask.OWN)) >= 0.945


def test_an_imitation_is_found_as_often_as_we_say_at_one_false_alarm_in_a_hundred():
    imitations, neighbors = scored("lookalike", Ask.LOOKALIKE)
    bar = sorted(neighbors, reverse=True)[len(neighbors) // 100]

    assert sum(score > bar for score in imitations) / len(imitations) >= 0.93
