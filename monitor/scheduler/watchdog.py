"""Watch the jobs: pause on a full disk, and ping a monitor each minute while all is well.

A monitor that gets no ping for a while knows that something is wrong.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version

from monitor.config import Config, WatchConfig
from monitor.db.database import State
from monitor.db.files import Reserve, put
from monitor.domain.health import Level, worst
from monitor.errors import CannotWriteError, MonitorError
from monitor.outside import Outside
from monitor.service import Service
from monitor.services.backups import clear_abandoned, renew_keys
from monitor.services.health import TakingVitals, Vitals, of_vitals
from monitor.services.jobs import DueRounds
from monitor.services.metrics import exposition
from monitor.services.notifications import Correspondence
from monitor.services.ports import Now
from reports.emails.operator import DiskFullView
from scrapers.http.client import HttpClient
from scrapers.models import Page, Request
from scrapers.source import Access, Etiquette

LOG = logging.getLogger(__name__)
BEAT_EVERY = timedelta(minutes=1)
# A copy on trial is restored in minutes.
TRIAL_LASTS = timedelta(hours=1)
NO_ROOM = "The disk is full. Searches are paused until there is space."

Beat = Callable[[Vitals, Level], None]
"""Told of the numbers, and of whether all is well."""


@dataclass(slots=True, kw_only=True)
class WatchedRounds:
    """What the daemon calls. Each kind of work has a thread of its own, and fails by itself."""

    rounds: DueRounds
    state: State
    config: Config
    letters: Correspondence
    reserve: Reserve
    beat: Beat
    now: Now
    _failed: set[str] = field(default_factory=set)
    _beaten: datetime | None = None

    def serve(self) -> None:
        if self.reserve.stands():
            with self._noted("serve"):
                self.rounds.serve()

    def ask(self) -> None:
        """Ask what is due; on a full disk not even begin: it would be answered in vain."""
        if self.reserve.stands():
            with self._noted("ask"):
                self.rounds.ask()

    def write(self) -> None:
        """Write and send, on a full disk, too: what was kept back is there for this."""
        with self._noted("write"):
            self.rounds.write()
        if self._beaten is None or abs(self.now() - self._beaten) >= BEAT_EVERY:
            self._beaten = self.now()
            self._renew_keys()
            self._tell()

    def waits_for(self) -> str:
        return self.rounds.waits_for() or ("" if self.reserve.stands() else NO_ROOM)

    def check_files(self) -> None:
        self.rounds.check_files()

    def stop(self) -> None:
        self.rounds.stop()

    @contextmanager
    def _noted(self, work: str) -> Iterator[None]:
        try:
            yield
        except CannotWriteError:
            self._failed.add(work)
            self._make_do()
            raise
        except Exception:
            self._failed.add(work)
            raise
        self._failed.discard(work)

    def _make_do(self) -> None:
        """Give up the reserve, once, so that an operator can be told."""
        if self.reserve.give():
            now = self.now()
            with suppress(MonitorError), self.state.write():
                day = now.date().isoformat()
                self.letters.to_operators(day, lambda to: DiskFullView(**to, since=now))

    def _renew_keys(self) -> None:
        try:
            clear_abandoned(self.config, self.now() - TRIAL_LASTS)
            renew_keys(self.state, self.config)
        except MonitorError as error:
            LOG.warning("The copy of the keys still has keys of deleted people: %s", error)
            self._failed.add("keys")
        else:
            self._failed.discard("keys")

    def _tell(self) -> None:
        vitals = TakingVitals(state=self.state, now=self.now).take()
        well = not (self._failed or self.waits_for() or worst(of_vitals(vitals, ())))
        self.beat(vitals, Level.OK if well else Level.BAD)


OKAY = range(200, 300)

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
        except CannotWriteError as error:
            LOG.warning("%s", error)
        if well and self.watch.heartbeat_url and not self.ping():
            # The address itself is a secret: whoever knows it can say that all is well.
            LOG.warning("Could not ping the URL in heartbeat_url under [watch].")


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
