"""A print as it is written down, and what is no print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.models import CROPS, CropHashes, PicturePrint

SHORT = st.integers(0, 2**64 - 1)
VIEWS = st.builds(CropHashes, dhash=SHORT, phash=SHORT, pdq=st.integers(0, 2**256 - 1))
SEVERAL = st.lists(VIEWS, min_size=len(CROPS), max_size=len(CROPS)).map(tuple)
PRINTS = st.builds(PicturePrint, straight=SEVERAL, mirrored=SEVERAL)


@given(PRINTS)
def test_what_was_written_is_read_again(told: PicturePrint) -> None:
    assert PicturePrint.from_text(told.to_text()) == told


@given(PRINTS, PRINTS)
def test_two_prints_are_written_alike_only_if_they_are(
    one: PicturePrint, other: PicturePrint
) -> None:
    assert (one.to_text() == other.to_text()) is (one == other)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda written: "",
        lambda written: written[:-1],
        lambda written: written + "0",
        lambda written: "1" + written[1:],
        lambda written: written[:-1] + "g",
        lambda written: written + "\n",
    ],
)
def test_nothing_else_is_a_print(spoil) -> None:
    view = CropHashes(dhash=1, phash=2, pdq=3)
    views = (view,) * len(CROPS)
    written = PicturePrint(straight=views, mirrored=views).to_text()

    assert PicturePrint.from_text(spoil(written)) is None
