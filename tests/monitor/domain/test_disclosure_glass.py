"""Breaking the glass takes two people and a reason, soon, and lasts for a while."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.disclosure import CONFIRM_WITHIN, OPEN_FOR, Proposal
from monitor.errors import InputError, NotPermittedError

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
WISH = Proposal(
    ref="wish",
    flag="flag",
    person="rosa",
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
        WISH.confirmed(same, MONDAY + MOMENT)


def test_an_unconfirmed_proposal_opens_nothing():
    assert WISH.broken is None


def test_a_proposal_is_confirmed_within_a_day_or_never():
    late = MONDAY + CONFIRM_WITHIN

    assert WISH.confirmed("bo@cedar.example", late - MOMENT).broken
    assert not WISH.waits(late)
    with pytest.raises(NotPermittedError):
        WISH.confirmed("bo@cedar.example", late)


def test_it_is_confirmed_once():
    broken = WISH.confirmed("bo@cedar.example", MONDAY)

    with pytest.raises(NotPermittedError):
        broken.confirmed("cy@cedar.example", MONDAY)


def test_the_opening_lasts_for_its_time_and_no_longer():
    glass = WISH.confirmed("bo@cedar.example", MONDAY).broken

    assert not glass.holds(MONDAY - MOMENT)
    assert glass.holds(MONDAY)
    assert glass.holds(MONDAY + OPEN_FOR - MOMENT)
    assert not glass.holds(MONDAY + OPEN_FOR)
    assert glass.reviewers == {"Ana@cedar.example", "bo@cedar.example"}
