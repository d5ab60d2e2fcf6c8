"""Bluesky, as anyone may read it without an account, from its public AppView.

An account as Bluesky shows it, read strictly and turned into what we keep.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scrapers.models import (
    Identity,
    NetworkLabel,
    Outcome,
    Page,
    ParseResult,
    Query,
    QueryKind,
    Request,
    Trace,
    TraceKind,
)
from scrapers.parsers.block_detection import build_unreadable_result, detect_refusal
from scrapers.parsers.json_fields import (
    ShapeError,
    clean_web_address,
    get_optional_count,
    get_optional_datetime,
    get_optional_text,
    parse_json,
    raise_shape_error,
    require_list,
    require_object,
    require_text,
)
from scrapers.parsers.presence import build_impossible_handle
from scrapers.profile_api import build_contact, build_last_page_result, build_name_search_result
from scrapers.source import COMMON_NAME, ApiSource, Canary, SourceFamily, SourceInfo, TermsOfService
from scrapers.urls.canonical import build_account_key, canonicalize_url

DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,256}")
HANDLE = re.compile(r"[A-Za-z0-9.-]{1,253}")
# Shown in place of a handle whose domain no longer points back to the account.
NO_HANDLE = "handle.invalid"
# The label of accounts that do not want to be shown to those who are not logged in.
PRIVACY_LABEL = "!no-unauthenticated"
# Anyone may label anyone, and an account itself: only what the network's own moderators say counts.
MODERATORS = "did:plc:ar7c4by46qjdydhdevvrndac"
IMPERSONATION_LABEL = "impersonation"
COUNTS = (("followers", "followersCount"), ("follows", "followsCount"), ("posts", "postsCount"))
LINK = re.compile(r"https?://[^\s<>\"'()\[\]]+", re.IGNORECASE)
MOST_LINKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueskyActor:
    """`names` are its handle and its DID, casefolded."""

    trace: Trace
    names: frozenset[str]
    asks_for_privacy: bool


def parse_bluesky_actor(shown: Mapping[str, object]) -> BlueskyActor:
    """Key an account by its DID, which stays when the handle changes; the handle is an alias."""
    did, handle = require_text(shown, "did"), require_text(shown, "handle")
    if not DID.fullmatch(did):
        raise_shape_error("did")
    if not HANDLE.fullmatch(handle):
        raise_shape_error("handle")
    names = frozenset({did.casefold(), handle.casefold()})
    if handle.casefold() == NO_HANDLE:
        handle = ""
    avatar, bio = get_optional_text(shown, "avatar"), get_optional_text(shown, "description")
    addresses = (get_optional_text(shown, "website"), *LINK.findall(bio))
    trace = Trace(
        key=canonicalize_url(_format_profile_url(did)),
        kind=TraceKind.ACCOUNT,
        url=_format_profile_url(handle or did),
        account=build_account_key("bluesky", did),
        account_aliases=(build_account_key("bluesky", handle),) if handle else (),
        name=get_optional_text(shown, "displayName"),
        handle=handle,
        bio=bio,
        links=tuple(dict.fromkeys(filter(None, map(clean_web_address, addresses))))[:MOST_LINKS],
        picture=clean_web_address(avatar),
        # The content id: the same picture has the same one.
        picture_hash=avatar.rpartition("/")[2].partition("@")[0][:128],
        network_labels=_extract_network_labels(shown),
        created_at=_parse_created_at(shown),
        counts=tuple(
            (name, seen)
            for name, key in COUNTS
            if (seen := get_optional_count(shown, key)) is not None
        ),
    )
    private = PRIVACY_LABEL in _extract_labels(shown)
    return BlueskyActor(trace=trace, names=names, asks_for_privacy=private)


def _format_profile_url(actor: str) -> str:
    return f"https://bsky.app/profile/{actor}"


def _parse_created_at(shown: Mapping[str, object]) -> datetime | None:
    # The owner's own software writes this date, so a strange one says nothing of the answer.
    try:
        return get_optional_datetime(shown, "createdAt")
    except ShapeError:
        return None


def _extract_labels(shown: Mapping[str, object], labeler: str = "") -> frozenset[str]:
    """Return the labels of an account, by anyone or by one labeler."""
    if shown.get("labels") is None:
        return frozenset()
    every = [require_object(row, "labels") for row in require_list(shown, "labels")]
    labels = [label for label in every if not labeler or label.get("src") == labeler]
    # A label with `neg` takes an earlier one back.
    taken_back = {get_optional_text(label, "val") for label in labels if label.get("neg") is True}
    return frozenset(get_optional_text(label, "val") for label in labels) - taken_back


def _extract_network_labels(shown: Mapping[str, object]) -> tuple[NetworkLabel, ...]:
    verification = shown.get("verification")
    if verification is not None:
        verification = require_object(verification, "verification")
        if get_optional_text(verification, "verifiedStatus") == "valid":
            return (NetworkLabel.VERIFIED,)
    called = IMPERSONATION_LABEL in _extract_labels(shown, MODERATORS)
    return (NetworkLabel.IMPERSONATION,) if called else ()


SOURCE_INFO = SourceInfo(
    title="Bluesky",
    asks="a name, the handle of a declared account, or its follow list",
    discloses="the name or the handle, to Bluesky Social PBC; we send no account with it",
    sees=(
        "display name, handle, bio, website, picture and counts of every account there, and whether"
        " the network verified it or calls it an imitation"
    ),
    cannot_see="posts, and accounts hidden from people who are not signed in",
    provenance="the network's published lexicon, and recorded answers",
    terms=TermsOfService(url="https://bsky.social/about/support/tos"),
)

ACCOUNTS_PER_SEARCH = 25
CONTACTS_PER_PAGE = 100
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
GONE_NOTES = {"AccountTakedown": "account-taken-down", "AccountDeactivated": "account-deactivated"}
NOBODY_MESSAGES = ("profile not found", "actor not found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bluesky(ApiSource):
    """`known_actor` is an account of the network's own, which surely exists and has followers.

    `known_name` is a name that its search surely finds, whoever bears it.
    `contacts_per_page` is how many contacts a page may list.
    """

    base_url: str = "https://public.api.bsky.app"
    pictures: tuple[str, ...] = ("https://cdn.bsky.app",)
    known_actor: str = "bsky.app"
    known_name: str = COMMON_NAME
    handle_domain: str = "bsky.social"
    contacts_per_page: int = CONTACTS_PER_PAGE
    name: str = "bluesky"
    platform: str = "bluesky"
    family: SourceFamily = SourceFamily.PROFILES
    version: int = 2
    info: SourceInfo = SOURCE_INFO

    def build_queries(self, identity: Identity) -> Iterator[Query]:
        for name in identity.names:
            if name.strip():
                yield self._build_query(QueryKind.SEARCH, name, identity.person_id)
        for account in identity.accounts:
            actor = _parse_actor_id(account)
            if actor:
                yield self._build_query(QueryKind.PROFILE, actor, identity.person_id)

    def build_contact_queries(self, account: str, subject: str) -> Iterator[Query]:
        actor = _parse_actor_id(account)
        if actor:
            yield self._build_query(QueryKind.FOLLOWS, actor, subject)
            yield self._build_query(QueryKind.FOLLOWERS, actor, subject)

    def build_canaries(self, nonce: str) -> Iterable[Canary]:
        nobody = f"{build_impossible_handle(nonce, self.name)}.{self.handle_domain}"
        yield Canary(query=self._build_query(QueryKind.PROFILE, nobody, ""), expects=Outcome.ABSENT)
        for kind, term, pages in (
            (QueryKind.PROFILE, self.known_actor, None),
            (QueryKind.SEARCH, self.known_name, None),
            (QueryKind.FOLLOWS, self.known_actor, 1),
            (QueryKind.FOLLOWERS, self.known_actor, 2),
        ):
            query = replace(self._build_query(kind, term, ""), pages=pages)
            yield Canary(query=query, expects=Outcome.FOUND)

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        refused = detect_refusal(page)
        if refused is not None:
            return refused
        try:
            answer = require_object(parse_json(page), "an object")
            if page.status == BAD_REQUEST:
                return _build_denial_result(answer)
            if page.status != OK:
                return build_unreadable_result(f"query-refused:{page.status}")
            return self._parse_answer(query, answer)
        except ShapeError as error:
            return build_unreadable_result(str(error))

    def _parse_answer(self, query: Query, answer: Mapping[str, object]) -> ParseResult:
        if query.kind is QueryKind.PROFILE:
            actor = parse_bluesky_actor(answer)
            if query.terms[0].casefold() not in actor.names:
                return build_unreadable_result("other-account")
            if actor.asks_for_privacy:
                return ParseResult(outcome=Outcome.DECLINED, note="account-declines-strangers")
            return ParseResult(outcome=Outcome.FOUND, traces=(actor.trace,))
        if query.kind is QueryKind.SEARCH:
            actors = _parse_actors(answer, "actors")
            return build_name_search_result(
                query.terms[0],
                [actor.trace for actor in actors if not actor.asks_for_privacy],
                [actor.trace for actor in actors if actor.asks_for_privacy],
            )
        return self._parse_contact_page(query, answer)

    def _parse_contact_page(self, query: Query, answer: Mapping[str, object]) -> ParseResult:
        contacts = tuple(
            build_contact(actor.trace)
            for actor in _parse_actors(answer, query.kind)
            if not actor.asks_for_privacy
        )
        if query.pages and query.page >= query.pages:
            return build_last_page_result(query, contacts)
        cursor = get_optional_text(answer, "cursor")
        outcome = Outcome.FOUND if contacts else Outcome.ABSENT
        if not cursor:
            return ParseResult(outcome=outcome, contacts=contacts)
        if cursor == dict(query.request.params).get("cursor"):
            note = "list-circle"
            return ParseResult(outcome=Outcome.PARTIAL, contacts=contacts, note=note)
        if query.page >= LAST_PAGE:
            note = f"list-long:{LAST_PAGE}"
            return ParseResult(outcome=Outcome.PARTIAL, contacts=contacts, note=note)
        return ParseResult(
            outcome=outcome, contacts=contacts, follow=(self._build_next_page_query(query, cursor),)
        )

    def _build_query(self, kind: QueryKind, term: str, subject: str) -> Query:
        given = {
            QueryKind.SEARCH: (("q", term), ("limit", str(ACCOUNTS_PER_SEARCH))),
            QueryKind.PROFILE: (("actor", term),),
        }.get(kind, (("actor", term), ("limit", str(self.contacts_per_page))))
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

    def _build_next_page_query(self, query: Query, cursor: str) -> Query:
        params = (
            ("actor", query.terms[0]),
            ("limit", str(self.contacts_per_page)),
            ("cursor", cursor),
        )
        request = replace(query.request, params=params)
        return replace(query, page=query.page + 1, request=request)


def _parse_actor_id(account: str) -> str:
    """Return the handle or the DID in one of our account keys, and nothing of other platforms."""
    platform, _, actor = account.partition(":")
    return actor.removeprefix("@") if platform == "bluesky" else ""


def _parse_actors(answer: Mapping[str, object], key: str) -> Sequence[BlueskyActor]:
    return [parse_bluesky_actor(require_object(row, key)) for row in require_list(answer, key)]


def _build_denial_result(answer: Mapping[str, object]) -> ParseResult:
    error, message = get_optional_text(answer, "error"), get_optional_text(answer, "message")
    if error in GONE_NOTES:
        return ParseResult(outcome=Outcome.ABSENT, note=GONE_NOTES[error])
    if error == "InvalidRequest" and message.casefold().startswith(NOBODY_MESSAGES):
        return ParseResult(outcome=Outcome.ABSENT)
    return build_unreadable_result("query-refused:400")
