"""Sign in by an emailed link, or with the district's own accounts (OpenID Connect).

Reading a page, by anybody, spends nothing and changes nothing: so each way in ends with a press.
"""

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Protocol, Self, cast
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from werkzeug.exceptions import Gone

from monitor.config import SignIn
from monitor.domain.person import Way
from monitor.errors import ConfigError, NotPermittedError, UnavailableError
from monitor.services.auth import LINK_LASTS, Refused
from monitor.web.context import WebDesk, pasted_code
from reports.pages import account as documents
from reports.pages import account as refusal
from reports.pages.account import CodeView, RefusalView, SignInView, StrangerView
from reports.pages.account import SignInPressView as PressView
from reports.pages.layout import Fault
from reports.sanitize import one_address

LOG = logging.getLogger(__name__)
NOT_ONE: Final = "Enter one email address, such as name@school.example"
ELSEWHERE: Final = (
    "You asked for this link in another browser. Open it there, or ask for a new one here"
)


def sign_in(desk: WebDesk) -> Blueprint:
    routes = Blueprint("sign_in", __name__)
    portal = desk.service.config.portal

    @routes.get("/sign-in")
    def begin() -> Response:
        if not desk.visits.header:
            return _page(desk)
        if desk.visit.principal:
            return desk.done("/")
        vouched = request.headers.get(desk.visits.header, "")
        return stranger(desk, vouched) if vouched else _page(desk)

    if portal.sign_in is SignIn.LINK:
        _by_link(desk, routes)
    return routes


def _by_link(desk: WebDesk, routes: Blueprint) -> None:
    @routes.post("/sign-in")
    def ask() -> Response:
        address = request.form.get("address", "").strip()
        if not one_address(address):
            return _page(desk, address, (Fault(field="address", words=NOT_ONE),))
        desk.service.signing_in.ask(address, desk.visit.id)
        return desk.done("/sign-in/link")

    @routes.get("/sign-in/link")
    def sent() -> Response:
        return _code_page(desk)

    @routes.get("/sign-in/<code>")
    def open_link(code: str) -> Response:
        view = PressView(action="/sign-in/link", fields={"code": code})
        return desk.page("Sign in", documents.render_press_sign_in, view)

    @routes.post("/sign-in/link")
    def use() -> Response:
        used = desk.service.signing_in.use(pasted_code(), desk.visit.id)
        if isinstance(used, Refused):
            LOG.info("sign_in_refused reason=%s", used.name.lower())
        if used is Refused.ELSEWHERE:
            return _code_page(desk, (Fault(field="code", words=ELSEWHERE),))
        if isinstance(used, Refused):
            raise Gone
        desk.enter(used, Way.LINK)
        return desk.done("/")


def stranger(desk: WebDesk, mail: str) -> Response:
    """Tell somebody who proved an address that it is nobody's here."""
    LOG.info("sign_in_refused reason=not-enrolled")
    view = StrangerView(mail=mail)
    return desk.page("You have not joined", documents.render_stranger, view, HTTPStatus.FORBIDDEN)


def _page(desk: WebDesk, address: str = "", faults: tuple[Fault, ...] = ()) -> Response:
    portal = desk.service.config.portal
    view = SignInView(
        lapsed=desk.visit.lapsed,
        by_link=portal.sign_in is SignIn.LINK,
        provider=portal.provider if portal.sign_in is SignIn.OIDC else "",
        address=address,
        faults=faults,
    )
    return desk.page("Sign in", documents.render_sign_in, view, _status(faults))


