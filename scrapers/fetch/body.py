"""A body read to its end or to the cap, and unpacked once."""

# What inflating a page costs is most of what reading it costs; this takes a third of zlib's time.
from isal.igzip_lib import IsalError
from isal.isal_zlib import decompressobj

from scrapers.fetch.response import Response
from scrapers.fetch.unfinished import Note, failed, unreadable
from scrapers.request import Media

# zlib's window sizes: 31 expects a gzip frame, 15 a zlib frame, -15 none.
_GZIP, _ZLIB, _BARE = 31, 15, -15
_GZIP_MAGIC = b"\x1f\x8b"
# A gzip file may be several in a row; each costs a new decoder and a copy of the rest.
_MOST_MEMBERS = 16
_TEXT = ("text/", "json", "xml", "javascript")
_READ = {Media.TEXT: _TEXT, Media.PICTURE: (*_TEXT, "image/")}


def read_body(response: Response, cap: int, media: Media = Media.TEXT) -> tuple[bytes, bool]:
    """Return at most `cap` bytes, unpacked, and whether there was more.

    A cut page still shows what is in it; that something is not in it proves nothing.
    """
    coding = _coding(response.headers.get("content-encoding", ""))
    if not _wanted(response.headers.get("content-type", ""), media):
        response.close()
        return b"", True
    raw = response.read(cap + 1)
    if not coding or not raw:
        return raw[:cap], len(raw) > cap
    return _unpacked(raw, coding, cap)


def _coding(header: str) -> str:
    """One layer, gzip or deflate: layers multiply, and a bomb needs only two."""
    codings = [each.strip().lower() for each in header.split(",")]
    codings = [each.removeprefix("x-") for each in codings if each not in {"", "identity"}]
    if len(codings) > 1 or (codings and codings[0] not in {"gzip", "deflate"}):
        raise unreadable(Note.PACKED)
    return codings[0] if codings else ""


def _wanted(content_type: str, media: Media) -> bool:
    kind = content_type.partition(";")[0].lower()
    return not kind.strip() or any(each in kind for each in _READ[media])


def _unpacked(raw: bytes, coding: str, cap: int) -> tuple[bytes, bool]:
    cut = len(raw) > cap
    try:
        return _inflated(raw, _GZIP if coding == "gzip" else _ZLIB, cap, cut=cut)
    except IsalError:  # type: ignore[misc]  # its stub calls the class an instance
        if coding == "gzip":
            raise unreadable(Note.PACKED) from None
    try:
        # Some servers have always sent deflate without its zlib frame.
        return _inflated(raw, _BARE, cap, cut=cut)
    except IsalError:  # type: ignore[misc]  # its stub calls the class an instance
        raise unreadable(Note.PACKED) from None


def _inflated(raw: bytes, frame: int, cap: int, *, cut: bool) -> tuple[bytes, bool]:
    whole = b""
    for _ in range(_MOST_MEMBERS):
        decoder = decompressobj(frame)
        whole += decoder.decompress(raw, cap + 1 - len(whole))
        if len(whole) > cap:
            return whole[:cap], True
        if not decoder.eof:
            if cut:
                return whole, True
            raise failed(Note.CUT_SHORT)
        raw = decoder.unused_data
        if frame != _GZIP or not raw.startswith(_GZIP_MAGIC):
            break
    return whole, cut
