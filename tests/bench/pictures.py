"""How well prints tell one picture from two: `python -m tests.bench.pictures` prints the figures.

Pictures are drawn by lot (`tests/bench/drawn.py`); those that lie in installed packages come on
top, and those of a folder with `--folder`. A copy is an altered picture; a false pair is two
pictures of one kind, one of them altered. `--each` is how many are drawn of each kind, `--pairs`
how many false pairs are looked at.
"""

import sys
from argparse import ArgumentParser, Namespace
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random
from sysconfig import get_path
from time import perf_counter

from PIL import Image

from monitor.domain.detection.picture_likeness import compare_prints
from scrapers.models import PicturePrint
from scrapers.parsers.images import read_profile_picture
from tests.bench.altered import BEYOND, WITHIN_REACH, Alter, packed
from tests.bench.drawn import KINDS, drawn

FOUND = "found in packages or the folder"
ENDINGS = (".jpg", ".jpeg", ".png")
SMALLEST = 128
# They show what another picture does, an eye's width to the side or without colours.
TWINS = ("chessboard_GRAY", "motorcycle_right")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A picture with its print, and those of its altered copies."""

    kind: str
    print: PicturePrint
    copies: dict[str, PicturePrint]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How copies of one sort were told: the share taken for one picture, and the AUC."""

    sort: str
    copies: int
    recall: float
    auc: float


def exhibits(pictures: Iterable[tuple[str, Image.Image]]) -> Iterator[Exhibit]:
    """Hang what has a print, as the service does; a copy without one is none."""
    for number, (kind, picture) in enumerate(pictures):
        told = read_profile_picture(packed(picture)).picture_print
        if told is not None:
            yield Exhibit(kind, told, dict(_copies(picture, number)))


def _copies(picture: Image.Image, number: int) -> Iterator[tuple[str, PicturePrint]]:
    for sort, alter in chain(WITHIN_REACH.items(), BEYOND.items()):
        told = read_profile_picture(packed(_altered(picture, sort, alter, number))).picture_print
        if told is not None:
            yield sort, told


def _altered(picture: Image.Image, sort: str, alter: Alter, number: int) -> Image.Image:
    return alter(picture, Random(f"{sort} {number}"))  # noqa: S311 - the same lot in every run


def all_drawn(one_number: int) -> Iterator[tuple[str, Image.Image]]:
    for kind in KINDS:
        for number in range(one_number):
            yield kind, drawn(kind, number)


def found_in(*folders: Path) -> Iterator[tuple[str, Image.Image]]:
    """Yield the pictures in some folders that are as large as a profile's."""
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.suffix.lower() in ENDINGS and path.stem not in TWINS:
            with Image.open(path) as picture:
                if min(picture.size) >= SMALLEST:
                    yield FOUND, picture.convert("RGBA").convert("RGB")


def false_pairs(shown: Sequence[Exhibit], pairs: int) -> list[float]:
    """Return the distances between strangers of one kind, one picture of each pair altered."""
    lot = Random("false pairs")  # noqa: S311 - the same pairs in every run
    kinds = ([exhibit for exhibit in shown if exhibit.kind == kind] for kind in (*KINDS, FOUND))
    several = [kind for kind in kinds if len(kind) > 1]
    distances = []
    for number in range(pairs):
        one, other = lot.sample(several[number % len(several)], 2)
        copy = lot.choice([other.print, *other.copies.values()])
        distances.append(compare_prints(one.print, copy).distance)
    return sorted(distances)


def scores(shown: Sequence[Exhibit], strangers: Sequence[float]) -> Iterator[Score]:
    for sort in (*WITHIN_REACH, *BEYOND):
        near = [compare_prints(e.print, e.copies[sort]).distance for e in shown if sort in e.copies]
        lost = len(shown) - len(near)
        if near:
            yield Score(
                sort=sort,
                copies=len(shown),
                recall=sum(distance < 1 for distance in near) / len(shown),
                auc=_auc([*near, *[float("inf")] * lost], strangers),
            )


def _auc(copies: Sequence[float], strangers: Sequence[float]) -> float:
    """Return how often a copy is nearer than strangers are; a tie counts half."""
    further = sum(
        2 * len(strangers) - bisect_left(strangers, copy) - bisect_right(strangers, copy)
        for copy in copies
    )
    return further / (2 * len(copies) * len(strangers))


def _asked() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.bench.pictures")
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, action="append", default=[])
    return parser.parse_args()


def main() -> None:
    asked = _asked()
    began = perf_counter()
    pictures = chain(all_drawn(asked.each), found_in(Path(get_path("purelib")), *asked.folder))
    shown = list(exhibits(pictures))
    prints = sum(1 + len(exhibit.copies) for exhibit in shown)
    seconds = perf_counter() - began
    strangers = false_pairs(shown, asked.pairs)
    told = sum(stranger < 1 for stranger in strangers)
    nearest = ", ".join(f"{stranger:.2f}" for stranger in strangers[:3])
    lines = [
        f"{len(shown)} pictures: {dict(Counter(exhibit.kind for exhibit in shown))}",
        f"{1000 * seconds / prints:.0f} ms for a picture to be altered and turned into its print",
        f"{told} of {len(strangers):,} pairs of strangers taken for one picture",
        f"the nearest of them: {nearest}, where copies stay below 1",
    ]
    lines += [
        f"{score.sort}: {100 * score.recall:.1f} % found, AUC {score.auc:.4f}"
        for score in scores(shown, strangers)
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
