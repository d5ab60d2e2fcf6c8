"""Pictures of profiles: asked for after the profile that names them, read once, and not kept.

What of a picture's address tells one picture from another.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from scrapers.models import Finding, Kind, Media, Outcome, Page, Query, QueryKind, Reading, Request
from scrapers.parsers.block_detection import refusal, unreadable
from scrapers.parsers.text import LARGEST_DOCUMENT

# What opens pictures; it comes with the optional extra `photos`.
OPENER = "pillow"
OPENED = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def can_open_pictures() -> bool:
    """Tell whether the optional extra `photos` is installed."""
    try:
        version(OPENER)
    except PackageNotFoundError:
        return False
    return True


def questions(query: Query, reading: Reading) -> Iterator[Query]:
    """Yield what asks for the picture of each profile that was found about somebody.

    A picture's question is known by the profile, so that another picture is another answer.
    """
    for finding in reading.findings if query.subject else ():
        if finding.picture and finding.kind is Kind.ACCOUNT:
            yield Query(
                source=query.source,
                kind=QueryKind.PICTURE,
                terms=(finding.key,),
                request=Request(
                    url=finding.picture,
                    headers=(("accept", ", ".join(sorted(OPENED))),),
                    media=Media.PICTURE,
                ),
                subject=query.subject,
            )


@dataclass(frozen=True, slots=True)
class PictureReader:
    """Reads every source's pictures; one that says too little has a finding without a print."""

    def read(self, page: Page) -> Reading:
        """Decide on status, size and kind alone: the picture is opened in the child."""
        if page.status in GONE:
            return Reading(outcome=Outcome.ABSENT)
        kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
        if page.status != HTTPStatus.OK or not kind.startswith("image/"):
            return refusal(page) or unreadable(f"it sent no picture (status {page.status})")
        if kind not in OPENED:
            return unreadable("its picture is of a kind that we do not open")
        if page.cut or len(page.body) > LARGEST_DOCUMENT:
            return unreadable("its picture is larger than we read")
        return Reading(outcome=Outcome.FOUND, unparsed=True)

    def parse(self, query: Query, page: Page) -> Reading:
        from scrapers.parsers.images import PictureError, picture_print  # noqa: PLC0415 - in the child alone

        try:
            told = picture_print(page.body)
        except PictureError as error:
            return unreadable(str(error))
        (key,) = query.terms
        seen = told.written() if told else ""
        finding = Finding(key=key, kind=Kind.ACCOUNT, url=key, picture_print=seen)
        return Reading(outcome=Outcome.FOUND, findings=(finding,))


LONGEST = 128
# What Mastodon and its kin show of those who have no picture.
NO_PICTURE = "missing.png"


def picture_in(address: str) -> str:
    """Return the end of its path: hosts move, and what stands behind a `?` is drawn anew."""
    try:
        end = urlsplit(address.strip()).path.rpartition("/")[2][:LONGEST]
    except ValueError:
        return ""
    return "" if end == NO_PICTURE else end
