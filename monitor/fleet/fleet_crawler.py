"""The crawler of a district whose queries other machines ask: it sends batches, and waits.

It stands where a `Crawler` does, and no flow knows the difference. What needs the district's own
database stays here: consent, proofs, shares. What an answer leads to is sent on from here.
"""

import logging
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from secrets import randbits
from typing import cast

from monitor.app import Environment
from monitor.app.sources import export_sources
from monitor.config.sections import Config
from monitor.domain.errors import DatabaseError, UnavailableError
from monitor.fleet.db.day_keys import HomeDayKeys
from monitor.fleet.db.mailbox import (
    BATCH_SIZE,
    BatchBody,
    BatchSeal,
    Mailbox,
    SealedAnswer,
    SealedBatch,
)
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.fence import PERMISSION_LASTS, read_utc_time
from monitor.fleet.host_crawler import RelayedCrawler
from scrapers.crawl.frontier import (
    LOOK_AHEAD,
    CrawlEvent,
    CrawlRun,
    Inspector,
    ProgressCallback,
    SourceProgress,
)
from scrapers.crawl.routing import CrawlQuery, HostManners
from scrapers.http.errors import FailureReason, FetchError, build_failure_error, build_refusal_error
from scrapers.models import (
    CrawlPriority,
    CrawlResult,
    Outcome,
    ParseResult,
    Query,
    QueryKind,
    Request,
)

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


@dataclass(slots=True, eq=False)
class SentBatch:
    """`left` are the numbers of the queries that have no answer yet.

    `permitted` are those that others may ask, as they were told last. `tries` counts how often it
    was lost before anyone had answered any of it.
    """

    body: BatchBody
    seal: BatchSeal
    left: set[int]
    permitted: frozenset[int]
    permitted_at: datetime
    tries: int = 0

    @property
    def left_keys(self) -> set[str]:
        return {self.body.queries[place].query.key for place in self.left}


@dataclass(slots=True, kw_only=True, eq=False)
class Desk(CrawlRun):
    """One run's queries: those that wait here, by host, and in which batch each other one is.

    A batch may be awaited by several runs, where one that is gone has sent it. `refused` are
    batches with an answer that no machine of ours gave.
    """

    lines: dict[str, deque[CrawlQuery]] = field(default_factory=lambda: defaultdict(deque))
    awaited: dict[str, SentBatch] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    recheck_at: float = 0.0
    lost_check_at: float = 0.0

    @property
    def sent(self) -> dict[int, SentBatch]:
        return {batch.seal.id: batch for batch in self.awaited.values()}


