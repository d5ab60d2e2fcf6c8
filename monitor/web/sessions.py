"""One browser's visit: who it is, kept in one cookie that we signed and no script can read.

The cookie names the session and says when it was last seen, so that reading a page changes
nothing that is stored. Signing in, or out, always makes a new one.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from flask import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from monitor.domain.person import Principal, Way
from monitor.services.auth import IDLE_LASTS, Admitting

COOKIE: Final = "namesake"
NOTICE: Final = "namesake-notice"
FRESH: Final = timedelta(minutes=1)


def _signer(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="visit", signer_kwargs={"digest_method": sha256})


@dataclass(slots=True, kw_only=True)
class Visit:
    """`id` is a session's where `principal` is somebody. `lapsed` says that time ran out."""

    id: str
    principal: Principal | None = None
    notice: str = ""
    lapsed: bool = False
    stale: bool = True


def _invited(visit: Visit) -> Principal | None:
    """Return who opened an invitation: no proxy knows them yet, and their code proves them."""
    return visit.principal if visit.principal and visit.principal.invitation else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """`secure` is false on loopback alone, where there is no TLS and nobody in between.

    `header` is where a proxy names whoever it let in; empty where nobody is believed that.
    """

    secret: bytes
    secure: bool
    header: str = ""
    admitting: Admitting
    now: Callable[[], datetime]
    signer: URLSafeSerializer = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signer", _signer(self.secret))

    def read(self, request: Request) -> Visit:
        """Tell whose visit it is, and change nothing."""
        visit = self._read(request)
        if self.header:
            visit.principal = self._vouched(request) or _invited(visit)
        return visit

    def _vouched(self, request: Request) -> Principal | None:
        return self.admitting.vouched(request.headers.get(self.header, ""))

    def _read(self, request: Request) -> Visit:
        seen = self._loads(request.cookies.get(self.cookie, ""))
        match seen:
            case [str(visit_id), int(stamp)]:
                age = self.now() - datetime.fromtimestamp(stamp, UTC)
            case _:
                return self._new()
        principal = self.admitting.recognise(visit_id)
        if age >= IDLE_LASTS:
            return self._new(lapsed=principal is not None)
        return Visit(
            id=visit_id,
            principal=principal,
            notice=self._notice(request, visit_id),
            stale=age > FRESH,
        )

    def csrf(self, visit: Visit) -> str:
        return hmac.new(self.secret, f"csrf {visit.id}".encode(), "sha256").hexdigest()

    def enter(self, visit: Visit, reader: str, way: Way) -> None:
        """Sign somebody in, under an id that nobody knew before."""
        if visit.principal is not None:
            self.admitting.end(visit.id)
        visit.id = self.admitting.begin(reader, way)
        visit.principal = self.admitting.recognise(visit.id)
        visit.stale = True

    def goes_on(self, visit: Visit) -> bool:
        """Tell whether who was let in still would be, while an answer outlasts its request."""
        was = visit.principal
        if was is not None and was.way is Way.HEADER:
            return self.admitting.known(was.mail) == was.reader
        return self.admitting.recognise(visit.id) is not None

    def leave(self, visit: Visit) -> None:
        self.admitting.end(visit.id)
        fresh = self._new()
        visit.id, visit.principal, visit.stale = fresh.id, None, True

    def keep(self, visit: Visit, response: Response) -> None:
        """Send the cookie along, unless the browser has one that will do."""
        if visit.stale:
            value = self.signer.dumps([visit.id, int(self.now().timestamp())])
            self._set(response, COOKIE, value)
        # A page says it; on the way through other addresses it is not lost.
        if visit.notice and not response.location:
            response.delete_cookie(
                self._name(NOTICE), secure=self.secure, httponly=True, samesite="Lax"
            )

    def lend(self, response: Response, name: str, values: list[str]) -> None:
        """Give this browser something to keep until it closes, which only we can have written."""
        self._set(response, name, self.signer.dumps(values))

    def lent(self, request: Request, name: str) -> list[str]:
        """Return what this browser was given to keep; nothing where it was not."""
        values = self._loads(request.cookies.get(self._name(name), ""))
        return list(map(str, values)) if isinstance(values, list) else []

    def tell(self, visit: Visit, response: Response, words: str) -> None:
        """Have the next page say what was done. The words must be nobody's own."""
        self._set(response, NOTICE, self.signer.dumps([visit.id, words]))
        visit.notice = ""

    def _notice(self, request: Request, visit_id: str) -> str:
        match self._loads(request.cookies.get(self._name(NOTICE), "")):
            case [str(whose), str(words)] if whose == visit_id:
                return words
        return ""

    def _new(self, *, lapsed: bool = False) -> Visit:
        return Visit(id=self.admitting.new_code(), lapsed=lapsed)

    def _loads(self, value: str) -> object:
        try:
            return self.signer.loads(value)
        except BadSignature:
            return None

    @property
    def cookie(self) -> str:
        return self._name(COOKIE)

    def _name(self, name: str) -> str:
        """Have browsers refuse the cookie from any other host, where they can be asked to."""
        return f"__Host-{name}" if self.secure else name

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            self._name(name), value, secure=self.secure, httponly=True, samesite="Lax", path="/"
        )
