"""Plain text of pages and of scraps of HTML, without a parser: titles, names, counters, robots.

Patterns that come from data, or run over whole pages, use RE2: no text can make it slow. Engines
treat quotes as a hint, so whether a text names a person is checked here.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from html import unescape
from unicodedata import combining, normalize
from urllib.parse import unquote

import re2  # type: ignore[import-untyped]  # google-re2 ships no types; this is its only use

from scrapers.models import Page
from scrapers.parsers.json_fields import LONGEST_TEXT, tidy, web_address

# Enough for any profile page; what stands beyond is not parsed.
LARGEST_DOCUMENT = 524_288
_OPENING = b"\xef\xbb\xbf \t\r\n"
# Each alternative succeeds wherever it begins to look, at the end of the text at the latest, so no
# character is looked at twice: it takes linear time, whatever is left unclosed.
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|template|head)\b.*?(?:</\1\b[^<>]*>?|\Z)"
    r"|</?[a-z!?][^<>]*>?",
    re.IGNORECASE | re.DOTALL,
)


def is_markup(page: Page) -> bool:
    kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    if "json" in kind:
        return False
    return "html" in kind or page.body[:512].lstrip(_OPENING)[:1] == b"<"


def visible_words(text: str) -> int:
    """Count the words that a page shows, near enough to tell a page that says little."""
    return len(_UNSEEN.sub(" ", text).split())


# Every alternative has a bound or ends at its first closing mark: no text can make it slow.
_BREAK = re.compile(r"<(?:br|/p|/li|/div)\b[^<>]{0,50}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]{0,3000}>", re.IGNORECASE)
_ADDRESS = re.compile(
    r"<a\b[^<>]{0,1000}?\bhref\s{0,3}=\s{0,3}([\"'])([^\"'<>]{1,2048})\1", re.IGNORECASE
)
_BARE = re.compile(r"https?://[^\s<>\"'()\[\]]{1,2048}", re.IGNORECASE)
MOST_LINKS = 20


def plain_text(scrap: str) -> str:
    """Return the words of a scrap in one line."""
    short = scrap[: LONGEST_TEXT * 4]
    return tidy(unescape(_TAG.sub("", _BREAK.sub(" ", short))))


def links_in(scrap: str) -> tuple[str, ...]:
    """Return the addresses that a scrap links to or, where it has no links, spells out."""
    short = scrap[: LONGEST_TEXT * 4]
    found = [unescape(match[1]) for match in _ADDRESS.findall(short)]
    return web_links(found or _BARE.findall(unescape(short)))


def web_links(found: list[str]) -> tuple[str, ...]:
    """Return those that are addresses of the web, each once."""
    seen = (web_address(link) for link in found)
    return tuple(dict.fromkeys(link for link in seen if link))[:MOST_LINKS]


SEPARATOR = re.compile(r"\s+(?:[|•·\u2014\u2013/-]|on)\s+")
HANDLE = re.compile(r"\(@([\w.-]{1,64})\)")
NAMED = re.compile(r"(?P<before>[^(]*?)\s*\((?:@|u/)?(?P<inside>[^()]+)\)")


def handle_in_title(title: str) -> str:
    """Return the handle in `Jane Doe (@jdoe)`, where its sign shows that it is one."""
    match = HANDLE.search(title)
    return match[1] if match else ""


def name_in_title(title: str, *, handle: str, sites: tuple[str, ...]) -> str:
    """Return the display name in a title that tells which part is the name, else nothing."""
    match = NAMED.match(title)
    if match:
        before, inside = match["before"].strip(), match["inside"].strip()
        if _same(inside, handle):
            return "" if _same(before, handle) else before
        if _same(before, handle):
            return inside
    rest = without_site(title, sites)
    return "" if rest == title or _same(rest, handle) else rest


def without_site(title: str, sites: tuple[str, ...]) -> str:
    """Return a title without the trailing parts that name the site."""
    marks = [*SEPARATOR.finditer(title)]
    for mark in reversed(marks):
        if not any(_names(title[mark.end() :], site) for site in sites if site):
            break
        title = title[: mark.start()]
    return title.strip()


def _names(tail: str, site: str) -> bool:
    """Say whether a title ends in a site's name, of which a list may show no more than a part."""
    if re.match(re.escape(site) + r"\b", tail, re.IGNORECASE):
        return True
    cut = re.fullmatch(r"(.{2,40}?)\s*(?:\.{3}|\u2026)", tail)
    return cut is not None and site.casefold().startswith(cut[1].casefold())


