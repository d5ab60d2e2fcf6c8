"""Pictures that somebody might make to hurt whoever opens them, given to a real child."""

import random
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle

import pytest

pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")

from scrapers.models import MediaKind, Outcome, Page, ParseResult, Query, QueryKind, Request
from scrapers.parsers.images import MOST_PIXELS, MOST_SCREENSHOT_PIXELS, read_profile_picture
from scrapers.parsers.profile_images import (
    MOST_SCREENSHOT_COPY,
    MOST_THUMBNAIL,
    PictureParser,
    is_picture_copy,
)
from scrapers.parsers.text import LARGEST_DOCUMENT
from scrapers.sandbox.client import SandboxParser
from tests.bench.altered import packed
from tests.bench.drawn import drawn

Answered = Callable[..., Page]

QUERY = Query(
    source="alpha",
    kind=QueryKind.PICTURE,
    terms=("https://alpha.example/jdoe",),
    request=Request(url="https://alpha.example/jdoe.png", media=MediaKind.PICTURE),
    subject="p",
)
SIDE = int(MOST_PIXELS**0.5)


def png(width: int, height: int, rows: bytes, *extra: tuple[bytes, bytes], kind: int = 2) -> bytes:
    head = (b"IHDR", struct.pack(">2I5B", width, height, 8, kind, 0, 0, 0))
    chunks = (head, *extra, (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def even(width: int, height: int, depth: int = 3) -> bytes:
    """Fill a picture, and fold it to a thousandth of its size."""
    return zlib.compress(bytes(1 + depth * width) * height, 9)


def gif(frames: int) -> bytes:
    head = b"GIF89a" + struct.pack("<2H3B", 2000, 2000, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<4HB", 0, 0, 2000, 2000, 0) + b"\x02\x02\x4c\x01\x00"
    return head + frame * frames + b";"


def noise(size: int) -> bytes:
    return random.Random(8).randbytes(size)  # noqa: S311 - the same noise every time is the point


def spoilt(body: bytes, every: int) -> bytes:
    """Turn over one byte in so many, behind the head."""
    marks = cycle([0xFF] + [0] * (every - 1))
    return body[:64] + bytes(byte ^ next(marks) for byte in body[64:])


def swelling_text() -> bytes:
    return zlib.compress(bytes(50_000_000), 9)


WHOLE = {kind: packed(drawn("portrait", 1), kind) for kind in ("PNG", "JPEG", "WEBP", "GIF")}
# Made when a test asks: each process of a run reads this file, and the largest take seconds.
HOSTILE: dict[str, Callable[[], bytes]] = {
    "more pixels than there are atoms": lambda: png(2**31 - 1, 2**31 - 1, b""),
    "a bomb of sixty thousand squared": lambda: png(
        60_000, 60_000, zlib.compress(bytes(1_000_000), 9)
    ),
    "the most pixels, all the same": lambda: png(SIDE, SIDE, even(SIDE, SIDE)),
    "the most pixels, half transparent": lambda: png(SIDE, SIDE, even(SIDE, SIDE, 4), kind=6),
    "a line a million wide": lambda: png(1_000_000, 4, even(1_000_000, 4)),
    "no pixels": lambda: png(0, 0, b""),
    "more rows than it says": lambda: png(64, 64, zlib.compress(bytes(20_000_000), 9)),
    "a text that swells": lambda: png(64, 64, even(64, 64), (b"zTXt", b"a\0\0" + swelling_text())),
    "a profile that swells": lambda: png(
        64, 64, even(64, 64), (b"iCCP", b"a\0\0" + swelling_text())
    ),
    "thousands of chunks": lambda: png(64, 64, even(64, 64), *[(b"tEXt", b"a\0b")] * 20_000),
    "a film": lambda: gif(20_000),
    "a drawing that is a program": lambda: (
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"
    ),
    "a page": lambda: b"<!DOCTYPE html><title>Jane Doe</title>",
    "nothing": lambda: b"",
    "noise": lambda: noise(200_000),
    "noise behind a head of JPEG": lambda: WHOLE["JPEG"][:600] + noise(200_000),
    **{f"half a {kind}": partial(bytes, whole[: len(whole) // 2]) for kind, whole in WHOLE.items()},
    **{f"a {kind} with faults": partial(spoilt, whole, 97) for kind, whole in WHOLE.items()},
    **{f"a {kind} without a tail": partial(bytes, whole[:100]) for kind, whole in WHOLE.items()},
}


@pytest.fixture(scope="module")
def parser() -> Iterator[SandboxParser]:
    """One for all of them; what loses its child gets another."""
    with SandboxParser(patience=60.0) as children:
        yield children


def opened(parser: SandboxParser, page: Page) -> ParseResult:
    return parser.parse_body(PictureParser(), QUERY, page)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_picture_holds_up_the_next(name: str, parser: SandboxParser, answered: Answered) -> None:
    hostile = opened(parser, answered(HOSTILE[name]()[:LARGEST_DOCUMENT]))
    after = opened(parser, answered(WHOLE["JPEG"]))

    assert hostile.outcome in {Outcome.FOUND, Outcome.UNREADABLE}
    assert bool(hostile.note) is (hostile.outcome is Outcome.UNREADABLE)
    assert after.traces[0].picture_print


def test_a_child_sees_what_would_be_seen_here(parser: SandboxParser, answered: Answered) -> None:
    told = read_profile_picture(WHOLE["WEBP"]).picture_print
    (trace,) = opened(parser, answered(WHOLE["WEBP"])).traces

    assert told
    assert trace.key == QUERY.terms[0]
    assert trace.picture_print == told.to_text()
    assert is_picture_copy(opened(parser, answered(WHOLE["WEBP"])).picture_copy, MOST_THUMBNAIL)
    assert (trace.picture, trace.name) == ("", "")


def test_a_picture_that_says_nothing_is_found_and_has_no_print(
    parser: SandboxParser, answered: Answered
) -> None:
    plain = opened(parser, answered(png(64, 64, even(64, 64))))

    assert plain.outcome is Outcome.FOUND
    assert plain.traces[0].picture_print == ""


WIDE = int(MOST_SCREENSHOT_PIXELS**0.5)
UPLOADS: dict[str, Callable[[], bytes]] = {
    **HOSTILE,
    "the largest screenshot": lambda: png(WIDE, WIDE, even(WIDE, WIDE)),
    "the largest screenshot, transparent": lambda: png(WIDE, WIDE, even(WIDE, WIDE, 4), kind=6),
    "5 MiB of noise": lambda: noise(5 << 20),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_no_upload_holds_up_the_next(name: str, parser: SandboxParser) -> None:
    hostile = parser.copy_screenshot(UPLOADS[name]())
    after = parser.copy_screenshot(WHOLE["JPEG"])

    assert is_picture_copy(hostile.picture_copy, MOST_SCREENSHOT_COPY) is (
        hostile.outcome is Outcome.FOUND
    )
    assert is_picture_copy(after.picture_copy, MOST_SCREENSHOT_COPY)


@pytest.mark.parametrize("name", [upload for upload in UPLOADS if upload.startswith("the largest")])
def test_the_largest_screenshot_fits_into_a_child(name: str, parser: SandboxParser) -> None:
    assert parser.copy_screenshot(UPLOADS[name]()).outcome is Outcome.FOUND


def test_an_uploaded_picture_has_the_print_of_the_same_picture_on_a_profile(
    parser: SandboxParser, answered: Answered
) -> None:
    (of_upload,) = parser.print_picture(WHOLE["WEBP"]).traces
    (of_profile,) = opened(parser, answered(WHOLE["WEBP"])).traces

    assert of_upload.picture_print == of_profile.picture_print != ""
    assert parser.print_picture(WHOLE["WEBP"]).picture_copy == b""


@pytest.mark.parametrize("name", UPLOADS)
def test_no_picture_to_print_holds_up_the_next(name: str, parser: SandboxParser) -> None:
    hostile = parser.print_picture(UPLOADS[name]())

    assert hostile.outcome in {Outcome.FOUND, Outcome.UNREADABLE}
    assert parser.print_picture(WHOLE["JPEG"]).traces[0].picture_print


def test_an_upload_does_not_wait_for_long_where_every_child_is_busy() -> None:
    assert SandboxParser(children=0).copy_screenshot(WHOLE["PNG"]).outcome is Outcome.FAILED


def test_a_child_that_cannot_start_says_nothing_of_the_upload() -> None:
    parser = SandboxParser()
    parser.close()

    assert parser.copy_screenshot(WHOLE["PNG"]).outcome is Outcome.FAILED
