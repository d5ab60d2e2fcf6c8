"""Sign in by an emailed link, or with the district's own accounts (OpenID Connect).

Reading a page, by anyone, spends nothing and changes nothing: so each way in ends with a press.
"""

import hmac
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Protocol, Self, cast
from urllib.parse import urlsplit

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import Gone

from monitor.config.sections import CALLBACK_PATH, DISCOVERY_PATH, SignInMethod
from monitor.domain.email_delivery import is_single_address
from monitor.domain.errors import (
    ConfigError,
    InputError,
    NotPermittedError,
    UnavailableError,
)
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import AuthMethod, Role
from monitor.services.review_access import record_case_views
from monitor.services.sessions import find_account_id
from monitor.services.sign_in import (
    CODE_DIGITS,
    CODE_LASTS,
    SignInRefusal,
    redeem_sign_in_code,
    redeem_sign_in_link,
    request_email_history,
    request_sign_in_link,
)
from monitor.web.context import PortalContext, read_pasted_code
from monitor.web.forms import WebForm, read_form, read_query
from reports.emails.registry import EmailKind
from reports.pages import account as pages
from reports.pages.account import (
    AddressFormView,
    EmailedCodeView,
    ErrorPageView,
    SignInConfirmView,
    SignInView,
)
from reports.pages.layout import FieldProblem

LOG = logging.getLogger(__name__)
NOT_ONE_ADDRESS: Final = "Enter one email address, such as name@school.example"
OTHER_BROWSER: Final = (
    "You asked for this link in another browser or app. Go back to the tab where you asked, and "
    "type the six digits from the email there. Or ask for a new email here"
)
WRONG_CODE: Final = (
    "This code is wrong or too old. Check the digits in the newest email, or open its link in this "
    "browser"
)
WANTED_CASE: Final = re.compile(r"/review/cases/(?P<id>[^/]+)")
DIGITS: Final = re.compile(rf"[0-9]{{{CODE_DIGITS}}}")


class RememberForm(WebForm, frozen=True, kw_only=True):
    """Whether this device is to stay signed in."""

    remember: bool = False


class SignInLinkForm(WebForm, frozen=True, kw_only=True):
    """`to` is the id by which an email of ours names its reader, where no address was typed."""

    address: str = ""
    to: str = ""


class SignInCodeForm(RememberForm, frozen=True, kw_only=True):
    """`opens` is the case that this press opens as well, as its words said; empty for none."""

    opens: str = ""


def build_sign_in_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("sign_in", __name__)
    portal = context.app.config.portal

    @routes.get("/sign-in")
    def show_sign_in() -> Response:
        if not context.sessions.proxy_header:
            return _render_sign_in(context, to=read_query(SignInLinkForm).to)
        if context.browser_session.principal:
            return context.redirect_to(url_for("front.redirect_home"))
        proxy_user = request.headers.get(context.sessions.proxy_header, "")
        return render_not_enrolled(context, proxy_user) if proxy_user else _render_sign_in(context)

    def render_emails(view: AddressFormView) -> Response:
        return context.render_page("Your emails", pages.render_sign_in_emails, view)

    @routes.get("/sign-in/emails")
    def show_emails() -> Response:
        return render_emails(AddressFormView())

    @routes.post("/sign-in/emails")
    def submit_emails_request() -> Response:
        address = read_form(SignInLinkForm).address
        if not is_single_address(address):
            fault = FieldProblem(field="address", words=NOT_ONE_ADDRESS)
            return render_emails(AddressFormView(address=address, faults=(fault,)))
        request_email_history(context.app, address, context.browser_session.id)
        return context.redirect_to("/sign-in/emails/asked")

    @routes.get("/sign-in/emails/asked")
    def show_emails_asked() -> Response:
        return render_emails(AddressFormView(asked=True))

    if portal.sign_in is SignInMethod.LINK:
        _add_link_routes(context, routes)
    return routes


