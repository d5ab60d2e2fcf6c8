"""What a search engine's title tells of an account on one of the large platforms.

The platforms themselves are not read; engines show how they title their pages:
`Jane Doe (@jdoe) • Instagram photos and videos`, `Jane Doe - Teacher - Wareham | LinkedIn`.
"""

import re
from dataclasses import dataclass

from scrapers.platforms import SPOKEN_NAMES
from scrapers.recipes.titles import SEPARATOR, name_in_title, without_site

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
