"""Reads catalogs in the WhatsMyName format, and our own, which adds a few fields to it.

A sound entry is left out, with a reason, where it cannot be asked or is not ours to ask.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

from scrapers.parsers.block_detection import REFUSALS, SERVER_ERRORS, TOO_MANY_REQUESTS
from scrapers.parsers.presence import PLACEHOLDER, REDIRECTS, Rule
from scrapers.parsers.text import fits, usable
from scrapers.source import Access, Etiquette
from scrapers.urls.platforms import BY_HOST

LONGEST_HANDLE = 64
# What may stand before the dot of a host, and so all that a handle may be where it stands there.
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# A site below which its accounts stand. Under `co.uk` and the like two hosts are two sites.
IN_HOST = re.compile(
    r"\{account\}\.(?!(?:ac|co|com|edu|gov|net|or|org)\.[a-z]{2}$)[\w-]+(?:\.[\w-]+)+(?::\d+)?",
    re.IGNORECASE,
)


def in_host(host: str) -> bool:
    """Say whether a host is `{account}.site`, whose subdomains can share one queue."""
    return IN_HOST.fullmatch(host) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A site that shows an account at an address made from its handle.

    The handle may be the label before the site's host; all its accounts are then one queue.
    `known` are accounts of the site itself or of an institution, never of a private person.
    `handle` is a pattern (RE2) of the handles the site allows. `report` is the key of the form on
    which the site takes reports of impersonation, empty where none is known. `pictures` are
    further origins, at which the pictures of its profiles lie. `provenance` names the published
    facts that the marks rest on; `seen_on` is the day somebody last saw them live, and empty
    until then. `key` is the name as account keys and configurations spell it.
    """

    name: str
    uri_check: str
    rule: Rule
    uri_pretty: str = ""
    known: tuple[str, ...] = ()
    category: str = ""
    handle: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    access: Access = Access.PAGE
    seconds_between: float = 1.0
    provenance: str = ""
    seen_on: str = ""
    report: str = ""
    pictures: tuple[str, ...] = ()
    key: str = field(init=False)
    etiquette: Etiquette = field(init=False)

    def __post_init__(self) -> None:
        place = urlsplit(self.uri_check)
        etiquette = Etiquette(
            origins=(
                f"{place.scheme}://{place.netloc.replace(PLACEHOLDER, '*')}",
                *self.pictures,
            ),
            access=self.access,
            seconds_between=self.seconds_between,
        )
        object.__setattr__(self, "etiquette", etiquette)
        object.__setattr__(self, "key", _spelled(self.name) or _spelled(place.netloc))

    def admits(self, handle: str) -> bool:
        """Say whether the site could have such a handle at all."""
        if not 0 < len(handle) <= LONGEST_HANDLE or re.search(r"[\s/?#\\\x00-\x1f]", handle):
            return False
        if self.etiquette.origins[0].partition("://*.")[1] and not LABEL.fullmatch(handle):
            return False
        return not self.handle or fits(self.handle, handle)

    def shown_at(self, handle: str) -> str:
        return _filled(self.uri_pretty or self.uri_check, handle)

    def asked_at(self, handle: str) -> str:
        return _filled(self.uri_check, handle)


