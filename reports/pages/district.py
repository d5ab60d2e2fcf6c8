"""The district in figures. Figures about too few people are hidden."""

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.vocabulary import GapKind
from reports.emails.sections import Coverage
from reports.pages.layout import BarChart, PageFrame, build_bar_chart, render_page
from reports.templating import format_short_week, format_week_start


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLine:
    """`raised` and `ruled` are None where they are not shown."""

    week: str
    raised: int | None
    ruled: int | None

    @property
    def label(self) -> str:
        return str(format_short_week(self.week))

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
    def has_flags(self) -> bool:
        """Tell whether any week has a number, even one that is hidden."""
        return any(each.raised != 0 or each.ruled != 0 for each in self.weeks)

    @property
    def charts(self) -> tuple[BarChart, ...]:
        raised = [(each.label, each.raised) for each in self.weeks]
        ruled = [(each.label, each.ruled) for each in self.weeks]
        return (
            build_bar_chart("Flags raised, by week", raised, unknown="few"),
            build_bar_chart("Flags decided, by week", ruled, unknown="few"),
        )


def _format_count(number: int | None) -> str:
    return "few" if number is None else str(number)


def render_district(view: DistrictView, frame: PageFrame) -> str:
    return render_page("district", view, frame)
