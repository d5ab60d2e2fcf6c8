"""The district in figures, as IT sees them: no person is named, and none can be told apart."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.app import App
from monitor.db.review_notes import CaseOccurrence
from monitor.db.sources import SourceHealth
from monitor.domain.health import DRILL
from monitor.domain.person import Reviewer
from monitor.domain.planning.budget import ApiCost
from monitor.domain.schedule import SWEEP_DEADLINE, compute_sweep_week, format_iso_week
from monitor.domain.small_counts import (
    MIN_DISTRICT_SIZE,
    MIN_PEOPLE_SHOWN,
    ReportableCount,
    is_large_enough,
)
from monitor.domain.vocabulary import CaseBin, DrillOutcome, GapKind
from monitor.services.coverage import WEEKS_SHOWN, build_coverage
from monitor.services.lever_results import describe_result, measure_levers
from monitor.services.query_planning import build_spending_limits, sum_spending_by_person
from monitor.services.review_access import build_review_gate
from monitor.services.visible_cases import count_review_cases
from reports.pages.district import DistrictView, DrillLine, SourceHealthLine, WeekLine

DRILLS_SHOWN = 12
DAY = timedelta(days=1)


def build_district_view(app: App, reviewer: Reviewer) -> DistrictView:
    """Count what waits as the reviewer's own queue does."""
    now, counts = app.clock.now(), count_review_cases(app, reviewer)
    gate = build_review_gate(app, reviewer)
    oldest = app.db.review_index.find_oldest_time(gate, CaseBin.NEEDS_YOU)
    district = app.config.district
    week = compute_sweep_week(now, district.id, district.zone)
    # What was about no one counts, too.
    spent = sum(sum_spending_by_person(app, week).values(), ApiCost())
    most = build_spending_limits(app.config.planning).district.usd
    enough = is_large_enough(len(app.db.consents.list_consenting_person_ids(now)))
    swept_by = now - SWEEP_DEADLINE
    sweep = app.db.sweeps.find_latest_reportable_sweep(swept_by)
    runs = app.db.sweeps.list_source_runs_so_far(sweep, swept_by) if sweep else ()
    return DistrictView(
        enough=enough,
        weeks=tuple(_build_week_lines(app, now)) if enough else (),
        counts=counts,
        oldest=oldest,
        days=(now - oldest).days if oldest else 0,
        coverage=build_coverage(runs),
        health=tuple(map(_build_health_line, app.db.source_health.list_source_health())),
        requests=spent.requests,
        usd=f"${spent.usd:.2f}",
        usd_most=None if most is None else f"${most:.2f}",
        fewest=MIN_PEOPLE_SHOWN,
        smallest=MIN_DISTRICT_SIZE,
        helped=tuple(map(describe_result, measure_levers(app))),
        drills=tuple(_build_drill_lines(app)),
    )


def _build_drill_lines(app: App) -> Iterator[DrillLine]:
    zone = ZoneInfo(app.config.district.zone)
    for entry in app.db.audit.list_entries_of_subjects((DRILL,))[-DRILLS_SHOWN:]:
        minutes = [entry.details.get(step) for step in ("alert", "mail")]
        yield DrillLine(
            ended_on=entry.at.astimezone(zone).date(),
            outcome=DrillOutcome(entry.details["outcome"]),
            alert_hours=int(minutes[0]) // 60 if minutes[0] else None,
            mail_minutes=int(minutes[1]) if minutes[1] else None,
        )


def _build_week_lines(app: App, now: datetime) -> Iterator[WeekLine]:
    zone = app.config.district.zone
    since = now - (WEEKS_SHOWN + 1) * 7 * DAY
    raised = _count_by_week(app.db.case_statistics.list_raised_cases(since), zone)
    ruled = _count_by_week(app.db.case_statistics.list_decided_cases(since), zone)
    for weeks_ago in reversed(range(WEEKS_SHOWN)):
        week = format_iso_week(now - weeks_ago * 7 * DAY, zone)
        yield WeekLine(
            week=week, raised=raised[week].visible_number, ruled=ruled[week].visible_number
        )


def _count_by_week(
    happened: Iterable[CaseOccurrence], zone: str
) -> defaultdict[str, ReportableCount]:
    numbers: Counter[str] = Counter()
    people: defaultdict[str, set[str]] = defaultdict(set)
    for occurrence in happened:
        week = format_iso_week(occurrence.at, zone)
        numbers[week] += 1
        people[week].add(occurrence.person_id)
    counts = {
        week: ReportableCount(number=n, people=len(people[week])) for week, n in numbers.items()
    }
    return defaultdict(ReportableCount, counts)


def _build_health_line(health: SourceHealth) -> SourceHealthLine:
    gap = None if health.outcome.is_conclusive else GapKind(health.outcome)
    return SourceHealthLine(
        source=health.source, gap=gap, since=health.since, proven_at=health.proven_at
    )
