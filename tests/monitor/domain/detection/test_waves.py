"""Waves: how many people got a new account under their name on one network, within three weeks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import (
    Assessment,
    assess_trace,
    explain_assessment,
)
from monitor.domain.detection.rules import WAVE
from monitor.domain.detection.waves import (
    NewAccount,
    compute_appearance_time,
    count_people,
    find_wave,
)
from monitor.domain.evidence import EvidenceAxis
from monitor.domain.vocabulary import OwnershipLabel
from reports.wording import render_reason
from scrapers.models import Trace, TraceKind
from tests.monitor.domain.detection.test_mock import RUTH, WEIGHTS

NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)
QUACKERS = replace(RUTH, handles=("quackers77",), accounts=("snapgarden:@quackers77",))
OWN = Trace(
    key="own",
    kind=TraceKind.ACCOUNT,
    url="https://snapgarden.example/quackers77",
    account="snapgarden:@quackers77",
    handle="quackers77",
    bio="Seventh grade math, and a garden with too many tomatoes in it.",
)
NEW = Trace(
    key="found",
    kind=TraceKind.ACCOUNT,
    url="https://tiktok.example/@ruth.quackenbush",
    account="tiktok:@ruth.quackenbush",
    handle="ruth.quackenbush",
    name="Ruth Quackenbush",
)
COMMON = 6.0


def at(person: str, days: float, finding: str = "") -> NewAccount:
    return NewAccount(
        finding_id=finding or person, person_id=person, appeared_at=NOW + timedelta(days=days)
    )


def size(finding: str, *accounts: NewAccount) -> int:
    return count_people(find_wave(finding, accounts))


def assess(size: int, trace: Trace = NEW, commonness: float = COMMON) -> Assessment:
    inventory = Inventory(own_traces=(OWN,), wave_sizes={trace.key: size} if size else {})
    subject = Subject(person=QUACKERS, commonness=commonness)
    return assess_trace(subject, trace, inventory, None, WEIGHTS)


def rules_of(assessment: Assessment) -> set[str]:
    return {piece.rule for piece in assessment.evidence}


def test_three_people_within_three_weeks_are_a_wave():
    assert size("a", at("a", 0), at("b", 10), at("c", 21)) == 3
    assert size("b", at("a", 0), at("b", 10), at("c", 21)) == 3
    assert size("c", at("a", 0), at("b", 10), at("c", 21)) == 3


def test_a_day_more_is_too_long():
    assert size("a", at("a", 0), at("b", 10), at("c", 22)) == 0


def test_two_people_are_no_wave_however_many_accounts_they_get():
    assert size("a", at("a", 0), at("b", 1), at("b", 2, "b2"), at("a", 3, "a2")) == 0


def test_the_largest_of_several_windows_counts():
    accounts = (at("a", 0), at("b", 1), at("c", 15), at("d", 20), at("e", 30), at("f", 34))

    assert size("c", *accounts) == 4
    assert size("a", *accounts) == 4
    assert size("f", *accounts) == 4


def test_an_account_that_is_not_among_them_is_in_no_wave():
    assert find_wave("z", (at("a", 0), at("b", 1), at("c", 2))) == ()


def test_a_wave_names_the_same_accounts_for_all_in_it():
    accounts = (at("a", 0), at("b", 1), at("c", 2))

    assert find_wave("a", accounts) == find_wave("c", accounts) == accounts


@pytest.mark.parametrize(
    ("changes", "is_news", "expected"),
    [
        ({}, True, NOW),
        ({}, False, None),
        ({"created_at": NOW - timedelta(days=21)}, False, NOW - timedelta(days=21)),
        ({"created_at": NOW - timedelta(days=22)}, True, None),
        ({"created_at": NOW + timedelta(days=2)}, False, NOW),
        ({"name": "Ann Lee", "handle": "annlee"}, True, None),
        ({"name": ""}, True, NOW),
        ({"name": "", "handle": "zz"}, True, None),
        ({"name": "Mrs. Q", "handle": "mrsqmath"}, True, NOW),
        ({"kind": TraceKind.PAGE}, True, None),
        ({"account": ""}, True, None),
    ],
)
def test_only_a_new_account_under_the_name_counts(changes, is_news, expected):
    trace = replace(NEW, **changes)

    assert compute_appearance_time(trace, QUACKERS, NOW, is_news=is_news) == expected


def test_an_account_alone_is_not_an_imitation_and_one_of_four_is():
    assert assess(0).label is not OwnershipLabel.IMPERSONATION
    assert assess(4).label is OwnershipLabel.IMPERSONATION


def test_one_of_three_is_at_least_asked_about():
    assert assess(3).label in {OwnershipLabel.UNKNOWN, OwnershipLabel.IMPERSONATION}


def test_the_reason_gives_the_number_and_the_network_and_no_name():
    (wave,) = (piece for piece in assess(4).evidence if piece.rule == "wave")

    assert wave.axis is EvidenceAxis.IMITATION
    assert render_reason(wave.reason) == (
        "Within three weeks, new accounts under the names of 4 staff members of your school "
        "appeared on TikTok."
    )


def test_each_further_person_adds_half_as_much_up_to_five():
    bits = [
        next(piece.bits for piece in assess(people).evidence if piece.rule == "wave")
        for people in (3, 4, 5, 40)
    ]

    assert bits == [6.0, 9.0, 12.0, 12.0]


def test_in_a_wave_it_does_not_count_that_nothing_of_the_person_was_copied():
    alike = replace(NEW, handle="zz9", bio="This is a long text in words that no one else uses.")
    copying_nothing = {"new-network", "unlike-handle", "own-words"}

    assert copying_nothing <= rules_of(assess(0, alike))
    assert copying_nothing.isdisjoint(rules_of(assess(4, alike)))


def test_a_wave_of_mock_accounts_counts_once_and_for_mocking():
    mocking = replace(NEW, name="mrs quackenbush memes", handle="quackmemes")
    found = rules_of(assess(3, mocking))

    assert "wave-of-mocks" in found
    assert "wave" not in found
    assert assess(3, mocking).label is OwnershipLabel.MOCK


def test_a_wave_is_explained_with_bits_that_add_up():
    found = assess(4)
    explained = explain_assessment(found, NEW.kind, WEIGHTS)

    assert found.bits == sum(piece.bits for piece in explained.evidence)
    assert WAVE.counterfactual in found.lowered_by