def _code_page(desk: WebDesk, faults: tuple[Fault, ...] = ()) -> Response:
    view = CodeView(minutes=int(LINK_LASTS.total_seconds() // 60), faults=faults)
    return desk.page("Check your email", documents.render_code, view, _status(faults))


def _status(faults: tuple[Fault, ...]) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


try:
    from authlib.integrations.requests_client import OAuth2Session
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet
except ImportError:
    OAuth2Session = None

ALGORITHMS: Final = ["RS256", "ES256"]
DISCOVERY: Final = "/.well-known/openid-configuration"
SCOPE: Final = "openid email"
LEEWAY_SECONDS: Final = 60
PATIENCE: Final = 10
REFUSED: Final = NotPermittedError("The provider's answer does not prove who this is: try again.")


class Answer(Protocol):
    status_code: int

    def json(self) -> object: ...


class Session(Protocol):
    """What we use of the library's own client."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def create_authorization_url(self, url: str, **told: str) -> tuple[str, str]: ...
    def fetch_token(self, url: str, **told: object) -> Mapping[str, object]: ...
    def request(self, method: str, url: str, **told: object) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What only the asking browser knows of one attempt to sign in."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """`back` is our own address to which it sends people."""

    issuer: str
    client: str
    secret: str
    back: str
    now: Callable[[], datetime]

    def __post_init__(self) -> None:
        if OAuth2Session is None:
            reason = "Signing in with accounts needs authlib and joserfc: install requirements.txt."
            raise ConfigError(reason)

    def way_in(self, attempt: Attempt) -> str:
        """Return the address at which the provider asks who one is."""
        with self._session() as session:
            endpoint = self._described(session, "authorization_endpoint")
            address, _ = session.create_authorization_url(
                endpoint, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier
            )
        return str(address)

    def address_of(self, code: str, attempt: Attempt) -> str:
        """Trade a code for the mail address it proves. Raises NotPermittedError."""
        with self._session() as session:
            token = self._traded(session, code, attempt)
            keys = self._json(session, self._described(session, "jwks_uri"))
        claims = self._proven(token.get("id_token"), keys, attempt.nonce)
        mail = claims.get("email")
        verified = claims.get("email_verified")
        # Whoever may type any address into their own account proves nothing by it. Some providers
        # write the claim as a word; all else, and none at all, is no proof.
        if not isinstance(mail, str) or not (verified is True or verified == "true"):
            raise REFUSED
        return mail

    def _proven(self, id_token: object, keys: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        registry = jwt.JWTClaimsRegistry(
            now=int(self.now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client},
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
            raise REFUSED from error
        if token.claims.get("azp", self.client) != self.client:
            raise REFUSED
        return dict(token.claims)

    def _session(self) -> Session:
        session = OAuth2Session(
            self.client,
            self.secret,
            scope=SCOPE,
            redirect_uri=self.back,
            code_challenge_method="S256",
        )
        session.trust_env = False
        return cast("Session", session)

    def _traded(self, session: Session, code: str, attempt: Attempt) -> dict[str, Any]:
        endpoint = self._described(session, "token_endpoint")
        try:
            token = session.fetch_token(
                endpoint, code=code, code_verifier=attempt.verifier, timeout=PATIENCE
            )
        except OSError as error:
            raise _unreachable(self.issuer) from error
        except Exception as error:  # each provider has its own words for no
            raise REFUSED from error
        return dict(token)

    def _described(self, session: Session, what: str) -> str:
        told = self._json(session, f"{self.issuer.rstrip('/')}{DISCOVERY}")
        address = told.get(what)
        # An address that the provider's own description names, and yet never one without TLS.
        if told.get("issuer") != self.issuer or not _as_safe(address, self.issuer):
            raise REFUSED
        return str(address)

    def _json(self, session: Session, address: str) -> dict[str, Any]:
        try:
            answer = session.request(
                "GET", address, withhold_token=True, timeout=PATIENCE, allow_redirects=False
            )
            if answer.status_code != HTTPStatus.OK:
                raise _unreachable(self.issuer)
            told = answer.json()
        except (OSError, ValueError) as error:
            raise _unreachable(self.issuer) from error
        return told if isinstance(told, dict) else {}


def _as_safe(address: object, issuer: str) -> bool:
    scheme = urlsplit(str(address)).scheme
    return isinstance(address, str) and scheme in {"https", urlsplit(issuer).scheme}


def _unreachable(issuer: str) -> UnavailableError:
    return UnavailableError(f"{issuer} cannot be reached, or does not answer as a provider does.")


ATTEMPT: Final = "namesake-attempt"
BACK: Final = "/sign-in/account/back"
UNPROVEN: Final = RefusalView(
    title="We could not sign you in",
    what="The answer from your school account does not prove who you are. Try again. "
    "If it happens again, email the address below.",
    status=HTTPStatus.FORBIDDEN,
)


def account(provider: Provider) -> Callable[[WebDesk], Blueprint]:
    def family(desk: WebDesk) -> Blueprint:
        return _routes(desk, provider)

    return family


def _routes(desk: WebDesk, provider: Provider) -> Blueprint:
    routes = Blueprint("account", __name__)

    @routes.get("/sign-in/account")
    def leave() -> Response:
        draw = desk.service.admitting.new_code
        attempt = Attempt(state=draw(), nonce=draw(), verifier=draw() + draw())
        response = Response(status=HTTPStatus.FOUND)
        response.headers["Location"] = provider.way_in(attempt)
        kept = [desk.visit.id, attempt.state, attempt.nonce, attempt.verifier]
        desk.visits.lend(response, ATTEMPT, kept)
        return response

    @routes.get(BACK)
    def back() -> Response:
        _attempt(desk, request.args.get("state", ""))
        fields = {name: request.args.get(name, "") for name in ("code", "state")}
        view = PressView(action=BACK, fields=fields)
        return desk.page("Sign in", documents.render_press_sign_in, view)

    @routes.post(BACK)
    def enter() -> Response:
        attempt = _attempt(desk, request.form.get("state", ""))
        try:
            mail = provider.address_of(request.form.get("code", ""), attempt)
        except NotPermittedError:
            LOG.info("sign_in_refused reason=not-proven")
            return desk.page(UNPROVEN.title, refusal.render_refusal, UNPROVEN, HTTPStatus.FORBIDDEN)
        reader = desk.service.admitting.known(mail)
        if not reader:
            return stranger(desk, mail)
        desk.enter(reader, Way.OIDC)
        return desk.done("/")

    return routes


def _attempt(desk: WebDesk, state: str) -> Attempt:
    """Return the attempt that this visit began; one of another browser, or none, is over."""
    match desk.visits.lent(request, ATTEMPT):
        case [visit, begun, nonce, verifier] if visit == desk.visit.id:
            if hmac.compare_digest(begun.encode(), state.encode()):
                return Attempt(state=begun, nonce=nonce, verifier=verifier)
    raise Gone
