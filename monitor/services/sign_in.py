"""Who is let in: a session for anyone who proved who they are, and their roles as of now.

Signing in by a link that only a mailbox gets, and only the browser that asked can use.

Roles are read again for each page: anyone who is taken off a list is out at once.
"""

import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from monitor.app import App
from monitor.db.sign_in import NO_ACCOUNT, SignInLink, SignInSession
from monitor.domain.email import fold_address
from monitor.domain.errors import InputError
from monitor.domain.person import Principal, build_operator_id, build_reviewer_id
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import AuthMethod, Role
from monitor.services.email_history import LOOKS_BACK
from monitor.services.enrollment import hash_code
from monitor.services.notifications import EmailPlan, build_custom_greeting, queue_email
from monitor.services.offices import find_office_address
from reports.emails.account import EmailHistoryView, SignInLinkView
from reports.emails.views import EmailView

SESSION_LASTS = timedelta(hours=12)
# For staff who want it, on a device of their own: it shows no one's data but theirs.
REMEMBERED_LASTS = timedelta(days=30)
IDLE_LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class UserAccount:
    """The account of a session. `person_id` and `invitation_id` are empty if there is none."""

    mail: str
    name: str
    person_id: str = ""
    invitation_id: str = ""


def find_account_id(app: App, mail: str) -> str:
    """Return the id of anyone who may sign in under an address; empty where no one may."""
    address = fold_address(mail)
    return app.db.people.find_person_id_by_mail(address) or _find_office_id(app, address)


def start_session(
    app: App, account_id: str, way: AuthMethod, *, is_remembered: bool = False
) -> str:
    """Begin a session and return its id, which only the browser is to keep."""
    now, new_id = app.clock.now(), app.ids.new_code()
    lasts = REMEMBERED_LASTS if is_remembered else SESSION_LASTS
    with app.db.begin_transaction():
        app.db.sessions.delete_expired_sessions(now)
        app.db.sessions.insert_session(
            SignInSession(
                hash=hash_code(new_id),
                account_id=account_id,
                auth_method=way,
                started_at=now,
                expires_at=now + lasts,
            )
        )
        app.db.audit.append_entry(now, account_id, "signed-in", account_id, {"way": way})
    return new_id


def load_principal(app: App, session_id: str) -> Principal | None:
    """Tell who is behind a session, or None where it, or who they were, has ended."""
    now = app.clock.now()
    session = app.db.sessions.find_session(hash_code(session_id), now)
    reader = _find_session_account(app, session) if session else None
    if session is None or reader is None:
        return None
    principal = _build_principal(
        app, session.account_id, reader, session.auth_method, session.started_at
    )
    if session.expires_at - session.started_at <= SESSION_LASTS:
        return principal
    if principal.roles <= {Role.STAFF}:
        return replace(principal, is_remembered=True)
    # Whose role opens other people's data signs in each day, also where it was given later.
    return principal if now < session.started_at + SESSION_LASTS else None


def _build_principal(
    app: App, account_id: str, account: UserAccount, way: AuthMethod, since: datetime
) -> Principal:
    return Principal(
        reader_id=account_id,
        mail=account.mail,
        name=account.name,
        roles=frozenset(_list_roles(app, account)),
        auth_method=way,
        started_at=since,
        person_id=account.person_id,
        invitation_id=account.invitation_id,
    )


def find_vouched_principal(app: App, mail: str) -> Principal | None:
    """Tell who has an address that the district's proxy vouches for; None for a stranger."""
    account_id = find_account_id(app, mail)
    return load_account_principal(app, account_id, AuthMethod.HEADER, app.clock.now())


def load_account_principal(
    app: App, account_id: str, way: AuthMethod, since: datetime
) -> Principal | None:
    """Tell who has an account, with their roles as of now; None where no one has it anymore."""
    account = _find_account(app, account_id) if account_id else None
    return _build_principal(app, account_id, account, way, since) if account else None


def end_session(app: App, session_id: str) -> None:
    app.db.sessions.delete_session(hash_code(session_id))


SIGNED_OUT = "signed-out"


