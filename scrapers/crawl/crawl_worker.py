"""What is done with a turn: ask one host one thing, and read the answer.

What an answer says: its source reads it, in the child that can be killed where it is parsed.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gevent.pool import Group

from scrapers.crawl.frontier import (
    AskPredicate,
    CrawlEvent,
    CrawlSlot,
    CrawlTenant,
    Exchange,
    Frontier,
    HostQueue,
)
from scrapers.crawl.pause_file import PauseFile, find_place
from scrapers.crawl.routing import CrawlQuery, NextRequest
from scrapers.crawl.throttle import HostState, Throttle, apply_result, is_answered
from scrapers.http.client import Redirect
from scrapers.http.clock import Clock
from scrapers.http.conditional import add_conditions, build_cache_entry, check_unchanged
from scrapers.http.errors import (
    FailureReason,
    FetchError,
    build_failure_error,
    build_refusal_error,
    build_unreadable_error,
)
from scrapers.http.event_loop import enter_event_loop, run_in_thread
from scrapers.http.ssrf_guard import RequestTarget, match_origin
from scrapers.models import CrawlResult, Outcome, Page, ParsedPage, ParseResult, Query, QueryKind
from scrapers.parsers.block_detection import build_parser_error_result
from scrapers.parsers.profile_images import PictureParser
from scrapers.parsers.profile_images import build_picture_queries as picture_queries
from scrapers.sandbox.client import PageParser
from scrapers.source import AccessMode, CrawlPolicy, MarkupParser, Source
from scrapers.text_limits import cut_to_bounds

PICTURES = PictureParser()


def parse_page(source: Source, query: Query, page: Page, parser: PageParser) -> ParseResult:
    """Read a page with its source; whatever a page makes a reader do, the run goes on.

    Everything is caught here and nowhere else: a source may be someone else's plug-in, it is
    fed bytes that a stranger chose, and each parser has error families of its own. A reader
    that stumbles has not understood the page, so that is what it comes to.
    """
    same = check_unchanged(query, source.version, page)
    if same is not None:
        return same
    try:
        result = _parse_with_source(source, query, page, parser)
    except Exception as error:  # noqa: BLE001 - see above
        return build_parser_error_result(error)
    if page.cut and result.outcome is Outcome.ABSENT:
        return build_unreadable_error(FailureReason.CUT_PAGE).result
    result = cut_to_bounds(result)
    entry = build_cache_entry(query, source.version, page, result)
    return result if entry is None else replace(result, kept=entry)


def _parse_with_source(source: Source, query: Query, page: Page, parser: PageParser) -> ParseResult:
    picture = query.kind is QueryKind.PICTURE
    seen = PICTURES.parse_picture_response(page) if picture else source.parse_response(query, page)
    if not seen.unparsed:
        return seen
    reader = PICTURES if picture else source
    if not isinstance(reader, MarkupParser):
        return seen
    return run_in_thread(lambda: parser.parse_body(reader, query, page))


def add_picture_queries(
    policy: CrawlPolicy, query: Query, result: ParseResult, may_ask: AskPredicate
) -> ParseResult:
    """Go on to the pictures of the profiles found, where they lie at the source's own origins.

    What is not agreed to is not even queued. A page whose pictures were asked for is read again
    the next time, since a page that has not changed leads nowhere.
    """
    wanted = (
        picture_query
        for picture_query in picture_queries(query, result)
        if _is_own_origin(picture_query, policy)
    )
    asked = tuple(picture_query for picture_query in wanted if may_ask(picture_query))
    return replace(result, follow=result.follow + asked, kept=None) if asked else result


def _is_own_origin(query: Query, policy: CrawlPolicy) -> bool:
    try:
        return match_origin(RequestTarget.from_request(query.request), policy.origins) is not None
    except FetchError:
        return False


# A pause this long is worth a write of its own, in case the machine stops.
LONG_PAUSE = 10.0
# Worth asking again soon if the host says when: it is busy, in trouble, or had hung up on us.
AGAIN = frozenset({Outcome.LIMITED, Outcome.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlWorker:
    """Serves turns in one thread: what waits for its answer gives way to the others.

    `pauses` are those that all programs of this machine keep; None for a made-up web.
    """

    frontier: Frontier
    clock: Clock
    throttle: Throttle
    pauses: PauseFile | None = None

    def run(self) -> None:
        """Serve turns until no one wants anything more, side by side."""
        try:
            with enter_event_loop() as loop:
                in_flight = Group()
                try:
                    while (slot := self.frontier.take_slot(loop)) is not None:
                        in_flight.spawn(self._serve_slot, slot)
                finally:
                    # Its loop ends with this thread, and what still waits in it must not.
                    in_flight.kill()
        except Exception as error:  # noqa: BLE001 - the thread's end; its consumers raise it
            self.frontier.fail_runs(error)

    def _serve_slot(self, slot: CrawlSlot) -> None:
        try:
            source = slot.tenant.sources[slot.crawl_query.query.source]
            next_request = slot.tenant.router.plan_next_request(
                slot.crawl_query, source.crawl_policy, self.clock.now()
            )
            slot.is_guest = slot.tenant.router.is_guest(slot.crawl_query, slot.host_queue.host)
            kept_away = self._check_may_ask(slot)
            proofs, proven = slot.tenant.proofs, None
            if proofs is not None and kept_away is None:
                proven = proofs.find_answer(slot.crawl_query.query, self.clock.now())
            if proven is not None:
                self._conclude_query(slot, proven, slot.host_queue.due, shared=True)
            elif kept_away is None and next_request.host != slot.host_queue.host:
                self._requeue_query(slot, slot.host_queue.due)
            elif kept_away is None and next_request.asks_robots:
                self._fetch_robots(slot, next_request, source.crawl_policy)
            else:
                if kept_away is None and source.crawl_policy.access is AccessMode.PAGE:
                    kept_away = slot.tenant.router.robots.check_allowed(next_request.target)
                if kept_away is None:
                    self._fetch_page(slot, next_request, source)
                else:
                    self._conclude_query(slot, kept_away, slot.host_queue.due)
        except Exception as error:  # noqa: BLE001 - the turn's end; its consumer raises it
            pause = self.throttle.compute_pause(slot.host_queue.pause_seconds)
            self._release_slot(slot, self.clock.monotonic() + pause)
            slot.run.events.put(CrawlEvent(error=error))

    def _check_may_ask(self, slot: CrawlSlot) -> ParseResult | None:
        """Return what the query comes to unasked: it is not allowed anymore, or not wanted."""
        if not slot.tenant.may_ask(slot.crawl_query.query):
            return build_refusal_error(FailureReason.NOT_ALLOWED).result
        if slot.host_queue.state.is_parked(self.clock.now()):
            return slot.host_queue.state.parked_result
        failures = slot.run.failures
        if failures and failures[self._get_failure_key(slot)] >= self.throttle.max_failures:
            return build_failure_error(FailureReason.CLOSED).result
        return None

    def _get_failure_key(self, slot: CrawlSlot) -> str:
        """Name what failures in a row are counted for: a host, or the way from one to another."""
        host = slot.host_queue.host
        if not slot.is_guest:
            return host
        return f"{slot.tenant.router.get_origin_queue(slot.crawl_query)} > {host}"

    def _fetch_robots(
        self, slot: CrawlSlot, next_request: NextRequest, policy: CrawlPolicy
    ) -> None:
        """Ask for robots.txt, which is a request like any other: the query waits its turn."""
        if not self._take_turn(slot, next_request):
            return
        began = self.clock.monotonic()
        its_own = (RequestTarget.from_url(next_request.request.url).origin,)
        answer = slot.tenant.client.fetch(next_request.request, replace(policy, origins=its_own))
        slot.tenant.router.robots.record_answer(next_request.target, answer, self.clock.now())
        due = self._compute_due(slot, next_request, began)
        refusal = slot.tenant.router.robots.check_allowed(next_request.target)
        if refusal is not None and refusal.outcome is Outcome.FAILED:
            self._handle_result(slot, refusal, due)
        else:
            self._requeue_query(slot, due)

    def _fetch_page(self, slot: CrawlSlot, next_request: NextRequest, source: Source) -> None:
        if not self._take_turn(slot, next_request):
            return
        spent_up = self._spend_quota(slot, source)
        if spent_up is not None:
            self._conclude_query(slot, spent_up, slot.host_queue.due)
            return
        if slot.run.on_progress is not None:
            slot.run.events.put(CrawlEvent(asked_source=source.name))
        began = self.clock.monotonic()
        query = slot.crawl_query.pages[0]
        led = slot.crawl_query.redirect is not None
        request = next_request.request if led else add_conditions(query, source.version)
        answer = slot.tenant.client.fetch(request, source.crawl_policy)
        due = self._compute_due(slot, next_request, began)
        seconds, inspect = self.clock.monotonic() - began, slot.run.inspect
        if isinstance(answer, Redirect):
            if inspect is not None:
                inspect(Exchange(query=query, answer=answer, seconds=seconds))
            try:
                slot.crawl_query.follow_redirect(answer.request)
            except FetchError as end:
                self._conclude_query(
                    slot, end.result, due, self._update_host_state(slot, end.result, due)
                )
            else:
                slot.run.failures.pop(slot.host_queue.host, None)
                self._requeue_query(slot, due)
            return
        result = (
            answer if isinstance(answer, ParseResult) else self._parse_answer(slot, source, answer)
        )
        if inspect is not None:
            exchange = Exchange(query=query, answer=answer, seconds=seconds, result=result)
            result = inspect(exchange) or result
        if slot.tenant.proofs is not None:
            slot.tenant.proofs.note_answer(slot.crawl_query.query, result, self.clock.now())
        self._handle_result(slot, result, due)

    def _take_turn(self, slot: CrawlSlot, next_request: NextRequest) -> bool:
        """Note the pause before the request, or put the query off while others ask the host."""
        if self.pauses is None:
            return True
        now, host = self.clock.monotonic(), slot.host_queue.host
        pause = self._compute_pause(slot, next_request)
        place = find_place(host, declared=slot.tenant.router.directory.is_declared(host))
        again_at = self.pauses.take_turn(place, pause, now)
        if again_at is None:
            slot.place = place
            return True
        self._release_slot(slot, again_at, again=True)
        slot.run.events.put(CrawlEvent())
        return False

    def _release_slot(
        self, slot: CrawlSlot, due: float, *, again: bool = False, reported: bool = False
    ) -> None:
        if self.pauses is not None and slot.place is not None:
            due = self.pauses.end_turn(slot.place, due, self.clock.monotonic())
        self.frontier.release_slot(slot, due, again=again, reported=reported)

    def _compute_pause(
        self, slot: CrawlSlot, next_request: NextRequest, *, took: float = 0.0
    ) -> float:
        crawl_delay = slot.tenant.router.robots.get_crawl_delay(next_request.target)
        return self.throttle.compute_pause(slot.host_queue.pause_seconds, crawl_delay, took=took)

    def _handle_result(self, slot: CrawlSlot, result: ParseResult, due: float) -> None:
        wait, pause = None, 0.0
        if not slot.is_guest:
            wait = self._compute_retry_wait(slot.crawl_query, result)
            pause = self.throttle.compute_requested_pause(result, self.clock.now())
        if wait is None:
            due = max(due, self.clock.monotonic() + pause)
            self._conclude_query(slot, result, due, self._update_host_state(slot, result, due))
        else:
            self._postpone_query(slot, max(due, self.clock.monotonic() + wait))

    def _parse_answer(self, slot: CrawlSlot, source: Source, page: Page) -> ParseResult:
        query = slot.crawl_query.pages[0]
        result = parse_page(source, query, page, slot.tenant.parser)
        if slot.tenant.should_keep(source, query, result):
            masked = run_in_thread(lambda: slot.tenant.parser.mask_page(page))
            if masked is not None:
                slot.crawl_query.kept_pages += (
                    ParsedPage(query=query, page=masked, result=result),
                )
        return add_picture_queries(source.crawl_policy, query, result, slot.tenant.may_ask)

    def _spend_quota(self, slot: CrawlSlot, source: Source) -> ParseResult | None:
        tenant, queue = slot.tenant, slot.host_queue
        if tenant.share is not None and tenant.router.directory.is_declared(queue.host):
            used = tenant.share.take_turn(
                queue.host, queue.pause_seconds, slot.run.priority, self.clock.now()
            )
            if used is not None:
                return used
        if not source.crawl_policy.quota.is_limited:
            return None
        spent_up = tenant.quota.take_request(source, tenant.get_budget(source))
        if spent_up is None:
            # The consumer wakes up and writes it down while the answer is on its way.
            slot.run.events.put(CrawlEvent())
        return spent_up

    def _compute_due(self, slot: CrawlSlot, next_request: NextRequest, began: float) -> float:
        ended = self.clock.monotonic()
        return ended + self._compute_pause(slot, next_request, took=ended - began)

    def _compute_retry_wait(self, crawl_query: CrawlQuery, result: ParseResult) -> float | None:
        """Return the seconds until it is worth asking once more in this run; None if it is not."""
        if result.outcome not in AGAIN or result.retry_at is None:
            return None
        wait = (result.retry_at - self.clock.now()).total_seconds()
        patient = (
            crawl_query.postponed_count < self.throttle.max_postponements
            and wait <= self.throttle.patience_seconds
        )
        return max(wait, 0.0) if patient else None

    def _postpone_query(self, slot: CrawlSlot, due: float) -> None:
        """Keep the host waiting as it asked, and its queries with it."""
        slot.crawl_query.postponed_count += 1
        host_state = self._add_pause(slot.host_queue.state, due)
        slot.host_queue.state = host_state
        self._release_slot(slot, due, again=True)
        slot.run.events.put(CrawlEvent(host_state=host_state))

    def _update_host_state(
        self, slot: CrawlSlot, result: ParseResult, due: float
    ) -> HostState | None:
        """Record the state of the host; return what a restart must know."""
        host_queue, route = slot.host_queue, self._get_failure_key(slot)
        if result.outcome is Outcome.FAILED:
            slot.run.failures[route] += 1
        else:
            slot.run.failures.pop(route, None)
        if slot.is_guest:
            host_queue.state = self._add_pause(host_queue.state, due)
            # Charge what a redirect led to to the host of the page that it came from.
            now = self.clock.now()
            origin = self.frontier.get_host_queue(
                slot.tenant.router.get_origin_queue(slot.crawl_query)
            )
            if origin is None or origin is slot.host_queue or origin.state.is_parked(now):
                return None
            if is_answered(result):
                origin.refused_key = ""
            refused = result.outcome in {Outcome.BLOCKED, Outcome.LIMITED}
            if not refused or not _is_refusal_confirmed(origin, slot.crawl_query, result):
                return None
            origin.state = apply_result(origin.state, result, now)
            return origin.state
        before, after = host_queue.state, host_queue.state
        policy = slot.tenant.sources[slot.crawl_query.query.source].crawl_policy
        single = policy.access is AccessMode.PAGE and result.outcome is Outcome.BLOCKED
        if not single or _is_refusal_confirmed(host_queue, slot.crawl_query, result):
            after = apply_result(before, result, self.clock.now())
        if is_answered(result):
            host_queue.refused_key = ""
        host_queue.state = self._add_pause(after, due)
        changed = (before.parked_until, before.failures) != (after.parked_until, after.failures)
        long = due - self.clock.monotonic() >= LONG_PAUSE
        return host_queue.state if changed or long else None

    def _add_pause(self, host_state: HostState, due: float) -> HostState:
        pause = timedelta(seconds=max(due - self.clock.monotonic(), 0.0))
        return replace(host_state, next_at=self.clock.now() + pause)

    def _requeue_query(self, slot: CrawlSlot, due: float) -> None:
        """Send the query on to the host that it asks next, which may be the same."""
        here = slot.host_queue.host
        if _find_next_host(slot.tenant, slot.crawl_query, self.clock.now()) == here:
            self._release_slot(slot, due, again=True)
            slot.run.events.put(CrawlEvent())
        else:
            self._release_slot(slot, due, reported=True)
            slot.run.events.put(CrawlEvent(moved_query=slot.crawl_query, waiting_host=here))

    def _conclude_query(
        self,
        slot: CrawlSlot,
        result: ParseResult,
        due: float,
        host: HostState | None = None,
        *,
        shared: bool = False,
    ) -> None:
        """Take the result into its query, free the host, and report."""
        crawl_query, steps = slot.crawl_query, slot.run.events
        onward = crawl_query.add_result(result)
        if crawl_query.result is not None and crawl_query.is_answered:
            visit = CrawlResult(
                query=crawl_query.query,
                result=crawl_query.result,
                at=self.clock.now(),
                pages=crawl_query.kept_pages,
                shared=shared,
            )
            self._release_slot(slot, due, reported=True)
            steps.put(
                CrawlEvent(
                    result=visit,
                    waiting_host=slot.host_queue.host,
                    new_queries=onward,
                    host_state=host,
                )
            )
        else:
            steps.put(CrawlEvent(new_queries=onward, host_state=host))
            self._requeue_query(slot, due)


def _find_next_host(tenant: CrawlTenant, crawl_query: CrawlQuery, now: datetime) -> str | None:
    source = tenant.sources.get(crawl_query.pages[0].source)
    if source is None:
        return None
    try:
        return tenant.router.plan_next_request(crawl_query, source.crawl_policy, now).host
    except FetchError:
        return None


def _is_refusal_confirmed(
    host_queue: HostQueue, crawl_query: CrawlQuery, result: ParseResult
) -> bool:
    """Tell whether a refusal is the host's: a second query was refused, or it refused before.

    One query alone may have met a single account's page, which says nothing of the others.
    """
    if host_queue.state.failures and result.outcome is Outcome.BLOCKED:
        return True
    first = host_queue.refused_key or crawl_query.query.key
    host_queue.refused_key = first
    return first != crawl_query.query.key
