"""The district's own accounts, by OpenID Connect: the one thing that the pages ask of anybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Protocol, Self, cast
from urllib.parse import urlsplit

from monitor.errors import ConfigError, NotPermittedError, UnavailableError

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
            reason = "Signing in with accounts needs more: install Namesake with '.[oidc]'."
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
        # Whoever may type any address into their own account proves nothing by it.
        if not isinstance(mail, str) or claims.get("email_verified") is False:
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