@dataclass(slots=True, kw_only=True, weakref_slot=True, eq=False)
class FleetCrawler(RelayedCrawler):
    """Sends a district's queries to whichever machine asks their hosts, sealed, by the mailbox."""

    mailbox: Mailbox
    seal: FleetSeal
    day_keys: HomeDayKeys
    district: str
    config: Config
    environment: Environment
    # A check and a sweep begin side by side: what one has taken up, the other must not find anew.
    _look_lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _has_looked: bool = field(init=False, default=False)
    # What runs that are gone have sent: it is asked for, and paid. Each query goes to one run.
    _orphans: dict[str, SentBatch] = field(init=False, default_factory=dict)

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
                self._find_orphans()
        if self.proofs is not None:
            self.proofs.cache.load_proofs()
        desk = Desk(queries=iter(queries), on_progress=watch, priority=priority, tenant=self.tenant)
        try:
            while not self.is_stopped():
                self.environment.beat()
                sent = desk.sent
                answers = self._read_answers(desk, sent)
                for answer in answers:
                    self._take_answer(desk, sent[answer.batch], answer)
                    yield from self._drain_events(desk)
                if answers:
                    self._forget_taken(sent, answers)
                self._send_lost_again(desk)
                self._renew_permissions(desk)
                self._feed(desk)
                has_sent = self._send_batches(desk)
                yield from self._drain_events(desk)
                if desk.is_finished:
                    break
                if not (answers or has_sent):
                    self.clock.sleep(LOOK_SECONDS[priority])
        finally:
            self._orphans.update(desk.awaited)
            self.save_progress()
            if self.share is not None:
                self.share.save_shares()

    @property
    def _tag(self) -> str:
        return self.seal.hash_name("district", self.district)

    def _drain_events(self, desk: Desk) -> Iterator[CrawlResult]:
        while not desk.events.empty():
            yield from self.process_event(desk, desk.events.get())

    def _find_orphans(self) -> None:
        """Find what this district sent before its process ended."""
        for batch in self.mailbox.list_district_batches(self._tag):
            try:
                seal = BatchSeal.for_batch(self.day_keys.find_seal(batch.day_key), batch)
                body = seal.open_body(batch.body)
                permission = seal.open_permission(batch.permission)
            except DatabaseError as error:
                LOG.error("batch_refused", extra={"batch": batch.id, "reason": str(error)})  # noqa: TRY400 - no fault of ours
                self.mailbox.delete_batches([batch.id])
                continue
            sent = SentBatch(
                body=body,
                seal=seal,
                left=set(range(len(body.queries))).difference(batch.answered),
                permitted=permission.numbers,
                permitted_at=permission.issued_at,
            )
            self._orphans.update(dict.fromkeys(sent.left_keys, sent))
        self._has_looked = True

    def _renew_permissions(self, desk: Desk) -> None:
        """Say again what others may ask, at once where less may be asked than they were told."""
        if self.clock.monotonic() < desk.recheck_at:
            return
        desk.recheck_at = self.clock.monotonic() + RECHECKED_EVERY
        if desk.awaited:
            self.day_keys.hand_out()
        now, known, batches = read_utc_time(), dict[object, bool](), desk.sent
        renewed = dict[int, frozenset[int]]()
        for number, sent in batches.items():
            may_ask = {
                place
                for place in sent.left
                if self._may_still_ask(sent.body.queries[place].query, known)
            }
            same = sent.permitted & sent.left == may_ask
            if same and now - sent.permitted_at < RENEWED_EVERY:
                continue
            renewed[number] = frozenset(may_ask)
        if not renewed:
            return
        self.mailbox.renew_permissions(
            {number: batches[number].seal.permit(places, now) for number, places in renewed.items()}
        )
        # Only now: what could not be told is told again.
        for number, places in renewed.items():
            batches[number].permitted, batches[number].permitted_at = places, now

    def _may_still_ask(self, query: Query, known: dict[object, bool]) -> bool:
        """Tell whether a query is allowed now; `known` holds what was found out at this moment."""
        kind = (query.subject, query.kind, self.sources[query.source].family)
        if kind not in known:
            known[kind] = not query.subject or self.may_ask(query)
        return known[kind]

    def _send_lost_again(self, desk: Desk) -> None:
        """Send again what is in batches that the database has no longer, or that are void.

        What we did not renew in time is: who had it has put it away. What was sent for nothing
        again and again could not be checked, and is told as that.
        """
        now, sent = self.clock.monotonic(), desk.sent
        oldest = read_utc_time() - PERMISSION_LASTS
        void = desk.refused.union(n for n, batch in sent.items() if batch.permitted_at <= oldest)
        if not sent or (now < desk.lost_check_at and not void):
            return
        desk.lost_check_at = now + LOST_EVERY
        if void:
            self.mailbox.delete_batches(void)
        for number in sent.keys() - self.mailbox.list_known_batches(sent):
            lost = sent[number]
            in_vain = number in desk.refused or len(lost.left) == len(lost.body.queries)
            tries = lost.tries + 1 if in_vain else 0
            given_up = build_failure_error(FailureReason.NO_MACHINE).result
            chosen = []
            for query in (lost.body.queries[place] for place in sorted(lost.left)):
                if desk.awaited.get(query.query.key) is not lost:
                    continue  # another run waits for it, or none
                del desk.awaited[query.query.key]
                answer = given_up if tries >= MOST_TRIES else self._find_answer(query)
                if answer is None:
                    chosen.append(query)
                else:
                    self._conclude(desk, query, answer)
            if chosen:
                # They were counted as this district's share when they were sent first.
                self._post(desk, replace(lost.body, queries=tuple(chosen)), tries, waited=True)
        desk.refused.clear()

    def _feed(self, desk: Desk) -> None:
        """Take more queries while few wait; a slow host's do not keep the others from coming."""
        room = max(LOOK_AHEAD - sum(map(len, desk.lines.values())), BATCH_SIZE)
        taken = 0
        for query in islice(desk.queries, room):
            taken += 1
            self.admit_query(desk, CrawlQuery(query=query))
        if taken < room:
            desk.drained = True

    def queue_query(self, run: CrawlRun, crawl_query: CrawlQuery) -> None:
        """Line a query up, or wait for its answer if it is under way already."""
        desk, known = cast("Desk", run), self._find_answer(crawl_query)
        orphaned = self._orphans.pop(crawl_query.query.key, None)
        if known is None and orphaned is not None:
            desk.awaited[crawl_query.query.key] = orphaned
        else:
            self._place(desk, crawl_query, known)

    def _place(self, desk: Desk, query: CrawlQuery, known: ParseResult | None) -> None:
        """Line a query up at the host that it asks next, or conclude it if there is none."""
        if known is not None:
            self._conclude(desk, query, known)
            return
        proven = self.proofs.find_answer(query.query, self.clock.now()) if self.proofs else None
        if proven is not None:
            self._conclude(desk, query, proven, shared=True)
            return
        try:
            desk.lines[self.find_next_host(query)].append(query)
        except FetchError as end:
            self._conclude(desk, query, end.result)

    def _find_answer(self, query: CrawlQuery) -> ParseResult | None:
        """Return what a query comes to that may not be asked; None if it may."""
        if query.query.kind in KEPT_HOME or not self.may_ask(query.query):
            return build_refusal_error(FailureReason.NOT_ALLOWED).result
        return None

    def _send_batches(self, desk: Desk) -> bool:
        has_sent = False
        counts = Counter(batch.body.manners.host for batch in desk.sent.values())
        for host in list(desk.lines):
            if desk.failures[host] >= self.engine.throttle.max_failures:
                # It is asked no more in this run.
                closed = build_failure_error(FailureReason.CLOSED).result
                while desk.lines[host]:
                    self._conclude(desk, desk.lines[host].popleft(), closed)
            while desk.lines[host] and counts[host] < WINDOW:
                counts[host] += self._send_batch(desk, host)
                has_sent = has_sent or counts[host] > 0
            if not desk.lines[host]:
                del desk.lines[host]
        return has_sent

    def _send_batch(self, desk: Desk, host: str) -> bool:
        queue, chosen = desk.lines[host], list[CrawlQuery]()
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
        now, day_key = read_utc_time(), self.day_keys.take_current()
        seal = BatchSeal(
            seal=FleetSeal(day_key.key),
            id=randbits(62),
            district=self._tag,
            lock=self.seal.hash_name("host", body.manners.host),
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
        sent = SentBatch(
            body=body,
            seal=seal,
            left=set(numbers),
            permitted=numbers,
            permitted_at=now,
            tries=tries,
        )
        # First: if no one can tell whether it came in, the next run awaits it, or finds it lost.
        desk.awaited.update(dict.fromkeys(sent.left_keys, sent))
        self.mailbox.send_batch(batch, desk.priority, waited=waited)

    def _take_turn(self, desk: Desk, host: str, query: CrawlQuery) -> ParseResult | None:
        """Count a query, or return what it comes to: things may have changed meanwhile."""
        known = self._find_answer(query)
        if known is not None:
            return known
        desk.report_progress(query.query.source, SourceProgress.ASKING)
        if self.share is None or not self.router.directory.is_declared(host):
            return None
        pause = self._get_pause(host, query)
        return self.share.take_turn(host, pause, desk.priority, self.clock.now())

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
            sent_at=read_utc_time(),
            district=self.district,
            contact=self.config.district.contact,
            sources=export_sources(self.config.sources, wanted, self.environment.variables),
            keeps_pages=self.config.evidence.pages,
            picture_subjects=tuple(sorted(subjects)),
            manners=replace(declared, pause=pause),
            priority=desk.priority,
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

    def _read_answers(self, desk: Desk, sent: Mapping[int, SentBatch]) -> list[SealedAnswer]:
        answers = self.mailbox.read_answers(sent) if sent else []
        return [
            answer
            for answer in answers
            if (batch := sent[answer.batch])
            is desk.awaited.get(batch.body.queries[answer.number].query.key)
        ]

    def _take_answer(self, desk: Desk, batch: SentBatch, sealed: SealedAnswer) -> None:
        if not self.seal.is_signed_by(sealed.worker, sealed.place, sealed.body, sealed.signature):
            LOG.error("answer_refused", extra={"batch": sealed.batch})
            desk.refused.add(sealed.batch)
            return
        answer = batch.seal.open_answer(sealed.number, sealed.body)
        asked = batch.body.queries[sealed.number]
        batch.left.discard(sealed.number)
        del desk.awaited[asked.query.key]
        if answer.handed_back is not None:
            self._place(desk, answer.handed_back, self._find_answer(answer.handed_back))
        elif answer.result is not None:
            self._take_result(desk, batch.body.manners.host, asked, answer.result)

    def _take_result(self, desk: Desk, host: str, asked: CrawlQuery, visit: CrawlResult) -> None:
        result = visit.result
        refused = result.note == FailureReason.NOT_ALLOWED.value
        if refused and asked.handovers == 0 and self._find_answer(asked) is None:
            # Something changed for this person, and this query may still be asked.
            self._place(desk, replace(asked, handovers=1), None)
            return
        failed = result.outcome is Outcome.FAILED
        desk.failures[host] = desk.failures[host] + 1 if failed else 0
        if self.proofs is not None:
            self.proofs.note_answer(visit.query, result, self.clock.now())
        self._finish(desk, asked, visit)

    def _conclude(
        self, desk: Desk, query: CrawlQuery, result: ParseResult, *, shared: bool = False
    ) -> None:
        self._finish(desk, query, query.conclude(result, self.clock.now(), shared=shared))

    def _finish(self, desk: Desk, query: CrawlQuery, visit: CrawlResult) -> None:
        onward = query.build_followups(visit.result.follow)
        desk.events.put(CrawlEvent(result=visit, new_queries=onward))

    def _forget_taken(self, sent: Mapping[int, SentBatch], answers: list[SealedAnswer]) -> None:
        """Empty what is safe in the district's own database; drop batches that are through."""
        self.mailbox.take_answers(answers)
        through = [number for number, batch in sent.items() if not batch.left]
        if through:
            self.mailbox.delete_batches(through)
