"""Hits of search engines: what they lead to, whether they name the person, what they become."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scrapers.canonical import account_keys, canonical_key
from scrapers.finding import Finding, Kind
from scrapers.platforms import SPOKEN_NAMES
from scrapers.recipes.titles import name_in_title
from scrapers.recipes.words import in_handle, names

# Their titles go on after the name: `Jane Doe - Teacher - Wareham | LinkedIn`.
TALKATIVE = frozenset({"facebook", "linkedin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """`url` is where the hit leads, without the engine's redirector."""

    url: str
    title: str
    snippet: str


def findings_about(name: str, hits: Iterable[Hit]) -> tuple[Finding, ...]:
    """Return the hits that name the person, each address once."""
    found = {each.key: each for each in _named(name, hits)}
    return tuple(found.values())


def _named(name: str, hits: Iterable[Hit]) -> Iterator[Finding]:
    for hit in hits:
        finding = _finding(hit)
        if names(name, hit.title, hit.snippet, address=hit.url) or in_handle(name, finding.handle):
            yield finding


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
    return Finding(
        key=canonical_key(hit.url),
        kind=Kind.ACCOUNT,
        url=hit.url,
        account=accounts[0],
        account_aliases=accounts[1:],
        title=hit.title,
        snippet=hit.snippet,
        name=_name(hit.title, platform, handle),
        handle=handle,
    )


def _name(title: str, platform: str, handle: str) -> str:
    sites = (platform, *(spoken for spoken, name in SPOKEN_NAMES.items() if name == platform))
    name = name_in_title(title, handle=handle, sites=sites)
    return name.split(" - ")[0].strip() if platform in TALKATIVE else name
