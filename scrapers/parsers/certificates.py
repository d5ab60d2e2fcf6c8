"""A log of certificates that answers as crt.sh does: a list of names for each certificate."""

from collections.abc import Iterator, Mapping

from scrapers.models import LoggedNames, Outcome, Page, Request
from scrapers.parsers.block_detection import detect_refusal
from scrapers.parsers.json_fields import (
    ShapeError,
    get_optional_text,
    parse_json,
    require_list,
    require_object,
    require_text,
)

OK = 200
# More names than that are a word that everyone uses.
MOST_NAMES = 5_000
_ANSWER = "a list of certificates"
CUT = "answer-large"


def build_log_request(base_url: str, word: str) -> Request:
    """Ask for the certificates in force whose names hold a word."""
    return Request(
        url=f"{base_url.rstrip('/')}/",
        params=(("q", f"%{word}%"), ("output", "json"), ("exclude", "expired")),
        headers=(("accept", "application/json"),),
    )


def parse_log_page(page: Page) -> LoggedNames:
    """Read strictly: what is no such list is UNREADABLE, never an empty one."""
    refused = detect_refusal(page)
    if refused is not None:
        return LoggedNames(outcome=refused.outcome, note=refused.note)
    if page.status != OK:
        note = f"query-refused:{page.status}"
        return LoggedNames(outcome=Outcome.UNREADABLE, note=note)
    if page.cut:
        return LoggedNames(outcome=Outcome.UNREADABLE, note=CUT)
    try:
        rows = require_list({_ANSWER: parse_json(page)}, _ANSWER)
        names = tuple(dict.fromkeys(name for row in rows for name in _list_names(row)))
    except ShapeError as error:
        return LoggedNames(outcome=Outcome.UNREADABLE, note=str(error))
    outcome = Outcome.FOUND if names else Outcome.ABSENT
    return LoggedNames(outcome=outcome, names=names[:MOST_NAMES])


def _list_names(row: object) -> Iterator[str]:
    certificate: Mapping[str, object] = require_object(row, "a certificate")
    # Names are on lines of their own, which cleaning joins to one.
    named = require_text(certificate, "name_value").split()
    for name in (*named, get_optional_text(certificate, "common_name")):
        # A certificate for email names people.
        if "." in name and not {"@", " "} & set(name):
            yield name.casefold()
