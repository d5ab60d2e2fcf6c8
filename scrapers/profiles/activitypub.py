"""One server of the fediverse, asked as other servers ask it: WebFinger, then ActivityPub.

For servers that do not answer strangers in Mastodon's API: GoToSocial, Pixelfed, PeerTube, or one
that was written with a framework such as Fedify. WebFinger (RFC 7033) says which document describes
the account `user@host`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

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
from scrapers.parsers.block_detection import refusal, unreadable, wall
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
    addresses,
    count,
    lacks,
    moment,
    optional_flag,
    optional_text,
    parsed,
    record,
    rows,
    text,
    tidy,
    web_address,
)
from scrapers.parsers.presence import impossible_handle
from scrapers.parsers.profile_images import picture_in
from scrapers.parsers.text import links_in, plain_text, web_links
from scrapers.profile_api import at_home, contacts_in_list
from scrapers.source import UNLIMITED, Budget, Canary, Declaration, Etiquette, Family, Terms
from scrapers.urls.canonical import account_key, canonical_key

# All servers that answer so are one network, whose accounts bear the key that Mastodon's have.
PLATFORM = "mastodon"
ACTORS = frozenset({"Application", "Group", "Organization", "Person", "Service"})
TOMBSTONE = "Tombstone"
USERNAME = re.compile(r"[\w.-]{1,100}")
MOST_FIELDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """`lists` are the addresses of whom it follows and who follows it, empty where not told."""

    username: str
    name: str
    bio: str
    url: str
    picture: str
    links: tuple[str, ...]
    created_at: datetime | None
    suspended: bool
    moved: bool
    lists: Mapping[str, str]


def kinds_of(shown: Mapping[str, object]) -> frozenset[str]:
    """Return the types of a document, which are one or a list of them."""
    told = shown.get("type")
    kinds = told if isinstance(told, list) else [told]
    return frozenset(kind for kind in kinds if isinstance(kind, str))


def actor_in(shown: Mapping[str, object]) -> Actor:
    if not ACTORS.intersection(kinds_of(shown)):
        lacks("type")
    username = text(shown, "preferredUsername")
    if not USERNAME.fullmatch(username):
        lacks("preferredUsername")
    moved = linked(shown, "movedTo")
    summary = optional_text(shown, "summary")
    return Actor(
        username=username,
        name=plain_text(optional_text(shown, "name")),
        bio=plain_text(summary),
        url=_page(shown),
        picture=address_in(shown.get("icon")),
        links=web_links([moved, *_fields(shown), *links_in(summary)]),
        created_at=_published(shown),
        suspended=optional_flag(shown, "suspended") is True,
        moved=bool(moved),
        lists={name: linked(shown, name) for name in ("following", "followers")},
    )


def finding_of(actor: Actor, domain: str) -> Finding:
    handle = f"{actor.username}@{domain}"
    return Finding(
        key=canonical_key(actor.url),
        kind=Kind.ACCOUNT,
        url=actor.url,
        account=account_key(PLATFORM, handle),
        name=actor.name,
        handle=handle,
        bio=actor.bio,
        links=actor.links,
        picture=actor.picture,
        picture_hash=picture_in(actor.picture),
        created_at=actor.created_at,
    )


def address_in(value: object) -> str:
    """Return the first address in what may be one, an object that holds one, or a list of these."""
    for each in value if isinstance(value, list) else [value]:
        holder = each if isinstance(each, dict) else {"href": each}
        for key in ("href", "url", "id"):
            told = holder.get(key)
            inner = address_in(told) if isinstance(told, dict | list) else told
            if isinstance(inner, str) and web_address(inner):
                return web_address(inner)
    return ""


def linked(holder: Mapping[str, object], key: str) -> str:
    """Return the address under a key that may be missing, but not hold anything else."""
    address = address_in(holder.get(key))
    if not address and holder.get(key) is not None:
        lacks(key)
    return address


def _page(shown: Mapping[str, object]) -> str:
    """Return where people see the account, else the document itself."""
    address = address_in(shown.get("url")) or web_address(text(shown, "id"))
    return address or lacks("url")


def _fields(shown: Mapping[str, object]) -> list[str]:
    told = shown.get("attachment")
    fields = told if isinstance(told, list) else [told] if isinstance(told, dict) else []
    found: list[str] = []
    for field in fields[:MOST_FIELDS]:
        holder = record(field, "attachment")
        value = holder.get("value")
        found += links_in(tidy(value)) if isinstance(value, str) else [*addresses(holder)]
    return found


def _published(shown: Mapping[str, object]) -> datetime | None:
    try:
        return moment(shown, "published")
    except ShapeError:
        return None


COLLECTIONS = frozenset({"Collection", "OrderedCollection"})
PAGES = frozenset({"CollectionPage", "OrderedCollectionPage"})
# How servers say that a list is its owner's own business; 401 is what they say to all strangers.
MAY_HIDE = frozenset({403})
HIDDEN = "the account does not show its contacts to strangers"


def listed(query: Query, answer: Mapping[str, object]) -> Reading:
    """Read a collection or one of its pages; a collection may hold its first page in itself."""
    if COLLECTIONS.intersection(kinds_of(answer)):
        return _collection(query, answer)
    if not PAGES.intersection(kinds_of(answer)):
        lacks("type")
    return _page_of_activitypub_list(query, answer)


def _collection(query: Query, answer: Mapping[str, object]) -> Reading:
    first = answer.get("first")
    if first is not None and count(answer, "totalItems") == 0:
        return Reading(outcome=Outcome.ABSENT)
    if isinstance(first, Mapping) and _items(first) is not None:
        return _page_of_activitypub_list(query, first)
    if first is not None:
        return contacts_in_list(query, (), linked(answer, "first"))
    if _items(answer) is not None:
        return _page_of_activitypub_list(query, answer)
    # Whatever it counts: snac shows a zero to all who may not see, be it true or not.
    return Reading(outcome=Outcome.DECLINED, note=HIDDEN)


def _page_of_activitypub_list(query: Query, answer: Mapping[str, object]) -> Reading:
    items = _items(answer)
    if items is None:
        lacks("items")
    return contacts_in_list(query, _contacts(items), linked(answer, "next"))


def _items(answer: Mapping[str, object]) -> Sequence[object] | None:
    for key in ("orderedItems", "items"):
        if answer.get(key) is not None:
            # What JSON-LD compacts to one value was a list of one.
            single = isinstance(answer[key], str | dict)
            return [answer[key]] if single else rows(answer, key)
    return None


def _contacts(items: Sequence[object]) -> Iterator[Contact]:
    """Yield who is listed: most servers list addresses alone, which end in the user's name."""
    for item in items:
        actor = item if isinstance(item, dict) else {"id": item}
        address = web_address(optional_text(actor, "id"))
        if not address:
            lacks("an account")
        yield Contact(
            name=plain_text(optional_text(actor, "name")),
            handle=_handle(address, optional_text(actor, "preferredUsername")),
            bio=plain_text(optional_text(actor, "summary")),
        )


