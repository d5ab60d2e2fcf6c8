"""The table of scenarios and the tests that hold them stay in step."""

import re

import pytest

from tests.house.tree import ROOT, exists, named_tests

PAGE = ROOT / "docs" / "scenarios.md"
ROW = re.compile(r"\| (?P<what>[^|]+) \| (?P<happens>[^|]+) \| `[^`]+` \|")
PARTS = ("A. Content", "B. Transport", "C. Time", "D. Mail", "E. People")


def rows() -> list[re.Match[str]]:
    lines = PAGE.read_text("utf-8").splitlines()
    told = [line for line in lines if line.startswith("| ") and "| scenario |" not in line]
    found = [ROW.fullmatch(line) for line in told]
    assert all(found), [line for line, row in zip(told, found, strict=True) if not row]
    return [row for row in found if row]


def test_every_part_of_the_list_is_there() -> None:
    text = PAGE.read_text("utf-8")

    assert [part for part in PARTS if f"## {part}" not in text] == []
    assert len(rows()) > 90


def test_no_scenario_stands_there_twice() -> None:
    names = [row["what"].strip() for row in rows()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["what"])
def test_each_scenario_is_held_by_a_test_that_exists(row: re.Match[str]) -> None:
    ((path, name),) = named_tests(row[0])

    assert exists(path, name)
