"""Lists that others keep, read as they are, with a reason for each omission.

A list of thousands is never without faults, and its keepers are elsewhere: so an entry with a fault
is named and left out, where a district's own catalog would be refused as a whole. Only what may be
asked by its category, and has an account of the site's own that shows when it breaks, is asked.
Presence words are proof where they are long enough to be a site's own; else an account is proven
where a page with status 200 names it. Missing is 404, or the words given for it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from scrapers.parsers.presence import ACCOUNT_PLACEHOLDER
from scrapers.parsers.text import is_valid_pattern
from scrapers.sites.catalog import (
    FITTING_CATEGORIES,
    NO_RE2,
    CatalogError,
    CatalogRow,
    SiteCatalog,
    SiteEntry,
    SiteExclusion,
    build_site_entry,
    get_text,
    get_texts,
    is_nonstandard_address,
    list_exclusion_reasons,
    list_row_faults,
    parse_json_file,
    split_address,
)
from scrapers.urls.platforms import PLATFORMS_BY_HOST

NO_OBJECT = "it is not an object"
BY_REDIRECT = "it shows a missing account only by a redirect, as a login wall does"
STRANGE_METHOD = "it is asked by another method than GET, or by POST without a body"
# Shorter words are on pages of every kind.
SHORTEST_WORDS = 6

# A status tells a missing account; that one is there, only a page with its name on it.
BY_STATUS: Mapping[str, object] = MappingProxyType(
    {
        "e_code": 200,
        "e_string": ACCOUNT_PLACEHOLDER,
        "m_code": 404,
        "m_string": "",
        "m_codes": [410],
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCandidate:
    """`refused` is the reason why its list's own words rule it out, empty if they do not.

    `accounts` are those that the list says are there; most are of private persons.
    """

    name: str
    row: CatalogRow
    refusal: str = ""
    accounts: tuple[str, ...] = ()


def build_word_rule(*, exists: Sequence[str] = (), missing: Sequence[str]) -> dict[str, object]:
    """Return the rule of a list that knows words, and no status of the missing page."""
    first, *others = exists or (ACCOUNT_PLACEHOLDER,)
    return {
        "e_code": 200,
        "e_string": first,
        "e_others": others,
        "m_code": 200,
        "m_string": missing[0],
        "m_others": [*missing[1:]],
        "m_codes": [404, 410],
    }


def filter_telling_words(words: Sequence[str]) -> list[str]:
    """Return those that are long enough to be a site's own, each once."""
    return [word for word in dict.fromkeys(words) if len(word.strip()) >= SHORTEST_WORDS]


def build_search_pattern(pattern: str) -> str:
    """Return a pattern that fits a whole handle where this one is found in it."""
    if not pattern or (pattern.startswith("^") and pattern.endswith("$") and "|" not in pattern):
        return pattern
    return f".*(?:{pattern}).*"


def _drop_general_address(address: str) -> str:
    """Return an address of one account, and nothing for one that is the same for all."""
    return address if ACCOUNT_PLACEHOLDER in address else ""


def _has_strange_method(method: str, payload: object) -> bool:
    return method not in ({"", "POST"} if payload else {"", "GET", "HEAD"})


def build_post_body(payload: object, placeholder: str) -> str:
    """Return the JSON to POST, with our placeholder in the place of a list's own; may be empty."""
    if not payload:
        return ""
    return json.dumps(_replace_placeholder(payload, placeholder))


def _replace_placeholder(value: object, placeholder: str) -> object:
    if isinstance(value, dict):
        return {
            key: _replace_placeholder(one_value, placeholder) for key, one_value in value.items()
        }
    if isinstance(value, list):
        return [_replace_placeholder(entry, placeholder) for entry in value]
    return value.replace(placeholder, ACCOUNT_PLACEHOLDER) if isinstance(value, str) else value


MAIGRET_PLACEHOLDER = "{username}"
COUNTRY_TAG_LENGTH = 2


def is_maigret(data: object) -> bool:
    return isinstance(data, dict) and isinstance(data.get("sites"), dict)


