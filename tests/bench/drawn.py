"""Pictures of profiles that nobody is on, drawn by lot: the same lot draws the same picture.

Portraits are made hard on purpose: they all have a head over shoulders in the middle, so that two
strangers' are alike in what a hash sees first.
"""

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

SIZE = 320
Colour: TypeAlias = tuple[int, int, int]
SKINS: tuple[Colour, ...] = (
    *((255, 219, 189), (241, 194, 165), (224, 172, 105)),
    *((198, 134, 66), (141, 85, 36), (90, 56, 37)),
)
HAIRS: tuple[Colour, ...] = (
    *((20, 15, 10), (60, 40, 20), (120, 80, 40)),
    *((200, 170, 90), (160, 160, 160), (150, 50, 20)),
)


def portrait(lot: Random) -> Image.Image:
    picture = _background(lot)
    middle = SIZE * lot.uniform(0.44, 0.56), SIZE * lot.uniform(0.38, 0.5)
    wide = SIZE * lot.uniform(0.16, 0.24)
    _person(ImageDraw.Draw(picture), lot, middle, (wide, wide * lot.uniform(1.2, 1.45)))
    tilted = picture.rotate(
        lot.uniform(-6, 6), Image.Resampling.BICUBIC, fillcolor=picture.getpixel((2, 2))
    )
    return Image.blend(_lit(tilted, lot), _grain(lot), 0.06)


def scene(lot: Random) -> Image.Image:
    """Draw hills and clouds of no place, as coarse and fine as nature's pictures are."""
    colours = {"black": _colour(lot, 0, 90), "white": _colour(lot, 150), "mid": _colour(lot, 60)}
    picture = ImageOps.colorize(_clouds(lot), **colours)
    draw = ImageDraw.Draw(picture)
    for _ in range(lot.randint(1, 5)):
        x, y = lot.randint(0, SIZE), lot.randint(0, SIZE)
        shape = lot.choice((draw.ellipse, draw.rectangle))
        shape((x, y, x + lot.randint(20, 160), y + lot.randint(20, 160)), fill=_colour(lot))
    return picture.filter(ImageFilter.GaussianBlur(lot.uniform(0, 2)))


def drawing(lot: Random) -> Image.Image:
    picture = Image.new("RGB", (SIZE, SIZE), _colour(lot))
    draw = ImageDraw.Draw(picture)
    for _ in range(lot.randint(4, 9)):
        corners = [(lot.randint(0, SIZE), lot.randint(0, SIZE)) for _ in range(lot.randint(3, 5))]
        match lot.choice(("area", "disc", "line")):
            case "area":
                draw.polygon(corners, fill=_colour(lot))
            case "disc":
                draw.circle(corners[0], lot.randint(20, 110), _colour(lot), _colour(lot), 5)
            case "line":
                draw.line(corners, _colour(lot), lot.randint(3, 18))
    return picture


KINDS: dict[str, Callable[[Random], Image.Image]] = {
    "portrait": portrait,
    "scene": scene,
    "drawing": drawing,
}


def drawn(kind: str, number: int) -> Image.Image:
    return KINDS[kind](Random(f"{kind} {number}"))  # noqa: S311 - drawn anew, and the same, each time


def letter(character: str, ground: Colour) -> Image.Image:
    """Draw what networks give to those who chose no picture."""
    picture = Image.new("RGB", (SIZE, SIZE), ground)
    middle = (SIZE / 2, SIZE / 2)
    ImageDraw.Draw(picture).text(middle, character, "white", anchor="mm", font_size=SIZE * 0.6)
    return picture


def silhouette() -> Image.Image:
    picture = Image.new("RGB", (SIZE, SIZE), (204, 214, 221))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((95, 50, 225, 180), fill="white")
    draw.ellipse((35, 200, 285, 500), fill="white")
    return picture


def _person(
    draw: ImageDraw.ImageDraw, lot: Random, middle: tuple[float, float], half: tuple[float, float]
) -> None:
    (x, y), (wide, high) = middle, half
    skin, hair, shoulder = lot.choice(SKINS), lot.choice(HAIRS), SIZE * lot.uniform(0.3, 0.44)
    long = high * lot.uniform(0.2, 1.2)
    draw.ellipse((x - wide * 1.25, y - high * 1.3, x + wide * 1.25, y + long), fill=hair)
    draw.rectangle((x - wide * 0.4, y, x + wide * 0.4, y + high * 1.5), fill=skin)
    draw.ellipse((x - shoulder, y + high * 1.25, x + shoulder, SIZE * 1.5), fill=_colour(lot))
    draw.ellipse((x - wide, y - high, x + wide, y + high), fill=skin)
    fringe = (x - wide * 1.05, y - high * 1.15, x + wide * 1.05, y + high * 0.3)
    draw.chord(fringe, 180 + lot.randint(-25, 10), 360 + lot.randint(-10, 25), fill=hair)
    eye = wide * 0.13
    for side in (-1, 1):
        at = (x + side * wide * 0.42, y - high * 0.1)
        draw.circle(at, eye, "white")
        draw.circle(at, eye * 0.5, (30, 30, 30))
        if lot.random() < 0.4:
            draw.circle(at, eye * 1.8, outline=(10, 10, 10), width=3)
    mouth = (x - wide * 0.4, y + high * 0.25, x + wide * 0.4, y + high * 0.6)
    draw.chord(mouth, 10, 170, fill=lot.choice(((160, 40, 40), (250, 250, 250), (120, 30, 30))))


def _background(lot: Random) -> Image.Image:
    even = Image.linear_gradient("L").resize((SIZE, SIZE)).rotate(90 * lot.randint(0, 3))
    shades = _clouds(lot) if lot.random() < 0.6 else even
    picture = ImageOps.colorize(shades, _colour(lot, 0, 150), _colour(lot, 80))
    return picture.filter(ImageFilter.GaussianBlur(lot.uniform(0, 12)))


def _lit(picture: Image.Image, lot: Random) -> Image.Image:
    """Let light fall from somewhere."""
    whole = Image.radial_gradient("L").resize((2 * SIZE, 2 * SIZE))
    x, y = lot.randint(0, SIZE), lot.randint(0, SIZE)
    light = whole.crop((x, y, x + SIZE, y + SIZE)).point(
        [255 - number // 2 for number in range(256)]
    )
    return ImageChops.multiply(picture, Image.merge("RGB", (light, light, light)))


def _clouds(lot: Random) -> Image.Image:
    clouds = _noise(lot, 64)
    for coarser in (32, 16, 8, 4):
        clouds = Image.blend(clouds, _noise(lot, coarser), 0.6)
    return ImageOps.autocontrast(clouds)


def _grain(lot: Random) -> Image.Image:
    grain = _noise(lot, SIZE // 2)
    return Image.merge("RGB", (grain, grain, grain))


def _noise(lot: Random, fine: int) -> Image.Image:
    spots = Image.frombytes("L", (fine, fine), lot.randbytes(fine * fine))
    return spots.resize((SIZE, SIZE), Image.Resampling.BICUBIC)


def _colour(lot: Random, darkest: int = 0, lightest: int = 255) -> Colour:
    red, green, blue = (lot.randint(darkest, lightest) for _ in range(3))
    return red, green, blue
