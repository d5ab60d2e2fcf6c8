"""A page seen before: asking whether it has changed, and what to remember for the next time.

Only what was read whole, by the same version of its reader and from the same request, can be
called unchanged. RFC 9110, section 13, says what the header fields mean.
"""

import re
from dataclasses import replace
from hashlib import blake2b, sha256
from http import HTTPStatus

from scrapers.http.errors import FailureReason, FetchError, build_unreadable_error
from scrapers.http.ssrf_guard import RequestTarget
from scrapers.models import Outcome, Page, PageFingerprint, ParseResult, Query, QueryKind, Request

CONDITIONS = frozenset({"if-none-match", "if-modified-since"})
# A stranger's words that we send back: in the one shape that HTTP gives them, and no longer than
# any server needs. A bare `*` would match whatever there is.
ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{1,256}"')
HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"
)
# Contacts are compared with a roster of their own, and are never stored: they are read each time.
REMEMBERED = frozenset(
    {QueryKind.SEARCH, QueryKind.PEOPLE_SEARCH, QueryKind.PROFILE, QueryKind.PRESENCE}
)


def add_conditions(query: Query, version: int) -> Request:
    """Ask for the page only if it is another one than the one we keep, where we keep one."""
    request = remove_conditions(query.request)
    entry = _get_usable_entry(query, version)
    if entry is None:
        return request
    validators = (("if-none-match", entry.etag), ("if-modified-since", entry.last_modified))
    conditions = tuple((name, value) for name, value in validators if value)
    return replace(request, headers=request.headers + conditions)


def remove_conditions(request: Request) -> Request:
    """Ask for the page unconditionally; only we set these headers, never a source."""
    if not any(name.lower() in CONDITIONS for name, _ in request.headers):
        return request
    plain = tuple(pair for pair in request.headers if pair[0].lower() not in CONDITIONS)
    return replace(request, headers=plain)


def check_unchanged(query: Query, version: int, page: Page) -> ParseResult | None:
    """Return the reading of a page that is the one we keep, or None where it is to be read."""
    entry = _get_usable_entry(query, version)
    if page.status == HTTPStatus.NOT_MODIFIED:
        asked = entry is not None and (entry.etag or entry.last_modified)
        if not asked or not _is_direct(query.request, page):
            return build_unreadable_error(FailureReason.NOT_ASKED).result
        return ParseResult(outcome=Outcome.UNCHANGED)
    if entry is None or not _is_complete(query, page) or _hash_page(page) != entry.digest:
        return None
    return ParseResult(outcome=Outcome.UNCHANGED)


def build_cache_entry(
    query: Query, version: int, page: Page, result: ParseResult
) -> PageFingerprint | None:
    """Return what to remember of a page that proved something, or None where it may not count.

    Queries about no one are canaries: they are asked in full each time, or they would prove
    nothing. A list of several pages is not the same because its first page is.
    """
    proof = result.outcome in {Outcome.FOUND, Outcome.ABSENT}
    alone = query.page == 1 and not result.follow and not result.contacts
    about_somebody = bool(query.subject) and query.kind in REMEMBERED
    if not (proof and alone and about_somebody and _is_complete(query, page)):
        return None
    headers = {} if query.request.body else page.headers  # a POST knows no conditions
    return PageFingerprint(
        asked=_hash_request(query.request),
        digest=_hash_page(page),
        version=version,
        etag=_match_or_empty(ENTITY_TAG, headers.get("etag", "")),
        last_modified=_match_or_empty(HTTP_DATE, headers.get("last-modified", "")),
    )


def _get_usable_entry(query: Query, version: int) -> PageFingerprint | None:
    """Return the stored state if it is about this request and this version of the parser."""
    entry = query.kept
    if entry is None or entry.version != version or entry.asked != _hash_request(query.request):
        return None
    return entry


def _is_complete(query: Query, page: Page) -> bool:
    return page.status == HTTPStatus.OK and not page.cut and _is_direct(query.request, page)


def _is_direct(request: Request, page: Page) -> bool:
    """Tell whether no redirect led here: many addresses may lead to the same front page."""
    try:
        return page.url == RequestTarget.from_request(request).url
    except FetchError:
        return False


def _hash_request(request: Request) -> bytes:
    return blake2b(repr(request).encode(), digest_size=16).digest()


def _hash_page(page: Page) -> bytes:
    """Hash the body and how it is to be read, by what processors have instructions for."""
    content_type = page.headers.get("content-type", "").encode("utf-8", "backslashreplace")
    digest = sha256(content_type + b"\0")
    digest.update(page.body)
    return digest.digest()


def _match_or_empty(shape: re.Pattern[str], value: str) -> str:
    return value if shape.fullmatch(value) else ""
