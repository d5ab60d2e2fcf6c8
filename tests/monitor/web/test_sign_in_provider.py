"""What a provider's answer must prove before it is believed. The real one is in tests/real."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

import pytest
from authlib.integrations import requests_client
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from monitor.domain.errors import NotPermittedError, UnavailableError
from monitor.web.sign_in import ENTRA_ISSUERS, IdentityProvider, SignInAttempt

ISSUER = "https://accounts.cedarvalley.example"
CLIENT = "namesake"
NOW = datetime(2026, 9, 14, 12, tzinfo=UTC)
SOON = int(NOW.timestamp()) + 300
KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})
OTHER = RSAKey.generate_key(2048, parameters={"kid": "one"})
CURVE = ECKey.generate_key("P-256", parameters={"kid": "two"})
ATTEMPT = SignInAttempt(state="state", nonce="nonce", verifier="v" * 43)
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "maria",
    "nonce": "nonce",
    "iat": int(NOW.timestamp()),
    "exp": SOON,
    "email": "maria.delgado@cedarvalley.example",
    "email_verified": True,
}
DESCRIPTION = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}


@dataclass
class Answer:
    told: Any
    status_code: int = 200

    def json(self) -> Any:
        return self.told


@dataclass
class Session:
    """The library's client, in front of a provider that says what a test tells it to."""

    token: str = ""
    description: dict[str, Any] = field(default_factory=lambda: dict(DESCRIPTION))
    status: int = 200

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing was opened."""

    def request(self, _method: str, url: str, **_told: Any) -> Answer:
        if url.endswith("/keys"):
            keys = KeySet([KEY, CURVE]).as_dict(private=False)
            return Answer(keys, self.status)
        return Answer(self.description, self.status)

    def fetch_token(self, _url: str, **_told: Any) -> dict[str, Any]:
        return {"id_token": self.token}


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch):
    def answer(session: Session) -> IdentityProvider:
        monkeypatch.setattr(requests_client, "OAuth2Session", lambda *_a, **_k: session)
        return IdentityProvider(
            issuer=ISSUER,
            client_id=CLIENT,
            client_secret="secret",
            redirect_uri="https://namesake.cedarvalley.example/sign-in/account/back",
            now=lambda: NOW,
        )

    return answer


def signed(key: Any = KEY, alg: str = "RS256", **changes: Any) -> str:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    header = {"alg": alg, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[alg])


@pytest.mark.parametrize(("key", "alg"), [(KEY, "RS256"), (CURVE, "ES256")])
def test_a_token_of_the_provider_proves_an_address(answering, key, alg):
    provider = answering(Session(signed(key, alg)))

    assert provider.fetch_verified_email("code", ATTEMPT) == CLAIMS["email"]


def test_a_provider_may_write_in_words_that_the_address_is_verified(answering):
    provider = answering(Session(signed(email_verified="true")))

    assert provider.fetch_verified_email("code", ATTEMPT) == CLAIMS["email"]


@pytest.mark.parametrize(
    ("owner", "verified", "proven"),
    [
        (True, None, True),
        (1, None, True),
        ("true", None, True),
        (False, None, False),
        (None, None, False),
        (True, False, False),
        ([True], None, False),
    ],
)
def test_entra_vouches_for_an_address_by_the_owner_of_its_domain(
    answering, owner, verified, proven
):
    tenant = f"{ENTRA_ISSUERS}d3a1/v2.0"
    token = signed(iss=tenant, email_verified=verified, xms_edov=owner)
    described = {name: text.replace(ISSUER, tenant) for name, text in DESCRIPTION.items()}
    provider = replace(answering(Session(token, described)), issuer=tenant)

    if proven:
        assert provider.fetch_verified_email("code", ATTEMPT) == CLAIMS["email"]
    else:
        with pytest.raises(NotPermittedError):
            provider.fetch_verified_email("code", ATTEMPT)


@pytest.mark.parametrize(
    "changes",
    [
        {"email_verified": None, "xms_edov": True},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"exp": int(NOW.timestamp()) - 120},
        {"exp": None},
        {"iat": SOON},
        {"sub": None},
        {"email": None},
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": "True "},
        {"email_verified": 1},
        {"email_verified": ["true"]},
        {"email_verified": None},
        {"email": ["maria.delgado@cedarvalley.example"]},
    ],
)
def test_a_token_that_says_something_else_proves_nothing(answering, changes):
    with pytest.raises(NotPermittedError):
        answering(Session(signed(**changes))).fetch_verified_email("code", ATTEMPT)


def test_a_token_of_another_key_proves_nothing(answering):
    with pytest.raises(NotPermittedError):
        answering(Session(signed(OTHER))).fetch_verified_email("code", ATTEMPT)


def test_a_token_that_is_signed_with_a_password_proves_nothing(answering):
    password = OctKey.import_key("secret" * 6, {"kid": "one"})

    with pytest.raises(NotPermittedError):
        answering(Session(signed(password, "HS256"))).fetch_verified_email("code", ATTEMPT)


@pytest.mark.parametrize("token", ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "None"])
def test_a_token_without_a_signature_proves_nothing(answering, token):
    with pytest.raises(NotPermittedError):
        answering(Session(token)).fetch_verified_email("code", ATTEMPT)


@pytest.mark.parametrize(
    "changes",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "http://accounts.example/token"}],
)
def test_a_description_of_another_provider_or_without_tls_is_not_followed(answering, changes):
    session = Session(signed(), description={**DESCRIPTION, **changes})

    with pytest.raises(NotPermittedError):
        answering(session).fetch_verified_email("code", ATTEMPT)


def test_a_provider_that_is_down_is_no_refusal(answering):
    with pytest.raises(UnavailableError):
        answering(Session(signed(), status=503)).fetch_verified_email("code", ATTEMPT)
