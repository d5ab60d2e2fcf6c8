"""Bluesky, as anybody may read it without an account, from its public AppView.

An account as Bluesky shows it, read strictly and turned into what we keep.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

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
from scrapers.parsers.json_fields import (
    ShapeError,
    count,
    lacks,
    moment,
    optional_text,
    parsed,
    record,
    rows,
    text,
    web_address,
)
from scrapers.parsers.presence import impossible_handle
from scrapers.profile_api import likely
from scrapers.source import UNLIMITED, Budget, Canary, Declaration, Etiquette, Family, Terms
from scrapers.urls.canonical import account_key, canonical_key

DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,256}")
HANDLE = re.compile(r"[A-Za-z0-9.-]{1,253}")
# Shown in place of a handle whose domain no longer points back to the account.
NO_HANDLE = "handle.invalid"
# The label of accounts that do not want to be shown to those who are not logged in.
PRIVACY = "!no-unauthenticated"
COUNTS = (("followers", "followersCount"), ("follows", "followsCount"), ("posts", "postsCount"))
LINK = re.compile(r"https?://[^\s<>\"'()\[\]]+", re.IGNORECASE)
MOST_LINKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    did: str
    handle: str
    name: str
    bio: str
    website: str
    avatar: str
    created_at: datetime | None
    counts: tuple[tuple[str, int], ...]
    labels: frozenset[str]

    @property
    def asks_for_privacy(self) -> bool:
        return PRIVACY in self.labels


def actor_in(shown: Mapping[str, object]) -> Actor:
    did, handle = text(shown, "did"), text(shown, "handle")
    if not DID.fullmatch(did):
        lacks("did")
    if not HANDLE.fullmatch(handle):
        lacks("handle")
    return Actor(
        did=did,
        handle=handle,
        name=optional_text(shown, "displayName"),
        bio=optional_text(shown, "description"),
        website=optional_text(shown, "website"),
        avatar=optional_text(shown, "avatar"),
        created_at=_created(shown),
        counts=tuple((name, seen) for name, seen in _counts(shown) if seen is not None),
        labels=_labels(shown),
    )


def finding_of(actor: Actor) -> Finding:
    """Key an account by its DID, which stays when the handle changes; the handle is an alias."""
    handled = actor.handle.casefold() != NO_HANDLE
    links = (web_address(link) for link in (actor.website, *LINK.findall(actor.bio)))
    return Finding(
        key=canonical_key(_shown_at(actor.did)),
        kind=Kind.ACCOUNT,
        url=_shown_at(actor.handle if handled else actor.did),
        account=account_key("bluesky", actor.did),
        account_aliases=(account_key("bluesky", actor.handle),) if handled else (),
        name=actor.name,
        handle=actor.handle if handled else "",
        bio=actor.bio,
        links=tuple(dict.fromkeys(link for link in links if link))[:MOST_LINKS],
        picture=web_address(actor.avatar),
        picture_hash=_content_id(actor.avatar),
        created_at=actor.created_at,
        counts=actor.counts,
    )


def contact_of(actor: Actor) -> Contact:
    return Contact(name=actor.name, handle=actor.handle, bio=actor.bio)


def _shown_at(actor: str) -> str:
    return f"https://bsky.app/profile/{actor}"


def _content_id(avatar: str) -> str:
    """Return the content id in a picture's address: the same picture has the same one."""
    return avatar.rpartition("/")[2].partition("@")[0][:128]


def _created(shown: Mapping[str, object]) -> datetime | None:
    # The owner's own software writes this date, so a strange one says nothing of the answer.
    try:
        return moment(shown, "createdAt")
    except ShapeError:
        return None


def _counts(shown: Mapping[str, object]) -> list[tuple[str, int | None]]:
    return [(name, count(shown, key)) for name, key in COUNTS]


def _labels(shown: Mapping[str, object]) -> frozenset[str]:
    if shown.get("labels") is None:
        return frozenset()
    labels = [record(row, "labels") for row in rows(shown, "labels")]
    # A label with `neg` takes an earlier one back.
    taken_back = {optional_text(label, "val") for label in labels if label.get("neg") is True}
    return frozenset(optional_text(label, "val") for label in labels) - taken_back


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