def parse_maigret_sites(data: Mapping[str, object]) -> Iterator[ImportCandidate]:
    sites, engines = data["sites"], data.get("engines")
    if not isinstance(sites, dict):
        return
    known_engines = _collect_maigret_engines(engines if isinstance(engines, dict) else {})
    for name, site in sites.items():
        if not isinstance(site, dict):
            yield ImportCandidate(name=name, row={}, refusal=NO_OBJECT)
            continue
        engine = get_text(site, "engine")
        whole = _merge_maigret_engine(site, known_engines.get(engine, {}))
        unknown = "its engine is not in the list" if engine and engine not in known_engines else ""
        refused = unknown or _describe_maigret_refusal(whole)
        row = (
            {} if refused else {**_build_maigret_fields(name, whole), **_build_maigret_rule(whole)}
        )
        yield ImportCandidate(
            name=name, row=row, refusal=refused, accounts=get_texts(whole, "usernameClaimed")
        )


def _collect_maigret_engines(engines: Mapping[str, object]) -> dict[str, CatalogRow]:
    """Return what the sites of each engine share."""
    shared = {}
    for name, engine in engines.items():
        if isinstance(engine, dict) and isinstance(engine.get("site"), dict):
            shared[name] = engine["site"]
    return shared


def _merge_maigret_engine(site: CatalogRow, shared: CatalogRow) -> CatalogRow:
    """Return what a site says over what its engine says, and the words of both."""
    if not shared:
        return site
    words = {
        key: [*get_texts(site, key), *get_texts(shared, key)]
        for key in ("presenseStrs", "absenceStrs")
    }
    return {**shared, **site, **words}


