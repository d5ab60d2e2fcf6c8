"""One test for a whole table: pytest takes longer for a test than most rows take to be tried."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from inspect import signature
from typing import Any

import pytest

Test = Callable[..., None]
# What `pytest.fail` raises is no Exception, nor is a group that holds it.
TOLD = (Exception, pytest.fail.Exception, BaseExceptionGroup)


def over_rows(
    names: str | Sequence[str], rows: Iterable[Any], ids: Callable[[Any], object] = repr
) -> Callable[[Test], Test]:
    """Try a test with each row, as its parameters would, and tell every row that fails.

    What the test takes beside a row is the same for all of them: none may leave anything there.
    """
    keys = [key.strip() for key in names.split(",")] if isinstance(names, str) else [*names]
    table = [row if len(keys) > 1 else (row,) for row in rows]
    if not table:
        raise ValueError(names)

    def decorate(test: Test) -> Test:
        @wraps(test)
        def walk(**given: object) -> None:
            faults: list[BaseException] = []
            for row in table:
                try:
                    test(**given, **dict(zip(keys, row, strict=True)))
                except TOLD as fault:
                    fault.add_note(f"row: {', '.join(str(ids(value)) for value in row)}")
                    faults.append(fault)
            if faults:
                message = f"{len(faults)} of {len(table)} rows"
                raise BaseExceptionGroup(message, faults)

        taken = signature(test)
        others = [entry for name, entry in taken.parameters.items() if name not in keys]
        walk.__signature__ = taken.replace(parameters=others)
        return walk

    return decorate
