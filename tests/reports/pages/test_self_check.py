"""What the page of a check says once it is over."""

from datetime import UTC, datetime

import pytest

from reports.emails.digest import Coverage
from reports.pages.layout import PageFrame
from reports.pages.self_check import SelfCheckPageView, SelfCheckState, render_self_check_page

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
FRAME = PageFrame(
    title="Check now", district="Cedar Valley", contact="it@cedar.example", zone="UTC"
)


@pytest.mark.parametrize(
    ("cases", "to_sort", "words"),
    [(1, 0, "Review it<"), (0, 1, "Review it<"), (1, 1, "Review them, most serious first<")],
)
def test_one_thing_is_spoken_of_as_one(cases: int, to_sort: int, words: str) -> None:
    view = SelfCheckPageView(
        state=SelfCheckState.ENDED,
        zone="UTC",
        ended_at=MONDAY,
        coverage=Coverage(checked=1, total=1),
        cases=cases,
        to_sort=to_sort,
    )

    assert words in render_self_check_page(view, FRAME)
