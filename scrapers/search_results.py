"""Hits of search engines: what they lead to, whether they name the person, what they become.

The large platforms are not read; engines show how they title their pages: `Jane Doe (@jdoe) •
Instagram photos and videos`, `Jane Doe - Teacher - Wareham | LinkedIn`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import product
from urllib.parse import unquote, urlunsplit

from scrapers.models import Trace, TraceKind
from scrapers.parsers.json_fields import (
    clean_text,
    clean_web_address,
    get_optional_text,
    raise_shape_error,
    require_object,
)
from scrapers.parsers.text import (
    SEPARATOR,
    extract_family_name,
    extract_title_name,
    fold_text,
    has_family_name,
    is_name_in_handle,
    split_words,
    strip_site_name,
)
from scrapers.search_queries import (
    HANDLE_MARK,
    PHRASE_MARK,
    SearchTerms,
    is_handle_term,
    is_phrase_term,
    split_terms,
)
from scrapers.urls.canonical import (
    build_account_key,
    canonicalize_url,
    extract_account_keys,
    is_advert,
    split_url_or_none,
    unwrap_url,
)
from scrapers.urls.platforms import SPOKEN_NAMES

# Their titles go on after the name, so only the first part is it.
WORDY_TITLE_PLATFORMS = frozenset({"facebook", "linkedin"})
# How platforms call themselves, where it is not by the name in our keys.
SPOKEN_SITE_NAMES = {
    "about-me": ("about.me",),
    "buy-me-a-coffee": ("buy me a coffee",),
    "speaker-deck": ("speaker deck",),
    "teachers-pay-teachers": ("teachers pay teachers", "tpt"),
}
LONGEST_NAME = 80

# "(20+) Jane Doe | Facebook": someone was logged in when the engine came by.
_NEWS = re.compile(r"\(\d{1,3}\+?\)\s+")
_LEAD = re.compile(
    r"(?:(?:media )?(?:posts|tweets)(?: with replies)? by"
    r"|instagram (?:photo|video|reel) (?:by|from)|video by|photo by|overview for"
    r"|telegram: (?:contact|view)|stream|add)\s+",
    re.IGNORECASE,
)
_TRAIL = re.compile(
    r"(?:['\u2019]s?\s+(?:creator profile|posts?|albums|photos|videos|profile|store|feed|page)"
    r"|(?<!\s)\s+(?:official|teaching resources))$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?P<name>.{0,100}?)(?<!\s)\s*\(@(?P<handle>[\w.-]{2,30})\)")
# "Jane Doe (Author of …) | Goodreads", "Jane Doe | creating art | Patreon".
_ASIDE = re.compile(r"(?<=\S)\s+\([^()]{0,60}\)$")
_BAR = re.compile(r"(?<!\s)\s+[|\u2022\u00b7]\s+")
_EDGES = " \t-\u2013\u2014|\u00b7\u2022:,/"
# Titles of pages that show no person, whatever their address says.
_NOBODY = re.compile(
    r"(?:(?:log ?in|sign ?(?:in|up)|log into|join)(?: .*)?|profiles?|home|posts?|photos|videos"
    r"|reels?|about"
    r"|(?:page|user|content|account) (?:not found|isn['\u2019]t available|unavailable).*"
    r"|this .{0,40}(?:isn['\u2019]t available|suspended).*|.* profiles|\d+\+? .*|.*\bhttps?:.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleIdentity:
    """The display name and the handle that a title tells; each may be empty."""

    name: str = ""
    handle: str = ""


def parse_account_title(title: str, snippet: str, platform: str, handle: str) -> TitleIdentity:
    """Read the title of a profile whose address tells the platform, and mostly the handle."""
    bare = _LEAD.sub("", _NEWS.sub("", title.strip(), count=1), count=1).lstrip("@")
    found = (
        _extract_name_before_handle(bare, handle)
        or _extract_name_on_site(bare, platform)
        or _extract_name_beside_site(bare, platform, handle)
        or _extract_name_in_snippet(snippet, handle)
    )
    return TitleIdentity(name=_clean_name(found, handle), handle=handle)


def parse_author_title(title: str, platform: str) -> TitleIdentity:
    """Read who wrote a post, from its title alone."""
    bare = _LEAD.sub("", title.strip(), count=1)
    match = _NAMED.match(bare)
    if match:
        handle = match["handle"]
        return TitleIdentity(name=_clean_name(match["name"], handle), handle=handle)
    return TitleIdentity(name=_clean_name(_extract_name_on_site(bare, platform), ""))


def _extract_name_before_handle(title: str, handle: str) -> str:
    """Return what comes before `(@handle)`; a display name may contain brackets, too."""
    local = handle.partition("@")[0]
    if not local:
        return ""
    handles = "|".join(re.escape(side) for side in dict.fromkeys((handle, local)))
    match = re.search(rf"\(\s*(?:@|u/)?(?:{handles})\s*\)", title, re.IGNORECASE)
    if match is None:
        return ""
    return title[: match.start()].strip() or handle


def _extract_name_on_site(title: str, platform: str) -> str:
    """Return who is `on Instagram`, be it a profile or a post."""
    sites = "|".join(re.escape(site_name) for site_name in _list_site_names(platform))
    match = re.match(
        rf"(.{{1,100}}?)(?<!\s)\s+(?:posted\s+)?on\s+(?:{sites})\b", title, re.IGNORECASE
    )
    return _BAR.split(match[1], maxsplit=1)[0] if match else ""


def _extract_name_beside_site(title: str, platform: str, handle: str) -> str:
    """Return the first part of a title that ends in the name of its site, or begins with it."""
    sites = _list_site_names(platform)
    rest = strip_site_name(title, sites)
    if platform in WORDY_TITLE_PLATFORMS:
        return _ASIDE.sub("", SEPARATOR.split(rest, maxsplit=1)[0])
    for site in sites:
        first, bar, behind = title.partition(" \u00b7 ")
        if bar and first.casefold() == site:
            return behind
    name = extract_title_name(title, handle=handle, sites=sites)
    return _ASIDE.sub("", _BAR.split(name, maxsplit=1)[0])


def _extract_name_in_snippet(snippet: str, handle: str) -> str:
    """Return the name in `See photos and videos from Jane Doe (@jdoe)`."""
    if not handle:
        return ""
    shown = re.escape(handle)
    match = re.search(rf"\bfrom ([^()]{{1,64}}?) \(@{shown}\)", snippet, re.IGNORECASE)
    return match[1] if match else ""


def _list_site_names(platform: str) -> tuple[str, ...]:
    spoken = tuple(key for key, name in SPOKEN_NAMES.items() if name == platform)
    return (*SPOKEN_SITE_NAMES.get(platform, (platform,)), *spoken)


def _clean_name(found: str, handle: str) -> str:
    """Return a name without the words that platforms add to it; empty if it names no one."""
    name = _TRAIL.sub("", found.strip(_EDGES)).strip(_EDGES)
    local = handle.partition("@")[0]
    same = {handle.casefold(), local.casefold(), f"@{local}".casefold(), f"u/{local}".casefold()}
    if name.casefold() in same or _NOBODY.fullmatch(name):
        return ""
    return name if len(name) <= LONGEST_NAME else ""


# A profile's address is the beginning of its posts' addresses: `/@jdoe/video/7`, `/jdoe/status/7`.
DEEPEST_PROFILE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAuthor:
    url: str
    account: str
    handle: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class OpaquePostPattern:
    """Posts whose address does not begin with their author's; `path` may name the handle."""

    platform: str
    host: str
    path: str
    profile: str


