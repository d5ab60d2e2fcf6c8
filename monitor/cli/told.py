"""Values of a row as other programs write them: one of several forms, or none at all."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from math import isfinite

_NO = frozenset({"", "false", "no", "0", "n", "none", "null"})
_THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000}
_NUMBER = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([km]?)")
_DIGITS = re.compile(r"[0-9]{1,15}")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MIDYEAR = 7
# Seconds since 1970 are larger than any year, and milliseconds than any such second.
_LAST_YEAR = 9_999
_LAST_SECOND = 10_000_000_000


def moment(told: object) -> datetime | None:
    """Read a date: ISO, a year, seconds since 1970, or words with a year; a year is its middle."""
    if isinstance(told, bool) or told is None:
        return None
    if isinstance(told, int | float):
        return _from_number(float(told))
    written = text(told)
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return _from_number(float(written)) if _DIGITS.fullmatch(written) else _year_in(written)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _year_in(written: str) -> datetime | None:
    year = _YEAR.search(written)
    return _from_number(float(year.group())) if year else None


def _from_number(told: float) -> datetime | None:
    try:
        if told <= _LAST_YEAR:
            return datetime(int(told), _MIDYEAR, 1, tzinfo=UTC)
        return datetime.fromtimestamp(told if told <= _LAST_SECOND else told / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def number(told: object) -> int | None:
    """Read a count: 1204, "1,204" or "1.2k"; None where none is told."""
    if isinstance(told, bool) or told is None:
        return None
    if isinstance(told, int | float):
        return int(told) if isfinite(told) else None
    read = _NUMBER.fullmatch(text(told).lower().replace(",", ""))
    return int(float(read[1]) * _THOUSANDS[read[2]]) if read else None


def yes(told: object) -> bool:
    """Read a yes: true, a word other than no, an address, or a list of some."""
    return told.strip().lower() not in _NO if isinstance(told, str) else bool(told)


def fields(told: object) -> Mapping[str, object]:
    return told if isinstance(told, Mapping) else {}


def text(told: object) -> str:
    if isinstance(told, Mapping):
        return ", ".join(filter(None, map(text, told.values())))
    if isinstance(told, list):
        return ", ".join(filter(None, map(text, told)))
    return "" if told is None or isinstance(told, bool) else str(told).strip()


def texts(told: object) -> Iterator[str]:
    yield from filter(None, map(text, several(told)))


def several(told: object) -> Iterable[object]:
    if told is None:
        return ()
    return told if isinstance(told, list) else (told,)
