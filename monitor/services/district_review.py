"""What IT sees of look-alikes of the district, and what it decides; no person is named here."""

from monitor.app import App
from monitor.config import build_inventory
from monitor.domain.district.domains import list_lookalike_domains
from monitor.domain.district.findings import (
    NEWS_PERIOD,
    DistrictFinding,
    decide_finding,
)
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import DistrictFindingKind, DistrictFindingState, GapKind
from monitor.services.district_checks import (
    CHECKED_WITHIN,
    include_own_findings,
)
from monitor.services.notifications import Reviewer
from monitor.services.review_queue import find_reviewer_address
from monitor.services.takedown import find_platform_guide
from reports.pages.lookalikes import (
    LookalikeGap,
    LookalikeLine,
    LookalikesView,
    OfficialAccountLine,
)
from reports.pages.takedown import PlatformGuide
from scrapers.models import Finding, FindingKind

DECIDED = "look-alike-decided"
CHANGED_MEANWHILE = "This changed after you opened the page. Look at it again before you decide."


def build_lookalikes_view(app: App) -> LookalikesView:
    configured, now = build_inventory(app.config), app.clock.now()
    findings = app.db.district_findings.list_district_findings()
    inventory = include_own_findings(configured, findings) if configured else None
    checks = app.db.district_checks.list_district_checks()
    recent = [each for each in checks if each.at > now - CHECKED_WITHIN]
    gaps = [each for each in recent if not each.outcome.is_conclusive]
    lines = [_build_line(app, each) for each in findings]
    return LookalikesView(
        is_set_up=inventory is not None,
        # What IT added is listed apart.
        accounts=tuple(
            OfficialAccountLine(name=each.name, address=each.address)
            for each in (configured.accounts if configured else ())
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
        last_checked=max((each.at for each in checks), default=None),
        gaps=tuple(
            LookalikeGap(
                source=each.source,
                gap=GapKind(each.outcome),
                at=each.at,
                note=each.note,
            )
            for each in gaps
        ),
    )


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
        decided_by=find_reviewer_address(app, finding.decided_by) if finding.decided_by else "",
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
    account = Finding(
        key=trace.key, kind=FindingKind.ACCOUNT, url=trace.address, account=trace.account
    )
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
