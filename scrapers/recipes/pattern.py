"""Patterns that come from data, or run over whole pages, use RE2: no text can make it slow."""

from functools import lru_cache

import re2  # type: ignore[import-untyped]  # google-re2 ships no types; this is its only use


def fits(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


def occurs(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


def first(pattern: bytes, text: bytes) -> bytes | None:
    """Return the first match, or its only group; case does not count, and a byte is a letter."""
    found = _compiled_bytes(pattern).search(text)
    if found is None:
        return None
    matched: bytes = found[found.re.groups]
    return matched


def usable(pattern: str) -> bool:
    try:
        _compiled(pattern)
    except re2.error:
        return False
    return True


@lru_cache(maxsize=64)
def _compiled_bytes(pattern: bytes) -> "re2._Regexp":
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(pattern, options=options)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> "re2._Regexp":
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options=options)
