"""Questions to pages and feeds that a person or a search named, whichever source leads there."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from scrapers.canonical import canonical_key
from scrapers.outcome import Outcome
from scrapers.places import place_at
from scrapers.recipes.shape import web_address
from scrapers.request import Query, QueryKind, Request
from scrapers.source import Canary

PAGES = "pages"
FEEDS = "feeds"
# That a feed is gone proves nothing of the page whose feed it is.
KINDS = {PAGES: QueryKind.PROFILE, FEEDS: QueryKind.SEARCH}
ACCEPTED = {
    PAGES: "text/html, application/xhtml+xml",
    FEEDS: "application/atom+xml, application/rss+xml, application/feed+json, application/xml",
}
FEED_PATH = re.compile(
    r"/(?:feed|rss|atom)/?$|/feeds?/|\.(?:rss|atom|xml)$|/feed\.json$", re.IGNORECASE
)
FEED_QUERY = re.compile(r"\b(?:feed|format|alt)=(?:rss|atom|json)", re.IGNORECASE)


def may_be_read(address: str) -> bool:
    """Say whether an address is of the web, and of no platform whose terms forbid to read it."""
    if not web_address(address):
        return False
    place = place_at(urlsplit(canonical_key(address)).netloc)
    return place is None or not place.platform.closed


def is_feed(address: str) -> bool:
    """Say whether an address looks like a feed's."""
    seen = urlsplit(address)
    return FEED_PATH.search(seen.path) is not None or FEED_QUERY.search(seen.query) is not None


def page_questions(source: str, addresses: Iterable[str], subject: str) -> tuple[Query, ...]:
    """Return a question for each address that may be read, two spellings of one page once.

    `source` is PAGES or FEEDS.
    """
    asked: dict[str, str] = {}
    for address in addresses:
        if may_be_read(address):
            asked.setdefault(canonical_key(address), address.strip())
    return tuple(
        Query(
            source=source,
            kind=KINDS[source],
            terms=(key,),
            request=Request(url=address, headers=(("accept", ACCEPTED[source]),)),
            subject=subject,
        )
        for key, address in asked.items()
    )


def page_canaries(source: str, known: str, nobody: str) -> Iterator[Canary]:
    """Yield a page that its site does not have, at the path `nobody`, and one that is `known`."""
    site = "/".join(known.split("/")[:3])
    for address, expects in ((f"{site}/{nobody}", Outcome.ABSENT), (known, Outcome.FOUND)):
        for query in page_questions(source, (address,), ""):
            yield Canary(query=query, expects=expects)
