"""One Mastodon server, or another that answers in Mastodon's API, as anyone may ask it.

An account as Mastodon's API shows it, read strictly and turned into what we keep.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from scrapers.models import (
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
from scrapers.parsers.block_detection import build_unreadable_result, detect_refusal
from scrapers.parsers.fediverse import (
    ACCOUNT_DELETED,
    ACCOUNT_SUSPENDED,
    ANOTHER_ACCOUNT,
    CONTACT_LISTS,
    FediverseServer,
)
from scrapers.parsers.json_fields import (
    ShapeError,
    clean_web_address,
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
from scrapers.profile_api import (
    DenialRule,
    build_contact,
    build_contact_page_result,
    build_name_search_result,
    check_denials,
    parse_next_link,
)
from scrapers.source import COMMON_NAME, Canary, SourceInfo, TermsOfService
from scrapers.urls.canonical import build_account_key, canonicalize_url, extract_account_keys

PLATFORM = "mastodon"
ACCT = re.compile(r"[\w.-]{1,100}(?:@[\w.:-]{1,253})?")
COUNTS = (
    ("followers", "followers_count"),
    ("follows", "following_count"),
    ("posts", "statuses_count"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MastodonAccount:
    """The flags say what its owner asks for; None is what no one was asked.

    `moved_to` is where the owner says they are now.
    """

    id: str
    trace: Trace
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

        "indexable" speaks of posts, and we ask for none.
        """
        return self.noindex is True or self.discoverable is False


def parse_mastodon_account(shown: Mapping[str, object], domain: str) -> MastodonAccount:
    """`domain` is that of the server that was asked: it does not say so of its own accounts."""
    acct = require_text(shown, "acct")
    if not ACCT.fullmatch(acct) or not require_text(shown, "username"):
        raise_shape_error("acct")
    handle, note = complete_handle(acct, domain), get_optional_text(shown, "note")
    key, moved = build_account_key(PLATFORM, handle), ""
    if shown.get("moved") is not None:
        there = require_object(shown["moved"], "moved")
        moved = clean_web_address(get_optional_text(there, "url"))
    # Where people see it, else where machines do: servers leave out what they lack.
    addresses = (clean_web_address(get_optional_text(shown, name)) for name in ("url", "uri"))
    url = next(filter(None, addresses), "") or raise_shape_error("url")
    picture = clean_web_address(
        get_optional_text(shown, "avatar_static") or get_optional_text(shown, "avatar")
    )
    links = filter_web_links([*_extract_field_links(shown), *extract_links(note)])
    trace = Trace(
        key=canonicalize_url(url),
        kind=TraceKind.ACCOUNT,
        url=url,
        account=key,
        account_aliases=tuple(alias for alias in extract_account_keys(url) if alias != key),
        name=get_optional_text(shown, "display_name"),
        handle=handle,
        bio=strip_html(note),
        links=(moved, *links) if moved else links,
        picture=picture,
        picture_hash=extract_picture_name(picture),
        created_at=_parse_created_at(shown),
        counts=tuple(
            (name, seen)
            for name, path in COUNTS
            if (seen := get_optional_count(shown, path)) is not None
        ),
    )
    return MastodonAccount(
        id=require_text(shown, "id"),
        trace=trace,
        suspended=get_optional_flag(shown, "suspended") is True,
        noindex=get_optional_flag(shown, "noindex"),
        discoverable=get_optional_flag(shown, "discoverable"),
        hides_contacts=get_optional_flag(shown, "hide_collections"),
        moved_to=moved,
    )


def complete_handle(acct: str, domain: str) -> str:
    return acct if "@" in acct else f"{acct}@{domain}"


def _extract_field_links(shown: Mapping[str, object]) -> list[str]:
    if shown.get("fields") is None:
        return []
    values = [
        get_optional_text(require_object(row, "fields"), "value")
        for row in require_list(shown, "fields")
    ]
    return [link for value in values for link in extract_links(value)]


def _parse_created_at(shown: Mapping[str, object]) -> datetime | None:
    # For accounts of other servers it is what those servers say, so an odd one is not our error.
    try:
        return get_optional_datetime(shown, "created_at")
    except ShapeError:
        return None


SOURCE_INFO = SourceInfo(
    title="Mastodon",
    asks="a name, the handle of an account of this server, or the follow list of a declared one",
    discloses="the name or the handle, to the operator of the server",
    sees="display name, handle, bio, links, picture and counts of accounts that the server knows",
    cannot_see=(
        "accounts that opted out of search, servers that answer only members, and accounts by name "
        "where a server lets its members alone search"
    ),
    provenance="Mastodon's API documentation, recorded answers, and a snac 2 run on loopback",
    terms=TermsOfService(url="https://docs.joinmastodon.org/api/"),
)

