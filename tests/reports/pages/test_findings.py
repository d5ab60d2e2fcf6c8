"""What home shows at a glance: a dot for each source, and the weeks as a chart and a table."""

from datetime import UTC, datetime

from bs4 import BeautifulSoup

from monitor.domain.vocabulary import CoverageState, FindingGroup
from reports.emails.digest import MOST_DOTS, Coverage, CoveredSource
from reports.finding_view import FindingView
from reports.pages.findings import HomeView, PersonalWeekLine, render_home
from reports.pages.layout import PageFrame

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
FRAME = PageFrame(
    title="My results", district="Cedar Valley", contact="it@cedar.example", zone="UTC"
)
STATES = {
    "ko-fi": CoverageState.NEWS,
    "speaker-deck": CoverageState.NO_NEWS,
    "github-api": CoverageState.NO_NEWS,
    "tiktok": CoverageState.NOT_CHECKED,
    "gdelt": CoverageState.NOT_ASKED,
}
SOURCES = tuple(CoveredSource(source=name, state=state) for name, state in STATES.items())
WEEKS = (
    PersonalWeekLine(week="2026-W46", checked=9, total=10, news=4, cases=1),
    PersonalWeekLine(week="2026-W47"),
    PersonalWeekLine(week="2026-W48", checked=10, total=10),
)


def home(
    sources: tuple[CoveredSource, ...] = SOURCES, weeks: tuple[PersonalWeekLine, ...] = WEEKS
) -> BeautifulSoup:
    view = HomeView(
        name="Rosa",
        zone="UTC",
        cases=(),
        more_cases=0,
        needs_you=0,
        to_sort=0,
        joined_at=MONDAY,
        next_sweep=MONDAY,
        next_digest=None,
        ends_at=MONDAY,
        coverage=Coverage(checked=4, total=len(sources), sources=sources),
        checked_at=MONDAY,
        weeks=weeks,
    )
    return BeautifulSoup(render_home(view, FRAME), "html.parser")


def test_each_source_is_a_dot_of_its_state() -> None:
    dots = home().select(".strip .dot")

    assert [dot["class"][1] for dot in dots] == [
        "dot-news",
        "dot-no-news",
        "dot-no-news",
        "dot-not-checked",
        "dot-not-asked",
    ]


def test_the_states_are_said_in_words_and_the_dots_are_silent() -> None:
    page = home()

    assert page.select_one(".strip")["aria-hidden"] == "true"
    assert [element.get_text(" ", strip=True) for element in page.select(".strip-key li")] == [
        "1 answered with something new",
        "2 answered with nothing new",
        "1 could not be checked",
        "1 not asked about you",
    ]


def test_each_source_is_listed_by_its_own_name() -> None:
    listed = [element.get_text() for element in home().select("details dd")]

    assert listed == ["Ko-fi", "Speaker Deck, GitHub", "TikTok", "GDELT"]


def test_many_sources_are_folded_into_a_bar() -> None:
    many = tuple(
        CoveredSource(source=f"site-{number}", state=CoverageState.NO_NEWS)
        for number in range(MOST_DOTS)
    )

    page = home((*many, SOURCES[0]))

    assert not page.select(".strip")
    assert [element["width"] for element in page.select(".strip-bar rect")] == ["1", str(MOST_DOTS)]
    assert f"{MOST_DOTS} answered with nothing new" in page.get_text()


def test_a_chart_has_its_weeks_in_a_table_and_an_unknown_week_is_no_zero() -> None:
    page = home()

    shown = [element.get_text() for element in page.select("svg.chart text") if element.get_text()]
    assert shown == ["4", "11/9", "?", "0", "11/23"]
    rows = [[cell.get_text() for cell in row.select("th, td")] for row in page.select("tbody tr")]
    assert rows == [
        ["November 23, 2026", "10 of 10", "0", "0"],
        ["November 16, 2026", "No check", "Not known", "0"],
        ["November 9, 2026", "9 of 10", "4", "1"],
    ]
    assert "4 new or changed results in 3 weeks" in page.get_text()
    assert "no check finished in that week" in page.get_text()


def test_the_first_week_is_told_in_words() -> None:
    page = home(weeks=WEEKS[-1:])

    assert page.select("svg.chart") == []
    assert "A chart appears when there are two weeks to compare." in page.get_text()


def test_a_finding_is_found_by_the_proper_name_of_its_site() -> None:
    line = FindingView(
        id="1",
        title="Rosa",
        url="https://slides.example/rosa",
        platform="speaker-deck",
        group=FindingGroup.MINE,
        first_seen=MONDAY,
        last_seen=MONDAY,
    )

    assert "speaker deck" in line.searchable_text


def test_a_question_mark_is_explained_only_where_the_chart_has_one() -> None:
    news_of_a_quick_check = (PersonalWeekLine(week="2026-W46", checked=0, total=0, news=2),)
    explained = "means that no check finished in that week"

    assert explained in home().get_text(" ", strip=True)
    assert explained not in home(weeks=news_of_a_quick_check).get_text(" ", strip=True)
