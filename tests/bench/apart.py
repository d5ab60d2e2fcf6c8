"""A district at work as in the field: its service and its pages, each in a process of its own."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice
from multiprocessing import get_context

from monitor.build import build, build_pages
from monitor.cli import service as logbook
from monitor.config import Config
from monitor.db.files import StateLock
from monitor.domain.person import Way
from monitor.outside import Outside
from monitor.scheduler.daemon import Daemon, Doorbell, Supervisor, signalled
from monitor.scheduler.workers import Pulse
from monitor.web.app import desk_of, portal_app
from monitor.web.server import LOOPBACK, listening
from scrapers.http.ssrf_guard import Egress, resolve_nothing
from scrapers.http.throttle import WITHOUT_WAITS, Pace

PATIENCE_SECONDS = 60.0
FAREWELL_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`web` says where each host is served. `stretch` multiplies each wait; 0 waives them."""

    config: Config
    web: Mapping[str, tuple[str, int]]
    port: int
    stretch: float

    @property
    def outside(self) -> Outside:
        return Outside(
            egress=Egress(address_map=dict(self.web), resolve=resolve_nothing),
            pace=Pace(stretch=self.stretch) if self.stretch else WITHOUT_WAITS,
        )


@contextmanager
def at_work(site: Site) -> Iterator[None]:
    """Have the service work and the pages be shown until the block ends."""
    with _apart(_work, site), _apart(_show, site):
        _wait_for_pages(site.port)
        yield


def cookies(site: Site, count: int) -> tuple[str, ...]:
    """Sign staff in, over and over, each time in a browser of their own."""
    with build_pages(site.config, site.outside) as service:
        visits = desk_of(service, lambda: None).visits
        stamp = int(service.now().timestamp())
        people = islice(cycle(service.state.consents.live(service.now())), count)
        sessions = [service.admitting.begin(each, Way.DEMO) for each in people]
    return tuple(f"{visits.cookie}={visits.signer.dumps([each, stamp])}" for each in sessions)


def _work(site: Site) -> None:
    pulse = Pulse(site.outside.clock)
    outside = replace(site.outside, clock=pulse)
    with build(site.config, outside) as service, StateLock(site.config.state):
        service.rounds.begin()
        Daemon(
            rounds=service.rounds,
            supervisor=Supervisor({}),
            doorbell=Doorbell(site.config.state),
            stopping=threading.Event(),
            pulse=pulse,
        ).run()


def _show(site: Site) -> None:
    stopping = threading.Event()
    with logbook.kept(), build_pages(site.config, site.outside) as service:
        app = portal_app(service, Doorbell(site.config.state).ring)
        with signalled(stopping), listening(app, LOOPBACK, site.port):
            stopping.wait()


@contextmanager
def _apart(does: Callable[[Site], None], site: Site) -> Iterator[None]:
    process = get_context("spawn").Process(target=does, args=(site,), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(FAREWELL_SECONDS)
        process.kill()


def _wait_for_pages(port: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not _answers(port):
        if time.monotonic() > end:
            message = f"nobody shows pages on port {port}"
            raise TimeoutError(message)
        time.sleep(0.1)


def _answers(port: int) -> bool:
    line = HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().read() != b""
    except (OSError, HTTPException):
        return False
    finally:
        line.close()
