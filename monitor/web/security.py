"""What holds for every answer and query: headers, our own host, no forged forms, tokens."""

import hmac
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from flask import Request, Response
from werkzeug.exceptions import BadRequest, Forbidden

from monitor.web.forms import WebForm, read_form
from monitor.web.roles import AccessRules, find_access_rule
from reports.templating import STATIC

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# The report of an evidence pack stands alone: with its own style, and nothing from anywhere.
REPORT_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
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


class CsrfForm(WebForm, frozen=True, kw_only=True):
    """What every form of ours holds."""

    csrf: str = ""


# Separate from a missing role: the remedy is to load the page again.
FORGED_FORM: Final = "forged"


BEARER: Final = "bearer"


def read_bearer_token(request: Request) -> str:
    """Return the token that a program sent in its header; empty without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == BEARER else ""


def is_bearer_token(request: Request, expected: str) -> bool:
    """Tell whether a program sent this token; how long that takes says nothing about it."""
    return hmac.compare_digest(read_bearer_token(request).encode(), expected.encode())


@dataclass(kw_only=True, eq=False)
class RateLimit:
    """So many within any such period, in this process."""

    most: int
    period: timedelta
    times: deque[datetime] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def find_wait(self, now: datetime) -> datetime | None:
        """Count one more, and return None; or return when there may be one, if not now."""
        with self.lock:
            # A clock that was set back makes earlier times those of the future.
            while self.times and not timedelta() <= now - self.times[0] < self.period:
                self.times.popleft()
            if len(self.times) >= self.most:
                return self.times[0] + self.period
            self.times.append(now)
            return None


# Guessing cannot succeed: who tries, or runs with an old token, has to wait.
MAX_WRONG_TOKENS: Final = 60
WRONG_TOKENS_PERIOD: Final = timedelta(minutes=10)


def build_wrong_token_limit() -> RateLimit:
    return RateLimit(most=MAX_WRONG_TOKENS, period=WRONG_TOKENS_PERIOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestGuard:
    """`address` is where people find the pages: no other host name is answered to."""

    address: str
    access_rules: AccessRules

    def check_host(self, request: Request) -> None:
        """Refuse other host names: a page elsewhere may have pointed its own name at us."""
        if request.host != urlsplit(self.address).netloc:
            raise BadRequest

    def check_csrf(self, request: Request, expected: str) -> None:
        """Refuse a form without the token of the pages that we gave this very browser."""
        rule = find_access_rule(request.path, self.access_rules)
        if request.method in SAFE_METHODS or rule is None or rule.token_in_url:
            return
        token = request.headers.get("X-CSRF-Token") or read_form(CsrfForm).csrf
        ours = hmac.compare_digest(token.encode(), expected.encode())
        if not ours or not self._is_same_origin(request):
            raise Forbidden(FORGED_FORM)

    def set_security_headers(self, request: Request, response: Response) -> None:
        """Set the headers that a page has not; no browser and no proxy stores a personal page."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if urlsplit(self.address).scheme == "https":
            response.headers["Strict-Transport-Security"] = (
                f"max-age={YEAR_SECONDS}; includeSubDomains"
            )
        if request.path.startswith(f"{STATIC}/") and response.status_code in {200, 304}:
            response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
        else:
            response.headers["Cache-Control"] = "no-store"

    def _is_same_origin(self, request: Request) -> bool:
        """Tell whether the browser says that the form was on one of our pages.

        Under our referrer policy browsers send `Origin: null`, so Sec-Fetch-Site says it.
        """
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site")
        if origin not in {None, "null"}:
            parts = urlsplit(self.address)
            return origin == f"{parts.scheme}://{parts.netloc}"
        if site is not None:
            return site == "same-origin"
        return origin is None
