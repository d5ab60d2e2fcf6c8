"""Profiles that an API tells in JSON: what is asked, and where the answer keeps what.

A source fills this in like a form; what it does not fill in, it does not do. Links to the next page
follow RFC 8288.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from urllib.parse import quote, urljoin, urlsplit
from zoneinfo import ZoneInfo

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
from scrapers.parsers.block_detection import build_unreadable_result, detect_refusal
from scrapers.parsers.json_fields import (
    ShapeError,
    clean_web_address,
    extract_addresses,
    get_optional_count,
    get_optional_datetime,
    get_optional_text,
    parse_json,
    raise_shape_error,
    require_list,
    require_object,
    resolve_path,
)
from scrapers.parsers.presence import build_impossible_handle
from scrapers.parsers.profile_images import extract_picture_name
from scrapers.parsers.retry_after import parse_backoff_time, parse_retry_time
from scrapers.parsers.text import filter_web_links, has_family_name, is_name_in_handle, strip_html
from scrapers.source import NEXT_PAGE_EMPTY, ApiSource, Canary, SourceFamily, SourceInfo
from scrapers.urls.canonical import build_account_key, canonicalize_url, extract_account_keys

ID = re.compile(r"[\w:.-]{1,128}")
HANDLE = re.compile(r"[^\s/?#\x00-\x1f]{1,128}")
LONGEST_COUNT = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountShape:
    """Each field is a path in the answer, such as `snippet.title`; empty where an API has none.

    `id` stays when the handle changes. It must be there if it is named, and so must the handle,
    unless there is an id and some have no handle (`handle_optional`). `url` may be missing from an
    answer; then `shown_at` says where an account is shown, by its `{handle}` or `{id}`. Where there
    is neither id nor handle, the address tells the account. `echo` is what repeats the query.
    `markup` holds the texts (`name`, `bio`) that are scraps of HTML, and `always` those that no
    account lacks. `closed_states` are values of `state` that mean that the site has closed the
    account.
    """

    id: str = ""
    handle: str = ""
    handle_optional: bool = False
    url: str = ""
    shown_at: str = ""
    name: str = ""
    bio: str = ""
    location: str = ""
    picture: str = ""
    created_at: str = ""
    state: str = ""
    echo: str = ""
    links: tuple[str, ...] = ()
    counts: tuple[tuple[str, str], ...] = ()
    markup: frozenset[str] = frozenset()
    required_texts: frozenset[str] = frozenset()
    closed_states: frozenset[str] = frozenset()

    def build_trace(self, platform: str, shown: Mapping[str, object]) -> Trace:
        """Read strictly: raise ShapeError where what makes an account is missing."""
        stable, handle = self.extract_stable_id(shown), self.extract_handle(shown)
        url = self._resolve_address(shown, stable, handle)
        keyed = (f"{platform}:{stable}",) if stable else ()
        handle_keys = (build_account_key(platform, handle),) if handle else ()
        account, *others = (*keyed, *handle_keys, *extract_account_keys(url)) or ("",)
        if not account.startswith(f"{platform}:"):
            raise_shape_error(self.url)
        aliases = dict.fromkeys(others)
        picture = clean_web_address(_get_text_at(shown, self.picture))
        return Trace(
            key=canonicalize_url(url),
            kind=TraceKind.ACCOUNT,
            url=url,
            account=account,
            account_aliases=tuple(alias for alias in aliases if alias != account),
            name=self._extract_text(shown, "name"),
            handle=handle or (account.partition(":@")[2] if not stable else ""),
            bio=self._extract_text(shown, "bio"),
            location=_get_text_at(shown, self.location),
            links=filter_web_links(
                [link for path in self.links for link in _extract_links(shown, path)]
            ),
            picture=picture,
            picture_hash=extract_picture_name(picture),
            created_at=_parse_created_at(shown, self.created_at),
            counts=tuple(_extract_counts(shown, self.counts)),
        )

    def extract_stable_id(self, shown: Mapping[str, object]) -> str:
        if not self.id:
            return ""
        holder, key = resolve_path(shown, self.id)
        value = holder.get(key)
        number = isinstance(value, int) and not isinstance(value, bool) and value > 0
        text = str(value) if number else value
        if not isinstance(text, str) or not ID.fullmatch(text):
            raise_shape_error(key)
        return text

    def extract_handle(self, shown: Mapping[str, object]) -> str:
        if not self.handle:
            return ""
        handle = _get_text_at(shown, self.handle).removeprefix("@")
        if not handle and self.id and self.handle_optional:
            return ""
        if not HANDLE.fullmatch(handle):
            raise_shape_error(self.handle)
        return handle

    def is_answer_to(self, term: str, shown: Mapping[str, object]) -> bool:
        """Say whether an account is the one that was asked for."""
        handle = self.extract_handle(shown)
        nameless = self.handle_optional and not handle
        names = (handle, self.extract_stable_id(shown), _get_text_at(shown, self.echo))
        return nameless or term.casefold() in {name.casefold() for name in names if name}

    def is_closed(self, shown: Mapping[str, object]) -> bool:
        return bool(self.state) and _get_text_at(shown, self.state) in self.closed_states

    def _resolve_address(self, shown: Mapping[str, object], stable: str, handle: str) -> str:
        url = clean_web_address(_get_text_at(shown, self.url))
        if url:
            return url
        if not self.shown_at:
            raise_shape_error(self.url)
        return self.shown_at.format(id=quote(stable), handle=quote(handle))

    def _extract_text(self, shown: Mapping[str, object], field: str) -> str:
        path = self.name if field == "name" else self.bio
        text = _get_text_at(shown, path)
        if not text and field in self.required_texts:
            raise_shape_error(path)
        return strip_html(text) if field in self.markup else text


def _get_text_at(shown: Mapping[str, object], path: str) -> str:
    if not path:
        return ""
    holder, key = resolve_path(shown, path)
    return get_optional_text(holder, key)


def _extract_links(shown: Mapping[str, object], path: str) -> Iterator[str]:
    holder, key = resolve_path(shown, path)
    yield from extract_addresses(holder.get(key))


def _parse_created_at(shown: Mapping[str, object], path: str) -> datetime | None:
    """Read an ISO 8601 time, or seconds since 1970; a strange one says nothing of the answer."""
    if not path:
        return None
    holder, key = resolve_path(shown, path)
    value = holder.get(key)
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        return get_optional_datetime(holder, key)
    except (ShapeError, ValueError, OverflowError, OSError):
        return None


def _extract_counts(
    shown: Mapping[str, object], wanted: tuple[tuple[str, str], ...]
) -> Iterator[tuple[str, int]]:
    """Yield what is counted; some APIs spell numbers as text."""
    for name, path in wanted:
        holder, key = resolve_path(shown, path)
        value = holder.get(key)
        spelt = isinstance(value, str) and value.isascii() and value.isdigit()
        if isinstance(value, str) and spelt and len(value) <= LONGEST_COUNT:
            yield name, int(value)
        elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            yield name, value
        elif value is not None:
            raise_shape_error(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialRule:
    """With this status, where `path` (a path in the answer) holds a text with `phrase` in it.

    `phrase` is in lower case, and empty for any text. `quota_zone` is the time zone at whose
    midnight a daily quota begins again, for services that do not send the time themselves.
    """

    status: int
    path: str
    outcome: Outcome
    phrase: str = ""
    note: str = ""
    quota_zone: str = ""


def check_denials(denials: Iterable[DenialRule], page: Page) -> ParseResult | None:
    """Return what the first that fits comes to; None where the page says nothing of the kind."""
    fitting = [denial for denial in denials if denial.status == page.status]
    answer = _decode_json_object(page) if fitting else None
    if answer is None:
        return None
    return next(
        (
            _build_denial_result(denial, page)
            for denial in fitting
            if _is_denial_match(denial, answer)
        ),
        None,
    )


def _decode_json_object(page: Page) -> Mapping[str, object] | None:
    try:
        decoded = page.decode_json()
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None


def _is_denial_match(denial: DenialRule, answer: Mapping[str, object]) -> bool:
    try:
        text = get_optional_text(*resolve_path(answer, denial.path)).casefold()
    except ShapeError:
        return False
    return bool(text) and denial.phrase in text


def _build_denial_result(denial: DenialRule, page: Page) -> ParseResult:
    if denial.outcome is not Outcome.LIMITED:
        return ParseResult(outcome=denial.outcome, note=denial.note)
    when = parse_retry_time(page) or (
        _compute_next_midnight(denial.quota_zone, page) if denial.quota_zone else None
    )
    return ParseResult(outcome=Outcome.LIMITED, note=denial.note or "back-later", retry_at=when)


def _compute_next_midnight(zone: str, page: Page) -> datetime:
    there = ZoneInfo(zone)
    tomorrow = page.fetched_at.astimezone(there).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), there).astimezone(UTC)


WHOLE_ANSWER = "."
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiMethod:
    """One method of an API; `{term}` in `path` and `params` is replaced with the search term.

    `rows` is the path of the list of accounts: empty where the answer is one account, `.` where
    it is the list itself. `none_if_zero` is for APIs that leave an empty list out: the path of the
    count that says so. `cut` is the path of what says that the search was cut short, and `more` of
    what says that there is another page; `pages` is a header with the number of them all.
    """

    path: str
    shape: AccountShape
    params: Pairs = ()
    rows: str = ""
    none_if_zero: str = ""
    cut: str = ""
    more: str = ""
    pages: str = ""

    def build_request(self, base_url: str, term: str) -> Request:
        path = self.path.replace("{term}", quote(term, safe=""))
        return Request(
            url=f"{base_url.rstrip('/')}{path}",
            params=tuple((name, value.replace("{term}", term)) for name, value in self.params),
        )

    def extract_accounts(self, answer: object) -> Sequence[Mapping[str, object]]:
        if not self.rows:
            return [require_object(answer, "an account")]
        if self.rows == WHOLE_ANSWER:
            return [
                require_object(row, "an account")
                for row in require_list({"a list": answer}, "a list")
            ]
        fields = require_object(answer, "an object")
        holder, key = resolve_path(fields, self.rows)
        if key not in holder and self.none_if_zero:
            counted, name = resolve_path(fields, self.none_if_zero)
            if get_optional_count(counted, name) == 0:
                return []
        return [require_object(row, key) for row in require_list(holder, key)]

    def has_page(self, answer: object, page: Page, number: int) -> bool:
        """Say whether there is a page of that number."""
        if self.more:
            return is_true_at(answer, self.more)
        pages = page.headers.get(self.pages, "") if self.pages else ""
        return pages.isascii() and pages.isdigit() and number <= int(pages[:9])


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiMethods:
    """An account is asked for by handle, by id, or both ways with answers of one shape."""

    by_handle: ApiMethod | None = None
    by_id: ApiMethod | None = None
    by_name: ApiMethod | None = None
    denials: tuple[DenialRule, ...] = ()

    @property
    def account_method(self) -> ApiMethod:
        ask = self.by_handle or self.by_id
        if ask is None:
            raise ValueError("an account must be asked for by handle or by id")
        return ask


def is_true_at(answer: object, path: str) -> bool:
    holder, key = resolve_path(require_object(answer, "an object"), path)
    return holder.get(key) is True


def is_possible_match(name: str, account: Trace) -> bool:
    return has_family_name(name, account.name, account.bio) or is_name_in_handle(
        name, account.handle
    )


def build_contact(trace: Trace) -> Contact:
    return Contact(name=trace.name, handle=trace.handle, bio=trace.bio)


def build_name_search_result(
    name: str, shown: Iterable[Trace], private: Iterable[Trace] = ()
) -> ParseResult:
    """Return the accounts that may be the person's; `private` are those that ask to be left out.

    Impostors shelter among the private ones too, so it is said that there are some.
    """
    traces = tuple(trace for trace in shown if is_possible_match(name, trace))
    left_out = sum(is_possible_match(name, trace) for trace in private)
    note = f"accounts-withheld:{left_out}" if left_out else ""
    if traces:
        return ParseResult(outcome=Outcome.FOUND, traces=traces, note=note, withheld=left_out)
    outcome = Outcome.DECLINED if left_out else Outcome.ABSENT
    return ParseResult(outcome=outcome, note=note, withheld=left_out)


OK = 200
JSON_HEADERS: Pairs = (("accept", "application/json"),)
ANOTHER_ACCOUNT = "other-account"
ACCOUNT_CLOSED = "account-closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileApi(ApiSource):
    """A source whose answers all have the shapes that its `methods` name.

    `handle_pattern` is the pattern of a handle there. `known_account` is an account that surely
    exists (`@handle`, or its id): the service's own, never a private person's. `known_name` is a
    name that its search surely finds, whoever bears it. `hits_followed` is
    how many hits of a search are looked at one by one, where the search itself tells too little.
    `backs_off` says that an answer may ask us to pause. `always` are parameters of every request.
    """

    name: str
    platform: str
    info: SourceInfo
    methods: ApiMethods
    handle_pattern: str = r"\w[\w.-]{0,38}"
    known_account: str = ""
    known_name: str = ""
    names_asked: int = 8
    handles_asked: int = 4
    hits_followed: int = 0
    last_page: int = 2
    backs_off: bool = False
    fixed_params: Pairs = ()
    headers: Pairs = JSON_HEADERS
    family: SourceFamily = SourceFamily.PROFILES
    version: int = 1

    def build_queries(self, identity: Identity) -> Iterator[Query]:
        """Ask for names, for declared accounts, and whether likely handles are there."""
        if self.methods.by_name:
            for name in identity.names[: self.names_asked]:
                if name.strip():
                    yield self._build_query(
                        QueryKind.SEARCH, self.methods.by_name, name, identity.person_id
                    )
        own = [
            own_account
            for own_account in map(self._parse_own_account, identity.accounts)
            if own_account
        ]
        for account in own:
            yield self._build_account_query(QueryKind.PROFILE, account, identity.person_id)
        own_handles = {account.removeprefix("@").casefold() for account in own}
        for handle in identity.handles[: self.handles_asked]:
            if (
                self.methods.by_handle
                and self._is_valid_handle(handle)
                and handle.casefold() not in own_handles
            ):
                yield self._build_account_query(
                    QueryKind.PRESENCE, f"@{handle}", identity.person_id
                )

    def build_canaries(self, nonce: str) -> Iterable[Canary]:
        nobody = build_impossible_handle(nonce, self.name)
        if self.methods.by_handle:
            query = self._build_account_query(QueryKind.PRESENCE, f"@{nobody}", "")
            yield Canary(query=query, expects=Outcome.ABSENT)
        elif self.methods.by_name:
            query = self._build_query(QueryKind.SEARCH, self.methods.by_name, nobody, "")
            yield Canary(query=query, expects=Outcome.ABSENT)
        if self.known_account:
            query = self._build_account_query(QueryKind.PRESENCE, self.known_account, "")
            yield Canary(query=query, expects=Outcome.FOUND)
        if self.known_name and self.methods.by_name:
            query = self._build_query(QueryKind.SEARCH, self.methods.by_name, self.known_name, "")
            yield Canary(query=query, expects=Outcome.FOUND)

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        refused = check_denials(self.methods.denials, page) or detect_refusal(page)
        if refused is not None:
            return refused
        if page.status != OK:
            return build_unreadable_result(f"query-refused:{page.status}")
        try:
            result = self._parse_answer(query, page, parse_json(page))
        except ShapeError as error:
            return build_unreadable_result(str(error))
        wait = parse_backoff_time(page) if self.backs_off else None
        return replace(result, retry_at=wait) if wait else result

    def _parse_answer(self, query: Query, page: Page, answer: object) -> ParseResult:
        if query.kind is not QueryKind.SEARCH:
            return self._parse_profile(query.terms[0], answer)
        if self.methods.by_name is None or len(query.terms) > 1:
            found = self._parse_profile(query.terms[-1], answer)
            return build_name_search_result(query.terms[0], found.traces) if found.traces else found
        return self._parse_search(query, page, self.methods.by_name, answer)

    def _parse_profile(self, term: str, answer: object) -> ParseResult:
        shape, shown = (
            self.methods.account_method.shape,
            self.methods.account_method.extract_accounts(answer),
        )
        if not shown:
            return ParseResult(outcome=Outcome.ABSENT)
        asked = next((row for row in shown if shape.is_answer_to(term, row)), None)
        if asked is None:
            return build_unreadable_result(ANOTHER_ACCOUNT)
        if shape.is_closed(asked):
            return ParseResult(outcome=Outcome.ABSENT, note=ACCOUNT_CLOSED)
        return ParseResult(outcome=Outcome.FOUND, traces=(shape.build_trace(self.platform, asked),))

    def _parse_search(
        self, query: Query, page: Page, method: ApiMethod, answer: object
    ) -> ParseResult:
        shown = [row for row in method.extract_accounts(answer) if not method.shape.is_closed(row)]
        accounts = [method.shape.build_trace(self.platform, row) for row in shown]
        if not shown and query.page > 1:  # the page before announced it
            return build_unreadable_result(NEXT_PAGE_EMPTY)
        result = build_name_search_result(query.terms[0], accounts)
        hits = (self._build_hit_query(query, account) for account in accounts[: self.hits_followed])
        onward = (*self._build_next_page_query(query, page, method, answer), *hits)
        # Whom a canary shows is nothing to follow up.
        follow = onward if query.subject else ()
        if method.cut and is_true_at(answer, method.cut):
            return replace(result, outcome=Outcome.PARTIAL, note="search-incomplete", follow=follow)
        return replace(result, follow=follow)

    def _build_next_page_query(
        self, query: Query, page: Page, method: ApiMethod, answer: object
    ) -> Iterator[Query]:
        number = query.page + 1
        if number <= self.last_page and method.has_page(answer, page, number):
            asked = self._build_request(method, query.terms[0])
            request = replace(asked, params=(*asked.params, ("page", str(number))))
            yield replace(query, page=number, request=request)

    def _build_hit_query(self, query: Query, account: Trace) -> Query:
        request = self._build_request(self.methods.account_method, account.handle)
        return replace(query, terms=(*query.terms, account.handle), request=request, page=1)

    def _parse_own_account(self, account: str) -> str:
        """Return the term for a declared account here: `@handle`, or its ID."""
        platform, _, own = account.partition(":")
        if platform != self.platform:
            return ""
        if own.startswith("@"):
            return (
                own
                if self.methods.by_handle and self._is_valid_handle(own.removeprefix("@"))
                else ""
            )
        return own if self.methods.by_id and ID.fullmatch(own) else ""

    def _is_valid_handle(self, handle: str) -> bool:
        return re.fullmatch(self.handle_pattern, handle, re.IGNORECASE) is not None

    def _build_account_query(self, kind: QueryKind, account: str, subject: str) -> Query:
        ask = self.methods.by_handle if account.startswith("@") else self.methods.by_id
        return self._build_query(
            kind, ask or self.methods.account_method, account.removeprefix("@"), subject
        )

    def _build_query(self, kind: QueryKind, method: ApiMethod, term: str, subject: str) -> Query:
        return Query(
            source=self.name,
            kind=kind,
            terms=(term,),
            request=self._build_request(method, term),
            subject=subject,
        )

    def _build_request(self, method: ApiMethod, term: str) -> Request:
        request = method.build_request(self.base_url, term)
        return replace(request, params=(*request.params, *self.fixed_params), headers=self.headers)


LONGEST_HEADER = 8192
_LINK = re.compile(r"<([^<>]{1,2048})>([^<]*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"(?:[^\"]*\s)?next(?:\s[^\"]*)?\"|next\b)", re.IGNORECASE)


def parse_next_link(page: Page) -> str:
    """Return the address of the next page, empty if there is none."""
    header = page.headers.get("link", "")[:LONGEST_HEADER]
    found = (address for address, relation in _LINK.findall(header) if _NEXT.search(relation))
    return next(found, "")


def resolve_on_same_origin(asked: str, onward: str) -> str:
    """Return an address that an answer leads to, made whole; nothing where it leads elsewhere.

    The fetch tier would refuse another origin anyway; here it is an answer we do not understand.
    """
    if not onward:
        return ""
    try:
        whole = clean_web_address(urljoin(asked, onward))
        same = urlsplit(whole)[:2] == urlsplit(asked)[:2]
    except ValueError:
        return ""
    return whole if same else ""


# A few thousand contacts; an account with more is not one whose contacts tell anything.
LAST_PAGE = 50
# The page before it gave the address of the list.
FIRST_OF_LIST = 2
LIST_CIRCLE = "list-circle"
LIST_ELSEWHERE = "list-elsewhere"
LIST_TOO_LONG = f"list-long:{LAST_PAGE}"


def build_last_page_result(query: Query, shown: tuple[Contact, ...]) -> ParseResult:
    """Return what the last page comes to that a canary asks for, which goes no further.

    Of followers that is a page which the one before announced: someone is on it, or it broke.
    """
    if not shown and query.kind is QueryKind.FOLLOWERS:
        return build_unreadable_result(NEXT_PAGE_EMPTY)
    return ParseResult(outcome=Outcome.FOUND if shown else Outcome.ABSENT, contacts=shown)


def build_contact_page_result(
    query: Query, contacts: Iterable[Contact], onward: str, hidden: str = ""
) -> ParseResult:
    """Return what one page of a list came to, and ask for the next, at the address `onward`.

    With `hidden`, a list that begins with no one, but should not be empty, is withheld from us.
    """
    shown = tuple(contacts)
    if query.pages and query.page >= query.pages:
        return build_last_page_result(query, shown)
    if not onward and not shown and hidden and query.page == FIRST_OF_LIST:
        return ParseResult(outcome=Outcome.DECLINED, note=hidden)
    if not onward:
        return ParseResult(outcome=Outcome.FOUND if shown else Outcome.ABSENT, contacts=shown)
    address = resolve_on_same_origin(query.request.url, onward)
    if not address:
        note = LIST_ELSEWHERE
    elif address == query.request.url:
        note = LIST_CIRCLE
    else:
        note = LIST_TOO_LONG if query.page >= LAST_PAGE else ""
    if note:
        return ParseResult(outcome=Outcome.PARTIAL, contacts=shown, note=note)
    request = replace(
        query.request, url=resolve_on_same_origin(query.request.url, onward), params=()
    )
    follow = replace(query, page=query.page + 1, request=request)
    return ParseResult(outcome=Outcome.FOUND, contacts=shown, follow=(follow,))
