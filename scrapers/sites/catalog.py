"""Reads catalogs in the WhatsMyName format, and our own, which adds a few fields to it.

A valid entry is left out, with a reason, if it cannot or should not be asked.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

from scrapers.facts.fact import NO_CHANGES, SITES, FactChanges, load_site_file, spell_key
from scrapers.parsers.block_detection import REFUSALS, SERVER_ERRORS, TOO_MANY_REQUESTS
from scrapers.parsers.presence import ACCOUNT_PLACEHOLDER, REDIRECTS, PresenceRule
from scrapers.source import AccessMode, CrawlPolicy, TermsOfService
from scrapers.urls.platforms import PLATFORMS_BY_HOST

LONGEST_HANDLE = 64
# What may be before the dot of a host, and so what a handle may be in that place.
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# A site whose accounts are subdomains. Under "co.uk" and the like two hosts are two sites.
ACCOUNT_SUBDOMAIN = re.compile(
    r"(?:[\w-]+-)?\{account\}(?:-[\w-]+)?"
    r"\.(?!(?:ac|co|com|edu|gov|net|or|org)\.[a-z]{2}$)[\w-]+(?:\.[\w-]+)+(?::\d+)?",
    re.IGNORECASE,
)
# Lists may come from outside, and a pattern with groups can make a short handle last for hours.
# So one is a row of letters and classes, each with a repeat or none, or a choice of such rows.
HANDLE_CLASS = re.compile(r"\[(?:[^\[\]\\]|\\.){1,64}\]")
HANDLE_PATTERN = re.compile(
    r"(?:(?:\\[\w.-]|[\w.@-])(?:\{\d{1,2}(?:,\d{0,2})?\}|[+*?])?|\|){1,200}"
)
HANDLE_REPEAT = re.compile(r"[{+*?]")
MOST_HANDLE_REPEATS = 3
# What is put into the body of a POST: nothing that JSON, a form or a query language would read.
PLAIN_HANDLE = re.compile(r"[\w.@+-]+")
FORM_TYPE = "application/x-www-form-urlencoded"


def is_account_subdomain(host: str) -> bool:
    """Say whether a host is `{account}.site` or `my-{account}.site`: subdomains in one queue."""
    return ACCOUNT_SUBDOMAIN.fullmatch(host) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEntry:
    """A site that shows an account at an address made from its handle.

    The handle may be the label before the site's host; all its accounts are then one queue.
    `known_accounts` are accounts of the site itself or of an institution, never of a private
    person. `handle` is a pattern of the handles the site allows. `report_form` is the key of
    the form on which the site takes reports of impersonation, empty where none is known. `pictures`
    are further origins, at which the pictures of its profiles lie. A `body` is sent by POST with
    the handle in it, and `uri_check` may then be the same for everyone. `provenance` names the
    published facts that the marks rest on; `seen_on` is the day someone last saw them live, and
    empty until then. `terms` is where the service says what may be asked of an API.
    `key` is the name as account keys and configurations spell it.
    """

    name: str
    uri_check: str
    rule: PresenceRule
    uri_pretty: str = ""
    known_accounts: tuple[str, ...] = ()
    category: str = ""
    handle_pattern: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    access: AccessMode = AccessMode.PAGE
    seconds_between: float = 1.0
    provenance: str = ""
    seen_on: str = ""
    report_form: str = ""
    pictures: tuple[str, ...] = ()
    terms: TermsOfService | None = None
    key: str = field(init=False)
    crawl_policy: CrawlPolicy = field(init=False)

    def __post_init__(self) -> None:
        place = urlsplit(self.uri_check)
        crawl_policy = CrawlPolicy(
            origins=(f"{place.scheme}://{_format_host_pattern(place.netloc)}", *self.pictures),
            access=self.access,
            seconds_between=self.seconds_between,
        )
        object.__setattr__(self, "crawl_policy", crawl_policy)
        object.__setattr__(self, "key", spell_key(self.name) or spell_key(place.netloc))

    def is_valid_handle(self, handle: str) -> bool:
        """Say whether the site could have such a handle at all."""
        if not 0 < len(handle) <= LONGEST_HANDLE or re.search(r"[\s/?#\\\x00-\x1f]", handle):
            return False
        if self.crawl_policy.origins[0].partition("://*.")[1] and not LABEL.fullmatch(handle):
            return False
        if self.body and not PLAIN_HANDLE.fullmatch(handle):
            return False
        return not self.handle_pattern or bool(re.fullmatch(self.handle_pattern, handle, re.ASCII))

    @property
    def is_provable(self) -> bool:
        """Whether a change of the site would be noticed: what it surely has would be missed.

        Else it needs words of its own for both answers. A page that merely names the address that
        was asked for, or a bare status, may mean anything.
        """
        addresses = f"{self.uri_check} {self.uri_pretty}"
        shown = (self.rule.e_string, *self.rule.e_others)
        own_words = [mark for mark in shown if mark.strip("/") not in addresses]
        return bool(self.known_accounts or (own_words and self.rule.m_string))

    def format_profile_url(self, handle: str) -> str:
        return _fill_template(self.uri_pretty or self.uri_check, handle)

    def format_check_url(self, handle: str) -> str:
        return _fill_template(self.uri_check, handle)

    def format_body(self, handle: str) -> str:
        """Return what to POST; a handle in it needs no escape but that of a form."""
        if dict(self.headers).get("content-type", "").startswith(FORM_TYPE):
            return _fill_template(self.body, handle)
        return self.body.replace(ACCOUNT_PLACEHOLDER, handle)


def _format_host_pattern(host: str) -> str:
    """Return a host, or `*.site` for the hosts of all accounts."""
    label, dot, site = host.partition(".")
    return f"*{dot}{site}" if ACCOUNT_PLACEHOLDER in label else host


def _fill_template(template: str, handle: str) -> str:
    return template.replace(ACCOUNT_PLACEHOLDER, quote(handle, safe=""))


CatalogRow = Mapping[str, object]

EMPTY_ADDRESS = SplitResult("", "", "", "", "")


def get_text(row: CatalogRow, key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def get_texts(row: CatalogRow, key: str) -> tuple[str, ...]:
    """Return the texts of a list; a single text counts as a list of one."""
    value = row.get(key)
    if isinstance(value, str):
        return (value,)
    return (
        tuple(character for character in value if isinstance(character, str))
        if isinstance(value, list)
        else ()
    )


def get_number(row: CatalogRow, key: str) -> int:
    value = row.get(key)
    return value if isinstance(value, int) else 0


def get_numbers(row: CatalogRow, key: str) -> tuple[int, ...]:
    value = row.get(key)
    return (
        tuple(character for character in value if isinstance(character, int))
        if isinstance(value, list)
        else ()
    )


def get_headers(row: CatalogRow) -> Mapping[str, str]:
    value = row.get("headers")
    return value if isinstance(value, dict) else {}


def split_address(address: str) -> SplitResult:
    """Take an address apart; one that cannot be is nowhere."""
    try:
        return urlsplit(address)
    except ValueError:
        return EMPTY_ADDRESS


HTTP_STATUSES = range(100, 1000)
TEXT_FIELDS = (
    *("uri_pretty", "post_body", "cat", "handle", "provenance", "seen_on", "report", "terms"),
)
LIST_FIELDS = ("known", "pictures", "protection", "e_others", "m_others")
# `https://*.host` means its subdomains.
ORIGIN = re.compile(r"https?://(?:\*\.)?[a-z0-9.-]+(?::\d+)?")
SLOWEST = 3600
KEY_PATTERN = re.compile(r"[a-z0-9-]*")


def list_row_faults(row: CatalogRow) -> Iterator[str]:
    """Yield one clause for each fault of an entry."""
    for key in ("name", "uri_check", "e_string"):
        if not get_text(row, key):
            yield f"{key} must be a text that is not empty"
    if not isinstance(row.get("m_string"), str):
        yield "m_string must be a text"
    for key in ("e_code", "m_code"):
        value = row.get(key)
        if not isinstance(value, int) or value not in HTTP_STATUSES:
            yield f"{key} must be an HTTP status"
    yield from _list_type_faults(row)
    yield from _list_content_faults(row)


def build_site_entry(row: CatalogRow) -> SiteEntry:
    """Return the entry; the known accounts of a list that names no provenance are not asked.

    Such lists hold the accounts of private persons.
    """
    has_provenance = bool(row.get("provenance"))
    value = row.get("seconds_between", 1.0)
    # The harmless headers, and for a POST the kind of its body.
    given = {name.lower(): value for name, value in get_headers(row).items()}
    sent = {name: value for name, value in given.items() if name in HARMLESS_HEADERS}
    body = get_text(row, "post_body").lstrip()
    if body:
        sent.setdefault("content-type", "application/json" if body[0] in "{[" else FORM_TYPE)
    # The pattern of handles; a list's characters to strip are characters it cannot have.
    pattern = get_text(row, "handle")
    stripped = get_text(row, "strip_bad_char")
    return SiteEntry(
        name=get_text(row, "name"),
        uri_check=get_text(row, "uri_check"),
        rule=PresenceRule(
            e_code=get_number(row, "e_code"),
            e_string=get_text(row, "e_string"),
            m_code=get_number(row, "m_code"),
            m_string=get_text(row, "m_string"),
            e_others=get_texts(row, "e_others"),
            m_others=get_texts(row, "m_others"),
            m_codes=get_numbers(row, "m_codes"),
        ),
        uri_pretty=get_text(row, "uri_pretty"),
        known_accounts=get_texts(row, "known") if has_provenance else (),
        category=get_text(row, "cat"),
        handle_pattern=pattern if pattern or not stripped else f"[^{re.escape(stripped)}]+",
        headers=tuple(sent.items()),
        body=get_text(row, "post_body"),
        access=AccessMode(get_text(row, "access") or AccessMode.PAGE),
        seconds_between=float(value) if isinstance(value, int | float) else 1.0,
        provenance=get_text(row, "provenance"),
        seen_on=get_text(row, "seen_on"),
        report_form=get_text(row, "report"),
        pictures=get_texts(row, "pictures"),
        terms=TermsOfService(url=get_text(row, "terms")) if row.get("terms") else None,
    )


def _list_type_faults(row: CatalogRow) -> Iterator[str]:
    for key in TEXT_FIELDS:
        if not isinstance(row.get(key, ""), str):
            yield f"{key} must be a text"
    for key in LIST_FIELDS:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(
            isinstance(character, str) for character in value
        ):
            yield f"{key} must be a list of texts"
    codes = row.get("m_codes", [])
    if not isinstance(codes, list) or not all(code in HTTP_STATUSES for code in codes):
        yield "m_codes must be a list of HTTP statuses"
    given = row.get("headers", {})
    if not isinstance(given, dict) or not all(map(_is_header_value, given.values())):
        yield "headers must be an object of plain texts"
    seconds = row.get("seconds_between", 1)
    if not isinstance(seconds, int | float) or not 0 < seconds <= SLOWEST:
        yield f"seconds_between must be a number up to {SLOWEST}"


def _is_header_value(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _list_content_faults(row: CatalogRow) -> Iterator[str]:
    posted = ACCOUNT_PLACEHOLDER in get_text(row, "post_body")
    for key in ("uri_check", "uri_pretty"):
        value = get_text(row, key)
        named = ACCOUNT_PLACEHOLDER in value or (posted and key == "uri_check")
        if value and not (named and _is_web_address(value)):
            yield f"{key} must be an http address that holds {ACCOUNT_PLACEHOLDER}"
    if row.get("m_string") == "" and row.get("e_code") == row.get("m_code"):
        yield "m_string may be empty only where the two codes differ"
    is_same = all(row.get(f"e_{part}") == row.get(f"m_{part}") for part in ("code", "string"))
    if get_text(row, "e_string") and is_same:
        yield "the rule says the same of an account and of a missing one"
    handle = row.get("handle")
    if isinstance(handle, str) and handle and not _is_handle_pattern(handle):
        most = f"with at most {MOST_HANDLE_REPEATS} repeats"
        yield f"handle must be letters and classes {most}, as in [\\w.-]{{2,40}}"
    yield from _list_added_faults(row)


def _list_added_faults(row: CatalogRow) -> Iterator[str]:
    """Yield the faults of the fields that we add to the format."""
    if not all(ORIGIN.fullmatch(origin) for origin in get_texts(row, "pictures")):
        yield "pictures must be origins, as in https://pictures.example"
    if row.get("terms") and not _is_web_address(get_text(row, "terms")):
        yield "terms must be an http address"
    if row.get("access", "page") not in tuple(AccessMode):
        yield "access must be page or api"
    if not KEY_PATTERN.fullmatch(get_text(row, "report")):
        yield "report must be a key, as in youtube"
    if row.get("seen_on") and not _is_date(row["seen_on"]):
        yield "seen_on must be a day, as in 2026-11-24"


def _is_web_address(value: str) -> bool:
    where = split_address(value)
    return where.scheme in {"http", "https"} and bool(where.netloc)


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_handle_pattern(pattern: str) -> bool:
    plain = HANDLE_CLASS.sub("x", pattern)
    if not HANDLE_PATTERN.fullmatch(plain):
        return False
    if len(HANDLE_REPEAT.findall(plain)) > MOST_HANDLE_REPEATS:
        return False
    try:
        re.compile(pattern, re.ASCII)
    except re.error:
        return False
    return True


# What may be asked by a username at all: ours, and what lists call such sites. Others tell of no
# work, or of what is no one's business there (health, money, meeting, religion, games of children).
FITTING_CATEGORIES = frozenset(
    {
        *("blogging", "books", "code", "films", "forums", "games", "giving", "images", "links"),
        *("messaging", "music", "reference", "shopping", "teaching", "travel", "video", "work"),
        *("art", "blog", "business", "career", "coding", "design", "education", "freelance"),
        *("hobby", "news", "photo", "science", "tech", "writing"),
    }
)
# A header may say what we send and can read, never who we pretend to be.
HARMLESS_HEADERS = frozenset(
    {"accept", "accept-language", "content-type", "referer", "x-requested-with"}
)
# What only browsers send. We ask without it, as ourselves; a canary shows whether that is enough.
BROWSER_HEADERS = re.compile(
    r"user-agent|sec-.*|te|origin|host|connection|accept-encoding|cache-control|pragma|dnt|priority"
    r"|upgrade-insecure-requests|content-length|alt-used"
)
NOT_PROVABLE = (
    "nothing proves its answers: no account of its own is known, and it has no words of its own"
)
SOMEBODYS_KEY = re.compile(
    r"[?&](?:api_?key|access_token|auth_?token|token|client_id|app_?id|apikey|key)=", re.IGNORECASE
)


def list_exclusion_reasons(row: CatalogRow) -> Iterator[str]:
    """Yield the reason why a sound entry is left out, if there is one."""
    shown = get_text(row, "uri_pretty") or get_text(row, "uri_check")
    reasons = (
        (row.get("valid") is False, "its list says that it no longer works"),
        (
            get_text(row, "cat").lower() not in FITTING_CATEGORIES,
            "its category is none that may be asked by username",
        ),
        (_is_closed_platform(row), "it may not be visited; search engines show it"),
        (bool(row.get("protection")), "it does not want automatic visits"),
        (ACCOUNT_PLACEHOLDER not in shown, "it has no address of an account"),
        (not _has_harmless_headers(row), "it needs a login or someone's key"),
        (
            bool(SOMEBODYS_KEY.search(get_text(row, "uri_check"))),
            "its address contains someone's key",
        ),
        (_is_unpaceable(row), "every account has a host of its own, so it cannot be paced"),
        (_has_error_status(row), "its answer for a missing account looks like a server error"),
        (row.get("e_code") in REDIRECTS, "its answer for an account is a redirect"),
        (
            not row.get("m_string") and row.get("m_code") in REFUSALS,
            "its answer for a missing account is empty",
        ),
    )
    yield from [reason for holds, reason in reasons if holds][:1]


def _is_closed_platform(row: CatalogRow) -> bool:
    shown = get_text(row, "uri_pretty") or get_text(row, "uri_check")
    host = split_address(shown).netloc.lower().removeprefix("www.").removeprefix("m.")
    return host in PLATFORMS_BY_HOST and PLATFORMS_BY_HOST[host].closed


def _has_harmless_headers(row: CatalogRow) -> bool:
    names = map(str.lower, get_headers(row))
    return all(name in HARMLESS_HEADERS or BROWSER_HEADERS.fullmatch(name) for name in names)


def _is_unpaceable(row: CatalogRow) -> bool:
    host = split_address(get_text(row, "uri_check")).netloc
    return ACCOUNT_PLACEHOLDER in host and not is_account_subdomain(host)


def _has_error_status(row: CatalogRow) -> bool:
    codes = {row.get("e_code"), row.get("m_code")}
    return any(code == TOO_MANY_REQUESTS or code in SERVER_ERRORS for code in codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteExclusion:
    """A site that is not asked."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCatalog:
    entries: tuple[SiteEntry, ...]
    exclusions: tuple[SiteExclusion, ...] = ()


