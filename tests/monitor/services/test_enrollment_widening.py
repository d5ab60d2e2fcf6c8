"""What a wider consent would ask anew: all of it, nothing else, and without asking."""

from datetime import timedelta

import pytest

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import ConsentChannel, Scope
from monitor.services.consent_renewal import ConsentAnswer, pause_checks, renew_consent
from monitor.services.consent_terms import hash_district_terms
from monitor.services.enrollment import preview_added_queries
from reports.pages.enrollment import QueryPreview
from tests.monitor.services.world import Staff, World

SEARCH, BOTH = frozenset({Scope.SEARCH}), frozenset({Scope.SEARCH, Scope.PROFILES})


@pytest.fixture
def maria(world: World) -> Staff:
    return world.joins(MARIA, scopes=SEARCH)


def anew(maria: Staff, scopes: frozenset[Scope]) -> QueryPreview:
    return preview_added_queries(maria.world.app, maria.id, SEARCH, scopes)


def test_only_what_is_added_is_told_and_nothing_is_asked(world, maria):
    told = anew(maria, BOTH)

    assert {line.heading for line in told.lines} == {"Profile sites"}
    assert {site for line in told.lines for site in line.sites} == {"Bluesky", "Chalkboard"}
    assert world.asked == []


def test_a_scope_that_stays_or_goes_brings_nothing(maria):
    assert anew(maria, SEARCH).queries == 0
    assert anew(maria, frozenset()).queries == 0


def test_every_word_that_is_told_goes_out_once_it_is_agreed_to_and_none_before(world, maria):
    (words,) = {line.words for line in anew(maria, BOTH).lines if "Chalkboard" in line.sites}
    world.sweep()
    assert [query for query in world.asked_about("mariadelgado") if "chalkboard" in query] == []

    answer = ConsentAnswer(
        scopes=BOTH,
        seen_text_hash=hash_district_terms(world.app),
        channel=ConsentChannel.PORTAL,
    )
    renew_consent(world.app, maria.id, answer)
    world.a_week_later()
    world.sweep()

    for word in words:
        assert f"chalkboard.example/t/{word}?" in world.asked_about(word)


@pytest.mark.parametrize("rests", [True, False], ids=["resting", "run out"])
def test_a_consent_that_asks_nothing_today_can_be_widened_with_open_eyes(world, maria, rests):
    until = world.clock.at + timedelta(days=30)
    if rests:
        pause_checks(world.app, maria.id, until, ConsentChannel.PORTAL)
    else:
        world.later(days=366)

    assert anew(maria, BOTH).queries > 0
