"""From an opened invitation to a yes: answers are kept sealed, and forgotten when they are used."""

from dataclasses import replace

import pytest

from monitor.app import App
from monitor.demo.district import MARIA
from monitor.domain.enrollment_draft import EnrollmentDraft
from monitor.domain.errors import NotPermittedError
from monitor.domain.vocabulary import EnrollmentStep, InvitationStatus, Scope
from monitor.services.consent_terms import hash_district_terms
from monitor.services.enrollment import (
    complete_enrollment,
    discard_enrollment_draft,
    find_invitation_status,
    invite_person,
    load_enrollment_draft,
    preview_enrollment_queries,
    save_step_answers,
)
from monitor.services.purge import purge_expired_data
from monitor.services.query_planning import plan_person_queries
from tests.monitor.services.world import World

MAIL = MARIA.person.mail


@pytest.fixture
def beginning(world: World) -> App:
    return world.app


@pytest.fixture
def invitation(world: World) -> str:
    return invite_person(world.app, MAIL, "Maria", "Delgado").id


def answered(beginning: App, invitation: str, **told: object) -> EnrollmentDraft:
    """Answer every page before the last one."""
    draft = replace(
        load_enrollment_draft(beginning, invitation), scopes=frozenset({Scope.PROFILES}), **told
    )
    for step in EnrollmentStep:
        if step is not EnrollmentStep.CHECK:
            draft = save_step_answers(beginning, invitation, step, draft)
    return draft


def rows(world: World) -> bytes:
    return b"".join(path.read_bytes() for path in world.config.state.glob("namesake.db*"))


def test_the_first_page_knows_the_name_of_the_invitation(beginning, invitation):
    assert load_enrollment_draft(beginning, invitation).name.full_name == "Maria Delgado"


def test_answers_are_there_again_after_going_back(beginning, invitation):
    draft = save_step_answers(
        beginning, invitation, EnrollmentStep.READ, load_enrollment_draft(beginning, invitation)
    )
    draft = save_step_answers(
        beginning,
        invitation,
        EnrollmentStep.SCOPES,
        replace(draft, scopes=frozenset({Scope.SEARCH})),
    )

    again = save_step_answers(
        beginning, invitation, EnrollmentStep.READ, load_enrollment_draft(beginning, invitation)
    )

    assert again.scopes == {Scope.SEARCH}
    assert again.first_open_step is EnrollmentStep.NAMES


def test_no_page_is_answered_before_those_that_come_first(beginning, invitation):
    with pytest.raises(NotPermittedError):
        save_step_answers(
            beginning,
            invitation,
            EnrollmentStep.NAMES,
            load_enrollment_draft(beginning, invitation),
        )


def test_answers_lie_sealed_until_the_yes_and_nowhere_after_it(world, beginning, invitation):
    draft = answered(beginning, invitation, school="Quillfeather Academy")
    assert b"Quillfeather" not in rows(world)

    complete_enrollment(beginning, invitation, draft, hash_district_terms(world.app))

    assert world.state.enrollment_drafts.find_draft(invitation) is None
    assert find_invitation_status(beginning, invitation) is InvitationStatus.ANSWERED


def test_the_yes_is_what_joining_at_the_keyboard_is(world, beginning, invitation):
    draft = answered(beginning, invitation, handles=("mariadelgado",))

    person = complete_enrollment(beginning, invitation, draft, hash_district_terms(world.app))

    assert world.state.consents.find_latest_consent(person.id).scopes == {Scope.PROFILES}
    assert world.state.people.load_person(person.id).handles == ("mariadelgado",)
    assert [entry.action for entry in world.state.audit.list_entries_of_subjects((person.id,))] == [
        "enrolled"
    ]


def test_a_text_that_was_not_read_is_not_agreed_to(world, beginning, invitation):
    draft = answered(beginning, invitation)

    with pytest.raises(NotPermittedError):
        complete_enrollment(beginning, invitation, draft, "another text")

    assert world.state.people.list_person_ids() == ()


def test_nobody_joins_past_a_page_without_an_answer(world, beginning, invitation):
    draft = save_step_answers(
        beginning, invitation, EnrollmentStep.READ, load_enrollment_draft(beginning, invitation)
    )

    with pytest.raises(NotPermittedError):
        complete_enrollment(beginning, invitation, draft, hash_district_terms(world.app))


def test_one_invitation_is_answered_once(world, beginning, invitation):
    draft = answered(beginning, invitation)
    complete_enrollment(beginning, invitation, draft, hash_district_terms(world.app))

    with pytest.raises(NotPermittedError):
        complete_enrollment(beginning, invitation, draft, hash_district_terms(world.app))


def test_who_stops_leaves_nothing_and_may_begin_again(world, beginning, invitation):
    answered(beginning, invitation, school="Quillfeather Academy")

    discard_enrollment_draft(beginning, invitation)

    assert load_enrollment_draft(beginning, invitation).school == ""
    assert find_invitation_status(beginning, invitation) is InvitationStatus.OPEN


def test_what_was_begun_and_left_is_forgotten_after_a_day(world, beginning, invitation):
    save_step_answers(
        beginning, invitation, EnrollmentStep.READ, load_enrollment_draft(beginning, invitation)
    )
    world.later(hours=25)

    purge_expired_data(world.app)

    assert world.state.enrollment_drafts.find_draft(invitation) is None
    assert find_invitation_status(beginning, invitation) is InvitationStatus.OPEN


def test_an_invitation_says_why_it_opens_nothing(world, beginning, invitation):
    assert find_invitation_status(beginning, "never-sent") is InvitationStatus.UNKNOWN
    world.later(days=15)
    assert find_invitation_status(beginning, invitation) is InvitationStatus.EXPIRED
    purge_expired_data(world.app)
    assert find_invitation_status(beginning, invitation) is InvitationStatus.UNKNOWN


def test_the_preview_shows_every_first_query_and_asks_none(world, beginning, invitation):
    draft = replace(
        answered(beginning, invitation, accounts=("chalkboard:@mariad",)),
        scopes=frozenset({Scope.PROFILES, Scope.SEARCH}),
    )

    asked = preview_enrollment_queries(beginning, invitation, draft)

    assert world.asked == []
    words = [word for line in asked.lines for word in line.words]
    assert "Maria Delgado · Cedar Valley" in words
    assert "mariad" in words
    person = complete_enrollment(
        beginning,
        invitation,
        save_step_answers(beginning, invitation, EnrollmentStep.SCOPES, draft),
        hash_district_terms(world.app),
    )
    assert asked.queries == len(list(plan_person_queries(world.app, person.id)))


def test_the_preview_shows_no_fingerprint_and_nothing_outside_the_scopes(beginning, invitation):
    draft = answered(beginning, invitation)

    asked = preview_enrollment_queries(beginning, invitation, draft)

    assert {line.heading for line in asked.lines} == {"Profile sites"}
