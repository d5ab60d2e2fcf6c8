"""Canaries are asked once for all districts, and a full host's week is shared by staff."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from scrapers.crawl.crawler import CrawlEngine, Crawler
from scrapers.crawl.quotas import QuotaTracker
from scrapers.crawl.sharing import (
    CanaryProof,
    DistrictProofs,
    HostShare,
    HostShareTracker,
    ProofCache,
    compute_allowance,
    list_expected_proofs,
    roll_over_share,
)
from scrapers.crawl.throttle import Throttle
from scrapers.http.errors import FailureReason
from scrapers.models import CrawlPriority, Outcome, Query
from scrapers.source import Canary
from tests.scrapers.http.fakes import MONDAY, FakeClient, FakeClock, FakeSource, lanes_over, site

A_WEEK = timedelta(weeks=1)


@dataclass
class ProofList:
    """Proofs in memory."""

    proofs: dict[str, CanaryProof] = field(default_factory=dict)

    def list_proofs(self) -> list[CanaryProof]:
        return list(self.proofs.values())

    def save_proof(self, proof: CanaryProof) -> None:
        self.proofs[proof.key] = proof

    def delete_proof(self, key: str) -> None:
        self.proofs.pop(key, None)


@dataclass
class ShareList:
    """Shares in memory."""

    shares: dict[tuple[str, str], HostShare] = field(default_factory=dict)

    def list_host_shares(self, district: str) -> list[HostShare]:
        return [share for (name, _), share in self.shares.items() if name == district]

    def save_host_shares(self, district: str, shares: list[HostShare]) -> None:
        self.shares.update({(district, share.host): share for share in shares})


@dataclass
class Proven(FakeSource):
    """Has an account that surely exists, and a name that cannot."""

    def build_canaries(self, nonce: str) -> list[Canary]:
        return [
            Canary(query=self.query("known"), expects=Outcome.FOUND),
            Canary(query=self.query(nonce), expects=Outcome.ABSENT),
        ]


ALPHA = Proven("alpha", site("alpha").crawl_policy)


def crawler_of(
    engine: CrawlEngine,
    client: FakeClient,
    cache: ProofCache,
    budgets: dict[str, str] | None = None,
) -> Crawler:
    expected = list_expected_proofs({"alpha": ALPHA}, "nonce", budgets or {}, MONDAY)
    proofs = DistrictProofs(cache, expected)
    shared = replace(lanes_over(client, ALPHA), engine=engine, owns_engine=False)
    return replace(shared, proofs=proofs, budgets=budgets or {})


def canaries(nonce: str = "nonce") -> list[Query]:
    return [canary.query for canary in ALPHA.build_canaries(nonce)]


def says(url: str) -> str:
    return "found" if url.endswith("known") else "absent"


def test_a_canary_is_asked_once_for_all_districts(clock: FakeClock) -> None:
    client, engine, store = FakeClient(clock, respond=says), CrawlEngine(clock=clock), ProofList()
    cache = ProofCache(store)

    told = [list(crawler_of(engine, client, cache).crawl(canaries())) for _ in range(3)]

    assert len(client.asked) == 2
    outcomes = [[visit.result.outcome for visit in visits] for visits in told]
    assert outcomes == [[Outcome.FOUND, Outcome.ABSENT]] * 3
    assert [{visit.shared for visit in visits} for visits in told] == [{False}, {True}, {True}]
    assert len(store.proofs) == 2
    engine.close()


def test_only_canaries_that_no_one_asked_lately_are_still_to_be_paid_for(clock: FakeClock) -> None:
    client, engine = FakeClient(clock, respond=says), CrawlEngine(clock=clock)
    cache = ProofCache(ProofList())
    first, second = (crawler_of(engine, client, cache) for _ in range(2))
    alone, other_key = lanes_over(client, ALPHA), crawler_of(engine, client, cache, {"alpha": "a"})
    assert {entry.count_unproven_canaries(ALPHA) for entry in (alone, first, second)} == {2}

    list(first.crawl(canaries()))

    assert second.count_unproven_canaries(ALPHA) == 0
    assert {side.count_unproven_canaries(ALPHA) for side in (alone, other_key)} == {2}
    engine.close()


def test_a_proof_outlives_a_restart_and_ends_after_a_day(clock: FakeClock) -> None:
    client, engine, store = FakeClient(clock, respond=says), CrawlEngine(clock=clock), ProofList()
    list(crawler_of(engine, client, ProofCache(store)).crawl(canaries()))
    list(crawler_of(engine, client, ProofCache(store)).crawl(canaries()))
    assert len(client.asked) == 2
    clock.seconds += timedelta(hours=24).total_seconds()

    list(crawler_of(engine, client, ProofCache(store)).crawl(canaries()))

    assert len(client.asked) == 4
    engine.close()


def test_a_wrong_answer_is_shared_with_no_one(clock: FakeClock) -> None:
    client, engine = FakeClient(clock, respond=lambda _: "absent"), CrawlEngine(clock=clock)
    cache = ProofCache(ProofList())
    for _ in range(2):
        list(crawler_of(engine, client, cache).crawl(canaries()))

    assert sum(url.endswith("known") for url in client.urls) == 2
    engine.close()


def test_what_one_api_key_proves_proves_nothing_of_another(clock: FakeClock) -> None:
    client, engine = FakeClient(clock, respond=says), CrawlEngine(clock=clock)
    cache = ProofCache(ProofList())
    list(crawler_of(engine, client, cache).crawl(canaries()))
    list(crawler_of(engine, client, cache, {"alpha": "a key"}).crawl(canaries()))

    assert len(client.asked) == 4
    engine.close()


def test_a_source_that_is_to_be_tested_is_asked_again(clock: FakeClock) -> None:
    client, engine = FakeClient(clock, respond=says), CrawlEngine(clock=clock)
    cache = ProofCache(ProofList())
    crawler = crawler_of(engine, client, cache)
    list(crawler.crawl(canaries()))
    crawler.forget_proofs(["alpha"])

    list(crawler.crawl(canaries()))

    assert len(client.asked) == 4
    engine.close()


def test_a_query_about_a_person_is_never_answered_from_what_others_heard(
    clock: FakeClock,
) -> None:
    client, engine = FakeClient(clock, respond=says), CrawlEngine(clock=clock)
    cache = ProofCache(ProofList())
    about = replace(ALPHA.query("known"), subject="someone")
    for _ in range(2):
        list(crawler_of(engine, client, cache).crawl([*canaries(), about]))

    assert sum(url.endswith("known") for url in client.urls) == 3
    engine.close()


@pytest.mark.parametrize(
    ("pause", "fraction", "allowed"), [(4.8, 1.0, 120_960), (4.8, 0.1, 12_096), (4.8, 0.0, 1)]
)
def test_a_share_of_a_week_goes_by_the_part_of_all_staff(
    pause: float, fraction: float, allowed: int
) -> None:
    assert compute_allowance(pause, fraction) == allowed


def test_what_was_left_of_a_week_is_carried_over_once() -> None:
    share = HostShare(host="alpha.example", week="2026-W45", asked=4)

    week_on = roll_over_share(share, MONDAY + A_WEEK, 10)
    later = roll_over_share(share, MONDAY + 2 * A_WEEK, 10)
    spent = roll_over_share(replace(share, asked=13, carried=3), MONDAY + A_WEEK, 10)

    assert roll_over_share(share, MONDAY, 10) == share
    assert (week_on.asked, week_on.carried) == (0, 6)
    assert (later.asked, later.carried) == (0, 0)
    assert spent.carried == 0


def test_a_district_that_asks_beyond_its_share_is_told_until_when(clock: FakeClock) -> None:
    # A week of 604,800 seconds has room for one query in 302,400 seconds, twice.
    rare = site("alpha", seconds_between=302_399.8)
    store = ShareList()
    client = FakeClient(clock)
    engine = CrawlEngine(
        clock=clock,
        throttle=Throttle(wait_factor=0),
        quota=QuotaTracker(lanes_over(client, rare).quota_store, clock),
    )
    ledger = HostShareTracker("cedar", store, lambda: 0.5)
    crawler = replace(lanes_over(client, rare), engine=engine, owns_engine=False, share=ledger)

    visits = list(crawler.crawl([rare.query("a"), rare.query("b")]))
    check = list(crawler.crawl([rare.query("c")], priority=CrawlPriority.FIRST))

    assert [visit.result.outcome for visit in visits] == [Outcome.ABSENT, Outcome.SKIPPED]
    assert visits[1].result.note == FailureReason.SHARE_USED
    assert visits[1].result.retry_at == datetime(2026, 11, 9, tzinfo=UTC)
    assert check[0].result.outcome is Outcome.ABSENT
    assert store.shares["cedar", "alpha.example"].asked == 2
    engine.close()
