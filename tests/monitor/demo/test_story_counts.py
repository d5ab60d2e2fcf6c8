"""Emails, pages and the desk count alike, in each state that an answer brings the demo into."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.app import App
from monitor.demo.story import open_played_story
from monitor.domain.vocabulary import Decision
from monitor.services.answers import (
    DecisionInput,
    decide_cases,
    list_pending_feedback,
    record_feedback,
)
from monitor.services.disclosure import disclose_cases
from tests.monitor.counts import check_desk_counts, check_personal_counts


@pytest.fixture(scope="module")
def app(played_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("story") / "demo"
    shutil.copytree(played_demo, folder)
    with open_played_story(folder, "http://127.0.0.1:1") as opened:
        yield opened


def list_staff(app: App) -> list[str]:
    consents = app.db.consents
    people = app.db.people.list_person_ids()
    return [person for person in people if consents.has_consent_in_force(person, app.clock.now())]


def test_emails_pages_and_desk_count_alike_after_each_answer(app: App) -> None:
    states = 0
    for person_id in list_staff(app):
        check_personal_counts(app, person_id)
        for case in disclose_cases(app, app.db.people.load_person(person_id)):
            for choice in case.answers if case.is_undecided else ():
                said = DecisionInput(decision=Decision(choice.value), by=person_id)
                decide_cases(app, (case.id,), said)
                check_personal_counts(app, person_id)
                check_desk_counts(app)
                decide_cases(
                    app, (case.id,), DecisionInput(decision=Decision.REOPENED, by=person_id)
                )
                states += 1
        for pending in list_pending_feedback(app, person_id)[:2]:
            record_feedback(app, person_id, {pending.finding.id: Decision.NAMESAKE})
            check_personal_counts(app, person_id)
            states += 1

    assert states > len(list_staff(app))
