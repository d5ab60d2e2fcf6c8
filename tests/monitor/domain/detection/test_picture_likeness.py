"""When two prints are of one picture."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.detection.picture_likeness import (
    DHASH_LIMIT,
    PDQ_LIMIT,
    PHASH_LIMIT,
    compare_prints,
)
from scrapers.models import CropHashes, PicturePrint

NOTHING = CropHashes(dhash=0, phash=0, pdq=0)
EVERYTHING = CropHashes(dhash=2**64 - 1, phash=2**64 - 1, pdq=2**256 - 1)
PICTURE = PicturePrint(straight=(NOTHING,), mirrored=(EVERYTHING,))

SHORT = st.integers(0, 2**64 - 1)
VIEWS = st.builds(CropHashes, dhash=SHORT, phash=SHORT, pdq=st.integers(0, 2**256 - 1))
SEVERAL = st.lists(VIEWS, min_size=1, max_size=3).map(tuple)
PRINTS = st.builds(PicturePrint, straight=SEVERAL, mirrored=SEVERAL)


def bits(number: int) -> int:
    return (1 << number) - 1


def differing(dhash: int, phash: int, pdq: int) -> PicturePrint:
    """Differ from PICTURE in so many bits of each hash."""
    view = CropHashes(dhash=bits(dhash), phash=bits(phash), pdq=bits(pdq))
    return PicturePrint(straight=(view,), mirrored=(EVERYTHING,))


@given(PRINTS)
def test_a_print_is_its_own_picture(told: PicturePrint) -> None:
    assert compare_prints(told, told).distance == 0
    assert compare_prints(told, told).is_same_picture


@pytest.mark.parametrize(
    ("differs", "same"),
    [
        ((DHASH_LIMIT - 1, PHASH_LIMIT - 1, PDQ_LIMIT - 1), True),
        ((DHASH_LIMIT - 1, PHASH_LIMIT - 1, 2 * PDQ_LIMIT), False),
        ((DHASH_LIMIT, 0, PDQ_LIMIT - 1), True),
        ((0, PHASH_LIMIT, PDQ_LIMIT - 1), True),
        ((0, 0, 2 * PDQ_LIMIT), True),
        ((0, 0, 3 * PDQ_LIMIT), False),
        ((DHASH_LIMIT, PHASH_LIMIT, 0), False),
        ((0, PHASH_LIMIT, PDQ_LIMIT), False),
        ((DHASH_LIMIT, 0, PDQ_LIMIT), False),
    ],
)
def test_two_hashes_agree_and_the_third_is_not_far(differs, same) -> None:
    assert compare_prints(PICTURE, differing(*differs)).is_same_picture is same


@given(PRINTS, PRINTS)
def test_one_more_cut_never_takes_two_pictures_further_apart(
    one: PicturePrint, other: PicturePrint
) -> None:
    more = replace(other, straight=(*other.straight, *one.straight[:1]))

    assert compare_prints(one, more).distance == 0
    assert compare_prints(one, other).distance >= compare_prints(one, more).distance


@given(PRINTS, PRINTS)
def test_whichever_of_a_picture_and_its_mirror_image_is_nearer_is_told(
    one: PicturePrint, other: PicturePrint
) -> None:
    turned = PicturePrint(straight=other.mirrored, mirrored=other.straight)
    as_is, as_turned = compare_prints(one, other), compare_prints(one, turned)

    assert as_is.distance == as_turned.distance
    assert not (as_is.mirrored and as_turned.mirrored)


def test_a_mirror_image_is_told_as_one() -> None:
    mirrored = PicturePrint(straight=PICTURE.mirrored, mirrored=PICTURE.straight)

    assert compare_prints(PICTURE, mirrored).mirrored
    assert not compare_prints(PICTURE, PICTURE).mirrored
