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
from monitor.web.sessions import BrowserSession, BrowserSessions
from reports.static_files import STATIC


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRule:
    """One part of the pages. `role` is None where everybody may enter.

    `token_in_url` says that a token in the address proves who asks, so that a mail program may send
    the form for its reader.
    """

    role: Role | None = None
    token_in_url: bool = False

    def allows_principal(self, principal: Principal | None) -> bool:
        return self.role is None or (principal is not None and self.role in principal.roles)


AccessRules = Mapping[str, AccessRule]
_PUBLIC: Final = AccessRule()
ACCESS_RULES: Final[AccessRules] = MappingProxyType(
    {
        "": _PUBLIC,
        "healthz": _PUBLIC,
        "join": _PUBLIC,
        # Behind it a token is asked for, and without one configured there is nothing.
        "metrics": _PUBLIC,
        "sign-in": _PUBLIC,
        "sign-out": _PUBLIC,
        "static": _PUBLIC,
        "stop": AccessRule(token_in_url=True),
        "me": AccessRule(role=Role.STAFF),
        "review": AccessRule(role=Role.REVIEWER),
        "operate": AccessRule(role=Role.OPERATOR),
    }
)
API_PREFIX: Final = "/api/v1/"


def find_access_rule(path: str, rules: AccessRules = ACCESS_RULES) -> AccessRule | None:
    """Return the door before a path; None where there is none, and so no way in."""
    place = path.removeprefix(API_PREFIX) if path.startswith(API_PREFIX) else path.removeprefix("/")
    return rules.get(place.partition("/")[0])


CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
    }
)
YEAR_SECONDS: Final = 31_536_000
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


# Separate from a missing role: the remedy is to load the page again.
FORGED_FORM: Final = "forged"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestGuard:
    """`address` is where people find the pages: no other host name is answered to."""

    address: str
    access_rules: AccessRules
    sessions: BrowserSessions

    def check_host(self, request: Request) -> None:
        """Refuse any other name than ours: a page elsewhere may have pointed its own at us."""
        if request.host != urlsplit(self.address).netloc:
            raise BadRequest

    def check_access(self, request: Request, session: BrowserSession) -> None:
        """Refuse people without the role that these pages need."""
        rule = find_access_rule(request.path, self.access_rules)
        if rule is None:
            raise NotFound
        if not rule.allows_principal(session.principal):
            raise Unauthorized if session.principal is None else Forbidden

    def check_csrf(self, request: Request, session: BrowserSession) -> None:
        """Refuse a form that did not come from a page that we gave this very browser."""
        rule = find_access_rule(request.path, self.access_rules)
        if request.method in SAFE_METHODS or rule is None or rule.token_in_url:
            return
        token = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
        ours = hmac.compare_digest(token.encode(), self.sessions.build_csrf_token(session).encode())
        if not ours or not self._is_same_origin(request):
            raise Forbidden(FORGED_FORM)

    def set_security_headers(self, request: Request, response: Response) -> None:
        """Set the headers; no browser and no proxy stores a personal page."""
        response.headers.update(HEADERS)
        if urlsplit(self.address).scheme == "https":
            response.headers["Strict-Transport-Security"] = (
                f"max-age={YEAR_SECONDS}; includeSubDomains"
            )
        if request.path.startswith(f"{STATIC}/") and response.status_code in {200, 304}:
            response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
        else:
            response.headers["Cache-Control"] = "no-store"

    def _is_same_origin(self, request: Request) -> bool:
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
