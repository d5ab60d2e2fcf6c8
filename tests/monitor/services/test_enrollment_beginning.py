"""From an opened invitation to a yes: answers are kept sealed, and forgotten when they are used."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.consent import Scope
from monitor.domain.enrollment import Draft, Step
from monitor.errors import NotPermittedError
from monitor.services.enrollment import Beginning, Invited
from tests.monitor.services.world import World

MAIL = MARIA.person.mail


@pytest.fixture
def beginning(world: World) -> Beginning:
    return world.service.portal.beginning


@pytest.fixture
def invitation(world: World) -> str:
    return world.service.joining.invite(MAIL, "Maria", "Delgado").ref


def answered(beginning: Beginning, invitation: str, **told: object) -> Draft:
    """Answer every page before the last one."""
    draft = replace(beginning.draft(invitation), scopes=frozenset({Scope.PROFILES}), **told)
    for step in Step:
        if step is not Step.CHECK:
            draft = beginning.answer(invitation, step, draft)
    return draft


def rows(world: World) -> bytes:
    return b"".join(path.read_bytes() for path in world.config.state.glob("namesake.db*"))


def test_the_first_page_knows_the_name_of_the_invitation(beginning, invitation):
    assert beginning.draft(invitation).name.full == "Maria Delgado"


def test_answers_are_there_again_after_going_back(beginning, invitation):
    draft = beginning.answer(invitation, Step.READ, beginning.draft(invitation))
    draft = beginning.answer(
        invitation, Step.SCOPES, replace(draft, scopes=frozenset({Scope.SEARCH}))
    )

    again = beginning.answer(invitation, Step.READ, beginning.draft(invitation))

    assert again.scopes == {Scope.SEARCH}
    assert again.reached is Step.NAMES


def test_no_page_is_answered_before_those_that_come_first(beginning, invitation):
    with pytest.raises(NotPermittedError):
        beginning.answer(invitation, Step.NAMES, beginning.draft(invitation))


def test_answers_lie_sealed_until_the_yes_and_nowhere_after_it(world, beginning, invitation):
    draft = answered(beginning, invitation, school="Quillfeather Academy")
    assert b"Quillfeather" not in rows(world)

    beginning.agree(invitation, draft, world.service.terms.hash)

    assert world.state.unfinished.get(invitation) is None
    assert beginning.standing(invitation) is Invited.ANSWERED


def test_the_yes_is_what_joining_at_the_keyboard_is(world, beginning, invitation):
    draft = answered(beginning, invitation, handles=("mariadelgado",))

    person = beginning.agree(invitation, draft, world.service.terms.hash)

    assert world.state.consents.latest(person.ref).scopes == {Scope.PROFILES}
    assert world.state.people.get(person.ref).handles == ("mariadelgado",)
    assert [each.action for each in world.state.audit.of(person.ref)] == ["enrolled"]


def test_a_text_that_was_not_read_is_not_agreed_to(world, beginning, invitation):
    draft = answered(beginning, invitation)

    with pytest.raises(NotPermittedError):
        beginning.agree(invitation, draft, "another text")

    assert world.state.people.refs() == ()


def test_nobody_joins_past_a_page_without_an_answer(world, beginning, invitation):
    draft = beginning.answer(invitation, Step.READ, beginning.draft(invitation))

    with pytest.raises(NotPermittedError):
        beginning.agree(invitation, draft, world.service.terms.hash)


def test_one_invitation_is_answered_once(world, beginning, invitation):
    draft = answered(beginning, invitation)
    beginning.agree(invitation, draft, world.service.terms.hash)

    with pytest.raises(NotPermittedError):
        beginning.agree(invitation, draft, world.service.terms.hash)


def test_who_stops_leaves_nothing_and_may_begin_again(world, beginning, invitation):
    answered(beginning, invitation, school="Quillfeather Academy")

    beginning.give_up(invitation)

    assert beginning.draft(invitation).school == ""
    assert beginning.standing(invitation) is Invited.OPEN


def test_what_was_begun_and_left_is_forgotten_after_a_day(world, beginning, invitation):
    beginning.answer(invitation, Step.READ, beginning.draft(invitation))
    world.later(hours=25)

    world.rounds.purging.purge()

    assert world.state.unfinished.get(invitation) is None
    assert beginning.standing(invitation) is Invited.OPEN


def test_an_invitation_says_why_it_opens_nothing(world, beginning, invitation):
    assert beginning.standing("never-sent") is Invited.UNKNOWN
    world.later(days=15)
    assert beginning.standing(invitation) is Invited.EXPIRED
    world.rounds.purging.purge()
    assert beginning.standing(invitation) is Invited.UNKNOWN


def test_the_preview_shows_every_first_question_and_asks_none(world, beginning, invitation):
    draft = replace(
        answered(beginning, invitation, accounts=("chalkboard:@mariad",)),
        scopes=frozenset({Scope.PROFILES, Scope.SEARCH}),
    )

    asked = beginning.preview(invitation, draft)

    assert world.asked == []
    words = [word for line in asked.lines for word in line.words]
    assert "Maria Delgado · Cedar Valley" in words
    assert "mariad" in words
    person = beginning.agree(
        invitation, beginning.answer(invitation, Step.SCOPES, draft), world.service.terms.hash
    )
    assert asked.questions == len(list(world.service.planning.about(person.ref)))


def test_the_preview_shows_no_fingerprint_and_nothing_outside_the_scopes(beginning, invitation):
    draft = answered(beginning, invitation)

    asked = beginning.preview(invitation, draft)

    assert {line.heading for line in asked.lines} == {"Profile sites"}
