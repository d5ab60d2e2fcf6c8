"""Keys and tokens, added to a request at the last moment and for one origin only.

Tokens that a service gives to an application for its key are held in memory, and nowhere else. The
grant is `client_credentials` (RFC 6749, section 4.4): the token speaks for no person.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from scrapers.http.clock import Clock
from scrapers.http.ssrf_guard import RequestTarget
from scrapers.models import Outcome, Page, ParseResult, Request
from scrapers.parsers.block_detection import build_unreadable_result, detect_refusal
from scrapers.parsers.json_fields import (
    ShapeError,
    get_optional_count,
    parse_json,
    require_object,
    require_text,
)
from scrapers.source import AppTokenSpec, SecretPlace

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What one origin wants to see, in headers or in the query; never shown."""

    headers: Pairs = field(default=(), repr=False)
    params: Pairs = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCredential:
    """The key of an application, and where it is exchanged for a token; never shown."""

    client_id: str = field(repr=False)
    secret: str = field(repr=False)
    token: AppTokenSpec
    header: str
    prefix: str


NO_CREDENTIAL = Credential()


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Origins (`https://host`) with the credential that goes there and nowhere else.

    `missing` are those that answer no one without one that we do not have. `apps` are those that
    want a token, which the client asks for.
    """

    by_origin: Mapping[str, Credential] = field(default_factory=dict, repr=False)
    missing: frozenset[str] = frozenset()
    apps: Mapping[str, AppCredential] = field(default_factory=dict, repr=False)

    def get_credential(self, target: RequestTarget) -> Credential:
        return self.by_origin.get(target.origin, NO_CREDENTIAL)

    def add_credential_params(self, target: RequestTarget) -> RequestTarget:
        """Add the parameters that its origin wants."""
        params = self.get_credential(target).params
        if not params:
            return target
        mark = "&" if "?" in target.path else "?"
        return replace(target, path=f"{target.path}{mark}{urlencode(params)}")

    def strip_credential_params(self, target: RequestTarget) -> RequestTarget:
        """Take such parameters off again: a server may echo them in a redirect."""
        secret = {name for name, _ in self.get_credential(target).params}
        path, mark, query = target.path.partition("?")
        if not secret or not mark:
            return target
        pairs = parse_qsl(query, keep_blank_values=True)
        kept = urlencode([pair for pair in pairs if pair[0] not in secret])
        return replace(target, path=f"{path}?{kept}" if kept else path)


# A token is renewed before it ends, and is not believed to last longer than this.
RENEWED_BEFORE = timedelta(minutes=1)
LONGEST_LIFE = timedelta(days=1)
# A service that does not say how long a token lasts.
USUAL_LIFE = timedelta(hours=1)
# Each query would else try a key again that was refused.
FAILURE_LASTS = timedelta(minutes=10)
KEY_REFUSED = "key-refused"
NO_TOKEN = "no-token"  # noqa: S105 - a sentence
_REFUSALS = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_FORM = ("content-type", "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True, kw_only=True)
class _TokenState:
    """A token, or why there is none, until it has to be asked for again."""

    until: datetime
    headers: Pairs = field(default=(), repr=False)
    failure: ParseResult | None = None


@dataclass(slots=True)
class AppTokenStore:
    """Tokens by the origin that wants them. Two threads may both ask; the last answer stays."""

    credentials: Credentials
    clock: Clock
    _states: dict[str, _TokenState] = field(init=False, default_factory=dict, repr=False)

    def build_token_request(self, origin: str) -> Request | None:
        """Return what to ask for a token; None where none is wanted, or one is known."""
        app = self.credentials.apps.get(origin)
        if app is None or self._get_state(origin) is not None:
            return None
        fields = {"grant_type": "client_credentials"}
        headers = [_FORM, ("accept", "application/json")]
        if app.token.secret_in is SecretPlace.BODY:
            fields |= {"client_id": app.client_id, "client_secret": app.secret}
        else:
            pair = b64encode(f"{app.client_id}:{app.secret}".encode()).decode()
            headers.append(("authorization", f"Basic {pair}"))
        return Request(url=app.token.url, headers=tuple(headers), hops=0, body=urlencode(fields))

    def record_answer(self, origin: str, answer: object) -> None:
        app, now = self.credentials.apps[origin], self.clock.now()
        read = _parse_token(answer)
        if isinstance(read, ParseResult):
            until = max(read.retry_at or now, now + FAILURE_LASTS)
            self._states[origin] = _TokenState(until=until, failure=read)
            return
        token, life = read
        headers = [(app.header, f"{app.prefix}{token}")]
        if app.token.id_header:
            headers.append((app.token.id_header, app.client_id))
        self._states[origin] = _TokenState(
            until=now + min(life, LONGEST_LIFE) - RENEWED_BEFORE, headers=tuple(headers)
        )

    def get_headers(self, origin: str) -> Pairs:
        state = self._states.get(origin)
        return state.headers if state else ()

    def get_failure(self, origin: str) -> ParseResult | None:
        state = self._get_state(origin)
        return state.failure if state else None

    def forget_token(self, origin: str) -> None:
        self._states.pop(origin, None)

    def _get_state(self, origin: str) -> _TokenState | None:
        state = self._states.get(origin)
        return state if state and self.clock.now() < state.until else None


def _parse_token(answer: object) -> tuple[str, timedelta] | ParseResult:
    """Return the token and how long it lasts, or why there is none."""
    if isinstance(answer, ParseResult):
        return answer
    if not isinstance(answer, Page):  # a redirect, which a POST does not follow
        return build_unreadable_result(NO_TOKEN)
    if answer.status in _REFUSALS:
        return ParseResult(outcome=Outcome.BLOCKED, note=KEY_REFUSED)
    refused = detect_refusal(answer)
    return _read_token(answer) if refused is None else refused


def _read_token(answer: Page) -> tuple[str, timedelta] | ParseResult:
    try:
        fields = require_object(parse_json(answer), "a token")
        token = require_text(fields, "access_token")
        seconds = get_optional_count(fields, "expires_in")
        life = USUAL_LIFE if seconds is None else timedelta(seconds=min(seconds, 10**9))
    except ShapeError:
        return build_unreadable_result(NO_TOKEN)
    if answer.status != HTTPStatus.OK or not _TOKEN.fullmatch(token):
        return build_unreadable_result(NO_TOKEN)
    return token, life