def _describe_maigret_refusal(site: CatalogRow) -> str:
    kind = get_text(site, "checkType")
    reasons = (
        (site.get("disabled") is True, "its list says that it no longer works"),
        (get_text(site, "protocol") not in {"", "http", "https"}, "it is not on the open web"),
        (get_text(site, "type") not in {"", "username"}, "it wants a number, not a handle"),
        (site.get("similarSearch") is True, "it searches, and names no one account"),
        ("activation" in site, "it wants a token to be fetched first"),
        (kind == "response_url", BY_REDIRECT),
        (kind not in {"status_code", "message", "response_url"}, "its kind of check is unknown"),
        (
            _has_strange_method(get_text(site, "requestMethod"), site.get("requestPayload")),
            STRANGE_METHOD,
        ),
        (kind == "message" and _has_no_telling_words(site), "its words could be on any page"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _has_no_telling_words(site: CatalogRow) -> bool:
    return not filter_telling_words(get_texts(site, "presenseStrs")) and not filter_telling_words(
        get_texts(site, "absenceStrs")
    )


def _build_maigret_fields(name: str, site: CatalogRow) -> dict[str, object]:
    shown = _format_maigret_address(site, "url")
    return {
        "name": name,
        "uri_check": _format_maigret_address(site, "urlProbe") or shown,
        "uri_pretty": _drop_general_address(shown),
        "cat": _choose_category(get_texts(site, "tags")),
        "protection": site.get("protection", []),
        "headers": site.get("headers", {}),
        "post_body": build_post_body(site.get("requestPayload"), MAIGRET_PLACEHOLDER),
        "handle": build_search_pattern(get_text(site, "regexCheck")),
    }


def _format_maigret_address(site: CatalogRow, key: str) -> str:
    main = get_text(site, "urlMain").rstrip("/")
    address = get_text(site, key).replace("{urlMain}", main)
    return address.replace("{urlSubpath}", get_text(site, "urlSubpath")).replace(
        MAIGRET_PLACEHOLDER, ACCOUNT_PLACEHOLDER
    )


def _choose_category(tags: tuple[str, ...]) -> str:
    """Return a category that fits where all tags do; a country's tag says nothing of the kind."""
    kinds = [tag for tag in tags if len(tag) != COUNTRY_TAG_LENGTH]
    return kinds[0] if kinds and FITTING_CATEGORIES.issuperset(kinds) else ""


def _build_maigret_rule(site: CatalogRow) -> dict[str, object]:
    if get_text(site, "checkType") == "status_code":
        return {**BY_STATUS}
    exists = [
        telling_word.replace(MAIGRET_PLACEHOLDER, ACCOUNT_PLACEHOLDER)
        for telling_word in filter_telling_words(get_texts(site, "presenseStrs"))
    ]
    missing = filter_telling_words(get_texts(site, "absenceStrs"))
    if missing:
        return build_word_rule(exists=exists, missing=missing)
    return {**BY_STATUS, "e_string": exists[0], "e_others": exists[1:]}


def list_address_shapes(entry: SiteEntry) -> frozenset[str]:
    """Return the shapes of where it is asked and of where it is shown."""
    shown = normalize_template(entry.uri_pretty or entry.uri_check)
    # A POST may go to one address for all sites of a server.
    return frozenset((shown,) if entry.body else (normalize_template(entry.uri_check), shown))


def normalize_template(template: str) -> str:
    """Return one spelling of host, path and parameters."""
    where = split_address(template)
    asked = "&".join(sorted(where.query.split("&")))
    host, path = _normalize_site_host(where.netloc.lower()), where.path.rstrip("/").lower()
    return f"{host}{path}?{asked}#{where.fragment}"


@lru_cache(maxsize=16_384)
def _normalize_site_host(host: str) -> str:
    bare = host.removesuffix(":443").removesuffix(":80").removeprefix("www.").removeprefix("m.")
    platform = PLATFORMS_BY_HOST.get(bare)
    return bare if platform is None or platform.federated else platform.hosts[0]


INVALID = "it is not valid"
NO_CANARY = "its list names no account of its own, so nothing would show that it has changed"
NONSTANDARD_ADDRESS = "it is on a port of its own, or its address holds a user's name"
# Only anyone who answers for an entry may say of it that robots.txt does not bind, or whom to ask.
OURS_TO_SAY = frozenset({"access", "known", "provenance", "report", "seconds_between", "seen_on"})
# Some lists have a space before an address.
ADDRESS_FIELDS = frozenset({"uri_check", "uri_pretty"})
LARGEST_BYTES = 64 * 1024 * 1024


class SiteListFormat(StrEnum):
    """Whose way of writing a list is in."""

    WHATSMYNAME = "WhatsMyName"
    MAIGRET = "Maigret"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteImport:
    """`doubles` are usable, but for another entry that asks at the same place or has the name."""

    list_format: SiteListFormat
    entries: tuple[SiteEntry, ...]
    exclusions: tuple[SiteExclusion, ...]
    duplicates: tuple[SiteExclusion, ...]

    @property
    def catalog(self) -> SiteCatalog:
        return SiteCatalog(entries=self.entries, exclusions=(*self.exclusions, *self.duplicates))


@dataclass(slots=True)
class KnownSites:
    """Which addresses and names are taken, by our own first and then by earlier entries."""

    places: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_entries(cls, entries: Iterable[SiteEntry], names: Iterable[str] = ()) -> "KnownSites":
        sites = cls(names=dict.fromkeys(names, "one of our own sources"))
        sites.add_entries(entries)
        return sites

    def copy_sites(self) -> "KnownSites":
        return KnownSites(places=dict(self.places), names=dict(self.names))

    def add_entries(self, entries: Iterable[SiteEntry]) -> None:
        for entry in entries:
            self.add_entry(entry)

    def add_entry(self, entry: SiteEntry) -> None:
        self.names.setdefault(entry.key, entry.name)
        for shape in list_address_shapes(entry):
            self.places.setdefault(shape, entry.name)

    def describe_duplicate(self, entry: SiteEntry) -> str:
        """Say in what way the entry is there already; empty if it is new."""
        there = next(
            (self.places[shape] for shape in list_address_shapes(entry) if shape in self.places), ""
        )
        if there:
            return f"{there} asks at the same address"
        return f"{self.names[entry.key]} has its name" if entry.key in self.names else ""


def import_site_list(file: str, content: bytes, sites: KnownSites) -> SiteImport:
    """Read a list in any of the forms; raise CatalogueError if it is in none."""
    if len(content) > LARGEST_BYTES:
        raise CatalogError([f"{file} is larger than {LARGEST_BYTES >> 20} MiB, so it is no list."])
    form, candidates = _detect_format(file, parse_json_file(file, content))
    sites = sites.copy_sites()
    entries: list[SiteEntry] = []
    left_out: list[SiteExclusion] = []
    doubles: list[SiteExclusion] = []
    for candidate in candidates:
        reason = _check_candidate(candidate)
        if reason:
            left_out.append(reason)
            continue
        entry = _build_imported_entry(candidate)
        if not entry.known_accounts:
            left_out.append(SiteExclusion(name=entry.name, reason=NO_CANARY))
            continue
        same = sites.describe_duplicate(entry)
        if same:
            doubles.append(SiteExclusion(name=entry.name, reason=same))
            continue
        sites.add_entry(entry)
        entries.append(entry)
    return SiteImport(
        list_format=form,
        entries=tuple(entries),
        exclusions=tuple(left_out),
        duplicates=tuple(doubles),
    )


def _build_imported_entry(candidate: ImportCandidate) -> SiteEntry:
    """Build an entry; a filter of handles that RE2 cannot run is dropped, and not the site."""
    row = candidate.row
    if not is_valid_pattern(get_text(row, "handle")):
        row = {**row, "handle": ""}
    entry = build_site_entry(row)
    own_names = _list_own_names(entry)
    known = tuple(
        account
        for account in candidate.accounts
        if _fold_site_name(account) in own_names and entry.is_valid_handle(account)
    )
    return replace(entry, known_accounts=known) if known else entry


def _list_own_names(entry: SiteEntry) -> frozenset[str]:
    """Return how a site may be called in an account of its own: as in the list, or as its host."""
    shown = split_address(entry.uri_pretty or entry.uri_check).netloc.lower()
    labels = shown.rpartition(ACCOUNT_PLACEHOLDER)[2].strip(".").split(".")
    host_names = ("".join(labels), *labels[-2:-1])
    return frozenset(filter(None, map(_fold_site_name, (entry.name, *host_names))))


def _fold_site_name(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _detect_format(file: str, data: object) -> tuple[SiteListFormat, Iterator[ImportCandidate]]:
    if isinstance(data, dict):
        if is_maigret(data):
            return SiteListFormat.MAIGRET, parse_maigret_sites(data)
        sites = data.get("sites")
        if isinstance(sites, list) and sites:
            return SiteListFormat.WHATSMYNAME, _parse_whatsmyname_sites(sites)
    forms = ", ".join(SiteListFormat)
    fault = (
        f"{file} is not a list of sites in a form we know ({forms}); Sherlock's gives no"
        " categories, so none of it may be asked."
    )
    raise CatalogError([fault])


def _parse_whatsmyname_sites(sites: Iterable[object]) -> Iterator[ImportCandidate]:
    for index, site in enumerate(sites, 1):
        if isinstance(site, dict):
            row = {key: value for key, value in site.items() if key not in OURS_TO_SAY}
            if ACCOUNT_PLACEHOLDER in get_text(row, "post_body"):
                row["uri_pretty"] = _drop_general_address(get_text(row, "uri_pretty"))
            for key in ADDRESS_FIELDS.intersection(row):
                row[key] = get_text(row, key).strip() or row[key]
            name, accounts = get_text(site, "name"), get_texts(site, "known")
            yield ImportCandidate(name=name or f"entry {index}", row=row, accounts=accounts)
        else:
            yield ImportCandidate(name=f"entry {index}", row={}, refusal=NO_OBJECT)


def _check_candidate(candidate: ImportCandidate) -> SiteExclusion | None:
    name, row = candidate.name, candidate.row
    if candidate.refusal:
        return SiteExclusion(name=name, reason=candidate.refusal)
    faults = (*list_row_faults(row), *_list_encoding_faults(row))
    fault = next((row_fault for row_fault in faults if row_fault != NO_RE2), "")
    if fault:
        return SiteExclusion(name=name, reason=INVALID, detail=fault)
    reason = (
        NONSTANDARD_ADDRESS
        if is_nonstandard_address(row)
        else next(list_exclusion_reasons(row), "")
    )
    return SiteExclusion(name=name, reason=reason) if reason else None


def _list_encoding_faults(row: CatalogRow) -> Iterator[str]:
    """Text with half of a surrogate pair can be read, and never be sent or stored."""
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        yield "it holds half a character"
