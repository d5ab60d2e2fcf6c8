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
from scrapers.parsers.block_detection import backoff, refusal, retry_at, unreadable
from scrapers.parsers.json_fields import (
    ShapeError,
    addresses,
    count,
    inside,
    lacks,
    moment,
    optional_text,
    parsed,
    record,
    rows,
    web_address,
)
from scrapers.parsers.presence import impossible_handle
from scrapers.parsers.profile_images import picture_in
from scrapers.parsers.text import in_handle, names, plain_text, web_links
from scrapers.source import UNLIMITED, Budget, Canary, Declaration, Etiquette, Family
from scrapers.urls.canonical import account_key, account_keys, canonical_key

ID = re.compile(r"[\w:.-]{1,128}")
HANDLE = re.compile(r"[^\s/?#\x00-\x1f]{1,128}")
LONGEST_COUNT = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountShape:
    """Each field is a path in the answer, such as `snippet.title`; empty where an API has none.

    `id` stays when the handle changes. It must be there if it is named, and so must the handle,
    unless there is an id and some have no handle (`handle_optional`). `url` may be missing from an
    answer; then `shown_at` says where an account is shown, by its `{handle}` or `{id}`.
    Where there is neither id nor handle, the address tells the account. `echo` is what repeats
    the question. `markup` holds the texts (`name`, `bio`) that are scraps of HTML, and
    `always` those that no account lacks. `gone` are values of `state` that mean that the site has
    closed the account.
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
    created: str = ""
    state: str = ""
    echo: str = ""
    links: tuple[str, ...] = ()
    counts: tuple[tuple[str, str], ...] = ()
    markup: frozenset[str] = frozenset()
    always: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()

    def finding(self, platform: str, shown: Mapping[str, object]) -> Finding:
        """Read strictly: raise ShapeError where what makes an account is missing."""
        stable, handle = self.stable(shown), self.handle_in(shown)
        url = self._address(shown, stable, handle)
        keyed = (f"{platform}:{stable}",) if stable else ()
        handled = (account_key(platform, handle),) if handle else ()
        account, *others = (*keyed, *handled, *account_keys(url)) or ("",)
        if not account.startswith(f"{platform}:"):
            lacks(self.url)
        aliases = dict.fromkeys(others)
        picture = web_address(_optional(shown, self.picture))
        return Finding(
            key=canonical_key(url),
            kind=Kind.ACCOUNT,
            url=url,
            account=account,
            account_aliases=tuple(alias for alias in aliases if alias != account),
            name=self._text(shown, "name"),
            handle=handle or (account.partition(":@")[2] if not stable else ""),
            bio=self._text(shown, "bio"),
            location=_optional(shown, self.location),
            links=web_links([link for path in self.links for link in _links(shown, path)]),
            picture=picture,
            picture_hash=picture_in(picture),
            created_at=_created(shown, self.created),
            counts=tuple(_counts(shown, self.counts)),
        )

    def stable(self, shown: Mapping[str, object]) -> str:
        if not self.id:
            return ""
        holder, key = inside(shown, self.id)
        value = holder.get(key)
        number = isinstance(value, int) and not isinstance(value, bool) and value > 0
        text = str(value) if number else value
        if not isinstance(text, str) or not ID.fullmatch(text):
            lacks(key)
        return text

    def handle_in(self, shown: Mapping[str, object]) -> str:
        if not self.handle:
            return ""
        handle = _optional(shown, self.handle).removeprefix("@")
        if not handle and self.id and self.handle_optional:
            return ""
        if not HANDLE.fullmatch(handle):
            lacks(self.handle)
        return handle

    def answers(self, term: str, shown: Mapping[str, object]) -> bool:
        """Say whether an account is the one that was asked for."""
        handle = self.handle_in(shown)
        nameless = self.handle_optional and not handle
        told = (handle, self.stable(shown), _optional(shown, self.echo))
        return nameless or term.casefold() in {each.casefold() for each in told if each}

    def closed(self, shown: Mapping[str, object]) -> bool:
        return bool(self.state) and _optional(shown, self.state) in self.gone

    def _address(self, shown: Mapping[str, object], stable: str, handle: str) -> str:
        url = web_address(_optional(shown, self.url))
        if url:
            return url
        if not self.shown_at:
            lacks(self.url)
        return self.shown_at.format(id=quote(stable), handle=quote(handle))

    def _text(self, shown: Mapping[str, object], field: str) -> str:
        path = self.name if field == "name" else self.bio
        told = _optional(shown, path)
        if not told and field in self.always:
            lacks(path)
        return plain_text(told) if field in self.markup else told


def _optional(shown: Mapping[str, object], path: str) -> str:
    if not path:
        return ""
    holder, key = inside(shown, path)
    return optional_text(holder, key)


def _links(shown: Mapping[str, object], path: str) -> Iterator[str]:
    holder, key = inside(shown, path)
    yield from addresses(holder.get(key))


def _created(shown: Mapping[str, object], path: str) -> datetime | None:
    """Read an ISO 8601 time, or seconds since 1970; a strange one says nothing of the answer."""
    if not path:
        return None
    holder, key = inside(shown, path)
    value = holder.get(key)
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        return moment(holder, key)
    except (ShapeError, ValueError, OverflowError, OSError):
        return None


def _counts(
    shown: Mapping[str, object], wanted: tuple[tuple[str, str], ...]
) -> Iterator[tuple[str, int]]:
    """Yield what is counted; some APIs spell numbers as text."""
    for name, path in wanted:
        holder, key = inside(shown, path)
        value = holder.get(key)
        spelt = isinstance(value, str) and value.isascii() and value.isdigit()
        if isinstance(value, str) and spelt and len(value) <= LONGEST_COUNT:
            yield name, int(value)
        elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            yield name, value
        elif value is not None:
            lacks(key)


BACK_LATER = "it asks us to come back later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """With this status, where `where` (a path in the answer) holds a text with `says` in it.

    `says` is in lower case, and empty for any text. `renewed_in` is the time zone at whose
    midnight a daily quota begins anew, for services that do not send the time themselves.
    """

    status: int
    where: str
    outcome: Outcome
    says: str = ""
    note: str = ""
    renewed_in: str = ""


def denied(denials: Iterable[Denial], page: Page) -> Reading | None:
    """Return what the first that fits comes to; None where the page says nothing of the kind."""
    fitting = [each for each in denials if each.status == page.status]
    told = _told(page) if fitting else None
    if told is None:
        return None
    return next((_reading(each, page) for each in fitting if _fits(each, told)), None)


def _told(page: Page) -> Mapping[str, object] | None:
    try:
        told = page.json()
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _fits(denial: Denial, told: Mapping[str, object]) -> bool:
    try:
        text = optional_text(*inside(told, denial.where)).casefold()
    except ShapeError:
        return False
    return bool(text) and denial.says in text


def _reading(denial: Denial, page: Page) -> Reading:
    if denial.outcome is not Outcome.LIMITED:
        return Reading(outcome=denial.outcome, note=denial.note)
    when = retry_at(page) or (_midnight(denial.renewed_in, page) if denial.renewed_in else None)
    return Reading(outcome=Outcome.LIMITED, note=denial.note or BACK_LATER, retry_at=when)


def _midnight(zone: str, page: Page) -> datetime:
    there = ZoneInfo(zone)
    tomorrow = page.fetched_at.astimezone(there).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), there).astimezone(UTC)


WHOLE_ANSWER = "."
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One method of an API; `{term}` in `path` and `params` stands for what is asked for.

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

    def request(self, base_url: str, term: str) -> Request:
        path = self.path.replace("{term}", quote(term, safe=""))
        return Request(
            url=f"{base_url.rstrip('/')}{path}",
            params=tuple((name, value.replace("{term}", term)) for name, value in self.params),
        )

    def shown(self, answer: object) -> Sequence[Mapping[str, object]]:
        if not self.rows:
            return [record(answer, "an account")]
        if self.rows == WHOLE_ANSWER:
            return [record(row, "an account") for row in rows({"a list": answer}, "a list")]
        told = record(answer, "an object")
        holder, key = inside(told, self.rows)
        if key not in holder and self.none_if_zero:
            counted, name = inside(told, self.none_if_zero)
            if count(counted, name) == 0:
                return []
        return [record(row, key) for row in rows(holder, key)]

    def goes_on(self, answer: object, page: Page, number: int) -> bool:
        """Say whether there is a page of that number."""
        if self.more:
            return true_at(answer, self.more)
        told = page.headers.get(self.pages, "") if self.pages else ""
        return told.isascii() and told.isdigit() and number <= int(told[:9])


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """An account is asked for by handle, by id, or both ways with answers of one shape."""

    by_handle: Ask | None = None
    by_id: Ask | None = None
    by_name: Ask | None = None
    denials: tuple[Denial, ...] = ()

    @property
    def of_account(self) -> Ask:
        ask = self.by_handle or self.by_id
        if ask is None:
            message = "an account must be asked for by handle or by id"
            raise ValueError(message)
        return ask


def true_at(answer: object, path: str) -> bool:
    holder, key = inside(record(answer, "an object"), path)
    return holder.get(key) is True


def may_be(name: str, account: Finding) -> bool:
    return names(name, account.name, account.bio) or in_handle(name, account.handle)


def likely(name: str, shown: Iterable[Finding], private: Iterable[Finding] = ()) -> Reading:
    """Return the accounts that may be the person's; `private` are those that ask to be left out.

    Impostors shelter among the private ones too, so it is said that there are some.
    """
    findings = tuple(each for each in shown if may_be(name, each))
    left_out = sum(may_be(name, each) for each in private)
    note = ""
    if left_out:
        ask = "accounts ask" if left_out > 1 else "account asks"
        note = f"{left_out} {ask} not to be found by strangers"
    if findings:
        return Reading(outcome=Outcome.FOUND, findings=findings, note=note, withheld=left_out)
    outcome = Outcome.DECLINED if left_out else Outcome.ABSENT
    return Reading(outcome=outcome, note=note, withheld=left_out)


OK = 200
JSON: Pairs = (("accept", "application/json"),)
ANOTHER = "it answered with another account than the one we asked for"
CLOSED = "the site has closed the account"
INCOMPLETE = "it did not search to the end"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileApi:
    """A source whose answers all have the shapes that its `methods` name.

    `admits` is the pattern of a handle there. `known` is an account that surely exists (`@handle`,
    or its id): the service's own, never a private person's. `follows` is how many hits of a search
    are looked at one by one, where the search itself tells too little. `backs_off` says that an
    answer may ask us to pause. `always` are parameters of every request. `pictures` are the origins
    at which the service keeps the pictures of its profiles.
    """

    name: str
    platform: str
    base_url: str
    declaration: Declaration
    methods: Methods
    admits: str = r"\w[\w.-]{0,38}"
    known: str = ""
    names_asked: int = 8
    handles_asked: int = 4
    follows: int = 0
    last_page: int = 2
    backs_off: bool = False
    always: Pairs = ()
    pictures: tuple[str, ...] = ()
    headers: Pairs = JSON
    seconds_between: float = 1.0
    allow_private: tuple[str, ...] = ()
    budget: Budget = UNLIMITED
    family: Family = Family.PROFILES
    version: int = 1

    @property
    def etiquette(self) -> Etiquette:
        return Etiquette.of_api(
            self.base_url, self.seconds_between, self.allow_private, self.budget
        ).with_pictures(self.pictures)

    def plan(self, identity: Identity) -> Iterator[Query]:
        """Ask for names, for declared accounts, and whether likely handles are there."""
        if self.methods.by_name:
            for name in identity.names[: self.names_asked]:
                if name.strip():
                    yield self._query(QueryKind.SEARCH, self.methods.by_name, name, identity.ref)
        own = [each for each in map(self._own, identity.accounts) if each]
        for account in own:
            yield self._about(QueryKind.PROFILE, account, identity.ref)
        known = {account.removeprefix("@").casefold() for account in own}
        for handle in identity.handles[: self.handles_asked]:
            if self.methods.by_handle and self._admitted(handle) and handle.casefold() not in known:
                yield self._about(QueryKind.PRESENCE, f"@{handle}", identity.ref)

    def canaries(self, nonce: str) -> Iterable[Canary]:
        nobody = impossible_handle(nonce, self.name)
        if self.methods.by_handle:
            query = self._about(QueryKind.PRESENCE, f"@{nobody}", "")
            yield Canary(query=query, expects=Outcome.ABSENT)
        elif self.methods.by_name:
            query = self._query(QueryKind.SEARCH, self.methods.by_name, nobody, "")
            yield Canary(query=query, expects=Outcome.ABSENT)
        if self.known:
            query = self._about(QueryKind.PRESENCE, self.known, "")
            yield Canary(query=query, expects=Outcome.FOUND)

    def read(self, query: Query, page: Page) -> Reading:
        refused = denied(self.methods.denials, page) or refusal(page)
        if refused is not None:
            return refused
        if page.status != OK:
            return unreadable(f"it did not accept the question (status {page.status})")
        try:
            reading = self._read(query, page, parsed(page))
        except ShapeError as error:
            return unreadable(str(error))
        wait = backoff(page) if self.backs_off else None
        return replace(reading, retry_at=wait) if wait else reading

    def _read(self, query: Query, page: Page, answer: object) -> Reading:
        if query.kind is not QueryKind.SEARCH:
            return self._profile(query.terms[0], answer)
        if self.methods.by_name is None or len(query.terms) > 1:
            found = self._profile(query.terms[-1], answer)
            return likely(query.terms[0], found.findings) if found.findings else found
        return self._search(query, page, self.methods.by_name, answer)

    def _profile(self, term: str, answer: object) -> Reading:
        shape, shown = self.methods.of_account.shape, self.methods.of_account.shown(answer)
        if not shown:
            return Reading(outcome=Outcome.ABSENT)
        asked = next((row for row in shown if shape.answers(term, row)), None)
        if asked is None:
            return unreadable(ANOTHER)
        if shape.closed(asked):
            return Reading(outcome=Outcome.ABSENT, note=CLOSED)
        return Reading(outcome=Outcome.FOUND, findings=(shape.finding(self.platform, asked),))

    def _search(self, query: Query, page: Page, ask: Ask, answer: object) -> Reading:
        shown = [row for row in ask.shown(answer) if not ask.shape.closed(row)]
        accounts = [ask.shape.finding(self.platform, row) for row in shown]
        reading = likely(query.terms[0], accounts)
        hits = (self._hit(query, account) for account in accounts[: self.follows])
        follow = (*self._next(query, page, ask, answer), *hits)
        if ask.cut and true_at(answer, ask.cut):
            return replace(reading, outcome=Outcome.PARTIAL, note=INCOMPLETE, follow=follow)
        return replace(reading, follow=follow)

    def _next(self, query: Query, page: Page, ask: Ask, answer: object) -> Iterator[Query]:
        number = query.page + 1
        if number <= self.last_page and ask.goes_on(answer, page, number):
            asked = self._request(ask, query.terms[0])
            request = replace(asked, params=(*asked.params, ("page", str(number))))
            yield replace(query, page=number, request=request)

    def _hit(self, query: Query, account: Finding) -> Query:
        request = self._request(self.methods.of_account, account.handle)
        return replace(query, terms=(*query.terms, account.handle), request=request, page=1)

    def _own(self, account: str) -> str:
        """Return what stands for a declared account here: `@handle`, or its id."""
        platform, _, own = account.partition(":")
        if platform != self.platform:
            return ""
        if own.startswith("@"):
            return own if self.methods.by_handle and self._admitted(own.removeprefix("@")) else ""
        return own if self.methods.by_id and ID.fullmatch(own) else ""

    def _admitted(self, handle: str) -> bool:
        return re.fullmatch(self.admits, handle, re.IGNORECASE) is not None

    def _about(self, kind: QueryKind, account: str, subject: str) -> Query:
        ask = self.methods.by_handle if account.startswith("@") else self.methods.by_id
        return self._query(kind, ask or self.methods.of_account, account.removeprefix("@"), subject)

    def _query(self, kind: QueryKind, ask: Ask, term: str, subject: str) -> Query:
        return Query(
            source=self.name,
            kind=kind,
            terms=(term,),
            request=self._request(ask, term),
            subject=subject,
        )

    def _request(self, ask: Ask, term: str) -> Request:
        request = ask.request(self.base_url, term)
        return replace(request, params=(*request.params, *self.always), headers=self.headers)


LONGEST_HEADER = 8192
_LINK = re.compile(r"<([^<>]{1,2048})>([^<]*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"(?:[^\"]*\s)?next(?:\s[^\"]*)?\"|next\b)", re.IGNORECASE)


def next_link(page: Page) -> str:
    """Return the address of the next page as it is told, or nothing where there is none."""
    header = page.headers.get("link", "")[:LONGEST_HEADER]
    found = (address for address, told in _LINK.findall(header) if _NEXT.search(told))
    return next(found, "")


def at_home(asked: str, onward: str) -> str:
    """Return an address that an answer leads to, made whole; nothing where it leads elsewhere.

    The fetch tier would refuse another origin anyway; here it is an answer we do not understand.
    """
    if not onward:
        return ""
    try:
        whole = web_address(urljoin(asked, onward))
        same = urlsplit(whole)[:2] == urlsplit(asked)[:2]
    except ValueError:
        return ""
    return whole if same else ""


# A few thousand contacts; an account with more is not one whose contacts tell anything.
LAST_PAGE = 50
# The page before it told where the list is.
FIRST_OF_LIST = 2
CIRCLE = "its list leads round in a circle"
ELSEWHERE = "its list goes on at another server"
TOO_LONG = f"only the first {LAST_PAGE} pages of the list were read"


def contacts_in_list(
    query: Query, contacts: Iterable[Contact], onward: str, hidden: str = ""
) -> Reading:
    """Return what one page of a list came to, and ask for the next, at the address `onward`.

    With `hidden`, a list that begins with nobody, and was said to hold somebody, is kept from us.
    """
    shown = tuple(contacts)
    if not onward and not shown and hidden and query.page == FIRST_OF_LIST:
        return Reading(outcome=Outcome.DECLINED, note=hidden)
    if not onward:
        return Reading(outcome=Outcome.FOUND if shown else Outcome.ABSENT, contacts=shown)
    note = _trouble(query, onward)
    if note:
        return Reading(outcome=Outcome.PARTIAL, contacts=shown, note=note)
    request = replace(query.request, url=at_home(query.request.url, onward), params=())
    follow = replace(query, page=query.page + 1, request=request)
    return Reading(outcome=Outcome.FOUND, contacts=shown, follow=(follow,))


def _trouble(query: Query, onward: str) -> str:
    address = at_home(query.request.url, onward)
    if not address:
        return ELSEWHERE
    if address == query.request.url:
        return CIRCLE
    return TOO_LONG if query.page >= LAST_PAGE else ""
