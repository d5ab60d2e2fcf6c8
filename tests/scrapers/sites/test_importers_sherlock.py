"""What a list in Sherlock's form says is read for what it proves, and no further."""

import json
from collections.abc import Callable

import pytest

from scrapers.models import Outcome, Page
from scrapers.parsers.presence import check_presence
from scrapers.sites.catalog import SiteEntry
from scrapers.sites.importers import KnownSites, SiteImport, SiteListFormat, import_site_list

Answered = Callable[..., Page]
Site = dict[str, object]

BY_STATUS: Site = {
    "errorType": "status_code",
    "url": "https://alpha.example/{}",
    "urlMain": "https://alpha.example/",
    "username_claimed": "somebody",
}
BY_WORDS = BY_STATUS | {"errorType": "message", "errorMsg": "No such teacher"}


def read(site: object) -> SiteImport:
    content = json.dumps({"$schema": "data.schema.json", "Alpha": site}).encode()
    return import_site_list("data.json", content, KnownSites())


def outcome(entry: SiteEntry, page: Page) -> Outcome:
    return check_presence(
        entry.rule, entry.format_check_url("noraquill"), "noraquill", page
    ).outcome


def test_it_is_recognised_and_its_schema_is_no_site() -> None:
    found = read(BY_STATUS)

    assert found.list_format is SiteListFormat.SHERLOCK
    assert [entry.name for entry in found.entries] == ["Alpha"]
    assert found.exclusions == ()


def test_an_account_has_to_be_named_and_a_missing_one_has_to_be_missing(answered: Answered) -> None:
    (entry,) = read(BY_STATUS).entries

    assert outcome(entry, answered("<h1>NoraQuill</h1>")) is Outcome.FOUND
    assert outcome(entry, answered("<h1>Welcome</h1>")) is Outcome.UNREADABLE
    assert outcome(entry, answered("<h1>noraquill?</h1>", 404)) is Outcome.ABSENT
    assert outcome(entry, answered("", 503)) is Outcome.FAILED
    assert outcome(entry, answered("", 429)) is Outcome.LIMITED


@pytest.mark.parametrize("status", [200, 404, 410])
def test_words_for_a_missing_account_outweigh_its_name(answered: Answered, status: int) -> None:
    (entry,) = read(BY_WORDS).entries
    page = answered("No such teacher: noraquill", status)

    assert outcome(entry, page) is Outcome.ABSENT
    assert outcome(entry, answered("<h1>noraquill</h1>")) is Outcome.FOUND


def test_any_of_several_words_counts(answered: Answered) -> None:
    (entry,) = read(BY_WORDS | {"errorMsg": ["No such teacher", "Nobody here"]}).entries

    assert outcome(entry, answered("Nobody here")) is Outcome.ABSENT


def test_it_is_asked_where_the_list_probes_and_shown_where_people_look() -> None:
    (entry,) = read(BY_STATUS | {"urlProbe": "https://api.alpha.example/u/{}"}).entries

    assert entry.format_check_url("nquill") == "https://api.alpha.example/u/nquill"
    assert entry.format_profile_url("nquill") == "https://alpha.example/nquill"


def test_its_own_code_for_a_missing_account_counts(answered: Answered) -> None:
    (entry,) = read(BY_STATUS | {"errorCode": 406}).entries

    assert outcome(entry, answered("", 406)) is Outcome.ABSENT


@pytest.mark.parametrize(
    ("pattern", "admitted"), [("^[a-z]{3,9}$", False), ("[0-9]", False), ("_", True), ("", True)]
)
def test_a_handle_that_its_pattern_is_not_found_in_is_not_asked(
    pattern: str, *, admitted: bool
) -> None:
    (entry,) = read(BY_STATUS | {"regexCheck": pattern}).entries

    assert entry.is_valid_handle("nora_quill") is admitted


@pytest.mark.parametrize(
    ("site", "reason"),
    [
        ("alpha", "not an object"),
        (BY_STATUS | {"errorType": "response_url"}, "only by a redirect"),
        (BY_STATUS | {"errorType": "telepathy"}, "unknown"),
        (BY_STATUS | {"request_method": "POST"}, "POST"),
        (BY_STATUS | {"request_method": "PUT", "request_payload": {"name": "{}"}}, "method"),
        (
            BY_STATUS
            | {"url": "https://alpha.example", "request_payload": {"name": "{}"}}
            | {"request_method": "POST"},
            "no address of an account",
        ),
        (BY_STATUS | {"isNSFW": True}, "adults only"),
        (BY_STATUS | {"headers": {"Cookie": "a=b"}}, "login or someone's key"),
        (BY_STATUS | {"url": "https://alpha.example/"}, "not valid"),
        (BY_STATUS | {"url": 7}, "not valid"),
        (BY_STATUS | {"url": "https://www.tiktok.com/@{}"}, "forbids automatic visits"),
        (BY_WORDS | {"errorMsg": "[]"}, "any page"),
        (BY_WORDS | {"errorMsg": []}, "any page"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_reason(site: object, reason: str) -> None:
    content = json.dumps({"Alpha": site, "Beta": BY_STATUS}).encode()
    found = import_site_list("data.json", content, KnownSites())

    assert [(exclusion.name, reason in exclusion.reason) for exclusion in found.exclusions] == [
        ("Alpha", True)
    ]
    assert [entry.name for entry in found.entries] == ["Beta"]


def test_a_pattern_that_re2_cannot_run_is_dropped_and_the_site_is_asked() -> None:
    found = read(BY_STATUS | {"regexCheck": "^(?!x)[a-z]+$"})

    (entry,) = found.entries
    assert found.exclusions == ()
    assert entry.handle_pattern == ""
    assert entry.is_valid_handle("x.quill")


def test_what_is_posted_holds_the_handle_at_any_depth() -> None:
    payload = {"query": "user", "variables": {"names": ["{}", 7]}}
    post = {"request_method": "POST", "request_payload": payload}
    (entry,) = read(BY_STATUS | post | {"urlProbe": "https://api.alpha.example/graph"}).entries

    assert json.loads(entry.format_body("nora"))["variables"] == {"names": ["nora", 7]}
    assert entry.format_check_url("nora") == "https://api.alpha.example/graph"


@pytest.mark.parametrize("own", ["alpha", "Alpha", "alpha.example"])
def test_an_account_named_like_its_site_is_its_own_and_is_asked(own: str) -> None:
    (entry,) = read(BY_STATUS | {"username_claimed": own}).entries

    assert entry.known_accounts == (own,)


def test_the_private_account_that_it_names_is_never_asked() -> None:
    (entry,) = read(BY_STATUS).entries

    assert entry.known_accounts == ()
