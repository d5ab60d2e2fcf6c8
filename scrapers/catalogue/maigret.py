"""Reads the list that the Maigret project made common, engines included, in the fields of ours.

Its presence words are proof where they are long enough to be a site's own; else an account is
proven where a page with status 200 names it. Missing is 404, or the words given for it.
"""

from collections.abc import Iterator, Mapping

from scrapers.catalogue.candidate import (
    BY_REDIRECT,
    BY_STATUS,
    NO_OBJECT,
    POST,
    Candidate,
    by_words,
    searched,
    telling,
)
from scrapers.catalogue.row import Row, text, texts
from scrapers.catalogue.unusable import ADULT
from scrapers.recipes.presence import PLACEHOLDER

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
