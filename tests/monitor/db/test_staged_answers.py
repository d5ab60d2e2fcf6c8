"""No answer is lost, and no query is asked twice."""

from dataclasses import replace

import pytest

from monitor.db.staged_answers import StagedAnswer
from monitor.domain.students.matching import ContactMatchResult
from monitor.domain.vocabulary import SweepKind
from scrapers.models import Contact, Outcome, ParseResult


def found(world, *follow):
    return ParseResult(outcome=Outcome.FOUND, traces=(world.trace(),), follow=follow)


def stage(world, sweep, visit, verdict=None):
    world.state.staged_answers.stage_answers(sweep, (StagedAnswer(visit=visit, verdict=verdict),))


def test_a_staged_visit_comes_back_as_it_was(world):
    rosa, sweep = world.enrolled(), world.sweep()
    visit = world.visit(world.query(rosa), found(world))
    verdict = ContactMatchResult(flagged=True, count=2, cues=("school",))
    stage(world, sweep, visit, verdict)

    assert world.state.staged_answers.load_answers_by_subject(sweep, "alpha") == {
        rosa: (StagedAnswer(visit=visit, verdict=verdict),)
    }


def test_what_was_answered_is_known_by_its_key(world):
    rosa, sweep = world.enrolled(), world.sweep()
    asked, canary = world.query(rosa), world.query("", "qzxv")
    world.state.staged_answers.stage_answers(
        sweep, (StagedAnswer(visit=world.visit(q)) for q in (asked, canary))
    )

    assert world.state.staged_answers.list_answered_keys(sweep) == {asked.key, canary.key}
    assert world.state.staged_answers.list_answered_keys("another sweep") == frozenset()


def test_a_follow_up_nobody_asked_yet_is_not_lost(world):
    rosa, sweep = world.enrolled(), world.sweep()
    first, profile, links = (world.query(rosa, term) for term in ("search", "profile", "links"))
    stage(world, sweep, world.visit(first, found(world, profile, links, profile)))
    assert world.state.staged_answers.list_follow_up_queries(sweep) == (profile, links)

    stage(world, sweep, world.visit(profile))

    assert world.state.staged_answers.list_follow_up_queries(sweep) == (links,)


def test_a_query_asked_again_has_one_answer_the_later(world):
    rosa, sweep = world.enrolled(), world.sweep()
    query = world.query(rosa)
    failed = world.visit(query, ParseResult(outcome=Outcome.FAILED, note="no answer"))
    answered = world.visit(query, found(world))
    for visit in (failed, answered):
        stage(world, sweep, visit)

    assert world.state.staged_answers.list_answers_about_subject(sweep, "alpha", rosa) == (
        StagedAnswer(visit=answered),
    )
    assert world.state.staged_answers.count_answers(sweep) == 1


def test_visits_are_told_apart_by_source_and_subject(world):
    rosa, theo, sweep = world.enrolled("Rosa"), world.enrolled("Theo"), world.sweep()
    queries = {
        "rosa": world.query(rosa),
        "theo": world.query(theo),
        "canary": world.query(""),
        "beta": world.query(rosa, source="beta"),
    }
    for query in queries.values():
        stage(world, sweep, world.visit(query))

    visits = world.state.staged_answers.load_answers_by_subject(sweep, "alpha")

    assert set(visits) == {rosa, theo, ""}
    assert [entry.visit.query for entry in visits[""]] == [queries["canary"]]
    assert "nobody" not in visits
    assert len(visits) == 3


def test_what_shows_something_is_told_apart_from_what_was_merely_answered(world):
    rosa, theo, sweep = world.enrolled("Rosa"), world.enrolled("Theo"), world.sweep()
    shown = world.visit(world.query(rosa, "one"), found(world))
    in_part = world.visit(world.query(rosa, "two"), replace(found(world), outcome=Outcome.PARTIAL))
    nothing = (
        world.visit(world.query(entry, "three", source="beta")) for entry in (rosa, theo, "")
    )
    for visit in (shown, *nothing, in_part):
        stage(world, sweep, visit)

    showing = world.state.staged_answers.list_answers_with_traces(sweep, rosa)

    assert [answer.visit for answer in showing] == [shown, in_part]
    assert world.state.staged_answers.count_answers_by_source(sweep, rosa) == {
        "alpha": 2,
        "beta": 1,
    }


def test_contacts_are_never_staged(world):
    rosa, sweep = world.enrolled(), world.sweep()
    pupil = Contact(name="Ada Lowell", handle="ada")
    reading = ParseResult(outcome=Outcome.FOUND, contacts=(pupil,))

    with pytest.raises(ValueError, match="contacts are never stored"):
        stage(world, sweep, world.visit(world.query(rosa), reading))

    assert world.state.staged_answers.list_answered_keys(sweep) == frozenset()


def test_nothing_is_kept_of_a_person_erased_while_asked_about(world):
    rosa, theo, sweep = world.enrolled("Rosa"), world.enrolled("Theo"), world.sweep()
    visits = [world.visit(world.query(person)) for person in (rosa, theo)]
    stage(world, sweep, visits[0])
    world.state.people.erase_person(rosa)

    world.state.staged_answers.stage_answers(sweep, [StagedAnswer(visit=visit) for visit in visits])

    assert world.state.staged_answers.list_answered_keys(sweep) == {visits[1].query.key}


def test_a_self_check_goes_with_its_person(world):
    rosa = world.enrolled()
    check = world.sweep(SweepKind.SELFCHECK, rosa)
    world.state.people.erase_person(rosa)

    stage(world, check, world.visit(world.query("", "qzxv")))

    assert world.state.staged_answers.list_answered_keys(check) == frozenset()


def test_a_person_settles_once_for_each_source(world):
    rosa, sweep = world.enrolled(), world.sweep()
    assert not world.state.staged_answers.is_settled(sweep, "alpha", rosa)

    for _ in range(2):
        world.state.staged_answers.mark_settled(sweep, "alpha", rosa)

    assert world.state.staged_answers.is_settled(sweep, "alpha", rosa)
    assert not world.state.staged_answers.is_settled(sweep, "beta", rosa)


def test_a_dropped_journal_is_empty_and_another_stays(world):
    rosa, first = world.enrolled(), world.sweep()
    second = world.sweep(SweepKind.SELFCHECK, rosa)
    for sweep in (first, second):
        stage(world, sweep, world.visit(world.query(rosa)))
        world.state.staged_answers.mark_settled(sweep, "alpha", rosa)

    world.state.staged_answers.delete_answers_of_sweep(first)

    assert world.state.staged_answers.list_answered_keys(first) == frozenset()
    assert not world.state.staged_answers.is_settled(first, "alpha", rosa)
    assert len(world.state.staged_answers.list_answered_keys(second)) == 1


def test_a_page_with_half_a_surrogate_pair_is_staged_like_any_other(world):
    rosa, sweep = world.enrolled(), world.sweep()
    hostile = replace(world.trace(), bio="teacher \ud83d")
    reading = ParseResult(outcome=Outcome.FOUND, traces=(hostile,))
    stage(world, sweep, world.visit(world.query(rosa), reading))

    (staged,) = world.state.staged_answers.list_answers_about_subject(sweep, "alpha", rosa)

    assert staged.visit.result.traces[0].bio == "teacher \N{REPLACEMENT CHARACTER}"
