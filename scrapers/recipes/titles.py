"""Titles of profile pages: `Jane Doe (@jdoe) • Instagram photos and videos` and the like."""

import re

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
