"""Ways in which an answer can be damaged, each drawn by a generator that the test seeds."""

import json
import random
from collections.abc import Callable, Iterator
from typing import cast

KEPT_DEPTH = 12
HUGE_TEXT = "x" * 100_000
HUGE_NUMBER = 10**40
BROKEN_BYTES = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00", b"\xfe\xff", b"\x80\x81")
OTHER_KINDS: tuple[object, ...] = (None, True, -1, 0.5, "", "odd", [], ["odd"], {}, {"odd": 1})

Slot = tuple["list[object] | dict[str, object]", int | str]


class Damaged:
    """One answer, damaged anew each time; `document` is None where it is no JSON.

    The same number does the same damage, whatever was done before.
    """

    def __init__(self, body: bytes, seed: str) -> None:
        self.body = body
        self.seed = seed
        self.draw = random.Random(seed)  # noqa: S311 - the same again is the point
        self.document = _document(body)
        self.slots = list(_slots(self.document)) if self.document is not None else []

    def by(self, number: int) -> tuple[str, bytes]:
        """Return what was done and what became of the body."""
        self.draw.seed(f"{self.seed} {number}")
        way = self.draw.choice(WAYS if self.slots else WAYS_OF_TEXT)
        return way.__name__, way(self)

    def replaced(self, slot: Slot, value: object) -> bytes:
        """Return the document with another value in one place, and put the old one back."""
        holder = cast("dict[object, object]", slot[0])  # a list is written to in the same way
        before = holder[slot[1]]
        holder[slot[1]] = value
        try:
            return json.dumps(self.document).encode()
        finally:
            holder[slot[1]] = before

    def value(self, slot: Slot) -> object:
        return cast("dict[object, object]", slot[0])[slot[1]]

    def any_slot(self) -> Slot:
        return self.draw.choice(self.slots)


def truncated(damaged: Damaged) -> bytes:
    """Cut it off where something of it is missing."""
    whole = damaged.body.rstrip()
    return whole[: damaged.draw.randrange(len(whole))]


def not_utf_8(damaged: Damaged) -> bytes:
    at = damaged.draw.randrange(len(damaged.body))
    return damaged.body[:at] + damaged.draw.choice(BROKEN_BYTES) + damaged.body[at:]


def key_removed(damaged: Damaged) -> bytes:
    keyed = [slot for slot in damaged.slots if isinstance(slot[0], dict)]
    holder, key = damaged.draw.choice(keyed) if keyed else damaged.any_slot()
    if not isinstance(holder, dict):
        return truncated(damaged)
    kept = dict(holder)
    holder.pop(cast("str", key))
    try:
        return json.dumps(damaged.document).encode()
    finally:
        holder.clear()
        holder.update(kept)


def of_another_type(damaged: Damaged) -> bytes:
    slot = damaged.any_slot()
    kind = type(damaged.value(slot))
    return damaged.replaced(
        slot,
        damaged.draw.choice(
            [other_kind for other_kind in OTHER_KINDS if type(other_kind) is not kind]
        ),
    )


def huge(damaged: Damaged) -> bytes:
    slot = damaged.any_slot()
    match damaged.value(slot):
        case str() as text:
            return damaged.replaced(slot, text + HUGE_TEXT)
        case list() as rows:
            return damaged.replaced(slot, rows * 200)
        case dict() as record:
            return damaged.replaced(slot, record | {f"odd{n}": n for n in range(5_000)})
        case _:
            return damaged.replaced(slot, HUGE_NUMBER)


def part_removed(damaged: Damaged) -> bytes:
    """Take out what stands between two places, as a broken proxy might."""
    ends = sorted(damaged.draw.randrange(len(damaged.body)) for _ in range(2))
    return damaged.body[: ends[0]] + damaged.body[ends[1] + 1 :]


def padded(damaged: Damaged) -> bytes:
    at = damaged.draw.randrange(len(damaged.body))
    return damaged.body[:at] + HUGE_TEXT.encode() + damaged.body[at:]


Way = Callable[[Damaged], bytes]
WAYS: tuple[Way, ...] = (
    *(truncated, truncated, not_utf_8),
    *(key_removed, key_removed, key_removed, of_another_type, of_another_type, of_another_type),
    huge,
)
WAYS_OF_TEXT: tuple[Way, ...] = (
    truncated,
    truncated,
    not_utf_8,
    part_removed,
    part_removed,
    padded,
)
UNREADABLE_JSON = {"truncated", "not_utf_8"}


def _document(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _slots(value: object, depth: int = 0) -> Iterator[Slot]:
    """Yield every place in a document that holds something."""
    if depth > KEPT_DEPTH:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield value, key
            yield from _slots(inner, depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield value, index
            yield from _slots(inner, depth + 1)
