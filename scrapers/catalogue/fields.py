"""The fields of one entry: what is wrong with them, and what they become."""

import re
from collections.abc import Iterator
from datetime import date

from scrapers.catalogue.entry import Entry
from scrapers.catalogue.row import Row, headers, number, numbers, place, text, texts
from scrapers.recipes.pattern import usable
from scrapers.recipes.presence import PLACEHOLDER, Rule
from scrapers.source import Access

CODES = range(100, 1000)
TEXTS = ("uri_pretty", "cat", "handle", "provenance", "seen_on", "report")
LISTS = ("known", "pictures", "protection", "e_others", "m_others")
# `https://*.host` stands for its subdomains.
ORIGIN = re.compile(r"https?://(?:\*\.)?[a-z0-9.-]+(?::\d+)?")
SLOWEST = 3600
NO_RE2 = "handle is not a pattern that RE2 can run"
KEY = re.compile(r"[a-z0-9-]*")


def faults_of(row: Row) -> Iterator[str]:
    """Yield one clause for each fault of an entry."""
    yield from _missing(row)
    yield from _kinds(row)
    yield from _contents(row)


def entry_from(row: Row) -> Entry:
    """Return the entry; the known accounts of a list that names no provenance are not asked.

    Such lists hold the accounts of private persons.
    """
    vouched = bool(row.get("provenance"))
    return Entry(
        name=text(row, "name"),
        uri_check=text(row, "uri_check"),
        rule=Rule(
            e_code=number(row, "e_code"),
            e_string=text(row, "e_string"),
            m_code=number(row, "m_code"),
            m_string=text(row, "m_string"),
            e_others=texts(row, "e_others"),
            m_others=texts(row, "m_others"),
            m_codes=numbers(row, "m_codes"),
        ),
        uri_pretty=text(row, "uri_pretty"),
        known=texts(row, "known") if vouched else (),
        category=text(row, "cat"),
        handle=_handle(row),
        headers=tuple((name.lower(), value) for name, value in headers(row).items()),
        access=Access(text(row, "access") or Access.PAGE),
        seconds_between=_seconds(row),
        provenance=text(row, "provenance"),
        seen_on=text(row, "seen_on"),
        report=text(row, "report"),
        pictures=texts(row, "pictures"),
    )


def _missing(row: Row) -> Iterator[str]:
    for key in ("name", "uri_check", "e_string"):
        if not text(row, key):
            yield f"{key} must be a text that is not empty"
    if not isinstance(row.get("m_string"), str):
        yield "m_string must be a text"
    for key in ("e_code", "m_code"):
        value = row.get(key)
        if not isinstance(value, int) or value not in CODES:
            yield f"{key} must be an HTTP status"


def _kinds(row: Row) -> Iterator[str]:
    for key in TEXTS:
        if not isinstance(row.get(key, ""), str):
            yield f"{key} must be a text"
    for key in LISTS:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            yield f"{key} must be a list of texts"
    codes = row.get("m_codes", [])
    if not isinstance(codes, list) or not all(each in CODES for each in codes):
        yield "m_codes must be a list of HTTP statuses"
    given = row.get("headers", {})
    if not isinstance(given, dict) or not all(map(_header, given.values())):
        yield "headers must be an object of plain texts"
    seconds = row.get("seconds_between", 1)
    if not isinstance(seconds, int | float) or not 0 < seconds <= SLOWEST:
        yield f"seconds_between must be a number up to {SLOWEST}"


def _header(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _contents(row: Row) -> Iterator[str]:
    for key in ("uri_check", "uri_pretty"):
        value = text(row, key)
        if value and not _account_address(value):
            yield f"{key} must be an http address that holds {PLACEHOLDER}"
    if row.get("m_string") == "" and row.get("e_code") == row.get("m_code"):
        yield "m_string may be empty only where the two codes differ"
    if text(row, "e_string") and _same_answer(row):
        yield "the rule says the same of an account and of a missing one"
    handle = row.get("handle")
    if isinstance(handle, str) and not usable(handle):
        yield NO_RE2
    if not all(ORIGIN.fullmatch(origin) for origin in texts(row, "pictures")):
        yield "pictures must be origins, as in https://pictures.example"
    if row.get("access", "page") not in tuple(Access):
        yield "access must be page or api"
    if not KEY.fullmatch(text(row, "report")):
        yield "report must be a key, as in youtube"
    if row.get("seen_on") and not _day(row["seen_on"]):
        yield "seen_on must be a day, as in 2026-11-24"


def _same_answer(row: Row) -> bool:
    return all(row.get(f"e_{part}") == row.get(f"m_{part}") for part in ("code", "string"))


def _account_address(value: str) -> bool:
    where = place(value)
    return where.scheme in {"http", "https"} and bool(where.netloc) and PLACEHOLDER in value


def _day(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _handle(row: Row) -> str:
    """Return the pattern of handles; a list's characters to strip are characters it cannot have."""
    pattern = text(row, "handle")
    stripped = text(row, "strip_bad_char")
    if pattern or not stripped:
        return pattern
    return f"[^{re.escape(stripped)}]+"


def _seconds(row: Row) -> float:
    value = row.get("seconds_between", 1.0)
    return float(value) if isinstance(value, int | float) else 1.0
