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

from scrapers.models import Finding, Kind
from scrapers.parsers.json_fields import lacks, optional_text, record, tidy, web_address
from scrapers.parsers.search_terms import Terms, apart
from scrapers.parsers.text import (
    SEPARATOR,
    family_name,
    folded,
    in_handle,
    name_in_title,
    names,
    without_site,
    words,
)
from scrapers.urls.canonical import account_key, account_keys, canonical_key
from scrapers.urls.platforms import SPOKEN_NAMES
from scrapers.urls.redirects import advert, unwrapped, urlsplit_or_none

# Their titles go on after the name, so only the first part is it.
TALKATIVE = frozenset({"facebook", "linkedin"})
# How platforms call themselves, where it is not by the name in our keys.
SITES = {
    "about-me": ("about.me",),
    "buy-me-a-coffee": ("buy me a coffee",),
    "speaker-deck": ("speaker deck",),
    "teachers-pay-teachers": ("teachers pay teachers", "tpt"),
}
LONGEST_NAME = 80

# "(20+) Jane Doe | Facebook": somebody was logged in when the engine came by.
_NEWS = re.compile(r"\(\d{1,3}\+?\)\s+")
_LEAD = re.compile(
    r"(?:(?:media )?(?:posts|tweets)(?: with replies)? by"
    r"|instagram (?:photo|video|reel) (?:by|from)|video by|photo by|overview for"
    r"|telegram: (?:contact|view)|stream|add)\s+",
    re.IGNORECASE,
)
_TRAIL = re.compile(
    r"(?:['\u2019]s?\s+(?:creator profile|posts?|albums|photos|videos|profile|store|feed|page)"
    r"|\s+(?:official|teaching resources))$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?P<name>.{0,100}?)\s*\(@(?P<handle>[\w.-]{2,30})\)")
