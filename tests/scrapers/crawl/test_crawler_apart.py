"""Which pages a worker has parsed, and what it makes of the answer."""

from dataclasses import dataclass

import pytest

from scrapers.crawl.crawl_worker import parse_page
from scrapers.models import Outcome, Page, ParseResult, Query
from scrapers.sandbox.client import PageParser
from tests.scrapers.http.fakes import MONDAY, FakeSource, site
from tests.scrapers.sandbox.fakes import InProcessParser

ALPHA = site("alpha")


@dataclass
class Pages(FakeSource):
    """Needs its pages parsed where their bytes say `found`."""

    told: Outcome = Outcome.FOUND

    def parse_response(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - the protocol names it
        outcome = Outcome(page.body.decode())
        return ParseResult(outcome=outcome, unparsed=outcome is Outcome.FOUND)

    def parse_body(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - likewise
        return ParseResult(outcome=self.told, note="parsed")


class Broken:
    def parse_body(self, *_job: object) -> ParseResult:
        raise ChildProcessError


def page(body: str, *, cut: bool = False) -> Page:
    return Page(
        url="http://alpha.example/rosa", status=200, body=body.encode(), fetched_at=MONDAY, cut=cut
    )


def reading(source: FakeSource, answer: Page, parser: PageParser | None = None) -> ParseResult:
    return parse_page(source, source.query("rosa"), answer, parser or InProcessParser())


def test_a_page_is_parsed_where_its_bytes_do_not_tell_all() -> None:
    assert reading(Pages("alpha", ALPHA.crawl_policy), page("found")).note == "parsed"


@pytest.mark.parametrize("said", ["absent", "blocked", "limited"])
def test_no_page_is_parsed_whose_bytes_tell_all(said: str) -> None:
    assert reading(Pages("alpha", ALPHA.crawl_policy), page(said)).outcome == said


def test_a_source_that_parses_nothing_needs_no_parser() -> None:
    assert reading(ALPHA, page("found"), Broken()).outcome is Outcome.FOUND


def test_a_parser_that_breaks_makes_its_page_unreadable_and_nothing_else() -> None:
    lost = reading(Pages("alpha", ALPHA.crawl_policy), page("found"), Broken())

    assert lost.outcome is Outcome.UNREADABLE
    assert lost.note == "answer-unparsed:ChildProcessError"


def test_a_cut_page_proves_no_absence_when_it_was_parsed_either() -> None:
    pages = Pages("alpha", ALPHA.crawl_policy, told=Outcome.ABSENT)

    assert reading(pages, page("found", cut=True)).outcome is Outcome.UNREADABLE
