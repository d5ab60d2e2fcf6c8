"""What the page of a check says while it runs, and once it is over."""

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from monitor.domain.vocabulary import Scope, SourceStage
from reports.coverage import Coverage
from reports.pages.layout import PageFrame
from reports.pages.self_check import (
    SelfCheckPageView,
    SelfCheckState,
    SourceCheckLine,
    render_self_check_page,
)

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
        ended_at=MONDAY,
        coverage=Coverage(checked=1, total=1),
        cases=cases,
        to_sort=to_sort,
    )

    assert words in render_self_check_page(view, FRAME)


def test_places_are_counted_by_kind_and_each_is_behind_a_fold() -> None:
    def place(source: str, scope: Scope, state: SourceStage, found: int = 0) -> SourceCheckLine:
        return SourceCheckLine(source=source, scope=scope, state=state, found=found)

    view = SelfCheckPageView(
        state=SelfCheckState.RUNNING,
        asked_at=MONDAY,
        sources=(
            place("brave", Scope.SEARCH, SourceStage.DONE, 2),
            place("ko-fi", Scope.PROFILES, SourceStage.DONE),
            place("bluesky", Scope.PROFILES, SourceStage.BLOCKED),
            place("tiktok", Scope.PROFILES, SourceStage.ASKING),
            place("gravatar", Scope.MAIL_HASH, SourceStage.WAITING),
        ),
    )
    page = BeautifulSoup(render_self_check_page(view, FRAME), "html.parser")

    groups = [
        " ".join(group.get_text(" ", strip=True).split()) for group in page.select(".groups > li")
    ]
    assert page.select_one("[data-words]").get_text() == "Checking. 3 of 5 places done."
    assert groups == [
        "Search engines: 1 of 1 1 of 1 2 found.",
        "Profile sites: 2 of 3 2 of 3 Nothing yet. 1 could not be searched: Bluesky.",
        "Gravatar: 0 of 1 0 of 1 Nothing yet.",
    ]
    assert len(page.select("details .source")) == len(view.sources)
    assert page.select(".source") == page.select("details .source")
