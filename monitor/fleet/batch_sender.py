"""The crawler of a district whose queries other machines ask: it sends batches, and waits.

It stands where a `Crawler` does, and no flow knows the difference. What needs the district's own
database stays here: consent, proofs, shares. What an answer leads to is sent on from here.
"""

import logging
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from monitor.app.sources import export_sources
from monitor.config.sections import SourcesConfig
from monitor.domain.errors import DatabaseError, UnavailableError
from monitor.fleet.batches import (
    BATCH_SIZE,
    BatchBody,
    BatchSeal,
    draw_batch_id,
    name_lock,
    tag_district,
)
from monitor.fleet.db.batch_mailbox import Mailbox, SealedAnswer, SealedBatch
from monitor.fleet.db.day_keys import HomeDayKeys
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.fence import PERMISSION_LASTS
from scrapers.crawl.crawler import Crawler
from scrapers.crawl.frontier import (
    LOOK_AHEAD,
    CrawlRun,
    Inspector,
    ProgressCallback,
    SourceProgress,
)
from scrapers.crawl.routing import DEEPEST, MOST_FOLLOW_QUERIES, CrawlQuery, HostManners
from scrapers.http.errors import FailureReason, FetchError, build_failure_error, build_refusal_error
from scrapers.http.ssrf_guard import RequestTarget
from scrapers.models import (
    CrawlPriority,
    CrawlResult,
    Outcome,
    ParseResult,
    Query,
    QueryKind,
    Request,
)
from scrapers.source import AccessMode

LOG = logging.getLogger(__name__)
# Batches of one district that wait or run at one host: one is asked while the next one is sent.
WINDOW = 2
# How soon it is noticed what a page or a command has changed meanwhile.
RECHECKED_EVERY = 2.0
# Long before a permission ends, so that a database may be away for a while.
RENEWED_EVERY = timedelta(minutes=2)
# How often it is seen whether the database still has what was sent.
LOST_EVERY = 30.0
# What was not asked at all for so many times could not be checked.
MOST_TRIES = 3
# How long to wait before looking for answers again; a person who waits for a check notices.
LOOK_SECONDS = {CrawlPriority.FIRST: 0.1, CrawlPriority.USUAL: 0.3}
# Whoever an account follows is about many people who agreed to nothing: that never leaves home.
KEPT_HOME = frozenset({QueryKind.FOLLOWS, QueryKind.FOLLOWERS})


@dataclass(slots=True)
class SentBatch:
    """`left` are the numbers of the queries that have no answer yet.

    `permitted` are those that others may ask, as they were told last. `tries` counts how often it
    was lost before anyone had answered any of it. One that `is_inherited` was sent by a run that is
    gone: its answers wait until runs want the same, perhaps several at once.
    """

    body: BatchBody
    seal: BatchSeal
    left: set[int]
    permitted: frozenset[int]
    permitted_at: datetime
    tries: int = 0
    is_inherited: bool = False


@dataclass(slots=True)
class Desk:
    """One run's queries: those that wait here, by host, and those that were sent.

    `refused` are batches with an answer that no machine of ours gave. `awaited` are the keys of
    queries that are in batches of a run that is gone. How many of those are at a host keeps none of
    our own from it: no one may want the rest of them.
    """

    run: CrawlRun
    waiting: dict[str, deque[CrawlQuery]] = field(default_factory=lambda: defaultdict(deque))
    sent: dict[int, SentBatch] = field(default_factory=dict)
    sent_counts: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    results: deque[CrawlResult] = field(default_factory=deque)
    refused: set[int] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)
    recheck_at: float = 0.0
    lost_check_at: float = 0.0

    def add_batch(self, number: int, batch: SentBatch) -> None:
        self.sent[number] = batch
        self.sent_counts[batch.body.manners.host] += not batch.is_inherited

    def wants(self, sent: SentBatch, place: int) -> bool:
        return not sent.is_inherited or sent.body.queries[place].query.key in self.awaited

    def remove_batch(self, number: int) -> SentBatch:
        batch = self.sent.pop(number)
        self.sent_counts[batch.body.manners.host] -= not batch.is_inherited
        return batch


