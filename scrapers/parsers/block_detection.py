"""Answers that are no answer: walls, limits, refusals, server errors and vacant pages.

They are recognized with any status.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import unescape

from scrapers.facts.fact import DatedFact, load_facts
from scrapers.models import Outcome, Page, ParseResult
from scrapers.parsers.retry_after import RATE_LIMIT_PREFIXES, parse_retry_time
from scrapers.parsers.text import extract_visible_text, is_markup

CAPTCHA = "captcha"
CHECK = "browser-check"
LOGIN = "login-wall"
CONSENT = "cookie-wall"
REFUSAL = "bots-refused"

# How far into a page we look for marks; walls are small, or have them at the top.
MARKS_WITHIN = 262_144
# A wall says little. A profile that only talks of CAPTCHAs says more, or names itself a profile.
FEW_WORDS = 160
# Lists of languages and links below a form for signing in are long.
SOME_WORDS = 600
# What says more is served, whatever marks it carries.
MANY_WORDS = 2_000
SHORTEST_OWN_WORDS = 12
# Ordinary forms hold a CAPTCHA, too: alone it is a wall only where there is next to no text.
HARDLY_ANY_WORDS = 60


class WallMarks(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the facts about marks of walls, named by what such a wall is."""

    headers: tuple[tuple[str, str], ...] = ()
    addresses: tuple[str, ...] = ()
    markup: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


