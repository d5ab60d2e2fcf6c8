"""Keeping a page as it came: as evidence behind an open flag, or to try a reader on again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.flag import FlagKind, FlagState
from monitor.domain.retention import TABLE, Kept
from monitor.store.state import State
from scrapers.outcome import Outcome
from scrapers.reading import Reading, Visit
from scrapers.request import Query, QueryKind
from scrapers.source import Family, Source

# Of what is exposed only its kind is kept, and of students nothing: no page of theirs, then.
EVIDENCED = frozenset({FlagKind.IMPERSONATION, FlagKind.OWN_ACCOUNT_CHANGED})
IN_QUESTION = frozenset(
    {
        FlagState.NEW,
        FlagState.OPEN,
        FlagState.IMPERSONATION,
        FlagState.REPORTED,
        FlagState.REFUSED,
    }
)
SHOWING = frozenset({QueryKind.SEARCH, QueryKind.PROFILE, QueryKind.PRESENCE})


def worth_keeping(source: Source, query: Query, reading: Reading) -> bool:
    """Choose what a site with profiles showed of accounts, and all canaries.

    Who follows whom is never kept, nor what a search engine says: it speaks of anybody. A canary
    is what is asked about nobody.
    """
    if query.kind not in SHOWING:
        return False
    shows_account = reading.outcome is Outcome.FOUND and source.family is not Family.SEARCH
    return shows_account or not query.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """`spans` are how long the text of some sources may be kept at most.

    `kinds` are the flags whose pages are kept, none where the district wants no page kept.
    """

    state: State
    spans: Mapping[str, timedelta]
    kinds: frozenset[FlagKind] = EVIDENCED

    def stage(self, sweep: str, source: Source | None, visit: Visit) -> Visit:
        """Keep the pages of a visit until its sweep closes; return the visit without them."""
        if source is not None and visit.pages:
            self.state.pages.add(sweep, source.version, visit.pages)
        return replace(visit, pages=())

    def lacking(self, person: str) -> frozenset[str]:
        """Return the items whose page is wanted: they are asked for in full, changed or not."""
        return self.state.pages.lacking(person, self.kinds, IN_QUESTION)

    def close(self, sweep: str) -> None:
        """Decide only when all is settled: a flag may be raised by what another source shows."""
        self.state.pages.close(sweep, self.kinds, IN_QUESTION)

    def forget(self, now: datetime) -> None:
        """Forget what is in question no more, and what is too old."""
        longest = TABLE[Kept.PAGE_BODY].open
        with self.state.write():
            self.state.pages.forget_settled(self.kinds, IN_QUESTION)
            if longest is not None:
                self.state.pages.forget_before(now - longest)
            for source, span in self.spans.items():
                self.state.pages.forget_before(now - span, source)
