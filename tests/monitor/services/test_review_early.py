"""Opening a case early takes two reviewers, each by their own hand; its person is told at once."""

from datetime import timedelta

import pytest
from msgspec import structs

from monitor.db.review_index import ReviewFilter
from monitor.demo.district import MARIA
from monitor.domain.case import Case
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import Reviewer
from monitor.domain.students.matching import ContactMatchResult
from monitor.domain.two_reviewers import CONFIRM_WITHIN, EARLY_ACCESS_LASTS
from monitor.domain.vocabulary import CaseKind, Decision
from monitor.services.data_export import list_access_log
from monitor.services.outbox import send_due
from monitor.services.preferences import bar_reviewer
from monitor.services.purge import purge_expired_data
from monitor.services.review import (
    confirm_early_access,
    list_early_access_proposals,
    propose_early_access,
)
from monitor.services.review_access import record_case_views
from monitor.services.visible_cases import load_queue_page
from reports.labels.office import AUDIT_ACTIONS
from tests.monitor.services.fakes import FakeMatcher
from tests.monitor.services.world import REVIEWERS, Staff

ANA, BO = (Reviewer(address=reviewer) for reviewer in REVIEWERS)
REASON = "A parent called."


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody whose account is linked with students."""
    world = world_of(families=("bluesky",))
    world.matcher = FakeMatcher(says=ContactMatchResult(flagged=True, count=2, cues=("class-of",)))
    maria = world.joins(MARIA, read=True)
    world.sweep()
    return maria


def link(maria: Staff) -> Case:
    return next(case for case in maria.cases if case.kind is CaseKind.STUDENT_LINK)


def early(maria: Staff):
    return maria.world.app


def opened(maria: Staff) -> list[str]:
    page = load_queue_page(maria.world.app, ANA, ReviewFilter(), 1)
    return [row.id for row in page.rows]


def told(maria: Staff):
    send_due(maria.world.app)
    return maria.emails_of("break-glass")


def test_a_proposal_opens_nothing_and_waits_for_another(maria: Staff):
    proposal = propose_early_access(early(maria), ANA, link(maria).id[:8], REASON)

    assert [
        early_access_proposal.id
        for early_access_proposal in list_early_access_proposals(early(maria), BO)
    ] == [proposal.id]
    assert opened(maria) == []
    assert told(maria) == []


def test_a_second_reviewer_opens_it_and_its_person_is_told_at_once(maria: Staff):
    proposal = propose_early_access(early(maria), ANA, link(maria).id, REASON)
    confirm_early_access(early(maria), BO, proposal.id)

    assert opened(maria) == [link(maria).id]
    (email,) = told(maria)
    for word in (REASON, ANA.address, BO.address, "IT can see it until"):
        assert word in email.text
    actions = [
        (entry.actor, entry.action)
        for entry in maria.world.state.audit.list_entries_of_subjects((link(maria).id,))
    ]
    assert actions[-2:] == [(ANA.id, "requested-early-access"), (BO.id, "opened-early")]
    assert f"Reference: {link(maria).id[:8]}" in email.text, "the one that reviewers read"
    assert f"/me/findings/{link(maria).finding_id}" in email.text
    assert "opened-early" not in {
        entry.action for entry in maria.world.state.audit.list_entries_of_subjects((maria.id,))
    }
    line = list_access_log(maria.world.app, maria.id)[0]
    assert (line.what, line.finding_id) == (AUDIT_ACTIONS["opened-early"], link(maria).finding_id)
    assert "parent" not in repr(maria.world.state.audit.list_entries())


def test_the_opening_ends_by_itself(maria: Staff):
    proposal = propose_early_access(early(maria), ANA, link(maria).id, REASON)
    confirm_early_access(early(maria), BO, proposal.id)

    maria.world.clock.at += EARLY_ACCESS_LASTS - timedelta(seconds=1)
    assert opened(maria) == [link(maria).id]
    maria.world.later(seconds=1)

    assert opened(maria) == []
    queue = maria.world.app
    with pytest.raises(NotPermittedError):
        record_case_views(queue, ANA, [link(maria).id])


def test_nobody_confirms_what_they_proposed(maria: Staff):
    proposal = propose_early_access(early(maria), ANA, link(maria).id, REASON)

    with pytest.raises(NotPermittedError, match="two people"):
        confirm_early_access(early(maria), ANA, proposal.id)
    assert told(maria) == []


def test_a_proposal_lapses_after_a_day(maria: Staff):
    proposal = propose_early_access(early(maria), ANA, link(maria).id, REASON)
    maria.world.clock.at += CONFIRM_WITHIN

    assert list(list_early_access_proposals(early(maria), BO)) == []
    with pytest.raises(NotPermittedError):
        confirm_early_access(early(maria), BO, proposal.id)
    assert told(maria) == []


def test_a_proposal_of_who_left_the_list_counts_for_nothing(maria: Staff):
    world = maria.world
    proposal = propose_early_access(early(maria), ANA, link(maria).id, REASON)
    district = structs.replace(world.config.district, reviewers=(BO.address,))
    world.restarts(structs.replace(world.config, district=district))

    with pytest.raises(NotPermittedError, match="no longer a reviewer"):
        confirm_early_access(early(maria), BO, proposal.id)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_proposal_takes_a_reason(maria: Staff, reason: str):
    with pytest.raises(InputError):
        propose_early_access(early(maria), ANA, link(maria).id, reason)
    assert list(list_early_access_proposals(early(maria), BO)) == []


def test_who_is_kept_out_neither_proposes_nor_confirms_nor_knows(maria: Staff):
    proposal = propose_early_access(early(maria), ANA, link(maria).id, REASON)
    bar_reviewer(early(maria), maria.id, BO.id)

    assert list(list_early_access_proposals(early(maria), BO)) == []
    assert len(list(list_early_access_proposals(early(maria), ANA))) == 1
    with pytest.raises(NotPermittedError):
        confirm_early_access(early(maria), BO, proposal.id)
    with pytest.raises(NotPermittedError):
        propose_early_access(early(maria), BO, link(maria).id, REASON)
    assert told(maria) == []


def test_nobody_opens_what_is_about_themselves(maria: Staff):
    own = Reviewer(address=maria.mail, person_id=maria.id)
    with pytest.raises(NotPermittedError):
        propose_early_access(early(maria), own, link(maria).id, REASON)

    proposal = propose_early_access(early(maria), ANA, link(maria).id, REASON)
    with pytest.raises(NotPermittedError):
        confirm_early_access(early(maria), own, proposal.id)


def test_what_is_open_already_needs_no_glass(maria: Staff):
    proposal = propose_early_access(early(maria), ANA, link(maria).id, REASON)
    maria.rules(link(maria), Decision.SHARED)

    with pytest.raises(InputError, match="already open to IT"):
        confirm_early_access(early(maria), BO, proposal.id)
    with pytest.raises(InputError, match="already open to IT"):
        propose_early_access(early(maria), ANA, link(maria).id, REASON)
    assert told(maria) == []


def test_the_glass_stays_whole_once_consent_has_ended(maria: Staff):
    proposal = propose_early_access(early(maria), ANA, link(maria).id, REASON)
    maria.withdraws()

    with pytest.raises(NotPermittedError):
        confirm_early_access(early(maria), BO, proposal.id)
    assert told(maria) == []
    assert (
        maria.world.state.early_access.list_active_early_access(
            link(maria).id, maria.world.clock.at
        )
        == ()
    )


def test_there_is_no_search_for_people_by_proposing(maria: Staff):
    for guess in ("Maria", "Delgado", maria.mail, maria.id, ""):
        with pytest.raises(InputError):
            propose_early_access(early(maria), ANA, guess, REASON)


def test_what_is_over_is_forgotten_after_a_month_and_a_look_at_once(maria: Staff):
    world = maria.world
    proposal = propose_early_access(early(maria), ANA, link(maria).id, REASON)
    confirm_early_access(early(maria), BO, proposal.id)
    record_case_views(world.app, ANA, [link(maria).id])

    world.later(days=30)
    purge_expired_data(world.app)
    assert world.state.early_access.load_early_access_proposal(proposal.id)
    assert not world.state.access_log.has_access(ANA.id, link(maria).id, world.started)

    world.later(days=2)
    purge_expired_data(world.app)
    with pytest.raises(InputError):
        world.state.early_access.load_early_access_proposal(proposal.id)