def end_all_sessions(app: App, principal: Principal) -> None:
    """End every session, and every access token in any role: whoever asks may have lost one.

    Links in emails that answer for them end with it, too.
    """
    with app.db.begin_transaction():
        if own := principal.person_id:
            app.db.audit.append_entry(app.clock.now(), own, SIGNED_OUT, own, {})
        app.db.sessions.delete_sessions_of_account(principal.reader_id)
        app.db.access_tokens.delete_tokens_of_accounts(list_token_account_ids(principal).values())


def list_token_account_ids(principal: Principal) -> Mapping[Role, str]:
    """Return the ID under which someone's access tokens are stored, for each of their roles."""
    account_ids = {
        Role.STAFF: principal.person_id,
        Role.REVIEWER: build_reviewer_id(principal.mail),
        Role.OPERATOR: build_operator_id(principal.mail),
    }
    return {role: account_ids[role] for role in Role if role in principal.roles}


def _find_session_account(app: App, session: SignInSession) -> UserAccount | None:
    if session.auth_method == AuthMethod.INVITATION:
        try:
            invitation = app.db.invitations.load_invitation(session.account_id)
        except InputError:
            return None
        if not invitation.is_open(app.clock.now()):
            return None
        return UserAccount(
            invitation.mail, invitation.given or invitation.mail, invitation_id=session.account_id
        )
    return _find_account(app, session.account_id)


def _find_account(app: App, account_id: str) -> UserAccount | None:
    try:
        person = app.db.people.load_person(account_id)
    except InputError:
        address = find_office_address(account_id, app.config.district)
        return UserAccount(address, address) if address else None
    return UserAccount(person.mail, person.name.given or person.mail, person_id=person.id)


def _list_roles(app: App, account: UserAccount) -> Iterator[Role]:
    if account.invitation_id:
        return
    mail, district = fold_address(account.mail), app.config.district
    if account.person_id:
        yield Role.STAFF
    if mail in map(fold_address, district.reviewers):
        yield Role.REVIEWER
    if mail in map(fold_address, district.operators):
        yield Role.OPERATOR


def _find_office_id(app: App, address: str) -> str:
    offices = (build_reviewer_id(address), build_operator_id(address))
    return next(
        (office for office in offices if find_office_address(office, app.config.district)), ""
    )


LINK_LASTS = timedelta(minutes=15)
LINK_LIMIT_PERIOD = timedelta(hours=1)
MAX_LINKS_PER_HOUR = 5
CODE_LASTS = timedelta(minutes=10)
CODE_DIGITS = 6
MAX_CODE_TRIES = 5
# Someone who asks for codes of another person in their own browser could guess for ever. After so
# many wrong ones the link alone signs in.
CODE_LIMIT_PERIOD = timedelta(days=1)
MAX_CODE_TRIES_PER_DAY = 15


class SignInRefusal(StrEnum):
    """Why a link does not open: it has expired, or was requested in another browser.

    A wrong code says no more than that: not whether it is too old, or the tries are used up.
    """

    OVER = "over"
    ELSEWHERE = "elsewhere"
    WRONG_CODE = "wrong-code"


def request_sign_in_link(app: App, address: str, browser_session_id: str) -> None:
    """Queue an email with a link, if the address may sign in: the answer never tells."""
    reader = find_account_id(app, address)
    link = build_asked_link(app, reader, browser_session_id, LINK_LASTS)
    queue_asked_email(app, link, _build_sign_in_email)


def request_email_history(app: App, address: str, browser_session_id: str) -> None:
    """Queue the list of someone's own emails, if the address has joined: the answer never tells.

    It counts as a link to sign in, so that nobody gets more emails for both than for one.
    """
    reader = app.db.people.find_person_id_by_mail(fold_address(address)) or NO_ACCOUNT
    link = build_asked_link(app, reader, browser_session_id, timedelta())
    queue_asked_email(app, link, _build_email_history)


def build_asked_link(
    app: App, reader: str, browser_session_id: str, lasts: timedelta
) -> SignInLink:
    now = app.clock.now()
    return SignInLink(
        id=app.ids.new_id(),
        account_id=reader,
        browser=hash_code(browser_session_id),
        asked_at=now,
        expires_at=now + lasts,
    )


