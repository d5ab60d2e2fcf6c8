"""An impostor who comes again under another handle is known by what they showed before."""

from dataclasses import replace

import pytest

from monitor.demo.district import BETH, MARIA
from monitor.domain.vocabulary import CaseKind, Decision
from reports.reason_rendering import render_reason
from tests.monitor.services.world import Staff, account

TALE = "Signed copies of my picture book about sleepy owls, ask me how to get one."
FIRST = replace(
    account("impersonator", week=2), since=1, name="Maria Delgado", bio=TALE, picture="owl"
)
SECOND = replace(FIRST, id="again", handle="sleepy-owls.skies.example")
AGAIN = "Its bio repeats that of an account that was found to be pretending to be you."


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who is impersonated, and flagged for a handle that imitates theirs."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(FIRST)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def the_impostor_comes_again(maria: Staff) -> None:
    world = maria.world
    world.internet = world.internet.add_entry(SECOND)
    world.a_week_later()
    world.sweep()


def flagged_again(maria: Staff):
    cases = [case for case in maria.cases if case.kind is CaseKind.IMPERSONATION]
    return [case for case in cases if AGAIN in map(render_reason, case.reasons)]


def test_a_clone_of_what_was_ruled_an_impersonation_is_flagged(maria: Staff):
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.IMPERSONATION)
    the_impostor_comes_again(maria)

    (case,) = flagged_again(maria)
    assert "owls" not in " ".join(map(render_reason, case.reasons))


@pytest.mark.parametrize("decision", [None, Decision.HARMLESS, Decision.NAMESAKE, Decision.MINE])
def test_what_was_not_ruled_an_impersonation_is_no_pattern(maria: Staff, decision):
    if decision:
        maria.rules(maria.case(CaseKind.IMPERSONATION), decision)
    the_impostor_comes_again(maria)

    assert flagged_again(maria) == []


def test_an_account_that_was_removed_is_remembered_while_its_case_is(maria: Staff):
    case = maria.case(CaseKind.IMPERSONATION)
    for decision in (Decision.IMPERSONATION, Decision.REPORTED, Decision.REMOVED):
        case = maria.rules(case, decision)
    maria.world.internet = maria.world.internet.remove_entry(FIRST)
    the_impostor_comes_again(maria)

    assert len(flagged_again(maria)) == 1


def test_a_ruling_that_was_taken_back_is_no_pattern(maria: Staff):
    case = maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.IMPERSONATION)
    maria.rules(case, Decision.REOPENED)
    the_impostor_comes_again(maria)

    assert flagged_again(maria) == []


def test_what_pretends_to_be_one_person_is_watched_for_them_alone(maria: Staff):
    world = maria.world
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.IMPERSONATION)
    beth = world.joins(BETH)
    world.internet = world.internet.add_entry(
        replace(SECOND, id="beth-owls", name="Beth Novak", handle="owls-of-beth.skies.example")
    )
    world.a_week_later()
    world.sweep()

    assert flagged_again(beth) == []
