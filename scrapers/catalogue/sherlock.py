"""Reads the list that the Sherlock project made common: what it says, in the fields of ours.

It says how one page differs from another, and seldom what proves an account. So an account is
proven where a page with status 200 names it; a missing one by 404, or by the words given for it.
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
from scrapers.catalogue.row import Row, number, text, texts
from scrapers.catalogue.unusable import ADULT
from scrapers.recipes.presence import PLACEHOLDER

HOLE = "{}"
SUCCESSES = range(200, 300)


def is_sherlock(data: object) -> bool:
    """Say whether this is an object of sites, each with its own kind of error."""
    if not isinstance(data, dict):
        return False
    return any(isinstance(site, dict) and "errorType" in site for site in data.values())


def candidates(data: Mapping[str, object]) -> Iterator[Candidate]:
    for name, site in data.items():
        if name.startswith("$"):
            continue
        if not isinstance(site, dict):
            yield Candidate(name=name, row={}, refused=NO_OBJECT)
            continue
        refused = _refused(site)
        row = {} if refused else {**_place(name, site), **_rule(site)}
        yield Candidate(name=name, row=row, refused=refused, pattern=text(site, "regexCheck"))


def _refused(site: Row) -> str:
    kind = text(site, "errorType")
    if kind == "response_url":
        return BY_REDIRECT
    if kind not in {"status_code", "message"}:
        return "its kind of error is unknown"
    if kind == "message" and not telling(texts(site, "errorMsg")):
        return "its words for a missing account could stand on any page"
    posted = text(site, "request_method") not in {"", "GET", "HEAD"}
    return POST if posted or "request_payload" in site else ""


def _place(name: str, site: Row) -> dict[str, object]:
    shown = text(site, "url").replace(HOLE, PLACEHOLDER)
    return {
        "name": name,
        "uri_check": text(site, "urlProbe").replace(HOLE, PLACEHOLDER) or shown,
        "uri_pretty": shown,
        "cat": ADULT if site.get("isNSFW") is True else "",
        "headers": site.get("headers", {}),
        "handle": searched(text(site, "regexCheck")),
    }


def _rule(site: Row) -> dict[str, object]:
    if text(site, "errorType") == "message":
        return by_words(missing=telling(texts(site, "errorMsg")))
    code = number(site, "errorCode")
    told = code and code not in SUCCESSES
    return {**BY_STATUS, "m_code": code} if told else {**BY_STATUS}
