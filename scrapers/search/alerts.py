"""Alert feeds: what Google Alerts found for someone, as a feed.

A feed's address is a secret: whoever has it can read the alerts. So it goes to its own service
alone, is no term of a query, and no redirect is followed from it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from scrapers.models import (
    District,
    Identity,
    Outcome,
    Page,
    ParseResult,
    Query,
    QueryKind,
    Request,
)
from scrapers.parsers.block_detection import build_unreadable_result, detect_refusal
from scrapers.parsers.json_feeds import is_xml_feed
from scrapers.parsers.json_fields import ShapeError
from scrapers.search_api import NOBODY_NAMED, split_district_result
from scrapers.search_queries import (
    HANDLE_MARK,
    MOST_GOOGLE_WORDS,
    PHRASE_MARK,
    QueryOperators,
    build_merged_terms,
    format_search_query,
)
from scrapers.search_results import build_person_traces, build_traces, parse_hits
from scrapers.source import (
    UNLIMITED_QUOTA,
    AccessMode,
    Canary,
    CrawlPolicy,
    RequestQuota,
    SourceFamily,
    SourceInfo,
    TermsOfService,
)

SOURCE_INFO = SourceInfo(
    title="Alert feeds",
    asks="the address of an alert feed that the person, or the district for its name, pasted here",
    discloses="to Google, that someone reads the feed; it knows its words already",
    sees="title, snippet and address of new pages that the alert service found",
    cannot_see="what was there before the alert was made, and all that the service leaves out",
    provenance="the specification of Atom (RFC 4287), and feeds that users of both show",
    terms=TermsOfService(url="https://www.google.com/alerts"),
)
# Others can be configured. Talkwalker's is left out: nobody could confirm that it still exists.
ALERT_ORIGINS = ("https://www.google.com",)
FEED_PATH = re.compile(r"/alerts/(?:feeds/\d{1,30}/\d{1,30}|rss/[A-Za-z0-9_-]{8,300})/?")
FEED_SHAPES = "its address begins with https://www.google.com/alerts/feeds/."
LONGEST_ADDRESS = 500
OK = 200
GONE = frozenset({404, 410})
FEED_IS_GONE = "feed-moved"
NO_FEED = "feed-is-page"
HAS_DOCTYPE = "feed-with-entities"
NOT_PARSED = "feed-unparsed"


def clean_feed_address(pasted: str, origins: Iterable[str] = ALERT_ORIGINS) -> str:
    """Return the address of an alert feed as it was pasted; empty where it is none."""
    address = pasted.strip()
    if len(address) > LONGEST_ADDRESS:
        return ""
    paths = (address.removeprefix(origin) for origin in origins if address.startswith(f"{origin}/"))
    return address if any(map(FEED_PATH.fullmatch, paths)) else ""


def build_feed_id(address: str) -> str:
    """Return a name for a feed that does not give its address away."""
    return sha256(address.encode()).hexdigest()[:8]


def build_alert_searches(identity: Identity) -> tuple[str, ...]:
    """Return what a person can make alerts for, best first, word for word, as Google bears it."""
    return tuple(
        format_search_query(terms, most_words=MOST_GOOGLE_WORDS)
        for terms in build_merged_terms(identity, QueryOperators.SITES)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFeedSource:
    """`district_feeds` are those of the district's own name; `feed_origins` are the services'."""

    district_feeds: tuple[str, ...] = ()
    feed_origins: tuple[str, ...] = ALERT_ORIGINS
    seconds_between: float = 2.0
    allow_private: tuple[str, ...] = ()
    quota: RequestQuota = UNLIMITED_QUOTA
    name: str = "alerts"
    platform: str = ""
    family: SourceFamily = SourceFamily.SEARCH
    version: int = 1
    info: SourceInfo = SOURCE_INFO

    @property
    def crawl_policy(self) -> CrawlPolicy:
        return CrawlPolicy(
            origins=self.feed_origins,
            access=AccessMode.API,
            seconds_between=self.seconds_between,
            allow_private=self.allow_private,
            quota=self.quota,
        )

    def build_queries(self, identity: Identity) -> Iterator[Query]:
        """Name the feed by its hash, then whom its entries may be about."""
        handles = (f"{HANDLE_MARK}{handle}" for handle in identity.own_handles)
        phrases = (f"{PHRASE_MARK}{phrase}" for phrase in identity.phrases)
        words = (*identity.names, *handles, *phrases)
        for address in identity.alert_feeds if words else ():
            yield self._build_query(address, words, identity.person_id, QueryKind.SEARCH)

    def build_district_queries(self, district: District) -> Iterator[Query]:
        for address in self.district_feeds:
            yield self._build_query(address, (district.name,), "", QueryKind.DISTRICT)

    def split_result_by_person(
        self, result: ParseResult, identities: Iterable[Identity]
    ) -> Iterator[tuple[Identity, ParseResult]]:
        return split_district_result(result, identities)

    def build_canaries(self, nonce: str) -> Iterable[Canary]:  # noqa: ARG002 - there are none
        """Yield none: no feed surely exists but those that people made, which prove themselves."""
        return ()

    def find_address_fault(self, result: ParseResult) -> str:
        return result.note if result.outcome is Outcome.UNREADABLE else ""

    def parse_response(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - as asked
        if page.status == OK and is_xml_feed(page):
            return replace(build_unreadable_result(NOT_PARSED), unparsed=True)
        if page.status in GONE:
            return build_unreadable_result(FEED_IS_GONE)
        return detect_refusal(page) or build_unreadable_result(NO_FEED)

    def parse_body(self, query: Query, page: Page) -> ParseResult:
        from scrapers.parsers.feeds import parse_feed_entries  # noqa: PLC0415 - in the child alone
        from scrapers.parsers.html import DoctypeError  # noqa: PLC0415 - likewise

        try:
            entries = parse_feed_entries(page.text)
        except DoctypeError:
            return build_unreadable_result(HAS_DOCTYPE)
        except ShapeError as error:
            return build_unreadable_result(str(error))
        hits = tuple(parse_hits(entries, "link", "title", "summary"))
        of_all = query.kind is QueryKind.DISTRICT
        words = (*query.terms[1:], "")
        traces = build_traces(hits) if of_all else build_person_traces(words, hits)
        if traces:
            return ParseResult(outcome=Outcome.FOUND, traces=traces)
        return ParseResult(outcome=Outcome.ABSENT, note=NOBODY_NAMED if hits else "")

    def _build_query(
        self, address: str, words: tuple[str, ...], subject: str, kind: QueryKind
    ) -> Query:
        accept = "application/atom+xml, application/rss+xml, application/xml"
        return Query(
            source=self.name,
            kind=kind,
            terms=(f"alert feed {build_feed_id(address)}", *words),
            request=Request(url=address, headers=(("accept", accept),), hops=0),
            subject=subject,
        )
