"""A legal hold keeps what there is, opens nothing, and is told to the person."""

from dataclasses import replace
from functools import partial

import pytest
from msgspec import structs

from monitor.demo.district import MARIA, THOMAS
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.finding import Presence
from monitor.domain.person import Reviewer
from monitor.domain.two_reviewers import CONFIRM_WITHIN
from monitor.domain.vocabulary import ConsentChannel, HoldAction, Scope
from monitor.services.consent_renewal import drop_consent_scopes, load_consent_status
from monitor.services.legal_holds import confirm_legal_hold, list_hold_proposals, propose_legal_hold
from monitor.services.purge import purge_expired_data
from monitor.services.visible_cases import list_review_openings
from tests.monitor.services.held import lifts_hold, places_hold
from tests.monitor.services.world import REVIEWERS, Staff, World

ANA, BO = (Reviewer(address=reviewer) for reviewer in REVIEWERS)
CY = Reviewer(address="cy@cedarvalley.example")
MALLORY = Reviewer(address="mallory@cedarvalley.example")
WHY = "Counsel expects a lawsuit."


@pytest.fixture
def maria(world_of) -> Staff:
    world = world_of("chalkboard")
    maria = world.joins(MARIA)
    world.sweep()
    return maria


@pytest.fixture
def world(maria: Staff) -> World:
    return maria.world


@pytest.fixture
def held(world: World, maria: Staff) -> Staff:
    places_hold(world.app, maria.id, WHY)
    world.writes()
    return maria


def days_later(world: World, days: int) -> None:
    for _ in range(days):
        world.later(days=1, minutes=1)
        world.writes()


def test_whoever_is_held_is_told_by_whom_and_why(world: World, held: Staff):
    (email,) = held.emails_of("legal-hold")

    assert WHY in email.text
    assert all(reviewer in email.text for reviewer in REVIEWERS)
    assert load_consent_status(world.app, held.id).hold.reason == WHY
    record = [
        (entry.actor, entry.action)
        for entry in world.state.audit.list_entries_of_subjects((held.id,))
    ]
    assert record[-2:] == [(ANA.id, "hold-proposed"), (BO.id, "hold-placed")]
    assert "lawsuit" not in repr(world.state.audit.list_entries())
    assert world.state.audit.verify_chain() is None


def test_a_proposal_holds_nothing_and_tells_nobody(world: World, maria: Staff):
    proposal = propose_legal_hold(world.app, ANA, maria.mail, HoldAction.PLACE, WHY)
    world.writes()

    assert [hold_proposal.id for hold_proposal in list_hold_proposals(world.app)] == [proposal.id]
    assert not world.state.legal_holds.has_active_legal_hold(maria.id)
    assert maria.emails_of("legal-hold") == []


@pytest.mark.parametrize("second", [ANA, Reviewer(address=ANA.address.upper()), MALLORY])
@pytest.mark.parametrize("step", HoldAction)
def test_placing_and_lifting_take_two_reviewers(world: World, maria: Staff, step, second):
    if step is HoldAction.LIFT:
        places_hold(world.app, maria.id, WHY)
    proposal = propose_legal_hold(world.app, ANA, maria.id, step, WHY)

    with pytest.raises(NotPermittedError, match=r"two people|Only reviewers"):
        confirm_legal_hold(world.app, second, proposal.id, maria.mail)
    assert world.state.legal_holds.has_active_legal_hold(maria.id) is (step is HoldAction.LIFT)


def test_only_reviewers_propose_a_hold_and_never_on_themselves(world: World, maria: Staff):
    propose, own = partial(propose_legal_hold, world.app), replace(ANA, person_id=maria.id)
    with pytest.raises(NotPermittedError, match="Only reviewers"):
        propose(MALLORY, maria.id, HoldAction.PLACE, WHY)
    with pytest.raises(NotPermittedError, match="about yourself"):
        propose(own, maria.id, HoldAction.PLACE, WHY)
    proposal = propose(BO, maria.id, HoldAction.PLACE, WHY)
    with pytest.raises(NotPermittedError, match="about yourself"):
        confirm_legal_hold(world.app, own, proposal.id, maria.mail)


def test_a_proposal_of_a_hold_lapses_after_a_day_and_is_forgotten_later(world: World, maria: Staff):
    proposal = propose_legal_hold(world.app, ANA, maria.id, HoldAction.PLACE, WHY)
    world.clock.at += CONFIRM_WITHIN

    assert list(list_hold_proposals(world.app)) == []
    with pytest.raises(NotPermittedError, match="within one day"):
        confirm_legal_hold(world.app, BO, proposal.id, maria.mail)
    world.later(days=32)
    purge_expired_data(world.app)
    assert world.state.hold_proposals.list_hold_proposals() == ()


def test_a_hold_takes_a_reason_and_is_placed_once(world: World, maria: Staff):
    propose = partial(propose_legal_hold, world.app)
    with pytest.raises(InputError, match="reason"):
        propose(ANA, maria.id, HoldAction.PLACE, " ")
    once = propose(ANA, maria.id, HoldAction.PLACE, WHY)
    for whom in (maria.id, maria.mail):
        with pytest.raises(InputError, match="waits already"):
            propose(BO, whom, HoldAction.PLACE, WHY)
    confirm_legal_hold(world.app, BO, once.id, maria.mail)
    with pytest.raises(InputError, match="already under"):
        propose(ANA, maria.id, HoldAction.PLACE, WHY)
    with pytest.raises(InputError, match="no such proposal"):
        confirm_legal_hold(world.app, BO, once.id, maria.mail)


