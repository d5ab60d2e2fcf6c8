"""Which queue a host stands in, and how long it is left alone between two requests."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from scrapers.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """Subdomains of one site share a queue, named `*.site`, whoever asks or is led there.

    `seconds` holds, for the queues that sources declare, the longest pause that any of them wants.
    """

    seconds: Mapping[str, float]
    sites: tuple[str, ...]

    @classmethod
    def of(cls, sources: Iterable[Source]) -> Self:
        declared: dict[str, float] = {}
        for source in sources:
            for origin in source.etiquette.origins:
                host = origin.casefold().partition("://")[2].partition(":")[0]
                pause = source.etiquette.seconds_between
                declared[host] = max(declared.get(host, 0.0), pause)
        return cls(
            seconds=declared, sites=tuple(host for host in declared if host.startswith("*."))
        )

    def at(self, host: str) -> str:
        bare = host.rstrip(".")
        return next((site for site in self.sites if bare.endswith(site[1:])), bare)

    def pause(self, queue: str, otherwise: float) -> float:
        """Return the seconds between two requests; `otherwise` where no source knows the host."""
        return self.seconds.get(queue, otherwise)
