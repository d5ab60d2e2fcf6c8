"""Take out of an answer what may not be kept, then keep the rest.

Contacts of an own account go to the matcher's pipe and nowhere else. A page is kept as it came
only behind an open flag.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.db.database import State
from monitor.domain.flag import FlagKind, FlagState
from monitor.domain.person import PersonName
from monitor.domain.pii import Workplace, blotted, cleaned, redacted_address
from monitor.domain.retention import TABLE, Kept
from monitor.domain.students.matching import ContactVerdict
from monitor.errors import DatabaseError, InputError, UnavailableError
from monitor.services.ports import Matcher, Now
from scrapers.models import Outcome, Query, QueryKind, Reading, ReadPage, Visit
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
        """Blot out secrets in the body; everything else stays as it came."""
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
    """Choose what a profile site showed of an account of the person that the query is about.

    Follower lists are never kept, nor results of a search engine: they are about many people.
    """
    about_somebody = query.kind in SHOWING and bool(query.subject)
    found = reading.outcome is Outcome.FOUND and source.family is not Family.SEARCH
    return about_somebody and found


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
