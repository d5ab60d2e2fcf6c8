"""One Mastodon server, or another that answers in Mastodon's API, as anybody may ask it.

An account as Mastodon's API shows it, read strictly and turned into what we keep.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, urlsplit

from scrapers.models import (
    Contact,
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
from scrapers.parsers.block_detection import refusal, unreadable
from scrapers.parsers.fediverse import (
    ANOTHER,
    DELETED,
    LISTS,
    SUSPENDED,
    account_canaries,
    list_questions,
    own_username,
    profile_questions,
)
from scrapers.parsers.json_fields import (
    ShapeError,
    count,
    lacks,
    moment,
    optional_flag,
    optional_text,
    parsed,
    record,
    rows,
    text,
    web_address,
)
from scrapers.parsers.presence import impossible_handle
from scrapers.parsers.profile_images import picture_in
from scrapers.parsers.text import links_in, plain_text, web_links
from scrapers.profile_api import Denial, contacts_in_list, denied, likely, next_link
from scrapers.source import UNLIMITED, Budget, Canary, Declaration, Etiquette, Family, Terms
from scrapers.urls.canonical import account_key, account_keys, canonical_key

PLATFORM = "mastodon"
ACCT = re.compile(r"[\w.-]{1,100}(?:@[\w.:-]{1,253})?")
COUNTS = (
    ("followers", "followers_count"),
    ("follows", "following_count"),
    ("posts", "statuses_count"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`acct` is `user`, or `user@host` for those of other servers.

    The flags say what its owner asks for; None is what nobody was asked. `moved_to` is where the
    owner says they are now.
    """

    id: str
    acct: str
    name: str
    bio: str
    url: str
    picture: str
    links: tuple[str, ...]
    created_at: datetime | None
    counts: tuple[tuple[str, int], ...]
    suspended: bool
    noindex: bool | None
    discoverable: bool | None
    hides_contacts: bool | None
    moved_to: str

    @property
    def asks_not_to_be_read(self) -> bool:
        """Its owner wants no machine to keep the profile."""
        return self.noindex is True

    @property
    def asks_not_to_be_found(self) -> bool:
        """Its owner does not want strangers to come upon it; a null is no answer.

        `indexable` speaks of posts, and we ask for none.
        """
        return self.noindex is True or self.discoverable is False


def account_in(shown: Mapping[str, object]) -> Account:
    acct = text(shown, "acct")
    if not ACCT.fullmatch(acct) or not text(shown, "username"):
        lacks("acct")
    note = optional_text(shown, "note")
    return Account(
        id=text(shown, "id"),
        acct=acct,
        name=optional_text(shown, "display_name"),
        bio=plain_text(note),
        url=_address(shown),
        picture=web_address(
            optional_text(shown, "avatar_static") or optional_text(shown, "avatar")
        ),
        links=web_links([*_fields(shown), *links_in(note)]),
        created_at=_created(shown),
        counts=tuple((name, seen) for name, seen in _counts(shown) if seen is not None),
        suspended=optional_flag(shown, "suspended") is True,
        noindex=optional_flag(shown, "noindex"),
        discoverable=optional_flag(shown, "discoverable"),
        hides_contacts=optional_flag(shown, "hide_collections"),
        moved_to=_moved(shown),
    )


def finding_of(account: Account, domain: str) -> Finding:
    """`domain` is that of the server that was asked: it does not say so of its own accounts."""
    handle = whole_handle(account.acct, domain)
    key = account_key(PLATFORM, handle)
    moved = (account.moved_to,) if account.moved_to else ()
    return Finding(
        key=canonical_key(account.url),
        kind=Kind.ACCOUNT,
        url=account.url,
        account=key,
        account_aliases=tuple(each for each in account_keys(account.url) if each != key),
        name=account.name,
        handle=handle,
        bio=account.bio,
        links=(*moved, *account.links),
        picture=account.picture,
        picture_hash=picture_in(account.picture),
        created_at=account.created_at,
        counts=account.counts,
    )


def contact_of(account: Account, domain: str) -> Contact:
    return Contact(name=account.name, handle=whole_handle(account.acct, domain), bio=account.bio)


def whole_handle(acct: str, domain: str) -> str:
    return acct if "@" in acct else f"{acct}@{domain}"


def _address(shown: Mapping[str, object]) -> str:
    """Return where people see it, else where machines do: servers leave out what they lack."""
    address = web_address(optional_text(shown, "url")) or web_address(optional_text(shown, "uri"))
    return address or lacks("url")


def _fields(shown: Mapping[str, object]) -> list[str]:
    if shown.get("fields") is None:
        return []
    values = [optional_text(record(row, "fields"), "value") for row in rows(shown, "fields")]
    return [link for value in values for link in links_in(value)]


def _counts(shown: Mapping[str, object]) -> list[tuple[str, int | None]]:
    return [(name, count(shown, key)) for name, key in COUNTS]


def _created(shown: Mapping[str, object]) -> datetime | None:
    # For accounts of other servers it is what these say, so a strange one is theirs to explain.
    try:
        return moment(shown, "created_at")
    except ShapeError:
        return None


def _moved(shown: Mapping[str, object]) -> str:
    moved = shown.get("moved")
    return web_address(optional_text(record(moved, "moved"), "url")) if moved is not None else ""


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
