"""Records the shape of each exchange of a first contact; its words stay in memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import parse_qsl, urlsplit

from monitor.domain.first_contact import AnswerShape, ProbeReport, RedirectChain, judge_probe
from scrapers.crawl.crawl_worker import parse_page
from scrapers.crawl.frontier import Exchange
from scrapers.http.client import Redirect
from scrapers.models import CrawlResult, Outcome, Page, ParseResult, Query, QueryKind
from scrapers.parsers.answer_skeleton import Mask, Skeleton, WatchedPage, build_skeleton
from scrapers.parsers.presence import list_shown_marks
from scrapers.parsers.text import LARGEST_DOCUMENT, is_markup
from scrapers.probes import MOST_PAGES, Probe, list_onward_probes
from scrapers.sandbox.client import (
    PAGE_CPU_SECONDS,
    ParserLostError,
    ParserStartError,
    SandboxParser,
)
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import AccessMode, Source

SKELETONS = frozenset({"scrapers.parsers.answer_skeleton", "scrapers.parsers.markup_skeleton"})
# A reader looks for a person's account only where it is told of one.
NOBODY = "first-contact"
# Numbers that tell how often one may ask; a longer one might be someone's.
LONGEST_NUMBER, LONGEST_STATUS = 7, 3
TOLD_HEADERS = frozenset(
    {"retry-after", "server", "allow", "vary", "content-encoding", "x-backoff"}
)
TOLD_PREFIXES = ("x-ratelimit-", "ratelimit", "x-rate-limit-", "x-app-rate-limit-", "cf-")
TOLD_FIELDS = ("handle", "name", "bio", "location", "picture", "created_at", "links", "counts")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardAnswer:
    """An answer as it came. `reading` is what our reader made of it as of somebody's account.

    `leads_on` says that there is a next page, which was to be asked for.
    """

    query: Query
    page: Page | None
    result: ParseResult
    reading: ParseResult
    hops: tuple[str, ...]
    seconds: float
    unread: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    leads_on: bool = False


@dataclass(slots=True)
class ContactRecorder:
    """One for each first contact; `inspect` is called on the thread that asks.

    `probes` has those that were planned, by the key of their query, and gets those that follow.
    """

    sources: Mapping[str, Source]
    parser: SandboxParser
    probes: dict[str, Probe]
    _hops: dict[str, list[Exchange]] = field(default_factory=lambda: defaultdict(list))
    _heard: dict[str, list[HeardAnswer]] = field(default_factory=lambda: defaultdict(list))

    def inspect(self, exchange: Exchange) -> ParseResult | None:
        """Remember an exchange, and lead on to the probes that it makes possible, and no others."""
        key = exchange.query.key
        if exchange.result is None:
            self._hops[key].append(exchange)
            return None
        page = exchange.answer if isinstance(exchange.answer, Page) else None
        further = tuple(
            query
            for query in exchange.result.follow
            if query.key == key and query.page <= MOST_PAGES
        )
        heard = replace(self._listen(exchange, exchange.result, page), leads_on=bool(further))
        self._heard[key].append(heard)
        result = exchange.result
        if self.probes[key].expects is Outcome.UNREADABLE and result.outcome is Outcome.BLOCKED:
            # A broken request was refused, and not we: the host is not to be left alone for it.
            result = replace(result, outcome=Outcome.UNREADABLE)
        return replace(result, follow=(*further, *self._list_onward_queries(heard)))

    def list_reports(self, visit: CrawlResult) -> Iterator[ProbeReport]:
        """Yield what each page of a query came to; its answers are forgotten."""
        probe, heard = self.probes[visit.query.key], self._heard.pop(visit.query.key, [])
        for answer in heard:
            yield self._build_report(probe, answer.query, answer.result, answer)
        if not heard or heard[-1].leads_on:
            unasked = replace(visit.query, page=len(heard) + 1)
            result = replace(visit.result, outcome=Outcome.SKIPPED) if heard else visit.result
            yield self._build_report(probe, unasked, result)

    def _listen(self, exchange: Exchange, result: ParseResult, page: Page | None) -> HeardAnswer:
        query, source = exchange.query, self.sources[exchange.query.source]
        hops = self._hops.pop(query.key, [])
        heard = HeardAnswer(
            query=query,
            page=page,
            result=result,
            reading=result,
            hops=_list_addresses(hops),
            seconds=exchange.seconds + sum(hop.seconds for hop in hops),
        )
        if page is None or query.kind is QueryKind.PICTURE:
            return heard
        watched = WatchedPage.from_page(page)
        about = replace(query, subject=NOBODY)
        reading = parse_page(source, about, watched, self.parser)
        return replace(
            heard,
            reading=reading,
            unread=tuple(watched.reads.list_unread()),
            missing=tuple(watched.reads.list_missing()),
        )

    def _list_onward_queries(self, heard: HeardAnswer) -> Iterator[Query]:
        probe = self.probes[heard.query.key]
        if probe.expects is not Outcome.FOUND or not heard.reading.traces:
            return
        for onward in list_onward_probes(probe, heard.reading.traces[0]):
            self.probes[onward.query.key] = onward
            yield onward.query

    def _build_report(
        self, probe: Probe, query: Query, result: ParseResult, heard: HeardAnswer | None = None
    ) -> ProbeReport:
        status = heard.page.status if heard is not None and heard.page is not None else 0
        mask = Mask.from_query(query, status)
        source = self.sources[query.source]
        shape = None
        # Where nothing was heard, the last redirect may have led where nobody answers.
        led = heard.hops if heard is not None else _list_addresses(self._hops.pop(query.key, []))
        redirects = _describe_redirects(query, led, mask)
        if heard is not None and heard.page is not None:
            shape = self._build_shape(source, heard, heard.page, mask)
        is_page = source.crawl_policy.access is AccessMode.PAGE
        verdict = judge_probe(probe.expects, result, shape, redirects)
        # A note of ours; its detail is a status, or may be a word of the answer.
        name, mark, detail = result.note.partition(":")
        is_status = detail.isascii() and detail.isdigit() and len(detail) <= LONGEST_STATUS
        return ProbeReport(
            method=probe.method,
            expects=probe.expects,
            page=query.page,
            request=describe_request(query, mask),
            robots=_name_robots_verdict(result, is_page=is_page),
            verdict=verdict,
            outcome=result.outcome,
            note=f"{name}{mark}{detail if is_status else Mask().spell(detail)}",
            redirects=redirects,
            answer=shape,
            fields=tuple(_list_fields(heard.reading)) if heard else (),
        )

    def _build_shape(
        self, source: Source, heard: HeardAnswer, page: Page, mask: Mask
    ) -> AnswerShape:
        content_type = page.headers.get("content-type", "").partition(";")[0].strip()
        is_picture = heard.query.kind is QueryKind.PICTURE
        skeleton = Skeleton(kind="picture") if is_picture else self._describe(page, mask)
        is_api = source.crawl_policy.access is AccessMode.API
        # The headers that say how often one may ask, and who stands in between.
        told = {
            name: value
            for name, value in page.headers.items()
            if name in TOLD_HEADERS or name.startswith(TOLD_PREFIXES)
        }
        return AnswerShape(
            status=page.status,
            seconds=round(heard.seconds, 1),
            size=len(page.body),
            content_type=mask.spell(content_type),
            kind=skeleton.kind,
            headers={
                mask.spell(name): _describe_header(value, mask) for name, value in told.items()
            },
            is_page=is_api and not is_picture and is_markup(page) and skeleton.kind == "html",
            is_cut=page.cut,
            is_partial=skeleton.is_partial,
            names=skeleton.names,
            unread=tuple(sorted({Mask().spell(name) for name in heard.unread})),
            missing=tuple(sorted({Mask().spell(name) for name in heard.missing})),
            marks=_list_marks(source, heard.query, page),
            tree=skeleton.tree,
        )

    def _describe(self, page: Page, mask: Mask) -> Skeleton:
        """Have a child describe it: it may hold markup."""
        bare = replace(page, body=page.body[:LARGEST_DOCUMENT], headers=dict(page.headers))
        try:
            return self.parser.call(
                partial(build_skeleton, bare, mask),
                Skeleton,
                cpu_seconds=PAGE_CPU_SECONDS,
                modules=SKELETONS,
            )
        except (ParserLostError, ParserStartError):
            return Skeleton(kind="undescribed", is_partial=True)


def describe_request(query: Query, mask: Mask) -> dict[str, object]:
    """Return the form of a request: its path with marks, keys without values, terms as forms."""
    request = query.request
    address = urlsplit(request.url)
    names = [name for name, _ in (*parse_qsl(address.query), *request.params)]
    return {
        "method": request.method,
        "path": mask.spell(address.path),
        "terms": [Mask().spell(term) for term in query.terms],
        "params": [Mask().spell(name) for name in names],
        "headers": [Mask().spell(name) for name, _ in request.headers],
    }


def _describe_header(value: str, mask: Mask) -> str | int:
    is_number = value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER
    return int(value) if is_number else mask.spell(value)


def _list_addresses(hops: Iterable[Exchange]) -> tuple[str, ...]:
    return tuple(hop.answer.request.url for hop in hops if isinstance(hop.answer, Redirect))


def _describe_redirects(query: Query, hops: Iterable[str], mask: Mask) -> RedirectChain:
    asked, *led = map(urlsplit, (query.request.url, *hops))
    ended = (led or [asked])[-1]
    return RedirectChain(
        addresses=tuple(
            mask.spell(f"{address.scheme}://{address.hostname or ''}{address.path}")
            for address in led
        ),
        is_moved=_name_site(ended.hostname) != _name_site(asked.hostname),
    )


def _name_site(host: str | None) -> str:
    return Mask(host=host or "").site


def _list_marks(source: Source, query: Query, page: Page) -> tuple[str, ...]:
    if not isinstance(source, PresenceSource):
        return ()
    return list_shown_marks(source.entry.rule, query.terms[0], page)


def _list_fields(reading: ParseResult) -> Iterator[str]:
    for trace in reading.traces[:1]:
        yield from (name for name in TOLD_FIELDS if getattr(trace, name))
    if reading.contacts:
        yield "contacts"
    if reading.breaches:
        yield "breaches"


def _name_robots_verdict(result: ParseResult, *, is_page: bool) -> str:
    if result.note.startswith("robots"):
        return result.note.partition(":")[0]
    return "allowed" if is_page else "not-asked"
