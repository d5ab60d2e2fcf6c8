"""The demo's pages on a free port of loopback, with the service working behind them."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from monitor.app import App
from monitor.cli.demo import list_actors
from monitor.demo.story import open_played_story
from monitor.scheduler.workers import Liveness, Worker
from monitor.services.jobs import (
    run_mail_and_cleanup,
    run_requested_checks,
    stop_running_sweep,
    take_over_jobs,
)
from monitor.web.demo import create_demo_app
from monitor.web.server import LOOPBACK, serve_on_port
from scrapers.http.clock import SystemClock
from tests.real.process import free_ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    address: str
    app: App
    wake: Callable[[], None]


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Pages]:
    (port,) = free_ports(1)
    address = f"http://{LOOPBACK}:{port}"
    with open_played_story(folder, address) as app:
        take_over_jobs(app)
        pulse = Liveness(SystemClock())
        hands = [
            Worker("checks", partial(run_requested_checks, app), pulse),
            Worker("mail", partial(run_mail_and_cleanup, app), pulse),
        ]

        def wake() -> None:
            for hand in hands:
                hand.wake_up()

        for hand in hands:
            hand.start()
        site = create_demo_app(app, wake, lambda: list_actors(app))
        with serve_on_port(site, LOOPBACK, port):
            yield Pages(address=address, app=app, wake=wake)
        for hand in hands:
            hand.request_stop()
        stop_running_sweep(app)
        for hand in hands:
            hand.join(10)
