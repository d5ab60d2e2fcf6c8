"""What holds for every answer and every question: headers, our own host, and no forged forms.

Which part of the pages is open to whom: one table, and what is not in it is closed.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from flask import Request, Response
from werkzeug.exceptions import BadRequest, Forbidden, NotFound, Unauthorized

from monitor.domain.person import Principal, Role
from monitor.web.sessions import Visit, Visits
from reports.static_files import STATIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One part of the pages. `role` is None where everybody may enter.

    `vouched` says that a token in the address proves who asks, so that a mail program may send
    the form for its reader.
    """

    role: Role | None = None
    vouched: bool = False

    def lets_in(self, principal: Principal | None) -> bool:
        return self.role is None or (principal is not None and self.role in principal.roles)


Doors = Mapping[str, Door]
_OPEN: Final = Door()
DOORS: Final[Doors] = MappingProxyType(
    {
        "": _OPEN,
        "healthz": _OPEN,
        "join": _OPEN,
        # Behind it a token is asked for, and without one configured there is nothing.
        "metrics": _OPEN,
        "sign-in": _OPEN,
        "sign-out": _OPEN,
        "static": _OPEN,
        "stop": Door(vouched=True),
        "me": Door(role=Role.STAFF),
        "review": Door(role=Role.REVIEWER),
        "operate": Door(role=Role.OPERATOR),
    }
)
API: Final = "/api/v1/"


def door_of(path: str, doors: Doors = DOORS) -> Door | None:
    """Return the door before a path; None where there is none, and so no way in."""
    place = path.removeprefix(API) if path.startswith(API) else path.removeprefix("/")
    return doors.get(place.partition("/")[0])


POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
    }
)
A_YEAR: Final = 31_536_000
CHANGES_NOTHING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


# Told apart from a missing role: the remedy is to load the page again.
FORGED: Final = "forged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """`address` is where people find the pages: no other host name is answered to."""

    address: str
    doors: Doors
    visits: Visits

    def check_host(self, request: Request) -> None:
        """Refuse any other name than ours: a page elsewhere may have pointed its own at us."""
        if request.host != urlsplit(self.address).netloc:
            raise BadRequest

    def check_door(self, request: Request, visit: Visit) -> None:
        """Refuse whoever lacks the role that this part of the pages is for."""
        door = door_of(request.path, self.doors)
        if door is None:
            raise NotFound
        if not door.lets_in(visit.principal):
            raise Unauthorized if visit.principal is None else Forbidden

    def check_form(self, request: Request, visit: Visit) -> None:
        """Refuse a form that did not come from a page that we gave this very browser."""
        door = door_of(request.path, self.doors)
        if request.method in CHANGES_NOTHING or door is None or door.vouched:
            return
        token = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
        ours = hmac.compare_digest(token.encode(), self.visits.csrf(visit).encode())
        if not ours or not self._from_here(request):
            raise Forbidden(FORGED)

    def adorn(self, request: Request, response: Response) -> None:
        """Put the headers on; what is one reader's is kept by no browser and no proxy."""
        response.headers.update(HEADERS)
        if urlsplit(self.address).scheme == "https":
            response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}; includeSubDomains"
        if request.path.startswith(f"{STATIC}/") and response.status_code in {200, 304}:
            response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        else:
            response.headers["Cache-Control"] = "no-store"

    def _from_here(self, request: Request) -> bool:
        """Tell whether the browser says that the form stood on one of our pages.

        Under our own referrer policy browsers send `Origin: null`, and tell by Sec-Fetch-Site.
        """
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site")
        if origin not in {None, "null"}:
            parts = urlsplit(self.address)
            return origin == f"{parts.scheme}://{parts.netloc}"
        if site is not None:
            return site == "same-origin"
        return origin is None
