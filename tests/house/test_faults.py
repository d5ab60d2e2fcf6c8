"""The list of faults names tests that exist."""

from tests.house.tree import ROOT, exists, named_tests
from tests.rows import over_rows

PAGE = (ROOT / "docs" / "developers" / "faults.md").read_text("utf-8")
LINES = [line for line in PAGE.splitlines() if line.startswith("- ")]


def test_the_list_is_there() -> None:
    assert len(LINES) >= 32


@over_rows("line", LINES, ids=lambda line: line.partition(":")[0])
def test_each_fault_is_proved_by_a_test_that_exists(line: str) -> None:
    named = named_tests(line)

    assert named
    assert [f"{path}::{name}" for path, name in named if not exists(path, name)] == []
