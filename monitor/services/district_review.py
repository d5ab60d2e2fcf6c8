"""What IT sees of look-alikes of the district, and what it decides; no person is named here."""

from collections.abc import Iterator

from monitor.app import App
from monitor.config import build_inventory
from monitor.domain.district.domains import list_lookalike_domains
from monitor.domain.district.findings import (
    NEWS_PERIOD,
    DistrictFinding,
    decide_finding,
)
from monitor.domain.errors import InputError
from monitor.domain.takedown.places import load_takedown_guides
from monitor.domain.vocabulary import DistrictFindingKind, DistrictFindingState, GapKind
from monitor.services.district_checks import (
    CERTIFICATE_LOG,
    CHECKED_WITHIN,
    NAME_SERVICE,
    list_check_gaps,
    load_inventory,
)
from monitor.services.notifications import Reviewer
from monitor.services.review_queue import find_reviewer_address
from monitor.services.takedown import build_platform_guide
from monitor.sources import list_report_forms
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
    inventory, now = load_inventory(app), app.clock.now()
    findings = app.db.district_findings.list_district_findings()
    checks = app.db.district_checks.list_district_checks()
    recent = [each for each in checks if each.at > now - CHECKED_WITHIN]
    gaps = list_check_gaps(recent, now - CHECKED_WITHIN)
    lines = [_build_line(app, each) for each in findings]
    return LookalikesView(
        is_set_up=inventory is not None,
        accounts=tuple(_list_official_accounts(app)),
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
                is_public_record=each.source in {NAME_SERVICE, CERTIFICATE_LOG},
            )
            for each in gaps
        ),
    )


def _list_official_accounts(app: App) -> Iterator[OfficialAccountLine]:
    """Yield those of the configuration; what IT added is listed apart."""
    inventory = build_inventory(app.config)
    for each in inventory.accounts if inventory else ():
        yield OfficialAccountLine(name=each.name, address=each.address)


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
    form = list_report_forms(app.sources.values()).get(account.platform, "")
    guide = load_takedown_guides().find_guide(account, form)
    return build_platform_guide(guide, app.clock.now()) if guide else None


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
