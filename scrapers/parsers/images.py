"""A stranger's picture, decoded within bounds: three hashes of it, and a small copy of its pixels.

It costs whatever its author wants it to: only the child of `scrapers.sandbox` may come here. dHash
compares neighbors (N. Krawetz, "Kind of Like That", 2013). pHash and PDQ compare the slow waves of
the picture with their median (C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash
Functions", 2010; Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
Algorithm", 2019).
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import BytesIO
from itertools import pairwise, repeat
from math import cos, pi
from operator import lt, mul
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

from scrapers.models import CROPS, Crop, CropHashes, PicturePrint

ShadeGrid: TypeAlias = Sequence[bytes]
"""Rows of shades, 0 for black to 255 for white."""

# Each hash wants a grid of its own size: columns, rows.
DHASH_GRID = (9, 8)
PHASH_GRID = (32, 32)
PDQ_GRID = (64, 64)
_PHASH_WAVES = range(8)
_PDQ_WAVES = range(1, 17)


class HashPair(NamedTuple):
    """The hash of a picture, and that of its mirror image."""

    straight: int
    mirrored: int


def compute_dhash(grid: ShadeGrid) -> HashPair:
    """Return 64 bits: is each shade darker than the one on its right."""
    return HashPair(_compare_neighbors(grid), _compare_neighbors([row[::-1] for row in grid]))


def compute_phash(grid: ShadeGrid) -> HashPair:
    """Return 63 bits: is each of the slow waves above their median; the mean shade is left out."""
    return HashPair(
        *(_compare_to_median(waves[1:]) for waves in _transform_cosines(grid, _PHASH_WAVES))
    )


def compute_pdq(grid: ShadeGrid) -> HashPair:
    """Return 256 bits, the first of them lowest, as the published implementation writes them."""
    return HashPair(
        *(_compare_to_median(waves[::-1]) for waves in _transform_cosines(grid, _PDQ_WAVES))
    )


def _compare_neighbors(grid: ShadeGrid) -> int:
    return _pack_bits(left < right for row in grid for left, right in pairwise(row))


def _transform_cosines(grid: ShadeGrid, frequencies: range) -> Iterator[Sequence[int]]:
    """Transform by cosines (DCT-II); yield these frequencies, then those of the mirror image.

    A row, and then a column, is one large integer with a lane for each shade, which is multiplied
    at once: as exact as floats, in a small part of their steps.
    """
    lanes = _build_lanes(len(grid), frequencies)
    rows = [int.from_bytes(_spread_shades(row), "little") for row in grid]
    raised = [
        lanes.row.unpack((row + lanes.raised).to_bytes(lanes.row.size, "little"))
        for row in _multiply_by_waves(frequencies, rows)
    ]
    columns = [
        int.from_bytes(lanes.column.pack(*shades), "little") for shades in zip(*raised, strict=True)
    ]
    both = [
        lanes.height.unpack((column + leveled).to_bytes(lanes.height.size, "little"))
        for column, leveled in zip(
            _multiply_by_waves(frequencies, columns), lanes.leveled, strict=True
        )
    ]
    straight = [height - _RAISED for row in zip(*both, strict=True) for height in row]
    yield straight
    # A mirror turns every odd wave upside down, and leaves the even ones.
    yield list(map(mul, straight, lanes.signs))


def _spread_shades(row: bytes) -> bytearray:
    lanes = bytearray(len(row) * _LANE // 8)
    lanes[:: _LANE // 8] = row
    return lanes


# A wave of 46 bits is as exact as a float, and both products fit: 60 bits, then 112.
_WAVE_UNIT = 1 << 46
_RAISED = 1 << 62
_LANE, _WIDE_LANE = 64, 128


class _Lanes(NamedTuple):
    """How shades, and what becomes of them, lie in large integers.

    `raised` keeps a row's lanes above zero, and `leveled` takes that out of a column's again, which
    are raised in turn.
    """

    row: struct.Struct
    column: struct.Struct
    height: struct.Struct
    raised: int
    leveled: Sequence[int]
    signs: Sequence[int]


@cache
def _build_lanes(size: int, frequencies: range) -> _Lanes:
    count = len(frequencies)
    every = sum(1 << _WIDE_LANE * at for at in range(count))
    # Half a unit more, so that what is cut off is rounded.
    top = (_RAISED << _LANE) + (1 << (_LANE - 1))
    return _Lanes(
        row=struct.Struct(f"<{size}Q"),
        column=struct.Struct("<" + "Q8x" * count),
        height=struct.Struct("<" + "8xQ" * count),
        raised=sum(_RAISED << _LANE * at for at in range(size)),
        leveled=[
            every * (top - height) for height in _multiply_by_waves(frequencies, (_RAISED,) * size)
        ],
        signs=[-1 if number % 2 else 1 for number in frequencies] * count,
    )


def _multiply_by_waves(frequencies: Iterable[int], vector: Sequence[int]) -> list[int]:
    """Multiply a vector by each wave, in half of the steps.

    The halves of an even wave are alike, and those of an odd one each other's opposite: so the
    second half of a vector is turned round and added to the first, or taken from it.
    """
    half = len(vector) // 2
    pairs = tuple(zip(vector[:half], vector[: half - 1 : -1], strict=True))
    sums = [one + other for one, other in pairs]
    differences = [one - other for one, other in pairs]
    return [
        sum(map(mul, _build_cosine_wave(len(vector), number), differences if number % 2 else sums))
        for number in frequencies
    ]


@cache
def _build_cosine_wave(size: int, frequency: int) -> tuple[int, ...]:
    """Return the first half of a wave."""
    return tuple(
        round(_WAVE_UNIT * cos(pi * frequency * (2 * at + 1) / (2 * size)))
        for at in range(size // 2)
    )


def _compare_to_median(values: Sequence[float]) -> int:
    return _pack_bits(map(lt, repeat(median(values)), values))


def _pack_bits(answers: Iterable[bool]) -> int:
    # Every other digit: each answer is a byte of its own.
    return int(bytes(answers).hex()[1::2], 2)


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
_PLAIN_SHARE = 0.85
_SHADE_TOLERANCE = 16


# A screenshot of a phone has 5 million, of a large screen 8 million. Of WebP, no more fits into
# the child.
MOST_SCREENSHOT_PIXELS = 9_000_000
SCREENSHOT_FORMATS = ("JPEG", "PNG", "WEBP")
# A copy is made smaller until it fits: words on it can still be read.
_COPIED_PIXELS = 5_000_000
_COPY_QUALITIES = (88, 75, 60)
_THUMBNAIL_SIDE = 192
_THUMBNAIL_QUALITY = 80


class PictureError(ValueError):
    """It is no picture that we open; the message is a clause without text from the web."""


class ProfilePicture(NamedTuple):
    """What a profile's picture comes to: its print, None if it says too little, and a thumbnail."""

    picture_print: PicturePrint | None
    thumbnail: bytes


