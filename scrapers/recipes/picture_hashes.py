"""Three hashes of a picture's shades, each from a small grid of them: plain arithmetic.

dHash compares neighbours (N. Krawetz, "Kind of Like That", 2013). pHash and PDQ compare the slow
waves of the picture with their median (C. Zauner, "Implementation and Benchmarking of Perceptual
Image Hash Functions", 2010; Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ
Image-Hashing Algorithm", 2019).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from math import cos, pi
from operator import mul
from statistics import median
from typing import NamedTuple, TypeAlias

Grid: TypeAlias = Sequence[Sequence[float]]
"""Rows of shades, 0 for black to 255 for white."""

# Each hash wants a grid of its own size: columns, rows.
DHASH_GRID = (9, 8)
PHASH_GRID = (32, 32)
PDQ_GRID = (64, 64)
_PHASH_WAVES = range(8)
_PDQ_WAVES = range(1, 17)


class Both(NamedTuple):
    """The hash of a picture, and that of its mirror image."""

    straight: int
    mirrored: int


def dhash(grid: Grid) -> Both:
    """Return 64 bits: is each shade darker than the one on its right."""
    return Both(_darker(grid), _darker([row[::-1] for row in grid]))


def phash(grid: Grid) -> Both:
    """Return 63 bits: is each of the slow waves above their median; the mean shade is left out."""
    return Both(*(_above_median(waves[1:]) for waves in _waves(grid, _PHASH_WAVES)))


def pdq(grid: Grid) -> Both:
    """Return 256 bits, the first of them lowest, as the published implementation writes them."""
    return Both(*(_above_median(waves[::-1]) for waves in _waves(grid, _PDQ_WAVES)))


def _darker(grid: Grid) -> int:
    return _bits(left < right for row in grid for left, right in pairwise(row))


def _waves(grid: Grid, frequencies: range) -> Iterator[list[float]]:
    """Transform by cosines (DCT-II); yield these frequencies, then those of the mirror image."""
    waves = [_wave(len(grid), frequency) for frequency in frequencies]
    across = [[_product(wave, row) for row in grid] for wave in waves]
    both = [[_product(wave, column) for column in across] for wave in waves]
    yield [height for row in both for height in row]
    # A mirror turns every odd wave upside down, and leaves the even ones.
    signs = [-1 if frequency % 2 else 1 for frequency in frequencies]
    yield [height * sign for row in both for height, sign in zip(row, signs, strict=True)]


@cache
def _wave(size: int, frequency: int) -> tuple[float, ...]:
    return tuple(cos(pi * frequency * (2 * at + 1) / (2 * size)) for at in range(size))


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(map(mul, one, other), 0.0)


def _above_median(values: Sequence[float]) -> int:
    middle = median(values)
    return _bits(value > middle for value in values)


def _bits(answers: Iterable[bool]) -> int:
    bits = 0
    for answer in answers:
        bits = bits << 1 | answer
    return bits
