"""The ruleset of each ABI; what it refuses is tried in `test_worker_sandbox.py`."""

import struct

import pytest

from scrapers.sandbox import landlock
from scrapers.sandbox.landlock import build_ruleset, restrict_with_landlock


@pytest.mark.parametrize(
    ("abi", "rules"),
    [
        (1, (0x1FFF, 0, 0)),
        (2, (0x3FFF, 0, 0)),
        (3, (0x7FFF, 0, 0)),
        (4, (0x7FFF, 3, 0)),
        (5, (0xFFFF, 3, 0)),
        (6, (0xFFFF, 3, 3)),
        (7, (0xFFFF, 3, 3)),
        (99, (0xFFFF, 3, 3)),
    ],
)
def test_an_abi_is_asked_for_all_that_it_knows_and_no_more(
    abi: int, rules: tuple[int, ...]
) -> None:
    assert struct.unpack("=QQQ", build_ruleset(abi)) == rules


@pytest.mark.parametrize("answers", [[-1], [7, -1], [7, 1_000_000, -1]])
def test_a_kernel_that_refuses_a_step_has_none(
    answers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landlock, "call_kernel", lambda *_: answers.pop(0))
    monkeypatch.setattr("os.close", lambda _: None)

    assert restrict_with_landlock() == 0
