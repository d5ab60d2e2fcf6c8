"""What one visit proved, and what it asks next."""

from dataclasses import dataclass, replace
from datetime import datetime

from scrapers.finding import Contact, Finding
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.request import Kept, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Only a conclusive reading speaks of the person; the rest speak of the visit.

    `follow` holds what to ask next: a query with the same key continues this question (its
    next page), any other is a question of its own. `note` is one clause for people, without
    text from the web. `retry_at` says when a limited source may be asked again. `kept` is what to
    remember of the page for the next visit, None where nothing can be told by it. `unparsed` says
    that the bytes alone decided: the page tells more, and whoever wants that parses it. `withheld`
    counts the accounts that were left out because they ask for it.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    contacts: tuple[Contact, ...] = ()
    follow: tuple[Query, ...] = ()
    note: str = ""
    retry_at: datetime | None = None
    kept: Kept | None = None
    unparsed: bool = False
    withheld: int = 0

    def joined(self, later: "Reading") -> "Reading":
        """Join two pages of one question: it is conclusive only if every page is."""
        both = replace(
            later,
            findings=self.findings + later.findings,
            contacts=self.contacts + later.contacts,
            follow=self.follow + later.follow,
            kept=None,  # it would speak of one page only
            withheld=self.withheld + later.withheld,
        )
        if not later.outcome.conclusive:
            gap = Outcome.PARTIAL if both.findings or both.contacts else later.outcome
            return replace(both, outcome=gap)
        if Outcome.PARTIAL in (self.outcome, later.outcome):
            return replace(both, outcome=Outcome.PARTIAL, note=self.note or later.note)
        found = both.findings or both.contacts
        return replace(both, outcome=Outcome.FOUND if found else later.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """One page of an answer, and what was read in it: what a later reader can be tried on."""

    query: Query
    page: Page
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A query, what it came to, and when. `pages` are those that somebody wanted kept."""

    query: Query
    reading: Reading
    at: datetime
    pages: tuple[ReadPage, ...] = ()