def _same(text: str, handle: str) -> bool:
    return text.lstrip("@").casefold() == handle.lstrip("@").casefold()


AFTER_NAMES = frozenset(
    {"jr", "sr", "ii", "iii", "iv", "phd", "md", "edd", "med", "ma", "ms", "mba"}
)
# Shorter family names stand inside too many other words.
SHORTEST_INSIDE = 4
SHORTEST_IN_HANDLE = 3


def folded(text: str) -> str:
    """Return text without case, accents and fancy letters."""
    plain = normalize("NFKD", text)
    return "".join(letter for letter in plain if not combining(letter)).casefold()


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))


def family_name(name: str) -> str:
    """Return the word of a written name (`Jane Doe`, `Doe, Jane`, `Jane Doe Jr.`) to look for."""
    before, comma, after = name.partition(",")
    last_first = comma and not AFTER_NAMES.issuperset(words(after))
    kept = [word for word in words(before if last_first else name) if word not in AFTER_NAMES]
    return kept[-1] if kept else ""


def names(name: str, *texts: str, address: str = "") -> bool:
    """Say whether the family name stands in a text, or in an address."""
    family = family_name(name)
    if not family:
        return False
    if any(family in words(text) for text in texts):
        return True
    place = unquote(address)
    return family in (folded(place) if len(family) >= SHORTEST_INSIDE else words(place))


def in_handle(name: str, handle: str) -> bool:
    """Say whether a handle holds the family name: `jdoe`, `doe.jane`, `jli`."""
    family = family_name(name)
    parts = words(handle)
    if len(family) >= SHORTEST_IN_HANDLE:
        return any(family in part for part in parts)
    return bool(family) and any(part.startswith(family) or part.endswith(family) for part in parts)


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


# "1,204 followers", "12.5K Followers", "88 posts": a number and what it counts.
_COUNTED = (
    "followers?|following|subscribers?|friends|members|fans|likes|views|posts?|photos?|videos?|"
    "pins|boards|books|reviews|ratings|songs|tracks|plays|runs?|activities|miles|km|points|stars"
)
# Every repetition has a bound, for the text is a stranger's and may be all digits.
_NUMBER = r"(?<![\d.,])\d{1,6}(?:[.,\s]?\d{1,3}){0,4}\s?[kmb]?\+?"
_COUNTER = re.compile(rf"{_NUMBER}\s{{1,3}}(?:{_COUNTED})\b", re.IGNORECASE)
_MARKS = " ,;:|-\N{MIDDLE DOT}\N{BULLET}\N{EN DASH}\N{EM DASH}"


def without_counts(description: str) -> str:
    """Leave out counts, and the punctuation that stood between them."""
    parts = _COUNTER.split(description)
    if len(parts) == 1:
        return description
    bare = (part.strip(_MARKS).removeprefix(".").strip() for part in parts)
    return ", ".join(part for part in bare if part)


ASKED_NOT_TO = "the page asks not to be read by robots"
OURS = frozenset({"robots", "namesake"})
# A wish after the name of another robot is for that one: `otherbot: noindex, nofollow`.
_FOR = re.compile(r"\s*([\w-]+)\s*:\s*(.*)", re.DOTALL)
# These hold a colon of their own.
_VALUED = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})


class Wish(StrEnum):
    UNLISTED = "noindex"
    UNQUOTED = "nosnippet"


WORDS = {
    "noindex": (Wish.UNLISTED,),
    "none": (Wish.UNLISTED,),
    "nosnippet": (Wish.UNQUOTED,),
    "max-snippet:0": (Wish.UNQUOTED,),
}


def wishes_in(content: str) -> Iterator[Wish]:
    """Yield what the content of a meta tag, or a header for every robot, asks."""
    for word in content.lower().split(","):
        yield from WORDS.get("".join(word.split()), ())


def wishes_of_header(page: Page) -> frozenset[Wish]:
    """Return what `X-Robots-Tag` asks of every robot, and of us by name."""
    wishes: set[Wish] = set()
    ours = True
    for part in page.headers.get("x-robots-tag", "")[:4096].split(","):
        match = _FOR.fullmatch(part)
        named = match is not None and match[1].lower() not in _VALUED
        if match is not None and named:
            ours = match[1].lower() in OURS
        wishes.update(wishes_in(match[2] if match is not None and named else part) if ours else ())
    return frozenset(wishes)