def _handle(address: str, username: str) -> str:
    try:
        seen = urlsplit(address)
    except ValueError:
        return username
    last = unquote(seen.path.rstrip("/").rpartition("/")[2]).removeprefix("@")
    return f"{username or last}@{seen.netloc}"


PATH = "/.well-known/webfinger"
# The media types that ActivityPub, section 3.2, gives its documents.
ACTIVITY = ("application/activity+json", "application/ld+json")


def actor_address(answer: Mapping[str, object]) -> str:
    """Return where the account's ActivityPub document is, and nothing where it has none."""
    for row in rows(answer, "links"):
        link = record(row, "links")
        kind = optional_text(link, "type").partition(";")[0].strip().casefold()
        if optional_text(link, "rel") == "self" and kind in ACTIVITY:
            return optional_text(link, "href")
    return ""


def speaks_of(answer: Mapping[str, object], username: str) -> bool:
    """Say whether an answer is about the user who was asked for.

    It may name another host than we did: a server may live elsewhere than its handles say.
    """
    subject = optional_text(answer, "subject")
    if not subject:
        lacks("subject")
    told = subject.removeprefix("acct:").partition("@")[0]
    return told.casefold() == username.casefold() or not subject.startswith("acct:")


DECLARATION = Declaration(
    title="A server of the fediverse",
    asks="the handle of an account of this server, or whom a declared account follows",
    discloses="the handle, to whoever runs the server",
    sees="display name, handle, bio, links and picture of its accounts, and handles on open lists",
    cannot_see="accounts by name, names on lists, and all where only servers that sign may ask",
    provenance="RFC 7033, the ActivityPub recommendation, and a Fedify 2.3 server on loopback",
    terms=Terms(url="https://www.w3.org/TR/activitypub/"),
)

