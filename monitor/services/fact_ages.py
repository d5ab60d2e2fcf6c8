"""How old facts are: stale ones are reported, and stop nothing."""

from collections.abc import Iterator
from datetime import datetime

from monitor.db.fact_updates import InstalledFacts
from monitor.domain.health import HealthResult, report_ok, report_warning
from monitor.domain.reason import Count, Plain, Reason
from scrapers.facts.fact import DatedFact, list_fact_kinds, load_facts


def list_facts(installed: InstalledFacts) -> Iterator[tuple[str, str, DatedFact]]:
    """Yield every fact after its kind and its key."""
    for kind in list_fact_kinds():
        for key, fact in load_facts(kind, DatedFact, installed.changes).items():
            yield kind, key, fact


def check_facts(installed: InstalledFacts, now: datetime) -> HealthResult:
    """Say how many facts are old: nobody need do anything about it, but for an update at fault."""
    if installed.fault:
        message = Reason("health.facts.fault", {"fault": Plain(installed.fault)})
        return report_warning("facts", message, Reason("remedy.facts"))
    ages = [fact.is_stale(now) for _, _, fact in list_facts(installed)]
    counts = {"stale": Count(sum(ages)), "count": Count(len(ages))}
    return report_ok("facts", Reason("health.facts", counts))
