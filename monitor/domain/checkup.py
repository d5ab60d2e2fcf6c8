"""What a look at the service's health comes to: one sentence each, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """WARN is to be seen to in the coming days; BAD means that something is not done now."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`what` names the part, `told` says how it is, and `remedy` what to do.

    `exit_code` is what a command ends with for it; only BAD has one.
    """

    what: str
    level: Level
    told: str
    remedy: str = ""
    exit_code: int = 0


def fine(what: str, told: str) -> Checked:
    return Checked(what=what, level=Level.OK, told=told)


def warned(what: str, told: str, remedy: str) -> Checked:
    return Checked(what=what, level=Level.WARN, told=told, remedy=remedy)


def bad(what: str, told: str, remedy: str, exit_code: int) -> Checked:
    return Checked(what=what, level=Level.BAD, told=told, remedy=remedy, exit_code=exit_code)


# What keeps all else from being told comes first.
WORST_FIRST = (78, 64, 73, 77, 76, 65, 75, 69, 70)


def worst(checked: Iterable[Checked]) -> int:
    """Return the exit code of the worst of them, 0 where none is bad."""
    codes = {each.exit_code for each in checked if each.level is Level.BAD}
    return min(codes, key=WORST_FIRST.index, default=0)
