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
    Identity,
    Outcome,
    Page,
    ParseResult,
    Query,
    QueryKind,
    Request,
    Trace,
    TraceKind,
)
from scrapers.parsers.block_detection import build_unreadable_result, detect_block, detect_refusal
from scrapers.parsers.fediverse import (
    ACCOUNT_DELETED,
    ACCOUNT_SUSPENDED,
    ANOTHER_ACCOUNT,
    CONTACT_LISTS,
    FediverseServer,
)
from scrapers.parsers.json_fields import (
    ShapeError,
    clean_text,
    clean_web_address,
    extract_addresses,
    get_optional_count,
    get_optional_datetime,
    get_optional_flag,
    get_optional_text,
    parse_json,
    raise_shape_error,
    require_list,
    require_object,
    require_text,
)
from scrapers.parsers.profile_images import extract_picture_name
from scrapers.parsers.text import extract_links, filter_web_links, strip_html
from scrapers.profile_api import build_contact_page_result, resolve_on_same_origin
from scrapers.source import SourceInfo, TermsOfService
from scrapers.urls.canonical import build_account_key, canonicalize_url

# All servers that answer so are one network, whose accounts bear the key that Mastodon's have.
PLATFORM = "mastodon"
ACTOR_TYPES = frozenset({"Application", "Group", "Organization", "Person", "Service"})
TOMBSTONE = "Tombstone"
USERNAME = re.compile(r"[\w.-]{1,100}")
MOST_FIELDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPubActor:
    """`lists` are the addresses of whom it follows and who follows it, empty if not given."""

    trace: Trace
    suspended: bool
    moved: bool
    lists: Mapping[str, str]


def extract_types(shown: Mapping[str, object]) -> frozenset[str]:
    """Return the types of a document, which are one or a list of them."""
    types = shown.get("type")
    kinds = types if isinstance(types, list) else [types]
    return frozenset(kind for kind in kinds if isinstance(kind, str))


def parse_activitypub_actor(shown: Mapping[str, object], domain: str) -> ActivityPubActor:
    if not ACTOR_TYPES.intersection(extract_types(shown)):
        raise_shape_error("type")
    username = require_text(shown, "preferredUsername")
    if not USERNAME.fullmatch(username):
        raise_shape_error("preferredUsername")
    handle, moved = f"{username}@{domain}", get_optional_address(shown, "movedTo")
    summary, picture = get_optional_text(shown, "summary"), extract_address(shown.get("icon"))
    # Where people see the account, else the document itself.
    address = extract_address(shown.get("url")) or clean_web_address(require_text(shown, "id"))
    url = address or raise_shape_error("url")
    trace = Trace(
        key=canonicalize_url(url),
        kind=TraceKind.ACCOUNT,
        url=url,
        account=build_account_key(PLATFORM, handle),
        name=strip_html(get_optional_text(shown, "name")),
        handle=handle,
        bio=strip_html(summary),
        links=filter_web_links([moved, *_extract_field_links(shown), *extract_links(summary)]),
        picture=picture,
        picture_hash=extract_picture_name(picture),
        created_at=_parse_published_at(shown),
    )
    return ActivityPubActor(
        trace=trace,
        suspended=get_optional_flag(shown, "suspended") is True,
        moved=bool(moved),
        lists={name: get_optional_address(shown, name) for name in ("following", "followers")},
    )


def extract_address(value: object) -> str:
    """Return the first address in what may be one, an object that holds one, or a list of these."""
    for entry in value if isinstance(value, list) else [value]:
        holder = entry if isinstance(entry, dict) else {"href": entry}
        for key in ("href", "url", "id"):
            address = holder.get(key)
            inner = extract_address(address) if isinstance(address, dict | list) else address
            if isinstance(inner, str) and clean_web_address(inner):
                return clean_web_address(inner)
    return ""


def get_optional_address(holder: Mapping[str, object], key: str) -> str:
    """Return the address under a key that may be missing, but not hold anything else."""
    address = extract_address(holder.get(key))
    if not address and holder.get(key) is not None:
        raise_shape_error(key)
    return address


def _extract_field_links(shown: Mapping[str, object]) -> list[str]:
    rows = shown.get("attachment")
    fields = rows if isinstance(rows, list) else [rows] if isinstance(rows, dict) else []
    found: list[str] = []
    for field in fields[:MOST_FIELDS]:
        holder = require_object(field, "attachment")
        value = holder.get("value")
        found += (
            extract_links(clean_text(value))
            if isinstance(value, str)
            else [*extract_addresses(holder)]
        )
    return found


