"""The district in figures. Figures about too few people are hidden.

A chart of bars, as numbers that a template draws: each has a table beneath it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.vocabulary import GapKind
from reports.emails.sections import Coverage
from reports.pages.layout import PageFrame, render_page
from reports.templating import format_week_start

HEIGHT, TOP, FOOT = 150, 18, 22
STEP, GAP = 46, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBar:
    """`value` is None where the number is too small to be shown: then the bar is an outline."""

    x: int
    y: int
    height: int
    label: str
    value: int | None

    @property
    def center_x(self) -> int:
        return self.x + (STEP - GAP) // 2

    @property
    def words(self) -> str:
        return "few" if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """`title` describes the chart to a reader who cannot see it."""

    title: str
    bars: tuple[ChartBar, ...]

    @property
    def width(self) -> int:
        return max(1, len(self.bars)) * STEP

    @property
    def height(self) -> int:
        return TOP + HEIGHT + FOOT

    @property
    def baseline_y(self) -> int:
        return TOP + HEIGHT

    @property
    def bar_width(self) -> int:
        return STEP - GAP


def build_bar_chart(title: str, columns: Sequence[tuple[str, int | None]]) -> BarChart:
    return BarChart(title=title, bars=tuple(_build_bars(columns)))


def _build_bars(columns: Sequence[tuple[str, int | None]]) -> Iterator[ChartBar]:
    most = max((value or 0 for _, value in columns), default=0) or 1
    for number, (label, value) in enumerate(columns):
        tall = HEIGHT // 8 if value is None else round(HEIGHT * value / most)
        yield ChartBar(
            x=number * STEP + GAP // 2, y=TOP + HEIGHT - tall, height=tall, label=label, value=value
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLine:
    """`raised` and `ruled` are None where they are not shown."""

    week: str
    raised: int | None
    ruled: int | None

    @property
    def label(self) -> str:
        return f"W{self.week.rpartition('-W')[2]}"

    @property
    def words(self) -> tuple[str, str, str]:
        return (
            str(format_week_start(self.week)),
            _format_count(self.raised),
            _format_count(self.ruled),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealthLine:
    """`gap` is None for a source that answers; `proven_at` for one that never proved itself."""

    source: str
    gap: GapKind | None
    since: datetime
    proven_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictView:
    """`weeks` is empty where the district is too small for figures.

    `open` counts what is open to IT, `oldest` is since when, None for nothing. `usd_most` is
    None where nothing limits what is spent.
    """

    enough: bool
    weeks: tuple[WeekLine, ...]
    open: int
    oldest: datetime | None
    days: int
    coverage: Coverage
    health: tuple[SourceHealthLine, ...]
    requests: int
    usd: str
    usd_most: str | None
    fewest: int
    part: str = "district"

    @property
    def charts(self) -> tuple[BarChart, ...]:
        raised = [(each.label, each.raised) for each in self.weeks]
        ruled = [(each.label, each.ruled) for each in self.weeks]
        return (
            build_bar_chart("Flags raised, by week", raised),
            build_bar_chart("Flags decided, by week", ruled),
        )


def _format_count(number: int | None) -> str:
    return "few" if number is None else str(number)


def render_district(view: DistrictView, frame: PageFrame) -> str:
    return render_page("district", view, frame)
