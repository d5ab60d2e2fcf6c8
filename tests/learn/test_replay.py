"""A skeleton is enough to tell whether a reader still understands: shown on every page we have."""

from dataclasses import replace

from monitor.domain.first_contact import AnswerShape
from scrapers.models import Outcome
from scrapers.parsers.answer_skeleton import Mask, build_skeleton
from scrapers.parsers.presence import list_shown_marks
from scrapers.sites.presence_source import PresenceSource
from tests.learn.replay import replay
from tests.rows import over_rows
from tests.scrapers.answers import Answer, answers

UNDERSTOOD = {Outcome.FOUND, Outcome.ABSENT, Outcome.PARTIAL}
KINDS = {".json", ".html"}
# Its hits tell nothing but usernames, and a name is in them in another spelling.
SPELLED_OTHERWISE = "github-api/search.json"
ANSWERS = [
    answer
    for answer in answers()
    if answer.outcome in UNDERSTOOD
    and answer.file.suffix in KINDS
    and str(answer) != SPELLED_OTHERWISE
]


def shape_of(answer: Answer) -> AnswerShape:
    page, query = answer.page, answer.query
    skeleton = build_skeleton(page, Mask.from_query(query, page.status))
    is_site = isinstance(answer.source, PresenceSource)
    return AnswerShape(
        status=page.status,
        seconds=0.1,
        size=len(page.body),
        content_type=page.headers["content-type"],
        kind=skeleton.kind,
        names=skeleton.names,
        marks=list_shown_marks(answer.source.entry.rule, query.terms[0], page) if is_site else (),
        tree=skeleton.tree,
    )


@over_rows("answer", ANSWERS, ids=str)
def test_what_a_page_comes_to_its_skeleton_comes_to(answer: Answer):
    result = replay(answer.source, replace(answer.query, subject=""), shape_of(answer))
    assert result.outcome is answer.outcome, result.note


def found(name: str) -> Answer:
    return next(
        answer for answer in ANSWERS if str(answer).startswith(name) and answer.outcome == "found"
    )


def test_a_reader_that_wants_another_mark_does_not_understand_what_was_seen():
    answer = found("linktree/")
    entry = answer.source.entry
    marks = replace(entry.rule, e_string='"another-mark"', e_others=())

    changed = PresenceSource(entry=replace(entry, rule=marks))

    shape = shape_of(answer)
    query = replace(answer.query, subject="")
    assert replay(answer.source, query, shape).outcome is Outcome.FOUND
    assert replay(changed, query, shape).outcome is Outcome.UNREADABLE


def test_a_reader_that_wants_another_key_does_not_understand_what_was_seen():
    answer = found("gitlab-api/")
    shape = shape_of(answer)
    rows = [row if isinstance(row, str) else {**row, "username": None} for row in shape.tree]

    result = replay(answer.source, answer.query, replace(shape, tree=rows))

    assert result.outcome is Outcome.UNREADABLE
