"""One browser's session, in a signed cookie that no script can read.

The cookie names the session and says when it was last seen, so that reading a page changes
nothing that is stored. Signing in, or out, always makes a new one. Flask opens the session before
each request and saves it after (`SessionInterface`); `BrowserSessions.identify` says whose it is.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NoReturn, cast

from flask import Flask, Request, Response, request, session
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeSerializer

from monitor.app import App
from monitor.domain.person import Principal
from monitor.domain.vocabulary import AuthMethod
from monitor.services.sessions import (
    IDLE_LASTS,
    REMEMBERED_LASTS,
    end_session,
    find_account_id,
    find_vouched_principal,
    load_principal,
    start_session,
)
from reports.templating import STATIC

SESSION_COOKIE: Final = "namesake"
NOTICE_COOKIE: Final = "namesake-notice"
REFRESH_AFTER: Final = timedelta(minutes=1)


@dataclass(kw_only=True, eq=False)
class BrowserSession(SessionMixin):
    """`id` names the visit; `principal` is who is signed in, once `identify` has looked it up.

    `seen_at` comes from the cookie, None without one. `notice` is for this page, `next_notice` for
    the next; so are `filed` and `next_filed`, findings that an answer filed. `lapsed` says that the
    session expired, `modified` that the cookie has to be sent.

    Flask asks for a mapping. Ours is empty and stays so: nothing else belongs into the cookie.
    """

    id: str
    seen_at: datetime | None = None
    principal: Principal | None = None
    notice: str = ""
    next_notice: str = ""
    filed: tuple[str, ...] = ()
    next_filed: tuple[str, ...] = ()
    lapsed: bool = False
    modified: bool = False

    def __getitem__(self, key: str) -> NoReturn:
        raise KeyError(key)

    def __setitem__(self, key: str, value: object) -> NoReturn:
        message = f"{key!r} cannot be stored in a session: add a field to BrowserSession."
        raise TypeError(message)

    def __delitem__(self, key: str) -> NoReturn:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def get_browser_session() -> BrowserSession:
    """Return the session that `flask.session` stands for; it may outlast its request."""
    found: BrowserSession = cast("Any", session)._get_current_object()  # noqa: SLF001 werkzeug's way
    return found


def _find_invited_principal(session: BrowserSession) -> Principal | None:
    """Return who opened an invitation: no proxy knows them yet, and their code proves them."""
    return session.principal if session.principal and session.principal.invitation_id else None


@dataclass(frozen=True, kw_only=True)
class BrowserSessions(SessionInterface):
    """`secure` is false on loopback only, where there is no TLS and no network.

    `proxy_header` is where a trusted proxy names the user; empty without such a proxy.
    """

    secret: bytes
    secure: bool
    proxy_header: str = ""
    app: App
    signer: URLSafeSerializer = field(init=False)

    def __post_init__(self) -> None:
        signer = URLSafeSerializer(
            self.secret, salt="visit", signer_kwargs={"digest_method": sha256}
        )
        object.__setattr__(self, "signer", signer)

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        """Read the cookies alone: for an error in here, Flask would have no page to show."""
        del app
        match self._load_signed_value(request.cookies.get(self.cookie_name, "")):
            case [str(visit_id), int(stamp)]:
                notice, filed = self._read_notice(request, visit_id)
                return BrowserSession(
                    id=visit_id,
                    seen_at=datetime.fromtimestamp(stamp, UTC),
                    notice=notice,
                    filed=filed,
                )
        return BrowserSession(id=self.app.ids.new_code())

    def identify(self, session: BrowserSession, request: Request) -> None:
        """Look up whose visit it is, and change nothing that is stored."""
        if session.seen_at is None:
            session.modified = True
        else:
            age = self.app.clock.now() - session.seen_at
            principal = load_principal(self.app, session.id)
            is_remembered = principal is not None and principal.is_remembered
            if age >= IDLE_LASTS and not is_remembered:
                self._renew(session)
                session.lapsed = principal is not None
            else:
                session.principal = principal
                session.modified = age > REFRESH_AFTER
        if self.proxy_header:
            session.principal = find_vouched_principal(
                self.app, request.headers.get(self.proxy_header, "")
            ) or _find_invited_principal(session)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie along, unless the browser has one that will do; files of ours need none.

        A request that was refused before `identify` gets no cookie either.
        """
        del app
        if not isinstance(session, BrowserSession) or request.path.startswith(f"{STATIC}/"):
            return
        if session.modified:
            value = self.signer.dumps([session.id, int(self.app.clock.now().timestamp())])
            principal = session.principal
            keep = REMEMBERED_LASTS if principal and principal.is_remembered else None
            self._set_cookie(response, SESSION_COOKIE, value, keep)
        if session.next_notice or session.next_filed:
            value = self.signer.dumps([session.id, session.next_notice, *session.next_filed])
            self._set_cookie(response, NOTICE_COOKIE, value)
        # A page says it; on the way through other addresses it is not lost.
        elif (session.notice or session.filed) and not response.location:
            response.delete_cookie(
                self._prefix_cookie_name(NOTICE_COOKIE),
                secure=self.secure,
                httponly=True,
                samesite="Lax",
            )

    def build_csrf_token(self, session: BrowserSession) -> str:
        return hmac.new(self.secret, f"csrf {session.id}".encode(), "sha256").hexdigest()

    def sign_in(
        self,
        session: BrowserSession,
        account_id: str,
        method: AuthMethod,
        *,
        is_remembered: bool = False,
    ) -> None:
        """Sign a person in under a new ID."""
        if session.principal is not None:
            end_session(self.app, session.id)
        session.id = start_session(self.app, account_id, method, is_remembered=is_remembered)
        session.principal = load_principal(self.app, session.id)
        session.modified = True

    def is_still_valid(self, session: BrowserSession) -> bool:
        """Tell whether who was let in still would be, while an answer outlasts its request."""
        was = session.principal
        if was is not None and was.auth_method is AuthMethod.HEADER:
            return find_account_id(self.app, was.mail) == was.reader_id
        return load_principal(self.app, session.id) is not None

    def sign_out(self, session: BrowserSession) -> None:
        end_session(self.app, session.id)
        self._renew(session)

    def _renew(self, session: BrowserSession) -> None:
        """Begin a new visit of nobody in particular."""
        session.id, session.principal = self.app.ids.new_code(), None
        session.notice, session.filed = "", ()
        session.modified = True

    def set_signed_cookie(self, response: Response, name: str, values: list[str]) -> None:
        """Give this browser something to keep until it closes, which only we can have written."""
        self._set_cookie(response, name, self.signer.dumps(values))

    def read_signed_cookie(self, request: Request, name: str) -> list[str]:
        """Return what this browser was given to keep; nothing where it was not."""
        values = self._load_signed_value(request.cookies.get(self._prefix_cookie_name(name), ""))
        return list(map(str, values)) if isinstance(values, list) else []

    def _read_notice(self, request: Request, visit_id: str) -> tuple[str, tuple[str, ...]]:
        match self._load_signed_value(
            request.cookies.get(self._prefix_cookie_name(NOTICE_COOKIE), "")
        ):
            case [str(whose), str(words), *filed] if whose == visit_id:
                return words, tuple(map(str, filed))
        return "", ()

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

    def _set_cookie(
        self, response: Response, name: str, value: str, keep: timedelta | None = None
    ) -> None:
        """Set it until the browser closes, or for as long as its person wants to stay signed in."""
        response.set_cookie(
            self._prefix_cookie_name(name),
            value,
            secure=self.secure,
            httponly=True,
            samesite="Lax",
            path="/",
            max_age=keep,
        )