OK = 200
NOT_FOUND = 404
GONE = 410
FIRST, SECOND = 1, 2
DOCUMENT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
ELSEWHERE = "the account lies on another server than the one that was asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPub:
    """`domain` stands in the handles of its accounts, where it is not the host that is asked.

    `known` is an account of the server's own, which surely exists; empty where there is none.
    """

    base_url: str
    domain: str = ""
    known: str = ""
    seconds_between: float = 1.5
    pictures: tuple[str, ...] = ()
    allow_private: tuple[str, ...] = ()
    budget: Budget = UNLIMITED
    name: str = "activitypub-server"
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
        own = [each for each in map(self._own, identity.accounts) if each]
        return profile_questions(self._finger, own, identity)

    def contacts(self, account: str, subject: str) -> Iterator[Query]:
        return list_questions(self._finger, self._own(account), subject)

    def canaries(self, nonce: str) -> Iterator[Canary]:
        return account_canaries(self._finger, impossible_handle(nonce, self.name), self.known)

    def read(self, query: Query, page: Page) -> Reading:
        refused = _hidden(query, page) or refusal(page) or _missing(query, page)
        if refused is not None:
            return refused
        if page.status != OK:
            return unreadable(f"it did not accept the question (status {page.status})")
        try:
            return self._read(query, page, record(parsed(page), "an object"))
        except ShapeError as error:
            return unreadable(str(error))

    def _read(self, query: Query, page: Page, answer: Mapping[str, object]) -> Reading:
        if query.page == FIRST:
            return self._described(query, page, answer)
        if query.page > SECOND:
            return listed(query, answer)
        if TOMBSTONE in kinds_of(answer):
            return Reading(outcome=Outcome.ABSENT, note=DELETED)
        actor = actor_in(answer)
        if actor.username.casefold() != query.terms[0].casefold():
            return unreadable(ANOTHER)
        if actor.suspended:
            return Reading(outcome=Outcome.ABSENT, note=SUSPENDED)
        return self._list(query, page, actor) if query.kind in LISTS else self._profile(actor)

    def _described(self, query: Query, page: Page, answer: Mapping[str, object]) -> Reading:
        """Go on to the document that describes the account."""
        if not speaks_of(answer, query.terms[0]):
            return unreadable(ANOTHER)
        return self._onward(query, page, actor_address(answer))

    def _profile(self, actor: Actor) -> Reading:
        note = "its owner has moved to another account" if actor.moved else ""
        finding = finding_of(actor, self.domain)
        return Reading(outcome=Outcome.FOUND, findings=(finding,), note=note)

    def _list(self, query: Query, page: Page, actor: Actor) -> Reading:
        address = actor.lists[LISTS[query.kind]]
        if not address:
            return Reading(outcome=Outcome.DECLINED, note=HIDDEN)
        return self._onward(query, page, address)

    def _onward(self, query: Query, page: Page, address: str) -> Reading:
        there = at_home(query.request.url, address)
        if not there or there == page.url:
            return unreadable(ELSEWHERE)
        request = Request(url=there, headers=(("accept", DOCUMENT),))
        follow = replace(query, page=query.page + 1, request=request)
        return Reading(outcome=Outcome.FOUND, follow=(follow,))

    def _own(self, account: str) -> str:
        return own_username(account, self.platform, self.domain)

    def _finger(self, kind: QueryKind, username: str, subject: str) -> Query:
        request = Request(
            url=f"{self.base_url.rstrip('/')}{PATH}",
            params=(("resource", f"acct:{username}@{self.domain}"),),
            headers=(("accept", "application/jrd+json, application/json"),),
        )
        return Query(
            source=self.name, kind=kind, terms=(username,), request=request, subject=subject
        )


def _hidden(query: Query, page: Page) -> Reading | None:
    """Return what a refusal to show a list comes to: that is its owner's choice, no wall."""
    if query.page > SECOND and page.status in MAY_HIDE and wall(page) is None:
        return Reading(outcome=Outcome.DECLINED, note=HIDDEN)
    return None


def _missing(query: Query, page: Page) -> Reading | None:
    if page.status == GONE:
        return Reading(outcome=Outcome.ABSENT, note=DELETED)
    # RFC 7033, section 4.2: the server knows nothing of such an account.
    unknown = query.page == FIRST and page.status == NOT_FOUND
    return Reading(outcome=Outcome.ABSENT) if unknown else None