def _parse_published_at(shown: Mapping[str, object]) -> datetime | None:
    try:
        return get_optional_datetime(shown, "published")
    except ShapeError:
        return None


COLLECTION_TYPES = frozenset({"Collection", "OrderedCollection"})
COLLECTION_PAGE_TYPES = frozenset({"CollectionPage", "OrderedCollectionPage"})
# How servers say that a list is its owner's own business; 401 is what they say to all strangers.
MAY_HIDE = frozenset({403})
CONTACTS_HIDDEN = "contacts-hidden"


def parse_contact_list(query: Query, answer: Mapping[str, object]) -> ParseResult:
    """Read a collection or one of its pages; a collection may hold its first page in itself."""
    if COLLECTION_TYPES.intersection(extract_types(answer)):
        first = answer.get("first")
        if first is not None and get_optional_count(answer, "totalItems") == 0:
            return ParseResult(outcome=Outcome.ABSENT)
        if isinstance(first, Mapping) and _extract_items(first) is not None:
            return _parse_collection_page(query, first)
        if first is not None:
            return build_contact_page_result(query, (), get_optional_address(answer, "first"))
        if _extract_items(answer) is not None:
            return _parse_collection_page(query, answer)
        # Whatever it counts: snac shows a zero to all who may not see, be it true or not.
        return ParseResult(outcome=Outcome.DECLINED, note=CONTACTS_HIDDEN)
    if not COLLECTION_PAGE_TYPES.intersection(extract_types(answer)):
        raise_shape_error("type")
    return _parse_collection_page(query, answer)


def _parse_collection_page(query: Query, answer: Mapping[str, object]) -> ParseResult:
    items = _extract_items(answer)
    if items is None:
        raise_shape_error("items")
    return build_contact_page_result(
        query, _build_contacts(items), get_optional_address(answer, "next")
    )


def _extract_items(answer: Mapping[str, object]) -> Sequence[object] | None:
    for key in ("orderedItems", "items"):
        if answer.get(key) is not None:
            # What JSON-LD compacts to one value was a list of one.
            single = isinstance(answer[key], str | dict)
            return [answer[key]] if single else require_list(answer, key)
    return None


def _build_contacts(items: Sequence[object]) -> Iterator[Contact]:
    """Yield who is listed: most servers list addresses alone, which end in the user's name."""
    for item in items:
        actor = item if isinstance(item, dict) else {"id": item}
        address = clean_web_address(get_optional_text(actor, "id"))
        if not address:
            raise_shape_error("an account")
        yield Contact(
            name=strip_html(get_optional_text(actor, "name")),
            handle=_build_handle(address, get_optional_text(actor, "preferredUsername")),
            bio=strip_html(get_optional_text(actor, "summary")),
        )


def _build_handle(address: str, username: str) -> str:
    try:
        seen = urlsplit(address)
    except ValueError:
        return username
    last = unquote(seen.path.rstrip("/").rpartition("/")[2]).removeprefix("@")
    return f"{username or last}@{seen.netloc}"


WEBFINGER_PATH = "/.well-known/webfinger"
# The media types that ActivityPub, section 3.2, gives its documents.
ACTIVITY_TYPES = ("application/activity+json", "application/ld+json")


def extract_actor_address(answer: Mapping[str, object]) -> str:
    """Return where the account's ActivityPub document is, and nothing where it has none."""
    for row in require_list(answer, "links"):
        link = require_object(row, "links")
        kind = get_optional_text(link, "type").partition(";")[0].strip().casefold()
        if get_optional_text(link, "rel") == "self" and kind in ACTIVITY_TYPES:
            return get_optional_text(link, "href")
    return ""


def is_about_user(answer: Mapping[str, object], username: str) -> bool:
    """Say whether an answer is about the user who was asked for.

    It may name another host than we did: a server may live elsewhere than its handles say.
    """
    subject = get_optional_text(answer, "subject")
    if not subject:
        raise_shape_error("subject")
    user = subject.removeprefix("acct:").partition("@")[0]
    return user.casefold() == username.casefold() or not subject.startswith("acct:")


SOURCE_INFO = SourceInfo(
    title="A server of the fediverse",
    asks="the handle of an account of this server, or the follow list of a declared one",
    discloses="the handle, to the operator of the server",
    sees="display name, handle, bio, links and picture of its accounts, and handles on open lists",
    cannot_see="accounts by name, names on lists, and servers that answer only signed requests",
    provenance="RFC 7033, the ActivityPub recommendation, and a Fedify 2.3 server on loopback",
    terms=TermsOfService(url="https://www.w3.org/TR/activitypub/"),
)

