"""The demo's pages on a free port of loopback, with the service working behind them."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from monitor.app import OUTBOX, App
from monitor.cli.demo import DemoMailbox, list_actors
from monitor.demo.setup import PORTAL_URL
from monitor.demo.story import open_played_story
from monitor.services.due_jobs import (
    run_mail_and_cleanup,
    run_requested_checks,
    stop_running_sweep,
    take_over_jobs,
)
from monitor.web.demo import create_demo_app
from monitor.web.server import LOOPBACK, serve_on_port
from tests.monitor.supervised import timed, working
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
        outbox = app.config.state / OUTBOX
        mailbox = DemoMailbox(folder=outbox, story_address=PORTAL_URL, address=address)
        checks = timed("checks", partial(run_requested_checks, app))
        mail = timed("mail", partial(run_mail_and_cleanup, app))
        with working(checks, mail) as scheduler:
            site = create_demo_app(
                app, scheduler.answer_bell, lambda: list_actors(app), mailbox.list_emails
            )
            with serve_on_port(site, LOOPBACK, port):
                yield Pages(address=address, app=app, wake=scheduler.answer_bell)
            stop_running_sweep(app)
