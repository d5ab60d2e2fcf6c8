"""What an answer proves of the page that was asked for, before anybody reads its words.

Questions to pages and feeds that a person or a search named, whichever source leads there.
Feeds: who publishes them, and where that is at home. JSON feeds are read here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapers.models import Finding, Kind, Outcome, Page, Query, QueryKind, Reading, Request
from scrapers.parsers.block_detection import refusal, unreadable
from scrapers.parsers.json_fields import ShapeError, lacks, optional_text, record, rows, web_address
from scrapers.parsers.text import ASKED_NOT_TO, Wish, wishes_of_header
from scrapers.source import Canary
from scrapers.urls.canonical import account_keys, canonical_key
from scrapers.urls.platforms import Place, place_at

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


GONE = frozenset({404, 410})
OK = 200
CLOSED = "it leads to a site whose terms forbid robots to read it"
# They lead elsewhere by trade, so what they lead to is the page that was meant.
SHORTENERS = frozenset(
    {
        *("bit.ly", "buff.ly", "cutt.ly", "fb.me", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy"),
        *("shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "wp.me"),
    }
)
NO_PAGE = re.compile(r"/(?:404|error|missing|not-?found|unavailable)\b", re.IGNORECASE)


def not_there(query: Query, page: Page) -> Reading | None:
    """Return what the bytes of an answer prove, None where its words have to be read."""
    refused = refusal(page)
    if refused is not None:
        return refused
    if page.status in GONE:
        return Reading(outcome=Outcome.ABSENT)
    if Wish.UNLISTED in wishes_of_header(page):
        return Reading(outcome=Outcome.DECLINED, note=ASKED_NOT_TO)
    if not may_be_read(page.url):
        return Reading(outcome=Outcome.DECLINED, note=CLOSED)
    note = _no_page(page) or _led_away(query.request.url, page.url)
    return unreadable(note) if note else None


def named_page(query: Query, page: Page, home: str = "") -> Finding:
    """Return what is known of a page by its address; `home` is the one it says it has.

    What a page says of its own address counts only where the platform itself says it: else
    somebody could claim to be the page of another.
    """
    asked, ended = query.request.url, page.url
    shown = ended if _host(asked) in SHORTENERS else asked
    accounts = dict.fromkeys((*account_keys(shown), *account_keys(ended)))
    if home and _told_by_platform(shown, home):
        accounts |= dict.fromkeys(account_keys(home))
    account, *others = sorted(accounts, key=lambda each: ":@" in each) or [""]
    return Finding(
        key=canonical_key(shown),
        kind=Kind.ACCOUNT if account else Kind.PAGE,
        url=shown,
        account=account,
        account_aliases=tuple(others),
        handle=next((each.partition(":@")[2] for each in accounts if ":@" in each), ""),
    )


def names_its_site(asked: str, title: str, site: str) -> bool:
    """Say whether a page within a site has no title but the site's: "not found" looks like that."""
    seen = urlsplit(canonical_key(asked))
    labels = {_squashed(each) for each in (*(seen.hostname or "").split("."), site) if each}
    return seen.path != "/" and _squashed(title) in labels


def _no_page(page: Page) -> str:
    if page.status != OK:
        return f"it did not answer with a page (status {page.status})"
    return "" if page.body.strip() else "it sent an empty page"


def _led_away(asked: str, ended: str) -> str:
    """Return why a redirect to another page proves nothing, empty where it may lead to the same."""
    if canonical_key(asked) == canonical_key(ended) or _host(asked) in SHORTENERS:
        return ""
    if not _same_site(asked, ended):
        return "it leads to another site"
    before, after = urlsplit(asked).path.rstrip("/"), urlsplit(ended).path.rstrip("/")
    if before != after and f"{before}/".startswith(f"{after}/"):
        return "it leads up to a page above the one we asked for"
    if NO_PAGE.search(after):
        return "it leads to a page for what is not there"
    return _led_to_another(account_keys(asked), account_keys(ended))


def _led_to_another(asked: tuple[str, ...], ended: tuple[str, ...]) -> str:
    """Let an account's address lead from its id to its handle, but not to another handle."""
    if not asked or set(asked) & set(ended):
        return ""
    if not ended:
        return "it leads away from the account that we asked for"
    handles = all(":@" in each for each in (*asked, *ended))
    return "it leads to another account than the one we asked for" if handles else ""


def _told_by_platform(shown: str, home: str) -> bool:
    here, there = _place(shown), _place(home)
    if here is None or there is None or here.own or there.own:
        return False
    return here.platform is there.platform


def _same_site(asked: str, ended: str) -> bool:
    one, other = _host(canonical_key(asked)), _host(canonical_key(ended))
    if one == other:
        return True
    if any(place is not None and place.own for place in (_place(asked), _place(ended))):
        return False
    return one.endswith(f".{other}") or other.endswith(f".{one}")


def same_host(one: str, other: str) -> bool:
    return _host(canonical_key(one)) == _host(canonical_key(other))


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _place(address: str) -> Place | None:
    return place_at(_host(canonical_key(address)))


def _host(address: str) -> str:
    return re.sub(r"^www\.", "", (urlsplit(address).hostname or "").lower())


# Where the root of a feed begins; before it stand a declaration and maybe a remark.
ROOT = re.compile(rb"<(?:\w{1,20}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
REACH = 4096
JSON_FEED = "https://jsonfeed.org/version/"
MOST_ENTRIES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """`site` is the page whose feed it is. `author` is empty where several people write."""

    title: str
    author: str = ""
    description: str = ""
    site: str = ""
    picture: str = ""
    wishes: frozenset[Wish] = frozenset()


def begins_a_feed(page: Page) -> bool:
    """Say by the first bytes whether this is a feed in XML, whatever type it is sent with."""
    return ROOT.search(page.bytes[:REACH]) is not None


def feed_in_json(answer: object) -> Feed:
    """Raise ShapeError where it is no JSON feed."""
    told = record(answer, "a feed")
    if not optional_text(told, "version").startswith(JSON_FEED):
        lacks("the version of a feed")
    title = optional_text(told, "title")
    if not title:
        lacks("the title of a feed")
    return Feed(
        title=title,
        author=sole(_json_authors(told)),
        description=optional_text(told, "description"),
        site=optional_text(told, "home_page_url"),
        picture=optional_text(told, "icon"),
    )


def sole(names: Iterable[str]) -> str:
    """Return the name of somebody who writes alone."""
    known = {each.casefold(): each for each in names}
    return next(iter(known.values())) if len(known) == 1 else ""


def _json_authors(told: Mapping[str, object]) -> Iterator[str]:
    """Yield the feed's authors, or else those of its items; version 1.0 knew only one each."""
    own = list(_authors_of(told))
    if own or "items" not in told:
        yield from own
        return
    for item in rows(told, "items")[:MOST_ENTRIES]:
        yield from _authors_of(record(item, "items"))


def _authors_of(holder: Mapping[str, object]) -> Iterator[str]:
    several = rows(holder, "authors") if holder.get("authors") is not None else ()
    for each in (*several, holder.get("author")):
        if each is not None:
            try:
                name = optional_text(record(each, "authors"), "name")
            except ShapeError:
                continue
            if name:
                yield name