OPAQUE_POSTS = (
    OpaquePostPattern(
        "instagram",
        r"(?:www\.)?instagram\.com",
        r"/(?:p|reel|reels|tv)/[^/]+/?",
        "https://www.instagram.com/{}/",
    ),
    OpaquePostPattern(
        "linkedin",
        r"(?:[a-z]{2,3}\.)?linkedin\.com",
        r"/posts/(?P<handle>[^/_]+)_.+",
        "https://www.linkedin.com/in/{}",
    ),
)


def extract_post_author(url: str, title: str) -> PostAuthor | None:
    """Return the account that wrote the page at an address, or None if nothing shows it."""
    return next(_derive_author_from_path(url, title), None) or next(
        _derive_author_from_title(url, title), None
    )


def _derive_author_from_path(url: str, title: str) -> Iterator[PostAuthor]:
    seen = split_url_or_none(url)
    if seen is None:
        return
    segments = seen.path.split("/")
    for depth in range(2, min(len(segments), DEEPEST_PROFILE + 2)):
        shorter = urlunsplit((seen.scheme, seen.netloc, "/".join(segments[:depth]), "", ""))
        for account in extract_account_keys(shorter)[:1] if shorter != url else ():
            platform, _, name = account.partition(":")
            author = parse_author_title(title, platform)
            handle = name.removeprefix("@") if name.startswith("@") else ""
            yield PostAuthor(url=shorter, account=account, handle=handle, name=author.name)