class WallWords(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the facts about walls: what the titles of walls are made of."""

    words: tuple[str, ...]


WALL_MARKS, WALL_WORDS = load_facts("wall_marks", WallMarks), load_facts("walls", WallWords)
BLOCK_HEADERS = tuple(
    (name, value, note) for note, marks in WALL_MARKS.items() for name, value in marks.headers
)
BLOCK_URLS = tuple((mark, note) for note, wall in WALL_MARKS.items() for mark in wall.addresses)
BLOCK_MARKUP = tuple((mark, note) for note, wall in WALL_MARKS.items() for mark in wall.markup)
BLOCK_PHRASES = tuple((mark, note) for note, wall in WALL_MARKS.items() for mark in wall.phrases)


def _join_words(kind: str) -> str:
    return f"(?:{'|'.join(map(re.escape, WALL_WORDS[kind].words))})"


_WORD = "[^ :|/\u00b7\u2022\u2013\u2014]"
_SITE = rf"{_WORD}{{1,40}}(?: {_WORD}{{1,40}}){{0,3}}"
_STROKE = " ?[:|/\u00b7\u2022\u2013\u2014-] "
_LOGIN, _REGISTER, _TO = map(_join_words, ("login", "register", "to"))
_OR = rf"(?: ?[/,&|] ?| {_join_words('or')} )"
_LOGINS = rf"(?:{_REGISTER}{_OR})?{_LOGIN}(?:{_OR}(?:{_LOGIN}|{_REGISTER}))*"
# The whole title: of a wall unless the page serves much, or says that it is an article.
BLOCK_TITLES: tuple[tuple[str, str], ...] = (
    *((title, note) for note, wall in WALL_MARKS.items() for title in wall.titles),
    (rf"(?:{_SITE}{_STROKE})?please wait for verification", CHECK),
    (rf"(?:{_SITE}{_STROKE})?{_LOGINS}(?: {_TO} {_SITE})?(?:{_STROKE}{_SITE})?", LOGIN),
)
# As much as any page may be called: a wall where it says little else, or asks for a password.
LOOSE_BLOCK_TITLES: tuple[tuple[str, str], ...] = (
    (rf"(?:{_LOGIN}|{_REGISTER})(?:[ :|/,(-].*)?|(?:{_SITE} )(?:{_LOGINS}|{_REGISTER})", LOGIN),
    (rf"{_SITE}{_STROKE}(?:{_LOGIN}|{_REGISTER})|join {_WORD}{{4,40}}(?:{_STROKE}.*)?", LOGIN),
    (rf"{_SITE} {_LOGINS}{_STROKE}{_SITE}", LOGIN),
    (rf"(?:{_SITE}{_STROKE})?{_join_words('moment')}", CHECK),
    (rf"(?:{_SITE}{_STROKE})?{_join_words('human')}", CAPTCHA),
    (rf"(?:{_SITE}{_STROKE})?{_join_words('refused')}", REFUSAL),
    (r"(?:bevor sie|avant de|antes de|prima di|voordat) .{0,60}", CONSENT),
)

CAPTCHA_WIDGETS = ("g-recaptcha", "h-captcha", "cf-turnstile", 'id="captcha"')
# What is served says so of itself, and may still carry the scripts of those who make walls.
SERVED_MARKUP = (
    r"og:type[\"']\s+content=[\"'](?:profile|article)\b|article:published_time"
    r"|content=[\"'](?:profile|article)[\"']\s+property=[\"']og:type\b"
)
PASSWORD_FIELD = r"<input\b[^<>]{0,300}type=[\"']?password"  # noqa: S105 - of whoever signs in
# Nearly every page holds none. To look for them one by one is the fastest way there is.
BLOCK_SIGNS = tuple(
    sign.lower().encode() for sign in (*dict((*BLOCK_MARKUP, *BLOCK_PHRASES)), *CAPTCHA_WIDGETS)
)
LEAST_ERROR = 400
TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{1,200})", re.IGNORECASE)
# One match for all of them: nearly every title is none.
ANY_TITLE = "|".join(f"(?:{pattern})" for pattern, _ in (*BLOCK_TITLES, *LOOSE_BLOCK_TITLES))
ANY_ADDRESS = re.compile("|".join(f"(?:{pattern})" for pattern, _ in BLOCK_URLS), re.IGNORECASE)


def detect_block(page: Page) -> str | None:
    """Return what blocks the answer, or None."""
    note = detect_block_around_body(page)
    if note or not is_markup(page):
        return note
    start = page.searchable_bytes[:MARKS_WITHIN]
    title, signs = _extract_title(start), _has_any(BLOCK_SIGNS, start)
    clear, loose = _match_title(title, BLOCK_TITLES), _match_title(title, LOOSE_BLOCK_TITLES)
    if loose == REFUSAL and page.status >= LEAST_ERROR:
        loose = None  # its title repeats the status, which says more
    if not (clear or loose or signs):
        return None
    text = page.text
    seen, shown = text[:MARKS_WITHIN].lower(), extract_visible_text(text).lower()
    words = len(shown.split())
    marked = next((note for mark, note in BLOCK_MARKUP if mark in seen), None)
    if words >= MANY_WORDS or re.search(SERVED_MARKUP, seen):
        return marked if words <= FEW_WORDS else None
    most = MANY_WORDS if re.search(PASSWORD_FIELD, seen) else 0
    titled = (clear if words <= max(SOME_WORDS, most) else None) or (
        loose if words <= max(FEW_WORDS, most) else None
    )
    return marked or titled or _detect_block_in_text(seen, shown)


@lru_cache(maxsize=4_096)
def is_distinctive_mark(mark: str) -> bool:
    """Say whether a mark is long enough to be a site's own words, and none of a wall's."""
    return len(mark) >= SHORTEST_OWN_WORDS and not _has_any(BLOCK_SIGNS, mark.encode())


def _has_any(signs: tuple[bytes, ...], text: bytes) -> bool:
    """Look for plain signs in lower case; the case of ASCII letters does not count."""
    lower = text.lower()
    return any(sign in lower for sign in signs)


def detect_block_around_body(page: Page) -> str | None:
    """Return what the headers and the address tell of a wall, whatever the page itself says."""
    return _detect_block_in_headers(page) or _detect_block_in_url(page)


def _detect_block_in_headers(page: Page) -> str | None:
    for name, value, note in BLOCK_HEADERS:
        if name in page.headers and re.fullmatch(value, page.headers[name], re.IGNORECASE):
            return note
    return None


def _detect_block_in_url(page: Page) -> str | None:
    if not ANY_ADDRESS.match(page.url):
        return None
    seen = (note for address, note in BLOCK_URLS if re.match(address, page.url, re.IGNORECASE))
    return next(seen, None)


def _extract_title(start: bytes) -> str:
    title = TITLE.match(start, max(start.lower().find(b"<title"), 0))
    text = title[1].decode("utf-8", "replace") if title else ""
    line = " ".join(unescape(text).lower().split())
    plain = line.replace("\u2019", "'").replace("\u2026", "").replace("...", "")
    return plain.rstrip(" .?!")


def _match_title(title: str, patterns: tuple[tuple[str, str], ...]) -> str | None:
    found = (note for pattern, note in patterns if re.fullmatch(pattern, title))
    return next(found, None) if title and re.fullmatch(ANY_TITLE, title) else None


def _detect_block_in_text(seen: str, shown: str) -> str | None:
    """Return what the page says of itself, if it says little else.

    Sentences count where they are shown: scripts hold those of all of a site's pages.
    """
    words = len(shown.split())
    if words > FEW_WORDS:
        return None
    if words <= HARDLY_ANY_WORDS and any(widget in seen for widget in CAPTCHA_WIDGETS):
        return CAPTCHA
    found = (note for sign, note in BLOCK_PHRASES if sign in (shown if " " in sign else seen))
    return next(found, None)


TOO_MANY_REQUESTS = 429
FORBIDDEN = 403


def build_limited_result(page: Page) -> ParseResult:
    return ParseResult(outcome=Outcome.LIMITED, note="back-later", retry_at=parse_retry_time(page))


def is_rate_limited(page: Page) -> bool:
    """Say whether a page is refused for asking too much; some say so with status 403."""
    if page.status == TOO_MANY_REQUESTS:
        return True
    return page.status == FORBIDDEN and "0" in collect_remaining_counts(page.headers)


def collect_remaining_counts(headers: Mapping[str, str]) -> set[str]:
    counts = ",".join(headers.get(f"{prefix}remaining", "") for prefix in RATE_LIMIT_PREFIXES)
    return {part.strip().removesuffix(".0") for part in counts.split(",")}


# 999 is what LinkedIn sends to visitors it does not want.
REFUSALS = frozenset({401, 403, 407, 451, 999})
SERVER_ERRORS = range(500, 600)


def detect_refusal(page: Page) -> ParseResult | None:
    """Return the reading of a page that refuses to answer, or None where it may be read."""
    if is_rate_limited(page):
        return build_limited_result(page)
    note = detect_block(page)
    if note:
        return ParseResult(outcome=Outcome.BLOCKED, note=note)
    if page.status in SERVER_ERRORS:
        return ParseResult(
            outcome=Outcome.FAILED,
            note=f"server-error:{page.status}",
            retry_at=parse_retry_time(page),
        )
    if page.status in REFUSALS:
        return ParseResult(outcome=Outcome.BLOCKED, note=f"refused:{page.status}")
    return None


def build_parser_error_result(error: Exception) -> ParseResult:
    """Return what a page comes to whose reader stumbled: the reader has not understood it."""
    return build_unreadable_result(f"answer-unparsed:{type(error).__name__}")


def build_unreadable_result(note: str) -> ParseResult:
    return ParseResult(outcome=Outcome.UNREADABLE, note=note)


PARKED = "domain-parked"
LONGEST_LINE = 200


class VacantMarks(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the facts about vacant pages, named by what such a page is."""

    titles: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


VACANT_MARKS = load_facts("vacancies", VacantMarks)
PARKING_MARKS = tuple(mark.lower().encode() for mark in VACANT_MARKS[PARKED].addresses)
_TITLE_SEPARATORS = re.compile(r"(?<!\s)\s+[|\u00b7\u2022\u2014\u2013-]\s+|:\s+")
# Without them at their ends, lines are more alike.
_EDGES = " .!?\"'\u201c\u201d\u00ab\u00bb()[]"


def detect_vacant_page(page: Page, title: str, heading: str) -> str:
    """Return in one clause why a page is no profile, empty if it may be one."""
    if _has_any(PARKING_MARKS, page.searchable_bytes[:MARKS_WITHIN]):
        return PARKED
    lines = [part for line in (title, heading) for part in _split_title_parts(line)]
    for note, marks in VACANT_MARKS.items():
        if any(re.fullmatch(pattern, line) for pattern in marks.titles for line in lines):
            return note
    # Look for the words in what the page shows: its scripts hold those of all its pages.
    seen = _spell_plainly(page.text[:MARKS_WITHIN])
    found = [
        (note, phrase)
        for note, marks in VACANT_MARKS.items()
        for phrase in marks.phrases
        if re.search(phrase, seen)
    ]
    shown = _spell_plainly(extract_visible_text(page.text)) if found else ""
    if shown.count(" ") >= FEW_WORDS:
        return ""
    return next((note for note, phrase in found if re.search(phrase, shown)), "")


def _split_title_parts(line: str) -> Iterator[str]:
    whole = line[:LONGEST_LINE].casefold().replace("\u2019", "'")
    for part in (whole, *_TITLE_SEPARATORS.split(whole)):
        if part.strip(_EDGES):
            yield part.strip(_EDGES)


def _spell_plainly(text: str) -> str:
    return text.lower().replace("\u2019", "'")