OK = 200
NOT_FOUND = 404
GONE = 410
FIRST, SECOND = 1, 2
# WebFinger, the account, and the head of the list.
PAGES_BEFORE_LIST = 3
DOCUMENT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
ACCOUNT_ELSEWHERE = "account-elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPub(FediverseServer):
    name: str = "activitypub-server"
    pages_before_list: int = PAGES_BEFORE_LIST
    info: SourceInfo = SOURCE_INFO

    def build_queries(self, identity: Identity) -> Iterator[Query]:
        return self.build_account_queries(identity)

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        refused = (
            _check_hidden_list(query, page)
            or detect_refusal(page)
            or _check_missing_account(query, page)
        )
        if refused is not None:
            return refused
        if page.status != OK:
            return build_unreadable_result(f"query-refused:{page.status}")
        try:
            return self._parse_answer(query, page, require_object(parse_json(page), "an object"))
        except ShapeError as error:
            return build_unreadable_result(str(error))

    def _parse_answer(self, query: Query, page: Page, answer: Mapping[str, object]) -> ParseResult:
        if query.page == FIRST:
            return self._follow_webfinger(query, page, answer)
        if query.page > SECOND:
            return parse_contact_list(query, answer)
        if TOMBSTONE in extract_types(answer):
            return ParseResult(outcome=Outcome.ABSENT, note=ACCOUNT_DELETED)
        return self._read_actor(query, page, answer)

    def _read_actor(self, query: Query, page: Page, answer: Mapping[str, object]) -> ParseResult:
        actor = parse_activitypub_actor(answer, self.domain)
        if actor.trace.handle.casefold() != f"{query.terms[0]}@{self.domain}".casefold():
            return build_unreadable_result(ANOTHER_ACCOUNT)
        if actor.suspended:
            return ParseResult(outcome=Outcome.ABSENT, note=ACCOUNT_SUSPENDED)
        if query.kind in CONTACT_LISTS:
            return self._follow_contact_list(query, page, actor)
        note = "account-moved" if actor.moved else ""
        return ParseResult(outcome=Outcome.FOUND, traces=(actor.trace,), note=note)

    def _follow_webfinger(
        self, query: Query, page: Page, answer: Mapping[str, object]
    ) -> ParseResult:
        """Go on to the document that describes the account."""
        if not is_about_user(answer, query.terms[0]):
            return build_unreadable_result(ANOTHER_ACCOUNT)
        return self._follow_address(query, page, extract_actor_address(answer))

    def _follow_contact_list(
        self, query: Query, page: Page, actor: ActivityPubActor
    ) -> ParseResult:
        address = actor.lists[CONTACT_LISTS[query.kind]]
        if not address:
            return ParseResult(outcome=Outcome.DECLINED, note=CONTACTS_HIDDEN)
        return self._follow_address(query, page, address)

    def _follow_address(self, query: Query, page: Page, address: str) -> ParseResult:
        there = resolve_on_same_origin(query.request.url, address)
        if not there or there == page.url:
            return build_unreadable_result(ACCOUNT_ELSEWHERE)
        request = Request(url=there, headers=(("accept", DOCUMENT),))
        follow = replace(query, page=query.page + 1, request=request)
        return ParseResult(outcome=Outcome.FOUND, follow=(follow,))

    def build_account_query(self, kind: QueryKind, username: str, subject: str) -> Query:
        request = Request(
            url=f"{self.base_url.rstrip('/')}{WEBFINGER_PATH}",
            params=(("resource", f"acct:{username}@{self.domain}"),),
            headers=(("accept", "application/jrd+json, application/json"),),
        )
        return Query(
            source=self.name, kind=kind, terms=(username,), request=request, subject=subject
        )


def _check_hidden_list(query: Query, page: Page) -> ParseResult | None:
    """Return what a refusal to show a list comes to: that is its owner's choice, no wall."""
    if query.page > SECOND and page.status in MAY_HIDE and detect_block(page) is None:
        return ParseResult(outcome=Outcome.DECLINED, note=CONTACTS_HIDDEN)
    return None


def _check_missing_account(query: Query, page: Page) -> ParseResult | None:
    if page.status == GONE:
        return ParseResult(outcome=Outcome.ABSENT, note=ACCOUNT_DELETED)
    # RFC 7033, section 4.2: the server knows nothing of such an account.
    unknown = query.page == FIRST and page.status == NOT_FOUND
    return ParseResult(outcome=Outcome.ABSENT) if unknown else None
