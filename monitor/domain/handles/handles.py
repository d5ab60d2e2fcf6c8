"""Handles as their networks write them: what of one was chosen, and where its words begin."""

import re
from functools import lru_cache
from urllib.parse import unquote

from monitor.domain.names.spelling import squashed

_TOP_DOMAINS = frozenset(["com", "net", "org", "edu", "us", "social", "example", "test"])
# The longest handle that any network allows is a host name.
_LONGEST = 253
# What a network hands out where nobody chose a handle: a number, or a channel's id.
_OPAQUE = re.compile(r"\d{6,}|UC[\w-]{22}")
# Words begin at a separator, a digit, and a capital after a small letter; "TXRandy" is TX, Randy.
_WORDS = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]|\d+")


def local_part(handle: str) -> str:
    """Return the part of a handle that its owner chose: some networks use host names."""
    return _parted(handle)[0]


def same_handle(one: str, other: str) -> bool:
    """Compare handles, also those of a network that uses host names with those of one without."""
    (mine, my_host), (yours, your_host) = _parted(one), _parted(other)
    hosts_agree = my_host == your_host or not (my_host and your_host)
    return bool(mine) and mine.casefold() == yours.casefold() and hosts_agree


def opaque(handle: str) -> bool:
    """Tell whether a network made the handle up: then it says nothing of its owner."""
    return bool(_OPAQUE.fullmatch(_chosen(handle)))


@lru_cache(maxsize=4096)
def words_in(handle: str) -> tuple[str, ...]:
    """Return plain words and numbers of a handle, parted where its spelling parts them."""
    return tuple(filter(None, map(squashed, _WORDS.findall(_chosen(handle)))))


def _chosen(handle: str) -> str:
    """Drop what an address leaves around a handle: its coding, its folder, its @."""
    return unquote(local_part(handle)).rpartition("/")[2].removeprefix("@")


def _parted(handle: str) -> tuple[str, str]:
    labels = handle[:_LONGEST].strip().removeprefix("@").split(".")
    kept = len(labels)
    if kept > 1 and labels[-1].casefold() in _TOP_DOMAINS:
        kept = max(1, kept - 2)
    return ".".join(labels[:kept]), ".".join(labels[kept:]).casefold()
