"""Signing in by a link that only a mailbox gets, and only the browser that asked can use.

What anyone asks us to write is limited by address. Who is signed in: `sessions.py`.
"""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from monitor.app import App
from monitor.db.sign_in import NO_ACCOUNT, SignInLink
from monitor.domain.email_delivery import fold_address
from monitor.domain.errors import InputError
from monitor.domain.reason import Reason
from monitor.services.email_history import LOOKS_BACK
from monitor.services.enrollment import hash_code
from monitor.services.notifications import EmailPlan, build_custom_greeting, queue_email
from monitor.services.sessions import find_account_id
from reports.emails.account import EmailHistoryView, SignInLinkView
from reports.emails.views import EmailView
from reports.translation import get_language

LINK_LASTS = timedelta(minutes=15)
LINK_LIMIT_PERIOD = timedelta(hours=1)
MAX_LINKS_PER_HOUR = 5
# Whoever answers by mail gets codes without asking: some are left for who asks.
MAX_ANSWER_CODES_PER_HOUR = 3
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


def request_answer_code(app: App, address: str, browser_session_id: str) -> bool:
    """Queue a link for who has just answered by mail; False if they have to ask for it.

    One that this browser asked for, and whose code lasts for half of its time, is as good.
    """
    now, reader = app.clock.now(), find_account_id(app, address)
    links = app.db.sign_in_links.list_sign_in_links_since(reader, now - LINK_LIMIT_PERIOD)
    browser, soon = hash_code(browser_session_id), now + CODE_LASTS / 2
    if any(link.browser == browser and _takes_code(app, link, soon) for link in links):
        return True
    if len(links) >= MAX_ANSWER_CODES_PER_HOUR:
        return False
    request_sign_in_link(app, address, browser_session_id)
    return True


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
    is_office = bool(app.config.district.find_office_address(link.account_id))
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
        **greeting,
        expires_at=link.expires_at,
        code_expires_at=link.asked_at + CODE_LASTS,
        language=get_language(),
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
