"""Plain text of pages and of scraps of HTML, without a parser: titles, names, counters, robots.

Engines treat quotes as a hint, so whether a text names a person is checked here.
"""

import re
from html import unescape
from unicodedata import combining, normalize
from urllib.parse import unquote

from scrapers.models import Page
from scrapers.parsers.json_fields import clean_text, clean_web_address
from scrapers.text_limits import LONGEST_TEXT

# Enough for any profile page; the rest is not parsed.
LARGEST_DOCUMENT = 524_288
# What is looked through for tags and data that stand late; more of a page is not fetched.
LARGEST_PAGE = 2_000_000
_OPENING = b"\xef\xbb\xbf \t\r\n"
# Each alternative succeeds wherever it begins to look, at the end of the text at the latest, so no
# character is looked at twice: it takes linear time, whatever is left unclosed.
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|template|title)\b.*?(?:</\1\b[^<>]*>?|\Z)"
    r"|</?[a-z!?][^<>]*>?",
    re.IGNORECASE | re.DOTALL,
)


def is_markup(page: Page) -> bool:
    kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    if "json" in kind:
        return False
    return "html" in kind or page.body[:512].lstrip(_OPENING)[:1] == b"<"


def extract_visible_text(text: str) -> str:
    """Return the words that a page shows, in one line, near enough to tell what it says."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def count_visible_words(text: str) -> int:
    return len(extract_visible_text(text).split())


# Every alternative has a bound or ends at its first closing mark: no text can make it slow.
_BREAK = re.compile(r"<(?:br|/p|/li|/div)\b[^<>]{0,50}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]{0,3000}>", re.IGNORECASE)
_ADDRESS = re.compile(
    r"<a\b[^<>]{0,1000}?\bhref\s{0,3}=\s{0,3}([\"'])([^\"'<>]{1,2048})\1", re.IGNORECASE
)
_BARE = re.compile(r"https?://[^\s<>\"'()\[\]]{1,2048}", re.IGNORECASE)
MOST_LINKS = 20


def strip_html(markup: str) -> str:
    """Return the words of a scrap in one line."""
    short = markup[: LONGEST_TEXT * 4]
    return clean_text(unescape(_TAG.sub("", _BREAK.sub(" ", short))))


def extract_links(markup: str) -> tuple[str, ...]:
    """Return the addresses that a scrap links to or, where it has no links, spells out."""
    short = markup[: LONGEST_TEXT * 4]
    found = [unescape(match[1]) for match in _ADDRESS.findall(short)]
    return filter_web_links(found or _BARE.findall(unescape(short)))


def filter_web_links(found: list[str]) -> tuple[str, ...]:
    """Return those that are addresses of the web, each once."""
    seen = (clean_web_address(link) for link in found)
    return tuple(dict.fromkeys(link for link in seen if link))[:MOST_LINKS]


SEPARATOR = re.compile(r"(?<!\s)(?:\s+(?:[|•·\u2014\u2013/-]|on)|,\s[Aa]uthor\sat)\s+")
HANDLE = re.compile(r"\(@([\w.-]{1,64})\)")
NAME_AND_HANDLE = re.compile(r"(?P<before>[^(]*?)(?<!\s)\s*\((?:@|u/)?(?P<inside>[^()]+)\)")


def extract_title_handle(title: str) -> str:
    """Return the handle in `Jane Doe (@jdoe)`, where its sign shows that it is one."""
    match = HANDLE.search(title)
    return match[1] if match else ""


def extract_title_name(title: str, *, handle: str, sites: tuple[str, ...]) -> str:
    """Return the display name in a title that tells which part is the name, else nothing."""
    match = NAME_AND_HANDLE.match(title)
    if match:
        before, inside = match["before"].strip(), match["inside"].strip()
        if _is_same_handle(inside, handle):
            return "" if _is_same_handle(before, handle) else before
        if _is_same_handle(before, handle):
            return inside
    rest = strip_site_name(title, sites)
    return "" if rest == title or _is_same_handle(rest, handle) else rest


def strip_site_name(title: str, sites: tuple[str, ...]) -> str:
    """Return a title without the trailing parts that name the site."""
    marks = [*SEPARATOR.finditer(title)]
    for mark in reversed(marks):
        if not any(_is_site_name(title[mark.end() :], site) for site in sites if site):
            break
        title = title[: mark.start()]
    return title.strip()


def _is_site_name(tail: str, site: str) -> bool:
    """Say whether a title ends in a site's name, of which a list may show no more than a part."""
    if re.match(re.escape(site) + r"\b", tail, re.IGNORECASE):
        return True
    cut = re.fullmatch(r"(.{2,40}?)\s*(?:\.{3}|\u2026)", tail)
    return cut is not None and site.casefold().startswith(cut[1].casefold())


