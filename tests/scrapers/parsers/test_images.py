"""What is read of a picture, and which pictures are not read at all."""

import struct
import zlib
from io import BytesIO

import pytest

pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")

from PIL import Image, ImageOps

from monitor.domain.detection.picture_likeness import compare_prints
from scrapers.models import CROPS, PicturePrint
from scrapers.parsers.images import (
    MOST_PIXELS,
    MOST_SCREENSHOT_PIXELS,
    PictureError,
    copy_screenshot,
    read_profile_picture,
)
from tests.bench.altered import packed
from tests.bench.drawn import drawn, letter, silhouette

# As the reference implementation of PDQ (pdqhash 0.2.8) hashes these drawn pictures in gray.
PDQ = {
    ("portrait", 0): "1a7378c27bcf5930a78c642c6b3791da70f3eb04a6a8a6355e345ad858c3e517",
    ("scene", 0): "28cce3899e2263783dcd70c953761713798ca4bcdb06fabd29a955505575aae2",
    ("drawing", 1): "3726ecf2cf92b83273d2371c6c6cd5cd9d1e2276a6c66c18d833252b12592da5",
}


def told(body: bytes) -> PicturePrint:
    found = read_profile_picture(body).picture_print
    assert found
    return found


def in_gray(picture: Image.Image) -> Image.Image:
    return picture.convert("L")


@pytest.mark.parametrize("lot", PDQ)
def test_pdq_is_what_others_call_pdq(lot: tuple[str, int]) -> None:
    whole = told(packed(in_gray(drawn(*lot)))).straight[0]

    assert (whole.pdq ^ int(PDQ[lot], 16)).bit_count() <= 12


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_pictures_are_read_in_the_four_formats_of_profiles(kind: str) -> None:
    assert len(told(packed(drawn("portrait", 1), kind)).straight) == len(CROPS)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "PPM", "ICO"])
def test_no_other_format_is_opened(kind: str) -> None:
    file = BytesIO()
    drawn("portrait", 1).save(file, kind)

    with pytest.raises(PictureError):
        read_profile_picture(file.getvalue())


def test_the_mirrored_views_are_those_of_the_mirror_image() -> None:
    picture = in_gray(drawn("scene", 2))
    turned = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    mirrored, straight = told(packed(picture)).mirrored[0], told(packed(turned)).straight[0]

    assert (mirrored.dhash ^ straight.dhash).bit_count() <= 3
    assert (mirrored.phash ^ straight.phash).bit_count() <= 3
    assert (mirrored.pdq ^ straight.pdq).bit_count() <= 8


@pytest.mark.parametrize("initial", "AJMW")
def test_a_letter_on_a_plain_ground_is_nobodys_picture(initial: str) -> None:
    assert read_profile_picture(packed(letter(initial, (70, 120, 200)))).picture_print is None
    assert (
        read_profile_picture(packed(letter(initial, (200, 60, 90)), "JPEG")).picture_print is None
    )


def test_neither_is_the_figure_that_stands_for_no_picture() -> None:
    assert read_profile_picture(packed(silhouette(), "JPEG")).picture_print is None


def test_a_picture_of_a_few_pixels_tells_nothing() -> None:
    assert read_profile_picture(packed(drawn("portrait", 1).resize((31, 31)))).picture_print is None


def nearest(one: Image.Image, other: Image.Image) -> float:
    return compare_prints(told(packed(one)), told(packed(other))).distance


@pytest.mark.parametrize("color", ["white", "black", (30, 90, 200)])
@pytest.mark.parametrize("width", [5, 20, 30])
def test_a_frame_around_a_picture_is_taken_off(color: str, width: int) -> None:
    picture = drawn("portrait", 1)

    assert nearest(picture, ImageOps.expand(picture, width, color)) < 1


def test_an_even_ground_on_some_sides_is_no_frame() -> None:
    picture = in_gray(drawn("scene", 2))
    wide = ImageOps.expand(picture, (0, 30, 0, 0), 0)

    assert told(packed(wide)).straight[1] != told(packed(picture)).straight[1]


def test_the_first_view_is_of_the_whole_picture_with_its_frame() -> None:
    picture = in_gray(drawn("scene", 2))
    framed = ImageOps.expand(picture, 20, 255)

    assert told(packed(framed)).straight[0] != told(packed(picture)).straight[0]
    assert told(packed(framed)).straight[1:] == told(packed(picture)).straight[1:]


