"""The list of scenarios and the tests that hold them stay in step."""

import re

from tests.house.tree import ROOT, exists, named_tests
from tests.rows import over_rows

PAGE = ROOT / "docs" / "developers" / "scenarios.md"
LINE = re.compile(r"- (?P<what>[^*`]+?)(: \*[^*]+\*)?\. `[^`]+`")
PARTS = ("A. Content", "B. Transport", "C. Time", "D. Mail", "E. People")


def lines() -> list[re.Match[str]]:
    told = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("- ")]
    found = [LINE.fullmatch(line) for line in told]
    assert all(found), [line for line, read in zip(told, found, strict=True) if not read]
    return [line for line in found if line]


def scenarios() -> list[str]:
    """Return each scenario; those that one test holds stand in one line."""
    return [what.lower() for line in lines() for what in line["what"].split("; ")]


def test_every_part_of_the_list_is_there() -> None:
    text = PAGE.read_text("utf-8")

    assert [part for part in PARTS if f"## {part}" not in text] == []
    assert len(scenarios()) > 90


def test_no_scenario_stands_there_twice() -> None:
    assert len(set(scenarios())) == len(scenarios())


@over_rows("line", lines(), ids=lambda line: line["what"])
def test_each_scenario_is_held_by_a_test_that_exists(line: re.Match[str]) -> None:
    ((path, name),) = named_tests(line[0])

    assert exists(path, name)
