"""Rows about handles: whether one could be a person's own, and whether it imitates theirs."""

import pytest

from monitor.domain.errors import InputError
from monitor.domain.handles.lookalike import NEAR_LIKENESS, compare_handles
from monitor.domain.handles.pairs import weigh_handle_pair
from monitor.domain.handles.weighing import weigh_handle
from monitor.domain.names.frequency import EVERYBODY, NameCounts
from monitor.domain.person import PersonName
from reports.reason_rendering import render_reason
from tests.bench.score.scorers import Answer, Found, OwnHandle, Staff, imitated_handle
from tests.bench.score.words import explain
from tests.name_counts import build_count_table

COUNTS = NameCounts(
    given=build_count_table({EVERYBODY: 300_000_000, "maria": 1_600_000}),
    family=build_count_table({EVERYBODY: 300_000_000, "delgado": 120_000}),
)
NAME = "Maria Delgado"
HANDLE = "volcano-lady"
FOUND = ("mariadelgado", "mdelgado7", "volcano_lady", "volcanolady84", "quintrell")
own_handle = OwnHandle(counts=COUNTS)


def own(handle, name="", **handles):
    return own_handle(Staff(name=name, handles=handles), Found(handle=handle))


def imitated(handle, **handles):
    return imitated_handle(Staff(name=NAME, handles=handles), Found(handle=handle))


def total(evidence):
    return round(sum(piece.bits for piece in evidence), 3)


@pytest.mark.parametrize("handle", FOUND)
def test_one_source_says_what_its_evidence_adds_up_to(handle):
    by_name = weigh_handle(handle, PersonName(given="Maria", family="Delgado"), COUNTS)

    assert own(handle, NAME).score == total(by_name)
    assert own(handle, any=HANDLE).score == total(weigh_handle_pair(handle, HANDLE, COUNTS))


@pytest.mark.parametrize("handle", FOUND)
def test_of_several_sources_the_best_one_speaks(handle):
    alone = (own(handle, NAME), own(handle, any=HANDLE), own(handle, any="sunnydays"))

    together = own(handle, NAME, one="sunnydays", other=HANDLE)

    assert together == max(alone, key=lambda scored: scored.score)


@pytest.mark.parametrize("handle", FOUND)
def test_the_strongest_reason_stands_first_whatever_it_speaks_for(handle):
    evidence = weigh_handle(handle, PersonName(given="Maria", family="Delgado"), COUNTS)
    strength = {explain(piece.reason): abs(piece.bits) for piece in evidence}

    told = [strength[reason] for reason in own(handle, NAME).reasons]

    assert told == sorted(strength.values(), reverse=True)


def test_a_handle_is_somebodys_own_where_more_speaks_for_it_than_against():
    assert own("mariadelgado", NAME).label == Answer.YES
    assert own("quintrell", NAME).label == Answer.NO
    assert all(
        (scored.label == Answer.YES) == (scored.score > 0)
        for scored in (own(handle, NAME) for handle in FOUND)
    )


@pytest.mark.parametrize(
    ("staff", "found"),
    [
        (Staff(name=NAME), Found()),
        (Staff(handles={"any": HANDLE}), Found()),
        (Staff(), Found(handle=HANDLE)),
    ],
)
def test_a_row_without_a_handle_or_without_a_person_cannot_be_own(staff, found):
    with pytest.raises(InputError, match=r"^own needs found\.handle, and staff"):
        own_handle(staff, found)


@pytest.mark.parametrize(
    ("staff", "found"),
    [
        (Staff(handles={"any": HANDLE}), Found()),
        (Staff(name=NAME), Found(handle=HANDLE)),
    ],
)
def test_a_row_without_two_handles_cannot_be_a_lookalike(staff, found):
    with pytest.raises(InputError, match=r"^lookalike needs staff\.handles and found"):
        imitated_handle(staff, found)


def test_what_cannot_be_told_apart_counts_most_and_the_least_likeness_counts_nothing():
    """Eight bits at a likeness of 1, none where imitation is first assumed, even in between."""
    for handle in ("volcano_lady", "vo1cano-lady", "volcano-lady84"):
        imitation = compare_handles(handle, HANDLE)
        share = (imitation.likeness - NEAR_LIKENESS) / (1 - NEAR_LIKENESS)

        assert imitated(handle, any=HANDLE).score == pytest.approx(8 * share, abs=0.001)
        assert imitated(handle, any=HANDLE).reasons == (render_reason(imitation.reason),)


def test_what_is_too_far_from_a_handle_is_no_lookalike():
    near, far = imitated("vo1cano-lady", any=HANDLE), imitated("quintrell", any=HANDLE)

    assert (near.label, far.label) == (Answer.YES, Answer.NO)
    assert near.score > 0 > far.score


def test_the_handle_itself_imitates_nothing():
    itself = imitated(HANDLE, any=HANDLE)

    assert (itself.score, itself.label) == (-24.0, Answer.NO)
    assert itself.reasons == ("The handle is too far from the declared ones, or is one of them.",)


def test_of_several_declared_handles_the_one_that_is_imitated_best_counts():
    best = imitated("vo1cano-lady", any=HANDLE)

    assert imitated("vo1cano-lady", one="quintrell", two=HANDLE, three="volcanoladies") == best
