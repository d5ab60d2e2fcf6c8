"""A test that walks a table tells each row that fails, as a test for each row would."""

from collections.abc import Iterator

import pytest

from tests.rows import over_rows


@over_rows("number", [1, 2, 3])
@over_rows(("letter", "other"), [("a", "b"), ("c", "d")], ids=str.upper)
def refuse(seen: list[tuple[int, str]], number: int, letter: str, other: str) -> None:
    seen.append((number, letter))
    if number == 2:
        pytest.fail(letter)
    assert (number, other) != (3, "d")


def list_notes(fault: BaseException) -> Iterator[str]:
    yield from getattr(fault, "__notes__", ())
    for inner in getattr(fault, "exceptions", ()):
        yield from list_notes(inner)


def test_all_rows_are_tried_and_those_that_fail_are_told() -> None:
    seen: list[tuple[int, str]] = []

    with pytest.raises(BaseExceptionGroup, match="2 of 3 rows") as told:
        refuse(seen=seen)

    assert seen == [(number, letter) for number in (1, 2, 3) for letter in "ac"]
    assert [*list_notes(told.value)] == ["row: 2", "row: A, B", "row: C, D", "row: 3", "row: C, D"]


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="number"):
        over_rows("number", [])
