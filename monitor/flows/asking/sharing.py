"""Questions about the district as a whole: asked once, told to each person what is theirs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from monitor.domain.consent import Scope
from monitor.domain.planning.questions import identity
from monitor.errors import DatabaseError, InputError
from monitor.flows.parts import Now
from monitor.store.state import State
from scrapers.identity import District, Identity
from scrapers.reading import Visit
from scrapers.request import Query
from scrapers.source import DistrictSource, Family, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """What an answer says of a person falls under that person's consent; the rest is dropped."""

    state: State
    sources: Mapping[str, Source]
    district: District
    now: Now

    def questions(self) -> Iterator[Query]:
        """Yield what is asked about the district, while there is anybody it is asked for."""
        if any(True for _ in self._readers()):
            yield from self.about_district()

    def about_district(self) -> Iterator[Query]:
        """Yield the same, whoever there is."""
        for source in self.sources.values():
            if source.family is Family.SEARCH and isinstance(source, DistrictSource):
                yield from source.about_district(self.district)

    def shared(self, visit: Visit) -> Iterator[Visit]:
        """Yield what a visit told each person, and last, without any of it, that it was made."""
        source = self.sources[visit.query.source]
        if isinstance(source, DistrictSource):
            for reader, reading in source.share(visit.reading, self._readers()):
                yield replace(
                    visit, query=replace(visit.query, subject=reader.ref), reading=reading
                )
        bare = replace(visit.reading, findings=(), follow=(), kept=None)
        yield replace(visit, reading=bare)

    def _readers(self) -> Iterator[Identity]:
        """Yield those who agreed to be searched for, as of this moment."""
        now = self.now()
        for ref in tuple(self.state.consents.live(now)):
            try:
                person = self.state.people.get(ref)
            except (InputError, DatabaseError):
                if self.state.consents.latest(ref) is None:
                    continue  # erased since they were listed, and their key with them
                raise
            consent = self.state.consents.latest(ref)
            if consent is not None and consent.covers(Scope.SEARCH, now):
                yield identity(person, consent, now)
