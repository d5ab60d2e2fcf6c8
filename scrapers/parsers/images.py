"""A stranger's picture, decoded within bounds and turned into three hashes.

It costs whatever its author wants it to: only the child of `scrapers.sandbox` may come here. dHash
compares neighbors (N. Krawetz, "Kind of Like That", 2013). pHash and PDQ compare the slow waves of
the picture with their median (C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash
Functions", 2010; Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
Algorithm", 2019).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import BytesIO
from itertools import pairwise
from math import cos, pi
from operator import mul
from statistics import median
from typing import NamedTuple, TypeAlias

from PIL import (
    GifImagePlugin,
    Image,
    ImageChops,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from scrapers.models import CUTS, Cut, PicturePrint, View

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


# Pillow knows forty formats, each with a decoder in C; pictures of profiles come in these.
_PLUGINS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin, GifImagePlugin)
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Four times what networks show, 1,000 by 1,000; unpacked four times over it fits into the child.
MOST_PIXELS = 4_000_000
SHORTEST_SIDE = 32
# PDQ looks at no more than this; a larger picture only takes longer.
_LONGEST_SIDE = 512
# A letter or a figure on a plain ground, such as networks give to those who chose no picture, has
# two colours and little else. Tried on 96 letters and figures, small and much compressed ones, too.
_PLAIN = 0.85
_SHADE = 16


class PictureError(ValueError):
    """It is no picture that we open; the message is a clause without text from the web."""


def picture_print(body: bytes) -> PicturePrint | None:
    """Return None for a picture that says too little to be anybody's; raise PictureError."""
    picture = _opened(body)
    if min(picture.size) < SHORTEST_SIDE or _plain(picture):
        return None
    shades = picture.convert("L")
    straight, mirrored = zip(*(_views(shades, cut) for cut in CUTS), strict=True)
    return PicturePrint(straight=straight, mirrored=mirrored)


def _opened(body: bytes) -> Image.Image:
    """Return the first picture there is, upright and in colours, and no larger than we look at."""
    try:
        with Image.open(BytesIO(body), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                message = "its picture has more pixels than we look at"
                raise PictureError(message)
            upright = _on_white(ImageOps.exif_transpose(picture)).convert("RGB")
    except (OSError, Image.DecompressionBombError):
        message = "its picture cannot be opened"
        raise PictureError(message) from None
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.BOX)
    return upright


def _on_white(picture: Image.Image) -> Image.Image:
    """Show what is transparent as pages do."""
    if not picture.has_transparency_data:
        return picture
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture.convert("RGBA"))
    return ground


def _plain(picture: Image.Image) -> bool:
    """Tell whether two colours fill nearly all of it, seen from afar."""
    small = picture.resize(PDQ_GRID, Image.Resampling.BOX)
    two = small.quantize(2, kmeans=4).convert("RGB")
    red, green, blue = ImageChops.difference(small, two).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    near: int = sum(most.histogram()[: _SHADE + 1])
    width, height = PDQ_GRID
    return near >= _PLAIN * width * height


def _views(shades: Image.Image, cut: Cut) -> tuple[View, View]:
    """Look at what a cut leaves, and at what a mirror shows of it."""
    smooth, even = Image.Resampling.LANCZOS, Image.Resampling.BOX
    hashes = (
        dhash(_grid(shades, DHASH_GRID, cut, smooth)),
        phash(_grid(shades, PHASH_GRID, cut, smooth)),
        pdq(_grid(shades, PDQ_GRID, cut, even)),
    )
    straight, mirrored = zip(*hashes, strict=True)
    return _view(*straight), _view(*mirrored)


def _view(dhash: int, phash: int, pdq: int) -> View:
    return View(dhash=dhash, phash=phash, pdq=pdq)


def _grid(
    shades: Image.Image, size: tuple[int, int], cut: Cut, how: Image.Resampling
) -> list[bytes]:
    """Return the rows of a small picture of what the cut leaves."""
    width, height = shades.size
    left, top, right, bottom = cut
    box = (width * left, height * top, width * (1 - right), height * (1 - bottom))
    small = shades.resize(size, how, box=box).tobytes()
    return [small[at : at + size[0]] for at in range(0, len(small), size[0])]
