"""An address that a colleague reports; only reviewers read it.

The address alone is stored, under the district's key: not who told it, nor whom it may imitate, so
that nothing says who has joined. Nothing opens it.
"""

from datetime import timedelta

from monitor.app import App
from monitor.domain.district.findings import DistrictFinding, build_told_trace
from monitor.domain.errors import InputError
from monitor.domain.pasted_address import complete_address, recognize_address
from monitor.domain.vocabulary import DistrictFindingKind
from monitor.services.lookalike_checks import load_inventory

MAX_TIPS_PER_DAY = 40
_DAY = timedelta(days=1)


def can_tell(app: App) -> bool:
    return app.config.district.colleagues_tell


def tell_address(app: App, text: str) -> None:
    """Store an address for reviewers, once; raise InputError where it is none, or there are many.

    What is the district's own, or known already, changes nothing, and the answer is the same.
    """
    target, address = recognize_address(text, ()), complete_address(text)
    key = target.account or target.page
    if not key:
        reason = "This is no address of the web. Copy it from your browser."
        raise InputError(reason)
    now, inventory = app.clock.now(), load_inventory(app)
    with app.db.begin_transaction():
        findings = app.db.district_findings.list_district_findings()
        told = [one for one in findings if one.trace.kind is DistrictFindingKind.TOLD]
        if sum(one.first_seen > now - _DAY for one in told) >= MAX_TIPS_PER_DAY:
            reason = "IT was told of many addresses today. Please call IT."
            raise InputError(reason)
        known = any(one.trace.key == key for one in findings)
        if known or (inventory and key in inventory.official_keys):
            return
        finding = DistrictFinding(
            id=app.ids.new_id(),
            trace=build_told_trace(key, address),
            first_seen=now,
            last_seen=now,
        )
        app.db.district_findings.save_district_finding(finding)
