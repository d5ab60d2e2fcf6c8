"""What a person says of one finding is known of the next, at once, and of nobody else's."""

from dataclasses import replace

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.vocabulary import CaseKind, Decision
from monitor.services import answers
from monitor.services.answers import record_feedback, undo_feedback
from monitor.services.disclosure import disclose_finding
from reports.reason_rendering import render_reason
from tests.monitor.services.world import Staff, World, account

DIRECTORY = "http://www.cedarvalley.example/staff"
FAIR = "http://gazette.example/2026/09/science-fair"
LEARNT = {"like-me", "unlike-me", "like-others"}


@pytest.fixture
def maria(world) -> Staff:
    """Somebody who told us neither school nor town, with accounts that speak of volcanoes."""
    maria = world.joins(MARIA, places=(), school="", role="")
    world.sweep()
    return maria


def found(maria: Staff, url: str) -> str:
    return next(
        finding.id for key, finding in maria.findings.items() if key.partition("?")[0] == url
    )


def sorts(maria: Staff, url: str, decision: Decision) -> None:
    sorting, finding = maria.world.app, found(maria, url)
    if decision is Decision.REOPENED:
        undo_feedback(sorting, maria.id, (finding,))
    else:
        record_feedback(sorting, maria.id, {finding: decision})


def bits(maria: Staff, url: str) -> float:
    return sum(piece.bits for piece in evidence(maria, url).values())


def evidence(maria: Staff, url: str):
    assessment = maria.world.state.findings.find_assessment(found(maria, url))
    assert assessment
    return {piece.rule: piece for piece in assessment.evidence}


def test_one_answer_speaks_of_another_finding_at_once(maria: Staff):
    before = bits(maria, FAIR)
    sorts(maria, DIRECTORY, Decision.NAMESAKE)

    assert bits(maria, FAIR) != before


def test_declared_accounts_speak_of_pages_before_any_answer(maria: Staff):
    assert "“Maple Street Elementary”" in render_reason(evidence(maria, FAIR)["like-me"].reason)


def test_a_word_that_is_learned_points_to_one_side_alone(
    maria: Staff, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(answers, "MIN_ANSWERS", 1)
    sorts(maria, DIRECTORY, Decision.MINE)
    sorts(maria, FAIR, Decision.NAMESAKE)
    line = answers.build_lessons_line(maria.world.app, maria.id)

    assert line
    assert line.me or line.others
    assert set(line.me).isdisjoint(line.others)


def test_what_was_learnt_holds_at_the_next_sweep(maria: Staff):
    sorts(maria, DIRECTORY, Decision.MINE)
    learned = evidence(maria, FAIR)
    maria.world.a_week_later()
    maria.world.sweep()

    assert evidence(maria, FAIR) == learned


def test_an_answer_that_is_taken_back_is_unlearnt_at_once(maria: Staff):
    before = evidence(maria, FAIR)
    sorts(maria, DIRECTORY, Decision.MINE)
    sorts(maria, DIRECTORY, Decision.REOPENED)

    assert evidence(maria, FAIR) == before


def test_what_was_judged_is_not_found_like_itself(maria: Staff):
    sorts(maria, FAIR, Decision.MINE)

    assert "said-mine" in evidence(maria, FAIR)
    assert LEARNT.isdisjoint(evidence(maria, FAIR))


def test_nobody_learns_from_anybody_else(maria: Staff):
    world = maria.world
    john = world.joins(JOHN)
    world.sweep()
    urls = [url.partition("?")[0] for url in john.findings]
    before = [evidence(john, url) for url in urls]
    sorts(maria, DIRECTORY, Decision.MINE)
    world.a_week_later()
    world.sweep()

    assert [evidence(john, url) for url in urls] == before


def test_whoever_was_a_namesake_and_becomes_a_clone_is_flagged(world: World):
    """Else an impostor would only have to look like somebody else first."""
    clone = replace(account("impersonator", week=2), since=1)
    harmless = replace(clone, handle="florist.skies.example", bio="A florist who keeps parrots.")
    world.internet = world.internet.add_entry(harmless)
    maria = world.joins(MARIA)
    world.sweep()
    sorts(maria, "https://bsky.app/profile/florist.skies.example", Decision.NAMESAKE)
    world.internet = world.internet.remove_entry(harmless).add_entry(clone)
    world.a_week_later()
    world.sweep()

    assert maria.case(CaseKind.IMPERSONATION).is_undecided


def test_the_words_are_told_to_the_person(maria: Staff):
    sorts(maria, DIRECTORY, Decision.MINE)
    finding = maria.world.state.findings.load_finding(found(maria, FAIR))
    question = disclose_finding(maria.world.app, finding)

    assert any("“volcanoes”" in render_reason(reason) for reason in question.reasons)
