"""The district as IT sees it: figures that tell no one apart, and what looks like the district.

No person is named here. One person's own weeks are counted for that person alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.app import App
from monitor.config.sections import build_inventory
from monitor.db.review_notes import CaseOccurrence
from monitor.db.sources import SourceHealth
from monitor.db.sweeps import CheckCount
from monitor.domain.district.domains import list_lookalike_domains
from monitor.domain.district.findings import NEWS_PERIOD, DistrictFinding, decide_finding
from monitor.domain.errors import InputError
from monitor.domain.health import DRILL
from monitor.domain.person import Reviewer
from monitor.domain.planning.budget import ApiCost
from monitor.domain.reason import read_note
from monitor.domain.schedule import SWEEP_DEADLINE, compute_sweep_week, format_iso_week
from monitor.domain.small_counts import MIN_PEOPLE_SHOWN, ReportableCount, is_large_enough
from monitor.domain.vocabulary import (
    CaseBin,
    DistrictFindingKind,
    DistrictFindingState,
    DrillOutcome,
    GapKind,
)
from monitor.services.coverage import build_coverage
from monitor.services.lever_results import describe_result, measure_levers
from monitor.services.lookalike_checks import CHECKED_WITHIN, include_own_findings
from monitor.services.next_steps import build_brand_line
from monitor.services.office_reports import write_lookalike_report
from monitor.services.query_planning import build_spending_limits, sum_spending_by_person
from monitor.services.review_access import build_review_gate
from monitor.services.takedown import find_platform_guide
from monitor.services.visible_cases import count_review_cases
from reports.pages.district import (
    DistrictView,
    DrillLine,
    LookalikeGap,
    LookalikeLine,
    LookalikesView,
    SourceHealthLine,
    WeekLine,
)
from reports.pages.findings import PersonalWeekLine
from reports.pages.takedown import PlatformGuide
from scrapers.models import Trace, TraceKind

DECIDED = "look-alike-decided"
CHANGED_MEANWHILE = "This changed after you opened the page. Look at it again before you decide."


def build_lookalikes_view(app: App, reviewer: Reviewer) -> LookalikesView:
    configured, now = build_inventory(app.config), app.clock.now()
    findings = app.db.district_findings.list_district_findings()
    inventory = include_own_findings(configured, findings) if configured else None
    checks = app.db.district_checks.list_district_checks()
    recent = [check for check in checks if check.at > now - CHECKED_WITHIN]
    gaps = [check for check in recent if not check.outcome.is_conclusive]
    lines = [_add_report(app, reviewer, _build_line(app, finding)) for finding in findings]
    return LookalikesView(
        is_set_up=inventory is not None,
        # What IT added is listed apart.
        accounts=tuple(
            (account.name, account.address)
            for account in (configured.accounts if configured else ())
        ),
        schools=inventory.schools if inventory else (),
        domains=inventory.domains if inventory else (),
        watched_domains=len(list_lookalike_domains(inventory)) if inventory else 0,
        open=tuple(line for line in lines if line.state is DistrictFindingState.OPEN),
        decided=tuple(
            line
            for line in lines
            if line.state in {DistrictFindingState.IMPERSONATION, DistrictFindingState.HARMLESS}
        ),
        ours=tuple(line for line in lines if line.state is DistrictFindingState.OURS),
        checked=len(recent) - len(gaps),
        last_checked=max((check.at for check in checks), default=None),
        gaps=tuple(
            LookalikeGap(
                source=gap.source,
                gap=GapKind(gap.outcome),
                at=gap.at,
                note=read_note(gap.note),
            )
            for gap in gaps
        ),
    )


def _add_report(app: App, reviewer: Reviewer, line: LookalikeLine) -> LookalikeLine:
    """Add what IT can send of what it calls an impersonation and is still there."""
    if not line.is_impersonation or line.gone_at or line.is_told:
        return line
    report = write_lookalike_report(app, reviewer, line)
    return replace(line, report=report, brand=build_brand_line(app, line.platform))


def _build_line(app: App, finding: DistrictFinding) -> LookalikeLine:
    trace, now = finding.trace, app.clock.now()
    is_account = trace.kind is DistrictFindingKind.ACCOUNT
    after = now - NEWS_PERIOD
    return LookalikeLine(
        id=finding.id,
        kind=trace.kind,
        state=finding.state,
        title=trace.shown_name or trace.handle or trace.key,
        platform=trace.account.partition(":")[0] if is_account else "",
        address=trace.address,
        reasons=trace.reasons,
        web_addresses=trace.web_addresses,
        mail_servers=trace.mail_servers,
        first_seen=finding.first_seen,
        last_seen=finding.last_seen,
        changed_at=finding.changed_at,
        gone_at=finding.gone_at,
        is_new=finding.first_seen > after,
        decided_at=finding.decided_at,
        decided_by=app.config.district.find_reviewer_address(finding.decided_by),
        guide=_find_guide(app, finding),
    )


def _find_guide(app: App, finding: DistrictFinding) -> PlatformGuide | None:
    """Return how the platform takes reports, for an account that IT calls an impersonation."""
    trace = finding.trace
    if (
        finding.state is not DistrictFindingState.IMPERSONATION
        or trace.kind is not DistrictFindingKind.ACCOUNT
    ):
        return None
    account = Trace(key=trace.key, kind=TraceKind.ACCOUNT, url=trace.address, account=trace.account)
    return find_platform_guide(app, account)


def decide_lookalike(
    app: App,
    reviewer: Reviewer,
    finding_id: str,
    state: DistrictFindingState,
    seen: DistrictFindingState,
) -> None:
    """Store and audit what a reviewer says of a look-alike; `seen` is what their page showed."""
    with app.db.begin_transaction():
        known = app.db.district_findings.load_district_finding(finding_id)
        if known.state is not seen:
            raise InputError(CHANGED_MEANWHILE)
        now = app.clock.now()
        after = decide_finding(known, state, reviewer.id, now)
        app.db.district_findings.save_district_finding(after)
        app.db.audit.append_entry(now, reviewer.id, DECIDED, finding_id, {"decision": state})


WEEKS_SHOWN, DRILLS_SHOWN = 12, 12
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


def build_personal_weeks(app: App, person_id: str) -> tuple[PersonalWeekLine, ...]:
    """Count the last weeks of a person, from the one they joined in; no other person's count."""
    now, zone = app.clock.now(), app.db.people.load_person(person_id).zone
    consents = app.db.consents.list_consents(person_id)
    joined = consents[0].given_at
    since = max(joined, now - (WEEKS_SHOWN + 1) * 7 * DAY)
    checks = _find_fullest_checks(
        (
            count
            for count in app.db.sweeps.list_check_counts(person_id, since)
            if not consents[-1].was_paused(count.at)
        ),
        zone,
    )
    cases = Counter(
        format_iso_week(case.opened_at, zone)
        for case in app.db.cases.list_cases_of_person(person_id)
    )
    weeks = (format_iso_week(now - ago * 7 * DAY, zone) for ago in reversed(range(WEEKS_SHOWN)))
    return tuple(
        PersonalWeekLine(
            week=week,
            checked=checks[week].checked if week in checks else 0,
            total=checks[week].total if week in checks else 0,
            cases=cases[week],
        )
        for week in weeks
        if week >= format_iso_week(joined, zone)
    )


def _find_fullest_checks(counts: Iterable[CheckCount], zone: str) -> dict[str, CheckCount]:
    """Return the check of each week in which most sources could be checked."""
    fullest: dict[str, CheckCount] = {}
    for count in counts:
        week = format_iso_week(count.at, zone)
        if week not in fullest or count.checked > fullest[week].checked:
            fullest[week] = count
    return fullest


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
