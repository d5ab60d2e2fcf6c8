"""Hits of search engines: what they lead to, whether they name the person, what they become."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import product
from urllib.parse import unquote

from scrapers.canonical import account_keys, canonical_key
from scrapers.finding import Finding, Kind
from scrapers.recipes.authors import author_of
from scrapers.recipes.result_titles import told_of_account
from scrapers.recipes.search_terms import Terms, apart
from scrapers.recipes.shape import lacks, optional_text, record, tidy, web_address
from scrapers.recipes.words import family_name, folded, in_handle, names, words
from scrapers.redirector import advert, unwrapped

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
