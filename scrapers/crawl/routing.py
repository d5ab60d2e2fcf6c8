"""Where a query goes next: to which queue of hosts, and how that is to be treated.

What a query asks next is its page, or first what robots.txt says of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock

from scrapers.crawl.robots import RobotsCache, RobotsRecord
from scrapers.http.errors import FailureReason, build_refusal_error, build_unreadable_error
from scrapers.http.ssrf_guard import RequestTarget, match_origin
from scrapers.models import MOST_HOPS, CrawlResult, Outcome, ParsedPage, ParseResult, Query, Request
from scrapers.source import AccessMode, CrawlPolicy, Source

# Hostile or broken sources offer a next page for ever, or queries that lead to queries.
MOST_FOLLOW_PAGES = 50
MOST_FOLLOW_QUERIES = 50
DEEPEST = 3


@dataclass(slots=True, kw_only=True)
class CrawlQuery:
    """`depth` counts the queries that led to this one; `result` joins the pages so far.

    `pages` are still to be asked: hundreds of thousands of these wait at once, so it is a list,
    which is a tenth of the size of an empty deque. `hops` are the redirects to the current page,
    `redirect` where the last of them leads, `postponed_count` how often the host asked us to come
    back later. `kept_pages` are the pages to store.

    The rest is for another process that goes on with it. `robots` is where its origin's robots.txt
    lies, where redirects have led on from its usual place, and how many did; `rules` are what it
    said, for a host of which nothing is remembered elsewhere.
    """

    query: Query
    depth: int = 0
    asked_count: int = 0
    hops: int = 0
    redirect: Request | None = None
    postponed_count: int = 0
    result: ParseResult | None = None
    kept_pages: tuple[ParsedPage, ...] = ()
    pages: list[Query] = field(default_factory=list)
    robots: tuple[Request, int] | None = None
    rules: RobotsRecord | None = None
    handovers: int = 0

    def __post_init__(self) -> None:
        if not self.asked_count and not self.pages:
            self.pages = [self.query]

    @property
    def has_begun(self) -> bool:
        return self.asked_count > 0 or self.hops > 0

    @property
    def request(self) -> Request:
        return self.redirect or self.pages[0].request

    def follow_redirect(self, redirect_request: Request) -> None:
        """Ask on where a redirect leads; raise FetchError where there are too many."""
        if self.hops >= min(self.pages[0].request.hops, MOST_HOPS):
            raise build_unreadable_error(FailureReason.HOPS)
        self.hops += 1
        self.redirect = redirect_request

    @property
    def is_answered(self) -> bool:
        return not self.pages

    def add_result(self, result: ParseResult) -> tuple["CrawlQuery", ...]:
        """Take the result of the current page; return the new queries that it asks."""
        del self.pages[0]
        self.asked_count += 1
        self.hops, self.redirect = 0, None
        onward = self.build_followups(result.follow)
        # What it leads to stays with the reading: anyone who keeps that can go on after a crash.
        page_result = result
        if result.follow:
            page_result = replace(result, follow=tuple(query.query for query in onward))
        self.result = (
            page_result if self.result is None else self.result.merge_next_page(page_result)
        )
        self.pages.extend(query for query in result.follow if query.key == self.query.key)
        if self.pages and self.asked_count > MOST_FOLLOW_PAGES:
            self.pages.clear()
            self.result = self.result.merge_next_page(
                ParseResult(outcome=Outcome.PARTIAL, note=FailureReason.MANY_PAGES.value)
            )
        return onward

    def conclude(self, result: ParseResult, at: datetime, *, shared: bool = False) -> CrawlResult:
        """End here, with a result that is none of its pages'."""
        joined = result if self.result is None else self.result.merge_next_page(result)
        return CrawlResult(query=self.query, result=joined, at=at, shared=shared)

    def build_followups(self, follow: tuple[Query, ...]) -> tuple["CrawlQuery", ...]:
        if self.depth >= DEEPEST:
            return ()
        others = [query for query in follow if query.key != self.query.key]
        return tuple(
            CrawlQuery(query=other, depth=self.depth + 1) for other in others[:MOST_FOLLOW_QUERIES]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HostManners:
    """How the hosts of a queue are to be treated; subdomains of one site share one, `*.site`.

    `pause` are the seconds between two requests, the most that any source wants; `owners` are the
    sources that declare the hosts, and `is_api` tells whether one of these asks an API.
    """

    host: str
    pause: float
    owners: tuple[str, ...] = ()
    is_api: bool = False

    def join(self, other: "HostManners") -> "HostManners":
        return HostManners(
            host=self.host,
            pause=max(self.pause, other.pause),
            owners=tuple(sorted({*self.owners, *other.owners})),
            is_api=self.is_api or other.is_api,
        )


def list_manners(sources: Iterable[Source]) -> list[HostManners]:
    """Return what sources declare of their hosts."""
    return [
        HostManners(
            host=origin.casefold().partition("://")[2].partition(":")[0],
            pause=source.crawl_policy.seconds_between,
            owners=(source.name,),
            is_api=source.crawl_policy.access is AccessMode.API,
        )
        for source in sources
        for origin in source.crawl_policy.origins
    ]


class HostDirectory:
    """The queues of hosts that sources have declared; it only grows."""

    def __init__(self, manners: Iterable[HostManners] = ()) -> None:
        self._lock = RLock()
        self._manners: dict[str, HostManners] = {}
        self._sites: tuple[str, ...] = ()
        self.add_manners(manners)

    def add_manners(self, manners: Iterable[HostManners]) -> None:
        """Take in what is declared; others may read meanwhile."""
        with self._lock:
            joined = dict(self._manners)
            for manner in manners:
                if manner.owners:
                    known = joined.get(manner.host)
                    joined[manner.host] = known.join(manner) if known else manner
            self._manners = joined
            sites = (host for host in joined if host.startswith("*."))
            self._sites = tuple(sorted(sites, key=len, reverse=True))

    def find_manners(self, queue: str) -> HostManners | None:
        return self._manners.get(queue)

    def is_declared(self, queue: str) -> bool:
        return queue in self._manners

    def get_queue_name(self, host: str) -> str:
        """Name a host's queue, no matter who asks or is led there."""
        bare = host.rstrip(".")
        return next((site for site in self._sites if bare.endswith(site[1:])), bare)

    def get_pause(self, queue: str, otherwise: float) -> float:
        """Return the seconds between two requests; `otherwise` where no source knows the host."""
        known = self._manners.get(queue)
        return known.pause if known else otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRequest:
    """`target` is the page that is wanted; `request` asks for it, or for the file that rules it."""

    target: RequestTarget
    request: Request
    host: str
    asks_robots: bool


@dataclass(frozen=True, slots=True)
class CrawlRouter:
    """What all queries of a tenant share: the queues of the hosts, and their robots.txt files.

    `own` are the queues that its own sources declare: only there is one of them an owner.
    """

    own: HostDirectory
    robots: RobotsCache
    directory: HostDirectory

    def plan_next_request(
        self, crawl_query: CrawlQuery, policy: CrawlPolicy, now: datetime
    ) -> NextRequest:
        """Raise FetchError where the query's address may not be asked by its source."""
        page = crawl_query.request
        target = RequestTarget.from_url(page.url)
        if not page.led and match_origin(target, policy.origins) is None:
            raise build_refusal_error(FailureReason.NOT_ITS_OWN)
        file = (
            self.robots.build_robots_request(target, now)
            if policy.access is AccessMode.PAGE
            else None
        )
        asked = target if file is None else RequestTarget.from_url(file.url)
        return NextRequest(
            target=target,
            request=file or page,
            host=self.directory.get_queue_name(asked.host),
            asks_robots=file is not None,
        )

    def get_origin_queue(self, crawl_query: CrawlQuery) -> str:
        """Return the queue of the page that was asked for, wherever redirects led from there."""
        return self.directory.get_queue_name(
            RequestTarget.from_url(crawl_query.pages[0].request.url).host
        )

    def is_guest(self, crawl_query: CrawlQuery, queue: str) -> bool:
        """Tell whether what a query meets in a queue says nothing of the hosts there.

        Anyone can redirect their page to another host's refusal, and anyone can name an API's
        address as a page. An API answers for itself to its own source's queries only.
        """
        own = self.own.find_manners(queue)
        if own is not None and crawl_query.pages[0].source in own.owners:
            return False
        if crawl_query.redirect is not None and self.get_origin_queue(crawl_query) != queue:
            return True
        known = self.directory.find_manners(queue)
        return known is not None and known.is_api
