"""Waves: how many people got a new account under their name on one network, within three weeks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import Assessment, assess_trace, explain_assessment
from monitor.domain.detection.waves import (
    NewAccount,
    compute_appearance_time,
    count_people,
    find_maker_wave,
    find_wave,
    list_wave_marks,
)
from monitor.domain.person import PersonName
from monitor.domain.vocabulary import OwnershipLabel, WaveMark
from reports.reason_rendering import render_reason
from scrapers.models import Trace, TraceKind
from tests.monitor.domain.detection.test_made_by_others import RUTH, WEIGHTS
from tests.rows import over_rows

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


def test_what_a_large_school_meets_all_the_time_is_no_wave():
    usual = [at(f"p{number}", number * 6.0) for number in range(60)]
    many = [at(f"q{number}", 180 + number) for number in range(14)]

    assert find_wave("p30", usual) == ()
    assert count_people(find_wave("q3", (*usual, *many))) > 14


def test_what_was_met_more_than_a_year_before_counts_for_nothing():
    old = [at(f"p{number}", -400.0 - number) for number in range(60)]

    assert size("a", *old, at("a", 0), at("b", 1), at("c", 2)) == 3


@over_rows(
    ("changes", "is_news", "expected"),
    [
        ({}, True, NOW),
        ({}, False, None),
        ({"created_at": NOW - timedelta(days=21)}, False, NOW - timedelta(days=21)),
        ({"created_at": NOW - timedelta(days=300)}, False, NOW - timedelta(days=300)),
        ({"created_at": NOW - timedelta(days=366)}, True, None),
        ({"created_at": NOW + timedelta(days=2)}, False, NOW),
        ({"name": "Ann Lee", "handle": "annlee"}, True, None),
        ({"name": ""}, True, NOW),
        ({"name": "", "handle": "zz"}, True, None),
        ({"name": "Mrs. Q", "handle": "mrsqmath"}, True, NOW),
        ({"name": "Quackenbush edits", "handle": "zz"}, True, NOW),
        ({"kind": TraceKind.PAGE}, True, None),
        ({"account": ""}, True, None),
    ],
)
def test_only_a_new_account_under_the_name_counts(changes, is_news, expected):
    trace = replace(NEW, **changes)

    assert compute_appearance_time(trace, QUACKERS, NOW, is_news=is_news) == expected


def marks_of(**changes) -> dict[WaveMark, str]:
    return dict(list_wave_marks(replace(NEW, **changes), QUACKERS))


@pytest.mark.parametrize("changes", [{"location": "Fernhaven, OR"}, {"bio": "Realtor"}])
def test_one_of_another_place_or_job_is_a_namesakes(changes):
    assert WaveMark.PLACE in marks_of()
    assert WaveMark.PLACE not in marks_of(**changes)


def test_one_makers_words_are_the_same_under_every_name():
    colleague = replace(QUACKERS, name=PersonName(given="Ann", family="Ostrander"))
    bios = ("Mrs. Quackenbush runs {} 100% no joke", "Ms. Ostrander runs {} no joke")
    said = [
        dict(list_wave_marks(replace(NEW, bio=bio.format("the sleepiest class of them")), one))
        for bio, one in zip(bios, (QUACKERS, colleague), strict=True)
    ]

    assert said[0][WaveMark.WORDS] == said[1][WaveMark.WORDS]
    assert "quackenbush" not in said[0][WaveMark.WORDS]


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({"bio": "bestie of math"}, WaveMark.WORDS),
        ({"links": ("https://forms.example/",)}, WaveMark.LINK),
        ({"links": ("https://www.tallgrass.example/math",)}, WaveMark.LINK),
    ],
)
def test_few_words_a_bare_host_and_the_districts_site_are_no_mark_of_a_maker(changes, mark):
    assert mark not in marks_of(**changes)


def test_the_same_link_or_picture_is_one():
    marks = marks_of(links=("https://forms.example/tell-us",), picture_print="1:ab")

    assert marks[WaveMark.LINK] == "https://forms.example/tell-us"
    assert marks[WaveMark.PICTURE] == "1:ab"


def test_the_largest_wave_of_one_maker_counts_and_a_place_is_none():
    three = (at("a", 0), at("b", 1), at("c", 2))
    four = (*three, at("d", 3))

    found = find_maker_wave("a", [(WaveMark.PLACE, four), (WaveMark.LINK, three)])

    assert (found.mark, found.accounts) == (WaveMark.LINK, three)
    assert find_maker_wave("a", [(WaveMark.WORDS, three[:2])]).accounts == ()


def test_what_a_network_writes_by_itself_is_no_makers():
    usual = tuple(at(f"p{number}", number * 6.0) for number in range(60))

    assert find_maker_wave("p30", [(WaveMark.WORDS, usual)]).accounts == ()


@pytest.mark.parametrize("mark", [WaveMark.WORDS, WaveMark.LINK, WaveMark.PICTURE])
def test_one_maker_of_several_accounts_is_a_question_that_says_what_they_share(mark):
    trace = replace(NEW, bio="lakes and dogs")
    inventory = Inventory(own_traces=(OWN,), maker_waves={trace.key: (mark, 3)})
    subject = Subject(person=QUACKERS, commonness=COMMON)
    found = assess_trace(subject, trace, inventory, None, WEIGHTS)

    assert found.label is OwnershipLabel.UNKNOWN
    assert "3 staff members of your district" in render_reason(found.reasons[0])


def test_an_account_of_a_wave_is_asked_about_and_never_flagged_for_it():
    assert assess(0).label is OwnershipLabel.NAMESAKE
    assert assess(3).label is OwnershipLabel.UNKNOWN
    assert assess(40).label is OwnershipLabel.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "is_sign"),
    [
        ({"bio": "lakes and dogs"}, False),
        ({"bio": "Tallgrass, KS"}, True),
        ({"bio": "dm me for bitcoin"}, True),
        ({"bio": "lakes and dogs", "name": "Mrs. Quackenbush"}, True),
        ({"account": "snapgarden:@ruth.quackenbush"}, False),
    ],
)
def test_it_needs_a_second_sign(changes, is_sign):
    assert ("wave" in rules_of(assess(4, replace(NEW, **changes)))) is is_sign


def test_the_reason_gives_the_number_and_the_network_and_no_name():
    (wave,) = (piece for piece in assess(4).evidence if piece.rule == "wave")

    assert wave.bits == 0
    assert wave.reason in assess(4).reasons
    assert render_reason(wave.reason) == (
        "Within three weeks, accounts under the names of 4 staff members of your school "
        "appeared on TikTok."
    )


def test_a_mock_account_of_a_wave_is_flagged_for_what_it_is():
    mocking = replace(NEW, name="mrs quackenbush memes", handle="quackmemes", bio="tallgrass, ks")

    assert "wave" in rules_of(assess(3, mocking))
    assert assess(3, mocking).label is OwnershipLabel.MOCK


def test_a_question_about_a_wave_says_what_it_is_asked_for():
    told = explain_assessment(assess(4), NEW.kind, WEIGHTS)

    assert told.asked_for == "wave"
    assert told.bits == sum(piece.bits for piece in told.evidence)
