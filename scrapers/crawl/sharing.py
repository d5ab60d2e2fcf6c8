"""What the districts of one process share beyond politeness: proofs of sources, hosts' weeks.

A canary that one district has asked needs not be asked by the next. Where all of them together
want more of a host than its week has, each gets a share.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Protocol

from scrapers.crawl.quotas import build_week_refusal
from scrapers.http.errors import FailureReason
from scrapers.models import CrawlPriority, Outcome, ParseResult, Query
from scrapers.source import Source

# A sweep's own canaries are at most as old when its last answer is settled.
PROOF_VALID_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryProof:
    """A canary with the right answer; `key` stands for the source, its API key and the query."""

    key: str
    outcome: Outcome
    at: datetime
    note: str = ""

    def is_fresh(self, now: datetime) -> bool:
        return self.at <= now < self.at + PROOF_VALID_FOR


class ProofStore(Protocol):
    """Used by threads that consume visits, and by no other."""

    def list_proofs(self) -> Iterable[CanaryProof]: ...
    def save_proof(self, proof: CanaryProof) -> None: ...
    def delete_proof(self, key: str) -> None: ...


class ProofCache:
    """All proofs of a process. What canaries contradict is never shared: it is asked again."""

    def __init__(self, store: ProofStore) -> None:
        self._store = store
        self._lock = Lock()
        self._proofs: dict[str, CanaryProof] = {}
        self._unkept: deque[CanaryProof] = deque()
        self.load_proofs()

    def load_proofs(self) -> None:
        """Take up what other processes have proved since."""
        known = {proof.key: proof for proof in self._store.list_proofs()}
        with self._lock:
            self._proofs = known | {text.key: text for text in self._unkept}

    def find_proof(self, key: str, now: datetime) -> CanaryProof | None:
        proof = self._proofs.get(key)
        return proof if proof is not None and proof.is_fresh(now) else None

    def record_proof(self, proof: CanaryProof) -> None:
        with self._lock:
            self._proofs[proof.key] = proof
            self._unkept.append(proof)

    def forget_proofs(self, keys: Iterable[str]) -> None:
        """Have canaries asked again, by whoever wants them next."""
        for key in keys:
            with self._lock:
                known = self._proofs.pop(key, None)
            if known is not None:
                self._store.delete_proof(key)

    def save_proofs(self) -> None:
        """Remember what was learned since."""
        while self._unkept:
            with self._lock:
                proof = self._unkept.popleft() if self._unkept else None
            if proof is not None:
                self._store.save_proof(proof)


@dataclass(frozen=True, slots=True)
class DistrictProofs:
    """The proofs as one district sees them: `canaries` are its own, by the key of their query."""

    cache: ProofCache
    canaries: Mapping[str, CanaryProof]

    def find_answer(self, query: Query, now: datetime) -> ParseResult | None:
        """Return the answer to a canary that someone had lately."""
        canary = self.canaries.get(query.key)
        proof = None if canary is None else self.cache.find_proof(canary.key, now)
        return None if proof is None else ParseResult(outcome=proof.outcome, note=proof.note)

    def note_answer(self, query: Query, result: ParseResult, now: datetime) -> None:
        canary = self.canaries.get(query.key)
        if canary is not None and result.outcome is canary.outcome:
            self.cache.record_proof(replace(canary, at=now, note=result.note))

    def count_missing(self, source: str, now: datetime) -> int:
        """Count the canaries of a source that no one has asked lately."""
        own = (canary for canary in self.canaries.values() if canary.note == source)
        return sum(self.cache.find_proof(canary.key, now) is None for canary in own)

    def forget_sources(self, names: Iterable[str]) -> None:
        known = tuple(names)
        self.cache.forget_proofs(
            canary.key for canary in self.canaries.values() if canary.note in known
        )


def list_expected_proofs(
    sources: Mapping[str, Source], nonce: str, budgets: Mapping[str, str], now: datetime
) -> dict[str, CanaryProof]:
    """Return what each canary of these sources would prove, by the key of its query.

    What another API key proves, or another address, proves nothing here. Until there is a proof,
    its note is the source's name.
    """
    return {
        canary.query.key: CanaryProof(
            key=_build_proof_key(source, canary.query, budgets.get(name, name)),
            outcome=canary.expects,
            at=now,
            note=name,
        )
        for name, source in sources.items()
        for canary in source.build_canaries(nonce)
    }


def _build_proof_key(source: Source, query: Query, budget: str) -> str:
    asked = query.request
    request = (asked.method, asked.url, repr(asked.params), asked.body)
    parts = (budget, str(source.version), query.key, *request)
    return sha256("\x1f".join(parts).encode()).hexdigest()


WEEK_SECONDS = 604_800.0
# What an answer takes, on average, before the pause begins.
REPLY_SECONDS = 0.2
# A crash forgets as many queries of a host's week at most.
SAVED_EVERY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class HostShare:
    """What a district has asked of a host in an ISO week, and what it may ask beyond its share.

    `carried` are the queries that it left of the week before.
    """

    host: str
    week: str
    asked: int = 0
    carried: int = 0


def format_utc_week(now: datetime) -> str:
    year, week, _ = now.astimezone(UTC).isocalendar()
    return f"{year}-W{week:02}"


def compute_allowance(pause: float, fraction: float) -> int:
    """Return how many queries of a host's week are a district's, by its part of all staff."""
    return max(int(fraction * WEEK_SECONDS / (pause + REPLY_SECONDS)), 1)


def roll_over_share(share: HostShare, now: datetime, allowance: int) -> HostShare:
    """Return what of it counts now: what was left of last week is carried over, once."""
    week = format_utc_week(now)
    if week == share.week:
        return share
    left = 0
    if format_utc_week(now - timedelta(weeks=1)) == share.week:
        left = max(allowance + share.carried - share.asked, 0)
    return replace(share, week=week, asked=0, carried=min(left, allowance))


class ShareStore(Protocol):
    """Used by threads that consume visits, and by no other."""

    def list_host_shares(self, district: str) -> Iterable[HostShare]: ...
    def save_host_shares(self, district: str, shares: Iterable[HostShare]) -> None: ...


@dataclass(slots=True)
class HostShareTracker:
    """One district's queries to all hosts this week.

    A self-check counts, and is never refused: a person waits for it. `fraction` tells which part of
    all staff the district has; it changes as people come and go.
    """

    district: str
    store: ShareStore
    fraction: Callable[[], float]
    _shares: dict[str, HostShare] = field(init=False)
    _lock: Lock = field(init=False, default_factory=Lock)
    _unkept: set[str] = field(init=False, default_factory=set)
    _count: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._shares = {share.host: share for share in self.store.list_host_shares(self.district)}

    def take_turn(
        self, host: str, pause: float, rank: CrawlPriority, now: datetime
    ) -> ParseResult | None:
        """Count a query, or return what it comes to because the share of the week is used."""
        allowance = compute_allowance(pause, self.fraction())
        with self._lock:
            known = self._shares.get(host) or HostShare(host=host, week=format_utc_week(now))
            share = roll_over_share(known, now, allowance)
            spent = share.asked >= allowance + share.carried
            if spent and rank is not CrawlPriority.FIRST:
                return build_week_refusal(FailureReason.SHARE_USED, now.astimezone(UTC).date())
            self._shares[host] = replace(share, asked=share.asked + 1)
            self._unkept.add(host)
            self._count += 1
        return None

    def save_shares(self, at_least: int = 1) -> None:
        """Remember what was counted since, if it is that much."""
        if self._count < at_least:
            return
        with self._lock:
            unkept = [self._shares[host] for host in sorted(self._unkept)]
            self._unkept.clear()
            self._count = 0
        self.store.save_host_shares(self.district, unkept)