class CatalogError(ValueError):
    """The file cannot be used; `faults` holds one sentence for each thing that is wrong."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(self.faults))


def load_own_catalog(changes: FactChanges = NO_CHANGES) -> SiteCatalog:
    """Read the sites of the facts, as they came with the program and then changed."""
    changed, contents = changes.get(SITES, {}), load_site_file()
    for row in contents["sites"]:
        for name, value in changed.get(spell_key(row["name"]), {}).items():
            row[name] = str(value)
    return _build_catalog("sites.json", contents)


def load_catalog_file(path: Path) -> SiteCatalog:
    try:
        return parse_catalog(str(path), path.read_bytes())
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise CatalogError([message]) from error


def parse_catalog(file: str, content: bytes) -> SiteCatalog:
    try:
        data: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        message = f"{file} is not whole: it is not valid JSON ({_describe_json_position(error)})."
        raise CatalogError([message]) from None
    return _build_catalog(file, data)


def _build_catalog(file: str, data: object) -> SiteCatalog:
    rows = data.get("sites") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not rows:
        message = f"{file} is not a site list: it has no `sites`."
        raise CatalogError([message])
    broken = [n for n, site in enumerate(rows, 1) if not isinstance(site, dict)]
    if broken:
        raise CatalogError([f"{file}, entry {n}: it is not an object." for n in broken])
    faults = [
        f"{at}: {fault}." for at, row in _label_rows(file, rows) for fault in list_row_faults(row)
    ]
    faults += _list_duplicates(file, rows)
    if faults:
        raise CatalogError(faults)
    silent = data.get("silent") if isinstance(data, dict) else None
    left_out = [
        SiteExclusion(name=name, reason=str(reason))
        for name, reason in (silent.items() if isinstance(silent, dict) else ())
    ]
    entries = []
    for row in rows:
        entry = build_site_entry(row)
        reason = next(list_exclusion_reasons(row), "" if entry.is_provable else NOT_PROVABLE)
        if reason:
            left_out.append(SiteExclusion(name=entry.name, reason=reason))
        else:
            entries.append(entry)
    return merge_catalogs(SiteCatalog(entries=tuple(entries), exclusions=tuple(left_out)))


def merge_catalogs(*catalogs: SiteCatalog) -> SiteCatalog:
    """Return all entries; where one site is known twice, the earlier entry counts."""
    entries: dict[str, SiteEntry] = {}
    left_out: list[SiteExclusion] = []
    for catalog in catalogs:
        left_out += catalog.exclusions
        for entry in catalog.entries:
            if entries.setdefault(entry.key, entry) is not entry:
                left_out.append(
                    SiteExclusion(name=entry.name, reason="an earlier entry has its name")
                )
    return SiteCatalog(entries=tuple(entries.values()), exclusions=tuple(left_out))


def _describe_json_position(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}"
    return "no position known"


def _label_rows(file: str, rows: list[CatalogRow]) -> Iterator[tuple[str, CatalogRow]]:
    for n, row in enumerate(rows, 1):
        name = row.get("name")
        called = f" ({name})" if isinstance(name, str) and name else ""
        yield f"{file}, entry {n}{called}", row


def _list_duplicates(file: str, rows: list[CatalogRow]) -> Iterator[str]:
    seen: set[str] = set()
    for row in rows:
        name = row.get("name")
        if isinstance(name, str) and name.casefold() in seen:
            yield f"{file}, entry {name}: another entry has the same name."
        elif isinstance(name, str):
            seen.add(name.casefold())
