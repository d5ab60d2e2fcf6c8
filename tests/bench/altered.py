"""What happens to a picture on its way to a copy."""

from collections.abc import Callable
from io import BytesIO
from random import Random

from PIL import Image, ImageEnhance, ImageOps

Alter = Callable[[Image.Image, Random], Image.Image]


def packed(picture: Image.Image, kind: str = "PNG", quality: int = 90) -> bytes:
    """Return the picture as a file would hold it."""
    file = BytesIO()
    picture.save(file, kind, quality=quality)
    return file.getvalue()


def recompressed(picture: Image.Image, lot: Random) -> Image.Image:
    return _again(picture, lot.choice(("JPEG", "WEBP")), lot.randint(20, 60))


def mirrored(picture: Image.Image, _lot: Random) -> Image.Image:
    return ImageOps.mirror(picture)


def resized(picture: Image.Image, lot: Random) -> Image.Image:
    side = lot.randint(48, 200)
    return picture.resize((side, side), Image.Resampling.BICUBIC)


def framed(picture: Image.Image, lot: Random) -> Image.Image:
    colour = lot.choice(((255, 255, 255), (0, 0, 0), (30, 90, 200)))
    return ImageOps.expand(picture, round(picture.width * lot.uniform(0.02, 0.07)), colour)


def lit(picture: Image.Image, lot: Random) -> Image.Image:
    light = lot.choice((lot.uniform(0.6, 0.9), lot.uniform(1.1, 1.4)))
    brighter = ImageEnhance.Brightness(picture).enhance(light)
    return ImageEnhance.Contrast(brighter).enhance(lot.uniform(0.75, 1.3))


def cut_a_little(picture: Image.Image, lot: Random) -> Image.Image:
    return _cut(picture, lot, (0.0, 0.07))


def cut_a_lot(picture: Image.Image, lot: Random) -> Image.Image:
    return _cut(picture, lot, (0.1, 0.2))


def all_at_once(picture: Image.Image, lot: Random) -> Image.Image:
    turned = ImageOps.mirror(picture) if lot.random() < 0.5 else picture
    small = resized(lit(cut_a_little(turned, lot), lot), lot)
    return _again(small, "JPEG", lot.randint(40, 80))


# By the words of the report. What cuts deeper than the views do is reported, and no bar is set.
WITHIN_REACH: dict[str, Alter] = {
    "recompressed": recompressed,
    "mirrored": mirrored,
    "resized to 48 - 200 pixels": resized,
    "framed, 2 - 7 % each side": framed,
    "brighter or darker": lit,
    "cut, up to 7 %": cut_a_little,
    "cut, lit, resized, recompressed, half of them mirrored": all_at_once,
}
BEYOND = {"cut, 10 - 20 %": cut_a_lot}


def _again(picture: Image.Image, kind: str, quality: int) -> Image.Image:
    return Image.open(BytesIO(packed(picture, kind, quality))).convert("RGB")


def _cut(picture: Image.Image, lot: Random, off: tuple[float, float]) -> Image.Image:
    """Take a share off the width and another off the height, and put the window anywhere."""
    wide, high = (side * (1 - lot.uniform(*off)) for side in picture.size)
    left, top = lot.uniform(0, picture.width - wide), lot.uniform(0, picture.height - high)
    return picture.crop((round(left), round(top), round(left + wide), round(top + high)))
