"""A list of somebody else's: what can be used is used, and nothing is left out in silence."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.crawl.routing import HostDirectory, list_manners
from scrapers.models import Identity, Outcome, Page
from scrapers.sites.catalog import CatalogError, SiteCatalog, load_own_catalog
from scrapers.sites.importers import (
    LARGEST_BYTES,
    KnownSites,
    SiteImport,
    SiteListFormat,
    import_site_list,
)
from scrapers.sites.presence import PresenceSource
from scrapers.source import AccessMode
from tests.scrapers.sites.conftest import ALPHA

Read = Callable[..., SiteCatalog]
Site = dict[str, object]

NORA = Identity(person_id="p", names=(), handles=("nora-quill", "noraquill"))
PAGE = Page(
    url="https://alpha.example/noraquill",
    status=200,
    body=b"<div class='card'>",
    fetched_at=datetime(2026, 11, 2, tzinfo=UTC),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
KEYS = (
    *("name", "url", "uri_check", "e_code", "m_code", "e_string", "m_string", "errorType"),
    *("checkType", "engine", "tags", "headers", "regexCheck", "handle", "m_codes", "protection"),
    *("post_body", "known", "request_method", "request_payload", "requestPayload"),
)
SITE = st.dictionaries(st.sampled_from(KEYS), JSON)


def listed(*sites: object, known: KnownSites | None = None) -> SiteImport:
    content = json.dumps({"license": ["x"], "sites": sites}).encode()
    return import_site_list("wmn-data.json", content, known or KnownSites())


def test_a_list_of_four_values_is_read_as_it_stands(alpha: Site) -> None:
    found = listed(alpha)

    assert found.list_format is SiteListFormat.WHATSMYNAME
    assert [entry.rule.m_string for entry in found.entries] == ["Not found"]


def test_one_fault_costs_one_entry_and_is_told(alpha: Site) -> None:
    found = listed(alpha | {"name": "Beta", "e_code": "200"}, alpha, 7)

    assert [entry.name for entry in found.entries] == ["Alpha"]
    assert [(exclusion.name, exclusion.detail) for exclusion in found.exclusions] == [
        ("Beta", "e_code must be an HTTP status"),
        ("entry 3", ""),
    ]


@pytest.mark.parametrize("host", ["alpha.example:8443", "alpha.example:x", "me@alpha.example"])
def test_no_list_can_send_us_beside_the_open_web(alpha: Site, host: str) -> None:
    found = listed(alpha | {"uri_check": f"https://{host}/{{account}}"})

    assert found.entries == ()
    assert "port of its own" in found.exclusions[0].reason


def test_no_list_can_vouch_for_the_accounts_of_private_persons(alpha: Site) -> None:
    known = {"provenance": "trust me", "known": ["somebody", "alpha"]}
    (entry,) = listed(alpha | known).entries

    assert (entry.known_accounts, entry.provenance) == (("alpha",), "")


def test_an_account_that_bears_the_name_of_its_site_is_the_sites_own(alpha: Site) -> None:
    (entry,) = listed(alpha | {"known": ["somebody", "Alpha"]}).entries

    expected = {canary.expects for canary in PresenceSource(entry=entry).build_canaries("nonce")}
    assert entry.known_accounts == ("Alpha",)
    assert expected == {Outcome.ABSENT, Outcome.FOUND}


def test_two_sites_that_are_asked_at_one_address_by_post_are_two(alpha: Site) -> None:
    post = {"uri_check": "https://api.example/graph", "post_body": '{"name": "{account}"}'}
    sites = (
        alpha | post | {"uri_pretty": "https://alpha.example/{account}"},
        alpha
        | post
        | {"name": "Beta", "uri_pretty": "https://beta.example/{account}", "known": ["beta"]},
    )

    found = listed(*sites)

    assert [entry.name for entry in found.entries] == ["Alpha", "Beta"]


def test_the_query_to_a_site_that_is_posted_to_carries_its_body(alpha: Site) -> None:
    post = {"uri_check": "https://alpha.example/taken", "post_body": '{"name": "{account}"}'}
    (entry,) = listed(alpha | post | {"uri_pretty": alpha["uri_check"]}).entries

    first, *_ = PresenceSource(entry=entry).build_queries(NORA)
    assert (first.request.method, first.request.body) == ("POST", '{"name": "nora-quill"}')
    assert first.request.headers == (("content-type", "application/json"),)


def test_a_site_that_is_posted_to_and_shows_no_account_is_left_out(alpha: Site) -> None:
    post = {"uri_check": "https://alpha.example/taken", "post_body": "name={account}"}
    found = listed(alpha | post | {"uri_pretty": "https://alpha.example/search"})

    assert [exclusion.reason for exclusion in found.exclusions] == [
        "it has no address of an account"
    ]


def test_a_space_before_an_address_is_not_part_of_it(alpha: Site) -> None:
    (entry,) = listed(alpha | {"uri_check": " https://alpha.example/{account}"}).entries

    assert entry.format_check_url("nora") == "https://alpha.example/nora"


def test_what_asks_at_the_same_address_is_a_double(alpha: Site) -> None:
    again = alpha | {"name": "Beta", "uri_check": "http://www.alpha.example/{account}/"}

    found = listed(alpha, again)

    assert [entry.name for entry in found.entries] == ["Alpha"]
    assert [(duplicate.name, duplicate.reason) for duplicate in found.duplicates] == [
        ("Beta", "Alpha asks at the same address")
    ]


def test_what_has_the_name_of_another_is_a_double(alpha: Site) -> None:
    other = alpha | {"name": "ALPHA", "uri_check": "https://beta.example/{account}"}

    found = listed(alpha, other, known=KnownSites.from_entries((), ["alpha"]))

    assert found.entries == ()
    assert {duplicate.reason for duplicate in found.duplicates} == {
        "one of our own sources has its name"
    }


def test_what_we_have_ourselves_is_a_double_under_any_name(alpha: Site) -> None:
    ours = load_own_catalog().entries
    known = {"known": ["linktr"]}
    other = alpha | {"name": "Lists", "uri_check": "https://linktr.ee/{account}"} | known

    found = listed(other, known=KnownSites.from_entries(ours))

    assert [duplicate.reason for duplicate in found.duplicates] == [
        "Linktree asks at the same address"
    ]


def test_the_next_list_is_compared_with_what_was_learned(alpha: Site) -> None:
    known = KnownSites()
    known.add_entries(listed(alpha, known=known).entries)

    assert listed(alpha, known=known).entries == ()


def test_entries_of_one_host_stand_in_one_queue(alpha: Site) -> None:
    sites = (
        alpha,
        alpha | {"name": "Beta", "uri_check": "https://alpha.example/forum/{account}"},
        alpha
        | {"name": "Blogs", "uri_check": "https://{account}.blogs.example/", "known": ["blogs"]},
    )
    sources = [PresenceSource(entry=entry) for entry in listed(*sites).entries]

    manners = list_manners(sources)
    queues = HostDirectory(manners)

    assert {manner.host for manner in manners} == {"alpha.example", "*.blogs.example"}
    assert queues.get_queue_name("nquill.blogs.example") == queues.get_queue_name(
        "other.blogs.example"
    )


def test_everything_is_accounted_for(alpha: Site) -> None:
    found = listed(alpha, alpha, alpha | {"name": "Beta", "valid": False})

    assert len(found.entries) + len(found.duplicates) + len(found.exclusions) == 3
    assert [exclusion.name for exclusion in found.catalog.exclusions] == ["Beta", "Alpha"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "not valid JSON"),
        (b'{"sites": {"Alpha": ', "not valid JSON"),
        (b"[]", "not a list of sites"),
        (b'"sites"', "not a list of sites"),
        (b'{"sites": []}', "not a list of sites"),
        (b'{"packages": {"alpha": {"version": "1"}}}', "not a list of sites"),
        (b" " * (LARGEST_BYTES + 1), "larger than"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(content: bytes, fault: str) -> None:
    with pytest.raises(CatalogError, match=fault) as caught:
        import_site_list("data.json", content, KnownSites())

    assert len(caught.value.faults) == 1


def test_no_list_can_say_that_robots_do_not_bind_or_that_we_may_hurry(alpha: Site) -> None:
    (entry,) = listed(alpha | {"access": "api", "seconds_between": 0.001}).entries

    assert entry.access is AccessMode.PAGE
    assert entry.seconds_between == 1


@given(st.sampled_from([*KEYS, "uri_pretty", "strip_bad_char"]), JSON)
def test_whatever_is_usable_can_be_asked_and_read(key: str, value: object) -> None:
    for entry in listed(ALPHA | {key: value}).entries:
        source = PresenceSource(entry=entry)
        queries = [
            *source.build_queries(NORA),
            *(canary.query for canary in source.build_canaries("nonce")),
        ]
        for query in queries:
            assert source.parse_response(query, PAGE).outcome in Outcome


@given(st.lists(SITE | JSON, min_size=1))
def test_no_list_of_four_values_is_too_strange(sites: list[object]) -> None:
    found = listed(*sites)

    assert len(found.entries) + len(found.duplicates) + len(found.exclusions) == len(sites)


@given(st.dictionaries(st.text(min_size=1), SITE | JSON), st.dictionaries(st.text(), JSON))
def test_no_list_with_engines_is_too_strange(sites: dict[str, object], engines: Site) -> None:
    content = json.dumps({"sites": sites, "engines": engines}).encode()
    found = import_site_list("data.json", content, KnownSites())

    assert len(found.entries) + len(found.duplicates) + len(found.exclusions) == len(sites)


@pytest.mark.parametrize("category", ["social", "gaming", "xx NSFW xx", "dating", "misc", ""])
def test_what_a_list_calls_by_no_category_that_fits_is_not_asked(
    alpha: Site, category: str
) -> None:
    found = listed(alpha | {"cat": category})

    assert [exclusion.reason for exclusion in found.exclusions] == [
        "its category is none that may be asked by username"
    ]


def test_what_no_account_of_its_own_tests_is_not_asked(alpha: Site) -> None:
    found = listed(alpha | {"known": ["somebody"], "provenance": "trust me"})

    assert found.entries == ()
    assert "names no account of its own" in found.exclusions[0].reason


def test_what_we_do_not_ask_for_a_reason_comes_in_by_no_list(alpha: Site) -> None:
    silent = [exclusion.key for exclusion in load_own_catalog().exclusions]

    found = listed(alpha | {"name": "Ko-fi"}, known=KnownSites.from_entries((), silent))

    assert [duplicate.name for duplicate in found.duplicates] == ["Ko-fi"]
