"""What an answer proves of the page that was asked for, before anyone reads its words.

Queries to pages and feeds that a person or a search named, whichever source leads there.
Feeds: who publishes them, and where that is at home. JSON feeds are read here.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from scrapers.models import Outcome, Page, ParseResult, Query, QueryKind, Request, Trace, TraceKind
from scrapers.parsers.block_detection import build_unreadable_result, detect_refusal
from scrapers.parsers.json_fields import clean_web_address
from scrapers.parsers.robots_directives import ROBOTS_DECLINED, RobotsDirective, parse_robots_header
from scrapers.source import Canary
from scrapers.urls.canonical import canonicalize_url, extract_account_keys
from scrapers.urls.platforms import PlatformPlace, find_platform_place

PAGES_SOURCE = "pages"
FEEDS_SOURCE = "feeds"
# That a feed is gone proves nothing of the page whose feed it is.
QUERY_KINDS = {PAGES_SOURCE: QueryKind.PROFILE, FEEDS_SOURCE: QueryKind.SEARCH}
ACCEPT_HEADERS = {
    PAGES_SOURCE: "text/html, application/xhtml+xml",
    FEEDS_SOURCE: (
        "application/atom+xml, application/rss+xml, application/feed+json, application/xml"
    ),
}
FEED_PATH = re.compile(
    r"/(?:feed|rss|atom)/?$|/feeds?/|\.(?:rss|atom|xml)$|/feed\.json$", re.IGNORECASE
)
FEED_QUERY = re.compile(r"\b(?:feed|format|alt)=(?:rss|atom|json)", re.IGNORECASE)


def is_readable_address(address: str) -> bool:
    """Say whether an address is of the web, and of no platform whose terms forbid to read it."""
    if not clean_web_address(address):
        return False
    place = find_platform_place(urlsplit(canonicalize_url(address)).netloc)
    return place is None or not place.platform.closed


def is_feed_address(address: str) -> bool:
    """Say whether an address looks like a feed's."""
    seen = urlsplit(address)
    return FEED_PATH.search(seen.path) is not None or FEED_QUERY.search(seen.query) is not None


def build_page_queries(source: str, addresses: Iterable[str], subject: str) -> tuple[Query, ...]:
    """Return a query for each address that may be read, two spellings of one page once.

    `source` is PAGES_SOURCE or FEEDS_SOURCE.
    """
    asked: dict[str, str] = {}
    for address in addresses:
        if is_readable_address(address):
            asked.setdefault(canonicalize_url(address), address.strip())
    return tuple(
        Query(
            source=source,
            kind=QUERY_KINDS[source],
            terms=(key,),
            request=Request(url=address, headers=(("accept", ACCEPT_HEADERS[source]),)),
            subject=subject,
        )
        for key, address in asked.items()
    )


def build_page_canaries(source: str, known: str, nobody: str) -> Iterator[Canary]:
    """Yield a page that its site does not have, at the path `nobody`, and one that is `known`."""
    site = "/".join(known.split("/")[:3])
    for address, expects in ((f"{site}/{nobody}", Outcome.ABSENT), (known, Outcome.FOUND)):
        for query in build_page_queries(source, (address,), ""):
            yield Canary(query=query, expects=expects)


