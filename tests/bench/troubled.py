"""A web that is never asked over a network, with the troubles that sites have, drawn by a seed."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from monitor.demo.response import FakeRequest, FakeResponse, build_html_response
from monitor.domain.errors import BusyError
from monitor.services.sweeps import ProgressListener
from scrapers.models import CrawlPriority, CrawlResult, Outcome, Page, ParseResult, Query
from scrapers.source import MarkupSource, Source
from tests.bench.scale import ScaleInternet

# Of 400 sites, as counted for the comparison with other programs: 8 answer 429, 4 hang, 4 reset,
# 4 show a challenge, 4 refuse without words, and 12 have a new face that is the same for everybody.
SHARES: Mapping[str, float] = {
    "limited": 0.02,
    "failed": 0.02,
    "challenge": 0.01,
    "refused": 0.01,
    "redesigned": 0.03,
}
REDESIGNED = build_html_response("<!doctype html><title>Welcome</title><h1>All new!</h1>")
CHALLENGE = build_html_response("<!doctype html><title>Just a moment...</title>", status=403)


@dataclass(slots=True, kw_only=True)
class TroubledWeb:
    """Answers as `ScaleInternet`, but for what `truth` says of (host, handle), and for trouble.

    After `breaks_after` queries the service fails for a reason of its own; 0 is never.
    """

    sources: Mapping[str, Source]
    internet: ScaleInternet
    now: Callable[[], datetime]
    truth: dict[tuple[str, str], bool] = field(default_factory=dict)
    offline: bool = False
    asked: int = 0
    breaks_after: int = 0

    @property
    def week(self) -> int:
        return self.now().toordinal() // 7

    def is_stopped(self) -> bool:
        return False

    def crawl(
        self, queries: Iterable[Query], watch: ProgressListener, priority: CrawlPriority
    ) -> Iterator[CrawlResult]:
        del priority
        for number, query in enumerate(queries, start=1):
            if number == self.breaks_after:
                reason = "the database is held by another program"
                raise BusyError(reason)
            self.asked += 1
            watch(query.source, "asking")
            yield CrawlResult(query=query, result=self._reading(query), at=self.now())
        for source in self.sources:
            watch(source, "done")

    def _reading(self, query: Query) -> ParseResult:
        trouble = "failed" if self.offline else drawn(query.source, self.week)
        if trouble == "failed":
            return ParseResult(outcome=Outcome.FAILED, note="the server did not answer")
        if trouble == "limited":
            return ParseResult(outcome=Outcome.LIMITED, note="back-later")
        source = self.sources[query.source]
        page = self._page(query, trouble)
        reading = source.parse_response(query, page)
        if reading.unparsed and isinstance(source, MarkupSource):
            return source.parse_body(query, page)
        return reading

    def _page(self, query: Query, trouble: str) -> Page:
        answer = self._answer(query, trouble)
        return Page(
            url=query.request.url,
            status=answer.status,
            body=answer.body,
            headers=dict(answer.headers),
            fetched_at=self.now(),
        )

    def _answer(self, query: Query, trouble: str) -> FakeResponse:
        if trouble == "challenge":
            return CHALLENGE
        if trouble == "refused":
            return build_html_response("", status=403)
        if trouble == "redesigned":
            return REDESIGNED
        url = urlsplit(query.request.url)
        host, handle = url.hostname or "", url.path.removeprefix("/u/")
        told = self.truth.get((host, handle))
        if told is False:
            handle = "nobody"
        asked = FakeRequest(host=host, path=f"/u/{handle}", week=self.week, nth=self.asked)
        answer = (
            self.internet.render_profile(asked, handle)
            if told
            else self.internet.answer_request(asked)
        )
        return answer or build_html_response("", status=502)


@cache
def drawn(source: str, week: int) -> str:
    """Draw what is wrong with a source in a week; mostly nothing is."""
    lot = random.Random(f"{source} {week}").random()  # noqa: S311 - the same year again
    for trouble, share in SHARES.items():
        if lot < share:
            return trouble
        lot -= share
    return ""
