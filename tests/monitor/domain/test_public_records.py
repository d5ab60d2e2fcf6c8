"""A request for public records has a number, and no name."""

from datetime import date, timedelta

import pytest

from monitor.domain.public_records import MAX_SPAN, RecordsRequest, RecordsRequestError
from monitor.domain.vocabulary import RecordKind

DAY = date(2026, 11, 2)


def request(**told) -> RecordsRequest:
    usual = {
        "reference": "PR-2026-014",
        "kinds": (RecordKind.REVIEWER,),
        "first_day": DAY,
        "last_day": DAY,
    }
    return RecordsRequest(**usual | told)


@pytest.mark.parametrize("reference", ["7", "2026-14", "PR-2026-014", "FOIA-3"])
def test_a_request_goes_by_its_number(reference: str):
    assert request(reference=reference).reference == reference


@pytest.mark.parametrize(
    "reference",
    ["", "Maria Delgado", "maria.delgado@cedarvalley.example", "Delgado-1", "PR-", "f" * 32, "1\n"],
)
def test_a_name_is_no_number_of_a_request(reference: str):
    with pytest.raises(RecordsRequestError, match="no name") as raised:
        request(reference=reference)
    assert raised.value.field == "reference"


@pytest.mark.parametrize("span", [timedelta(days=-1), MAX_SPAN])
def test_a_request_is_for_a_year_at_most(span: timedelta):
    with pytest.raises(RecordsRequestError, match="last day") as raised:
        request(last_day=DAY + span)
    assert raised.value.field == "last_day"
    assert request(last_day=DAY + MAX_SPAN - timedelta(days=1)).kinds


def test_a_request_is_for_something():
    with pytest.raises(RecordsRequestError, match="counsel") as raised:
        request(kinds=())
    assert raised.value.field == "kinds"
