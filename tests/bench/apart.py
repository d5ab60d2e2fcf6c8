"""A district at work as in the field: its service and its pages, each in a process of its own."""

import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice
from multiprocessing import get_context

from monitor import event_log
from monitor.app import Environment, open_app, open_portal_app
from monitor.config.sections import Config
from monitor.db.state_folder_lock import StateFolderLock
from monitor.domain.vocabulary import AuthMethod
from monitor.scheduler.daemon import Daemon, SystemdNotifier, WakeSocket, stop_on_signals
from monitor.scheduler.job_scheduler import Liveness
from monitor.scheduler.timed_jobs import build_supervised_runner
from monitor.services.due_jobs import take_over_jobs
from monitor.services.sessions import start_session
from monitor.web.app import build_portal_context, create_portal_app
from monitor.web.server import LOOPBACK, serve_on_port
from scrapers.crawl.throttle import WITHOUT_WAITS, Throttle
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing

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
    def environment(self) -> Environment:
        return Environment(
            dialer=Dialer(address_map=dict(self.web), resolve=resolve_nothing),
            throttle=Throttle(wait_factor=self.stretch) if self.stretch else WITHOUT_WAITS,
            limits=PATIENT_LIMITS,
        )


@contextmanager
def at_work(site: Site) -> Iterator[None]:
    """Have the service work and the pages be shown until the block ends."""
    with _apart(_work, site), _apart(_show, site):
        _wait_for_pages(site.port)
        yield


def cookies(site: Site, count: int) -> tuple[str, ...]:
    """Sign staff in, over and over, each time in a browser of their own."""
    with open_portal_app(site.config, site.environment) as app:
        visits = build_portal_context(app, lambda: None).sessions
        stamp = int(app.clock.now().timestamp())
        people = islice(cycle(app.db.consents.list_consenting_person_ids(app.clock.now())), count)
        sessions = [start_session(app, person, AuthMethod.DEMO) for person in people]
    return tuple(
        f"{visits.cookie_name}={visits.signer.dumps([session, stamp])}" for session in sessions
    )


def _work(site: Site) -> None:
    liveness = Liveness(site.environment.clock)
    environment = replace(site.environment, beat=liveness.beat)
    with open_app(site.config, environment) as app, StateFolderLock(site.config.state):
        take_over_jobs(app)
        Daemon(
            jobs=build_supervised_runner(app, site.environment),
            notifier=SystemdNotifier({}),
            wake_socket=WakeSocket(site.config.state),
            stopping=threading.Event(),
            liveness=liveness,
        ).run_until_stopped()


def _show(site: Site) -> None:
    stopping = threading.Event()
    with event_log.log_to_stream(), open_portal_app(site.config, site.environment) as app:
        site_app = create_portal_app(app, WakeSocket(site.config.state).wake_daemon)
        with stop_on_signals(stopping), serve_on_port(site_app, LOOPBACK, site.port):
            gc.freeze()  # as the portal does
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
