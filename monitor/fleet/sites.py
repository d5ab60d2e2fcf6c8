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
from typing import Any

from werkzeug.wrappers import Response
from werkzeug.wsgi import ClosingIterator

from monitor.config.sections import CURRENT_DISTRICT, SignInMethod
from monitor.domain.errors import ConfigError, InputError, MonitorError, describe_error_location
from monitor.fleet.districts import DistrictFolder, list_district_folders
from monitor.fleet.twins import TwinFinder, read_host
from monitor.web.app import OpenSite
from monitor.web.server import StartResponse

LOG = logging.getLogger(__name__)
LOOKED_EVERY = 10.0
IDLE_SECONDS = 600.0
MOST_OPEN_SITES = 64
RETRY_SECONDS = 60.0
UNKNOWN = "No district has this address.\n"
AWAY = "The pages of this district cannot be shown at the moment. Try again later.\n"


SiteOpener = Callable[[DistrictFolder], AbstractContextManager[OpenSite]]


@dataclass(slots=True, eq=False)
class DistrictSite:
    """A district at its address; `changed` is when its configuration was written.

    One that is `refused` is never opened. `lock` guards what follows it, and is held while the
    district is opened: only who wants this one waits for that. One that `is_replaced` closes as its
    last reader leaves.
    """

    folder: DistrictFolder
    changed: int
    refused: str = ""
    lock: Lock = field(default_factory=Lock)
    is_replaced: bool = False
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
        # One after another: each takes the interpreter for tens of milliseconds.
        self._opening = Lock()
        self._twins = TwinFinder()
        self._looked_at = -LOOKED_EVERY
        self._hosts: dict[str, DistrictSite] = {}
        self._known: dict[str, tuple[int, str]] = {}

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        host = str(environ.get("HTTP_HOST", "")).partition(":")[0].casefold()
        found = self._find_site(host)
        if found is None:
            return _answer(UNKNOWN, HTTPStatus.NOT_FOUND)(environ, start_response)
        site = self._enter(found)
        if site is None:
            return _answer(AWAY, HTTPStatus.SERVICE_UNAVAILABLE)(environ, start_response)
        token = CURRENT_DISTRICT.set(found.folder.name)
        try:
            body = site.pages(environ, start_response)
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
        opened = [site for site in self._hosts.values() if site.site is not None]
        opened.sort(key=lambda site: site.used_at)
        surplus = max(len(opened) - MOST_OPEN_SITES, 0)
        for number, site in enumerate(opened):
            with site.lock:
                idle = number < surplus or monotonic() - site.used_at > idle_seconds
                gone = site.folder.is_leaving or not _has_its_files(site)
                if not site.users and (idle or gone):
                    _close(site)

    def close(self) -> None:
        for site in self._hosts.values():
            with site.lock:
                _close(site)

    def _find_site(self, host: str) -> DistrictSite | None:
        replaced: list[DistrictSite] = []
        with self._lock:
            if monotonic() - self._looked_at >= LOOKED_EVERY:
                replaced = self._look_for_districts()
            found = self._hosts.get(host)
        for site in replaced:
            with site.lock:
                site.is_replaced = True
                if not site.users:
                    _close(site)
        return found

    def _enter(self, found: DistrictSite) -> OpenSite | None:
        """Return its pages until `_leave`, or None while they cannot be shown."""
        with found.lock:
            barred = found.refused or found.is_replaced or monotonic() < found.retry_at
            if found.site is None and not barred:
                self._open(found)
            if found.site is not None:
                found.users += 1
            return found.site

    def _leave(self, site: DistrictSite) -> None:
        with site.lock:
            if site.site is not None:
                site.site.app.db.release_sessions()
            site.users -= 1
            site.used_at = monotonic()
            if site.is_replaced and not site.users:
                _close(site)

    def _open(self, found: DistrictSite) -> None:
        try:
            with self._opening, ExitStack() as undo:
                site = undo.enter_context(self._open_site(found.folder))
                self._twins.note_database(found.folder, site.app.config.state, site.app.db)
                found.site, found.parts = site, undo.pop_all()
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

    def _look_for_districts(self) -> list[DistrictSite]:
        """Read the addresses anew of what is new or was changed; return what is shown no longer."""
        self._looked_at = monotonic()
        folders = list_district_folders(self._folder)
        twins = self._twins.find_twins(folders)
        hosts: dict[str, DistrictSite] = {}
        for folder in folders:
            changed, host = self._read_host(folder)
            if not host or folder.is_leaving:
                continue
            before, known = self._hosts.get(host), (folder, changed, twins.get(folder.name, ""))
            if before is not None and (before.folder, before.changed, before.refused) == known:
                hosts.setdefault(host, before)
                continue
            site = hosts.setdefault(host, DistrictSite(*known))
            if site.refused:
                self._set_aside(site, InputError(site.refused))
        replaced = [site for host, site in self._hosts.items() if hosts.get(host) is not site]
        self._hosts = hosts
        return replaced

    def _read_host(self, folder: DistrictFolder) -> tuple[int, str]:
        """Return when its configuration was written, and its host; empty if it has none."""
        try:
            changed = folder.config_path.stat().st_mtime_ns
        except OSError:
            return 0, ""
        known = self._known.get(folder.name)
        if known is None or known[0] != changed:
            self._known[folder.name] = known = changed, self._parse_host(folder)
        return known

    def _parse_host(self, folder: DistrictFolder) -> str:
        try:
            config = folder.load_config()
            if config.portal.sign_in is SignInMethod.HEADER and not self._on_socket:
                reason = f"{folder.config_path} has `sign_in` by a header, which needs a socket."
                raise ConfigError(reason)
        except MonitorError as error:
            self._set_aside(DistrictSite(folder, 0), error)
            return ""
        return read_host(config.portal.address)


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
