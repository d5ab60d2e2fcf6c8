"""How old facts are: what nobody has looked at for long is said, and stops nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from monitor.db.fact_updates import InstalledFacts
from monitor.domain.health import HealthResult, report_ok, report_warning
from monitor.domain.reason import Count, Plain, Reason
from scrapers.facts.fact import DatedFact, FactReliability, list_fact_kinds, load_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """One fact, as it is listed. `is_stale` says that nobody has looked at it for long, or ever."""

    kind: str
    key: str
    known: FactReliability
    source: str
    as_of: date | None
    seen_on: date | None
    is_stale: bool


def list_fact_lines(installed: InstalledFacts, now: datetime) -> Iterator[FactLine]:
    for kind in list_fact_kinds():
        for key, fact in load_facts(kind, DatedFact, installed.changes).items():
            yield FactLine(
                kind=kind,
                key=key,
                known=fact.known,
                source=fact.source,
                as_of=fact.as_of,
                seen_on=fact.seen_on,
                is_stale=fact.is_stale(now),
            )


def check_facts(installed: InstalledFacts, lines: Iterable[FactLine]) -> HealthResult:
    """Say how many facts are old: nobody need do anything about it, but for an update at fault."""
    if installed.fault:
        message = Reason("health.facts.fault", {"fault": Plain(installed.fault)})
        return report_warning("facts", message, Reason("remedy.facts"))
    ages = [line.is_stale for line in lines]
    counts = {"stale": Count(sum(ages)), "count": Count(len(ages))}
    return report_ok("facts", Reason("health.facts", counts))
