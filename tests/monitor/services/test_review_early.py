"""Opening a flag early takes two reviewers, each by their own hand; its person is told at once."""

from datetime import timedelta

import pytest
from msgspec import structs

from monitor.db.review import Wanted
from monitor.demo.district import MARIA
from monitor.domain.disclosure import CONFIRM_WITHIN, OPEN_FOR
from monitor.domain.flag import Flag, FlagKind, Ruling
from monitor.domain.students.matching import ContactVerdict
from monitor.errors import InputError, NotPermittedError
from monitor.services.notifications import Reviewer
from tests.monitor.services.fakes import FakeMatcher
from tests.monitor.services.world import REVIEWERS, Staff

ANA, BO = (Reviewer(address=each) for each in REVIEWERS)
REASON = "A parent called."


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody whose account is linked with students."""
    world = world_of(families=("bluesky",))
    world.matcher = FakeMatcher(says=ContactVerdict(flagged=True, count=2, cues=("class-of",)))
    maria = world.joins(MARIA, read=True)
    world.sweep()
    return maria


def link(maria: Staff) -> Flag:
    return next(flag for flag in maria.flags if flag.kind is FlagKind.STUDENT_LINK)


def early(maria: Staff):
    return maria.world.service.casework.early


def opened(maria: Staff) -> list[str]:
    page = maria.world.service.casework.queue.page(ANA, Wanted(), 1)
    return [row.ref for row in page.rows]


def told(maria: Staff):
    maria.world.service.posting.send_due()
    return maria.letters_of("break-glass")


def test_a_proposal_opens_nothing_and_waits_for_another(maria: Staff):
    proposal = early(maria).propose(ANA, link(maria).ref[:8], REASON)

    assert [each.ref for each, _ in early(maria).waiting()] == [proposal.ref]
    assert opened(maria) == []
    assert told(maria) == []


def test_a_second_reviewer_opens_it_and_its_person_is_told_at_once(maria: Staff):
    proposal = early(maria).propose(ANA, link(maria).ref, REASON)
    early(maria).confirm(BO, proposal.ref)

    assert opened(maria) == [link(maria).ref]
    (letter,) = told(maria)
    for word in (REASON, ANA.address, BO.address, "one day"):
        assert word in letter.text
    actions = [(each.actor, each.action) for each in maria.world.state.audit.of(link(maria).ref)]
    assert actions[-2:] == [(ANA.ref, "proposed-glass"), (BO.ref, "broke-glass")]
    assert maria.world.state.audit.of(maria.ref)[-1].actor == BO.ref
    assert "parent" not in repr(maria.world.state.audit.all())


def test_the_opening_ends_by_itself(maria: Staff):
    proposal = early(maria).propose(ANA, link(maria).ref, REASON)
    early(maria).confirm(BO, proposal.ref)

    maria.world.clock.at += OPEN_FOR - timedelta(seconds=1)
    assert opened(maria) == [link(maria).ref]
    maria.world.later(seconds=1)

    assert opened(maria) == []
    queue = maria.world.service.casework.queue
    with pytest.raises(NotPermittedError):
        queue.open(ANA, [link(maria).ref])


def test_nobody_confirms_what_they_proposed(maria: Staff):
    proposal = early(maria).propose(ANA, link(maria).ref, REASON)

    with pytest.raises(NotPermittedError, match="two people"):
        early(maria).confirm(ANA, proposal.ref)
    assert told(maria) == []


def test_a_proposal_lapses_after_a_day(maria: Staff):
    proposal = early(maria).propose(ANA, link(maria).ref, REASON)
    maria.world.clock.at += CONFIRM_WITHIN

    assert list(early(maria).waiting()) == []
    with pytest.raises(NotPermittedError):
        early(maria).confirm(BO, proposal.ref)
    assert told(maria) == []


def test_a_proposal_of_who_left_the_list_counts_for_nothing(maria: Staff):
    world = maria.world
    proposal = early(maria).propose(ANA, link(maria).ref, REASON)
    district = structs.replace(world.config.district, reviewers=(BO.address,))
    world.restarts(structs.replace(world.config, district=district))

    with pytest.raises(NotPermittedError, match="no longer a reviewer"):
        early(maria).confirm(BO, proposal.ref)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_proposal_takes_a_reason(maria: Staff, reason: str):
    with pytest.raises(InputError):
        early(maria).propose(ANA, link(maria).ref, reason)
    assert list(early(maria).waiting()) == []


def test_nobody_opens_what_is_about_themselves(maria: Staff):
    own = Reviewer(address=maria.mail, person=maria.ref)
    with pytest.raises(NotPermittedError):
        early(maria).propose(own, link(maria).ref, REASON)

    proposal = early(maria).propose(ANA, link(maria).ref, REASON)
    with pytest.raises(NotPermittedError):
        early(maria).confirm(own, proposal.ref)


def test_what_is_open_already_needs_no_glass(maria: Staff):
    proposal = early(maria).propose(ANA, link(maria).ref, REASON)
    maria.rules(link(maria), Ruling.SHARED)

    with pytest.raises(InputError, match="already open to IT"):
        early(maria).confirm(BO, proposal.ref)
    with pytest.raises(InputError, match="already open to IT"):
        early(maria).propose(ANA, link(maria).ref, REASON)
    assert told(maria) == []


def test_the_glass_stays_whole_once_consent_has_ended(maria: Staff):
    proposal = early(maria).propose(ANA, link(maria).ref, REASON)
    maria.withdraws()

    with pytest.raises(NotPermittedError):
        early(maria).confirm(BO, proposal.ref)
    assert told(maria) == []
    assert maria.world.state.glass.broken(link(maria).ref, maria.world.clock.at) == ()


def test_there_is_no_search_for_people_by_proposing(maria: Staff):
    for guess in ("Maria", "Delgado", maria.mail, maria.ref, ""):
        with pytest.raises(InputError):
            early(maria).propose(ANA, guess, REASON)


def test_what_is_over_is_forgotten_after_a_month_and_a_look_at_once(maria: Staff):
    world = maria.world
    proposal = early(maria).propose(ANA, link(maria).ref, REASON)
    early(maria).confirm(BO, proposal.ref)
    world.service.casework.queue.open(ANA, [link(maria).ref])

    world.later(days=30)
    world.rounds.purging.purge()
    assert world.state.glass.get(proposal.ref)
    assert not world.state.looks.stands(ANA.ref, link(maria).ref, world.started)

    world.later(days=2)
    world.rounds.purging.purge()
    with pytest.raises(InputError):
        world.state.glass.get(proposal.ref)
