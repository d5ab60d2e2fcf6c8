"""A machine that asks a made-up web, as a process: `python -m tests.real.fleet.asker JSON`.

`without` takes a guard away, so that a test can show that it would notice.
"""

import json
import logging
import sys
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from procrastinate import jobs

from monitor.app import Environment
from monitor.config.sections import FetchConfig
from monitor.fleet import worker as fleet_worker
from monitor.fleet.db.crawl_limits import FleetHostsTable
from monitor.fleet.db.engine import FencedJobManager
from monitor.fleet.db.mailbox import Mailbox, SealedAnswer
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.fence import Fence
from monitor.fleet.worker import open_fleet_worker
from scrapers.crawl.frontier import Frontier, HostQueue
from scrapers.crawl.throttle import HostState, Throttle
from scrapers.http.clock import SystemClock
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from tests.monitor.fleet.world import FLEET_KEY

WORKER = "asker"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskerSettings:
    """`addresses` say where each host of the made-up web is.

    `clock_off` are seconds by which the machine's clock is wrong, and `rests` those for which it
    takes no batch after one, so that another machine takes the next.
    """

    database: str = ""
    addresses: dict[str, tuple[str, int]] = field(default_factory=dict)
    pace: float = 1.0
    workers: int = 64
    without: str = ""
    mute_after: float = 12.0
    dead_after: float = 25.0
    clock_off: float = 0.0
    rests: float = 0.0


def remove_fence(_: AskerSettings) -> Fence:
    """Ask on, whatever the others think; and end jobs, whoever has them by now."""
    return Fence(end=lambda: None)


def forget_reloading() -> None:
    """Load a host's state once in a process."""
    reload = Frontier.reload_host_queue

    def load_once(self: Frontier, host_state: HostState) -> HostQueue:
        return self.get_host_queue(host_state.host) or reload(self, host_state)

    Frontier.reload_host_queue = load_once


def trust_own_clock() -> None:
    """Write instants of this machine's clock, and read them as such."""
    save = Mailbox.save_answer

    def save_instant(self: Mailbox, answer: SealedAnswer, host_state: HostState) -> bool:
        wanted = save(self, answer, host_state)
        self.connection.execute(
            "UPDATE namesake.hosts SET next_at = %s WHERE host = %s",
            *(host_state.next_at, host_state.host),
        )
        return wanted

    def load_instant(self: FleetHostsTable, host: str) -> HostState | None:
        found = self.connection.fetch_row(
            "SELECT next_at, reason, failures FROM namesake.hosts WHERE host = %s",
            host,
        )
        return None if found is None else HostState(host=host, **found)

    Mailbox.save_answer = save_instant
    FleetHostsTable.load_host_state = load_instant


def never_give_way() -> None:
    """Have a sweep's batch go on, whoever waits for its host."""
    guard = fleet_worker.BatchGuard
    guard.gives_way = lambda self, _batch, _priority: self.stopping.is_set()


def ignore_permissions() -> None:
    fleet_worker.BatchGuard.permits = lambda *_: True


def take_turns(seconds: float) -> None:
    """Have another machine take the next batch at a host that this one has asked."""
    fetch, rested_at = FencedJobManager.fetch_job, 0.0

    async def fetch_later(
        self: FencedJobManager, queues: Iterable[str] | None, worker_id: int
    ) -> jobs.Job | None:
        return await fetch(self, queues, worker_id) if monotonic() >= rested_at else None

    def rest_before(
        end: Callable[..., Coroutine[None, None, None]],
    ) -> Callable[..., Coroutine[None, None, None]]:
        async def end_and_rest(*words: object, **more: object) -> None:
            nonlocal rested_at
            rested_at = monotonic() + seconds
            await end(*words, **more)

        return end_and_rest

    FencedJobManager.fetch_job = fetch_later
    FencedJobManager.finish_job = rest_before(FencedJobManager.finish_job)
    FencedJobManager.retry_job = rest_before(FencedJobManager.retry_job)


REMOVALS: dict[str, Callable[[], None]] = {
    "reloading": forget_reloading,
    "database clock": trust_own_clock,
    "giving way": never_give_way,
    "permissions": ignore_permissions,
}


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s %(args)s")
    settings = AskerSettings(**json.loads(sys.argv[1]))
    if settings.without in REMOVALS:
        REMOVALS[settings.without]()
    if settings.rests:
        take_turns(settings.rests)
    if settings.without == "fence":
        fence = remove_fence(settings)
    else:
        fence = Fence(mute_after=settings.mute_after, dead_after=settings.dead_after)
    addresses = {host: (at[0], at[1]) for host, at in settings.addresses.items()}
    environment = Environment(
        clock=SystemClock(),
        dialer=Dialer(address_map=addresses, resolve=resolve_nothing),
        throttle=Throttle(wait_factor=settings.pace),
    )
    fetch = FetchConfig(workers=settings.workers)
    key = FleetSeal(FLEET_KEY).derive_worker_key(WORKER)
    with (
        suppress(KeyboardInterrupt),
        open_fleet_worker(settings.database, key, environment, fetch, fence) as worker,
    ):
        worker.run_until_stopped()


if __name__ == "__main__":
    main()
