"""What is remembered of a page is rested on only where "unchanged" would be enough."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.finding import (
    REREAD_AFTER,
    LastReadPage,
    Sighting,
    select_validators,
    withhold_account_text,
)
from scrapers.models import PageFingerprint, Trace, TraceKind

SATURDAY = datetime(2026, 9, 12, 20, tzinfo=UTC)
KEPT = PageFingerprint(asked=b"a", digest=b"d", version=1, etag='"1"')
REMEMBERED = LastReadPage(kept=KEPT, shown=1, read_at=SATURDAY)
SEEN = Sighting(
    finding_id="finding",
    query="q",
    source="alpha",
    trace=Trace(key="https://a.example", kind=TraceKind.PAGE, url="https://a.example"),
    first=SATURDAY,
    last=SATURDAY,
)


def test_a_page_is_rested_on_while_all_that_it_showed_is_there():
    assert select_validators(REMEMBERED, (SEEN,), SATURDAY) == KEPT
    assert select_validators(replace(REMEMBERED, shown=0), (), SATURDAY) == KEPT


@pytest.mark.parametrize(
    "sightings",
    [
        *((), (SEEN, replace(SEEN, finding_id="other")), (replace(SEEN, misses=1),)),
        (replace(SEEN, trace=withhold_account_text(SEEN.trace, "sexual")),),
    ],
    ids=["forgotten", "more than was shown", "missed once", "not kept"],
)
def test_a_page_that_shows_another_world_is_read_anew(sightings):
    assert select_validators(REMEMBERED, sightings, SATURDAY) is None


def test_an_absence_that_waits_for_its_second_proof_is_read_anew():
    missed = (replace(SEEN, misses=1),)

    assert select_validators(replace(REMEMBERED, shown=len(missed)), missed, SATURDAY) is None


def test_nothing_is_kept_of_a_query_that_was_never_settled():
    assert select_validators(None, (), SATURDAY) is None


@pytest.mark.parametrize(
    ("later", "rested"),
    [
        (timedelta(), True),
        (REREAD_AFTER - timedelta(seconds=1), True),
        (REREAD_AFTER, False),
        (timedelta(seconds=-1), False),
    ],
    ids=["now", "just within", "after four weeks", "a clock set back"],
)
def test_a_page_is_read_whole_every_fourth_week_whatever_its_server_says(later, *, rested):
    assert (select_validators(REMEMBERED, (SEEN,), SATURDAY + later) is not None) is rested