def _add_link_routes(context: PortalContext, routes: Blueprint) -> None:
    @routes.post("/sign-in")
    def submit_link_request() -> Response:
        form = read_form(SignInLinkForm)
        # Of an id that is nobody's, no more is said than of such an address.
        address = context.app.config.district.find_office_address(form.to) or form.address
        if not (form.to or is_single_address(address)):
            return _render_sign_in(
                context, address, (FieldProblem(field="address", words=NOT_ONE_ADDRESS),)
            )
        request_sign_in_link(context.app, address, context.browser_session.id)
        return context.redirect_to("/sign-in/link")

    @routes.get("/sign-in/link")
    def show_link_sent() -> Response:
        return _render_code_page(context)

    @routes.get("/sign-in/<code>")
    def show_link(code: str) -> Response:
        view = SignInConfirmView(action="/sign-in/link", fields={"code": code})
        return context.render_page("Sign in", pages.render_sign_in_confirm, view)

    @routes.post("/sign-in/link")
    def submit_link() -> Response:
        typed, visit = read_pasted_code(), context.browser_session.id
        used = (
            redeem_sign_in_code(context.app, typed, visit)
            if DIGITS.fullmatch(typed)
            else redeem_sign_in_link(context.app, typed, visit)
        )
        if isinstance(used, SignInRefusal):
            LOG.info("sign_in_refused", extra={"reason": used.name.lower()})
        if used is SignInRefusal.ELSEWHERE:
            return _render_code_page(context, (FieldProblem(field="code", words=OTHER_BROWSER),))
        if used is SignInRefusal.WRONG_CODE:
            return _render_code_page(context, (FieldProblem(field="code", words=WRONG_CODE),))
        if isinstance(used, SignInRefusal):
            raise Gone
        wanted, form = context.find_wanted_path(), read_form(SignInCodeForm)
        context.sign_in(used, AuthMethod.LINK, is_remembered=form.remember)
        # Another tab may have wanted another page since: what the button said counts.
        opened = _open_case(context, form.opens)
        return context.redirect_to(opened or wanted or url_for("front.redirect_home"))


def _open_case(context: PortalContext, case_id: str) -> str:
    """Write the look down that a reviewer pressed for as they signed in; return where it is."""
    principal = context.require_principal()
    if not case_id or Role.REVIEWER not in principal.roles:
        return ""
    reviewer = Reviewer(address=principal.mail, person_id=principal.person_id)
    # The page of the case says why it is not open.
    with suppress(InputError, NotPermittedError):
        record_case_views(context.app, reviewer, (case_id,))
    return url_for("review.show_case", case_id=case_id)


def render_not_enrolled(context: PortalContext, mail: str) -> Response:
    """Say that a proven address belongs to no account here."""
    LOG.info("sign_in_refused", extra={"reason": "not-enrolled"})
    return context.render_page(
        "You have not joined", pages.render_unknown_address, mail, HTTPStatus.FORBIDDEN
    )


def _render_sign_in(
    context: PortalContext,
    address: str = "",
    faults: tuple[FieldProblem, ...] = (),
    to: str = "",
) -> Response:
    portal = context.app.config.portal
    view = SignInView(
        lapsed=context.browser_session.lapsed,
        by_link=portal.sign_in is SignInMethod.LINK,
        provider=portal.provider if portal.sign_in is SignInMethod.OIDC else "",
        to=to,
        address=address,
        faults=faults,
    )
    return context.render_page("Sign in", pages.render_sign_in, view)


def _render_code_page(context: PortalContext, faults: tuple[FieldProblem, ...] = ()) -> Response:
    wanted = WANTED_CASE.fullmatch(context.find_wanted_path())
    opens = wanted["id"] if wanted else ""
    view = replace(build_emailed_code_view(context), faults=faults, opens=opens)
    return context.render_page("Check your email", pages.render_sign_in_code, view)


