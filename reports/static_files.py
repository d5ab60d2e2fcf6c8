"""Files that pages load from us: a style sheet and small scripts, named by what is in them."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from reports.sanitize import CleanText

STATIC: Final = "/static"
TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@cache
def read_static_file(name: str) -> bytes | None:
    """Return what one of our own files holds; None where there is none of that name."""
    known = {each.name: each for each in files("reports").joinpath("static").iterdir()}
    return known[name].read_bytes() if name in known and _get_extension(name) in TYPES else None


def get_media_type(name: str) -> str:
    return TYPES[_get_extension(name)]


@cache
def build_asset_url(name: str) -> CleanText:
    """Give the address of a file, which changes with its content, so that browsers may cache it."""
    body = read_static_file(name)
    if body is None:
        message = f"There is no file {name} among those that pages load."
        raise LookupError(message)
    return CleanText(f"{STATIC}/{name}?v={sha256(body).hexdigest()[:12]}")


def _get_extension(name: str) -> str:
    return name.rpartition(".")[2]
