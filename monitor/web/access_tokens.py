"""Where staff, reviewers and operators make tokens for programs, and revoke them."""

from enum import StrEnum
from typing import Final

from flask import Blueprint, Response

from monitor.db.access_tokens import AccessToken
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.reason import Count, Reason
from monitor.domain.vocabulary import Role, TokenScope
from monitor.services.access_tokens import (
    ADDRESS_DAYS,
    TOKEN_DAYS,
    TokenRequest,
    create_access_token,
    find_request_problems,
    list_access_tokens,
    list_ended_answerers,
    revoke_access_token,
    take_back_ended_answers,
)
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from reports.labels.account import FEED_OFFERS, TOKEN_SCOPES
from reports.pages import account as pages
from reports.pages.account import AccessTokenLine, AccessTokensView, FeedAddressOffer
from reports.pages.layout import FieldProblem

TITLE: Final = "Access tokens"
PATHS: Final = {
    Role.STAFF: "/me/data/tokens",
    Role.REVIEWER: "/review/tokens",
    Role.OPERATOR: "/operate/tokens",
}
# Where a calendar or a feed reader asks, with the token in the address.
FEED_PATHS: Final = {Role.STAFF: "/calendar/{token}.ics", Role.REVIEWER: "/feed/{token}.atom"}
BACK: Final = {Role.STAFF: "/me/data", Role.REVIEWER: "/review", Role.OPERATOR: "/operate"}


class TokenKind(StrEnum):
    PROGRAM = "program"
    ADDRESS = "address"


class AccessTokenForm(WebForm, frozen=True, kw_only=True):
    """`revoke` names a token by its ID; else one is to be made.

    What it answered goes with it where `answers` is not empty; without `revoke`, what tokens
    answered that ended.
    """

    revoke: str = ""
    answers: str = ""
    kind: TokenKind = TokenKind.PROGRAM
    name: str = ""
    scope: tuple[TokenScope, ...] = ()
    days: int = 0


def build_access_token_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("tokens", __name__)
    for role in PATHS:
        _add_role_routes(routes, context, role)
    return routes


def _add_role_routes(routes: Blueprint, context: PortalContext, role: Role) -> None:
    def show_tokens() -> Response:
        return _render_tokens(context, role, AccessTokenForm())

    def submit_tokens() -> Response:
        form = read_form(AccessTokenForm)
        try:
            if form.answers and not form.revoke and role is Role.STAFF:
                take_back_ended_answers(context.app, context.require_principal())
                return context.redirect_to(PATHS[role], "What they answered is taken back.")
            return _revoke(context, role, form) if form.revoke else _create(context, role)
        except NotPermittedError as error:
            return context.redirect_to(BACK[role], str(error))

    routes.add_url_rule(PATHS[role], f"show_{role}", show_tokens)
    routes.add_url_rule(PATHS[role], f"submit_{role}", submit_tokens, methods=["POST"])


def _revoke(context: PortalContext, role: Role, form: AccessTokenForm) -> Response:
    try:
        revoke_access_token(
            context.app,
            context.require_principal(),
            role,
            form.revoke,
            with_answers=bool(form.answers),
        )
    except InputError as error:
        return context.redirect_to(PATHS[role], str(error))
    if form.answers:
        return context.redirect_to(PATHS[role], "Revoked. What it answered is taken back.")
    return context.redirect_to(PATHS[role], "Revoked. The token opens nothing anymore.")


def _create(context: PortalContext, role: Role) -> Response:
    """Answer with the page itself, since a secret has no place in an address or a cookie."""
    form = read_form(AccessTokenForm)
    wanted = _build_request(form, role)
    if problems := find_request_problems(role, wanted):
        faults = tuple(FieldProblem(field=name, words=words) for name, words in problems.items())
        return _render_tokens(context, role, form, faults=faults)
    try:
        secret = create_access_token(context.app, context.require_principal(), role, wanted)
    except InputError as error:
        return context.redirect_to(PATHS[role], str(error))
    return _render_tokens(context, role, AccessTokenForm(kind=form.kind), secret)


def _build_request(form: AccessTokenForm, role: Role) -> TokenRequest:
    offer = FEED_OFFERS.get(role)
    if form.kind is TokenKind.ADDRESS and offer:
        return TokenRequest(
            name=offer[0], scopes=frozenset(_list_scopes(role, in_address=True)), days=ADDRESS_DAYS
        )
    in_header = frozenset(_list_scopes(role, in_address=False))
    return TokenRequest(name=form.name, scopes=in_header & frozenset(form.scope), days=form.days)


def _render_tokens(
    context: PortalContext,
    role: Role,
    form: AccessTokenForm,
    secret: str = "",
    faults: tuple[FieldProblem, ...] = (),
) -> Response:
    principal = context.require_principal()
    in_address = form.kind is TokenKind.ADDRESS
    app = context.app
    feed_path = FEED_PATHS[role].format(token=secret) if in_address and secret else ""
    view = AccessTokensView(
        path=PATHS[role],
        back=BACK[role],
        lines=tuple(map(_build_line, list_access_tokens(app, principal, role))),
        has_ended_answers=role is Role.STAFF and bool(list_ended_answerers(app, principal)),
        scopes=tuple(
            (scope, TOKEN_SCOPES[scope]) for scope in _list_scopes(role, in_address=False)
        ),
        lifetimes=tuple(
            (str(days), Reason("days", {"count": Count(days)})) for days in TOKEN_DAYS[role]
        ),
        offer=_build_offer(role),
        name=form.name,
        chosen=form.scope,
        days=str(form.days),
        secret="" if in_address else secret,
        address=f"{app.config.portal.address}{feed_path}" if feed_path else "",
        faults=faults,
    )
    return context.render_page(TITLE, pages.render_access_tokens, view)


def _list_scopes(role: Role, *, in_address: bool) -> tuple[TokenScope, ...]:
    return tuple(
        scope for scope in TokenScope if scope.role is role and scope.is_in_address is in_address
    )


def _build_offer(role: Role) -> FeedAddressOffer | None:
    if role not in FEED_OFFERS:
        return None
    title, about, reveals, button = FEED_OFFERS[role]
    return FeedAddressOffer(title=title, about=about, reveals=reveals, button=button)


def _build_line(token: AccessToken) -> AccessTokenLine:
    return AccessTokenLine(
        id=token.id,
        name=token.name,
        scopes=tuple(words for key, words in TOKEN_SCOPES.items() if key in token.scopes),
        created_at=token.created_at,
        expires_at=token.expires_at,
        used_on=token.used_on,
        answers=TokenScope.OWN_ANSWER in token.scopes,
    )
