"""Lists that others keep (Sherlock, Maigret), read as they are, with a reason for each omission.

A list of thousands is never without faults, and its keepers are elsewhere: so an entry with a fault
is named and left out, where a district's own catalog would be refused as a whole. Presence words
are proof where they are long enough to be a site's own; else an account is proven where a page with
status 200 names it. Missing is 404, or the words given for it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from scrapers.parsers.presence import PLACEHOLDER
from scrapers.sites.catalog import (
    ADULT,
    NO_RE2,
    Catalogue,
    CatalogueError,
    Entry,
    LeftOut,
    Row,
    beside_the_web,
    entry_from,
    faults_of,
    json_of,
    number,
    place,
    text,
    texts,
    unusable,
)
from scrapers.urls.platforms import BY_HOST

NO_OBJECT = "it is not an object"
BY_REDIRECT = "it tells a missing account by a redirect alone, as a login wall does"
POST = "it has to be asked by POST"
# Shorter words stand on pages of every kind.
SHORTEST_WORDS = 6

# A status tells a missing account; that one is there, only a page with its name on it.
BY_STATUS: Mapping[str, object] = MappingProxyType(
    {"e_code": 200, "e_string": PLACEHOLDER, "m_code": 404, "m_string": "", "m_codes": [410]}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`refused` is the reason why its list's own words rule it out, empty if they do not.

    `pattern` is that of its handles, as the list spells it.
    """

    name: str
    row: Row
    refused: str = ""
    pattern: str = ""


def by_words(*, exists: Sequence[str] = (), missing: Sequence[str]) -> dict[str, object]:
    """Return the rule of a list that knows words, and no status of the missing page."""
    first, *others = exists or (PLACEHOLDER,)
    return {
        "e_code": 200,
        "e_string": first,
        "e_others": others,
        "m_code": 200,
        "m_string": missing[0],
        "m_others": [*missing[1:]],
        "m_codes": [404, 410],
    }


def telling(words: Sequence[str]) -> list[str]:
    """Return those that are long enough to be a site's own, each once."""
    return [each for each in dict.fromkeys(words) if len(each.strip()) >= SHORTEST_WORDS]


def searched(pattern: str) -> str:
    """Return a pattern that fits a whole handle where this one is found in it."""
    if not pattern or (pattern.startswith("^") and pattern.endswith("$") and "|" not in pattern):
        return pattern
    return f".*(?:{pattern}).*"


HOLE = "{username}"
ADULT_TAGS = frozenset({"erotic", "porn", "webcam"})
TELLING_TAGS = ("dating", "religion")


def is_maigret(data: object) -> bool:
    return isinstance(data, dict) and isinstance(data.get("sites"), dict)


def candidates(data: Mapping[str, object]) -> Iterator[Candidate]:
    sites, engines = data["sites"], data.get("engines")
    if not isinstance(sites, dict):
        return
    known = _engines(engines if isinstance(engines, dict) else {})
    for name, site in sites.items():
        if not isinstance(site, dict):
            yield Candidate(name=name, row={}, refused=NO_OBJECT)
            continue
        engine = text(site, "engine")
        whole = _with_engine(site, known.get(engine, {}))
        unknown = "its engine is not in the list" if engine and engine not in known else ""
        refused = unknown or _refused(whole)
        row = {} if refused else {**_place(name, whole), **_rule(whole)}
        yield Candidate(name=name, row=row, refused=refused, pattern=text(whole, "regexCheck"))


def _engines(engines: Mapping[str, object]) -> dict[str, Row]:
    """Return what the sites of each engine share."""
    shared = {}
    for name, engine in engines.items():
        if isinstance(engine, dict) and isinstance(engine.get("site"), dict):
            shared[name] = engine["site"]
    return shared


def _with_engine(site: Row, shared: Row) -> Row:
    """Return what a site says over what its engine says, and the words of both."""
    if not shared:
        return site
    words = {
        key: [*texts(site, key), *texts(shared, key)] for key in ("presenseStrs", "absenceStrs")
    }
    return {**shared, **site, **words}


