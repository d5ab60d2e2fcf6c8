"""What a crawler remembers, in a dictionary: no database, no restart."""

from dataclasses import dataclass, field

from scrapers.crawl.quotas import QuotaUsage
from scrapers.crawl.robots import RobotsRecord
from scrapers.crawl.throttle import HostState


@dataclass(slots=True)
class InMemoryQuotaStore:
    usages: dict[str, QuotaUsage] = field(default_factory=dict)

    def load_quota_usage(self, source: str) -> QuotaUsage | None:
        return self.usages.get(source)

    def save_quota_usage(self, usage: QuotaUsage) -> None:
        self.usages[usage.source] = usage


@dataclass(slots=True)
class InMemoryRobotsStore:
    records: dict[str, RobotsRecord] = field(default_factory=dict)

    def load_robots_file(self, origin: str) -> RobotsRecord | None:
        return self.records.get(origin)

    def save_robots_file(self, record: RobotsRecord) -> None:
        self.records[record.origin] = record


@dataclass(slots=True)
class InMemoryHostStore:
    states: dict[str, HostState] = field(default_factory=dict)

    def load_host_state(self, host: str) -> HostState | None:
        return self.states.get(host)

    def save_host_state(self, host_state: HostState) -> None:
        self.states[host_state.host] = host_state
