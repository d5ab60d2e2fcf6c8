"""The district in figures: none behind which so few people stand that it would tell who.

A chart of bars, as numbers that a template draws: each has a table beneath it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.emails.sections import Coverage
from reports.labels import GapKind
from reports.pages.layout import Frame, page
from reports.templating import week_start

HEIGHT, TOP, FOOT = 150, 18, 22
STEP, GAP = 46, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`value` is None where the number is too small to be shown: then the bar is an outline."""

    x: int
    y: int
    height: int
    label: str
    value: int | None

    @property
    def middle(self) -> int:
        return self.x + (STEP - GAP) // 2

    @property
    def words(self) -> str:
        return "few" if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`title` is what a reader who cannot see it is told."""

    title: str
    bars: tuple[Bar, ...]

    @property
    def width(self) -> int:
        return max(1, len(self.bars)) * STEP

    @property
    def height(self) -> int:
        return TOP + HEIGHT + FOOT

    @property
    def base(self) -> int:
        return TOP + HEIGHT

    @property
    def thick(self) -> int:
        return STEP - GAP


def bars(title: str, columns: Sequence[tuple[str, int | None]]) -> Chart:
    return Chart(title=title, bars=tuple(_bars(columns)))


def _bars(columns: Sequence[tuple[str, int | None]]) -> Iterator[Bar]:
    most = max((value or 0 for _, value in columns), default=0) or 1
    for number, (label, value) in enumerate(columns):
        tall = HEIGHT // 8 if value is None else round(HEIGHT * value / most)
        yield Bar(
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
        return (str(week_start(self.week)), _counted(self.raised), _counted(self.ruled))


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthLine:
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
    health: tuple[HealthLine, ...]
    requests: int
    usd: str
    usd_most: str | None
    fewest: int
    part: str = "district"

    @property
    def charts(self) -> tuple[Chart, ...]:
        raised = [(each.label, each.raised) for each in self.weeks]
        ruled = [(each.label, each.ruled) for each in self.weeks]
        return (bars("Flags raised, by week", raised), bars("Flags decided, by week", ruled))


def _counted(number: int | None) -> str:
    return "few" if number is None else str(number)


def render(view: DistrictView, frame: Frame) -> str:
    return page("district", view, frame)
