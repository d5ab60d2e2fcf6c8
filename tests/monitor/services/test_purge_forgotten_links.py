"""What was seen of students is forgotten: at once when it is cleared up, else after ninety days."""

from datetime import timedelta

import pytest

from monitor.demo.district import ROSA
from monitor.domain.students.matching import ContactMatchResult
from monitor.domain.vocabulary import CaseState, ConsentChannel, Decision, EndReason
from monitor.services.consent_renewal import pause_checks
from monitor.services.disclosure import disclose_own
from monitor.services.narrowed_consent import FORGOTTEN_REASONS
from monitor.services.purge import purge_expired_data
from monitor.services.roster import erase_student_links
from tests.monitor.services.fakes import FakeMatcher
from tests.monitor.services.world import Staff

FAMILY = (Decision.STUDENT_LINK, Decision.FAMILY)


@pytest.fixture
def rosa(world_of) -> Staff:
    """Somebody whose account is linked with students."""
    world = world_of(families=("bluesky",))
    world.matcher = FakeMatcher(says=ContactMatchResult(flagged=True, count=2, cues=("grade",)))
    rosa = world.joins(ROSA, read=True)
    world.sweep()
    assert rosa.cases
    return rosa


def link(rosa):
    return next(case for case in rosa.cases if case.relation == "follows")


def purge(rosa):
    purge_expired_data(rosa.world.app)


def rule(rosa, *decisions):
    for decision in decisions:
        rosa.rules(link(rosa), decision)


def test_what_was_cleared_up_keeps_its_ruling_and_nothing_that_was_seen(rosa):
    rule(rosa, *FAMILY)

    purge(rosa)

    assert link(rosa).state is CaseState.FAMILY
    assert link(rosa).reasons == FORGOTTEN_REASONS
    assert link(rosa).lowered_by == ()


def test_what_nobody_answered_goes_after_ninety_days_and_is_asked_again(rosa):
    rosa.world.later(days=89)
    purge(rosa)
    assert rosa.cases
    rosa.world.later(days=1)

    purge(rosa)

    assert rosa.cases == ()
    rosa.world.sweep()
    assert link(rosa).state is CaseState.NEW


def test_its_person_is_told_the_day_on_which_it_goes(rosa):
    world = rosa.world
    world.on_monday()
    told = disclose_own(world.app, link(rosa))
    pause_checks(world.app, rosa.id, world.clock.now() + timedelta(days=30), ConsentChannel.PORTAL)

    assert told.closes_at == link(rosa).opened_at + timedelta(days=90)
    assert told.due == told.closes_at
    world.clock.at = told.closes_at - timedelta(seconds=1)
    purge(rosa)
    assert disclose_own(world.app, link(rosa)).end is None
    world.clock.at = told.closes_at
    ended = disclose_own(world.app, link(rosa))
    assert (ended.end, ended.next_step) == (EndReason.LAPSED, None)
    assert "If the link is still there, we ask again." in ended.own_end
    purge(rosa)
    assert rosa.cases == ()


def test_what_was_shared_stays_without_what_was_seen(rosa):
    rule(rosa, Decision.SHARED)
    rosa.world.later(days=90)

    purge(rosa)

    assert link(rosa).reasons == FORGOTTEN_REASONS


def test_what_is_being_looked_into_keeps_its_reasons_for_ninety_days(rosa):
    rule(rosa, Decision.STUDENT_LINK)

    purge(rosa)

    assert link(rosa).reasons != FORGOTTEN_REASONS


def test_a_district_that_turns_away_forgets_every_link_with_its_rulings(rosa):
    rule(rosa, *FAMILY)
    links = len(rosa.cases)
    state = rosa.world.state

    assert erase_student_links(state, rosa.world.clock.at) == links

    assert rosa.cases == ()
    last = state.audit.find_last_entry_of_action("roster-erased")
    assert last is not None
    assert last.details == {"cases": str(links)}
