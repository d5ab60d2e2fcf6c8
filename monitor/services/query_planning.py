"""What is asked about whom this week, by what each question has brought and may cost.

Questions about the district as a whole: asked once, told to each person what is theirs.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from monitor.config import PlanningConfig
from monitor.db.database import State
from monitor.db.sources import Paid
from monitor.domain.consent import Scope
from monitor.domain.person import Person
from monitor.domain.planning.budget import Cap, Limits, Outlay, Purse, week_number
from monitor.domain.planning.queries import StudentLinks, at_their_address, identity, plan
from monitor.domain.planning.selection import (
    Bill,
    Candidate,
    Choice,
    Depth,
    Outlook,
    Rotation,
    billed,
    candidates,
    choose,
    forecast,
)
from monitor.errors import DatabaseError, InputError
from monitor.services.flagging import pursued, trusted_accounts, with_confirmed, with_requested
from monitor.services.ports import Now
from monitor.services.staging import LISTS
from scrapers.models import District, Identity, Outcome, Query, Visit
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


OVER_BUDGET = "this week's budget for searches that cost money is used up"
# Nobody is paid for a refusal, or for what did not arrive.
BILLED = frozenset(
    {Outcome.FOUND, Outcome.ABSENT, Outcome.UNCHANGED, Outcome.PARTIAL, Outcome.UNREADABLE}
)


def limits_of(chosen: PlanningConfig) -> Limits:
    """Return what a district has decided to spend."""
    return Limits(
        person=Cap(requests=chosen.weekly_requests_person, usd=_dollars(chosen.weekly_usd_person)),
        district=Cap(
            requests=chosen.weekly_requests_district, usd=_dollars(chosen.weekly_usd_district)
        ),
    )


def _dollars(written: float) -> Decimal:
    # As it is written: 0.25, and not the nearest fraction of two.
    return Decimal(str(written))


def prices_of(sources: Iterable[Source]) -> Mapping[str, Decimal]:
    """Return what those sources declare that are not free."""
    priced = ((each.name, each.declaration.usd_per_1000) for each in sources)
    return {name: usd for name, usd in priced if usd}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Whom a run may ask about, and `of_all`: what it may ask once for everybody."""

    people: Collection[str]
    of_all: tuple[Query, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """`prices` are those of 1,000 requests in US dollars, of the sources that are not free."""

    state: State
    sources: Mapping[str, Source]
    prices: Mapping[str, Decimal]
    limits: Limits
    sharing: Sharing
    now: Now
    student_links: StudentLinks = StudentLinks.OFF

    def about(self, ref: str) -> Iterator[Query]:
        """Yield every first question about a person, by their consent of this moment."""
        yield from self._planned(ref, self.sources.values())

    def standing(self, person: Person) -> frozenset[str]:
        """Return the keys of all that is asked first for a person, though it may rest just now."""
        consent = self.state.consents.latest(person.ref)
        if consent is None:
            return frozenset()
        awake = replace(consent, paused_until=None)
        own = plan(person, awake, self.sources.values(), self.now(), self.student_links)
        keys = {query.key for query in own}
        if awake.covers(Scope.SEARCH, self.now()):
            shared = self.sharing.about_district()
            keys |= {replace(query, subject=person.ref).key for query in shared}
        return frozenset(keys)

    def choice(
        self, week: str, run: Offered, depth: Depth, answered: Collection[str] = ()
    ) -> Choice:
        """Choose among the questions that cost something and were not `answered` in this run."""
        limits = self.limits if depth is Depth.FULL else self.limits.of_a_sweep()
        purse = Purse(limits, self._committed(week))
        offered = (each for each in self._offered(run) if each.query.key not in answered)
        return choose(offered, week_number(week), purse, depth)

    def _offered(self, run: Offered) -> Iterator[Candidate]:
        priced = (query for query in run.of_all if query.source in self.prices)
        yield from candidates(priced, self.prices, {})
        for ref in run.people:
            yield from self.candidates(ref)

    def candidates(self, ref: str) -> tuple[Candidate, ...]:
        """Return the questions about a person that cost something, and how they have done."""
        priced = [self.sources[name] for name in self.prices]
        queries = tuple(self._planned(ref, priced)) if priced else ()
        if not queries:
            return ()
        try:
            asked = self.state.questions.of_sources(ref, self.prices)
        except DatabaseError:
            if self.state.consents.latest(ref) is None:
                return ()  # erased since they were planned, and their key with them
            raise
        return candidates(queries, self.prices, {each.key: each.history for each in asked})

    def outlook(self, ref: str, week: str) -> tuple[Outlook, ...]:
        """Tell of each question about a person when it is asked, as seen from a week's sweep."""
        known = {each.query.key: each for each in self.candidates(ref)}
        told = (
            Outlook.of(known[query.key], week_number(week))
            if query.key in known
            else Outlook.free(query)
            for query in self.about(ref)
        )
        return tuple(sorted(told, key=lambda each: (each.ahead, each.source, each.every)))

    def bill(self, week: str) -> Bill:
        """Tell what a week's sweep will ask of the sources that cost something."""
        people = self.state.consents.asking(self.now())
        run = Offered(people=people, of_all=tuple(self.sharing.questions()))
        choice = self.choice(week, run, Depth.ROTATING)
        rotation = Rotation(
            offered=tuple(self._offered(run)),
            limits=self.limits.of_a_sweep(),
            canaries=self.canaries(),
        )
        return Bill(
            people=len(people),
            sources=billed(choice.asked.values(), self.prices),
            canaries=self.canaries(),
            left_out=len(choice.refused),
            most=self.limits.district.usd,
            forecast=forecast(rotation, week_number(week)),
        )

    def spent(self, week: str) -> dict[str, Outlay]:
        """Return what was spent this week, by person; under "" what was about nobody."""
        spent: dict[str, Outlay] = {}
        for paid in self.state.outlays.of_week(week):
            outlay = Outlay.of(paid.requests, self.prices.get(paid.source, Decimal(0)))
            spent[paid.person] = spent.get(paid.person, Outlay()) + outlay
        return spent

    def pay(self, week: str, visit: Visit) -> None:
        """Count what a visit cost: all its pages, since it does not tell how many there were."""
        query = visit.query
        if query.source in self.prices and visit.reading.outcome in BILLED:
            self.state.outlays.add(
                Paid(
                    week=week,
                    person=query.subject,
                    source=query.source,
                    requests=query.pages or 1,
                )
            )

    def canaries(self) -> Outlay:
        """Return what a sweep spends on questions whose answer we know."""
        known = ((name, len(list(self.sources[name].canaries("")))) for name in self.prices)
        return sum((Outlay.of(number, self.prices[name]) for name, number in known), Outlay())

    def _committed(self, week: str) -> dict[str, Outlay]:
        spent = self.spent(week)
        spent[""] = spent.get("", Outlay()) + self.canaries()
        return spent

    def _planned(self, ref: str, sources: Collection[Source]) -> Iterator[Query]:
        try:
            person = with_confirmed(self.state, self.state.people.get(ref))
            allowed = self._allowed(person)
            person = with_requested(self.state, person)
        except InputError:
            # A sweep takes hours: who left after it began may be erased before their turn.
            return
        except DatabaseError:
            if self.state.consents.latest(ref) is None:
                return  # and their key with them
            raise
        consent = self.state.consents.latest(ref)
        asked: set[str] = set()
        for query in plan(person, consent, sources, self.now(), self.student_links):
            asked.add(query.key)
            if query.kind not in LISTS or query.key in allowed:
                yield query
        watched = pursued(self.state, ref)
        for query in at_their_address(watched, consent, sources, self.now()):
            if query.key not in asked:
                yield query

    def _allowed(self, person: Person) -> frozenset[str]:
        """Return the questions for contacts: of accounts proven, or showing the exact name."""
        if self.student_links is StudentLinks.OFF:
            return frozenset()
        trusted = replace(person, accounts=tuple(trusted_accounts(self.state, person)))
        consent = self.state.consents.latest(person.ref)
        lists = plan(trusted, consent, self.sources.values(), self.now(), self.student_links)
        return frozenset(query.key for query in lists if query.kind in LISTS)
