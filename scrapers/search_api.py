"""A search engine that answers in JSON: most of them differ in names of fields alone.

A question about the whole district serves everybody, so it costs by the number of sites and not of
people. It asks for no name; hits that are about nobody enrolled are dropped here.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import unquote

from scrapers.models import (
    District,
    Finding,
    Identity,
    Outcome,
    Page,
    Query,
    QueryKind,
    Reading,
    Request,
)
from scrapers.parsers.block_detection import (
    limited,
    quota_used,
    refusal,
    retry_at,
    unreadable,
    wall,
)
from scrapers.parsers.json_fields import ShapeError, parsed, record
from scrapers.parsers.pages import PAGES, page_questions
from scrapers.parsers.presence import impossible_handle
from scrapers.parsers.search_results import Hit, findings_about, findings_in, hits_in
from scrapers.parsers.search_terms import Terms, asked, merged_terms, search_terms
from scrapers.parsers.text import SHORTEST_IN_HANDLE, family_name, folded, words
from scrapers.source import (
    UNLIMITED,
    Budget,
    Canary,
    Declaration,
    DistrictSource,
    Etiquette,
    Family,
    Source,
)

WORK = "teacher"
# Where adults have accounts, and teachers pages of their own; as many as one question bears.
SITES = (
    ("facebook.com", "instagram.com", "threads.com"),
    ("tiktok.com", "youtube.com", "x.com"),
    ("linkedin.com", "pinterest.com", "snapchat.com"),
    ("ratemyteachers.com", "teacherspayteachers.com", "donorschoose.org"),
)
NOBODY_NAMED = "none of its results names the person"


def district_terms(district: District) -> Iterator[Terms]:
    """Yield the phrase to look for, what stands beside it, and the sites it is looked for on."""
    if not words(district.name):
        return
    for sites in SITES:
        yield (district.name, WORK, *(f"site:{site}" for site in sites))
    yield (district.name, WORK)
    for domain in district.domains:
        yield (domain, "", f"-site:{domain}")


def district_asked(terms: Terms) -> str:
    """Return the question as an engine reads it that knows OR and `site:`."""
    phrase, beside, *sites = terms
    places = " OR ".join(sites)
    parts = (f'"{_quotable(phrase)}"', beside, f"({places})" if len(sites) > 1 else places)
    return " ".join(filter(None, parts))


def _quotable(phrase: str) -> str:
    return " ".join(phrase.replace('"', " ").split())


@dataclass(frozen=True, slots=True)
class _Told:
    """A hit as it is compared with many names: its words, and its folded address."""

    hit: Hit
    words: frozenset[str]
    address: str

    @classmethod
    def of(cls, finding: Finding) -> "_Told":
        hit = Hit(url=finding.url, title=finding.title, snippet=finding.snippet)
        told = frozenset((*words(hit.title), *words(hit.snippet)))
        return cls(hit, told, folded(unquote(hit.url)))

    def may_name(self, family: str) -> bool:
        inside = len(family) >= SHORTEST_IN_HANDLE and family in self.address
        return inside or family in self.words or family in words(self.address)


def shared(reading: Reading, identities: Iterable[Identity]) -> Iterator[tuple[Identity, Reading]]:
    """Yield what an answer about a district says of each person: their hits, and no others'.

    An answer that could not be read says so of everybody.
    """
    told = tuple(map(_Told.of, reading.findings))
    for identity in identities:
        findings = tuple(_about(identity, told))
        outcome, note = reading.outcome, reading.note
        if outcome is Outcome.FOUND and not findings:
            outcome, note = Outcome.ABSENT, NOBODY_NAMED
        yield (
            identity,
            replace(reading, outcome=outcome, note=note, findings=findings, follow=(), kept=None),
        )


def _about(identity: Identity, told: Iterable[_Told]) -> Iterator[Finding]:
    families = {family for name in identity.names if (family := family_name(name))}
    hits = [each.hit for each in told if any(map(each.may_name, families))]
    # Nothing beside the name vouches for a hit: that all of them name the district is the question.
    yield from findings_about((*identity.names, ""), hits) if hits else ()


OK = 200
# A complaint is short; what is longer is somebody's text.
LONGEST_COMPLAINT = 4_000
NO_KEY = "it does not accept our key"
NO_CREDIT = "what was paid for is used up"
TOO_OFTEN = "it was asked too often"
ALTERED = "it searched for other words than the ones we gave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How an engine is asked, and what it calls the parts of a result.

    `page` is the parameter for further pages, empty where there is but one: page n is asked for
    by `first + (n - 1) * step`. `fixed` goes with every question. With `posts` all of it goes as
    a JSON document, else as parameters of the address. `either` says that the engine knows OR,
    `sites` that it knows `site:` as well.
    """

    path: str
    query: str = "q"
    fixed: tuple[tuple[str, str | int | bool], ...] = ()
    page: str = ""
    first: int = 1
    step: int = 1
    posts: bool = False
    either: bool = False
    sites: bool = False
    url: str = "url"
    title: str = "title"
    snippet: str = ""
    most_words: int = 50
    most_characters: int = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What one answer lists: `searched` is the question as the engine repeats it, if it does.

    Only what proves that nothing was found may come here without rows.
    """

    rows: Sequence[object]
    more: bool
    searched: str = ""
    altered: bool = False


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an engine says is wrong, in an answer that looks like any other."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What a complaint means: one of `phrases` stands in it, whatever they are if there are none.

    `statuses` are those that it comes with, any if there are none.
    """

    outcome: Outcome
    note: str
    statuses: frozenset[int] = frozenset()
    phrases: tuple[str, ...] = ()

    def fits(self, status: int, said: str) -> bool:
        expected = not self.statuses or status in self.statuses
        return expected and (not self.phrases or any(each in said for each in self.phrases))


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchApi:
    """An engine with an API of its own. `listed` finds the results in an answer, strictly.

    `known_query` surely has results, and they surely hold its last word. `most_questions` are
    asked about one person, None for no limit.
    """

    name: str
    declaration: Declaration
    base_url: str
    wire: Wire
    listed: Callable[[Mapping[str, object]], Listed | Complaint]
    troubles: tuple[Trouble, ...] = ()
    known_query: str = "wikipedia"
    last_page: int = 2
    most_questions: int | None = None
    seconds_between: float = 1.0
    allow_private: tuple[str, ...] = ()
    budget: Budget = UNLIMITED
    platform: str = ""
    family: Family = Family.SEARCH
    version: int = 1

    @property
    def etiquette(self) -> Etiquette:
        return Etiquette.of_api(
            self.base_url, self.seconds_between, self.allow_private, self.budget
        )

    def plan(self, identity: Identity) -> Iterator[Query]:
        planned = merged_terms if self.wire.either else search_terms
        for terms in islice(planned(identity), self.most_questions):
            yield self._query(terms, identity.ref)

    def about_district(self, district: District) -> Iterator[Query]:
        for terms in district_terms(district) if self.wire.sites else ():
            yield self._query(terms, "", QueryKind.DISTRICT)

    def share(
        self, reading: Reading, identities: Iterable[Identity]
    ) -> Iterator[tuple[Identity, Reading]]:
        return shared(reading, identities)

    def read(self, query: Query, page: Page) -> Reading:
        if page.status != OK:
            return self._refused(page)
        note = wall(page)
        if note is not None:
            return Reading(outcome=Outcome.BLOCKED, note=note)
        try:
            told = self.listed(record(parsed(page), "an object"))
            if isinstance(told, Complaint):
                return self._complained(page, told.text)
            return self._read(query, told)
        except ShapeError as error:
            return self._spoken(page) or unreadable(str(error))

    def canaries(self, nonce: str) -> Iterable[Canary]:
        nobody = impossible_handle(nonce, self.name)
        yield Canary(query=self._query((nobody,), ""), expects=Outcome.ABSENT)
        yield Canary(query=self._query((self.known_query,), ""), expects=Outcome.FOUND)

    def _read(self, query: Query, told: Listed) -> Reading:
        searched = words(told.searched)
        if told.altered or searched not in ([], words(self._asked(query.kind, query.terms))):
            return unreadable(ALTERED)
        hits = hits_in(told.rows, self.wire.url, self.wire.title, self.wire.snippet)
        of_all = query.kind is QueryKind.DISTRICT
        findings = findings_in(hits) if of_all else findings_about(query.terms, hits)
        follow = self._next(query) if told.more else ()
        if findings:
            return Reading(outcome=Outcome.FOUND, findings=findings, follow=follow)
        note = NOBODY_NAMED if told.rows else ""
        return Reading(outcome=Outcome.ABSENT, note=note, follow=follow)

    def _refused(self, page: Page) -> Reading:
        if quota_used(page):
            return limited(page)
        told = self._trouble(page, _said(page)) or refusal(page)
        return told or unreadable(f"it did not accept the question (status {page.status})")

    def _complained(self, page: Page, text: str) -> Reading:
        told = self._trouble(page, text.casefold())
        return told or unreadable("it did not accept the question")

    def _spoken(self, page: Page) -> Reading | None:
        """Read a plain sentence that was sent where JSON was promised."""
        said = _said(page)
        return None if said.startswith(("{", "[", "<")) else self._trouble(page, said)

    def _trouble(self, page: Page, said: str) -> Reading | None:
        for trouble in self.troubles:
            if trouble.fits(page.status, said):
                later = retry_at(page) if trouble.outcome is Outcome.LIMITED else None
                return Reading(outcome=trouble.outcome, note=trouble.note, retry_at=later)
        return None

    def _query(self, terms: Terms, subject: str, kind: QueryKind = QueryKind.SEARCH) -> Query:
        return Query(
            source=self.name,
            kind=kind,
            terms=terms,
            request=self._request(kind, terms, 1),
            subject=subject,
        )

    def _asked(self, kind: QueryKind, terms: Terms) -> str:
        if kind is QueryKind.DISTRICT:
            return district_asked(terms)
        wire = self.wire
        return asked(terms, most_words=wire.most_words, most_characters=wire.most_characters)

    def _request(self, kind: QueryKind, terms: Terms, page: int) -> Request:
        wire = self.wire
        question = self._asked(kind, terms)
        given: list[tuple[str, str | int | bool]] = [(wire.query, question), *wire.fixed]
        if wire.page:
            given.append((wire.page, wire.first + (page - 1) * wire.step))
        url = f"{self.base_url.rstrip('/')}{wire.path}"
        headers = (("accept", "application/json"),)
        if wire.posts:
            typed = (*headers, ("content-type", "application/json"))
            return Request(url=url, headers=typed, body=json.dumps(dict(given)))
        return Request(url=url, params=tuple(map(_parameter, given)), headers=headers)

    def _next(self, query: Query) -> tuple[Query, ...]:
        page = query.page + 1
        if page > min(self.last_page, query.pages or self.last_page) or not self.wire.page:
            return ()
        return (replace(query, page=page, request=self._request(query.kind, query.terms, page)),)


