"""What is kept of a picture: hashes that stay alike when it is cut, resized or compressed anew.

Nobody can make the picture of them again, and they know of no face: they describe where the whole
picture grows lighter and darker.
"""

import re
from dataclasses import dataclass
from typing import Self, TypeAlias

VERSION = "1"
Cut: TypeAlias = tuple[float, float, float, float]
"""What is taken off at the left, the top, the right and the bottom, as shares of the side."""
# The whole picture; what is left when a border is undone; and what is left when somebody cuts it
# away from one corner or another.
CUTS: tuple[Cut, ...] = (
    (0.0, 0.0, 0.0, 0.0),
    (0.04, 0.04, 0.04, 0.04),
    (0.08, 0.08, 0.08, 0.08),
    (0.06, 0.06, 0.0, 0.0),
    (0.0, 0.06, 0.06, 0.0),
    (0.0, 0.0, 0.06, 0.06),
    (0.06, 0.0, 0.0, 0.06),
)
SHORT, LONG = 64, 256
_DIGITS = (SHORT + SHORT + LONG) // 4
_SHORT_DIGITS = SHORT // 4
_WRITTEN = re.compile(rf"{VERSION}:((?:[0-9a-f]{{{_DIGITS}}}){{{2 * len(CUTS)}}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One cut of a picture as three hashes: `dhash` and `phash` of 64 bits, `pdq` of 256."""

    dhash: int
    phash: int
    pdq: int

    @classmethod
    def read(cls, digits: str) -> Self:
        return cls(
            dhash=int(digits[:_SHORT_DIGITS], 16),
            phash=int(digits[_SHORT_DIGITS : 2 * _SHORT_DIGITS], 16),
            pdq=int(digits[2 * _SHORT_DIGITS :], 16),
        )

    @property
    def digits(self) -> str:
        return f"{self.dhash:016x}{self.phash:016x}{self.pdq:064x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePrint:
    """A view for each of CUTS: of the picture, and of what a mirror shows of it."""

    straight: tuple[View, ...]
    mirrored: tuple[View, ...]

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return None for what is no print, or one of another version: none can be compared."""
        whole = _WRITTEN.fullmatch(text)
        if whole is None:
            return None
        pieces = (whole[1][at : at + _DIGITS] for at in range(0, len(whole[1]), _DIGITS))
        views = tuple(map(View.read, pieces))
        return cls(straight=views[: len(CUTS)], mirrored=views[len(CUTS) :])

    def written(self) -> str:
        return f"{VERSION}:" + "".join(view.digits for view in (*self.straight, *self.mirrored))
