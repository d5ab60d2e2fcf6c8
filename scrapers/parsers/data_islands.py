"""Data islands: what a platform's page holds for its own scripts and shows only in a browser.

Which platforms, and where in their data, is written in the facts.
"""

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from scrapers.facts.fact import DatedFact, load_facts
from scrapers.parsers.json_fields import MOST_ROWS, PageProfile, clean_text
from scrapers.urls.canonical import get_bare_host

# Between the mark and the data stands the rest of a tag, or an equals sign.
_OPENING = re.compile(r"[^{\[]{0,200}([{\[])")


class Island(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the facts about islands.

    `start` is what stands before the data, `profile` the ways to whom the page shows. The others
    are ways from there, the first that leads to a text counts. Steps of a way are keys, numbers in
    a list, `*` for all that is in one or in an object, and `key=value` for those in a list that
    say so. Data of an account
    that the page's own address does not name in one of `whose` is somebody else's.
    """

    hosts: tuple[str, ...]
    start: str
    profile: tuple[str, ...]
    whose: tuple[str, ...]
    name: tuple[str, ...] = ()
    bio: tuple[str, ...] = ()
    picture: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


ISLANDS = load_facts("islands", Island)
ISLANDS_BY_HOST = {host: island for island in ISLANDS.values() for host in island.hosts}


def extract_island_profile(url: str, text: str) -> PageProfile:
    """Read what the page at `url` holds of its account; nothing where it is not as we know it."""
    seen = urlsplit(url)
    island = ISLANDS_BY_HOST.get(get_bare_host(url))
    at = text.find(island.start) if island else -1
    match = _OPENING.match(text, at + len(island.start)) if island and at >= 0 else None
    if island is None or match is None:
        return PageProfile()
    try:
        data = json.JSONDecoder().raw_decode(text, match.start(1))[0]
    except (ValueError, RecursionError):
        return PageProfile()
    parts = {_fold_handle(part) for part in unquote(seen.path).split("/")} - {""}
    for profile in (found for way in island.profile for found in _follow(data, way)):
        own = {
            _fold_handle(named.rstrip("/").rpartition("/")[2])
            for named in _read(profile, island.whose)
        }
        if own & parts:
            return PageProfile(
                name=next(_read(profile, island.name), ""),
                bio=next(_read(profile, island.bio), ""),
                picture=next(_read(profile, island.picture), ""),
                links=tuple(_read(profile, island.links)),
            )
    return PageProfile()


def _read(profile: object, ways: tuple[str, ...]) -> Iterator[str]:
    for way in ways:
        for value in _follow(profile, way):
            if isinstance(value, str) and value.strip():
                yield clean_text(value)


def _follow(data: object, way: str) -> Iterator[object]:
    level = [data]
    for step in way.split("."):
        level = [inner for value in level[:MOST_ROWS] for inner in _take_step(value, step)]
    yield from level


def _take_step(value: object, step: str) -> Iterator[object]:
    key, is_choice, wanted = step.partition("=")
    if isinstance(value, dict) and step == "*":
        yield from value.values()
    elif isinstance(value, dict) and key in value:
        yield value[key]
    elif isinstance(value, list) and key.isdecimal():
        yield from value[int(key) : int(key) + 1]
    elif isinstance(value, list) and (step == "*" or is_choice):
        yield from (
            entry
            for entry in value
            if step == "*" or (isinstance(entry, dict) and entry.get(key) == wanted)
        )


def _fold_handle(handle: str) -> str:
    return handle.removeprefix("@").casefold()
