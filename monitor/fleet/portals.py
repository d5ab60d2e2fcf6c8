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

from monitor.config.sections import Config, SignInMethod
from monitor.domain.errors import ConfigError, InputError, MonitorError, describe_fault
from monitor.fleet.conflicting_districts import TwinFinder, read_host
from monitor.fleet.district_folders import DistrictFolder, list_district_folders, work_in_district
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
    """A district at its address, as its configuration is.

    One that is `refused` is never opened. `lock` guards what follows it, and is held while the
    district is opened: only who wants this one waits for that.
    """

    folder: DistrictFolder
    config: Config
    refused: str = ""
    lock: Lock = field(default_factory=Lock)
    retry_at: float = 0.0
    site: OpenSite | None = None
    users: int = 0
    used_at: float = 0.0
    parts: ExitStack = field(default_factory=ExitStack)

    def is_same(self, other: "DistrictSite") -> bool:
        shown = (self.folder, self.config, self.refused)
        return shown == (other.folder, other.config, other.refused)


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
        self._faults: dict[str, str] = {}

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        host = str(environ.get("HTTP_HOST", "")).partition(":")[0].casefold()
        found = self._find_site(host)
        if found is None:
            return _answer(UNKNOWN, HTTPStatus.NOT_FOUND)(environ, start_response)
        site = self._enter(found)
        if site is None:
            return _answer(AWAY, HTTPStatus.SERVICE_UNAVAILABLE)(environ, start_response)
        try:
            with work_in_district(found.folder.name):
                body = site.pages(environ, start_response)
        except BaseException:
            self._leave(found)
            raise
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
                if not site.users:
                    _close(site)
        return found

    def _enter(self, found: DistrictSite) -> OpenSite | None:
        """Return its pages until `_leave`, or None while they cannot be shown."""
        with found.lock:
            barred = found.refused or monotonic() < found.retry_at
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
            # Another configuration may have replaced this one meanwhile.
            if not site.users and site not in self._hosts.values():
                _close(site)

    def _open(self, found: DistrictSite) -> None:
        try:
            with self._opening, ExitStack() as undo:
                site = undo.enter_context(self._open_site(found.folder))
                self._twins.note_database(found.folder, site.app.config.state, site.app.db)
                found.site, found.parts = site, undo.pop_all()
            self._faults.pop(found.folder.name, None)
            found.used_at = monotonic()
        except Exception as error:  # noqa: BLE001 - the pages of other districts go on
            self._tell_fault(found.folder, error)
            found.retry_at = monotonic() + RETRY_SECONDS

    def _tell_fault(self, folder: DistrictFolder, error: Exception) -> None:
        """Say once why a district is not shown."""
        fault = describe_fault(error)
        if fault != self._faults.get(folder.name):
            LOG.error("district_set_aside", extra={"district": folder.name, "reason": fault})
        self._faults[folder.name] = fault

    def _look_for_districts(self) -> list[DistrictSite]:
        """Find the districts by their addresses; return what is shown no longer."""
        self._looked_at = monotonic()
        folders = list_district_folders(self._folder)
        twins = self._twins.find_twins(folders)
        hosts: dict[str, DistrictSite] = {}
        for folder in folders:
            found = self._read_site(folder, twins.get(folder.name, ""))
            if found is None or found[0] in hosts:
                continue
            host, site = found
            before = self._hosts.get(host)
            if before is not None and before.is_same(site):
                site = before
            elif site.refused:
                self._tell_fault(folder, InputError(site.refused))
            hosts[host] = site
        replaced = [site for host, site in self._hosts.items() if hosts.get(host) is not site]
        self._hosts = hosts
        return replaced

    def _read_site(self, folder: DistrictFolder, refused: str) -> tuple[str, DistrictSite] | None:
        """Return its host and its pages; None if it leaves, or has none."""
        try:
            config = folder.load_config()
            if config.portal.sign_in is SignInMethod.HEADER and not self._on_socket:
                reason = f"{folder.config_path} has `sign_in` by a header, which needs a socket."
                raise ConfigError(reason)
        except MonitorError as error:
            self._tell_fault(folder, error)
            return None
        host = read_host(config.portal.address)
        if not host or folder.is_leaving:
            return None
        return host, DistrictSite(folder, config, refused)


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
