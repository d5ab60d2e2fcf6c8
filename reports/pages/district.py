"""The district in figures, and its look-alikes. Figures about too few people are hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import (
    CaseBin,
    DistrictFindingKind,
    DistrictFindingState,
    DrillOutcome,
    GapKind,
    Language,
)
from reports.coverage import Coverage
from reports.dates import format_date, format_short_week, format_week_start
from reports.emails.render import fill_template
from reports.finding_view import AdviceLine
from reports.labels.office import DRILL_OUTCOMES
from reports.pages.layout import BarChart, FieldProblem, build_bar_chart, build_renderer
from reports.pages.takedown import PlatformGuide
from reports.translation import use_language


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
class DrillLine:
    """Hours from its page to an alert, and minutes from there to its email; None for never."""

    ended_on: date
    outcome: DrillOutcome
    alert_hours: int | None
    mail_minutes: int | None

    @property
    def label(self) -> str:
        return str(format_date(self.ended_on, self.ended_on.year))

    @property
    def words(self) -> tuple[str, ...]:
        times = ("none" if n is None else str(n) for n in (self.alert_hours, self.mail_minutes))
        return (self.label, DRILL_OUTCOMES[self.outcome], *times)


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

    `counts` are of what IT sees, `oldest` is since when one waits for IT, None for none.
    `smallest` is how many consents in force give figures. `helped` tells how well each way to
    report did. `usd_most` is None where nothing limits what
    is spent.
    """

    enough: bool
    weeks: tuple[WeekLine, ...]
    counts: Mapping[CaseBin, int]
    oldest: datetime | None
    days: int
    coverage: Coverage
    health: tuple[SourceHealthLine, ...]
    requests: int
    usd: str
    usd_most: str | None
    fewest: int
    smallest: int
    helped: tuple[Reason, ...] = ()
    drills: tuple[DrillLine, ...] = ()
    part: str = "district"

    @property
    def has_cases(self) -> bool:
        """Tell whether any week has a number, even one that is hidden."""
        return any(week.raised != 0 or week.ruled != 0 for week in self.weeks)

    @property
    def charts(self) -> tuple[BarChart, ...]:
        raised = [(week.label, week.raised) for week in self.weeks]
        ruled = [(week.label, week.ruled) for week in self.weeks]
        return (
            build_bar_chart("Cases raised, by week", raised, unknown="few"),
            build_bar_chart("Cases decided, by week", ruled, unknown="few"),
        )

    @property
    def drill_chart(self) -> BarChart:
        hours = [(line.label, line.alert_hours) for line in self.drills]
        return build_bar_chart("Hours from the page to its alert, by drill", hours, unknown="none")


def _format_count(number: int | None) -> str:
    return "few" if number is None else str(number)


render_district = build_renderer("district", DistrictView)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookalikeLine:
    """`title` is a name of the district's own, a handle or a domain; never a person's name.

    `guide` is None unless IT called an account an impersonation, and its platform is known; `brand`
    unless that takes reports of trademarks. `report` is what IT can send about it.
    """

    id: str
    kind: DistrictFindingKind
    state: DistrictFindingState
    title: str
    platform: str
    address: str
    reasons: tuple[Reason, ...]
    web_addresses: tuple[str, ...]
    mail_servers: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    changed_at: datetime | None
    gone_at: datetime | None
    is_new: bool
    decided_at: datetime | None
    decided_by: str
    guide: PlatformGuide | None = None
    brand: AdviceLine | None = None
    report: str = ""

    @property
    def is_account(self) -> bool:
        return self.kind is DistrictFindingKind.ACCOUNT

    @property
    def is_told(self) -> bool:
        return self.kind is DistrictFindingKind.TOLD

    @property
    def is_impersonation(self) -> bool:
        return self.state is DistrictFindingState.IMPERSONATION


@dataclass(frozen=True, slots=True, kw_only=True)
class LookalikeReport:
    """What is sent about a look-alike. `own` are the district's accounts and domains."""

    line: LookalikeLine
    organization: str
    own: tuple[str, ...]
    contact: str
    zone: str

    def write_text(self) -> str:
        with use_language(Language.ENGLISH):
            return f"{fill_template('takedown/lookalike_report.txt', {'view': self}).strip()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookalikeGap:
    """A source that could not be checked, or not whole, when it last had its turn."""

    source: str
    gap: GapKind
    at: datetime
    note: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookalikesView:
    """`accounts` are ours, each a name and an address.

    `watched_domains` counts the domains that are looked up each week. `address` is what a reviewer
    typed of one that is not listed, where it `takes_tips`.
    """

    is_set_up: bool
    accounts: tuple[tuple[str, str], ...]
    schools: tuple[str, ...]
    domains: tuple[str, ...]
    watched_domains: int
    open: tuple[LookalikeLine, ...]
    decided: tuple[LookalikeLine, ...]
    ours: tuple[LookalikeLine, ...]
    checked: int
    last_checked: datetime | None
    gaps: tuple[LookalikeGap, ...]
    takes_tips: bool = False
    address: str = ""
    faults: tuple[FieldProblem, ...] = ()
    part: str = "lookalikes"


render_lookalikes = build_renderer("lookalikes", LookalikesView)
