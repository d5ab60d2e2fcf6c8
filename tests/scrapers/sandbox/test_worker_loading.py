"""A child opens no file once it answers, so all that reading takes must be loaded by then."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from scrapers.models import Identity, Outcome, Page, ParseResult, Query
from scrapers.sandbox.client import SandboxParser
from scrapers.sandbox.worker import CODECS
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import MarkupSource
from tests.scrapers.answers import Answer, answers
from tests.scrapers.sandbox.sources import MANNERS, Rogue

MARKUP = [
    one_answer
    for one_answer in answers()
    if isinstance(one_answer.source, MarkupSource)
    and one_answer.source.parse_response(one_answer.query, one_answer.page).unparsed
]
HTML = {"content-type": "text/html"}


@dataclass
class LateSource(Rogue):
    """Imports what nothing else does, when it reads."""

    parser_modules: tuple[str, ...] = ()

    def parse_body(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - likewise
        import chunk_of_late_source  # noqa: PLC0415 - that is the point

        return ParseResult(outcome=Outcome.FOUND, note=chunk_of_late_source.NOTE)


@pytest.fixture(scope="module")
def child() -> Iterator[SandboxParser]:
    with SandboxParser(children=1, patience=60.0) as parser:
        yield parser


@pytest.fixture
def late(tmp_path, monkeypatch: pytest.MonkeyPatch) -> LateSource:
    (tmp_path / "chunk_of_late_source.py").write_text("NOTE = 'loaded'\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return LateSource(name="late", crawl_policy=MANNERS)


def asked(source: Rogue | PresenceSource) -> Query:
    (query,) = source.build_queries(Identity(person_id="p", names=(), handles=("jdoe",)))
    return query


@pytest.mark.parametrize("answer", MARKUP, ids=str)
def test_each_recorded_page_is_read_as_it_would_be_here(
    answer: Answer, child: SandboxParser
) -> None:
    assert isinstance(answer.source, MarkupSource)

    there = child.parse_body(answer.source, answer.query, answer.page)

    assert there == answer.source.parse_body(answer.query, answer.page)


@pytest.mark.parametrize("codec", CODECS)
def test_a_page_in_any_encoding_of_the_web_is_read(
    codec: str, child: SandboxParser, alpha: PresenceSource, answered: Callable[..., Page]
) -> None:
    page = answered("", headers={"content-type": f"text/html; charset={codec}"})
    body = "<title>Jane Doe (@jdoe) | Alpha</title><body class='card'>".encode(codec)

    (trace,) = child.parse_body(alpha, asked(alpha), replace(page, body=body)).traces

    assert trace.name == "Jane Doe"


def test_an_encoding_that_no_page_is_in_is_read_as_utf_8(
    child: SandboxParser, alpha: PresenceSource, answered: Callable[..., Page]
) -> None:
    page = answered(
        "<title>Jane Doe (@jdoe) | Alpha</title><body class='card'>",
        headers={"content-type": "text/html; charset=cp037"},
    )

    (trace,) = child.parse_body(alpha, asked(alpha), page).traces

    assert trace.name == "Jane Doe"


def test_what_a_plug_in_imports_late_is_not_found(
    late: LateSource, answered: Callable[..., Page]
) -> None:
    with SandboxParser(children=1, patience=60.0) as parser:
        result = parser.parse_body(late, asked(late), answered("x"))

    assert result.outcome is Outcome.UNREADABLE
    assert "ModuleNotFoundError" in result.note


def test_what_a_plug_in_names_is_loaded_before_even_in_a_child_that_ran(
    late: LateSource, rogue: Rogue, answered: Callable[..., Page]
) -> None:
    named = replace(late, parser_modules=("chunk_of_late_source",))
    with SandboxParser(children=1, patience=60.0) as parser:
        parser.parse_body(rogue, asked(rogue), answered("chat"))
        before = parser.child_pids
        result = parser.parse_body(named, asked(named), answered("x"))
        after = parser.child_pids
        parser.parse_body(rogue, asked(rogue), answered("chat"))

        assert result.note == "loaded"
        assert before != after == parser.child_pids


def test_a_module_that_cannot_be_loaded_costs_no_other_source_its_child(
    late: LateSource, rogue: Rogue, answered: Callable[..., Page]
) -> None:
    broken = replace(late, parser_modules=("nowhere.at_all",))
    with SandboxParser(children=1, patience=60.0) as parser:
        parser.parse_body(broken, asked(broken), answered("x"))
        result = parser.parse_body(rogue, asked(rogue), answered("chat"))

    assert result.outcome is Outcome.FOUND