def _refused(site: Row) -> str:
    kind = text(site, "checkType")
    posted = text(site, "requestMethod") not in {"", "GET", "HEAD"} or "requestPayload" in site
    reasons = (
        (site.get("disabled") is True, "its list says that it no longer works"),
        (text(site, "protocol") not in {"", "http", "https"}, "it is not on the open web"),
        (text(site, "type") not in {"", "username"}, "it wants a number, not a handle"),
        (site.get("similarSearch") is True, "it searches, and names no one account"),
        ("activation" in site, "it wants a token to be fetched first"),
        (kind == "response_url", BY_REDIRECT),
        (kind not in {"status_code", "message", "response_url"}, "its kind of check is unknown"),
        (posted, POST),
        (kind == "message" and _wordless(site), "its words could stand on any page"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _wordless(site: Row) -> bool:
    return not telling(texts(site, "presenseStrs")) and not telling(texts(site, "absenceStrs"))


def _place(name: str, site: Row) -> dict[str, object]:
    shown = _address(site, "url")
    return {
        "name": name,
        "uri_check": _address(site, "urlProbe") or shown,
        "uri_pretty": shown,
        "cat": _category(texts(site, "tags")),
        "protection": site.get("protection", []),
        "headers": site.get("headers", {}),
        "handle": searched(text(site, "regexCheck")),
    }


def _address(site: Row, key: str) -> str:
    main = text(site, "urlMain").rstrip("/")
    address = text(site, key).replace("{urlMain}", main)
    return address.replace("{urlSubpath}", text(site, "urlSubpath")).replace(HOLE, PLACEHOLDER)


def _category(tags: tuple[str, ...]) -> str:
    if not ADULT_TAGS.isdisjoint(tags):
        return ADULT
    return next((tag for tag in TELLING_TAGS if tag in tags), tags[0] if tags else "")


def _rule(site: Row) -> dict[str, object]:
    if text(site, "checkType") == "status_code":
        return {**BY_STATUS}
    exists = [each.replace(HOLE, PLACEHOLDER) for each in telling(texts(site, "presenseStrs"))]
    missing = telling(texts(site, "absenceStrs"))
    if missing:
        return by_words(exists=exists, missing=missing)
    return {**BY_STATUS, "e_string": exists[0], "e_others": exists[1:]}


SHERLOCK_HOLE = "{}"
SUCCESSES = range(200, 300)


def is_sherlock(data: object) -> bool:
    """Say whether this is an object of sites, each with its own kind of error."""
    if not isinstance(data, dict):
        return False
    return any(isinstance(site, dict) and "errorType" in site for site in data.values())


def candidates_sherlock(data: Mapping[str, object]) -> Iterator[Candidate]:
    for name, site in data.items():
        if name.startswith("$"):
            continue
        if not isinstance(site, dict):
            yield Candidate(name=name, row={}, refused=NO_OBJECT)
            continue
        refused = _refused_of_sherlock(site)
        row = {} if refused else {**_place_of_sherlock(name, site), **_rule_of_sherlock(site)}
        yield Candidate(name=name, row=row, refused=refused, pattern=text(site, "regexCheck"))


def _refused_of_sherlock(site: Row) -> str:
    kind = text(site, "errorType")
    if kind == "response_url":
        return BY_REDIRECT
    if kind not in {"status_code", "message"}:
        return "its kind of error is unknown"
    if kind == "message" and not telling(texts(site, "errorMsg")):
        return "its words for a missing account could stand on any page"
    posted = text(site, "request_method") not in {"", "GET", "HEAD"}
    return POST if posted or "request_payload" in site else ""


def _place_of_sherlock(name: str, site: Row) -> dict[str, object]:
    shown = text(site, "url").replace(SHERLOCK_HOLE, PLACEHOLDER)
    return {
        "name": name,
        "uri_check": text(site, "urlProbe").replace(SHERLOCK_HOLE, PLACEHOLDER) or shown,
        "uri_pretty": shown,
        "cat": ADULT if site.get("isNSFW") is True else "",
        "headers": site.get("headers", {}),
        "handle": searched(text(site, "regexCheck")),
    }


def _rule_of_sherlock(site: Row) -> dict[str, object]:
    if text(site, "errorType") == "message":
        return by_words(missing=telling(texts(site, "errorMsg")))
    code = number(site, "errorCode")
    told = code and code not in SUCCESSES
    return {**BY_STATUS, "m_code": code} if told else {**BY_STATUS}


def shapes(entry: Entry) -> frozenset[str]:
    """Return the shapes of where it is asked and of where it is shown."""
    return frozenset((shape(entry.uri_check), shape(entry.uri_pretty or entry.uri_check)))


def shape(template: str) -> str:
    """Return one spelling of host, path and parameters."""
    where = place(template)
    asked = "&".join(sorted(where.query.split("&")))
    return f"{_site(where.netloc.lower())}{where.path.rstrip('/').lower()}?{asked}#{where.fragment}"


@lru_cache(maxsize=16_384)
def _site(host: str) -> str:
    bare = host.removesuffix(":443").removesuffix(":80").removeprefix("www.").removeprefix("m.")
    platform = BY_HOST.get(bare)
    return bare if platform is None or platform.federated else platform.hosts[0]


INVALID = "it is not valid"
UNRUNNABLE = "RE2 cannot run its pattern of handles"
BESIDE = "it is on a port of its own, or its address holds a user's name"
# Only whoever answers for an entry may say of it that robots.txt does not bind, or whom to ask.
OURS_TO_SAY = frozenset({"access", "known", "provenance", "report", "seconds_between", "seen_on"})
LARGEST_BYTES = 64 * 1024 * 1024


class Form(StrEnum):
    """Whose way of writing a list is in."""

    WHATSMYNAME = "WhatsMyName"
    SHERLOCK = "Sherlock"
    MAIGRET = "Maigret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """`doubles` are usable, but for another entry that asks at the same place or has the name."""

    form: Form
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]
    doubles: tuple[LeftOut, ...]

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(entries=self.entries, left_out=(*self.left_out, *self.doubles))


@dataclass(slots=True)
class Known:
    """Which places and names are taken, by ours first and then by earlier entries."""

    places: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry], names: Iterable[str] = ()) -> "Known":
        known = cls(names=dict.fromkeys(names, "a source of ours"))
        known.learn(entries)
        return known

    def copy(self) -> "Known":
        return Known(places=dict(self.places), names=dict(self.names))

    def learn(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        self.names.setdefault(entry.key, entry.name)
        for each in shapes(entry):
            self.places.setdefault(each, entry.name)

    def same_as(self, entry: Entry) -> str:
        """Say in what way the entry is there already; empty if it is new."""
        there = next((self.places[each] for each in shapes(entry) if each in self.places), "")
        if there:
            return f"{there} asks at the same address"
        return f"{self.names[entry.key]} has its name" if entry.key in self.names else ""


def imported(file: str, content: bytes, known: Known) -> Imported:
    """Read a list in any of the forms; raise CatalogueError if it is in none."""
    if len(content) > LARGEST_BYTES:
        raise CatalogueError(
            [f"{file} is larger than {LARGEST_BYTES >> 20} MiB, so it is no list."]
        )
    form, candidates = _recognised(file, json_of(file, content))
    known = known.copy()
    entries: list[Entry] = []
    left_out: list[LeftOut] = []
    doubles: list[LeftOut] = []
    for candidate in candidates:
        reason = _refusal(candidate)
        if reason:
            left_out.append(reason)
            continue
        entry = entry_from(candidate.row)
        same = known.same_as(entry)
        if same:
            doubles.append(LeftOut(name=entry.name, reason=same))
            continue
        known.add(entry)
        entries.append(entry)
    return Imported(
        form=form, entries=tuple(entries), left_out=tuple(left_out), doubles=tuple(doubles)
    )


def _recognised(file: str, data: object) -> tuple[Form, Iterator[Candidate]]:
    if isinstance(data, dict):
        if is_maigret(data):
            return Form.MAIGRET, candidates(data)
        sites = data.get("sites")
        if isinstance(sites, list) and sites:
            return Form.WHATSMYNAME, _as_they_are(sites)
        if is_sherlock(data):
            return Form.SHERLOCK, candidates_sherlock(data)
    forms = ", ".join(Form)
    raise CatalogueError([f"{file} is not a list of sites in a form we know ({forms})."])


def _as_they_are(sites: Iterable[object]) -> Iterator[Candidate]:
    for index, site in enumerate(sites, 1):
        if isinstance(site, dict):
            row = {key: value for key, value in site.items() if key not in OURS_TO_SAY}
            yield Candidate(name=text(site, "name") or f"entry {index}", row=row)
        else:
            yield Candidate(name=f"entry {index}", row={}, refused=NO_OBJECT)


def _refusal(candidate: Candidate) -> LeftOut | None:
    name, row = candidate.name, candidate.row
    if candidate.refused:
        return LeftOut(name=name, reason=candidate.refused)
    faults = [*faults_of(row), *_unwritable(row)]
    graver = [fault for fault in faults if fault != NO_RE2]
    if graver:
        return LeftOut(name=name, reason=INVALID, detail=graver[0])
    reason = BESIDE if beside_the_web(row) else next(unusable(row), "")
    if reason:
        return LeftOut(name=name, reason=reason)
    pattern = candidate.pattern or text(row, "handle")
    return LeftOut(name=name, reason=UNRUNNABLE, detail=pattern) if faults else None


def _unwritable(row: Row) -> Iterator[str]:
    """Text with half of a surrogate pair can be read, and never be sent or stored."""
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        yield "it holds half a character"
