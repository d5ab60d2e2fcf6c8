"""One portal for many districts: the host name of a request says whose pages are wanted.

A district is opened when someone asks for its pages, and let go when no one has for a while.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Response
from werkzeug.wsgi import ClosingIterator

from monitor.config import CURRENT_DISTRICT, SignInMethod
from monitor.domain.errors import ConfigError, MonitorError, describe_error_location
from monitor.web.app import OpenSite
from monitor.web.server import StartResponse

if TYPE_CHECKING:
    from monitor.fleet.districts import DistrictFolder

LOG = logging.getLogger(__name__)
LOOKED_EVERY = 10.0
IDLE_SECONDS = 600.0
MOST_OPEN_SITES = 64
RETRY_SECONDS = 60.0
UNKNOWN = "No district has this address.\n"
AWAY = "The pages of this district cannot be shown at the moment. Try again later.\n"


SiteOpener = Callable[["DistrictFolder"], AbstractContextManager[OpenSite]]


@dataclass(slots=True)
class DistrictSite:
    """A district at its address; `changed` is when its configuration was written."""

    folder: "DistrictFolder"
    changed: int
    fault: str = ""
    retry_at: float = 0.0
    site: OpenSite | None = None
    users: int = 0
    used_at: float = 0.0
    parts: ExitStack = field(default_factory=ExitStack)


class DistrictSites:
    """Answers for every district in a folder, as a WSGI application.

    With `on_socket` it listens where no one can forge the header of a sign-in by a proxy.
    """

    def __init__(self, folder: Path, open_site: SiteOpener, *, on_socket: bool) -> None:
        self._folder = folder
        self._open_site = open_site
        self._on_socket = on_socket
        self._lock = Lock()
        self._looked_at = -LOOKED_EVERY
        self._hosts: dict[str, DistrictSite] = {}
        self._known: dict[str, tuple[int, str]] = {}

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        host = str(environ.get("HTTP_HOST", "")).partition(":")[0].casefold()
        found = self._enter(host)
        if found is None:
            return _answer(UNKNOWN, HTTPStatus.NOT_FOUND)(environ, start_response)
        if found.site is None:
            return _answer(AWAY, HTTPStatus.SERVICE_UNAVAILABLE)(environ, start_response)
        token = CURRENT_DISTRICT.set(found.folder.name)
        try:
            body = found.site.pages(environ, start_response)
        except BaseException:
            self._leave(found)
            raise
        finally:
            CURRENT_DISTRICT.reset(token)
        return ClosingIterator(body, lambda: self._leave(found))

    @property
    def count_open(self) -> int:
        return sum(host.site is not None for host in self._hosts.values())

    def tidy(self, idle_seconds: float = IDLE_SECONDS) -> None:
        """Close what no one has asked for lately, what leaves, and what lies in other files."""
        with self._lock:
            opened = [host for host in self._hosts.values() if host.site is not None]
            opened.sort(key=lambda host: host.used_at)
            surplus = max(len(opened) - MOST_OPEN_SITES, 0)
            for number, host in enumerate(opened):
                idle = number < surplus or monotonic() - host.used_at > idle_seconds
                gone = host.folder.is_leaving or not _has_its_files(host)
                if not host.users and (idle or gone):
                    _close(host)

    def close(self) -> None:
        with self._lock:
            for host in self._hosts.values():
                _close(host)

    def _enter(self, host: str) -> DistrictSite | None:
        with self._lock:
            if monotonic() - self._looked_at >= LOOKED_EVERY:
                self._look_for_districts()
            found = self._hosts.get(host)
            if found is None:
                return None
            if found.site is None and monotonic() >= found.retry_at:
                self._open(found)
            if found.site is not None:
                found.users += 1
            return found

    def _leave(self, site: DistrictSite) -> None:
        with self._lock:
            if site.site is not None:
                site.site.app.db.release_sessions()
            site.users -= 1
            site.used_at = monotonic()

    def _open(self, found: DistrictSite) -> None:
        try:
            with ExitStack() as undo:
                found.site = undo.enter_context(self._open_site(found.folder))
                found.parts = undo.pop_all()
            found.fault, found.used_at = "", monotonic()
        except Exception as error:  # noqa: BLE001 - the pages of other districts go on
            self._set_aside(found, error)

    def _set_aside(self, found: DistrictSite, error: Exception) -> None:
        known = isinstance(error, MonitorError)
        fault = str(error) if known else describe_error_location(error)
        if fault != found.fault:
            name = found.folder.name
            LOG.error("district_set_aside", extra={"district": name, "reason": fault})
        found.fault, found.retry_at = fault, monotonic() + RETRY_SECONDS

    def _look_for_districts(self) -> None:
        """Read the addresses anew of what is new or was changed; who serves goes on serving."""
        self._looked_at = monotonic()
        hosts: dict[str, DistrictSite] = {}
        from monitor.fleet.districts import list_district_folders  # noqa: PLC0415 - only with many

        for folder in list_district_folders(self._folder):
            changed, host = self._read_host(folder)
            before = self._hosts.get(host)
            same = before and (before.folder, before.changed) == (folder, changed)
            if host and not folder.is_leaving:
                site = before if before and same else DistrictSite(folder, changed)
                hosts.setdefault(host, site)
        for host, site in self._hosts.items():
            if hosts.get(host) is not site:
                _close(site)
        self._hosts = hosts

    def _read_host(self, folder: "DistrictFolder") -> tuple[int, str]:
        """Return when its configuration was written, and its host; empty if it has none."""
        try:
            changed = folder.config_path.stat().st_mtime_ns
        except OSError:
            return 0, ""
        known = self._known.get(folder.name)
        if known is None or known[0] != changed:
            self._known[folder.name] = known = changed, self._parse_host(folder)
        return known

    def _parse_host(self, folder: "DistrictFolder") -> str:
        try:
            config = folder.load_config()
            if config.portal.sign_in is SignInMethod.HEADER and not self._on_socket:
                reason = f"{folder.config_path} has `sign_in` by a header, which needs a socket."
                raise ConfigError(reason)
        except MonitorError as error:
            self._set_aside(DistrictSite(folder, 0), error)
            return ""
        return (urlsplit(config.portal.address).hostname or "").casefold()


def _answer(text: str, status: HTTPStatus) -> Response:
    return Response(text, status, mimetype="text/plain")


def _has_its_files(found: DistrictSite) -> bool:
    try:
        if found.site is not None:
            found.site.app.db.check_files()
    except MonitorError:
        return False
    return True


def _close(found: DistrictSite) -> None:
    found.site = None
    found.parts.close()