OK = 200
GONE = 410
ACCOUNTS_PER_SEARCH = 40
CONTACTS_PER_PAGE = 80
COUNT_NAMES = {QueryKind.FOLLOWS: "follows", QueryKind.FOLLOWERS: "followers"}
# It counts and lists no one's contacts, and says that they are not hidden.
SNAC_PREFIX = "snac/"
MEMBERS_ONLY = "members-only"
SEARCH_FOR_MEMBERS = "search-for-members"
CONTACTS_HIDDEN = "contacts-hidden"
PROFILE_DECLINED = "account-declines-robots"
DENIAL_RULES = (
    DenialRule(status=404, path="error", phrase="record not found", outcome=Outcome.ABSENT),
    # The words of Pleroma and Akkoma.
    DenialRule(status=404, path="error", phrase="can't find user", outcome=Outcome.ABSENT),
    *(
        DenialRule(status=status, path="error", outcome=Outcome.BLOCKED, note=MEMBERS_ONLY)
        for status in (401, 403, 422)
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastodon(FediverseServer):
    """`known_name` is a name that its search surely finds, whoever bears it.

    `contacts_per_page` is how many contacts a page may list.
    """

    base_url: str = "https://mastodon.social"
    known_name: str = COMMON_NAME
    contacts_per_page: int = CONTACTS_PER_PAGE
    name: str = "mastodon-server"
    info: SourceInfo = SOURCE_INFO

    def build_queries(self, identity: Identity) -> Iterator[Query]:
        for name in identity.names:
            if name.strip():
                yield self._build_search_query(name, identity.person_id)
        yield from self.build_account_queries(identity)

    def build_canaries(self, nonce: str) -> Iterator[Canary]:
        # A bare super() would look for the class as it was before it had slots.
        yield from FediverseServer.build_canaries(self, nonce)
        # A server may answer strangers with an empty list, whomever they look for.
        yield Canary(
            query=self._build_search_query(self.known_name, ""),
            expects=Outcome.FOUND,
            blind_note=SEARCH_FOR_MEMBERS,
        )

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        refused = check_denials(DENIAL_RULES, page) or detect_refusal(page)
        if refused is not None:
            return refused
        if page.status == GONE:
            return ParseResult(outcome=Outcome.ABSENT, note=ACCOUNT_DELETED)
        if page.status != OK:
            return build_unreadable_result(f"query-refused:{page.status}")
        try:
            return self._parse_answer(query, page, parse_json(page))
        except ShapeError as error:
            return build_unreadable_result(str(error))

    def _parse_answer(self, query: Query, page: Page, answer: object) -> ParseResult:
        if query.kind is QueryKind.SEARCH:
            return self._build_search_result(query, require_object(answer, "an object"))
        if query.kind in CONTACT_LISTS and query.page > 1:
            contacts = [
                build_contact(account.trace)
                for account in self._parse_accounts({"a list": answer}, "a list")
                if not account.asks_not_to_be_read
            ]
            return build_contact_page_result(
                query, contacts, parse_next_link(page), CONTACTS_HIDDEN
            )
        account = parse_mastodon_account(require_object(answer, "an account"), self.domain)
        wanted = complete_handle(query.terms[0], self.domain)
        if account.trace.handle.casefold() != wanted.casefold():
            return build_unreadable_result(ANOTHER_ACCOUNT)
        if account.suspended:
            return ParseResult(outcome=Outcome.ABSENT, note=ACCOUNT_SUSPENDED)
        if query.kind in CONTACT_LISTS:
            return self._follow_contact_list(query, page, account)
        return self._build_profile_result(account)

    def _build_search_result(self, query: Query, answer: Mapping[str, object]) -> ParseResult:
        accounts = self._parse_accounts(answer, "accounts")
        shown = [account for account in accounts if not account.suspended]
        return build_name_search_result(
            query.terms[0],
            [account.trace for account in shown if not account.asks_not_to_be_found],
            [account.trace for account in shown if account.asks_not_to_be_found],
        )

    def _build_profile_result(self, account: MastodonAccount) -> ParseResult:
        if account.asks_not_to_be_read:
            return ParseResult(outcome=Outcome.DECLINED, note=PROFILE_DECLINED)
        note = "account-moved" if account.moved_to else ""
        return ParseResult(outcome=Outcome.FOUND, traces=(account.trace,), note=note)

    def _follow_contact_list(
        self, query: Query, page: Page, account: MastodonAccount
    ) -> ParseResult:
        """Go on to the list, unless the account hides it, or says that there is nothing on it."""
        hidden = account.hides_contacts or page.headers.get("x-creator", "").startswith(SNAC_PREFIX)
        if hidden or account.asks_not_to_be_read:
            return ParseResult(outcome=Outcome.DECLINED, note=CONTACTS_HIDDEN)
        if (
            account.hides_contacts is False
            and dict(account.trace.counts).get(COUNT_NAMES[query.kind]) == 0
        ):
            return ParseResult(outcome=Outcome.ABSENT)
        path = f"/api/v1/accounts/{quote(account.id, safe='')}/{CONTACT_LISTS[query.kind]}"
        request = self._build_request(path, (("limit", str(self.contacts_per_page)),))
        follow = replace(query, page=query.page + 1, request=request)
        return ParseResult(outcome=Outcome.FOUND, follow=(follow,))

    def _build_search_query(self, name: str, subject: str) -> Query:
        # Only members may ask for more than the first page, or for other servers to be asked.
        params = (("q", name), ("type", "accounts"), ("limit", str(ACCOUNTS_PER_SEARCH)))
        return self._build_query(
            QueryKind.SEARCH, name, self._build_request("/api/v2/search", params), subject
        )

    def build_account_query(self, kind: QueryKind, username: str, subject: str) -> Query:
        request = self._build_request("/api/v1/accounts/lookup", (("acct", username),))
        return self._build_query(kind, username, request, subject)

    def _build_query(self, kind: QueryKind, term: str, request: Request, subject: str) -> Query:
        return Query(source=self.name, kind=kind, terms=(term,), request=request, subject=subject)

    def _build_request(self, path: str, params: tuple[tuple[str, str], ...]) -> Request:
        return Request(
            url=f"{self.base_url.rstrip('/')}{path}",
            params=params,
            headers=(("accept", "application/json"),),
        )

    def _parse_accounts(self, answer: Mapping[str, object], key: str) -> list[MastodonAccount]:
        rows = (require_object(row, key) for row in require_list(answer, key))
        return [parse_mastodon_account(row, self.domain) for row in rows]
