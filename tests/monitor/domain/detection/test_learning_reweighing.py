"""Weights move a little, by many, and only where other people's verdicts bear it out."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.detection.learning import MOST_MOVED, Answer, Cell, Tally, reweigh
from monitor.errors import InputError
from monitor.services.weights import own_weights

OURS = own_weights()
ASKED = {
    (axis, answer): Cell(times=200, people=20)
    for axis, answer in product(("claim", "control", "imitation"), Answer)
}


def counted(rule="place", *, yes=80, no=40, people=20, asked=ASKED) -> Tally:
    held = {
        (rule, answer): Cell(times=times, people=min(times, people))
        for answer, times in ((Answer.YES, yes), (Answer.NO, no))
    }
    return Tally(held=held, asked=asked)


def moved(learnt: Tally, held_out: Tally | None = None):
    return reweigh(OURS, learnt, held_out or learnt, 1001)


def refused(learnt: Tally, held_out: Tally | None = None) -> str:
    with pytest.raises(InputError) as error:
        moved(learnt, held_out)
    return str(error.value)


def test_a_weight_moves_towards_what_was_counted_and_says_why():
    proposal = moved(counted())
    (place,) = proposal.moved

    assert (place.rule, place.before, place.after) == ("place", 4.0, 3.0)
    assert place.gain > 0
    assert proposal.weights.version == 1001
    assert proposal.weights.bits == {**OURS.bits, "place": 3.0}
    assert proposal.weights.sources["place"].startswith(
        "L: 120 verdicts or more moved it by -1.0; before: H: "
    )


def test_a_small_difference_moves_it_a_little():
    (place,) = moved(counted(yes=180, no=14)).moved

    assert 0 < abs(place.after - place.before) < MOST_MOVED


def test_counts_are_told_in_tens_only():
    (place,) = moved(counted(yes=83, no=44)).moved

    assert place.verdicts == 120


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {**ASKED, ("claim", Answer.NO): Cell(times=49, people=20)},
        {**ASKED, ("claim", Answer.YES): Cell(times=200, people=4)},
    ],
)
def test_too_little_is_refused_with_what_it_takes(asked):
    assert "50 verdicts" in refused(counted(asked=asked))
    assert "50 verdicts" in refused(counted(), counted(asked=asked))


@pytest.mark.parametrize(
    "few", [{"people": 4}, {"yes": 30, "no": 19}, {"yes": 60, "no": 3}, {"yes": 0, "no": 0}]
)
def test_a_rule_that_few_people_or_verdicts_speak_of_stays(few):
    assert "all stay" in refused(counted(**few))
    assert "all stay" in refused(counted(), counted(**few))


def test_what_does_not_hold_for_the_people_left_out_is_not_kept():
    assert "all stay" in refused(counted(yes=80, no=40), counted(yes=190, no=9))


@pytest.mark.parametrize(
    "rule", ["declared", "said-mine", "said-impersonation", "namesakes", "name-rare", "like-me"]
)
def test_what_settles_and_what_weighs_by_its_amount_is_not_learnt(rule):
    assert "all stay" in refused(counted(rule))


def test_an_axis_without_enough_verdicts_stays():
    asked = {**ASKED, ("imitation", Answer.YES): Cell(times=7, people=6)}

    assert "all stay" in refused(counted("younger", asked=asked))
    assert moved(counted("younger")).moved


counts = st.integers(0, 200)


@given(rule=st.sampled_from(sorted(set(OURS.bits))), yes=counts, no=counts, more=counts)
def test_no_weight_ever_moves_farther_than_a_bit(rule, yes, no, more):
    try:
        proposal = moved(counted(rule, yes=yes, no=no), counted(rule, yes=more, no=no))
    except InputError:
        return
    for name, bits in proposal.weights.bits.items():
        assert abs(bits - OURS.bits[name]) <= MOST_MOVED + 1e-9
        assert name == rule or bits == OURS.bits[name]
