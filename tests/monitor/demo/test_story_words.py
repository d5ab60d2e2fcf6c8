"""How many words the emails of the played story have, and those of any two cases in one email."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from monitor.app import App
from monitor.demo.story import open_played_story
from monitor.domain.vocabulary import CaseStep, Decision, Language, StepActor
from monitor.services.answer_links import add_finding_links
from monitor.services.answers import record_feedback
from monitor.services.digests import build_digest_view
from reports.case_view import CaseView
from reports.emails.digest import MOST_QUIET_WORDS, MOST_WORDS, DigestView, render_digest
from reports.emails.render import count_words
from reports.translation import use_language


@pytest.fixture
def app(played_demo: Path, tmp_path: Path) -> Iterator[App]:
    copy = shutil.copytree(played_demo, tmp_path / "demo")
    with open_played_story(copy, "http://127.0.0.1:8765") as service:
        yield service


def list_views(app: App) -> list[DigestView]:
    return [build_digest_view(app, person_id) for person_id in app.db.people.list_person_ids()]


def list_cases(app: App) -> list[CaseView]:
    """Every case of the district as the digest has it on the day it is new."""
    cases = [
        replace(
            case,
            opens_at=case.opened_at + timedelta(days=7),
            it_sees_since=None,
            next_by=StepActor.PERSON,
            next_step=CaseStep.ANSWER,
        )
        if case.it_sees_since
        else case
        for view in list_views(app)
        for case in (*view.cases, *view.waiting)
        if case.is_undecided
    ]
    assert len(cases) >= 6
    return cases


@pytest.mark.parametrize("language", Language)
def test_two_new_cases_of_any_kind_are_at_most_150_words(app: App, language: Language):
    whose = max(list_views(app), key=lambda view: len(view.coverage.gaps))
    whose = replace(whose, policy=None, needs_you=2, to_sort=3, views=0, changes=(), questions=())
    words = {}
    for pair in permutations(list_cases(app), 2):
        view = add_finding_links(app, replace(whose, cases=pair, waiting=()), app.clock.now())
        assert isinstance(view, DigestView)
        with use_language(language):
            words[tuple(case.finding.url for case in pair)] = count_words(render_digest(view))

    assert {pair: count for pair, count in words.items() if count > MOST_WORDS} == {}


@pytest.mark.parametrize("language", Language)
def test_each_persons_digest_is_brief_with_its_cases_and_once_nothing_is_open(
    app: App, language: Language
):
    for view in list_views(app):
        with use_language(language):
            assert count_words(render_digest(view)) <= MOST_WORDS

    for person_id in app.db.people.list_person_ids():
        asked = {case.finding_id for case in app.db.cases.list_cases_of_person(person_id)}
        record_feedback(app, person_id, dict.fromkeys(asked, Decision.UNRELATED))
    quiet = [replace(view, decided=(), changes=(), questions=()) for view in list_views(app)]
    quiet = [view for view in quiet if view.is_quiet]
    assert len(quiet) >= 3
    for view in quiet:
        with use_language(language):
            assert count_words(render_digest(view)) <= MOST_QUIET_WORDS
