"""Joining takes a code that only a mailbox gets, and an answer that only its owner gives."""

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.vocabulary import Scope
from monitor.services.consent_terms import hash_district_terms
from monitor.services.due_jobs import schedule_jobs
from monitor.services.enrollment import enroll_with_code, hash_code, invite_person
from monitor.services.outbox import send_due
from tests.monitor.services.fakes import DEFERRED
from tests.monitor.services.world import World, answers_of

MAIL = MARIA.person.mail


def invited(world: World, mail: str = MAIL) -> str:
    """Invite Maria, let the email arrive, and return its code."""
    invite_person(world.app, mail, "Maria", "Delgado")
    send_due(world.app)
    return world.code(MAIL)


def enrol(world: World, code: str, **told: object):
    return enroll_with_code(world.app, code, answers_of(MARIA, **told))


def test_the_code_stands_in_the_email_and_nowhere_else(world: World):
    code = invited(world)

    (invitation,) = world.state.invitations.list_invitations()
    assert code not in repr(invitation)
    assert code not in repr(world.state.outbox.list_emails())
    assert code not in repr(world.state.audit.list_entries())
    files = [path.read_bytes() for path in world.config.state.glob("*.db*")]
    assert files
    assert not any(code.encode() in file for file in files)
    assert hash_code(code) != code


def test_nobody_is_written_to_twice_for_one_invitation(world: World):
    invited(world)
    send_due(world.app)

    assert len(world.post.of_kind("invitation")) == 1


def test_an_invitation_alone_lets_nothing_be_asked(world: World):
    invited(world)

    world.sweep()

    assert world.asked_about("maria") == []
    assert world.state.people.list_person_ids() == ()


def test_a_code_is_good_for_one_person_once(world: World):
    code = invited(world)
    enrol(world, code)

    with pytest.raises(InputError):
        enrol(world, code)
    assert len(world.state.people.list_person_ids()) == 1


def test_a_code_is_no_good_after_fourteen_days(world: World):
    code = invited(world)
    world.later(days=14)

    with pytest.raises(InputError):
        enrol(world, code)
    assert world.state.people.list_person_ids() == ()


def test_a_code_is_good_until_fourteen_days_are_over(world: World):
    code = invited(world)
    world.later(days=14, seconds=-1)

    assert enrol(world, code).mail == MAIL


@pytest.mark.parametrize("code", ["", " ", "0" * 32, "' OR 1=1 --"])
def test_a_code_that_nobody_was_sent_opens_nothing(world: World, code):
    invited(world)

    with pytest.raises(InputError):
        enrol(world, code)


@pytest.mark.parametrize(
    "mail",
    [
        "maria.delgado@elsewhere.example",
        "maria.delgado@cedarvalley.example.elsewhere.example",
        "maria.delgado@sub.cedarvalley.example",
        "cedarvalley.example",
        "@cedarvalley.example",
        "",
    ],
)
def test_only_addresses_of_the_district_are_invited(world: World, mail):
    with pytest.raises(InputError):
        invite_person(world.app, mail, "Maria", "Delgado")
    assert world.state.invitations.list_invitations() == ()
    assert world.state.outbox.list_emails() == ()


def test_an_address_is_the_same_however_it_is_written(world: World):
    code = invited(world, f"  {MAIL.upper()} ")

    assert enrol(world, code).mail == MAIL


def test_a_sign_that_cannot_be_seen_is_no_part_of_a_name(world: World):
    invitation = invite_person(world.app, MAIL, "Ma\u200bria", "\u00adDelgado \u2060")

    assert (invitation.given, invitation.family) == ("Maria", "Delgado")


def test_who_agrees_to_nothing_is_not_enrolled_and_may_answer_again(world: World):
    code = invited(world)

    with pytest.raises(NotPermittedError):
        enrol(world, code, scopes=frozenset())

    assert world.state.people.list_person_ids() == ()
    assert enrol(world, code, scopes=frozenset({Scope.SEARCH})).mail == MAIL


