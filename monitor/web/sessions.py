"""One browser's session, in a signed cookie that no script can read.

The cookie names the session and says when it was last seen, so that reading a page changes
nothing that is stored. Signing in, or out, always makes a new one.
"""

import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from flask import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from monitor.app import App
from monitor.domain.person import AuthMethod, Principal
from monitor.services.auth import (
    IDLE_LASTS,
    end_session,
    find_account_id,
    find_vouched_principal,
    load_principal,
    start_session,
)

SESSION_COOKIE: Final = "namesake"
NOTICE_COOKIE: Final = "namesake-notice"
REFRESH_AFTER: Final = timedelta(minutes=1)


def _build_signer(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="visit", signer_kwargs={"digest_method": sha256})


@dataclass(slots=True, kw_only=True)
class BrowserSession:
    """`id` is empty unless `principal` is signed in. `lapsed` says that the session expired."""

    id: str
    principal: Principal | None = None
    notice: str = ""
    lapsed: bool = False
    stale: bool = True


def _find_invited_principal(session: BrowserSession) -> Principal | None:
    """Return who opened an invitation: no proxy knows them yet, and their code proves them."""
    return session.principal if session.principal and session.principal.invitation_id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSessions:
    """`secure` is false on loopback only, where there is no TLS and no network.

    `proxy_header` is where a trusted proxy names the user; empty without such a proxy.
    """

    secret: bytes
    secure: bool
    proxy_header: str = ""
    app: App
    signer: URLSafeSerializer = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signer", _build_signer(self.secret))

    def load_session(self, request: Request) -> BrowserSession:
        """Tell whose visit it is, and change nothing."""
        session = self._load_from_cookie(request)
        if self.proxy_header:
            session.principal = self._find_proxy_principal(request) or _find_invited_principal(
                session
            )
        return session

    def _find_proxy_principal(self, request: Request) -> Principal | None:
        return find_vouched_principal(self.app, request.headers.get(self.proxy_header, ""))

    def _load_from_cookie(self, request: Request) -> BrowserSession:
        seen = self._load_signed_value(request.cookies.get(self.cookie_name, ""))
        match seen:
            case [str(visit_id), int(stamp)]:
                age = self.app.clock.now() - datetime.fromtimestamp(stamp, UTC)
            case _:
                return self._create_session()
        principal = load_principal(self.app, visit_id)
        if age >= IDLE_LASTS:
            return self._create_session(lapsed=principal is not None)
        return BrowserSession(
            id=visit_id,
            principal=principal,
            notice=self._read_notice(request, visit_id),
            stale=age > REFRESH_AFTER,
        )

    def build_csrf_token(self, session: BrowserSession) -> str:
        return hmac.new(self.secret, f"csrf {session.id}".encode(), "sha256").hexdigest()

    def sign_in(self, session: BrowserSession, account_id: str, method: AuthMethod) -> None:
        """Sign a person in under a new ID."""
        if session.principal is not None:
            end_session(self.app, session.id)
        session.id = start_session(self.app, account_id, method)
        session.principal = load_principal(self.app, session.id)
        session.stale = True

    def is_still_valid(self, session: BrowserSession) -> bool:
        """Tell whether who was let in still would be, while an answer outlasts its request."""
        was = session.principal
        if was is not None and was.auth_method is AuthMethod.HEADER:
            return find_account_id(self.app, was.mail) == was.reader_id
        return load_principal(self.app, session.id) is not None

    def sign_out(self, session: BrowserSession) -> None:
        end_session(self.app, session.id)
        fresh = self._create_session()
        session.id, session.principal, session.stale = fresh.id, None, True

    def set_session_cookie(self, session: BrowserSession, response: Response) -> None:
        """Send the cookie along, unless the browser has one that will do."""
        if session.stale:
            value = self.signer.dumps([session.id, int(self.app.clock.now().timestamp())])
            self._set_cookie(response, SESSION_COOKIE, value)
        # A page says it; on the way through other addresses it is not lost.
        if session.notice and not response.location:
            response.delete_cookie(
                self._prefix_cookie_name(NOTICE_COOKIE),
                secure=self.secure,
                httponly=True,
                samesite="Lax",
            )

    def set_signed_cookie(self, response: Response, name: str, values: list[str]) -> None:
        """Give this browser something to keep until it closes, which only we can have written."""
        self._set_cookie(response, name, self.signer.dumps(values))

    def read_signed_cookie(self, request: Request, name: str) -> list[str]:
        """Return what this browser was given to keep; nothing where it was not."""
        values = self._load_signed_value(request.cookies.get(self._prefix_cookie_name(name), ""))
        return list(map(str, values)) if isinstance(values, list) else []

    def set_notice(self, session: BrowserSession, response: Response, notice: str) -> None:
        """Show a notice on the next page. It must not contain personal data."""
        self._set_cookie(response, NOTICE_COOKIE, self.signer.dumps([session.id, notice]))
        session.notice = ""

    def _read_notice(self, request: Request, visit_id: str) -> str:
        match self._load_signed_value(
            request.cookies.get(self._prefix_cookie_name(NOTICE_COOKIE), "")
        ):
            case [str(whose), str(words)] if whose == visit_id:
                return words
        return ""

    def _create_session(self, *, lapsed: bool = False) -> BrowserSession:
        return BrowserSession(id=self.app.ids.new_code(), lapsed=lapsed)

    def _load_signed_value(self, value: str) -> object:
        try:
            return self.signer.loads(value)
        except BadSignature:
            return None

    @property
    def cookie_name(self) -> str:
        return self._prefix_cookie_name(SESSION_COOKIE)

    def _prefix_cookie_name(self, name: str) -> str:
        """Have browsers refuse the cookie from any other host, where they can be asked to."""
        return f"__Host-{name}" if self.secure else name

    def _set_cookie(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            self._prefix_cookie_name(name),
            value,
            secure=self.secure,
            httponly=True,
            samesite="Lax",
            path="/",
        )
