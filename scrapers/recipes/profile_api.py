"""Profiles that an API tells in JSON: what is asked, and where the answer keeps what.

A source fills this in like a form; what it does not fill in, it does not do.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scrapers.finding import Finding
from scrapers.identity import Identity
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.reading import Reading
from scrapers.recipes.account_shape import ID
from scrapers.recipes.api_method import Ask, Methods, Pairs, true_at
from scrapers.recipes.denial import denied
from scrapers.recipes.likely import likely
from scrapers.recipes.limits import backoff
from scrapers.recipes.presence import impossible_handle
from scrapers.recipes.refusal import refusal, unreadable
from scrapers.recipes.shape import ShapeError, parsed
from scrapers.request import Query, QueryKind, Request
from scrapers.source import UNLIMITED, Budget, Canary, Declaration, Etiquette, Family

OK = 200
JSON: Pairs = (("accept", "application/json"),)
ANOTHER = "it answered with another account than the one we asked for"
CLOSED = "the site has closed the account"
INCOMPLETE = "it did not search to the end"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileApi:
    """A source whose answers all have the shapes that its `methods` name.

    `admits` is the pattern of a handle there. `known` is an account that surely exists (`@handle`,
    or its id): the service's own, never a private person's. `follows` is how many hits of a search
    are looked at one by one, where the search itself tells too little. `backs_off` says that an
    answer may ask us to pause. `always` are parameters of every request. `pictures` are the origins
    at which the service keeps the pictures of its profiles.
    """

    name: str
    platform: str
    base_url: str
    declaration: Declaration
    methods: Methods
    admits: str = r"\w[\w.-]{0,38}"
    known: str = ""
    names_asked: int = 8
    handles_asked: int = 4
    follows: int = 0
    last_page: int = 2
    backs_off: bool = False
    always: Pairs = ()
    pictures: tuple[str, ...] = ()
    headers: Pairs = JSON
    seconds_between: float = 1.0
    allow_private: tuple[str, ...] = ()
    budget: Budget = UNLIMITED
    family: Family = Family.PROFILES
    version: int = 1

    @property
    def etiquette(self) -> Etiquette:
        return Etiquette.of_api(
            self.base_url, self.seconds_between, self.allow_private, self.budget
        ).with_pictures(self.pictures)

    def plan(self, identity: Identity) -> Iterator[Query]:
        """Ask for names, for declared accounts, and whether likely handles are there."""
        if self.methods.by_name:
            for name in identity.names[: self.names_asked]:
                if name.strip():
                    yield self._query(QueryKind.SEARCH, self.methods.by_name, name, identity.ref)
        own = [each for each in map(self._own, identity.accounts) if each]
        for account in own:
            yield self._about(QueryKind.PROFILE, account, identity.ref)
        known = {account.removeprefix("@").casefold() for account in own}
        for handle in identity.handles[: self.handles_asked]:
            if self.methods.by_handle and self._admitted(handle) and handle.casefold() not in known:
                yield self._about(QueryKind.PRESENCE, f"@{handle}", identity.ref)

    def canaries(self, nonce: str) -> Iterable[Canary]:
        nobody = impossible_handle(nonce, self.name)
        if self.methods.by_handle:
            query = self._about(QueryKind.PRESENCE, f"@{nobody}", "")
            yield Canary(query=query, expects=Outcome.ABSENT)
        elif self.methods.by_name:
            query = self._query(QueryKind.SEARCH, self.methods.by_name, nobody, "")
            yield Canary(query=query, expects=Outcome.ABSENT)
        if self.known:
            query = self._about(QueryKind.PRESENCE, self.known, "")
            yield Canary(query=query, expects=Outcome.FOUND)

    def read(self, query: Query, page: Page) -> Reading:
        refused = denied(self.methods.denials, page) or refusal(page)
        if refused is not None:
            return refused
        if page.status != OK:
            return unreadable(f"it did not accept the question (status {page.status})")
        try:
            reading = self._read(query, page, parsed(page))
        except ShapeError as error:
            return unreadable(str(error))
        wait = backoff(page) if self.backs_off else None
        return replace(reading, retry_at=wait) if wait else reading

    def _read(self, query: Query, page: Page, answer: object) -> Reading:
        if query.kind is not QueryKind.SEARCH:
            return self._profile(query.terms[0], answer)
        if self.methods.by_name is None or len(query.terms) > 1:
            found = self._profile(query.terms[-1], answer)
            return likely(query.terms[0], found.findings) if found.findings else found
        return self._search(query, page, self.methods.by_name, answer)

    def _profile(self, term: str, answer: object) -> Reading:
        shape, shown = self.methods.of_account.shape, self.methods.of_account.shown(answer)
        if not shown:
            return Reading(outcome=Outcome.ABSENT)
        asked = next((row for row in shown if shape.answers(term, row)), None)
        if asked is None:
            return unreadable(ANOTHER)
        if shape.closed(asked):
            return Reading(outcome=Outcome.ABSENT, note=CLOSED)
        return Reading(outcome=Outcome.FOUND, findings=(shape.finding(self.platform, asked),))

    def _search(self, query: Query, page: Page, ask: Ask, answer: object) -> Reading:
        shown = [row for row in ask.shown(answer) if not ask.shape.closed(row)]
        accounts = [ask.shape.finding(self.platform, row) for row in shown]
        reading = likely(query.terms[0], accounts)
        hits = (self._hit(query, account) for account in accounts[: self.follows])
        follow = (*self._next(query, page, ask, answer), *hits)
        if ask.cut and true_at(answer, ask.cut):
            return replace(reading, outcome=Outcome.PARTIAL, note=INCOMPLETE, follow=follow)
        return replace(reading, follow=follow)

    def _next(self, query: Query, page: Page, ask: Ask, answer: object) -> Iterator[Query]:
        number = query.page + 1
        if number <= self.last_page and ask.goes_on(answer, page, number):
            asked = self._request(ask, query.terms[0])
            request = replace(asked, params=(*asked.params, ("page", str(number))))
            yield replace(query, page=number, request=request)

    def _hit(self, query: Query, account: Finding) -> Query:
        request = self._request(self.methods.of_account, account.handle)
        return replace(query, terms=(*query.terms, account.handle), request=request, page=1)

    def _own(self, account: str) -> str:
        """Return what stands for a declared account here: `@handle`, or its id."""
        platform, _, own = account.partition(":")
        if platform != self.platform:
            return ""
        if own.startswith("@"):
            return own if self.methods.by_handle and self._admitted(own.removeprefix("@")) else ""
        return own if self.methods.by_id and ID.fullmatch(own) else ""

    def _admitted(self, handle: str) -> bool:
        return re.fullmatch(self.admits, handle, re.IGNORECASE) is not None

    def _about(self, kind: QueryKind, account: str, subject: str) -> Query:
        ask = self.methods.by_handle if account.startswith("@") else self.methods.by_id
        return self._query(kind, ask or self.methods.of_account, account.removeprefix("@"), subject)

    def _query(self, kind: QueryKind, ask: Ask, term: str, subject: str) -> Query:
        return Query(
            source=self.name,
            kind=kind,
            terms=(term,),
            request=self._request(ask, term),
            subject=subject,
        )

    def _request(self, ask: Ask, term: str) -> Request:
        request = ask.request(self.base_url, term)
        return replace(request, params=(*request.params, *self.always), headers=self.headers)