def test_the_consent_says_what_was_agreed_to_and_by_which_words(world: World):
    joined = enrol(world, invited(world), scopes=frozenset({Scope.SEARCH}))

    consent = world.state.consents.find_latest_consent(joined.id)
    assert consent.scopes == {Scope.SEARCH}
    assert consent.text_hash == hash_district_terms(world.app)
    assert (consent.expires_at - consent.given_at).days == 365


def test_who_joined_is_confirmed_what_they_agreed_to(world: World):
    enrol(world, invited(world), scopes=frozenset({Scope.SEARCH}))
    send_due(world.app)

    (confirmation,) = world.post.of_kind("enrolled")
    assert confirmation.envelope.recipient == MAIL
    assert "not" in confirmation.text
    assert world.config.district.contact in confirmation.text


def test_two_invitations_make_one_member(world: World):
    first, second = invited(world), invited(world)
    assert first != second
    enrol(world, second)

    with pytest.raises(InputError):
        enrol(world, first)
    assert len(world.state.people.list_person_ids()) == 1
    assert len(world.state.consents.list_consenting_person_ids(world.clock.at)) == 1


def test_who_is_enrolled_is_not_invited_again(world: World):
    world.joins(MARIA)

    with pytest.raises(InputError):
        invite_person(world.app, MAIL, "Maria", "Delgado")


def test_an_email_that_is_tried_again_carries_a_code_that_opens(world: World):
    world.post.answer = DEFERRED
    invite_person(world.app, MAIL, "Maria", "Delgado")
    send_due(world.app)
    world.post = type(world.post)(tried=world.post.tried)
    world.restarts()
    world.later(minutes=6)
    send_due(world.app)

    assert enrol(world, world.code(MAIL)).mail == MAIL


def test_an_invitation_that_ran_out_is_not_sent(world: World):
    world.post.answer = DEFERRED
    invite_person(world.app, MAIL, "Maria", "Delgado")
    send_due(world.app)
    tried = len(world.post.tried)
    world.later(days=14)

    send_due(world.app)

    assert len(world.post.tried) == tried


def test_two_people_of_one_name_are_two_members(world: World):
    code = invited(world)
    enrol(world, code)
    invite_person(world.app, "maria.delgado2@cedarvalley.example", "Maria", "Delgado")
    send_due(world.app)

    other = enrol(world, world.code("maria.delgado2@cedarvalley.example"))

    assert len(world.state.people.list_person_ids()) == 2
    assert other.mail == "maria.delgado2@cedarvalley.example"


def test_joining_is_audited_in_opaque_words(world: World):
    world.joins(JOHN)

    actions = [entry.action for entry in world.state.audit.list_entries()]
    assert actions == ["invited", "enrolled"]
    assert world.state.audit.verify_chain() is None


@pytest.mark.parametrize(
    "mail",
    [
        "mallory@elsewhere.example, maria.delgado@cedarvalley.example",
        "Maria <maria.delgado@cedarvalley.example>",
        "maria\r\nBcc: mallory@cedarvalley.example",
        "@cedarvalley.example",
        f"{'m' * 250}@cedarvalley.example",
        "maria\N{HANGUL FILLER}@cedarvalley.example",
        "mari\N{COMBINING GRAPHEME JOINER}a@cedarvalley.example",
        "mari\N{ZERO WIDTH SPACE}a@cedarvalley.example",
        "r\N{LATIN SMALL LETTER E}\N{COMBINING ACUTE ACCENT}ne@cedarvalley.example",
    ],
)
def test_nothing_but_one_bare_address_is_invited(world: World, mail):
    with pytest.raises(InputError):
        invite_person(world.app, mail, "Maria", "Delgado")

    assert world.state.invitations.list_invitations() == ()


def test_an_unknown_time_zone_is_refused_and_holds_up_nobody(world: World):
    code = invited(world)

    with pytest.raises(InputError, match="time zone"):
        enrol(world, code, zone="Mars/Olympus")

    assert world.state.people.list_person_ids() == ()
    schedule_jobs(world.app)
    enrol(world, code, zone="America/Denver")