def queue_asked_email(
    app: App, link: SignInLink, build_view: Callable[[App, SignInLink], EmailView]
) -> None:
    """Queue what a stranger asked for, or write as much where no one is to get it."""
    now, reader = link.asked_at, link.account_id
    with app.db.begin_transaction():
        app.db.sign_in_links.delete_sign_in_links_before(now - CODE_LIMIT_PERIOD)
        often = (
            app.db.sign_in_links.count_sign_in_links_since(reader, now - LINK_LIMIT_PERIOD)
            >= MAX_LINKS_PER_HOUR
        )
        if reader and not often:
            app.db.sign_in_links.insert_sign_in_link(link)
            plan = EmailPlan(recipient_id=reader, dedupe_key=link.id)
            queue_email(app, plan, build_view(app, link))
        else:
            app.db.sign_in_links.save_decoy_link(link)


def redeem_sign_in_link(app: App, code: str, browser_session_id: str) -> str | SignInRefusal:
    """Use up a link and return whose it is, or why it does not work."""
    now = app.clock.now()
    link = app.db.sign_in_links.find_sign_in_link_by_code(hash_code(code))
    if link is None or not link.is_open(now):
        return SignInRefusal.OVER
    if not hmac.compare_digest(link.browser, hash_code(browser_session_id)):
        return SignInRefusal.ELSEWHERE
    return (
        link.account_id
        if app.db.sign_in_links.mark_sign_in_link_used(link.id, now)
        else SignInRefusal.OVER
    )


def redeem_sign_in_code(app: App, digits: str, browser_session_id: str) -> str | SignInRefusal:
    """Use up the link whose code it is, in the browser that asked, or count a wrong try."""
    now, browser = app.clock.now(), hash_code(browser_session_id)
    with app.db.begin_transaction():
        for link in app.db.sign_in_links.list_sent_links_of_browser(browser):
            if not _takes_code(app, link, now):
                continue
            right = derive_sign_in_digits(app, link)
            if hmac.compare_digest(right.encode(), digits.encode()):
                app.db.sign_in_links.mark_sign_in_link_used(link.id, now)
                return link.account_id
            app.db.sign_in_links.add_wrong_try(link.id)
    return SignInRefusal.WRONG_CODE


def _takes_code(app: App, link: SignInLink, now: datetime) -> bool:
    if not link.is_open(now) or now >= link.asked_at + CODE_LASTS or link.tries >= MAX_CODE_TRIES:
        return False
    since = now - CODE_LIMIT_PERIOD
    tried = app.db.sign_in_links.count_wrong_tries_since(link.account_id, since)
    return tried < MAX_CODE_TRIES_PER_DAY


def derive_sign_in_digits(app: App, link: SignInLink) -> str:
    """Derive the six digits of a link, which nothing stores, under the key of whose it is."""
    is_office = bool(find_office_address(link.account_id, app.config.district))
    owner_id = "" if is_office else link.account_id
    secret = app.db.email_codes.derive_email_code(owner_id, f"digits {link.id}")
    number = int.from_bytes(sha256(secret.encode()).digest()) % 10**CODE_DIGITS
    return f"{number:0{CODE_DIGITS}}"


def _build_sign_in_email(app: App, link: SignInLink) -> SignInLinkView:
    greeting = build_custom_greeting(
        app,
        _find_greeting_name(app, link.account_id),
        why=Reason("why.sign-in"),
        leave=Reason("leave.sign-in"),
    )
    return SignInLinkView(
        **greeting, expires_at=link.expires_at, code_expires_at=link.asked_at + CODE_LASTS
    )


def _build_email_history(app: App, link: SignInLink) -> EmailHistoryView:
    greeting = build_custom_greeting(
        app,
        _find_greeting_name(app, link.account_id),
        why=Reason("why.sign-in"),
        leave=Reason("leave.email-history"),
    )
    return EmailHistoryView(**greeting, days=LOOKS_BACK.days, emails=())


def _find_greeting_name(app: App, account_id: str) -> str:
    try:
        return app.db.people.load_person(account_id).name.given
    except InputError:
        return "colleague"
