"""An email says of the policy what fits its reader's accounts, each clause once a quarter."""

import pytest

from monitor.demo.district import MARIA
from monitor.domain.conduct_policy import PolicyClause, load_own_policy_texts
from monitor.domain.vocabulary import Scope
from monitor.services.digests import queue_weekly_digest
from monitor.services.outbox import send_due
from monitor.services.own_accounts import build_digest_reminder
from tests.monitor.services.world import IMPOSTOR, Staff, World

TEXTS = load_own_policy_texts()
QUARTER = 14


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def list_reminders(staff: Staff) -> list[str]:
    """Return what the digests of more than a quarter remind of, week by week."""
    app, told = staff.world.app, []
    person = app.db.people.load_person(staff.id)
    for _ in range(QUARTER):
        last = staff.world.clock.at
        staff.world.later(days=7)
        if reminder := build_digest_reminder(app, person, last):
            (text,) = reminder.texts
            told.append(text)
            assert bool(reminder.leads) is (text == TEXTS[PolicyClause.SEPARATE_ACCOUNTS])
            assert reminder.has_guides is (text == TEXTS[PolicyClause.PRIVACY_SETTINGS])
    return told


def test_a_person_with_a_public_account_that_names_the_school_hears_of_a_to_e(maria: Staff):
    told = list_reminders(maria)

    fits = {
        *(PolicyClause.ON_DUTY, PolicyClause.SEPARATE_ACCOUNTS, PolicyClause.STUDENT_PHOTOS),
        *(PolicyClause.PRIVACY_SETTINGS, PolicyClause.JOINING),
    }
    assert {TEXTS[clause] for clause in fits} <= set(told)


def test_who_has_no_account_is_reminded_of_nothing(world: World):
    maria = world.joins(MARIA, accounts=(), scopes=frozenset({Scope.SEARCH}))

    assert list_reminders(maria) == []


def test_a_first_email_has_none_and_a_later_one_says_it(world: World, maria: Staff):
    app = world.app
    assert build_digest_reminder(app, app.db.people.load_person(maria.id), None) is None

    for _ in range(QUARTER):
        queue_weekly_digest(app, maria.id)
        world.later(days=7)
    send_due(app)

    texts = [" ".join(sent.text.split()) for sent in maria.emails_of("digest")]
    named = [text for text in texts if "policy: Your account on" in text]
    assert len(named) == 1
    assert "A reminder to everyone from your district" in named[0]
    assert TEXTS[PolicyClause.SEPARATE_ACCOUNTS] in named[0]


def test_no_email_that_tells_of_an_open_alert_says_a_line_of_the_policy(world: World, maria: Staff):
    world.internet = world.internet.add_entry(IMPOSTOR)
    world.sweep()
    assert any(case.is_undecided for case in maria.cases)

    for _ in range(QUARTER):
        queue_weekly_digest(world.app, maria.id)
        world.later(days=7)
    send_due(world.app)

    digests = maria.emails_of("digest")
    assert len(digests) == QUARTER
    assert not [sent for sent in digests if "policy:" in " ".join(sent.text.split())]