def _parameter(pair: tuple[str, str | int | bool]) -> tuple[str, str]:
    name, value = pair
    return name, str(value).lower() if isinstance(value, bool) else str(value)


def _said(page: Page) -> str:
    """Return what a page says if it is short, in small letters and in one line."""
    if len(page.body) > LONGEST_COMPLAINT:
        return ""
    return " ".join(page.text.split()).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadHits:
    """It is the engine in all else: a result list shows a title, and the page says whose it is.

    `most` is how many hits of one answer are read.
    """

    engine: Source
    most: int

    @property
    def name(self) -> str:
        return self.engine.name

    @property
    def platform(self) -> str:
        return self.engine.platform

    @property
    def family(self) -> Family:
        return self.engine.family

    @property
    def version(self) -> int:
        return self.engine.version

    @property
    def etiquette(self) -> Etiquette:
        return self.engine.etiquette

    @property
    def declaration(self) -> Declaration:
        return self.engine.declaration

    def plan(self, identity: Identity) -> Iterable[Query]:
        return self.engine.plan(identity)

    def about_district(self, district: District) -> Iterable[Query]:
        engine = self.engine
        return engine.about_district(district) if isinstance(engine, DistrictSource) else ()

    def share(
        self, reading: Reading, identities: Iterable[Identity]
    ) -> Iterable[tuple[Identity, Reading]]:
        engine = self.engine
        return engine.share(reading, identities) if isinstance(engine, DistrictSource) else ()

    def canaries(self, nonce: str) -> Iterable[Canary]:
        return self.engine.canaries(nonce)

    def read(self, query: Query, page: Page) -> Reading:
        reading = self.engine.read(query, page)
        shown = (each.url for each in reading.findings)
        pages = page_questions(PAGES, shown, query.subject)[: self.most] if query.subject else ()
        return replace(reading, follow=(*reading.follow, *pages))
