"""The district as IT sees it: figures that tell no one apart, coverage, sources, and the audit."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from monitor.app import App
from monitor.db.review import FlagOccurrence, ReviewFilter
from monitor.db.sources import SourceHealth
from monitor.db.sweeps import SourceRun
from monitor.domain.disclosure import MIN_PEOPLE_SHOWN, ReportableCount, is_large_enough
from monitor.domain.planning.budget import ApiCost
from monitor.domain.schedule import SWEEP_DEADLINE, compute_sweep_week, format_iso_week
from monitor.domain.vocabulary import GapKind
from monitor.services.presenters import build_coverage
from monitor.services.query_planning import build_spending_limits, sum_spending_by_person
from monitor.services.review_queue import build_review_gate
from reports.pages.district import DistrictView, SourceHealthLine, WeekLine

WEEKS_SHOWN = 12
DAY = timedelta(days=1)


def build_district_view(app: App) -> DistrictView:
    now, gate = app.clock.now(), build_review_gate(app)
    oldest = app.db.review_index.find_oldest_undecided_time(gate)
    spent = _sum_weekly_cost(app)
    most = build_spending_limits(app.config.planning).district.usd
    enough = is_large_enough(len(app.db.consents.list_consenting_person_ids(now)))
    return DistrictView(
        enough=enough,
        weeks=tuple(_build_week_lines(app, now)) if enough else (),
        open=app.db.review_index.count_visible_flags(gate, ReviewFilter()),
        oldest=oldest,
        days=(now - oldest).days if oldest else 0,
        coverage=build_coverage(_load_recent_runs(app, now - SWEEP_DEADLINE)),
        health=tuple(map(_build_health_line, app.db.source_health.list_source_health())),
        requests=spent.requests,
        usd=f"${spent.usd:.2f}",
        usd_most=None if most is None else f"${most:.2f}",
        fewest=MIN_PEOPLE_SHOWN,
    )


def _load_recent_runs(app: App, late: datetime) -> tuple[SourceRun, ...]:
    sweep = app.db.sweeps.find_latest_reportable_sweep(late)
    return app.db.sweeps.list_source_runs_so_far(sweep, late) if sweep else ()


def _build_week_lines(app: App, now: datetime) -> Iterator[WeekLine]:
    zone = app.config.district.zone
    since = now - (WEEKS_SHOWN + 1) * 7 * DAY
    raised = _count_by_week(app.db.flag_statistics.list_raised_flags(since), zone)
    ruled = _count_by_week(app.db.flag_statistics.list_decided_flags(since), zone)
    for weeks_ago in reversed(range(WEEKS_SHOWN)):
        week = format_iso_week(now - weeks_ago * 7 * DAY, zone)
        yield WeekLine(
            week=week, raised=raised[week].visible_number, ruled=ruled[week].visible_number
        )


def _sum_weekly_cost(app: App) -> ApiCost:
    """Return what the week's sources cost; of what was about no one, too."""
    district = app.config.district
    week = compute_sweep_week(app.clock.now(), district.id, district.zone)
    return sum(sum_spending_by_person(app, week).values(), ApiCost())


def _count_by_week(
    happened: Iterable[FlagOccurrence], zone: str
) -> defaultdict[str, ReportableCount]:
    numbers: Counter[str] = Counter()
    people: defaultdict[str, set[str]] = defaultdict(set)
    for each in happened:
        week = format_iso_week(each.at, zone)
        numbers[week] += 1
        people[week].add(each.person_id)
    counts = {
        week: ReportableCount(number=n, people=len(people[week])) for week, n in numbers.items()
    }
    return defaultdict(ReportableCount, counts)


def _build_health_line(health: SourceHealth) -> SourceHealthLine:
    gap = None if health.outcome.is_conclusive else GapKind(health.outcome)
    return SourceHealthLine(
        source=health.source, gap=gap, since=health.since, proven_at=health.proven_at
    )
