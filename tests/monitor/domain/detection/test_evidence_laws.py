"""One piece of evidence more moves the sum of its axis one way only, whatever else is seen."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.district import MARIA
from monitor.domain.detection.appearance import Inventory
from monitor.domain.detection.assessment import assess_trace
from monitor.domain.detection.evidence import EvidenceAxis
from scrapers.models import TraceKind
from tests.monitor.domain.detection.test_assessment_laws import BIO, OWN, WEIGHTS, subjects, traces

ELDEST = datetime(2016, 5, 1, tzinfo=UTC)
OF_OLD = replace(OWN, created_at=ELDEST)
INVENTORY = Inventory(own_traces=(OF_OLD,), absent_platforms=frozenset({"paceclub"}))
OTHERS = "Beetles, and what else one finds under a stone in the rain"
accounts = traces.map(lambda entry: replace(entry, kind=TraceKind.ACCOUNT))


def total(subject, trace, axis, inventory=INVENTORY):
    found = assess_trace(subject, trace, inventory, None, WEIGHTS)
    return sum(piece.bits for piece in found.evidence if piece.axis is axis)


def telling(trace, words):
    """Let the account say more, after what it says already."""
    return replace(trace, bio=f"{trace.bio or trace.snippet}. {words}")


# What an account would show more of, and the axis that it speaks on.
FOR = {
    "the school": (
        EvidenceAxis.CLAIM,
        lambda entry: telling(entry, "Maple Street Elementary School"),
    ),
    "the town": (EvidenceAxis.CLAIM, lambda entry: replace(entry, location="Cedar Valley")),
    "the work": (EvidenceAxis.CLAIM, lambda entry: telling(entry, "I teach science")),
    "a link": (EvidenceAxis.CLAIM, lambda entry: replace(entry, links=(OWN.url,))),
    "the words": (EvidenceAxis.IMITATION, lambda entry: replace(entry, bio=BIO)),
    "a lure": (EvidenceAxis.IMITATION, lambda entry: telling(entry, "DM me for crypto")),
    "its youth": (
        EvidenceAxis.IMITATION,
        lambda entry: replace(entry, created_at=datetime(2024, 1, 1, tzinfo=UTC)),
    ),
    "its followers": (
        EvidenceAxis.IMITATION,
        lambda entry: replace(entry, counts=(("followers", 3), ("following", 900), ("posts", 1))),
    ),
    "its letters": (
        EvidenceAxis.IMITATION,
        lambda entry: replace(entry, name="M\N{CYRILLIC SMALL LETTER A}ria Delgado"),
    ),
}
AGAINST = {
    "another town": (EvidenceAxis.CLAIM, lambda entry: replace(entry, location="Fairmont, Iowa")),
    "another school": (EvidenceAxis.CLAIM, lambda entry: telling(entry, "Fairmont High School")),
    "other work": (EvidenceAxis.CLAIM, lambda entry: telling(entry, "Plumber")),
    "its age": (
        EvidenceAxis.IMITATION,
        lambda entry: replace(entry, created_at=datetime(2009, 1, 1, tzinfo=UTC)),
    ),
    "a life of its own": (
        EvidenceAxis.IMITATION,
        lambda entry: replace(
            entry, counts=(("followers", 300), ("following", 200), ("posts", 80))
        ),
    ),
}


@pytest.mark.parametrize("more", FOR)
@given(subject=subjects, trace=accounts)
def test_what_speaks_for_an_axis_never_lowers_it(more, subject, trace):
    axis, added = FOR[more]

    assert total(subject, added(trace), axis) >= total(subject, trace, axis)


@pytest.mark.parametrize("more", AGAINST)
@given(subject=subjects, trace=accounts)
def test_what_speaks_against_an_axis_never_raises_it(more, subject, trace):
    axis, added = AGAINST[more]
    # An account that says nothing at all is not held against anybody.
    told = telling(trace, OTHERS)

    assert total(subject, added(told), axis) <= total(subject, told, axis)


@given(subject=subjects, trace=accounts)
def test_a_link_from_an_own_account_speaks_for_control(subject, trace):
    linking = Inventory(own_traces=(replace(OF_OLD, links=(trace.url,)),))
    silent = Inventory(own_traces=(OF_OLD,))

    held = total(subject, trace, EvidenceAxis.CONTROL, linking)
    assert held > total(subject, trace, EvidenceAxis.CONTROL, silent)


OPINIONS = (
    "Proud Democrat, vote blue",
    "Proud Republican, vote red",
    "Union yes, and tax the rich",
    "Faith, family, freedom",
    "No war, no borders, no bosses",
    "Pro-life",
    "Pro-choice",
    "Atheist",
    "Praying every day",
)


@given(subject=subjects, trace=accounts, opinion=st.sampled_from(OPINIONS))
def test_an_opinion_changes_nothing(subject, trace, opinion):
    told = telling(replace(trace, bio="", snippet=""), OTHERS)

    silent = assess_trace(subject, told, INVENTORY, None, WEIGHTS)
    assert assess_trace(subject, telling(told, opinion), INVENTORY, None, WEIGHTS) == silent


def test_no_rule_speaks_of_opinions_or_of_what_people_are():
    words = " ".join(source.casefold() for source in WEIGHTS.sources.values())

    assert MARIA.person.name.given.casefold() not in words
    for forbidden in ("politic", "religio", "opinion", "gender", "ethnic", "race"):
        assert forbidden not in words
