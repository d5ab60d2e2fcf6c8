"""One server of the fediverse, asked as other servers ask it: WebFinger, then ActivityPub.

For servers that do not answer strangers in Mastodon's API: GoToSocial, Pixelfed, PeerTube, or one
that was written with a framework such as Fedify.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from scrapers.identity import Identity
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.profiles.activitypub_actor import (
    PLATFORM,
    TOMBSTONE,
    Actor,
    actor_in,
    finding_of,
    kinds_of,
)
from scrapers.profiles.activitypub_list import HIDDEN, MAY_HIDE, listed
from scrapers.profiles.webfinger import PATH, actor_address, speaks_of
from scrapers.reading import Reading
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
from scrapers.recipes.onward import at_home
from scrapers.recipes.presence import impossible_handle
from scrapers.recipes.refusal import refusal, unreadable
from scrapers.recipes.shape import ShapeError, parsed, record
from scrapers.recipes.walls import wall
from scrapers.request import Query, QueryKind, Request
from scrapers.source import UNLIMITED, Budget, Canary, Declaration, Etiquette, Family, Terms

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
