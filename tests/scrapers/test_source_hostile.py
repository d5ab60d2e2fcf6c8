"""Whatever a server sends, a reader answers with a reading."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.models import Identity, Outcome, Page, ParseResult, Query
from scrapers.sites.catalog import load_own_catalog
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import AccessMode, Source
from tests.rows import over_rows
from tests.scrapers.answers import queries
from tests.scrapers.known_sources import written_sources

NORA = Identity(
    person_id="p", names=("Nora Quill",), handles=("nora",), accounts=("bluesky:@nora.example",)
)
# One query of each kind is enough: a source reads them by their kind.
QUERIES: list[tuple[Source, Query]] = [
    (source, query)
    for source in written_sources()
    if source.crawl_policy.access is AccessMode.API
    for query in {one_query.kind: one_query for one_query in queries(source)}.values()
]
# Sources share what reads their answers, so all of them together try it thousands of times.
EACH = settings.default.max_examples // 4
KEYS = st.sampled_from(
    [
        *("actors", "follows", "followers", "cursor", "did", "handle", "displayName", "labels"),
        *("description", "val", "neg", "avatar", "createdAt", "followersCount", "website"),
        *("results", "unresponsive_engines", "corrections", "query", "url", "title", "content"),
        *("engines", "error", "message", "backoff", "id", "login", "html_url", "username", "acct"),
        *("note", "fields", "accounts", "items", "snippet", "links", "rel", "href", "name", "slug"),
    ]
)
TEXTS = st.text() | st.sampled_from(
    ["did:plc:ab", "nora.example", "Nora Quill", "https://x.com/nora", "\ud800", "InvalidRequest"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS | st.text(), inner), max_leaves=25
)
STATUSES = st.sampled_from([200, 202, 301, 400, 401, 403, 404, 410, 429, 500, 503, 999])
HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "retry-after", "ratelimit-reset", "cf-mitigated"]),
    st.text() | st.sampled_from(["text/html; charset=undefined", "application/json"]),
    max_size=2,
)


def answer(status: int, body: bytes, headers: dict[str, str]) -> Page:
    when = datetime(2026, 11, 2, tzinfo=UTC)
    return Page(
        url="https://a.example/", status=status, body=body, fetched_at=when, headers=headers
    )


def sound(reading: ParseResult) -> bool:
    """Say whether only a conclusive or partial reading holds traces, and a lame one a note."""
    if reading.traces or reading.contacts:
        return reading.outcome in {Outcome.FOUND, Outcome.PARTIAL}
    return reading.outcome.is_conclusive or bool(reading.note)


@pytest.mark.parametrize(("source", "query"), QUERIES)
@settings(max_examples=EACH)
@given(data=JSON, status=STATUSES, headers=HEADERS)
def test_no_json_is_too_strange(
    source: Source, query: Query, data: object, status: int, headers: dict[str, str]
) -> None:
    assert sound(source.parse_response(query, answer(status, json.dumps(data).encode(), headers)))


@pytest.mark.parametrize(("source", "query"), QUERIES)
@settings(max_examples=EACH)
@given(body=st.binary(), status=STATUSES, headers=HEADERS)
def test_no_bytes_are_too_strange(
    source: Source, query: Query, body: bytes, status: int, headers: dict[str, str]
) -> None:
    assert sound(source.parse_response(query, answer(status, body, headers)))


@over_rows("body", ["[" * 100_000, '{"a":' * 100_000, "9" * 100_000])
@over_rows(("source", "query"), QUERIES)
def test_no_depth_is_too_deep(source: Source, query: Query, body: str) -> None:
    reading = source.parse_response(query, answer(200, body.encode(), {}))

    assert reading.outcome is Outcome.UNREADABLE


@given(body=st.binary() | st.text().map(str.encode), status=STATUSES, headers=HEADERS)
def test_no_page_of_a_presence_check_is_too_strange(
    body: bytes, status: int, headers: dict[str, str]
) -> None:
    for entry in load_own_catalog().entries[:5]:
        source = PresenceSource(entry=entry)
        for query in source.build_queries(NORA):
            reading = source.parse_response(query, answer(status, body, headers))
            assert sound(reading)
            assert sound(source.parse_body(query, answer(status, body, headers)))
