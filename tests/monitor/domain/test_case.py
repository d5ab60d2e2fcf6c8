"""What may be flagged, and how bad it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.case import (
    Case,
    build_urgency_key,
    close_on_event,
    join_contact_kinds,
    list_watched_exposures,
)
from monitor.domain.detection.appearance import shows_takeover
from monitor.domain.finding_events import Event
from monitor.domain.severity import assess_change_severity, rate_exposure
from monitor.domain.vocabulary import (
    CaseKind,
    CaseState,
    ContactKind,
    Decision,
    EventKind,
    Severity,
)
from scrapers.models import Trace, TraceKind
from tests.cases import say

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
OWN = Trace(
    key="https://skies.example/rosa",
    kind=TraceKind.ACCOUNT,
    url="https://skies.example/rosa",
    account="skies:1",
    name="Rosa Marchetti",
    handle="rosa",
    bio="Band director",
    links=("https://rosa.example",),
    picture_hash="abc",
)
EMPTY = {"name": "", "bio": "", "links": (), "picture_hash": ""}


def test_the_kinds_of_case_are_a_closed_list():
    assert [kind.value for kind in CaseKind] == [
        "impersonation",
        "student-link",
        "exposed-contact",
        "own-account-changed",
        "mock-account",
        "harmful-page",
    ]


def shows_rosa(name: str) -> bool:
    return "Rosa" in name


@pytest.mark.parametrize(
    ("changed", "severity"),
    [
        ({"handle": "rosa2"}, Severity.HIGH),
        ({"name": "Crypto Gains"}, Severity.HIGH),
        (EMPTY, Severity.HIGH),
        ({"name": "Rosa Marchetti (she/her)"}, Severity.MEDIUM),
        ({"bio": "Choir director"}, Severity.MEDIUM),
        ({"bio": "Choir director. Venmo for the spring trip"}, Severity.MEDIUM),
        ({"bio": "my nudes, link below"}, Severity.HIGH),
        ({"bio": "your days are numbered"}, Severity.HIGH),
        ({"bio": "", "links": ()}, Severity.MEDIUM),
        ({"links": ()}, Severity.LOW),
        ({"picture_hash": "abd"}, Severity.LOW),
        ({"private": True}, Severity.LOW),
    ],
)
def test_a_changed_own_account_is_as_bad_as_what_changed(changed, severity):
    after = replace(OWN, **changed)

    assert assess_change_severity(OWN, after, shows_rosa, shows_takeover) is severity


def test_a_deleted_own_account_is_serious():
    assert assess_change_severity(OWN, None, shows_rosa, shows_takeover) is Severity.HIGH


def test_an_account_that_never_showed_the_name_has_not_lost_it():
    before = replace(OWN, name="Band Room 12")

    after = replace(before, name="Band Room 14")

    assert assess_change_severity(before, after, shows_rosa, shows_takeover) is Severity.MEDIUM


def test_a_name_that_baits_is_serious_whatever_the_account_was_called():
    before = replace(OWN, name="Band Room 12")
    after = replace(before, name="FREE CRYPTO TIPS")

    assert assess_change_severity(before, after, shows_rosa, shows_takeover) is Severity.HIGH
    assert assess_change_severity(after, before, shows_rosa, shows_takeover) is Severity.MEDIUM


def test_the_worst_comes_first_and_among_equals_the_oldest():
    def case(ref, severity, days):
        return Case(
            id=ref,
            person_id="rosa",
            finding_id="finding",
            kind=CaseKind.IMPERSONATION,
            severity=severity,
            opened_at=MONDAY + timedelta(days=days),
            reasons=(),
        )

    low, medium = case("low", Severity.LOW, 0), case("medium", Severity.MEDIUM, 1)
    newer, older = case("newer", Severity.HIGH, 3), case("older", Severity.HIGH, 2)

    assert sorted((low, newer, medium, older), key=build_urgency_key) == [older, newer, medium, low]


def exposure(*kinds: ContactKind, **fields: object) -> Case:
    told = {
        "id": "a",
        "person_id": "rosa",
        "finding_id": "page",
        "kind": CaseKind.EXPOSED_CONTACT,
        "severity": rate_exposure(kinds),
        "notified_at": MONDAY,
        "opened_at": MONDAY,
        "reasons": (f"It shows {', '.join(kinds)}.",),
        "relation": join_contact_kinds(kinds),
    }
    return Case(**{**told, **fields})


def event(kind: EventKind, *fields: str) -> Event:
    return Event(person_id="rosa", finding_id="page", kind=kind, at=MONDAY, fields=fields)


HOME, PHONE, MAIL = ContactKind.HOME, ContactKind.PHONE, ContactKind.MAIL
BOTH = exposure(PHONE, HOME)


def test_kinds_of_contact_details_are_kept_the_worst_first():
    assert BOTH.contact_kinds == (HOME, PHONE)
    assert BOTH.severity is Severity.HIGH


@pytest.mark.parametrize(
    ("happens", "left", "state"),
    [
        (event(EventKind.CLEARED, "home-address"), (PHONE,), CaseState.OPEN),
        (event(EventKind.CLEARED, "phone", "home-address"), (HOME, PHONE), CaseState.GONE),
        (event(EventKind.CLEARED, "mail"), (HOME, PHONE), CaseState.OPEN),
        (event(EventKind.VANISHED), (HOME, PHONE), CaseState.GONE),
        (event(EventKind.CHANGED), (HOME, PHONE), CaseState.OPEN),
    ],
)
def test_only_what_is_proven_gone_leaves_a_case(happens, left, state):
    after = close_on_event(BOTH, happens)

    assert (after.contact_kinds, after.state) == (left, state)
    assert after.severity is rate_exposure(after.contact_kinds)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("harmless", CaseState.HARMLESS),
        ("namesake", CaseState.NAMESAKE),
        ("mine", CaseState.GONE),
        ("removal-asked", CaseState.GONE),
        ("removal-asked removal-done", CaseState.GONE),
    ],
)
def test_proof_ends_what_no_word_has_ended(said, state):
    case = say(BOTH, *map(Decision, said.split()))

    assert close_on_event(case, event(EventKind.VANISHED)).state is state


@pytest.mark.parametrize("kind", [CaseKind.IMPERSONATION, CaseKind.MOCK_ACCOUNT])
def test_an_account_of_others_that_is_proven_gone_has_ended(kind):
    case = replace(BOTH, kind=kind, relation="")

    assert close_on_event(case, event(EventKind.VANISHED)).gone_at == MONDAY
    pursued = say(case, Decision.IMPERSONATION, Decision.REPORTED)
    assert close_on_event(pursued, event(EventKind.VANISHED)).state is CaseState.GONE


@pytest.mark.parametrize("kind", [CaseKind.OWN_ACCOUNT_CHANGED, CaseKind.STUDENT_LINK])
def test_an_own_account_that_is_gone_is_no_end(kind):
    case = replace(BOTH, kind=kind, relation="")

    assert close_on_event(case, event(EventKind.VANISHED)) == case


def test_a_harmful_page_without_its_contact_details_stays_a_case():
    page = replace(BOTH, kind=CaseKind.HARMFUL_PAGE)

    assert list_watched_exposures((page,)) == {HOME, PHONE}
    bare = close_on_event(page, event(EventKind.CLEARED, "phone", "home-address"))
    assert (bare.contact_kinds, bare.gone_at, bare.severity) == ((), None, page.severity)


def test_a_kind_is_watched_while_its_end_would_matter():
    asked = say(exposure(MAIL), Decision.REMOVAL_ASKED)
    quiet = say(exposure(PHONE), Decision.HARMLESS)

    assert list_watched_exposures((exposure(HOME), asked, quiet)) == {HOME, MAIL}
