"""Pictures of profiles: fetched after the profile that names them, and read once.

The part of a picture's address that identifies the picture. Copies of pictures, which are JPEG.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from scrapers.models import (
    MediaKind,
    Outcome,
    Page,
    ParseResult,
    Query,
    QueryKind,
    Request,
    Trace,
    TraceKind,
)
from scrapers.parsers.block_detection import build_unreadable_result, detect_refusal
from scrapers.parsers.text import LARGEST_DOCUMENT

# What opens pictures; it comes with the optional extra photos.
PICTURE_LIBRARY = "pillow"
PICTURE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


@cache
def can_open_pictures() -> bool:
    """Tell whether the optional extra photos is installed."""
    try:
        version(PICTURE_LIBRARY)
    except PackageNotFoundError:
        return False
    return True


def build_picture_queries(query: Query, result: ParseResult) -> Iterator[Query]:
    """Yield what asks for the picture of each profile that was found about someone.

    A picture's query is known by the profile, so that another picture is another answer.
    """
    for trace in result.traces if query.subject else ():
        if trace.picture and trace.kind is TraceKind.ACCOUNT:
            yield Query(
                source=query.source,
                kind=QueryKind.PICTURE,
                terms=(trace.key,),
                request=Request(
                    url=trace.picture,
                    headers=(("accept", ", ".join(sorted(PICTURE_TYPES))),),
                    media=MediaKind.PICTURE,
                ),
                subject=query.subject,
            )


@dataclass(frozen=True, slots=True)
class PictureParser:
    """Reads every source's pictures; one that says too little has a trace without a print."""

    def parse_picture_response(self, page: Page) -> ParseResult:
        """Decide on status, size and kind alone: the picture is opened in the child."""
        if page.status in GONE:
            return ParseResult(outcome=Outcome.ABSENT)
        kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
        if page.status != HTTPStatus.OK or not kind.startswith("image/"):
            return detect_refusal(page) or build_unreadable_result(f"no-picture:{page.status}")
        if kind not in PICTURE_TYPES:
            return build_unreadable_result("picture-format")
        if page.cut or len(page.body) > LARGEST_DOCUMENT:
            return build_unreadable_result("picture-large")
        return ParseResult(outcome=Outcome.FOUND, unparsed=True)

    def parse_body(self, query: Query, page: Page) -> ParseResult:
        from scrapers.parsers.images import PictureError, read_profile_picture  # noqa: PLC0415 - in the child alone

        try:
            picture = read_profile_picture(page.body)
        except PictureError as error:
            return build_unreadable_result(str(error))
        (key,) = query.terms
        seen = picture.picture_print.to_text() if picture.picture_print else ""
        trace = Trace(key=key, kind=TraceKind.ACCOUNT, url=key, picture_print=seen)
        return ParseResult(outcome=Outcome.FOUND, traces=(trace,), picture_copy=picture.thumbnail)


def copy_screenshot(body: bytes) -> ParseResult:
    """Encode a screenshot again; UNREADABLE where it is none that we open."""
    from scrapers.parsers import images  # noqa: PLC0415 - in the child alone

    try:
        copy = images.copy_screenshot(body, MOST_SCREENSHOT_COPY)
    except images.PictureError as error:
        return build_unreadable_result(str(error))
    return ParseResult(outcome=Outcome.FOUND, picture_copy=copy)


def print_picture(body: bytes) -> ParseResult:
    """Return a trace with nothing but an uploaded picture's print, empty if it says too little.

    UNREADABLE where it is none that we open.
    """
    from scrapers.parsers import images  # noqa: PLC0415 - in the child alone

    try:
        picture_print = images.print_uploaded_picture(body)
    except images.PictureError as error:
        return build_unreadable_result(str(error))
    text = picture_print.to_text() if picture_print else ""
    trace = Trace(key="", kind=TraceKind.ACCOUNT, url="", picture_print=text)
    return ParseResult(outcome=Outcome.FOUND, traces=(trace,))


_JPEG_START = b"\xff\xd8\xff"
MOST_THUMBNAIL = 48_000
MOST_SCREENSHOT_COPY = 700_000


def is_picture_copy(picture: bytes, most_bytes: int) -> bool:
    """Tell whether bytes may be shown as a picture: no one trusts the child that made them."""
    return picture.startswith(_JPEG_START) and len(picture) <= most_bytes


LONGEST_PICTURE_NAME = 128
# What Mastodon and its kin show of those who have no picture.
NO_PICTURE = "missing.png"


def extract_picture_name(address: str) -> str:
    """Return the end of its path: hosts change, and the part after a `?` is new each time."""
    try:
        end = urlsplit(address.strip()).path.rpartition("/")[2][:LONGEST_PICTURE_NAME]
    except ValueError:
        return ""
    return "" if end == NO_PICTURE else end