def _is_same_handle(text: str, handle: str) -> bool:
    return text.lstrip("@").casefold() == handle.lstrip("@").casefold()


AFTER_NAMES = frozenset(
    {"jr", "sr", "ii", "iii", "iv", "phd", "md", "edd", "med", "ma", "ms", "mba"}
)
# Shorter family names are part of too many other words.
SHORTEST_INSIDE = 4
SHORTEST_IN_HANDLE = 3


def fold_text(text: str) -> str:
    """Return text without case, accents and fancy letters."""
    plain = normalize("NFKD", text)
    return "".join(letter for letter in plain if not combining(letter)).casefold()


def split_words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold_text(text))


def extract_family_name(name: str) -> str:
    """Return the word of a written name (`Jane Doe`, `Doe, Jane`, `Jane Doe Jr.`) to look for."""
    before, comma, after = name.partition(",")
    last_first = comma and not AFTER_NAMES.issuperset(split_words(after))
    kept = [word for word in split_words(before if last_first else name) if word not in AFTER_NAMES]
    return kept[-1] if kept else ""


def has_family_name(name: str, *texts: str, address: str = "") -> bool:
    """Tell whether a text or an address contains the family name."""
    family = extract_family_name(name)
    if not family:
        return False
    if any(family in split_words(text) for text in texts):
        return True
    place = unquote(address)
    return family in (fold_text(place) if len(family) >= SHORTEST_INSIDE else split_words(place))


def is_name_in_handle(name: str, handle: str) -> bool:
    """Say whether a handle holds the family name: "jdoe", "doe.jane", "jli"."""
    family = extract_family_name(name)
    parts = split_words(handle)
    if len(family) >= SHORTEST_IN_HANDLE:
        return any(family in part for part in parts)
    return bool(family) and any(part.startswith(family) or part.endswith(family) for part in parts)


# "1,204 followers", "12.5K Followers", "88 posts": a number and what it counts.
_COUNTED = (
    "followers?|following|subscribers?|friends|members|fans|likes|views|posts?|photos?|videos?|"
    "pins|boards|books|reviews|ratings|songs|tracks|plays|runs?|activities|miles|km|points|stars"
)
# Every repetition has a bound, for the text is a stranger's and may be all digits.
_NUMBER = r"(?<![\d.,])\d{1,6}(?:[.,\s]?\d{1,3}){0,4}\s?[kmb]?\+?"
_COUNTER = re.compile(rf"{_NUMBER}\s{{1,3}}(?:{_COUNTED})\b", re.IGNORECASE)
_MARKS = " ,;:|-\N{MIDDLE DOT}\N{BULLET}\N{EN DASH}\N{EM DASH}"


def strip_counts(description: str) -> str:
    """Leave out counts, and the punctuation between them."""
    parts = _COUNTER.split(description)
    if len(parts) == 1:
        return description
    bare = (part.strip(_MARKS).removeprefix(".").strip() for part in parts)
    return ", ".join(part for part in bare if part)
