"""The generator of profiles draws the same rows for a seed, and the rules tell most of them."""

import json
from collections import Counter
from datetime import UTC, datetime
from random import Random

from monitor.domain.detection.weights import load_own_weights
from monitor.domain.names.frequency import load_census
from tests.bench.labels.__main__ import write
from tests.bench.labels.rows import GOLD, KINDS, rows
from tests.bench.score.rows import read_profile
from tests.bench.score.scorers import ProfileLabel

ROWS = 300
WHOSE = ProfileLabel(
    counts=load_census(),
    weights=load_own_weights(),
    now=datetime(2026, 12, 31, tzinfo=UTC),
)


def drawn(seed, number=ROWS):
    return list(rows(Random(seed), number))  # noqa: S311  # drawn again for the same seed


def test_a_seed_draws_the_same_rows_again():
    assert drawn(3, 20) == drawn(3, 20) != drawn(4, 20)


def test_every_kind_of_profile_is_drawn():
    assert {kind for _, kind in drawn(1)} == {GOLD.get(kind, kind) for kind in KINDS}


def test_rows_and_answers_are_written_line_by_line(tmp_path):
    write(tmp_path / "made", 5, 1)

    asked = (tmp_path / "made" / "rows.jsonl").read_text("utf-8").splitlines()
    answers = (tmp_path / "made" / "gold.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in asked] == [
        json.loads(line)["id"] for line in answers
    ]
    assert {json.loads(line)["ask"] for line in asked} == {"label"}


def test_three_of_four_answers_are_right_and_few_imitations_pass_for_ones_own(monkeypatch):
    monkeypatch.delitem(GOLD, "attack")
    said = Counter((kind, WHOSE(read_profile(row)).label) for row, kind in drawn(20261124))

    assert sum(count for (kind, label), count in said.items() if kind == label) > ROWS * 0.75
    assert said["impersonation", "own"] <= 2
