"""The five labels of a row, by the rules that the service uses."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.detection.appearance import Inventory
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.names.frequency import load_census
from scrapers.models import Contact, Trace, TraceKind
from tests.bench.score.scorers import Profile, ProfileLabel

ROSTER = (("mason", "whitlock"), ("priya", "raman"), ("ann", "lee"))
OWN = Trace(
    key="own",
    kind=TraceKind.ACCOUNT,
    url="https://bluesky:@mariadelgado.skies.example",
    account="bluesky:@mariadelgado.skies.example",
    name="Maria Delgado",
    handle="mariadelgado.skies.example",
    bio="Fifth grade science in Cedar Valley. Volcanoes and puns.",
)
STRANGER = Trace(
    key="found",
    kind=TraceKind.ACCOUNT,
    url="https://found",
    account="bluesky:@other.skies.example",
    name="Maria Delgado",
    handle="other.skies.example",
    bio="Dental hygienist in Fairmont. Two cats.",
)
PUPIL = Contact(name="Mason Whitlock", handle="masonw", bio="MSES '28")


def whose(found, *contacts, pupils=ROSTER, person=MARIA.person, schools=()):
    scorer = ProfileLabel(
        counts=load_census(),
        weights=load_own_weights(),
        now=datetime(2026, 11, 28, tzinfo=UTC),
        schools={pupils: frozenset(schools)},
    )
    inventory = Inventory(own_traces=(OWN,))
    return scorer(
        Profile(person=person, inventory=inventory, found=found, contacts=contacts, pupils=pupils)
    )


@pytest.mark.parametrize(
    ("found", "label"),
    [
        (OWN, "own"),
        (STRANGER, "namesake"),
        (replace(STRANGER, name="Karl Brandt"), "unrelated"),
        (replace(STRANGER, handle="maria-de1gado.skies.example", bio=OWN.bio), "impersonation"),
        (replace(STRANGER, bio="Science at Maple Street Elementary School"), "unknown"),
    ],
)
def test_a_row_is_answered_with_the_label_of_the_assessment(found, label):
    assert whose(found).label == label


def test_an_own_account_whose_contacts_look_like_students_is_student_linked():
    assert whose(OWN, PUPIL).label == "student-linked"


@pytest.mark.parametrize(
    "contact",
    [
        replace(PUPIL, bio="Plumber and father"),
        replace(PUPIL, name="Zoe Hartmann"),
    ],
)
def test_a_name_of_the_roster_or_a_cue_alone_links_nobody(contact):
    assert whose(OWN, contact).label == "own"


def test_a_student_of_another_school_of_the_district_is_one():
    elsewhere = replace(PUPIL, bio="Fairmont High School '28")

    assert whose(OWN, elsewhere).label == "own"
    assert whose(OWN, elsewhere, schools=("Fairmont High School",)).label == "student-linked"


def test_without_a_roster_nobody_is_linked():
    assert whose(OWN, PUPIL, pupils=()).label == "own"


def test_students_among_the_contacts_are_no_evidence():
    alone, linked = whose(STRANGER), whose(STRANGER, PUPIL)

    assert linked.score == alone.score


def test_no_contact_and_no_student_is_named():
    said = whose(STRANGER, PUPIL)

    assert "hitlock" not in " ".join(said.reasons)


def test_the_score_is_the_sum_of_the_evidence():
    found = whose(STRANGER, person=JOHN.person)

    assert found.score == round(found.score, 3)
    assert found.score < 0
