"""What a person said of an item, and took back: the last word that stands is the verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.flag import Ruling

# What says whose an item is; the other rulings speak of a flag.
VERDICTS = frozenset({Ruling.MINE, Ruling.NAMESAKE, Ruling.UNRELATED, Ruling.IMPERSONATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`REOPENED` takes back the last word. `ruling` is None where the item became another one.

    Nothing that was said before that counts any more. `flag` is the flag it was said of, if any.
    """

    item: str
    ruling: Ruling | None
    at: datetime
    flag: str = ""


def standing(said: Iterable[Said]) -> Said | None:
    """Return the word that stands, None where none does."""
    stand: list[Said] = []
    for each in said:
        if each.ruling is None:
            stand.clear()
        elif each.ruling is not Ruling.REOPENED:
            stand.append(each)
        elif stand:
            stand.pop()
    return stand[-1] if stand else None


def verdict(said: Iterable[Said]) -> Ruling | None:
    """Return what the person says of the item, None where no word of theirs stands."""
    word = standing(said)
    return word.ruling if word else None


def verdict_before(said: Iterable[Said]) -> Ruling | None:
    """Return what they said before they last said anything: words of one time are one."""
    words = tuple(said)
    last = max((each.at for each in words), default=None)
    return verdict(each for each in words if each.at != last)
