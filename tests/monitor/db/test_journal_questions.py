"""Which questions were settled, and by which reader."""

from dataclasses import replace

from monitor.db.journal import QuestionRecord
from monitor.domain.finding import LastReadPage
from scrapers.models import PageFingerprint, QueryKind


def question(world, person, key="q", version=1):
    return QuestionRecord(
        person_id=person,
        key=key,
        source="alpha",
        kind=QueryKind.PRESENCE,
        version=version,
        settled_at=world.now,
    )


def test_a_question_remembers_which_reader_settled_it(world):
    rosa = world.enrolled()
    assert world.state.questions.find_question(rosa, "q") is None

    for version in (1, 2):
        world.state.questions.save_question(question(world, rosa, version=version))

    assert world.state.questions.find_question(rosa, "q") == question(world, rosa, version=2)
    assert world.state.questions.list_questions_of_person(rosa) == (
        question(world, rosa, version=2),
    )


def test_a_question_remembers_the_page_that_answered_it(world):
    rosa = world.enrolled()
    kept = PageFingerprint(asked=b"\0a", digest=b"\xff", version=2**32, etag='W/"1"')
    remembered = LastReadPage(kept=kept, shown=3, read_at=world.now)
    asked = replace(question(world, rosa), remembered=remembered)

    world.state.questions.save_question(asked)

    assert world.state.questions.find_question(rosa, "q") == asked


def test_a_retired_question_starts_anew_and_ends_nothing_else(world):
    rosa = world.enrolled()
    finding = world.finding(rosa)
    for key in ("q1", "q2"):
        world.state.questions.save_question(question(world, rosa, key))
        world.state.sightings.save_sighting(world.sighting(finding, key))

    world.state.questions.retire_question(rosa, "q1")

    assert world.state.questions.find_question(rosa, "q1") is None
    assert world.state.questions.list_questions_of_person(rosa) == (question(world, rosa, "q2"),)
    assert [each.query for each in world.state.sightings.list_sightings_of_finding(finding.id)] == [
        "q2"
    ]
    assert world.state.findings.list_findings_of_person(rosa) == (finding,)
