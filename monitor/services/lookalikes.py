"""What looks like the district: a list for IT to decide on, and what can be sent about it."""

from dataclasses import replace

from monitor.app import App
from monitor.config.sections import build_inventory
from monitor.domain.district.domains import list_lookalike_domains
from monitor.domain.district.findings import NEWS_PERIOD, DistrictFinding, decide_finding
from monitor.domain.errors import InputError
from monitor.domain.person import Reviewer
from monitor.domain.reason import read_note
from monitor.domain.vocabulary import DistrictFindingKind, DistrictFindingState, GapKind
from monitor.services.lookalike_checks import CHECKED_WITHIN, include_own_findings
from monitor.services.next_steps import build_brand_line
from monitor.services.takedown import find_platform_guide
from monitor.services.tips import can_tell
from reports.pages.district import LookalikeGap, LookalikeLine, LookalikeReport, LookalikesView
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
        takes_tips=can_tell(app),
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
                source=gap.source, gap=GapKind(gap.outcome), at=gap.at, note=read_note(gap.note)
            )
            for gap in gaps
        ),
    )


def _add_report(app: App, reviewer: Reviewer, line: LookalikeLine) -> LookalikeLine:
    """Add what IT can send about an impersonation that is still there: we send nothing."""
    if not line.is_impersonation or line.gone_at or line.is_told:
        return line
    inventory = build_inventory(app.config)
    accounts = (account.address for account in inventory.accounts) if inventory else ()
    report = LookalikeReport(
        line=line,
        organization=app.config.district.name,
        own=(*accounts, *(inventory.domains if inventory else ())),
        contact=reviewer.address,
        zone=app.config.district.zone,
    )
    brand = build_brand_line(app, line.platform)
    return replace(line, report=report.write_text(), brand=brand)


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
