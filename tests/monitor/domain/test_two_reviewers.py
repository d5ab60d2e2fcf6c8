"""Breaking the glass takes two people and a reason, soon, and lasts for a while."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.two_reviewers import CONFIRM_WITHIN, EARLY_ACCESS_LASTS, EarlyAccessProposal

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
WISH = EarlyAccessProposal(
    id="wish",
    case_id="case",
    person_id="rosa",
    first="Ana@cedar.example",
    reason="A parent called.",
    at=MONDAY,
)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_proposal_takes_a_reason(reason):
    with pytest.raises(InputError):
        replace(WISH, reason=reason)


@pytest.mark.parametrize("same", ["Ana@cedar.example", " ana@CEDAR.example "])
def test_nobody_confirms_their_own_proposal(same):
    with pytest.raises(NotPermittedError):
        WISH.confirm_proposal(same, MONDAY + MOMENT)


def test_an_unconfirmed_proposal_opens_nothing():
    assert WISH.early_access is None


def test_a_proposal_is_confirmed_within_a_day_or_never():
    late = MONDAY + CONFIRM_WITHIN

    assert WISH.confirm_proposal("bo@cedar.example", late - MOMENT).early_access
    assert not WISH.is_pending(late)
    with pytest.raises(NotPermittedError):
        WISH.confirm_proposal("bo@cedar.example", late)


def test_it_is_confirmed_once():
    broken = WISH.confirm_proposal("bo@cedar.example", MONDAY)

    with pytest.raises(NotPermittedError):
        broken.confirm_proposal("cy@cedar.example", MONDAY)


def test_the_opening_lasts_for_its_time_and_no_longer():
    glass = WISH.confirm_proposal("bo@cedar.example", MONDAY).early_access

    assert not glass.is_in_force(MONDAY - MOMENT)
    assert glass.is_in_force(MONDAY)
    assert glass.is_in_force(MONDAY + EARLY_ACCESS_LASTS - MOMENT)
    assert not glass.is_in_force(MONDAY + EARLY_ACCESS_LASTS)
    assert glass.reviewers == {"Ana@cedar.example", "bo@cedar.example"}
