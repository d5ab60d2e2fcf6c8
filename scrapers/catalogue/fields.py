"""The fields of one entry: what is wrong with them, why it cannot be used, what it becomes."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from urllib.parse import urlsplit

from scrapers.catalogue.entry import Entry
from scrapers.recipes.limits import TOO_MANY_REQUESTS
from scrapers.recipes.pattern import usable
from scrapers.recipes.presence import PLACEHOLDER, REDIRECTS, Rule
from scrapers.recipes.refusal import REFUSALS, SERVER_ERRORS
from scrapers.source import Access

Row = Mapping[str, object]

CODES = range(100, 1000)
TEXTS = ("uri_pretty", "cat", "handle", "provenance", "seen_on", "report", "access")
LISTS = ("known", "pictures", "protection")
# `https://*.host` stands for its subdomains.
ORIGIN = re.compile(r"https?://(?:\*\.)?[a-z0-9.-]+(?::\d+)?")
SLOWEST = 3600

# Whoever runs a site for children or for adults only is nobody's business here.
NOT_LOOKED_AT = frozenset({"xx nsfw xx", "political"})
MOSTLY_MINORS = frozenset({"roblox", "scratch", "kik", "wattpad"})
# A header may say what we can read, never who we pretend to be.
HARMLESS_HEADERS = frozenset({"accept", "accept-language", "referer", "x-requested-with"})


def faults_of(place: str, row: Row) -> Iterator[str]:
    """Yield one sentence for each fault of an entry, naming where it stands."""
    for fault in (*_missing(row), *_kinds(row), *_contents(row)):
        yield f"{place}: {fault}."


def unusable(row: Row) -> Iterator[str]:
    """Yield the reason why a sound entry is left out, if there is one."""
    reasons = (
        (row.get("valid") is False, "its list says that it no longer works"),
        (bool(row.get("post_body")), "it has to be asked by POST"),
        (PLACEHOLDER in _host(row), "every account has a host of its own, so it cannot be paced"),
        (_minors(row), "mostly minors are there"),
        (str(row.get("cat", "")).lower() in NOT_LOOKED_AT, "it is not ours to look there"),
        (bool(row.get("protection")), "it does not want automatic visits"),
        (not _harmless(row), "it wants a browser or a login to be faked"),
        (_hidden_by_trouble(row), "its missing answer looks like a server in trouble"),
        (row.get("e_code") in REDIRECTS, "its answer for an account is a redirect"),
        (not row.get("m_string") and row.get("m_code") in REFUSALS, "its missing answer is bare"),
    )
    yield from [reason for holds, reason in reasons if holds][:1]


def entry_from(row: Row) -> Entry:
    """Return the entry; the known accounts of a list that names no provenance are not asked.

    Such lists hold the accounts of private persons.
    """
    vouched = bool(row.get("provenance"))
    return Entry(
        name=_text(row, "name"),
        uri_check=_text(row, "uri_check"),
        rule=Rule(
            e_code=_number(row, "e_code"),
            e_string=_text(row, "e_string"),
            m_code=_number(row, "m_code"),
            m_string=_text(row, "m_string"),
        ),
        uri_pretty=_text(row, "uri_pretty"),
        known=_texts(row, "known") if vouched else (),
        category=_text(row, "cat"),
        handle=_handle(row),
        headers=tuple((k.lower(), v) for k, v in _headers(row).items()),
        access=Access(_text(row, "access") or Access.PAGE),
        seconds_between=_seconds(row),
        provenance=_text(row, "provenance"),
        seen_on=_text(row, "seen_on"),
        report=_text(row, "report"),
        pictures=_texts(row, "pictures"),
    )


def _missing(row: Row) -> Iterator[str]:
    for key in ("name", "uri_check", "e_string"):
        value = row.get(key)
        if not isinstance(value, str) or not value:
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
    headers = row.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        yield "headers must be an object of texts"
    seconds = row.get("seconds_between", 1)
    if not isinstance(seconds, int | float) or not 0 < seconds <= SLOWEST:
        yield f"seconds_between must be a number up to {SLOWEST}"


def _contents(row: Row) -> Iterator[str]:
    for key in ("uri_check", "uri_pretty"):
        value = row.get(key) or ""
        if isinstance(value, str) and value and not _account_address(value):
            yield f"{key} must be an http address that holds {PLACEHOLDER}"
    if row.get("m_string") == "" and row.get("e_code") == row.get("m_code"):
        yield "m_string may be empty only where the two codes differ"
    if _text(row, "e_string") and _same_answer(row):
        yield "the rule says the same of an account and of a missing one"
    handle = row.get("handle")
    if isinstance(handle, str) and not usable(handle):
        yield "handle is not a pattern that RE2 can run"
    if not all(ORIGIN.fullmatch(origin) for origin in _texts(row, "pictures")):
        yield "pictures must be origins, as in https://pictures.example"
    if row.get("access", "page") not in set(Access):
        yield "access must be page or api"
    if row.get("seen_on") and not _day(row["seen_on"]):
        yield "seen_on must be a day, as in 2026-11-24"


def _same_answer(row: Row) -> bool:
    return all(row.get(f"e_{part}") == row.get(f"m_{part}") for part in ("code", "string"))


def _account_address(value: str) -> bool:
    try:
        place = urlsplit(value)
    except ValueError:
        return False
    return place.scheme in {"http", "https"} and bool(place.netloc) and PLACEHOLDER in value


def _day(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _host(row: Row) -> str:
    return urlsplit(_text(row, "uri_check")).netloc


def _minors(row: Row) -> bool:
    return any(word in MOSTLY_MINORS for word in re.split(r"\W+", _text(row, "name").lower()))


def _harmless(row: Row) -> bool:
    return all(name.lower() in HARMLESS_HEADERS for name in _headers(row))


def _hidden_by_trouble(row: Row) -> bool:
    codes = {row.get("e_code"), row.get("m_code")}
    return any(code == TOO_MANY_REQUESTS or code in SERVER_ERRORS for code in codes)


def _handle(row: Row) -> str:
    """Return the pattern of handles; a list's characters to strip are characters it cannot have."""
    pattern = _text(row, "handle")
    stripped = _text(row, "strip_bad_char")
    if pattern or not stripped:
        return pattern
    return f"[^{''.join(chr(92) + each for each in stripped)}]+"


def _seconds(row: Row) -> float:
    value = row.get("seconds_between", 1.0)
    return float(value) if isinstance(value, int | float) else 1.0


def _number(row: Row, key: str) -> int:
    value = row.get(key)
    return value if isinstance(value, int) else 0


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _texts(row: Row, key: str) -> tuple[str, ...]:
    value = row.get(key)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _headers(row: Row) -> dict[str, str]:
    value = row.get("headers")
    return value if isinstance(value, dict) else {}