def read_profile_picture(body: bytes) -> ProfilePicture:
    """Decode a picture once, for its print and its thumbnail; raise PictureError."""
    picture = _open_picture(body)
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.BOX)
    picture_print = _compute_print(picture)
    picture.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return ProfilePicture(picture_print, _encode_jpeg(picture, _THUMBNAIL_QUALITY))


def print_uploaded_picture(body: bytes) -> PicturePrint | None:
    """Return the print of a picture that a person uploaded; None if it says too little.

    Raise PictureError.
    """
    picture = _open_picture(body, most_pixels=MOST_SCREENSHOT_PIXELS)
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.BOX)
    return _compute_print(picture)


def copy_screenshot(body: bytes, most_bytes: int) -> bytes:
    """Encode a screenshot again, as a JPEG of at most so many bytes; raise PictureError.

    Nothing but its pixels is left: no time, place, device or comment.
    """
    picture = _open_picture(body, SCREENSHOT_FORMATS, MOST_SCREENSHOT_PIXELS)
    shrinkage = min(1.0, (_COPIED_PIXELS / (picture.width * picture.height)) ** 0.5)
    while True:
        width, height = (max(1, int(side * shrinkage)) for side in picture.size)
        if (width, height) != picture.size:
            picture = picture.resize((width, height), Image.Resampling.BOX)
        for quality in _COPY_QUALITIES:
            copy = _encode_jpeg(picture, quality)
            if len(copy) <= most_bytes:
                return copy
        shrinkage = 0.7


