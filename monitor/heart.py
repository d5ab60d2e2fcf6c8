"""Telling the outside that all is well: whoever hears nothing for a while, knows that it is not."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

from monitor.config import WatchConfig
from monitor.domain.checkup import Level
from monitor.errors import CannotWriteError
from monitor.flows.running.vitals import Vitals
from monitor.flows.running.watched import WatchedRounds
from monitor.flows.writing.letters import Correspondence
from monitor.metrics import exposition
from monitor.outside import Outside
from monitor.service import Service
from monitor.store.room import Reserve
from monitor.store.whole_file import put
from scrapers.fetch.transport import HttpClient
from scrapers.page import Page
from scrapers.request import Request
from scrapers.source import Access, Etiquette

OKAY = range(200, 300)
LOG = logging.getLogger(__name__)

Ping = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """What cannot be told is logged, and holds up nothing."""

    watch: WatchConfig
    ping: Ping

    def __call__(self, vitals: Vitals, level: Level) -> None:
        well = level is Level.OK
        try:
            if self.watch.metrics_file:
                put(self.watch.metrics_file, exposition(vitals))
            if well and self.watch.heartbeat_file:
                put(self.watch.heartbeat_file, f"{vitals.at.isoformat()}\n".encode())
        except CannotWriteError as error:
            LOG.warning("%s", error)
        if well and self.watch.heartbeat_url and not self.ping():
            # The address itself is a secret: whoever knows it can say that all is well.
            LOG.warning("The heartbeat did not reach the address of [watch] heartbeat_url.")


def watched_rounds(service: Service, outside: Outside) -> WatchedRounds:
    """Return the rounds of a service as its daemon calls them."""
    config = service.config
    return WatchedRounds(
        rounds=service.rounds,
        state=service.state,
        config=config,
        letters=Correspondence(
            state=service.state, config=config, now=service.now, new_ref=service.new_ref
        ),
        reserve=Reserve(config.state),
        beat=Heartbeat(watch=config.watch, ping=ping_of(config.watch, outside)),
        now=service.now,
    )


def ping_of(watch: WatchConfig, outside: Outside) -> Ping:
    """Ask the address by the one guarded client; it may lie on the district's own network."""
    url = watch.heartbeat_url
    origin = "/".join(url.split("/")[:3])
    manners = Etiquette(origins=(origin,), access=Access.API, allow_private=(origin,))
    client = HttpClient(
        egress=outside.egress,
        clock=outside.clock,
        user_agent=f"Namesake/{version('namesake-monitor')}",
    )

    def ping() -> bool:
        answer = client.fetch(Request(url=url), manners)
        return isinstance(answer, Page) and answer.status in OKAY

    return ping
