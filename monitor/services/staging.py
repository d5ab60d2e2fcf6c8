"""Take out of an answer what may not be kept, then keep the rest.

Contacts of an own account go to the matcher's pipe and nowhere else. A page is kept as it came
only behind an open flag, or to try a newer reader on.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.db.database import State
from monitor.db.pages import KeptPage
from monitor.domain.flag import FlagKind, FlagState
from monitor.domain.person import PersonName
from monitor.domain.pii import Workplace, blotted, cleaned, redacted_address
from monitor.domain.retention import TABLE, Kept
from monitor.domain.students.matching import ContactVerdict
from monitor.errors import DatabaseError, InputError, UnavailableError
from monitor.services.ports import Matcher, Now
from scrapers.models import Finding, Outcome, Page, Query, QueryKind, Reading, ReadPage, Visit
from scrapers.source import Family, Source

NOBODY = PersonName(given="", family="")


def workplace_of(config: Config) -> Workplace:
    district = config.district
    return Workplace(
        domains=frozenset(each.casefold() for each in district.domains),
        contacts=district.public_contacts,
        names=(district.name, *config.students.schools),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    state: State
    work: Workplace

    def visit(self, visit: Visit) -> Visit:
        return replace(visit, reading=self.reading(visit.query.subject, visit.reading))

    def pages(self, visit: Visit) -> Visit:
        return replace(visit, pages=tuple(self._page(each) for each in visit.pages))

    def reading(self, subject: str, reading: Reading) -> Reading:
        """Clean what is said of somebody; an address that holds a secret is not followed."""
        if not reading.findings and not reading.follow:
            return reading
        name, work = self._of(subject)
        follow = (
            each
            for each in reading.follow
            if redacted_address(each.request.url) == each.request.url
        )
        findings = (cleaned(each, name, work) for each in reading.findings)
        return replace(reading, findings=tuple(findings), follow=tuple(follow))

    def _page(self, read: ReadPage) -> ReadPage:
        """Blot out secrets where they stand, so that a reader can still be tried on the page."""
        body = read.page.body.decode("utf-8", "surrogateescape")
        blank = blotted(body).encode("utf-8", "surrogateescape")
        reading = self.reading(read.query.subject, read.reading)
        return replace(read, page=replace(read.page, body=blank), reading=reading)

    def _of(self, subject: str) -> tuple[PersonName, Workplace]:
        """Return whom an answer is about, and where they work."""
        if not subject:
            return NOBODY, self.work
        try:
            person = self.state.people.get(subject)
        except (InputError, DatabaseError):
            if self.state.consents.latest(subject) is None:
                return NOBODY, self.work  # erased since they were asked about
            raise
        names = (*self.work.names, person.school, person.organisation)
        return person.name, replace(self.work, names=names)


LISTS = frozenset({QueryKind.FOLLOWS, QueryKind.FOLLOWERS})
COMPARED = "compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    state: State
    matcher: Matcher
    now: Now

    def compared(self, visit: Visit) -> tuple[Visit, ContactVerdict | None]:
        """Return a visit without its contacts, and what the matcher says of them."""
        if visit.query.kind not in LISTS:
            return visit, None
        contacts, reading = visit.reading.contacts, replace(visit.reading, contacts=())
        if not contacts:
            return replace(visit, reading=reading), None
        try:
            return replace(visit, reading=reading), self.matcher.judge(contacts)
        except UnavailableError:
            failed = Reading(outcome=Outcome.FAILED, note="the student matcher cannot be reached")
            return replace(visit, reading=failed), None

    def audit(self) -> None:
        """Record how much the matcher was asked on its last day of work, unless that is known."""
        spent = self.matcher.spent
        if spent is None or not (spent.lists or spent.refused):
            return
        counted = {
            "day": spent.day.isoformat(),
            "lists": str(spent.lists),
            "contacts": str(spent.contacts),
            "refused": str(spent.refused),
        }
        last = self.state.audit.last(COMPARED)
        if last is None or last.details != counted:
            self.state.audit.append(self.now(), "namesake", COMPARED, "", counted)


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


Reads = Callable[[Source, Query, Page], Reading]


@dataclass(slots=True, kw_only=True)
class Replayed:
    """How the kept pages of one source are read today. Everything is a count, and of nobody.

    `outcomes` counts changes such as "found to unreadable", `details` those of findings. `worse`
    are pages that told something, and tell nothing any more.
    """

    source: str
    read_by: int
    pages: int = 0
    same: int = 0
    worse: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    details: Counter[str] = field(default_factory=Counter)

    def add(self, then: Reading, now: Reading) -> None:
        differences = Counter(_differences(then, now))
        self.pages += 1
        self.details += differences
        if then.outcome is not now.outcome:
            self.outcomes[f"{then.outcome} to {now.outcome}"] += 1
        elif not differences:
            self.same += 1
        if then.outcome.conclusive and not now.outcome.conclusive:
            self.worse += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaying:
    """It asks nobody and changes nothing."""

    state: State
    sources: Mapping[str, Source]
    reads: Reads
    cleaning: Cleaning
    now: Now

    def replay(self, only: str = "") -> tuple[Replayed, ...]:
        """Read all kept pages anew, or those of one source; who has left is left alone."""
        told: dict[str, Replayed] = {}
        for kept in self.state.pages.all():
            source = self.sources.get(kept.source)
            if source is None or (only and kept.source != only) or not self._may_read(kept):
                continue
            replayed = Replayed(source=source.name, read_by=source.version)
            # What was read then was cleaned before it was kept.
            now = self.cleaning.reading(kept.person, self.reads(source, kept.query, kept.page))
            told.setdefault(source.name, replayed).add(kept.reading, now)
        return tuple(told[name] for name in sorted(told))

    def _may_read(self, kept: KeptPage) -> bool:
        return not kept.person or self.state.consents.stands(kept.person, self.now())


def _differences(then: Reading, now: Reading) -> Iterator[str]:
    """Name what differs between two readings of one page, once for each finding."""
    before, after = ({each.key: each for each in reading.findings} for reading in (then, now))
    for key in before.keys() | after.keys():
        if key not in after:
            yield "not found any more"
        elif key not in before:
            yield "found anew"
        else:
            yield from _changed(before[key], after[key])


def _changed(before: Finding, after: Finding) -> Iterator[str]:
    for each in fields(Finding):
        if getattr(before, each.name) != getattr(after, each.name):
            yield each.name.replace("_", " ")
