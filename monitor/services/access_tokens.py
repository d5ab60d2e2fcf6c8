"""Personal access tokens: created, shown once, listed, revoked, and checked at each use.

A token stands for its owner in one role, with the scopes that they chose. Roles are read again at
each use, as for a session, and a token of a person ends with their consent.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.app import App
from monitor.db.access_tokens import AccessToken
from monitor.domain.errors import InputError, MonitorError, NotPermittedError
from monitor.domain.person import Principal
from monitor.domain.reason import Count, Reason
from monitor.domain.vocabulary import AuthMethod, Role, TokenScope
from monitor.services.answers import TOKEN_MEANS, list_standing_token_answers, take_back_answers
from monitor.services.sessions import (
    find_account_id,
    list_token_account_ids,
    load_account_principal,
)
from reports.reason_rendering import render_reason

# By its first letters, scanners of source code recognize a token that was published by mistake.
SECRET_PREFIX = "namesake_"  # noqa: S105 it opens nothing by itself
MAX_TOKENS = 20
MAX_NAME_LENGTH = 60
# Whose role opens other people's data renews a program's token each quarter.
TOKEN_DAYS: Mapping[Role, tuple[int, ...]] = {
    Role.STAFF: (30, 90, 365),
    Role.REVIEWER: (7, 30, 90),
    Role.OPERATOR: (7, 30, 90),
}
ADDRESS_DAYS = 365
CREATED = "token-created"
REVOKED = "token-revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """What its owner wants of a token. `days` is how long it works."""

    name: str
    scopes: frozenset[TokenScope]
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHolder:
    """The owner of a token, in the one role that its scopes belong to."""

    token: AccessToken
    principal: Principal


def find_request_problems(role: Role, wanted: TokenRequest) -> Mapping[str, Reason]:
    """Say what is wrong with a request, by field; nothing where it can be made."""
    problems = {}
    in_address = {scope for scope in wanted.scopes if scope.is_in_address}
    if not 0 < len(wanted.name) <= MAX_NAME_LENGTH:
        problems["name"] = Reason("problem.token-name", {"count": Count(MAX_NAME_LENGTH)})
    if {scope.role for scope in wanted.scopes} != {role}:
        problems["scope"] = Reason("problem.token-scope")
    elif in_address and len(wanted.scopes) > 1:
        problems["scope"] = Reason("problem.token-address")
    if wanted.days not in ((ADDRESS_DAYS,) if in_address else TOKEN_DAYS[role]):
        problems["days"] = Reason("problem.token-days")
    return problems


def create_access_token(app: App, principal: Principal, role: Role, wanted: TokenRequest) -> str:
    """Store a new token's hash, and return its secret: the only time that there is one."""
    for problem in find_request_problems(role, wanted).values():
        raise InputError(render_reason(problem))
    now, account_id = app.clock.now(), _require_account_id(app, principal, role)
    if len(app.db.access_tokens.list_tokens_of_account(account_id, now)) >= MAX_TOKENS:
        reason = Reason("problem.many-tokens", {"count": Count(MAX_TOKENS)})
        raise InputError(render_reason(reason))
    token = AccessToken(
        id=app.ids.new_id(),
        account_id=account_id,
        person_id=account_id if role is Role.STAFF else "",
        name=wanted.name,
        scopes=wanted.scopes,
        created_at=now,
        expires_at=now + timedelta(days=wanted.days),
    )
    secret = f"{SECRET_PREFIX}{app.ids.new_code()}"
    with app.db.begin_transaction():
        app.db.access_tokens.insert_token(token, secret)
        details = {"token": token.id, "scopes": "+".join(sorted(token.scopes))}
        app.db.audit.append_entry(now, account_id, CREATED, account_id, details)
    return secret


def revoke_access_token(
    app: App, principal: Principal, role: Role, token_id: str, *, with_answers: bool = False
) -> None:
    """End a token at once, and what it answered for a person if they never said that.

    Raises InputError where the account has none of this ID.
    """
    account_id = _find_account_id(principal, role)
    with app.db.begin_transaction():
        if not app.db.access_tokens.delete_token(account_id, token_id):
            raise InputError("This token was revoked already, or has expired.")
        now, details = app.clock.now(), {"token": token_id}
        app.db.audit.append_entry(now, account_id, REVOKED, account_id, details)
        if with_answers and role is Role.STAFF:
            take_back_answers(app, account_id, f"{TOKEN_MEANS}{token_id}")


def list_ended_answerers(app: App, principal: Principal) -> frozenset[str]:
    """Return the means of tokens that work no longer, and of which an answer still stands."""
    live = {TOKEN_MEANS + token.id for token in list_access_tokens(app, principal, Role.STAFF)}
    return list_standing_token_answers(app, principal.person_id) - live


def take_back_ended_answers(app: App, principal: Principal) -> None:
    """Undo what such tokens answered: whoever signs out everywhere first has lost their names."""
    with app.db.begin_transaction():
        for means in sorted(list_ended_answerers(app, principal)):
            take_back_answers(app, principal.person_id, means)


def list_access_tokens(app: App, principal: Principal, role: Role) -> tuple[AccessToken, ...]:
    account_id = _find_account_id(principal, role)
    return app.db.access_tokens.list_tokens_of_account(account_id, app.clock.now())


def find_token_holder(app: App, secret: str) -> TokenHolder | None:
    """Tell whom a token stands for; None where it has ended, or its owner lost role or consent."""
    now = app.clock.now()
    is_like_ours = secret.isascii() and secret.startswith(SECRET_PREFIX)
    token = app.db.access_tokens.find_token(secret, now) if is_like_ours else None
    if token is None:
        return None
    role = next(iter(token.scopes)).role
    account_id = token.person_id or find_account_id(
        app, app.config.district.find_office_address(token.account_id)
    )
    principal = load_account_principal(app, account_id, AuthMethod.TOKEN, token.created_at)
    if principal is None or role not in principal.roles:
        return None
    if role is Role.STAFF and not app.db.consents.has_consent_in_force(token.person_id, now):
        return None
    # Its owner reads on the page which tokens are in use; nothing counts or times the requests.
    if token.used_on != now.date():
        with suppress(MonitorError):
            app.db.access_tokens.record_use(token.id, now.date())
    return TokenHolder(token=token, principal=replace(principal, roles=frozenset({role})))


def _find_account_id(principal: Principal, role: Role) -> str:
    account_id = list_token_account_ids(principal).get(role, "")
    if not account_id:
        raise NotPermittedError("You do not have this role, so you have no tokens for it.")
    return account_id


def _require_account_id(app: App, principal: Principal, role: Role) -> str:
    account_id = _find_account_id(principal, role)
    in_force = app.db.consents.has_consent_in_force(principal.person_id, app.clock.now())
    if role is Role.STAFF and not in_force:
        reason = "Your consent has ended, so there is nothing that a token could show."
        raise NotPermittedError(reason)
    return account_id