def _spelled(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def _filled(template: str, handle: str) -> str:
    return template.replace(PLACEHOLDER, quote(handle, safe=""))


Row = Mapping[str, object]

NOWHERE = SplitResult("", "", "", "", "")


def text(row: Row, key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def texts(row: Row, key: str) -> tuple[str, ...]:
    """Return the texts of a list; one text stands for a list of one."""
    value = row.get(key)
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def number(row: Row, key: str) -> int:
    value = row.get(key)
    return value if isinstance(value, int) else 0


def numbers(row: Row, key: str) -> tuple[int, ...]:
    value = row.get(key)
    return tuple(each for each in value if isinstance(each, int)) if isinstance(value, list) else ()


def headers(row: Row) -> Mapping[str, str]:
    value = row.get("headers")
    return value if isinstance(value, dict) else {}


def place(address: str) -> SplitResult:
    """Take an address apart; one that cannot be is nowhere."""
    try:
        return urlsplit(address)
    except ValueError:
        return NOWHERE


CODES = range(100, 1000)
TEXTS = ("uri_pretty", "cat", "handle", "provenance", "seen_on", "report")
LISTS = ("known", "pictures", "protection", "e_others", "m_others")
# `https://*.host` stands for its subdomains.
ORIGIN = re.compile(r"https?://(?:\*\.)?[a-z0-9.-]+(?::\d+)?")
SLOWEST = 3600
NO_RE2 = "handle is not a pattern that RE2 can run"
KEY = re.compile(r"[a-z0-9-]*")


def faults_of(row: Row) -> Iterator[str]:
    """Yield one clause for each fault of an entry."""
    yield from _missing(row)
    yield from _kinds(row)
    yield from _contents(row)


def entry_from(row: Row) -> Entry:
    """Return the entry; the known accounts of a list that names no provenance are not asked.

    Such lists hold the accounts of private persons.
    """
    vouched = bool(row.get("provenance"))
    return Entry(
        name=text(row, "name"),
        uri_check=text(row, "uri_check"),
        rule=Rule(
            e_code=number(row, "e_code"),
            e_string=text(row, "e_string"),
            m_code=number(row, "m_code"),
            m_string=text(row, "m_string"),
            e_others=texts(row, "e_others"),
            m_others=texts(row, "m_others"),
            m_codes=numbers(row, "m_codes"),
        ),
        uri_pretty=text(row, "uri_pretty"),
        known=texts(row, "known") if vouched else (),
        category=text(row, "cat"),
        handle=_handle(row),
        headers=tuple((name.lower(), value) for name, value in headers(row).items()),
        access=Access(text(row, "access") or Access.PAGE),
        seconds_between=_seconds(row),
        provenance=text(row, "provenance"),
        seen_on=text(row, "seen_on"),
        report=text(row, "report"),
        pictures=texts(row, "pictures"),
    )


def _missing(row: Row) -> Iterator[str]:
    for key in ("name", "uri_check", "e_string"):
        if not text(row, key):
            yield f"{key} must be a text that is not empty"
    if not isinstance(row.get("m_string"), str):
        yield "m_string must be a text"
    for key in ("e_code", "m_code"):
        value = row.get(key)
        if not isinstance(value, int) or value not in CODES:
            yield f"{key} must be an HTTP status"


def _kinds(row: Row) -> Iterator[str]:
    for key in TEXTS:
        if not isinstance(row.get(key, ""), str):
            yield f"{key} must be a text"
    for key in LISTS:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            yield f"{key} must be a list of texts"
    codes = row.get("m_codes", [])
    if not isinstance(codes, list) or not all(each in CODES for each in codes):
        yield "m_codes must be a list of HTTP statuses"
    given = row.get("headers", {})
    if not isinstance(given, dict) or not all(map(_header, given.values())):
        yield "headers must be an object of plain texts"
    seconds = row.get("seconds_between", 1)
    if not isinstance(seconds, int | float) or not 0 < seconds <= SLOWEST:
        yield f"seconds_between must be a number up to {SLOWEST}"


def _header(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _contents(row: Row) -> Iterator[str]:
    for key in ("uri_check", "uri_pretty"):
        value = text(row, key)
        if value and not _account_address(value):
            yield f"{key} must be an http address that holds {PLACEHOLDER}"
    if row.get("m_string") == "" and row.get("e_code") == row.get("m_code"):
        yield "m_string may be empty only where the two codes differ"
    if text(row, "e_string") and _same_answer(row):
        yield "the rule says the same of an account and of a missing one"
    handle = row.get("handle")
    if isinstance(handle, str) and not usable(handle):
        yield NO_RE2
    if not all(ORIGIN.fullmatch(origin) for origin in texts(row, "pictures")):
        yield "pictures must be origins, as in https://pictures.example"
    if row.get("access", "page") not in tuple(Access):
        yield "access must be page or api"
    if not KEY.fullmatch(text(row, "report")):
        yield "report must be a key, as in youtube"
    if row.get("seen_on") and not _day(row["seen_on"]):
        yield "seen_on must be a day, as in 2026-11-24"


def _same_answer(row: Row) -> bool:
    return all(row.get(f"e_{part}") == row.get(f"m_{part}") for part in ("code", "string"))


def _account_address(value: str) -> bool:
    where = place(value)
    return where.scheme in {"http", "https"} and bool(where.netloc) and PLACEHOLDER in value


def _day(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _handle(row: Row) -> str:
    """Return the pattern of handles; a list's characters to strip are characters it cannot have."""
    pattern = text(row, "handle")
    stripped = text(row, "strip_bad_char")
    if pattern or not stripped:
        return pattern
    return f"[^{re.escape(stripped)}]+"


def _seconds(row: Row) -> float:
    value = row.get("seconds_between", 1.0)
    return float(value) if isinstance(value, int | float) else 1.0


ADULT = "xx nsfw xx"
# What these tell of a person is nobody's business at work.
NOT_LOOKED_AT = frozenset({"political", "dating", "religion"})
MOSTLY_MINORS = re.compile(
    r"\b(?:animaljam|clubpenguin|fortnite\w*|kidblog|kidzworld|kik|minecraft|moviestarplanet"
    r"|namemc|neopets|poptropica|quotev|roblox|scratch|tellonym|wattpad|webkinz)\b"
)
# Their terms forbid automatic visits, whoever lists them; a licensed search engine shows them.
CLOSED = frozenset({"facebook", "instagram", "linkedin", "snapchat", "threads", "tiktok", "x"})
# A header may say what we can read, never who we pretend to be.
HARMLESS_HEADERS = frozenset({"accept", "accept-language", "referer", "x-requested-with"})
OPEN_PORTS = frozenset({None, 80, 443})
SOMEBODYS_KEY = re.compile(
    r"[?&](?:api_?key|access_token|auth_?token|token|client_id|app_?id|apikey|key)=", re.IGNORECASE
)


def unusable(row: Row) -> Iterator[str]:
    """Yield the reason why a sound entry is left out, if there is one."""
    reasons = (
        (row.get("valid") is False, "its list says that it no longer works"),
        (text(row, "cat").lower() == ADULT, "it is for adults only"),
        (_minors(row), "mostly minors are there"),
        (text(row, "cat").lower() in NOT_LOOKED_AT, "it is not ours to look there"),
        (_closed(row), "it forbids automatic visits; search engines show it"),
        (bool(row.get("protection")), "it does not want automatic visits"),
        (bool(row.get("post_body")), "it has to be asked by POST"),
        (not _harmless(row), "it wants a browser or a login to be faked"),
        (bool(SOMEBODYS_KEY.search(text(row, "uri_check"))), "its address holds somebody's key"),
        (_unpaced(row), "every account has a host of its own, so it cannot be paced"),
        (_hidden_by_trouble(row), "its missing answer looks like a server in trouble"),
        (row.get("e_code") in REDIRECTS, "its answer for an account is a redirect"),
        (not row.get("m_string") and row.get("m_code") in REFUSALS, "its missing answer is bare"),
    )
    yield from [reason for holds, reason in reasons if holds][:1]


def beside_the_web(row: Row) -> bool:
    """Say whether it is asked on a port of its own, or as a user: only a district may say so."""
    where = place(text(row, "uri_check"))
    try:
        return where.port not in OPEN_PORTS or "@" in where.netloc
    except ValueError:
        return True


def _minors(row: Row) -> bool:
    host = place(text(row, "uri_check")).netloc
    return MOSTLY_MINORS.search(f"{text(row, 'name')} {host}".lower()) is not None


def _closed(row: Row) -> bool:
    shown = text(row, "uri_pretty") or text(row, "uri_check")
    host = place(shown).netloc.lower().removeprefix("www.").removeprefix("m.")
    return host in BY_HOST and BY_HOST[host].name in CLOSED


def _harmless(row: Row) -> bool:
    return all(name.lower() in HARMLESS_HEADERS for name in headers(row))


def _unpaced(row: Row) -> bool:
    host = place(text(row, "uri_check")).netloc
    return PLACEHOLDER in host and not in_host(host)


def _hidden_by_trouble(row: Row) -> bool:
    codes = {row.get("e_code"), row.get("m_code")}
    return any(code == TOO_MANY_REQUESTS or code in SERVER_ERRORS for code in codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """`detail` says what is at fault, where the reason is a general one."""

    name: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...] = ()


class CatalogueError(ValueError):
    """The file cannot be used; `faults` holds one sentence for each thing that is wrong."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(self.faults))


def own_catalogue() -> Catalogue:
    own = files("scrapers.sites") / "own.json"
    return catalogue_from("own.json", own.read_bytes())


def read_catalogue(path: Path) -> Catalogue:
    try:
        return catalogue_from(str(path), path.read_bytes())
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise CatalogueError([message]) from error


def catalogue_from(file: str, content: bytes) -> Catalogue:
    rows = _rows(file, content)
    faults = [f"{at}: {fault}." for at, row in _placed(file, rows) for fault in faults_of(row)]
    faults += _doubles(file, rows)
    if faults:
        raise CatalogueError(faults)
    left_out = tuple(
        LeftOut(name=str(row["name"]), reason=reason) for row in rows for reason in unusable(row)
    )
    entries = tuple(entry_from(row) for row in rows if not any(unusable(row)))
    return joined(Catalogue(entries=entries, left_out=left_out))


def joined(*catalogues: Catalogue) -> Catalogue:
    """Return all entries; where one site is known twice, the earlier entry counts."""
    entries: dict[str, Entry] = {}
    left_out: list[LeftOut] = []
    for catalogue in catalogues:
        left_out += catalogue.left_out
        for entry in catalogue.entries:
            if entries.setdefault(entry.key, entry) is not entry:
                left_out.append(LeftOut(name=entry.name, reason="an earlier entry has its name"))
    return Catalogue(entries=tuple(entries.values()), left_out=tuple(left_out))


def json_of(file: str, content: bytes) -> object:
    """Return what the file holds, or raise CatalogueError."""
    try:
        data: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        message = f"{file} is not whole: it is not valid JSON ({_where(error)})."
        raise CatalogueError([message]) from None
    return data


def _rows(file: str, content: bytes) -> list[Row]:
    data = json_of(file, content)
    sites = data.get("sites") if isinstance(data, dict) else None
    if not isinstance(sites, list) or not sites:
        message = f"{file} is not a catalogue: it holds no list of sites."
        raise CatalogueError([message])
    broken = [n for n, site in enumerate(sites, 1) if not isinstance(site, dict)]
    if broken:
        raise CatalogueError([f"{file}, entry {n}: it is not an object." for n in broken])
    return sites


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}"
    return "no position known"


def _placed(file: str, rows: list[Row]) -> Iterator[tuple[str, Row]]:
    for n, row in enumerate(rows, 1):
        name = row.get("name")
        called = f" ({name})" if isinstance(name, str) and name else ""
        yield f"{file}, entry {n}{called}", row


def _doubles(file: str, rows: list[Row]) -> Iterator[str]:
    seen: set[str] = set()
    for row in rows:
        name = row.get("name")
        if isinstance(name, str) and name.casefold() in seen:
            yield f"{file}, entry {name}: another entry has the same name."
        elif isinstance(name, str):
            seen.add(name.casefold())
