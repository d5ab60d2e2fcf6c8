"""What may not be kept is taken out of an answer before it is written down anywhere."""

from dataclasses import dataclass, replace

from monitor.config import Config
from monitor.domain.exposure.cleaned import cleaned
from monitor.domain.exposure.contacts import Workplace
from monitor.domain.exposure.secrets import blotted, redacted_address
from monitor.domain.person import PersonName
from monitor.errors import DatabaseError, InputError
from monitor.store.state import State
from scrapers.reading import Reading, ReadPage, Visit

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
