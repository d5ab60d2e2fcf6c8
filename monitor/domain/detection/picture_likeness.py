"""Whether two prints are of one picture, whole, mirrored or cut at its edges.

Two of the three hashes have to agree on one pair of cuts, and all three on average. Each of them
alone calls two portraits alike now and then, mostly drawn ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Self

from scrapers.models import CrawlResult, CropHashes, PicturePrint, QueryKind, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureResults:
    """What the pictures of one settlement came to, by the key of the profile that shows each.

    Empty where there is no picture, or one that says nothing; None where we could not look.
    """

    print_by_key: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def from_visits(cls, visits: Iterable[CrawlResult]) -> Self:
        looked = (visit for visit in visits if visit.query.kind is QueryKind.PICTURE)
        return cls(print_by_key={visit.query.terms[0]: _extract_print(visit) for visit in looked})

    def add_picture_print(self, trace: Trace, before: Trace | None) -> Trace:
        """Return the trace with its picture's print, or the last known if we could not look."""
        print_text = self.print_by_key.get(trace.key, "")
        if print_text is None:
            print_text = before.picture_print if before else ""
        return replace(trace, picture_print=print_text)


def _extract_print(visit: CrawlResult) -> str | None:
    """Take nothing but the print of what comes from a process that opened a stranger's picture."""
    reading, (key, *_) = visit.result, visit.query.terms
    if not reading.outcome.is_conclusive:
        return None
    return next((trace.picture_print for trace in reading.traces if trace.key == key), "")


# In bits that differ, of 64, 64 and 256. Measured: docs/detection.md, Pictures.
DHASH_LIMIT = 8
PHASH_LIMIT = 8
PDQ_LIMIT = 50
_HASHES_TO_AGREE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSimilarity:
    """`distance` is 0 for equal prints, and below 1 for what we take for one picture."""

    distance: float
    mirrored: bool

    @property
    def is_same_picture(self) -> bool:
        return self.distance < 1


def compare_prints(one: PicturePrint, other: PicturePrint) -> PictureSimilarity:
    """Compare every cut of a picture with every cut of another, and of its mirror image."""
    straight = _measure_least_distance(one.straight, other.straight)
    mirrored = _measure_least_distance(one.straight, other.mirrored)
    return PictureSimilarity(distance=min(straight, mirrored), mirrored=mirrored < straight)


def _measure_least_distance(views: tuple[CropHashes, ...], others: tuple[CropHashes, ...]) -> float:
    return min(_measure_distance(view, other) for view, other in product(views, others))


def _measure_distance(view: CropHashes, other: CropHashes) -> float:
    """Return what share of its limit the second best hash takes, or all on average, if more."""
    shares = (
        (view.dhash ^ other.dhash).bit_count() / DHASH_LIMIT,
        (view.phash ^ other.phash).bit_count() / PHASH_LIMIT,
        (view.pdq ^ other.pdq).bit_count() / PDQ_LIMIT,
    )
    return max(sorted(shares)[_HASHES_TO_AGREE - 1], sum(shares) / len(shares))
