"""The answer that costs least, and where the thresholds lie that follow from the costs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.detection.evidence import (
    QUESTION_COST,
    EvidenceSums,
    LabelProbabilities,
    Priors,
    choose_cheapest_label,
    compute_label_cost,
    compute_probabilities,
)
from monitor.domain.vocabulary import OwnershipLabel

ROUNDING = 1e-12

bits = st.floats(-40, 40)
# Sums of a few of them stay within what is told apart.
few = st.floats(-12, 12)


def priors(imitation: float, mock: float = float("-inf")) -> Priors:
    return Priors(impersonation=imitation, mock=mock)


def shares(own: float, impersonation: float, *, linked: bool = False) -> LabelProbabilities:
    other = 1 - own - impersonation
    return LabelProbabilities(
        mine=own, impersonation=impersonation, mock=0.0, other=other, linked=linked
    )


@pytest.mark.parametrize(
    ("own", "impersonation", "label"),
    [
        (0.93, 0.07, OwnershipLabel.MINE),
        (0.84, 0.16, OwnershipLabel.UNKNOWN),
        (0.0, 0.17, OwnershipLabel.NAMESAKE),
        (0.0, 0.18, OwnershipLabel.UNKNOWN),
        (0.0, 0.77, OwnershipLabel.UNKNOWN),
        (0.0, 0.78, OwnershipLabel.IMPERSONATION),
        (0.66, 0.0, OwnershipLabel.NAMESAKE),
        (0.67, 0.0, OwnershipLabel.MINE),
    ],
)
def test_the_thresholds_are_what_the_costs_make_them(own, impersonation, label):
    assert choose_cheapest_label(shares(own, impersonation), OwnershipLabel.NAMESAKE) is label


def test_a_page_about_them_is_dearer_to_overlook_than_an_account():
    page = replace(shares(0.5, 0.0), is_page=True)

    assert choose_cheapest_label(page, OwnershipLabel.NAMESAKE) is OwnershipLabel.MINE


def test_a_question_is_dearer_where_only_an_engine_showed_it():
    seen = shares(0.0, 0.2)
    glimpsed = replace(seen, glimpsed=True)

    assert choose_cheapest_label(seen, OwnershipLabel.NAMESAKE) is OwnershipLabel.UNKNOWN
    assert choose_cheapest_label(glimpsed, OwnershipLabel.NAMESAKE) is OwnershipLabel.NAMESAKE


def test_a_link_to_students_is_dearer_to_overlook_than_an_account_of_ones_own():
    alone, linked = shares(0.3, 0.0), shares(0.3, 0.0, linked=True)

    assert choose_cheapest_label(alone, OwnershipLabel.NAMESAKE) is OwnershipLabel.NAMESAKE
    assert choose_cheapest_label(linked, OwnershipLabel.NAMESAKE) is OwnershipLabel.UNKNOWN
    assert (
        choose_cheapest_label(shares(0.8, 0.0, linked=True), OwnershipLabel.NAMESAKE)
        is OwnershipLabel.MINE
    )


@given(claim=bits, control=bits, imitation=bits, mock=bits, prior=bits)
def test_the_shares_are_those_of_one(claim, control, imitation, mock, prior):
    found = compute_probabilities(
        EvidenceSums(claim=claim, control=control, imitation=imitation, mock=mock),
        priors(prior, prior),
    )

    assert found.mine + found.impersonation + found.mock + found.other == pytest.approx(1)


@given(claim=bits, control=bits, imitation=bits, more=st.floats(0, 20))
def test_each_axis_speaks_for_its_own_story(claim, control, imitation, more):
    plain = compute_probabilities(
        EvidenceSums(claim=claim, control=control, imitation=imitation), priors(-2)
    )
    claimed = compute_probabilities(
        EvidenceSums(claim=claim + more, control=control, imitation=imitation), priors(-2)
    )
    held = compute_probabilities(
        EvidenceSums(claim=claim, control=control + more, imitation=imitation), priors(-2)
    )
    imitated = compute_probabilities(
        EvidenceSums(claim=claim, control=control, imitation=imitation + more), priors(-2)
    )

    assert claimed.other <= plain.other
    assert held.mine >= plain.mine
    assert imitated.impersonation >= plain.impersonation


@given(claim=bits, control=bits, imitation=bits)
def test_no_answer_costs_more_than_a_question(claim, control, imitation):
    found = compute_probabilities(
        EvidenceSums(claim=claim, control=control, imitation=imitation), priors(-2)
    )

    assert (
        compute_label_cost(choose_cheapest_label(found, OwnershipLabel.UNRELATED), found)
        <= QUESTION_COST
    )


def test_what_plays_nobody_is_no_imitation():
    found = compute_probabilities(
        EvidenceSums(claim=5, control=0, imitation=30), priors(float("-inf"))
    )

    assert found.impersonation == pytest.approx(0, abs=1e-9)


@given(own=st.floats(0, 1), share=st.floats(0, 1))
def test_an_account_with_a_link_costs_what_it_is_wrongly_taken_for(own, share):
    """Twenty minutes where it was an imitation, sixteen where it was somebody else's."""
    linked = shares(own, (1 - own) * share, linked=True)

    assert compute_label_cost(OwnershipLabel.MINE, linked) == pytest.approx(
        20 * linked.impersonation + 16 * linked.other
    )


@given(claim=few, control=few, imitation=few, more=few.map(abs))
def test_what_others_made_is_neither_the_persons_nor_an_imitation(claim, control, imitation, more):
    sums = EvidenceSums(claim=claim, control=control, imitation=imitation)
    plain, mocked = (
        compute_probabilities(entry, priors(-2, -7)) for entry in (sums, replace(sums, mock=more))
    )

    # Without more evidence they are equal, but for the last digit of a float.
    assert mocked.mock >= plain.mock - ROUNDING
    assert mocked.mine <= plain.mine + ROUNDING
    assert mocked.impersonation <= plain.impersonation + ROUNDING


def test_a_page_about_the_person_costs_what_their_own_account_costs():
    found = shares(0.6, 0.1)

    about = compute_label_cost(OwnershipLabel.ABOUT_ME, found)
    assert about == compute_label_cost(OwnershipLabel.MINE, found)
