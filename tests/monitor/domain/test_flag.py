"""What may be flagged, and how bad it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.flag import Flag, assess_change_severity, build_urgency_key
from monitor.domain.vocabulary import FlagKind, FlagState, Severity
from scrapers.models import Finding, FindingKind

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
OWN = Finding(
    key="https://skies.example/rosa",
    kind=FindingKind.ACCOUNT,
    url="https://skies.example/rosa",
    account="skies:1",
    name="Rosa Marchetti",
    handle="rosa",
    bio="Band director",
    links=("https://rosa.example",),
    picture_hash="abc",
)
EMPTY = {"name": "", "bio": "", "links": (), "picture_hash": ""}


def test_the_kinds_of_flag_are_a_closed_list():
    assert [kind.value for kind in FlagKind] == [
        "impersonation",
        "student-link",
        "exposed-contact",
        "own-account-changed",
        "mock-account",
    ]


@pytest.mark.parametrize(
    ("changed", "severity"),
    [
        ({"handle": "rosa2"}, Severity.HIGH),
        ({"name": "Crypto Gains"}, Severity.HIGH),
        (EMPTY, Severity.HIGH),
        ({"name": "Rosa Marchetti (she/her)"}, Severity.MEDIUM),
        ({"bio": "Choir director"}, Severity.MEDIUM),
        ({"bio": "", "links": ()}, Severity.MEDIUM),
        ({"links": ()}, Severity.LOW),
        ({"picture_hash": "abd"}, Severity.LOW),
        ({"private": True}, Severity.LOW),
    ],
)
def test_a_changed_own_account_is_as_bad_as_what_changed(changed, severity):
    after = replace(OWN, **changed)

    assert assess_change_severity(OWN, after, lambda name: "Rosa" in name) is severity


def test_a_deleted_own_account_is_serious():
    assert assess_change_severity(OWN, None, lambda name: "Rosa" in name) is Severity.HIGH


def test_an_account_that_never_showed_the_name_has_not_lost_it():
    before = replace(OWN, name="Band Room 12")

    after = replace(before, name="Band Room 14")

    assert assess_change_severity(before, after, lambda name: "Rosa" in name) is Severity.MEDIUM


def test_the_worst_comes_first_and_among_equals_the_oldest():
    def flag(ref, severity, days):
        return Flag(
            id=ref,
            person_id="rosa",
            item_id="item",
            kind=FlagKind.IMPERSONATION,
            severity=severity,
            state=FlagState.NEW,
            opened_at=MONDAY + timedelta(days=days),
            reasons=(),
        )

    low, medium = flag("low", Severity.LOW, 0), flag("medium", Severity.MEDIUM, 1)
    newer, older = flag("newer", Severity.HIGH, 3), flag("older", Severity.HIGH, 2)

    assert sorted((low, newer, medium, older), key=build_urgency_key) == [older, newer, medium, low]
