"""Who is behind a browser's session: how long it lasts, and their roles as of now.

Roles are read again for each page: anyone who is taken off a list is out at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.app import App
from monitor.db.sign_in import SignInSession
from monitor.domain.email_delivery import fold_address
from monitor.domain.errors import InputError
from monitor.domain.person import Principal, build_operator_id, build_reviewer_id
from monitor.domain.vocabulary import AuthMethod, Role
from monitor.services.enrollment import hash_code

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
    address, is_office = fold_address(mail), app.config.district.find_office_address
    offices = filter(is_office, (build_reviewer_id(address), build_operator_id(address)))
    return app.db.people.find_person_id_by_mail(address) or next(offices, "")


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
        address = app.config.district.find_office_address(account_id)
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
