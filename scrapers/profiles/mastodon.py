"""One Mastodon server, or another that answers in Mastodon's API, as anybody may ask it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from scrapers.identity import Identity
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.profiles.mastodon_account import (
    PLATFORM,
    Account,
    account_in,
    contact_of,
    finding_of,
    whole_handle,
)
from scrapers.reading import Reading
from scrapers.recipes.contact_list import contacts_in_list
from scrapers.recipes.denial import Denial, denied
from scrapers.recipes.fediverse import (
    ANOTHER,
    DELETED,
    LISTS,
    SUSPENDED,
    account_canaries,
    list_questions,
    own_username,
    profile_questions,
)
from scrapers.recipes.likely import likely
from scrapers.recipes.onward import next_link
from scrapers.recipes.presence import impossible_handle
from scrapers.recipes.refusal import refusal, unreadable
from scrapers.recipes.shape import ShapeError, parsed, record, rows
from scrapers.request import Query, QueryKind, Request
from scrapers.source import UNLIMITED, Budget, Canary, Declaration, Etiquette, Family, Terms

DECLARATION = Declaration(
    title="Mastodon",
    asks="a name, the handle of an account of this server, or whom a declared account follows",
    discloses="the name or the handle, to whoever runs the server",
    sees="display name, handle, bio, links, picture and counts of accounts that the server knows",
    cannot_see="accounts that ask not to be found, and all where members only may ask",
    provenance="Mastodon's API documentation, recorded answers, and a snac 2 run on loopback",
    terms=Terms(url="https://docs.joinmastodon.org/api/"),
)

OK = 200
GONE = 410
SEARCHED = 40
LISTED = 80
COUNTED = {QueryKind.FOLLOWS: "follows", QueryKind.FOLLOWERS: "followers"}
# It counts and lists nobody's contacts, and says that they are not hidden.
SNAC = "snac/"
MEMBERS_ONLY = "it answers its members only"
HIDDEN = "the account does not show its contacts to strangers"
PRIVATE = "the account asks not to be read by robots"
DENIALS = (
    Denial(status=404, where="error", says="record not found", outcome=Outcome.ABSENT),
    # The words of Pleroma and Akkoma.
    Denial(status=404, where="error", says="can't find user", outcome=Outcome.ABSENT),
    *(
        Denial(status=status, where="error", outcome=Outcome.BLOCKED, note=MEMBERS_ONLY)
        for status in (401, 403, 422)
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastodon:
    """`domain` stands in the handles of its accounts, where it is not the host that is asked.

    `known` is an account of the server's own, which surely exists; empty where there is none.
    `listed` is how many contacts a page may list.
    """

    base_url: str = "https://mastodon.social"
    domain: str = ""
    known: str = ""
    listed: int = LISTED
    seconds_between: float = 1.5
    pictures: tuple[str, ...] = ()
    allow_private: tuple[str, ...] = ()
    budget: Budget = UNLIMITED
    name: str = "mastodon-server"
    platform: str = PLATFORM
    family: Family = Family.PROFILES
    version: int = 1
    declaration: Declaration = DECLARATION

    def __post_init__(self) -> None:
        object.__setattr__(self, "domain", self.domain or urlsplit(self.base_url).netloc)

    @property
    def etiquette(self) -> Etiquette:
        return Etiquette.of_api(
            self.base_url, self.seconds_between, self.allow_private, self.budget
        ).with_pictures(self.pictures)

    def plan(self, identity: Identity) -> Iterator[Query]:
        for name in identity.names:
            if name.strip():
                yield self._search(name, identity.ref)
        own = [each for each in map(self._own, identity.accounts) if each]
        yield from profile_questions(self._lookup, own, identity)

    def contacts(self, account: str, subject: str) -> Iterator[Query]:
        return list_questions(self._lookup, self._own(account), subject)

    def canaries(self, nonce: str) -> Iterator[Canary]:
        return account_canaries(self._lookup, impossible_handle(nonce, self.name), self.known)

    def read(self, query: Query, page: Page) -> Reading:
        refused = denied(DENIALS, page) or refusal(page)
        if refused is not None:
            return refused
        if page.status == GONE:
            return Reading(outcome=Outcome.ABSENT, note=DELETED)
        if page.status != OK:
            return unreadable(f"it did not accept the question (status {page.status})")
        try:
            return self._read(query, page, parsed(page))
        except ShapeError as error:
            return unreadable(str(error))

    def _read(self, query: Query, page: Page, answer: object) -> Reading:
        if query.kind is QueryKind.SEARCH:
            return self._found(query, record(answer, "an object"))
        if query.kind in LISTS and query.page > 1:
            accounts = _accounts({"a list": answer}, "a list")
            contacts = [
                contact_of(each, self.domain) for each in accounts if not each.asks_not_to_be_read
            ]
            return contacts_in_list(query, contacts, next_link(page), HIDDEN)
        account = account_in(record(answer, "an account"))
        if whole_handle(account.acct, self.domain).casefold() != self._asked(query):
            return unreadable(ANOTHER)
        if account.suspended:
            return Reading(outcome=Outcome.ABSENT, note=SUSPENDED)
        if query.kind in LISTS:
            return self._list(query, page, account)
        return self._profile(account)

    def _found(self, query: Query, answer: Mapping[str, object]) -> Reading:
        shown = [each for each in _accounts(answer, "accounts") if not each.suspended]
        return likely(
            query.terms[0],
            [finding_of(each, self.domain) for each in shown if not each.asks_not_to_be_found],
            [finding_of(each, self.domain) for each in shown if each.asks_not_to_be_found],
        )

    def _profile(self, account: Account) -> Reading:
        if account.asks_not_to_be_read:
            return Reading(outcome=Outcome.DECLINED, note=PRIVATE)
        note = "its owner has moved to another account" if account.moved_to else ""
        finding = finding_of(account, self.domain)
        return Reading(outcome=Outcome.FOUND, findings=(finding,), note=note)

    def _list(self, query: Query, page: Page, account: Account) -> Reading:
        """Go on to the list, unless the account hides it, or says that there is nothing on it."""
        hidden = account.hides_contacts or page.headers.get("x-creator", "").startswith(SNAC)
        if hidden or account.asks_not_to_be_read:
            return Reading(outcome=Outcome.DECLINED, note=HIDDEN)
        if account.hides_contacts is False and dict(account.counts).get(COUNTED[query.kind]) == 0:
            return Reading(outcome=Outcome.ABSENT)
        path = f"/api/v1/accounts/{quote(account.id, safe='')}/{LISTS[query.kind]}"
        request = self._request(path, (("limit", str(self.listed)),))
        follow = replace(query, page=query.page + 1, request=request)
        return Reading(outcome=Outcome.FOUND, follow=(follow,))

    def _own(self, account: str) -> str:
        return own_username(account, self.platform, self.domain)

    def _asked(self, query: Query) -> str:
        return whole_handle(query.terms[0], self.domain).casefold()

    def _search(self, name: str, subject: str) -> Query:
        # Only members may ask for more than the first page, or for other servers to be asked.
        params = (("q", name), ("type", "accounts"), ("limit", str(SEARCHED)))
        return self._query(QueryKind.SEARCH, name, self._request("/api/v2/search", params), subject)

    def _lookup(self, kind: QueryKind, username: str, subject: str) -> Query:
        request = self._request("/api/v1/accounts/lookup", (("acct", username),))
        return self._query(kind, username, request, subject)

    def _query(self, kind: QueryKind, term: str, request: Request, subject: str) -> Query:
        return Query(source=self.name, kind=kind, terms=(term,), request=request, subject=subject)

    def _request(self, path: str, params: tuple[tuple[str, str], ...]) -> Request:
        return Request(
            url=f"{self.base_url.rstrip('/')}{path}",
            params=params,
            headers=(("accept", "application/json"),),
        )


def _accounts(answer: Mapping[str, object], key: str) -> list[Account]:
    return [account_in(record(row, key)) for row in rows(answer, key)]
