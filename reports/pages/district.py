"""The district in figures: none behind which so few people stand that it would tell who."""

from dataclasses import dataclass
from datetime import datetime

from reports.chart import Chart, bars
from reports.lines import Coverage
from reports.page import Frame, page
from reports.theme import week_days
from reports.words import GapKind


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
        return (str(week_days(self.week)), _counted(self.raised), _counted(self.ruled))


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
        return (bars("Flags raised, by week", raised), bars("Flags ruled, by week", ruled))


def _counted(number: int | None) -> str:
    return "few" if number is None else str(number)


def render(view: DistrictView, frame: Frame) -> str:
    return page("district", view, frame)
