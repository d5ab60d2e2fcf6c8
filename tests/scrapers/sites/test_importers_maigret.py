"""What a list in Maigret's form says, with its engines, is read for what it proves."""

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
    "checkType": "status_code",
    "url": "https://alpha.example/{username}",
    "urlMain": "https://alpha.example/",
    "tags": ["education"],
    "usernameClaimed": "alpha",
}
BY_WORDS = BY_STATUS | {
    "checkType": "message",
    "presenseStrs": ["teacher-card", "1"],
    "absenceStrs": ["No such teacher"],
}
BOARDS = {
    "Boards": {
        "site": {
            "checkType": "message",
            "absenceStrs": ["No member of that name"],
            "url": "{urlMain}{urlSubpath}/members/?username={username}",
        }
    }
}
ON_BOARDS: Site = {
    "engine": "Boards",
    "urlMain": "https://beta.example/",
    "urlSubpath": "/forum",
    "tags": ["us", "education"],
    "usernameClaimed": "beta",
}


def read(site: object, *, engines: object = None) -> SiteImport:
    content = json.dumps({"sites": {"Alpha": site}, "engines": engines or {}}).encode()
    return import_site_list("data.json", content, KnownSites())


def outcome(entry: SiteEntry, page: Page) -> Outcome:
    return check_presence(
        entry.rule, entry.format_check_url("noraquill"), "noraquill", page
    ).outcome


def test_it_is_recognised_with_its_category() -> None:
    found = read(BY_STATUS)

    assert found.list_format is SiteListFormat.MAIGRET
    assert [(entry.name, entry.category) for entry in found.entries] == [("Alpha", "education")]


def test_its_words_prove_either_answer_and_the_short_ones_none(answered: Answered) -> None:
    (entry,) = read(BY_WORDS).entries

    assert outcome(entry, answered("<i class='teacher-card'>")) is Outcome.FOUND
    assert outcome(entry, answered("No such teacher")) is Outcome.ABSENT
    assert outcome(entry, answered("1 teacher, noraquill")) is Outcome.UNREADABLE
    assert outcome(entry, answered("teacher-card: No such teacher")) is Outcome.FOUND


def test_without_words_for_a_missing_account_its_status_tells(answered: Answered) -> None:
    (entry,) = read(BY_WORDS | {"absenceStrs": []}).entries

    assert outcome(entry, answered("", 404)) is Outcome.ABSENT
    assert outcome(entry, answered("<i class='teacher-card'>")) is Outcome.FOUND


def test_without_words_for_an_account_it_has_to_be_named(answered: Answered) -> None:
    (entry,) = read(BY_WORDS | {"presenseStrs": ["user"]}).entries

    assert outcome(entry, answered("user")) is Outcome.UNREADABLE
    assert outcome(entry, answered("<h1>noraquill</h1>")) is Outcome.FOUND


def test_an_engine_says_what_its_sites_share(answered: Answered) -> None:
    (entry,) = read(ON_BOARDS, engines=BOARDS).entries

    assert entry.format_check_url("nquill") == "https://beta.example/forum/members/?username=nquill"
    assert outcome(entry, answered("No member of that name")) is Outcome.ABSENT


def test_a_site_adds_its_words_to_those_of_its_engine(answered: Answered) -> None:
    (entry,) = read(ON_BOARDS | {"absenceStrs": ["Nobody here"]}, engines=BOARDS).entries

    for words in ("Nobody here", "No member of that name"):
        assert outcome(entry, answered(words)) is Outcome.ABSENT


@pytest.mark.parametrize(
    ("site", "reason"),
    [
        ([], "not an object"),
        (BY_STATUS | {"disabled": True}, "no longer works"),
        (BY_STATUS | {"engine": "Unheard"}, "engine"),
        (BY_STATUS | {"protocol": "tor"}, "open web"),
        (BY_STATUS | {"type": "gaia_id"}, "number"),
        (BY_STATUS | {"similarSearch": True}, "searches"),
        (BY_STATUS | {"activation": {"method": "x"}}, "token"),
        (BY_STATUS | {"checkType": "response_url"}, "only by a redirect"),
        (BY_STATUS | {"checkType": None}, "unknown"),
        (BY_STATUS | {"requestMethod": "POST"}, "POST"),
        (BY_STATUS | {"protection": ["cf_js_challenge"]}, "automatic visits"),
        (BY_STATUS | {"tags": ["video", "porn"]}, "its category"),
        (BY_STATUS | {"tags": ["us"]}, "its category"),
        (BY_STATUS | {"usernameClaimed": "somebody"}, "no account of its own"),
        (BY_STATUS | {"headers": {"Authorization": "x"}}, "login or someone's key"),
        (BY_STATUS | {"url": "https://scratch.mit.edu/users/{username}"}, "may not be visited"),
        (BY_STATUS | {"url": "https://{username}.example"}, "host of its own"),
        (BY_STATUS | {"url": "{username}.alpha.example"}, "not valid"),
        (BY_WORDS | {"presenseStrs": ["1"], "absenceStrs": ["404"]}, "any page"),
        (
            BY_STATUS | {"tags": ["\\ud800"], "url": "https://alpha.example/\ud800{username}"},
            "valid",
        ),
    ],
)
def test_what_cannot_be_used_is_named_with_the_reason(site: object, reason: str) -> None:
    content = json.dumps({"sites": {"Alpha": site}, "engines": BOARDS}).encode()
    found = import_site_list("data.json", content, KnownSites())

    assert found.entries == ()
    assert [(exclusion.name, reason in exclusion.reason) for exclusion in found.exclusions] == [
        ("Alpha", True)
    ]


def test_an_account_named_like_its_site_is_its_own_and_is_asked() -> None:
    assert read(BY_STATUS | {"usernameClaimed": "alpha"}).entries[0].known_accounts == ("alpha",)


def test_a_pattern_that_re2_cannot_run_is_dropped_and_the_site_is_asked() -> None:
    (entry,) = read(BY_STATUS | {"regexCheck": "(?<!x)y"}).entries

    assert entry.handle_pattern == ""


def test_what_it_posts_is_posted_with_our_handle() -> None:
    post = {"requestMethod": "POST", "requestPayload": {"name": "{username}"}}
    (entry,) = read(BY_STATUS | post).entries

    assert entry.format_body("nora") == '{"name": "nora"}'
