"""Asks one site of the catalogue whether it shows an account with a handle."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from scrapers.canonical import account_key, account_keys, canonical_key
from scrapers.catalogue.entry import Entry
from scrapers.finding import Finding, Kind
from scrapers.identity import Identity
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.reading import Reading
from scrapers.recipes.presence import impossible_handle, verdict
from scrapers.recipes.profile_card import profile_card
from scrapers.request import Query, QueryKind, Request
from scrapers.source import UNLIMITED, Budget, Canary, Etiquette, Family

READER = 1
# Some sites allow no more than this, and none demands more.
CANARY_LENGTHS = (14, 12, 10, 8, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceSource:
    entry: Entry
    budget: Budget = UNLIMITED

    @property
    def name(self) -> str:
        return self.entry.key

    @property
    def platform(self) -> str:
        return self.entry.key

    @property
    def family(self) -> Family:
        return Family.PROFILES

    @property
    def version(self) -> int:
        """Change with the rule as well as with the reader: both change what one page means."""
        rule = self.entry.rule
        parts = (READER, self.entry.uri_check, rule.e_code, rule.e_string, rule.m_code)
        told = "\x1f".join(str(part) for part in (*parts, rule.m_string))
        return int(sha256(told.encode()).hexdigest()[:8], 16)

    @property
    def etiquette(self) -> Etiquette:
        return replace(self.entry.etiquette, budget=self.budget)

    def plan(self, identity: Identity) -> Iterator[Query]:
        own = (account.partition(":@") for account in identity.accounts)
        declared = [handle for platform, _, handle in own if platform == self.platform]
        handles = {handle.casefold(): handle for handle in (*declared, *identity.handles)}
        for handle in handles.values():
            if self.entry.admits(handle):
                yield self._query(handle, identity.ref)

    def read(self, query: Query, page: Page) -> Reading:
        handle = query.terms[0]
        reading = verdict(self.entry.rule, query.request.url, handle, page)
        if reading.outcome is not Outcome.FOUND:
            return reading
        return replace(reading, findings=(self._finding(handle, page),))

    def canaries(self, nonce: str) -> Iterable[Canary]:
        lengths = (impossible_handle(nonce, self.name, length) for length in CANARY_LENGTHS)
        nobody = next((handle for handle in lengths if self.entry.admits(handle)), "")
        if nobody:
            yield Canary(query=self._query(nobody, ""), expects=Outcome.ABSENT)
        for handle in self.entry.known:
            yield Canary(query=self._query(handle, ""), expects=Outcome.FOUND)

    def _query(self, handle: str, subject: str) -> Query:
        return Query(
            source=self.name,
            kind=QueryKind.PRESENCE,
            terms=(handle,),
            request=Request(url=self.entry.asked_at(handle), headers=self.entry.headers),
            subject=subject,
        )

    def _finding(self, handle: str, page: Page) -> Finding:
        address = self.entry.shown_at(handle)
        account = account_key(self.platform, handle)
        card = profile_card(page, handle=handle, site=self.entry.name)
        return Finding(
            key=canonical_key(address),
            kind=Kind.ACCOUNT,
            url=address,
            account=account,
            account_aliases=tuple(key for key in account_keys(address) if key != account),
            title=card.title,
            name=card.name,
            handle=handle,
            bio=card.bio,
            links=card.links,
        )
