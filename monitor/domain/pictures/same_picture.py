"""Whether two prints are of one picture, whole, mirrored or cut at its edges.

Two of the three hashes have to agree on one pair of cuts, and all three on average: each of them
alone calls two portraits alike now and then, mostly drawn ones.
"""

from dataclasses import dataclass
from itertools import product

from scrapers.picture_print import PicturePrint, View

# In bits that differ, of 64, 64 and 256. Measured: docs/detection.md, Pictures.
DHASH_LIMIT = 8
PHASH_LIMIT = 8
PDQ_LIMIT = 50
_AGREEING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """`distance` is 0 for equal prints, and below 1 for what we take for one picture."""

    distance: float
    mirrored: bool

    @property
    def same(self) -> bool:
        return self.distance < 1


def nearness(one: PicturePrint, other: PicturePrint) -> Nearness:
    """Compare every cut of a picture with every cut of another, and of its mirror image."""
    straight = _nearest(one.straight, other.straight)
    mirrored = _nearest(one.straight, other.mirrored)
    return Nearness(distance=min(straight, mirrored), mirrored=mirrored < straight)


def _nearest(views: tuple[View, ...], others: tuple[View, ...]) -> float:
    return min(_distance(view, other) for view, other in product(views, others))


def _distance(view: View, other: View) -> float:
    """Return what share of its limit the second best hash takes, or all on average, if more."""
    shares = (
        (view.dhash ^ other.dhash).bit_count() / DHASH_LIMIT,
        (view.phash ^ other.phash).bit_count() / PHASH_LIMIT,
        (view.pdq ^ other.pdq).bit_count() / PDQ_LIMIT,
    )
    return max(sorted(shares)[_AGREEING - 1], sum(shares) / len(shares))