GONE = frozenset({404, 410})
OK = 200
# They lead elsewhere by trade, so what they lead to is the page that was meant.
SHORTENERS = frozenset(
    {
        *("bit.ly", "buff.ly", "cutt.ly", "fb.me", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy"),
        *("shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "wp.me"),
    }
)
MISSING_PAGE_PATH = re.compile(r"/(?:404|error|missing|not-?found|unavailable)\b", re.IGNORECASE)


def check_page_response(query: Query, page: Page) -> ParseResult | None:
    """Return what the bytes of an answer prove, None where its words have to be read."""
    refused = detect_refusal(page)
    if refused is not None:
        return refused
    if page.status in GONE:
        return ParseResult(outcome=Outcome.ABSENT)
    if RobotsDirective.UNLISTED in parse_robots_header(page):
        return ParseResult(outcome=Outcome.DECLINED, note=ROBOTS_DECLINED)
    if not is_readable_address(page.url):
        return ParseResult(outcome=Outcome.DECLINED, note="leads-to-closed-platform")
    note = _describe_missing_page(page) or _describe_redirect_away(query.request.url, page.url)
    return build_unreadable_result(note) if note else None


def build_page_trace(query: Query, page: Page, home: str = "") -> Trace:
    """Return what is known of a page by its address; `home` is the one it says it has.

    What a page says of its own address counts only where the platform itself says it: else
    someone could claim to be the page of another.
    """
    asked, ended = query.request.url, page.url
    shown = ended if _extract_host(asked) in SHORTENERS else asked
    accounts = dict.fromkeys((*extract_account_keys(shown), *extract_account_keys(ended)))
    if home and _is_on_same_platform(shown, home):
        accounts |= dict.fromkeys(extract_account_keys(home))
    account, *others = sorted(accounts, key=lambda account_key: ":@" in account_key) or [""]
    return Trace(
        key=canonicalize_url(shown),
        kind=TraceKind.ACCOUNT if account else TraceKind.PAGE,
        url=shown,
        account=account,
        account_aliases=tuple(others),
        handle=next(
            (account_key.partition(":@")[2] for account_key in accounts if ":@" in account_key), ""
        ),
    )


def has_only_site_title(asked: str, title: str, site: str) -> bool:
    """Say whether a page within a site has no title but the site's: "not found" looks like that."""
    seen = urlsplit(canonicalize_url(asked))
    labels = {_squash_text(part) for part in (*(seen.hostname or "").split("."), site) if part}
    return seen.path != "/" and _squash_text(title) in labels


def _describe_missing_page(page: Page) -> str:
    if page.status != OK:
        return f"no-page:{page.status}"
    return "" if page.body.strip() else "page-empty"


def _describe_redirect_away(asked_url: str, final_url: str) -> str:
    """Return why a redirect to another page proves nothing, empty where it may lead to the same."""
    if (
        canonicalize_url(asked_url) == canonicalize_url(final_url)
        or _extract_host(asked_url) in SHORTENERS
    ):
        return ""
    if not _is_same_site(asked_url, final_url):
        return "leads-to-site"
    before, after = urlsplit(asked_url).path.rstrip("/"), urlsplit(final_url).path.rstrip("/")
    if before != after and f"{before}/".startswith(f"{after}/"):
        return "leads-up"
    if MISSING_PAGE_PATH.search(after):
        return "leads-to-missing"
    return _describe_other_account(extract_account_keys(asked_url), extract_account_keys(final_url))


def _describe_other_account(asked_keys: tuple[str, ...], final_keys: tuple[str, ...]) -> str:
    """Let an account's address lead from its id to its handle, but not to another handle."""
    if not asked_keys or set(asked_keys) & set(final_keys):
        return ""
    if not final_keys:
        return "leads-away"
    handles = all(":@" in asked_key for asked_key in (*asked_keys, *final_keys))
    return "leads-to-account" if handles else ""


def _is_on_same_platform(shown: str, home: str) -> bool:
    here, there = _locate_address(shown), _locate_address(home)
    if here is None or there is None or here.has_own_host or there.has_own_host:
        return False
    return here.platform is there.platform


def _is_same_site(asked_url: str, final_url: str) -> bool:
    one, other = (
        _extract_host(canonicalize_url(asked_url)),
        _extract_host(canonicalize_url(final_url)),
    )
    if one == other:
        return True
    if any(
        place is not None and place.has_own_host
        for place in (_locate_address(asked_url), _locate_address(final_url))
    ):
        return False
    return one.endswith(f".{other}") or other.endswith(f".{one}")


def is_same_host(one: str, other: str) -> bool:
    return _extract_host(canonicalize_url(one)) == _extract_host(canonicalize_url(other))


def _squash_text(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _locate_address(address: str) -> PlatformPlace | None:
    return find_platform_place(_extract_host(canonicalize_url(address)))


def _extract_host(address: str) -> str:
    return re.sub(r"^www\.", "", (urlsplit(address).hostname or "").lower())
