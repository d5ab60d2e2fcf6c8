"""Bluesky, as anybody may read it without an account, from its public AppView."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scrapers.finding import Contact
from scrapers.identity import Identity
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.profiles.bluesky_actor import Actor, actor_in, contact_of, finding_of
from scrapers.reading import Reading
from scrapers.recipes.likely import likely
from scrapers.recipes.presence import impossible_handle
from scrapers.recipes.refusal import refusal, unreadable
from scrapers.recipes.shape import ShapeError, optional_text, parsed, record, rows
from scrapers.request import Query, QueryKind, Request
from scrapers.source import UNLIMITED, Budget, Canary, Declaration, Etiquette, Family, Terms

DECLARATION = Declaration(
    title="Bluesky",
    asks="a name, the handle of a declared account, or whom that account follows",
    discloses="the name or the handle, to Bluesky Social PBC; no account of ours goes with it",
    sees="display name, handle, bio, website, picture and counts of every account there",
    cannot_see="posts, and accounts that ask not to be shown to strangers",
    provenance="the network's published lexicon, and recorded answers",
    terms=Terms(url="https://bsky.social/about/support/tos"),
)

SEARCHED = 25
LISTED = 100
# 5,000 contacts; an account with more is not one whose contacts tell anything.
LAST_PAGE = 50
OK = 200
BAD_REQUEST = 400
METHODS = {
    QueryKind.SEARCH: "app.bsky.actor.searchActors",
    QueryKind.PROFILE: "app.bsky.actor.getProfile",
    QueryKind.FOLLOWS: "app.bsky.graph.getFollows",
    QueryKind.FOLLOWERS: "app.bsky.graph.getFollowers",
}
GONE = {
    "AccountTakedown": "the account was taken down by Bluesky",
    "AccountDeactivated": "the account was deactivated by its owner",
}
NOBODY = ("profile not found", "actor not found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bluesky:
    """`known_actor` is an account of the network's own, which surely exists.

    `listed` is how many contacts a page may list.
    `pictures` is where the network keeps the pictures of its profiles.
    """

    base_url: str = "https://public.api.bsky.app"
    pictures: str = "https://cdn.bsky.app"
    known_actor: str = "bsky.app"
    handle_domain: str = "bsky.social"
    listed: int = LISTED
    seconds_between: float = 1.0
    allow_private: tuple[str, ...] = ()
    budget: Budget = UNLIMITED
    name: str = "bluesky"
    platform: str = "bluesky"
    family: Family = Family.PROFILES
    version: int = 1
    declaration: Declaration = DECLARATION

    @property
    def etiquette(self) -> Etiquette:
        return Etiquette.of_api(
            self.base_url, self.seconds_between, self.allow_private, self.budget
        ).with_pictures((self.pictures,))

    def plan(self, identity: Identity) -> Iterator[Query]:
        for name in identity.names:
            if name.strip():
                yield self._query(QueryKind.SEARCH, name, identity.ref)
        for account in identity.accounts:
            actor = _actor(account)
            if actor:
                yield self._query(QueryKind.PROFILE, actor, identity.ref)

    def contacts(self, account: str, subject: str) -> Iterator[Query]:
        actor = _actor(account)
        if actor:
            yield self._query(QueryKind.FOLLOWS, actor, subject)
            yield self._query(QueryKind.FOLLOWERS, actor, subject)

    def canaries(self, nonce: str) -> Iterable[Canary]:
        nobody = f"{impossible_handle(nonce, self.name)}.{self.handle_domain}"
        yield Canary(query=self._query(QueryKind.PROFILE, nobody, ""), expects=Outcome.ABSENT)
        known = self._query(QueryKind.PROFILE, self.known_actor, "")
        yield Canary(query=known, expects=Outcome.FOUND)

    def read(self, query: Query, page: Page) -> Reading:
        refused = refusal(page)
        if refused is not None:
            return refused
        try:
            answer = record(parsed(page), "an object")
            if page.status == BAD_REQUEST:
                return _denied(answer)
            if page.status != OK:
                return unreadable(f"it did not accept the question (status {page.status})")
            return self._read(query, answer)
        except ShapeError as error:
            return unreadable(str(error))

    def _read(self, query: Query, answer: Mapping[str, object]) -> Reading:
        if query.kind is QueryKind.PROFILE:
            return _profile(query, actor_in(answer))
        if query.kind is QueryKind.SEARCH:
            return _search(query, _actors(answer, "actors"))
        members = _actors(answer, query.kind)
        contacts = tuple(contact_of(actor) for actor in members if not actor.asks_for_privacy)
        return self._listed(query, contacts, optional_text(answer, "cursor"))

    def _listed(self, query: Query, contacts: tuple[Contact, ...], cursor: str) -> Reading:
        outcome = Outcome.FOUND if contacts else Outcome.ABSENT
        if not cursor:
            return Reading(outcome=outcome, contacts=contacts)
        if cursor == dict(query.request.params).get("cursor"):
            note = "its list leads round in a circle"
            return Reading(outcome=Outcome.PARTIAL, contacts=contacts, note=note)
        if query.page >= LAST_PAGE:
            note = f"only the first {LAST_PAGE} pages of the list were read"
            return Reading(outcome=Outcome.PARTIAL, contacts=contacts, note=note)
        return Reading(outcome=outcome, contacts=contacts, follow=(self._next(query, cursor),))

    def _query(self, kind: QueryKind, term: str, subject: str) -> Query:
        given = {
            QueryKind.SEARCH: (("q", term), ("limit", str(SEARCHED))),
            QueryKind.PROFILE: (("actor", term),),
        }.get(kind, (("actor", term), ("limit", str(self.listed))))
        return Query(
            source=self.name,
            kind=kind,
            terms=(term,),
            request=Request(
                url=f"{self.base_url.rstrip('/')}/xrpc/{METHODS[kind]}",
                params=given,
                headers=(("accept", "application/json"),),
            ),
            subject=subject,
        )

    def _next(self, query: Query, cursor: str) -> Query:
        params = (("actor", query.terms[0]), ("limit", str(self.listed)), ("cursor", cursor))
        request = replace(query.request, params=params)
        return replace(query, page=query.page + 1, request=request)


def _actor(account: str) -> str:
    """Return the handle or the DID in one of our account keys, and nothing of other platforms."""
    platform, _, actor = account.partition(":")
    return actor.removeprefix("@") if platform == "bluesky" else ""


def _actors(answer: Mapping[str, object], key: str) -> Sequence[Actor]:
    return [actor_in(record(row, key)) for row in rows(answer, key)]


def _profile(query: Query, actor: Actor) -> Reading:
    if query.terms[0].casefold() not in {actor.handle.casefold(), actor.did.casefold()}:
        return unreadable("it answered with another account than the one we asked for")
    if actor.asks_for_privacy:
        note = "the account asks not to be shown to strangers"
        return Reading(outcome=Outcome.DECLINED, note=note)
    return Reading(outcome=Outcome.FOUND, findings=(finding_of(actor),))


def _search(query: Query, actors: Sequence[Actor]) -> Reading:
    return likely(
        query.terms[0],
        [finding_of(actor) for actor in actors if not actor.asks_for_privacy],
        [finding_of(actor) for actor in actors if actor.asks_for_privacy],
    )


def _denied(answer: Mapping[str, object]) -> Reading:
    error, message = optional_text(answer, "error"), optional_text(answer, "message")
    if error in GONE:
        return Reading(outcome=Outcome.ABSENT, note=GONE[error])
    if error == "InvalidRequest" and message.casefold().startswith(NOBODY):
        return Reading(outcome=Outcome.ABSENT)
    return unreadable("it did not accept the question (status 400)")