def _compute_print(picture: Image.Image) -> PicturePrint | None:
    """Return None for a picture that says too little to be anyone's."""
    if min(picture.size) < SHORTEST_SIDE or _is_plain_picture(picture):
        return None
    shades = picture.convert("L")
    # Take off a frame that someone put around a picture.
    width, height = shades.size
    ground = Image.new("L", shades.size, shades.getpixel((0, 0)))
    other = ImageChops.difference(shades, ground).point(
        lambda difference: 255 if difference > _SHADE_TOLERANCE else 0
    )
    left, top, right, bottom = other.getbbox() or (0, 0, width, height)
    across, down = (left, width - right), (top, height - bottom)
    framed = min(*across, *down) > 0
    slim = max(across) <= _LARGEST_BORDER * width and max(down) <= _LARGEST_BORDER * height
    trimmed = shades.crop((left, top, right, bottom)) if framed and slim else shades
    # The first cut is the whole picture, as it is: what looks like a frame may be a part of it.
    pictures = (shades, *repeat(trimmed, len(CROPS) - 1))
    straight, mirrored = zip(*map(_hash_crop, pictures, CROPS), strict=True)
    return PicturePrint(straight=straight, mirrored=mirrored)


def _open_picture(
    body: bytes, formats: tuple[str, ...] = FORMATS, most_pixels: int = MOST_PIXELS
) -> Image.Image:
    """Return the first picture there is, upright and in colours, without its file's other data."""
    try:
        with Image.open(BytesIO(body), formats=formats) as picture:
            if picture.width * picture.height > most_pixels:
                raise PictureError("picture-pixels")
            upright = _flatten_on_white(ImageOps.exif_transpose(picture)).convert("RGB")
    except (OSError, Image.DecompressionBombError):
        raise PictureError("picture-unopened") from None
    # Pillow would write a comment from here into the copy.
    upright.info = {}
    return upright


def _encode_jpeg(picture: Image.Image, quality: int) -> bytes:
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=quality)
    return encoded.getvalue()


def _flatten_on_white(picture: Image.Image) -> Image.Image:
    """Show what is transparent as pages do."""
    if not picture.has_transparency_data:
        return picture
    ground = Image.new("RGB", picture.size, "white")
    seen = picture if picture.mode == "RGBA" else picture.convert("RGBA")
    ground.paste(seen, mask=seen)
    return ground


def _is_plain_picture(picture: Image.Image) -> bool:
    """Tell whether two colours fill nearly all of it, seen from afar."""
    small = picture.resize(PDQ_GRID, Image.Resampling.BOX)
    two = small.quantize(2, kmeans=4).convert("RGB")
    red, green, blue = ImageChops.difference(small, two).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    near: int = sum(most.histogram()[: _SHADE_TOLERANCE + 1])
    width, height = PDQ_GRID
    return near >= _PLAIN_SHARE * width * height


# A border is of one shade and on all four sides; no more than this share of a side is one.
_LARGEST_BORDER = 0.15


def _hash_crop(shades: Image.Image, cut: Crop) -> tuple[CropHashes, CropHashes]:
    """Look at what a cut leaves, and at what a mirror shows of it."""
    smooth, even = Image.Resampling.LANCZOS, Image.Resampling.BOX
    hashes = (
        compute_dhash(_shrink_crop(shades, DHASH_GRID, cut, smooth)),
        compute_phash(_shrink_crop(shades, PHASH_GRID, cut, smooth)),
        compute_pdq(_shrink_crop(shades, PDQ_GRID, cut, even)),
    )
    straight, mirrored = zip(*hashes, strict=True)
    return _build_crop_hashes(*straight), _build_crop_hashes(*mirrored)


def _build_crop_hashes(dhash: int, phash: int, pdq: int) -> CropHashes:
    return CropHashes(dhash=dhash, phash=phash, pdq=pdq)


def _shrink_crop(
    shades: Image.Image, size: tuple[int, int], cut: Crop, how: Image.Resampling
) -> list[bytes]:
    """Return the rows of a small picture of what the cut leaves."""
    width, height = shades.size
    left, top, right, bottom = cut
    box = (width * left, height * top, width * (1 - right), height * (1 - bottom))
    small = shades.resize(size, how, box=box).tobytes()
    return [small[at : at + size[0]] for at in range(0, len(small), size[0])]
