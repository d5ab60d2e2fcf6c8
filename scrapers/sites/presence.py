"""Asks one site of the catalogue whether it shows an account with a handle."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256

from scrapers.models import (
    MOST_HOPS,
    Finding,
    Identity,
    Kind,
    Outcome,
    Page,
    Query,
    QueryKind,
    Reading,
    Request,
)
from scrapers.parsers.presence import BOTH_SHOWN, REDIRECTS, impossible_handle, verdict
from scrapers.parsers.text import ASKED_NOT_TO, Wish, wishes_of_header
from scrapers.sites.catalog import Entry
from scrapers.source import UNLIMITED, Budget, Canary, Declaration, Etiquette, Family
from scrapers.urls.canonical import account_key, account_keys, canonical_key

READER = 5
# Some sites allow no more than this, and none demands more.
CANARY_LENGTHS = (14, 12, 10, 8, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceSource:
    """`version` changes with the rule as with the reader: both change what one page means."""

    entry: Entry
    budget: Budget = UNLIMITED
    version: int = field(init=False)
    etiquette: Etiquette = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "version", _version(self.entry))
        etiquette = replace(self.entry.etiquette, budget=self.budget)
        object.__setattr__(self, "etiquette", etiquette)

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
    def declaration(self) -> Declaration:
        seen_on = self.entry.seen_on
        return Declaration(
            title=self.entry.name,
            asks="the address that an account with a handle would have",
            discloses="a handle, and that somebody looks whether it is there",
            sees="that such an account exists, and what its public page says of its owner",
            cannot_see="whose the account is, and pages that the site keeps for its members",
            provenance=self.entry.provenance or "the catalogue it stands in",
            seen_live=date.fromisoformat(seen_on) if seen_on else None,
        )

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
        if reading.outcome is not Outcome.FOUND or not query.subject:
            return reading  # nobody wants to know whose account a canary is
        if Wish.UNLISTED in wishes_of_header(page):
            return Reading(outcome=Outcome.DECLINED, note=ASKED_NOT_TO)
        return replace(reading, note="", findings=(self._bare(query, page),), unparsed=True)

    def parse(self, query: Query, page: Page) -> Reading:
        """Add what the page says of its owner; that the account exists has been proven."""
        from scrapers.parsers.html import profile_card  # noqa: PLC0415 - in the child alone

        handle = query.terms[0]
        card = profile_card(page, handle=handle, site=self.entry.name)
        if Wish.UNLISTED in card.wishes:
            return Reading(outcome=Outcome.DECLINED, note=ASKED_NOT_TO)
        told = replace(
            self._bare(query, page),
            title=card.title,
            name=card.name,
            bio=card.bio,
            links=card.links,
            picture=card.picture,
        )
        return Reading(outcome=Outcome.FOUND, findings=(told,))

    def canaries(self, nonce: str) -> Iterable[Canary]:
        lengths = (impossible_handle(nonce, self.name, length) for length in CANARY_LENGTHS)
        nobody = next((handle for handle in lengths if self.entry.admits(handle)), "")
        if nobody:
            yield Canary(query=self._query(nobody, ""), expects=Outcome.ABSENT)
        for handle in self.entry.known:
            yield Canary(query=self._query(handle, ""), expects=Outcome.FOUND)

    @property
    def _hops(self) -> int:
        """Take a redirect for the answer where the rule does and a known account can refute it.

        A site that sends everybody to its login page would else pass for one without accounts.
        """
        return 0 if self.entry.rule.m_code in REDIRECTS and self.entry.known else MOST_HOPS

    def _query(self, handle: str, subject: str) -> Query:
        return Query(
            source=self.name,
            kind=QueryKind.PRESENCE,
            terms=(handle,),
            request=Request(
                url=self.entry.asked_at(handle),
                headers=self.entry.headers,
                hops=self._hops,
            ),
            subject=subject,
        )

    def _bare(self, query: Query, page: Page) -> Finding:
        handle = query.terms[0]
        told = verdict(self.entry.rule, query.request.url, handle, page)
        address = self.entry.shown_at(handle)
        account = account_key(self.platform, handle)
        return Finding(
            key=canonical_key(address),
            kind=Kind.ACCOUNT,
            url=address,
            account=account,
            account_aliases=tuple(key for key in account_keys(address) if key != account),
            handle=handle,
            says_missing=told.note == BOTH_SHOWN,
        )


def _version(entry: Entry) -> int:
    rule = entry.rule
    four = (rule.e_code, rule.e_string, rule.m_code, rule.m_string)
    more = (*rule.e_others, *rule.m_others, *rule.m_codes)
    parts = (READER, entry.uri_check, *four, *more)
    return int(sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:8], 16)
