"""The demo's pages on a free port of loopback, with the service working behind them."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.cli.demo import actors
from monitor.demo.story import afterwards
from monitor.scheduler.workers import Hand, Pulse
from monitor.service import Service
from monitor.web.demo import demo_app
from monitor.web.server import LOOPBACK, listening
from scrapers.http.clock import SystemClock
from tests.real.process import free_ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    address: str
    service: Service
    wake: Callable[[], None]


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Pages]:
    (port,) = free_ports(1)
    address = f"http://{LOOPBACK}:{port}"
    with afterwards(folder, address) as service:
        service.rounds.begin()
        pulse = Pulse(SystemClock())
        hands = [Hand(service.rounds.serve, pulse), Hand(service.rounds.write, pulse)]

        def wake() -> None:
            for hand in hands:
                hand.wake()

        for hand in hands:
            hand.start()
        app = demo_app(service, wake, lambda: actors(service))
        with listening(app, LOOPBACK, port):
            yield Pages(address=address, service=service, wake=wake)
        for hand in hands:
            hand.end()
        service.rounds.stop()
        for hand in hands:
            hand.join(10)