def test_the_second_reviewer_names_the_same_person_or_nothing_happens(world: World, maria: Staff):
    thomas = world.joins(THOMAS)
    proposal = propose_legal_hold(world.app, ANA, maria.mail, HoldAction.PLACE, WHY)

    for named in (maria.id, thomas.mail):
        with pytest.raises(InputError, match="one of you mistyped"):
            confirm_legal_hold(world.app, BO, proposal.id, named)
        last = world.state.audit.find_last_entry_of_action("hold-person-misnamed")
        assert (last.actor, last.subject) == (BO.id, proposal.id)
    assert not world.state.legal_holds.has_active_legal_hold(maria.id)

    confirm_legal_hold(world.app, BO, proposal.id, maria.mail.upper())
    assert world.state.legal_holds.has_active_legal_hold(maria.id)


def test_who_names_three_others_can_no_longer_confirm_a_hold_but_ends_it_for_nobody(
    world: World, maria: Staff
):
    thomas = world.joins(THOMAS)
    proposal = propose_legal_hold(world.app, ANA, maria.mail, HoldAction.PLACE, WHY)

    for named in ("", thomas.mail):
        with pytest.raises(InputError, match="one of you mistyped"):
            confirm_legal_hold(world.app, BO, proposal.id, named)
    for named in ("eve@cedarvalley.example", maria.mail):
        with pytest.raises(InputError, match="can no longer confirm this"):
            confirm_legal_hold(world.app, BO, proposal.id, named)
    assert not world.state.legal_holds.has_active_legal_hold(maria.id)
    assert list(list_hold_proposals(world.app)) == [proposal]

    district = structs.replace(world.config.district, reviewers=(*REVIEWERS, CY.address))
    world.restarts(structs.replace(world.config, district=district))
    confirm_legal_hold(world.app, CY, proposal.id, maria.mail)
    assert world.state.legal_holds.has_active_legal_hold(maria.id)


@pytest.mark.parametrize("whom", ["", "Maria", "eve@cedarvalley.example", "0" * 32])
def test_who_tries_out_who_has_joined_is_on_record(world: World, maria: Staff, whom: str):
    with pytest.raises(InputError, match="No one has joined"):
        propose_legal_hold(world.app, ANA, whom, HoldAction.PLACE, WHY)

    last = world.state.audit.find_last_entry_of_action("hold-proposal-refused")
    assert (last.actor, last.subject) == (ANA.id, "")


def test_whoever_leaves_under_a_hold_is_asked_about_no_more_and_kept(world: World, held: Staff):
    kept = held.findings
    held.withdraws()
    days_later(world, 3)
    world.forgets_visits()

    assert world.sweep() == []
    assert world.asked_about("maria") == []
    assert held.findings == kept
    (farewell,) = held.emails_of("withdrawn")
    assert "A legal hold requires us to keep what we have about you" in farewell.text
    assert "The next one comes when the legal hold is lifted." in " ".join(farewell.text.split())
    assert load_consent_status(world.app, held.id).erased_by is None


def test_no_email_promises_an_erasure_that_a_hold_delays(world: World, held: Staff):
    (placed,) = held.emails_of("legal-hold")
    assert "within 24 hours" not in placed.text
    assert "after the legal hold is lifted" in " ".join(placed.text.split())


def test_lifting_a_hold_erases_who_has_left_and_tells_them(world: World, held: Staff):
    held.withdraws()
    days_later(world, 3)

    lifts_hold(world.app, held.id, "It was settled.")
    world.writes()

    world.later(minutes=10)
    world.writes()

    assert "You have left, so everything is erased by" in held.emails_of("legal-hold")[-1].text
    assert held.id not in world.state.people.list_person_ids()
    assert not world.state.people.encryption.keys.has_key(held.id)


def test_lifting_a_hold_leaves_who_stays_as_they_are(world: World, held: Staff):
    before = held.findings

    lifts_hold(world.app, held.id, "It was settled.")
    world.writes()

    assert held.findings == before
    assert "erased on schedule again" in held.emails_of("legal-hold")[-1].text
    with pytest.raises(InputError, match="not under a legal hold"):
        propose_legal_hold(world.app, ANA, held.id, HoldAction.LIFT, "It was settled.")


def test_time_forgets_nothing_of_whoever_is_held(world: World, held: Staff):
    gone = replace(next(iter(held.findings.values())), presence=Presence.GONE)
    world.state.findings.update_finding(gone)
    days_later(world, 1)
    for _ in range(2):
        world.later(days=365)
        world.writes()

    assert gone.id in {finding.id for finding in held.findings.values()}


def test_a_dropped_scope_is_asked_no_more_and_forgets_nothing_under_a_hold(
    world: World, held: Staff
):
    before = held.findings
    drop_consent_scopes(world.app, held.id, frozenset({Scope.SEARCH}), ConsentChannel.PORTAL)
    world.forgets_visits()

    assert world.sweep() == []
    assert world.asked_about("mariadelgado") == []
    assert held.findings == before


def test_a_hold_opens_nothing_to_reviewers(world: World, maria: Staff):
    before = list(list_review_openings(world.app))

    places_hold(world.app, maria.id, WHY)

    assert list(list_review_openings(world.app)) == before
