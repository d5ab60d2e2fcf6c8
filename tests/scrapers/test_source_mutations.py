"""A damaged answer proves nothing: no reader raises, loops, or takes damage for an answer."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import cast

import pytest

from scrapers.models import Outcome, Page, ParseResult, Query, Trace, TraceKind
from scrapers.source import MarkupSource, Source
from scrapers.urls.canonical import canonicalize_url
from tests.scrapers.answers import Answer, answers
from tests.scrapers.damage import UNREADABLE_JSON, Damaged

Share = Callable[[Sequence[int]], Sequence[int]]

MUTATIONS = 2_000
# A parser of markup takes a hundred times as long as the bytes that it is asked about.
PARSED_ONE_IN = 50
SILENT = {Outcome.FOUND, Outcome.ABSENT, Outcome.UNCHANGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    what: str
    body: bytes
    reading: ParseResult

    def __str__(self) -> str:
        return f"{self.what}: {self.reading.outcome} of {self.body[:2_000]!r}"


@pytest.mark.parametrize("answer", answers(), ids=str)
def test_no_damage_is_taken_for_an_answer(answer: Answer, share: Share) -> None:
    wrong = (
        damage
        for damage in damages(answer, share(range(MUTATIONS), of=20))
        if not honest(answer, damage)
    )

    assert [str(damage) for damage in islice(wrong, 3)] == []


@pytest.mark.parametrize("careless", [Outcome.ABSENT, Outcome.FOUND])
def test_a_careless_reader_is_seen(careless: Outcome) -> None:
    told = (one_answer for one_answer in answers() if one_answer.file.suffix == ".json")
    shown = next(one_answer for one_answer in told if one_answer.outcome is Outcome.FOUND)
    answer = replace(shown, source=cast("Source", Careless(shown.source, careless)))

    assert any(not honest(answer, damage) for damage in damages(answer, range(50)))


@dataclass(frozen=True)
class Careless:
    """Takes what it cannot read for an answer."""

    careful: Source
    makes_of_it: Outcome

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        reading = self.careful.parse_response(query, page)
        lame = reading.outcome is Outcome.UNREADABLE
        return ParseResult(outcome=self.makes_of_it) if lame else reading


def damages(answer: Answer, numbers: Iterable[int]) -> Iterator[Damage]:
    nothing = {_spelled(one_answer.page.body) for one_answer in answers_of_nothing(answer)}
    damaged = Damaged(answer.page.body, str(answer))
    for number in numbers:
        what, body = damaged.by(number)
        if _spelled(body) not in nothing:
            yield Damage(what=what, body=body, reading=_read(answer, body, number))


def answers_of_nothing(answer: Answer) -> list[Answer]:
    """Return what the same source says where there is nothing: to say that is no damage."""
    return [
        one_answer
        for one_answer in answers()
        if one_answer.source == answer.source and one_answer.outcome is Outcome.ABSENT
    ]


def _spelled(body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return body


def _read(answer: Answer, body: bytes, number: int) -> ParseResult:
    page = replace(answer.page, body=body)
    reading = answer.source.parse_response(answer.query, page)
    if reading.unparsed and isinstance(answer.source, MarkupSource):
        return (
            answer.source.parse_body(answer.query, page) if number % PARSED_ONE_IN == 0 else reading
        )
    return reading


def honest(answer: Answer, damage: Damage) -> bool:
    reading = damage.reading
    return (
        (bool(reading.note) or reading.outcome in SILENT)
        and all(whole(trace) for trace in reading.traces)
        and onward(answer, reading)
        and not (reading.outcome is Outcome.ABSENT and answer.outcome is not Outcome.ABSENT)
        and not (_is_no_json(answer, damage) and reading.outcome.is_conclusive)
    )


def _is_no_json(answer: Answer, damage: Damage) -> bool:
    """Say whether it was JSON, an answer in it, and is neither any more."""
    was = answer.file.suffix == ".json" and answer.page.status == 200
    return was and damage.what in UNREADABLE_JSON and _document(damage.body) is None


def _document(body: bytes) -> object:
    try:
        parsed: object = json.loads(body)
    except ValueError:
        return None
    return parsed


def whole(trace: Trace) -> bool:
    """Say whether a trace can be known again, and be looked at."""
    known = bool(trace.key) and trace.key == canonicalize_url(trace.key)
    shown = trace.url.startswith(("http://", "https://"))
    named = bool(trace.account) if trace.kind is TraceKind.ACCOUNT else True
    return known and shown and named and trace.url.isprintable()


def onward(answer: Answer, reading: ParseResult) -> bool:
    """Say whether what it asks next is something else than what was asked."""
    return all(
        query.request != answer.query.request
        and (query.key != answer.query.key or query.page > answer.query.page)
        for query in reading.follow
    )