# "Jane Doe (Author of …) | Goodreads", "Jane Doe | creating art | Patreon".
_ASIDE = re.compile(r"(?<=\S)\s+\([^()]{0,60}\)$")
_BAR = re.compile(r"\s+[|\u2022\u00b7]\s+")
_EDGES = " \t-\u2013\u2014|\u00b7\u2022:,/"
# Titles of pages that show nobody, whatever stands in their address.
_NOBODY = re.compile(
    r"(?:(?:log ?in|sign ?(?:in|up)|log into|join)(?: .*)?|profiles?|home|posts?|photos|videos"
    r"|reels?|about"
    r"|(?:page|user|content|account) (?:not found|isn['\u2019]t available|unavailable).*"
    r"|this .{0,40}(?:isn['\u2019]t available|suspended).*|.* profiles|\d+\+? .*|.*\bhttps?:.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The display name and the handle that a title tells; each may be empty."""

    name: str = ""
    handle: str = ""


def told_of_account(title: str, snippet: str, platform: str, handle: str) -> Told:
    """Read the title of a profile whose address tells the platform, and mostly the handle."""
    bare = _LEAD.sub("", _NEWS.sub("", title.strip(), count=1), count=1).lstrip("@")
    found = (
        _before_handle(bare, handle)
        or _on_site(bare, platform)
        or _by_site(bare, platform, handle)
        or _in_snippet(snippet, handle)
    )
    return Told(name=_name(found, handle), handle=handle)


def told_of_author(title: str, platform: str) -> Told:
    """Read who wrote a post, from its title alone."""
    bare = _LEAD.sub("", title.strip(), count=1)
    match = _NAMED.match(bare)
    if match:
        handle = match["handle"]
        return Told(name=_name(match["name"], handle), handle=handle)
    return Told(name=_name(_on_site(bare, platform), ""))


def _before_handle(title: str, handle: str) -> str:
    """Return what stands before `(@handle)`; a display name may hold brackets of its own."""
    local = handle.partition("@")[0]
    if not local:
        return ""
    known = "|".join(re.escape(each) for each in dict.fromkeys((handle, local)))
    match = re.search(rf"\(\s*(?:@|u/)?(?:{known})\s*\)", title, re.IGNORECASE)
    if match is None:
        return ""
    return title[: match.start()].strip() or handle


def _on_site(title: str, platform: str) -> str:
    """Return who is `on Instagram`, be it a profile or a post."""
    sites = "|".join(re.escape(each) for each in _sites(platform))
    match = re.match(rf"(.{{1,100}}?)\s+(?:posted\s+)?on\s+(?:{sites})\b", title, re.IGNORECASE)
    return _BAR.split(match[1], maxsplit=1)[0] if match else ""


def _by_site(title: str, platform: str, handle: str) -> str:
    """Return the first part of a title that ends in the name of its site, or begins with it."""
    sites = _sites(platform)
    rest = without_site(title, sites)
    if platform in TALKATIVE:
        return _ASIDE.sub("", SEPARATOR.split(rest, maxsplit=1)[0])
    for site in sites:
        first, bar, behind = title.partition(" \u00b7 ")
        if bar and first.casefold() == site:
            return behind
    told = name_in_title(title, handle=handle, sites=sites)
    return _ASIDE.sub("", _BAR.split(told, maxsplit=1)[0])


def _in_snippet(snippet: str, handle: str) -> str:
    """Return the name in `See photos and videos from Jane Doe (@jdoe)`."""
    if not handle:
        return ""
    shown = re.escape(handle)
    match = re.search(rf"\bfrom ([^()]{{1,80}}?) \(@{shown}\)", snippet, re.IGNORECASE)
    return match[1] if match else ""


def _sites(platform: str) -> tuple[str, ...]:
    spoken = tuple(each for each, name in SPOKEN_NAMES.items() if name == platform)
    return (*SITES.get(platform, (platform,)), *spoken)


def _name(found: str, handle: str) -> str:
    """Return a name without what platforms write round it; nothing where it names nobody."""
    name = _TRAIL.sub("", found.strip(_EDGES)).strip(_EDGES)
    local = handle.partition("@")[0]
    same = {handle.casefold(), local.casefold(), f"@{local}".casefold(), f"u/{local}".casefold()}
    if name.casefold() in same or _NOBODY.fullmatch(name):
        return ""
    return name if len(name) <= LONGEST_NAME else ""


# A profile's address is the beginning of its posts' addresses: `/@jdoe/video/7`, `/jdoe/status/7`.
DEEPEST_PROFILE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    url: str
    account: str
    handle: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Posts whose address does not begin with their author's; `path` may name the handle."""

    platform: str
    host: str
    path: str
    profile: str


HIDDEN = (
    Hidden(
        "instagram",
        r"(?:www\.)?instagram\.com",
        r"/(?:p|reel|reels|tv)/[^/]+/?",
        "https://www.instagram.com/{}/",
    ),
    Hidden(
        "linkedin",
        r"(?:[a-z]{2,3}\.)?linkedin\.com",
        r"/posts/(?P<handle>[^/_]+)_.+",
        "https://www.linkedin.com/in/{}",
    ),
)


def author_of(url: str, title: str) -> Author | None:
    """Return the account that wrote what stands at an address, or None where nothing tells."""
    return next(_by_beginning(url, title), None) or next(_by_title(url, title), None)


def _by_beginning(url: str, title: str) -> Iterator[Author]:
    seen = urlsplit_or_none(url)
    if seen is None:
        return
    segments = seen.path.split("/")
    for depth in range(2, min(len(segments), DEEPEST_PROFILE + 2)):
        shorter = urlunsplit((seen.scheme, seen.netloc, "/".join(segments[:depth]), "", ""))
        for account in account_keys(shorter)[:1] if shorter != url else ():
            platform, _, name = account.partition(":")
            told = told_of_author(title, platform)
            handle = name.removeprefix("@") if name.startswith("@") else ""
            yield Author(url=shorter, account=account, handle=handle, name=told.name)


def _by_title(url: str, title: str) -> Iterator[Author]:
    seen = urlsplit_or_none(url)
    host = (seen.hostname or "") if seen else ""
    for hidden in HIDDEN if seen else ():
        path = re.fullmatch(hidden.path, seen.path) if seen else None
        if path is None or not re.fullmatch(hidden.host, host):
            continue
        told = told_of_author(title, hidden.platform)
        handle = path.groupdict().get("handle") or told.handle
        if handle:
            account = account_key(hidden.platform, handle)
            address = hidden.profile.format(handle)
            yield Author(url=address, account=account, handle=handle.casefold(), name=told.name)


# Shorter words beside a name stand on too many pages to say that it is the same person.
SHORTEST_CONTEXT = 4
MOST_INITIALS = 2
# Engines set off the words they found by tags; a bound, for the text is a stranger's.
_TAG = re.compile(r"</?[a-z][^<>]{0,300}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """`url` is where the hit leads, without the engine's redirector."""

    url: str
    title: str
    snippet: str


def hits_in(rows: Iterable[object], url: str, title: str, snippet: str) -> Iterator[Hit]:
    """Yield the hits; a result that leads nowhere, or is paid for, is none.

    The last three are what the engine calls these fields; without a name there is no snippet.
    """
    for each in rows:
        row = record(each, "a result")
        if not {title, url} <= row.keys():
            lacks("the title or the address of a result")
        address = web_address(unwrapped(optional_text(row, url)))
        told = plain(optional_text(row, title))
        shown = plain(optional_text(row, snippet)) if snippet else ""
        if address and not advert(address):
            yield Hit(url=address, title=told, snippet=shown)


def plain(text: str) -> str:
    """Return text without the tags and entities that an engine writes into it."""
    return tidy(unescape(_TAG.sub("", text)))


def findings_about(terms: Terms, hits: Iterable[Hit]) -> tuple[Finding, ...]:
    """Return the hits that name the person, each address once.

    `terms` are the names that were asked for, and what was asked for beside them: engines take
    quotes for a hint, so what they found is looked at again here.
    """
    wanted, beside = apart(terms)
    found: dict[str, Finding] = {}
    authors: dict[str, Finding] = {}
    for hit, name in product(hits, wanted):
        finding = _finding(hit)
        if _about(name, beside, hit, finding):
            found.setdefault(finding.key, finding)
            authors.update((each.key, each) for each in _author(name, hit, finding))
    return (*found.values(), *(each for key, each in authors.items() if key not in found))


def findings_in(hits: Iterable[Hit]) -> tuple[Finding, ...]:
    """Return what the hits lead to, each address once, whoever they are about."""
    found = {finding.key: finding for finding in map(_finding, hits)}
    return tuple(found.values())


def _about(name: str, beside: Terms, hit: Hit, finding: Finding) -> bool:
    named = names(name, hit.title, hit.snippet, address=hit.url)
    return in_handle(name, finding.handle) or (named and _vouched(name, beside, hit))


def _author(name: str, hit: Hit, post: Finding) -> Iterator[Finding]:
    """Yield the account that a post was written by, if that bears the person's name.

    A title that does not tell the author's name tells too little to begin an account with.
    """
    author = None if post.account else author_of(hit.url, hit.title)
    if author is None or not author.name:
        return
    if in_handle(name, author.handle) or names(name, author.name):
        yield Finding(
            key=canonical_key(author.url),
            kind=Kind.ACCOUNT,
            url=author.url,
            account=author.account,
            title=hit.title,
            snippet=hit.snippet,
            name=author.name,
            handle=author.handle,
        )


def _vouched(name: str, contexts: Terms, hit: Hit) -> bool:
    """Say whether more than a family name speaks for a hit: a given name, or its company."""
    family = family_name(name)
    givens = [word for word in words(name) if word != family]
    if not givens:
        return True
    beside = {word for each in contexts for word in words(each) if len(word) >= SHORTEST_CONTEXT}
    wanted = {*(word for word in givens if len(word) > 1), *(beside - {family})}
    place = folded(unquote(hit.url))
    told = {*words(hit.title), *words(hit.snippet), *words(place)}
    return (
        bool(wanted & told)
        or any(word in place for word in wanted if len(word) >= SHORTEST_CONTEXT)
        or any(_initialled(family, givens, text) for text in (hit.title, hit.snippet))
    )


def _initialled(family: str, givens: list[str], text: str) -> bool:
    """Say whether an initial of a given name stands before the family name: `N. J. Quill`."""
    said, initials = words(text), {word[0] for word in givens}
    return any(
        initials & set(said[max(at - MOST_INITIALS, 0) : at])
        for at, word in enumerate(said)
        if word == family
    )


def _finding(hit: Hit) -> Finding:
    accounts = account_keys(hit.url)
    if not accounts:
        return Finding(
            key=canonical_key(hit.url),
            kind=Kind.PAGE,
            url=hit.url,
            title=hit.title,
            snippet=hit.snippet,
        )
    platform, _, account = accounts[0].partition(":")
    handle = account.removeprefix("@") if account.startswith("@") else ""
    told = told_of_account(hit.title, hit.snippet, platform, handle)
    return Finding(
        key=canonical_key(hit.url),
        kind=Kind.ACCOUNT,
        url=hit.url,
        account=accounts[0],
        account_aliases=accounts[1:],
        title=hit.title,
        snippet=hit.snippet,
        name=told.name,
        handle=handle,
    )
