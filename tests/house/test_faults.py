"""The table of faults names tests that exist."""

import pytest

from tests.house.tree import ROOT, exists, named_tests

TABLE = (ROOT / "docs" / "faults.md").read_text("utf-8")
ROWS = [row for row in TABLE.splitlines() if row.startswith("| ")][1:]


def test_the_table_is_there() -> None:
    assert len(ROWS) >= 32


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_each_fault_is_proved_by_a_test_that_exists(row: str) -> None:
    named = named_tests(row)

    assert named
    assert [f"{path}::{name}" for path, name in named if not exists(path, name)] == []
