import gc
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, process_time

import pytest

from scrapers.models import Identity, Outcome, Page, ParseResult
from scrapers.profiles.web_pages import AuthorFeedSource, WebPageSource
from scrapers.sandbox.client import CHILDREN, OUT_OF_BOUNDS, PATIENCE_SECONDS, SandboxParser
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import MarkupSource
from tests.scrapers.sandbox.conftest import alive
from tests.scrapers.sandbox.corpus import BYTES, CORPUS, FEEDS, TEXTS, TREES
from tests.scrapers.sandbox.sources import MANNERS, FeedSource

Answered = Callable[..., Page]
Share = Callable[..., Sequence[str]]

HTML = {"content-type": "text/html; charset=utf-8"}
JANE = b"<title>Jane Doe (@jdoe) | Alpha</title>"
FEED = FeedSource(name="feed", crawl_policy=MANNERS)
# Starting a child anew, and being one of several programs on a machine, take time of their own.
LEEWAY_SECONDS = 60.0
LITTLE_SECONDS = 1.0
MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Ordeal:
    """One hostile page, and an ordinary one after it."""

    name: str
    reading: ParseResult
    seconds: float
    next_name: str


@pytest.fixture
def tried(alpha: PresenceSource, answered: Answered) -> Iterator[Callable[..., list[Ordeal]]]:
    (query,) = alpha.build_queries(Identity(person_id="p", names=(), handles=("jdoe",)))
    jane = answered(JANE)

    def through(source: MarkupSource, names: Sequence[str]) -> list[Ordeal]:
        def ordeal(name: str) -> Ordeal:
            began = monotonic()
            reading = parser.parse_body(source, query, answered(CORPUS[name]()))
            seconds = monotonic() - began
            after = parser.parse_body(alpha, query, jane)
            return Ordeal(name, reading, seconds, after.traces[0].name if after.traces else "")

        with ThreadPoolExecutor(CHILDREN) as threads:
            return list(threads.map(ordeal, names))

    with SandboxParser() as parser:
        yield through


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def faults(ordeals: list[Ordeal]) -> list[str]:
    return [
        f"{ordeal.name}: {ordeal.reading.outcome} {ordeal.reading.note} "
        f"after {ordeal.seconds:.1f} s"
        for ordeal in ordeals
        if ordeal.seconds > PATIENCE_SECONDS + LEEWAY_SECONDS
        or ordeal.next_name != "Jane Doe"
        or (ordeal.reading.outcome is Outcome.UNREADABLE and not ordeal.reading.note)
    ]


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) == len(TREES) + len(TEXTS) + len(BYTES) + len(FEEDS) >= 40


def test_no_page_holds_up_those_after_it(
    alpha: PresenceSource, tried: Callable[..., list[Ordeal]], share: Share
) -> None:
    pages = share([*TREES, *TEXTS, *BYTES])
    before = resident()

    ordeals = tried(alpha, pages)

    assert [ordeal.name for ordeal in ordeals] == pages
    assert faults(ordeals) == []
    assert resident() - before < 32 * MEBIBYTE
    lost = [ordeal for ordeal in ordeals if ordeal.reading.outcome is not Outcome.FOUND]
    assert {ordeal.reading.note for ordeal in lost} <= {OUT_OF_BOUNDS}


def test_no_feed_holds_up_those_after_it(tried: Callable[..., list[Ordeal]], share: Share) -> None:
    assert faults(tried(FEED, [*FEEDS, *share([*TREES, *TEXTS, *BYTES])])) == []


def test_no_named_page_and_no_named_feed_holds_up_those_after_it(
    tried: Callable[..., list[Ordeal]], share: Share
) -> None:
    assert faults(tried(WebPageSource(), share([*TREES, *TEXTS, *BYTES]))) == []
    assert faults(tried(AuthorFeedSource(), share([*FEEDS]))) == []


def test_what_a_feed_fetches_or_swells_by_is_refused(tried: Callable[..., list[Ordeal]]) -> None:
    declaring = [name for name, make in FEEDS.items() if b"<!DOCTYPE" in make()]

    readings = [entry.reading for entry in tried(FEED, declaring)]

    assert len(readings) == 7
    assert {reading.note for reading in readings} == {"answer-unparsed:DoctypeError"}


@pytest.mark.parametrize("name", CORPUS)
def test_what_the_service_itself_looks_at_costs_it_little(
    name: str, alpha: PresenceSource, answered: Answered
) -> None:
    (query,) = alpha.build_queries(Identity(person_id="p", names=(), handles=("jdoe",)))
    page = answered(CORPUS[name]() + b"unusual traffic class='card'", headers=HTML)
    began = process_time()

    alpha.parse_response(query, page)

    assert process_time() - began < LITTLE_SECONDS


def test_no_child_outlives_the_corpus(alpha: PresenceSource, answered: Answered) -> None:
    (query,) = alpha.build_queries(Identity(person_id="p", names=(), handles=("jdoe",)))
    with SandboxParser() as parser:
        parser.parse_body(alpha, query, answered(CORPUS["NUL bytes"]()))
        parser.parse_body(alpha, query, answered(JANE))
        pids = parser.child_pids

    assert pids
    assert not any(map(alive, pids))
