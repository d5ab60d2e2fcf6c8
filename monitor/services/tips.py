"""An address that a colleague reports; only reviewers read it.

The address alone is stored, under the district's key: not who told it, nor whom it may imitate, so
that nothing says who has joined. Nothing opens it. Who has not joined tells by a link to their work
mailbox, which says nothing but until when it works: it is the same for everyone who asks.
"""

import hmac
from datetime import UTC, datetime, timedelta
from functools import partial

from monitor.app import App
from monitor.db.sign_in import NO_ACCOUNT, SignInLink
from monitor.domain.district.findings import DistrictFinding, build_told_trace
from monitor.domain.email_delivery import fold_address
from monitor.domain.errors import InputError
from monitor.domain.pasted_address import complete_address, recognize_address
from monitor.domain.person import Reviewer
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import DistrictFindingKind
from monitor.services.annex_services import read_staff_states
from monitor.services.lookalike_checks import load_inventory
from monitor.services.notifications import DEFAULT_GIVEN_NAME, build_custom_greeting
from monitor.services.sign_in import build_asked_link, queue_asked_email
from reports.emails.account import TellLinkView

MAX_TIPS_PER_DAY = 40
TELL_LINK_LASTS = timedelta(hours=1)
# Of a district: whoever asks for many addresses holds up no other email for long.
MAX_TELL_LINKS_AN_HOUR = 60
TELL = "tell"
_DAY = timedelta(days=1)


def can_tell(app: App) -> bool:
    return app.config.district.colleagues_tell


def tell_address(app: App, text: str, reviewer: Reviewer | None = None) -> None:
    """Store an address for reviewers, once; raise InputError where it is none, or there are many.

    What is the district's own, or known already, changes nothing, and the answer is the same. What
    a reviewer adds is audited; a colleague who tells is on no record.
    """
    target, address = recognize_address(text, ()), complete_address(text)
    key = target.account or target.page
    if not key:
        raise InputError("This is no address of the web. Copy it from your browser.")
    now, inventory = app.clock.now(), load_inventory(app)
    with app.db.begin_transaction():
        findings = app.db.district_findings.list_district_findings()
        told = [one for one in findings if one.trace.kind is DistrictFindingKind.TOLD]
        if sum(one.first_seen > now - _DAY for one in told) >= MAX_TIPS_PER_DAY:
            raise InputError("IT was told of many addresses today. Please call IT.")
        known = any(one.trace.key == key for one in findings)
        if known or (inventory and key in inventory.official_keys):
            return
        finding = DistrictFinding(
            id=app.ids.new_id(), trace=build_told_trace(key, address), first_seen=now, last_seen=now
        )
        app.db.district_findings.save_district_finding(finding)
        if reviewer:
            app.db.audit.append_entry(now, reviewer.id, "look-alike-added", finding.id, {})


def request_tell_link(app: App, address: str, browser_session_id: str) -> None:
    """Queue a link to tell by, if the address is of staff: the answer never tells.

    Whether they joined plays no part. The email is deleted once it is sent; what is left for a day,
    so that nobody gets more than five an hour and a district sends at most 60, is a keyed hash of
    the address.
    """
    mail = fold_address(address)
    mark = app.db.staff_listings.hash_address(mail)
    listed = read_staff_states(app.db).get(mark, app.db.staff_listings.was_listed(mail))
    since = app.clock.now() - TELL_LINK_LASTS
    many = app.db.sign_in_links.count_links_of_kind_since(TELL, since) >= MAX_TELL_LINKS_AN_HOUR
    reader = f"{TELL}-{mark.hex()}" if listed and not many else NO_ACCOUNT
    link = build_asked_link(app, reader, browser_session_id, TELL_LINK_LASTS)
    queue_asked_email(app, link, partial(_build_link_email, mail))


def _build_link_email(mail: str, app: App, link: SignInLink) -> TellLinkView:
    greeting = build_custom_greeting(
        app, DEFAULT_GIVEN_NAME, why=Reason("why.tell-link"), leave=Reason("leave.tell-link")
    )
    token = build_tell_token(app, link.expires_at)
    return TellLinkView(**greeting, address=mail, expires_at=link.expires_at, token=token)


def build_tell_token(app: App, expires_at: datetime) -> str:
    end = str(int(expires_at.timestamp()))
    return f"{end}.{_sign_end(app, end)}"


def is_tell_token(app: App, token: str) -> bool:
    """Tell whether we made it, and it still works."""
    end, _, signature = token.partition(".")
    if not hmac.compare_digest(_sign_end(app, end).encode(), signature.encode()):
        return False
    return app.clock.now() < datetime.fromtimestamp(int(end), UTC)


def _sign_end(app: App, end: str) -> str:
    return hmac.new(app.db.derive_secret(TELL), end.encode(), "sha256").hexdigest()
