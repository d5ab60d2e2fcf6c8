"""One browser's visit: who it is, kept in one cookie that we signed and the browser cannot read.

The cookie names the session and says when it was last seen, so that reading a page changes
nothing that is stored. Signing in, or out, always makes a new one.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from monitor.domain.role import Principal, Way
from monitor.flows.admitting import IDLE_LASTS, Admitting

COOKIE: Final = "__Host-namesake"
NOTICE: Final = "__Host-notice"
FRESH: Final = timedelta(minutes=1)


@dataclass(slots=True, kw_only=True)
class Visit:
    """`id` is a session's where `principal` is somebody. `lapsed` says that time ran out."""

    id: str
    principal: Principal | None = None
    notice: str = ""
    lapsed: bool = False
    stale: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    secret: bytes
    admitting: Admitting
    now: Callable[[], datetime]
    signer: URLSafeSerializer = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signer", URLSafeSerializer(self.secret, salt="visit"))

    def read(self, request: Request) -> Visit:
        seen = self._loads(request.cookies.get(COOKIE, ""))
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

    def leave(self, visit: Visit) -> None:
        self.admitting.end(visit.id)
        fresh = self._new()
        visit.id, visit.principal, visit.stale = fresh.id, None, True

    def keep(self, visit: Visit, response: Response) -> None:
        """Send the cookie along, unless the browser has one that will do."""
        if visit.stale:
            value = self.signer.dumps([visit.id, int(self.now().timestamp())])
            _set(response, COOKIE, value)
        if visit.notice:
            response.delete_cookie(NOTICE, secure=True, httponly=True, samesite="Lax")

    def tell(self, visit: Visit, response: Response, words: str) -> None:
        """Have the next page say what was done. The words must be nobody's own."""
        _set(response, NOTICE, self.signer.dumps([visit.id, words]))
        visit.notice = ""

    def _notice(self, request: Request, visit_id: str) -> str:
        match self._loads(request.cookies.get(NOTICE, "")):
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


def _set(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, secure=True, httponly=True, samesite="Lax", path="/")
