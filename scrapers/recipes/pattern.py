"""Patterns that come from data, or run over whole pages, use RE2: no text can make it slow."""

from functools import lru_cache

import re2  # type: ignore[import-untyped]  # google-re2 ships no types; this is its only use


def fits(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


def occurs(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


def occurs_in(pattern: bytes, text: bytes) -> bool:
    """Search bytes as they are; the case of ASCII letters does not count."""
    return _compiled_bytes(pattern).search(text) is not None


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