@dataclass(slots=True, kw_only=True, weakref_slot=True, eq=False)
class FleetCrawler(Crawler):
    """Sends a district's queries to whichever machine asks their hosts, sealed, by the mailbox."""

    mailbox: Mailbox
    seal: FleetSeal
    day_keys: HomeDayKeys
    district: str
    contact: str
    source_settings: SourcesConfig
    variables: Mapping[str, str] = field(repr=False)
    keeps_pages: bool
    beat: Callable[[], None]
    read_time: Callable[[], datetime]
    # A check and a sweep begin side by side: what one has taken up, the other must not find anew.
    _look_lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _has_looked: bool = field(init=False, default=False)
    _inherited: dict[int, SentBatch] = field(init=False, default_factory=dict)
    _inherited_keys: dict[str, int] = field(init=False, default_factory=dict)
    _abandoned: set[int] = field(init=False, default_factory=set)

    def crawl(
        self,
        queries: Iterable[Query],
        watch: ProgressCallback | None = None,
        priority: CrawlPriority = CrawlPriority.USUAL,
        inspect: Inspector | None = None,
    ) -> Generator[CrawlResult, None, None]:
        """Have all queries asked and what they lead to, and yield each query's visit once.

        Raises UnavailableError where exchanges are to be inspected: other machines have them.
        """
        if inspect is not None:
            reason = "Other machines ask for this district, so answers cannot be looked at here."
            raise UnavailableError(reason)
        with self._look_lock:
            if not self._has_looked:
                self._find_inherited()
        self._delete_abandoned()
        if self.proofs is not None:
            self.proofs.cache.load_proofs()
        run = CrawlRun(
            queries=iter(queries), on_progress=watch, priority=priority, tenant=self._tenant
        )
        desk = Desk(run)
        try:
            while not self.is_stopped():
                self.beat()
                answers = self._read_answers(desk)
                for answer in answers:
                    self._take_answer(desk, answer)
                    yield from self._drain_results(desk)
                if answers:
                    self._forget_taken(desk, answers)
                self._renew_permissions(desk)
                self._send_lost_again(desk)
                self._feed(desk)
                sent = self._send_batches(desk)
                yield from self._drain_results(desk)
                if run.is_finished:
                    break
                if not (answers or sent):
                    self.clock.sleep(LOOK_SECONDS[priority])
        except UnavailableError:
            self._leave_to_next_run(desk)
            raise
        finally:
            self._let_go(desk)
            self._save_quota_and_robots()

    def _find_inherited(self) -> None:
        """Find what this district sent before its process ended: it is asked for, and paid."""
        district = tag_district(self.seal, self.district)
        for batch in self.mailbox.list_district_batches(district):
            try:
                seal = BatchSeal.for_batch(self.day_keys.find_seal(batch.day_key), batch)
                body = seal.open_body(batch.body)
                permission = seal.open_permission(batch.permission)
            except DatabaseError as error:
                LOG.error("batch_refused", extra={"batch": batch.id, "reason": str(error)})  # noqa: TRY400 - no fault of ours
                self._abandoned.add(batch.id)
                continue
            sent = SentBatch(
                body=body,
                seal=seal,
                left=set(range(len(body.queries))).difference(batch.answered),
                permitted=permission.numbers,
                permitted_at=permission.issued_at,
                is_inherited=True,
            )
            self._inherit(batch.id, sent, sent.left)
        self._has_looked = True

    def _inherit(self, number: int, sent: SentBatch, places: Iterable[int]) -> None:
        """Leave a batch to whichever run wants those of its queries, each to one run."""
        self._inherited[number] = sent
        for place in places:
            self._inherited_keys[sent.body.queries[place].query.key] = number

    def _wait_for_inherited(self, desk: Desk, query: CrawlQuery) -> bool:
        """Tell whether a query is under way already; if so, wait for its answer."""
        number = self._inherited_keys.pop(query.query.key, None)
        if number is None or self._find_answer(query) is not None:
            return False
        inherited = self._inherited.get(number)
        if inherited is None:
            return False
        if number not in desk.sent:
            desk.add_batch(number, inherited)
        desk.awaited.add(query.query.key)
        return True

    def _leave_to_next_run(self, desk: Desk) -> None:
        """Keep what is under way while the database is away: it is asked for, and paid."""
        for number, sent in desk.sent.items():
            # Another run may wait for the rest of it.
            wanted = [place for place in sent.left if desk.wants(sent, place)]
            sent.is_inherited = True
            self._inherit(number, sent, wanted)
        desk.sent.clear()

    def _let_go(self, desk: Desk) -> None:
        """Drop what this run waits for; what is under way as we end, the next process takes up."""
        if not self.is_stopped():
            self._abandoned |= {
                number for number, sent in desk.sent.items() if not sent.is_inherited
            }
        self._delete_abandoned()
        if self.share is not None:
            self.share.save_shares()

    def _delete_abandoned(self) -> None:
        """Drop what no run here waits for; if that fails, the next run tries again."""
        if self._abandoned:
            self.mailbox.delete_batches(self._abandoned)
            self._abandoned.clear()

    def _renew_permissions(self, desk: Desk) -> None:
        """Say again what others may ask, at once where less may be asked than they were told."""
        if self.clock.monotonic() < desk.recheck_at:
            return
        desk.recheck_at = self.clock.monotonic() + RECHECKED_EVERY
        if desk.sent:
            self.day_keys.hand_out()
        now, known, renewed = self.read_time(), dict[object, bool](), dict[int, bytes]()
        self._take_back_lapsed(desk, now)
        for number, sent in desk.sent.items():
            may_ask = {
                place
                for place in sent.left
                if self._may_still_ask(sent.body.queries[place].query, known)
            }
            same = sent.permitted & sent.left == may_ask
            if same and now - sent.permitted_at < RENEWED_EVERY:
                continue
            sent.permitted, sent.permitted_at = frozenset(may_ask), now
            renewed[number] = sent.seal.permit(may_ask, now)
        if renewed:
            self.mailbox.renew_permissions(renewed)

    def _take_back_lapsed(self, desk: Desk, now: datetime) -> None:
        """Have what we did not renew in time sent again: who had it has put it away."""
        lapsed = {n for n, s in desk.sent.items() if now - s.permitted_at >= PERMISSION_LASTS}
        if lapsed:
            self.mailbox.delete_batches(lapsed)
            desk.lost_check_at = 0.0

    def _may_still_ask(self, query: Query, known: dict[object, bool]) -> bool:
        """Tell whether a query is allowed now; `known` holds what was found out at this moment."""
        kind = (query.subject, query.kind, self.sources[query.source].family)
        if kind not in known:
            known[kind] = not query.subject or self.may_ask(query)
        return known[kind]

    def _send_lost_again(self, desk: Desk) -> None:
        """Send again what is in batches that the database has no longer, or that expired there.

        What was sent for nothing again and again could not be checked, and is told as that.
        """
        now = self.clock.monotonic()
        if not desk.sent or (now < desk.lost_check_at and not desk.refused):
            return
        desk.lost_check_at = now + LOST_EVERY
        self.mailbox.delete_batches(desk.refused)
        known = self.mailbox.list_known_batches(desk.sent)
        for number in [sent for sent in desk.sent if sent not in known]:
            lost = desk.remove_batch(number)
            self._inherited.pop(number, None)
            in_vain = number in desk.refused or len(lost.left) == len(lost.body.queries)
            tries = lost.tries + 1 if in_vain else 0
            left = [
                lost.body.queries[place] for place in sorted(lost.left) if desk.wants(lost, place)
            ]
            given_up = build_failure_error(FailureReason.NO_MACHINE).result
            chosen = []
            for state in left:
                known_answer = given_up if tries >= MOST_TRIES else self._find_answer(state)
                if known_answer is None:
                    chosen.append(state)
                else:
                    self._conclude(desk, state, known_answer)
            if chosen:
                # They were counted as this district's share when they were sent first.
                self._post(desk, replace(lost.body, queries=tuple(chosen)), tries, waited=True)
        desk.refused.clear()

    def _feed(self, desk: Desk) -> None:
        """Take more queries while few wait; a slow host's do not keep the others from coming."""
        room = max(LOOK_AHEAD - sum(map(len, desk.waiting.values())), BATCH_SIZE)
        taken = 0
        for query in islice(desk.run.queries, room):
            taken += 1
            self._admit(desk, CrawlQuery(query=query))
        if taken < room:
            desk.run.drained = True

    def _admit(self, desk: Desk, query: CrawlQuery) -> None:
        if desk.run.admit_query(query) and not self._wait_for_inherited(desk, query):
            self._place(desk, query)

    def _place(self, desk: Desk, query: CrawlQuery) -> None:
        """Line a query up at the host that it asks next, or conclude it if there is none."""
        known = self._find_answer(query)
        if known is not None:
            self._conclude(desk, query, known)
            return
        proven = self.proofs.find_answer(query.query, self.clock.now()) if self.proofs else None
        if proven is not None:
            self._conclude(desk, query, proven, shared=True)
            return
        try:
            source = self.sources.get(query.pages[0].source)
            if source is None:
                raise build_refusal_error(FailureReason.UNKNOWN_SOURCE)
            now = self.clock.now()
            if source.crawl_policy.access is AccessMode.PAGE:
                origin = RequestTarget.from_url(query.request.url).origin
                self._engine.robots.take_up(origin, query.rules, query.robots, now)
            desk.waiting[
                self.router.plan_next_request(query, source.crawl_policy, now).host
            ].append(query)
        except FetchError as end:
            self._conclude(desk, query, end.result)

    def _find_answer(self, query: CrawlQuery) -> ParseResult | None:
        """Return what a query comes to that may not be asked; None if it may."""
        if query.query.kind in KEPT_HOME or not self.may_ask(query.query):
            return build_refusal_error(FailureReason.NOT_ALLOWED).result
        return None

    def _send_batches(self, desk: Desk) -> bool:
        sent = False
        for host in list(desk.waiting):
            if desk.failures[host] >= self._engine.throttle.max_failures:
                # It is asked no more in this run.
                closed = build_failure_error(FailureReason.CLOSED).result
                while desk.waiting[host]:
                    self._conclude(desk, desk.waiting[host].popleft(), closed)
            while desk.waiting[host] and desk.sent_counts[host] < WINDOW:
                sent = self._send_batch(desk, host) or sent
            if not desk.waiting[host]:
                del desk.waiting[host]
        return sent

    def _send_batch(self, desk: Desk, host: str) -> bool:
        queue, chosen = desk.waiting[host], list[CrawlQuery]()
        while queue and len(chosen) < BATCH_SIZE:
            query = queue.popleft()
            refusal = self._take_turn(desk, host, query)
            if refusal is None:
                chosen.append(query)
            else:
                self._conclude(desk, query, refusal)
        if not chosen:
            return False
        self._post(desk, self._build_body(desk, host, chosen))
        return True

    def _post(self, desk: Desk, body: BatchBody, tries: int = 0, *, waited: bool = False) -> None:
        now, day_key = self.read_time(), self.day_keys.take_current()
        seal = BatchSeal(
            seal=FleetSeal(day_key.key),
            id=draw_batch_id(),
            district=tag_district(self.seal, self.district),
            lock=name_lock(self.seal, body.manners.host),
        )
        numbers = frozenset(range(len(body.queries)))
        batch = SealedBatch(
            id=seal.id,
            district=seal.district,
            lock=seal.lock,
            day_key=day_key.id,
            body=seal.seal_body(replace(body, sent_at=now)),
            permission=seal.permit(numbers, now),
        )
        self.mailbox.send_batch(batch, desk.run.priority, waited=waited)
        desk.add_batch(
            seal.id,
            SentBatch(
                body=body,
                seal=seal,
                left=set(numbers),
                permitted=numbers,
                permitted_at=now,
                tries=tries,
            ),
        )

    def _take_turn(self, desk: Desk, host: str, query: CrawlQuery) -> ParseResult | None:
        """Count a query, or return what it comes to: things may have changed meanwhile."""
        known = self._find_answer(query)
        if known is not None:
            return known
        source = query.query.source
        desk.run.report_progress(source, SourceProgress.ASKING)
        if self.share is None or not self.router.directory.is_declared(host):
            return None
        pause = self._get_pause(host, query)
        return self.share.take_turn(host, pause, desk.run.priority, self.clock.now())

    def _get_pause(self, host: str, query: CrawlQuery) -> float:
        own = self.sources[query.query.source].crawl_policy.seconds_between
        return self.router.directory.get_pause(host, own)

    def _build_body(self, desk: Desk, host: str, chosen: list[CrawlQuery]) -> BatchBody:
        pause = max(self._get_pause(host, query) for query in chosen)
        declared = self.router.directory.find_manners(host) or HostManners(host=host, pause=pause)
        subjects = {query.query.subject for query in chosen if self._allows_pictures(query)}
        names = sorted({query.query.source for query in chosen})
        wanted = [self.sources[name] for name in names]
        return BatchBody(
            sent_at=self.read_time(),
            district=self.district,
            contact=self.contact,
            sources=export_sources(self.source_settings, wanted, self.variables),
            keeps_pages=self.keeps_pages,
            picture_subjects=tuple(sorted(subjects)),
            manners=replace(declared, pause=pause),
            priority=desk.run.priority,
            queries=tuple(chosen),
        )

    def _allows_pictures(self, query: CrawlQuery) -> bool:
        picture = Query(
            source=query.query.source,
            kind=QueryKind.PICTURE,
            terms=(),
            request=Request(url=""),
            subject=query.query.subject,
        )
        return bool(query.query.subject) and self.may_ask(picture)

    def _read_answers(self, desk: Desk) -> list[SealedAnswer]:
        answers = self.mailbox.read_answers(desk.sent) if desk.sent else []
        return [answer for answer in answers if desk.wants(desk.sent[answer.batch], answer.number)]

    def _take_answer(self, desk: Desk, sealed: SealedAnswer) -> None:
        batch = desk.sent[sealed.batch]
        if sealed.number not in batch.left:
            return
        if not self.seal.is_signed_by(sealed.worker, sealed.place, sealed.body, sealed.signature):
            LOG.error("answer_refused", extra={"batch": sealed.batch})
            desk.refused.add(sealed.batch)
            return
        batch.left.discard(sealed.number)
        desk.awaited.discard(batch.body.queries[sealed.number].query.key)
        answer = batch.seal.open_answer(sealed.number, sealed.body)
        asked = batch.body.queries[sealed.number]
        if answer.handed_back is not None:
            self._place(desk, answer.handed_back)
        elif answer.result is not None:
            self._take_result(desk, batch, asked, answer.result)

    def _take_result(
        self, desk: Desk, batch: SentBatch, asked: CrawlQuery, visit: CrawlResult
    ) -> None:
        host, result = batch.body.manners.host, visit.result
        refused = result.note == FailureReason.NOT_ALLOWED.value
        if refused and asked.handovers == 0 and self._find_answer(asked) is None:
            # Something changed for this person, and this query may still be asked.
            self._place(desk, replace(asked, handovers=1))
            return
        failed = result.outcome is Outcome.FAILED
        desk.failures[host] = desk.failures[host] + 1 if failed else 0
        if self.proofs is not None:
            self.proofs.note_answer(visit.query, result, self.clock.now())
        self._finish(desk, visit, asked.depth)

    def _conclude(
        self, desk: Desk, query: CrawlQuery, result: ParseResult, *, shared: bool = False
    ) -> None:
        joined = result if query.result is None else query.result.merge_next_page(result)
        visit = CrawlResult(query=query.query, result=joined, at=self.clock.now(), shared=shared)
        self._finish(desk, visit, query.depth)

    def _finish(self, desk: Desk, visit: CrawlResult, depth: int) -> None:
        if depth < DEEPEST:
            onward = [query for query in visit.result.follow if query.key != visit.query.key]
            for query in onward[:MOST_FOLLOW_QUERIES]:
                self._admit(desk, CrawlQuery(query=query, depth=depth + 1))
        desk.run.record_result(visit)
        desk.results.append(visit)

    def _drain_results(self, desk: Desk) -> Iterator[CrawlResult]:
        while desk.results:
            yield desk.results.popleft()

    def _forget_taken(self, desk: Desk, answers: list[SealedAnswer]) -> None:
        """Empty what is safe in the district's own database; drop batches that are through."""
        self.mailbox.take_answers(answers)
        through = [number for number, value in desk.sent.items() if not value.left]
        if through:
            self.mailbox.delete_batches(through)
        for number in through:
            desk.remove_batch(number)
            self._inherited.pop(number, None)