def _derive_author_from_title(url: str, title: str) -> Iterator[PostAuthor]:
    seen = split_url_or_none(url)
    host = (seen.hostname or "") if seen else ""
    for hidden in OPAQUE_POSTS if seen else ():
        path = re.fullmatch(hidden.path, seen.path) if seen else None
        if path is None or not re.fullmatch(hidden.host, host):
            continue
        author = parse_author_title(title, hidden.platform)
        handle = path.groupdict().get("handle") or author.handle
        if handle:
            account = build_account_key(hidden.platform, handle)
            address = hidden.profile.format(handle)
            yield PostAuthor(
                url=address, account=account, handle=handle.casefold(), name=author.name
            )


# Shorter words next to a name are on too many pages to show that it is the same person.
SHORTEST_CONTEXT = 4
MOST_INITIALS = 2
_HANDLE_MARKS = str.maketrans("", "", "._-")
# Engines set off the words they found by tags; a bound, for the text is a stranger's.
_TAG = re.compile(r"</?[a-z][^<>]{0,300}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """`url` is where the hit leads, without the engine's redirector."""

    url: str
    title: str
    snippet: str


def parse_hits(rows: Iterable[object], url: str, title: str, snippet: str) -> Iterator[SearchHit]:
    """Yield the hits; a result that leads nowhere, or is paid for, is none.

    The last three are what the engine calls these fields; without a name there is no snippet.
    """
    for value in rows:
        row = require_object(value, "a result")
        if not {title, url} <= row.keys():
            raise_shape_error("the title or the address of a result")
        address = clean_web_address(unwrap_url(get_optional_text(row, url)))
        text = strip_markup(get_optional_text(row, title))
        shown = strip_markup(get_optional_text(row, snippet)) if snippet else ""
        if address and not is_advert(address):
            yield SearchHit(url=address, title=text, snippet=shown)


def strip_markup(text: str) -> str:
    """Return text without the tags and entities that an engine writes into it."""
    return clean_text(unescape(_TAG.sub("", text)))


def build_person_traces(terms: SearchTerms, hits: Iterable[SearchHit]) -> tuple[Trace, ...]:
    """Return the hits that name the person, each address once.

    `terms` are the names that were asked for, and what was asked for beside them: engines take
    quotes for a hint, so what they found is looked at again here.
    """
    wanted, beside = split_terms(terms)
    found: dict[str, Trace] = {}
    authors: dict[str, Trace] = {}
    for hit, name in product(hits, wanted):
        trace = _build_trace(hit)
        if _is_about_person(name, beside, hit, trace):
            found.setdefault(trace.key, trace)
            authors.update(
                (author_trace.key, author_trace)
                for author_trace in _build_author_traces(name, hit, trace)
            )
    return (*found.values(), *(author for key, author in authors.items() if key not in found))


def build_traces(hits: Iterable[SearchHit]) -> tuple[Trace, ...]:
    """Return what the hits lead to, each address once, no matter whom they are about."""
    found = {trace.key: trace for trace in map(_build_trace, hits)}
    return tuple(found.values())


def _is_about_person(name: str, beside: SearchTerms, hit: SearchHit, trace: Trace) -> bool:
    if is_handle_term(name):
        return _shows_handle(name.removeprefix(HANDLE_MARK).casefold(), hit, trace)
    if is_phrase_term(name):
        return _shows_phrase(name.removeprefix(PHRASE_MARK), hit.title, hit.snippet, trace.handle)
    named = has_family_name(name, hit.title, hit.snippet, address=hit.url)
    return is_name_in_handle(name, trace.handle) or (
        named and _has_corroboration(name, beside, hit)
    )


def _shows_handle(handle: str, hit: SearchHit, trace: Trace) -> bool:
    """Say whether an account has a handle, or a hit shows it as a word of its own.

    Engines read dots, dashes and underscores as blanks, and who imitates a handle moves them.
    """
    theirs = trace.handle.partition("@")[0].casefold()
    if theirs.translate(_HANDLE_MARKS) == handle.translate(_HANDLE_MARKS):
        return True
    alone = re.compile(rf"(?<![\w.-]){re.escape(handle)}(?![\w-]|\.\w)")
    shown = (hit.title, hit.snippet, unquote(hit.url))
    return any(alone.search(text.casefold()) for text in shown)


def _shows_phrase(phrase: str, *texts: str) -> bool:
    """Tell whether any text has all words of a phrase in a row, or written as one word."""
    words = split_words(phrase)
    spaced, whole = f" {' '.join(words)} ", "".join(words)
    return any(
        spaced in f" {' '.join(split_words(text))} "
        or any(whole in word for word in split_words(text))
        for text in texts
    )


def _build_author_traces(name: str, hit: SearchHit, post: Trace) -> Iterator[Trace]:
    """Yield the account that a post was written by, if that bears the person's name.

    A title that does not tell the author's name tells too little to begin an account with.
    """
    if is_handle_term(name):
        return
    author = None if post.account else extract_post_author(hit.url, hit.title)
    if author is None or not author.name:
        return
    if is_phrase_term(name):
        theirs = _shows_phrase(name.removeprefix(PHRASE_MARK), author.name, author.handle)
    else:
        theirs = is_name_in_handle(name, author.handle) or has_family_name(name, author.name)
    if theirs:
        yield Trace(
            key=canonicalize_url(author.url),
            kind=TraceKind.ACCOUNT,
            url=author.url,
            account=author.account,
            title=hit.title,
            snippet=hit.snippet,
            name=author.name,
            handle=author.handle,
        )


def _has_corroboration(name: str, contexts: SearchTerms, hit: SearchHit) -> bool:
    """Say whether more than a family name speaks for a hit: a given name, or its company."""
    family = extract_family_name(name)
    givens = [word for word in split_words(name) if word != family]
    if not givens:
        return True
    beside = {
        word
        for context in contexts
        for word in split_words(context)
        if len(word) >= SHORTEST_CONTEXT
    }
    wanted = {*(word for word in givens if len(word) > 1), *(beside - {family})}
    place = fold_text(unquote(hit.url))
    words_shown = {*split_words(hit.title), *split_words(hit.snippet), *split_words(place)}
    return (
        bool(wanted & words_shown)
        or any(word in place for word in wanted if len(word) >= SHORTEST_CONTEXT)
        or any(_has_given_initial(family, givens, text) for text in (hit.title, hit.snippet))
    )


def _has_given_initial(family: str, givens: list[str], text: str) -> bool:
    """Tell whether an initial of a given name is before the family name: `N. J. Quill`."""
    shown, initials = split_words(text), {word[0] for word in givens}
    return any(
        initials & set(shown[max(at - MOST_INITIALS, 0) : at])
        for at, word in enumerate(shown)
        if word == family
    )


def _build_trace(hit: SearchHit) -> Trace:
    accounts = extract_account_keys(hit.url)
    if not accounts:
        return Trace(
            key=canonicalize_url(hit.url),
            kind=TraceKind.PAGE,
            url=hit.url,
            title=hit.title,
            snippet=hit.snippet,
        )
    platform, _, account = accounts[0].partition(":")
    handle = account.removeprefix("@") if account.startswith("@") else ""
    parsed = parse_account_title(hit.title, hit.snippet, platform, handle)
    return Trace(
        key=canonicalize_url(hit.url),
        kind=TraceKind.ACCOUNT,
        url=hit.url,
        account=accounts[0],
        account_aliases=accounts[1:],
        title=hit.title,
        snippet=hit.snippet,
        name=parsed.name,
        handle=handle,
    )
