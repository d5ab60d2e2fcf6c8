"""The weights of names are those that the documents explain."""

import re
from itertools import takewhile
from pathlib import Path

import pytest

from monitor.domain.names import likeness as name_weights
from tests.house.tree import ROOT

PAGE = Path(ROOT, "docs", "detection.md")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def explained(table):
    """Return the first number of each row's last cell, in the table that begins so."""
    lines = PAGE.read_text("utf-8").splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"| {table}"))
    rows = takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    return [float(NUMBER.match(row.split("|")[-2].strip())[0]) for row in rows]


@pytest.mark.parametrize(
    ("table", "weights"),
    [
        ("given names", name_weights.GIVEN),
        ("family names", name_weights.FAMILY),
        ("the rest", name_weights.REST),
        ("generations", name_weights.GENERATION),
    ],
)
def test_each_weight_is_the_one_that_is_explained(table, weights):
    levels = type(next(iter(weights)))

    assert explained(table) == [weights[level] for level in levels]


def test_the_other_numbers_are_explained_too():
    page = " ".join(PAGE.read_text("utf-8").split())

    assert name_weights.RARITY == 0.5
    assert "It counts half" in page
    most = f"at most {name_weights.RAREST:g} bits for a family and {name_weights.RAREST_GIVEN:g}"
    assert most in page
    assert f"the **threshold** at {name_weights.THRESHOLD:g} bits" in page
    assert name_weights.UNSURE == 3
    assert "three bits below" in page
    assert name_weights.TURNED == -2
    assert "at a cost of two bits" in page
