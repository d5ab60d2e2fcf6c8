"""What a person says of one finding is known of the next, at once, and of nobody else's."""

from dataclasses import replace

import pytest

from monitor.demo.district import DANIEL, JOHN
from monitor.domain.assessment import Label
from monitor.domain.flag import Ruling
from monitor.flows.telling import Telling
from tests.monitor.flows.world import Staff, account

PLUMBER = "https://bsky.app/profile/reyesandsons.skies.example"
MURAL = "http://gazette.example/2026/08/mural"
WORDS = "like-what-is-you"


@pytest.fixture
def daniel(world_of) -> Staff:
    """Somebody who is asked about a mural with a heron, and who prints herons himself."""
    world = world_of("stitchbook", families=("bluesky", "searxng"))
    world.internet = world.internet.shows(replace(account("plumber", week=2), since=1))
    daniel = world.joins(DANIEL)
    world.sweep()
    return daniel


def sorts(daniel: Staff, url: str, ruling: Ruling) -> None:
    reviewing = daniel.world.service.reviewing
    reviewing.recorded(daniel.items[url].ref, ruling, "", for_person=True)


def label(daniel: Staff, url: str) -> Label | None:
    return daniel.world.state.items.label(daniel.items[url].ref)


def evidence(daniel: Staff, url: str):
    assessment = daniel.world.state.items.assessment(daniel.items[url].ref)
    assert assessment
    return {each.rule: each for each in assessment.evidence}


def test_one_answer_settles_another_question_at_once(daniel: Staff):
    assert label(daniel, MURAL) is Label.UNKNOWN

    sorts(daniel, PLUMBER, Ruling.NAMESAKE)

    assert label(daniel, MURAL) is Label.OWN
    assert "“heron”" in evidence(daniel, MURAL)[WORDS].in_full


def test_what_was_learnt_holds_at_the_next_sweep(daniel: Staff):
    sorts(daniel, PLUMBER, Ruling.NAMESAKE)
    daniel.world.a_week_later()
    daniel.world.sweep()

    assert label(daniel, MURAL) is Label.OWN


def test_an_answer_that_is_taken_back_is_unlearnt_at_once(daniel: Staff):
    sorts(daniel, PLUMBER, Ruling.NAMESAKE)
    sorts(daniel, PLUMBER, Ruling.REOPENED)

    assert label(daniel, MURAL) is Label.UNKNOWN
    assert WORDS not in evidence(daniel, MURAL)


def test_what_was_judged_is_not_found_like_itself(daniel: Staff):
    sorts(daniel, MURAL, Ruling.MINE)

    assert label(daniel, MURAL) is Label.OWN
    assert "said-mine" in evidence(daniel, MURAL)
    assert WORDS not in evidence(daniel, MURAL)


def test_nobody_learns_from_anybody_else(daniel: Staff):
    world = daniel.world
    john = world.joins(JOHN)
    world.sweep()
    sorts(daniel, PLUMBER, Ruling.NAMESAKE)
    world.a_week_later()
    world.sweep()

    for url in john.items:
        assert not {each for each in evidence(john, url) if "what-is" in each}


def test_learning_raises_no_flag_before_the_next_sweep(daniel: Staff):
    before = daniel.flags
    sorts(daniel, PLUMBER, Ruling.NAMESAKE)

    assert daniel.flags == before


def test_the_words_are_told_to_the_person_and_to_nobody_else(daniel: Staff):
    sorts(daniel, PLUMBER, Ruling.NAMESAKE)
    question = Telling(state=daniel.world.state).question(daniel.items[MURAL])

    assert any("“heron”" in each for each in question.reasons)
    assert not any("“" in each for flag in daniel.flags for each in flag.reasons)