def build_emailed_code_view(context: PortalContext) -> EmailedCodeView:
    """Say how long a code lasts, and whether email is late now."""
    return EmailedCodeView(
        minutes=int(CODE_LASTS.total_seconds() // 60),
        # Emails of this kind are left out, or they would tell who may sign in.
        is_late=context.app.db.email_counts.is_any_refused_now(but=EmailKind.SIGN_IN_LINK),
    )


ALGORITHMS: Final = ["RS256", "ES256"]
SCOPE: Final = "openid email"
LEEWAY_SECONDS: Final = 60
# The issuers of Microsoft Entra, one for each tenant.
ENTRA_ISSUERS: Final = "https://login.microsoftonline.com/"
TIMEOUT_SECONDS: Final = 10
PROOF_REJECTED: Final = NotPermittedError(
    "The provider's answer does not prove who this is: try again."
)


class OAuthResponse(Protocol):
    status_code: int

    def json(self) -> object: ...


class OAuthSession(Protocol):
    """What we use of the library's own client."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def create_authorization_url(self, url: str, **options: str) -> tuple[str, str]: ...
    def fetch_token(self, url: str, **options: object) -> Mapping[str, object]: ...
    def request(self, method: str, url: str, **options: object) -> OAuthResponse: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAttempt:
    """What only the asking browser knows of one attempt to sign in."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """`back` is our own address to which it sends people."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    now: Callable[[], datetime]

    def __post_init__(self) -> None:
        try:
            import authlib.integrations.requests_client  # noqa: F401, PLC0415 - only where it is used
            import joserfc.jwt  # noqa: F401, PLC0415 - likewise
        except ImportError:
            reason = "Signing in with accounts needs authlib and joserfc: install requirements.txt."
            raise ConfigError(reason) from None

    def build_authorization_url(self, attempt: SignInAttempt) -> str:
        """Return the address at which the provider asks who one is."""
        with self._open_session() as session:
            endpoint = self._find_endpoint(session, "authorization_endpoint")
            address, _ = session.create_authorization_url(
                endpoint, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier
            )
        return str(address)

    def fetch_verified_email(self, code: str, attempt: SignInAttempt) -> str:
        """Trade a code for the mail address it proves. Raises NotPermittedError."""
        with self._open_session() as session:
            token = self._exchange_code(session, code, attempt)
            keys = self._fetch_json(session, self._find_endpoint(session, "jwks_uri"))
        claims = self._verify_id_token(token.get("id_token"), keys, attempt.nonce)
        mail = claims.get("email")
        # An address that people may type into their own account proves nothing.
        if not isinstance(mail, str) or not self._is_verified(claims):
            raise PROOF_REJECTED
        return mail

    def _is_verified(self, claims: Mapping[str, Any]) -> bool:
        """Tell whether the provider vouches for the address.

        Some write the claim as a word; all else, and none at all, is no proof. Microsoft has a
        claim of its own instead: the owner of the address's domain is verified in this tenant.
        """
        verified = claims.get("email_verified")
        if verified is None and self.issuer.startswith(ENTRA_ISSUERS):
            owner = claims.get("xms_edov")
            return owner is True or (isinstance(owner, (int, str)) and str(owner) in {"1", "true"})
        return verified is True or verified == "true"

    def _verify_id_token(
        self, id_token: object, keys: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        from joserfc import jwt  # noqa: PLC0415 - as above
        from joserfc.errors import JoseError  # noqa: PLC0415 - likewise
        from joserfc.jwk import KeySet  # noqa: PLC0415 - likewise

        registry = jwt.JWTClaimsRegistry(
            now=int(self.now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            token = jwt.decode(
                str(id_token),
                KeySet.import_key_set({"keys": keys.get("keys", [])}),
                algorithms=ALGORITHMS,
            )
            registry.validate(token.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise PROOF_REJECTED from error
        if token.claims.get("azp", self.client_id) != self.client_id:
            raise PROOF_REJECTED
        return dict(token.claims)

    def _open_session(self) -> OAuthSession:
        from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415 - as above

        session = OAuth2Session(
            self.client_id,
            self.client_secret,
            scope=SCOPE,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )
        session.trust_env = False
        return cast("OAuthSession", session)

    def _exchange_code(
        self, session: OAuthSession, code: str, attempt: SignInAttempt
    ) -> dict[str, Any]:
        endpoint = self._find_endpoint(session, "token_endpoint")
        try:
            token = session.fetch_token(
                endpoint, code=code, code_verifier=attempt.verifier, timeout=TIMEOUT_SECONDS
            )
        except OSError as error:
            raise _build_unreachable_error(self.issuer) from error
        except Exception as error:  # each provider has its own words for no
            raise PROOF_REJECTED from error
        return dict(token)

    def _find_endpoint(self, session: OAuthSession, what: str) -> str:
        document = self._fetch_json(session, f"{self.issuer.rstrip('/')}{DISCOVERY_PATH}")
        address = document.get(what)
        # An address that the provider's own description names, and yet never one without TLS.
        if document.get("issuer") != self.issuer or not _is_secure_as_issuer(address, self.issuer):
            raise PROOF_REJECTED
        return str(address)

    def _fetch_json(self, session: OAuthSession, address: str) -> dict[str, Any]:
        try:
            answer = session.request(
                "GET", address, withhold_token=True, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
            if answer.status_code != HTTPStatus.OK:
                raise _build_unreachable_error(self.issuer)
            document = answer.json()
        except (OSError, ValueError) as error:
            raise _build_unreachable_error(self.issuer) from error
        return document if isinstance(document, dict) else {}


def _is_secure_as_issuer(address: object, issuer: str) -> bool:
    scheme = urlsplit(str(address)).scheme
    return isinstance(address, str) and scheme in {"https", urlsplit(issuer).scheme}


def _build_unreachable_error(issuer: str) -> UnavailableError:
    return UnavailableError(f"{issuer} cannot be reached, or does not answer as a provider does.")


ATTEMPT_COOKIE: Final = "namesake-attempt"
UNPROVEN_VIEW: Final = ErrorPageView(
    title="We could not sign you in",
    what="The answer from your school account does not prove who you are. Try again. "
    "If it happens again, email the address below.",
    status=HTTPStatus.FORBIDDEN,
)


class ProviderAnswer(RememberForm, frozen=True, kw_only=True):
    """What the provider sends along in our address, and our form then sends again."""

    code: str = ""
    state: str = ""


def bind_account_routes(provider: IdentityProvider) -> Callable[[PortalContext], Blueprint]:
    def build_routes(context: PortalContext) -> Blueprint:
        return _build_account_routes(context, provider)

    return build_routes


def _build_account_routes(context: PortalContext, provider: IdentityProvider) -> Blueprint:
    routes = Blueprint("account", __name__)

    @routes.get("/sign-in/account")
    def start_account_sign_in() -> Response:
        draw = context.app.ids.new_code
        attempt = SignInAttempt(state=draw(), nonce=draw(), verifier=draw() + draw())
        response = Response(status=HTTPStatus.FOUND)
        response.headers["Location"] = provider.build_authorization_url(attempt)
        visit, begun = context.browser_session.id, [attempt.state, attempt.nonce, attempt.verifier]
        context.sessions.set_signed_cookie(response, ATTEMPT_COOKIE, [visit, *begun])
        return response

    @routes.get(CALLBACK_PATH)
    def show_account_return() -> Response:
        answer = read_query(ProviderAnswer)
        _load_attempt(context, answer.state)
        fields = {"code": answer.code, "state": answer.state}
        view = SignInConfirmView(action=CALLBACK_PATH, fields=fields)
        return context.render_page("Sign in", pages.render_sign_in_confirm, view)

    @routes.post(CALLBACK_PATH)
    def submit_account_return() -> Response:
        answer = read_form(ProviderAnswer)
        attempt = _load_attempt(context, answer.state)
        try:
            mail = provider.fetch_verified_email(answer.code, attempt)
        except NotPermittedError:
            LOG.info("sign_in_refused", extra={"reason": "not-proven"})
            return context.render_page(
                UNPROVEN_VIEW.title, pages.render_error_page, UNPROVEN_VIEW, HTTPStatus.FORBIDDEN
            )
        reader = find_account_id(context.app, mail)
        if not reader:
            return render_not_enrolled(context, mail)
        wanted = context.find_wanted_path()
        context.sign_in(reader, AuthMethod.OIDC, is_remembered=answer.remember)
        return context.redirect_to(wanted or url_for("front.redirect_home"))

    return routes


def _load_attempt(context: PortalContext, state: str) -> SignInAttempt:
    """Return the attempt that this visit began; one of another browser, or none, is over."""
    match context.sessions.read_signed_cookie(request, ATTEMPT_COOKIE):
        case [visit, begun, nonce, verifier] if visit == context.browser_session.id:
            if hmac.compare_digest(begun.encode(), state.encode()):
                return SignInAttempt(state=begun, nonce=nonce, verifier=verifier)
    raise Gone