def test_what_is_transparent_is_seen_as_white() -> None:
    shown = drawn("drawing", 3)
    mask = Image.radial_gradient("L").resize(shown.size).point([255] * 128 + [0] * 128)
    clear = shown.copy()
    clear.putalpha(mask)
    ground = Image.new("RGB", shown.size, "white")
    ground.paste(shown, mask=mask)

    assert told(packed(clear)) == told(packed(ground))


def test_a_picture_is_seen_as_its_camera_was_held() -> None:
    upright = in_gray(drawn("portrait", 4))
    held = Image.Exif()
    held[274] = 6  # it lies on its right side
    file = BytesIO()
    upright.transpose(Image.Transpose.ROTATE_90).save(file, "PNG", exif=held)

    assert told(file.getvalue()) == told(packed(upright))


def test_a_moving_picture_counts_by_its_first() -> None:
    first, second = (drawn("scene", number).quantize() for number in (5, 6))
    file = BytesIO()
    first.save(file, "GIF", save_all=True, append_images=[second] * 50)

    assert told(file.getvalue()) == told(packed(first, "GIF"))


def test_a_picture_that_breaks_off_is_refused() -> None:
    whole = packed(drawn("portrait", 1), "JPEG")

    with pytest.raises(PictureError):
        read_profile_picture(whole[: len(whole) // 2])


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    side = int(MOST_PIXELS**0.5) + 1

    with pytest.raises(PictureError):
        read_profile_picture(bomb(side, side))
    with pytest.raises(PictureError):
        read_profile_picture(bomb(60_000, 60_000))


def bomb(width: int, height: int) -> bytes:
    """Claim many pixels, and hold hardly any."""
    head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


ORIENTATION, MAKER = 0x0112, 0x010F


def opened(body: bytes) -> Image.Image:
    with Image.open(BytesIO(body), formats=("JPEG",)) as picture:
        picture.load()
        return picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_copy_of_a_screenshot_shows_the_same_and_holds_nothing_else(kind: str) -> None:
    told_beside = Image.Exif()
    told_beside[MAKER] = "A phone in Cedar Valley"
    told_beside[ORIENTATION] = 6  # lies on its side
    file = BytesIO()
    drawn("scene", 2).resize((300, 200)).save(
        file, kind, exif=told_beside, comment=b"taken by Maria", icc_profile=b"a profile"
    )

    copy = copy_screenshot(file.getvalue(), 700_000)

    picture = opened(copy)
    assert (picture.format, picture.size) == ("JPEG", (200, 300))
    assert not picture.getexif()
    assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Cedar Valley" not in copy
    assert b"Maria" not in copy


def test_a_copy_is_made_smaller_until_it_fits() -> None:
    noise = Image.effect_noise((900, 1600), 120).convert("RGB")

    copy = copy_screenshot(packed(noise), 60_000)

    width, height = opened(copy).size
    assert len(copy) <= 60_000
    assert width * 16 == pytest.approx(height * 9, rel=0.02)


def test_words_on_a_screenshot_of_a_phone_stay_as_large_as_they_were() -> None:
    assert opened(
        copy_screenshot(packed(drawn("drawing", 1).resize((1290, 2796))), 700_000)
    ).size == (
        1290,
        2796,
    )


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM"])
def test_a_screenshot_in_another_format_is_not_opened(kind: str) -> None:
    file = BytesIO()
    drawn("portrait", 1).save(file, kind)

    with pytest.raises(PictureError):
        copy_screenshot(file.getvalue(), 700_000)


def test_a_screenshot_with_too_many_pixels_is_not_opened() -> None:
    side = int(MOST_SCREENSHOT_PIXELS**0.5) + 1

    with pytest.raises(PictureError, match="picture-pixels"):
        copy_screenshot(bomb(side, side), 700_000)


def test_a_profile_picture_comes_with_a_small_copy() -> None:
    read = read_profile_picture(packed(drawn("portrait", 1).resize((800, 400))))

    picture = opened(read.thumbnail)
    assert read.picture_print == told(packed(drawn("portrait", 1).resize((800, 400))))
    assert picture.size == (192, 96)
    assert len(read.thumbnail) < 20_000
