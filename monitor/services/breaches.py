"""Data breaches of a person's work address, shown only to that person.

They are no findings: no case is raised, IT sees nothing of them, and no reviewer does.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from monitor.app import App
from monitor.domain.breach import BreachRecord, choose_breach_advice, update_breach_records
from monitor.domain.reason import read_note
from monitor.domain.vocabulary import GapKind, Scope
from reports.coverage import CoverageGap
from reports.emails.views import BreachLine
from reports.pages.data import BreachesView
from scrapers.models import CrawlResult, Outcome, QueryKind
from scrapers.source import SourceFamily

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def record_breaches(app: App, person_id: str, visits: Iterable[CrawlResult]) -> None:
    """Store what an answer lists; one that proves nothing changes nothing.

    Where there are some that it does not list, another question is on its way to read them.
    """
    for visit in visits:
        result = visit.result
        lists_all = bool(result.breaches) or result.outcome is not Outcome.FOUND
        if visit.query.kind is QueryKind.BREACHES and result.outcome.is_conclusive and lists_all:
            before = app.db.breaches.list_records_of_person(person_id)
            for record in update_breach_records(before, visit.result.breaches, visit.at):
                app.db.breaches.save_breach(person_id, record)


def list_new_breaches(app: App, person_id: str, since: datetime) -> tuple[BreachLine, ...]:
    """Return those that we first saw since then and that are still listed, the latest first."""
    records = app.db.breaches.list_records_of_person(person_id)
    return tuple(
        _build_breach_line(record)
        for record in records
        if record.gone_at is None and record.first_seen >= since
    )


def build_breaches_view(app: App, person_id: str) -> BreachesView:
    """Show everything that is listed, and whether that is all: "not checked" is not "nothing"."""
    sources = {
        name for name, source in app.sources.items() if source.family is SourceFamily.BREACHES
    }
    asked = app.db.queries.list_queries_of_sources(person_id, sources)
    return BreachesView(
        lines=list_new_breaches(app, person_id, EPOCH),
        agreed=app.db.consents.has_agreed(person_id, Scope.BREACHES),
        checked_at=max((query.settled_at for query in asked), default=None),
        gaps=tuple(_list_gaps(app, sources)),
    )


def count_breaches(app: App, person_id: str) -> int | None:
    """Return how many are listed, None for someone who did not agree to be looked up."""
    if not app.db.consents.has_agreed(person_id, Scope.BREACHES):
        return None
    return app.db.breaches.count_listed_breaches(person_id)


def _list_gaps(app: App, sources: Iterable[str]) -> Iterator[CoverageGap]:
    """Yield what keeps us from knowing of more, as the last check of anyone left it."""
    for name in sources:
        health = app.db.source_health.find_source_health(name)
        if health is not None and not health.outcome.is_conclusive:
            yield CoverageGap(
                source=name,
                outcome=GapKind(health.outcome),
                since=health.since,
                note=read_note(health.note),
            )


def _build_breach_line(record: BreachRecord) -> BreachLine:
    breach = record.breach
    return BreachLine(
        title=breach.title,
        happened_on=breach.happened_on,
        data=breach.data,
        advice=choose_breach_advice(breach),
        doubtful=breach.fabricated or not breach.verified,
    )
