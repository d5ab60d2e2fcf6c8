"""What the districts of one process share: one crawler's manners, connections, parsers, mail."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from monitor.app import (
    CrawlerBuilder,
    DistrictSeat,
    Environment,
    build_parser,
    build_permission,
    build_user_agent,
)
from monitor.config import Config, FetchConfig
from monitor.db.database import Database
from monitor.db.shared import DistrictHostStore, SharedDatabase
from monitor.mail.smtp import RelayPace
from monitor.sources import is_worth_keeping, load_credentials, name_budgets
from scrapers.http.budget import QuotaTracker
from scrapers.http.client import HttpClient, HttpConnections
from scrapers.http.crawler import Crawler, CrawlHub, keep_no_page
from scrapers.http.limits import (
    MOST_IDLE_HOSTS,
    WANTED_FILES,
    compute_idle_hosts,
    raise_file_limit,
)
from scrapers.http.robots import RobotsCache
from scrapers.http.sharing import (
    DistrictProofs,
    ProofCache,
    ShareLedger,
    list_expected_proofs,
)
from scrapers.http.throttle import Throttle
from scrapers.sandbox.client import PageParser
from scrapers.source import Source

# Its lock, and its two databases with their logs while it is open.
FILES_OF_A_DISTRICT = 8


class SharedParts:
    """Made once for a process; each district that is opened gets a seat."""

    def __init__(
        self, shared: SharedDatabase, environment: Environment, fetch: FetchConfig, districts: int
    ) -> None:
        clock = environment.clock
        files = raise_file_limit(WANTED_FILES + FILES_OF_A_DISTRICT * districts)
        spare = files - FILES_OF_A_DISTRICT * districts
        idle_hosts = compute_idle_hosts(MOST_IDLE_HOSTS, fetch.workers, spare)
        self.shared = shared
        self._parts = ExitStack()
        self.parser = self._parts.enter_context(build_parser())
        self._staff: dict[str, int] = {}
        self._everyone = 0
        self._connections = HttpConnections(environment.dialer, idle_hosts)
        nonce = shared.canary_proofs.ensure_nonce(environment.ids.new_id, clock.now())
        self.environment = replace(
            environment,
            connections=self._connections,
            ids=replace(environment.ids, shared_nonce=nonce),
        )
        self.hub = CrawlHub(
            clock=clock,
            throttle=environment.throttle or Throttle(wait_factor=fetch.pace),
            robots=RobotsCache(shared.robots_files),
            workers=fetch.workers,
            quota=QuotaTracker(shared.request_quota, clock),
            directory=shared.directory,
        )
        self._proofs = ProofCache(shared.canary_proofs)
        self._paces: dict[tuple[str, int], RelayPace] = {}
        self._started_at = clock.now()

    def build_seat(self, name: str, config: Config) -> DistrictSeat:
        relay = (config.mail.host, config.mail.port)
        pace = self._paces.setdefault(relay, RelayPace(self.environment.clock))
        builder: CrawlerBuilder = partial(self._build_crawler, name)
        return DistrictSeat(parser=self.parser, build_crawler=builder, pace=pace)

    def set_staff(self, name: str, count: int) -> None:
        """Note how many people a district has: its share of every host goes by that."""
        # One without any counts as one person, or it could not even be asked for its own sake.
        self._staff[name] = max(count, 1)
        self._everyone = sum(self._staff.values())

    def remove_staff(self, name: str) -> None:
        self._staff.pop(name, None)
        self._everyone = sum(self._staff.values())

    def get_fraction(self, name: str) -> float:
        """Return a district's part of all staff."""
        return self._staff.get(name, 1) / max(self._everyone, 1)

    def close(self) -> None:
        self.hub.close()
        self._connections.close()
        self._parts.close()

    def _build_crawler(  # noqa: PLR0913, PLR0917 - what a district hands to its crawler
        self,
        name: str,
        config: Config,
        environment: Environment,
        db: Database,
        sources: Mapping[str, Source],
        parser: PageParser,
    ) -> Crawler:
        clock, budgets = environment.clock, name_budgets(sources, environment.variables)
        expected = list_expected_proofs(sources, environment.ids.shared_nonce, budgets, clock.now())
        return Crawler(
            client=HttpClient(
                dialer=environment.dialer,
                clock=clock,
                limits=environment.limits,
                user_agent=build_user_agent(config.district.contact),
                credentials=load_credentials(sources.values(), environment.variables),
                connections=self._connections,
            ),
            sources=sources,
            clock=clock,
            host_store=DistrictHostStore(
                shared=self.shared, own=db.hosts, started_at=self._started_at
            ),
            parser=parser,
            may_ask=build_permission(config, clock, db, sources),
            should_keep=is_worth_keeping if config.evidence.pages else keep_no_page,
            hub=self.hub,
            budgets=budgets,
            proofs=DistrictProofs(self._proofs, expected),
            share=ShareLedger(name, self.shared.host_shares, partial(self.get_fraction, name)),
        )
