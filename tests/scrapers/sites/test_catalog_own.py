from collections.abc import Callable
from datetime import date
from html import escape
from pathlib import Path

import pytest

from scrapers.models import Outcome, Page
from scrapers.parsers.presence import check_presence
from scrapers.sites.catalog import SiteEntry, load_own_catalog
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import AccessMode
from scrapers.urls.canonical import build_account_key, extract_account_keys
from tests.bench.reality_lists import list_address_shapes
from tests.scrapers.known_sources import written_sources

Answered = Callable[..., Page]

OWN = load_own_catalog().entries

own = pytest.mark.parametrize("entry", OWN, ids=lambda entry: entry.key)


DOCS = Path(__file__).parents[3] / "docs"
PAGE = DOCS / "sources.md"
CATEGORIES = {
    *("blogging", "books", "code", "films", "forums", "games", "giving", "images", "links"),
    *("messaging", "music", "reference", "shopping", "teaching", "travel", "video", "work"),
}
# Whose forms for reports of impersonation are known.
FORMS = {"", "pinterest", "telegram", "youtube"}


def test_each_of_our_own_is_asked_or_says_why_not() -> None:
    silent = {exclusion.name: exclusion.reason for exclusion in load_own_catalog().exclusions}

    assert (len(OWN), len(silent)) == (81, 37)
    assert silent.keys().isdisjoint({entry.name for entry in OWN})
    assert silent["Spotify"] == "it checks for bots, and lets none in"


def test_the_page_that_people_read_counts_them_right() -> None:
    known, silent = sum(bool(one.known_accounts) for one in OWN), load_own_catalog().exclusions

    told = " ".join(PAGE.read_text("utf-8").split())
    assert f"Of our {len(OWN)}, {known} have one, and {len(OWN) - known} have words" in told
    assert f"{len(silent)} more are not asked" in told


def test_the_readme_says_how_many_sources_and_sites_were_ever_seen_live() -> None:
    written = written_sources()
    sources = sum(source.info.seen_live is not None for source in written)
    sites = sum(bool(entry.seen_on) for entry in OWN)

    told = " ".join((DOCS.parent / "README.md").read_text("utf-8").split())
    assert f"{sources} of {len(written)} sources and {sites} of {len(OWN)} profile sites" in told


def test_no_two_ask_at_the_same_address() -> None:
    places = [place for entry in OWN for place in list_address_shapes(entry)]

    assert len(places) == len(set(places))


@own
def test_each_stands_in_the_table_that_people_read(entry: SiteEntry) -> None:
    known = "*" if entry.known_accounts else ""
    shown = entry.format_profile_url("HANDLE").removeprefix("https://").rstrip("/")

    assert f"| {entry.name}{known} | {entry.category} | `{shown}` |" in PAGE.read_text("utf-8")


@own
def test_each_says_what_kind_of_site_it_is_and_where_impersonation_is_reported(
    entry: SiteEntry,
) -> None:
    assert entry.category in CATEGORIES
    assert entry.report_form in FORMS


@own
def test_each_known_account_is_one_that_the_site_allows(entry: SiteEntry) -> None:
    assert [known for known in entry.known_accounts if not entry.is_valid_handle(known)] == []


@own
def test_each_says_how_we_know_it_and_claims_nothing_it_has_not_seen(entry: SiteEntry) -> None:
    assert entry.provenance.endswith(".")
    assert entry.seen_on == ""
    assert entry.seconds_between >= 2


@own
def test_each_api_has_terms_and_pages_say_theirs_in_robots_txt(entry: SiteEntry) -> None:
    assert (entry.terms is not None) == (entry.access is AccessMode.API)
    assert PresenceSource(entry=entry).info.terms == entry.terms


@own
def test_each_has_a_canary_that_its_site_would_allow(entry: SiteEntry) -> None:
    canaries = list(PresenceSource(entry=entry).build_canaries("nonce"))

    assert canaries[0].expects is Outcome.ABSENT
    assert entry.is_valid_handle(canaries[0].query.terms[0])


@own
def test_each_speaks_of_accounts_as_addresses_do(entry: SiteEntry) -> None:
    expected = build_account_key(entry.key, "janedoe")

    assert extract_account_keys(entry.format_profile_url("janedoe")) in {(), (expected,)}


@own
def test_each_rule_tells_its_own_two_answers_apart(entry: SiteEntry, answered: Answered) -> None:
    rule, asked = entry.rule, entry.format_check_url("janedoe")
    there = answered(rule.e_string.replace("{account}", "JaneDoe"), rule.e_code, url=asked)
    gone = answered(rule.m_string or "nobody here", rule.m_code, url=asked)

    assert check_presence(rule, asked, "janedoe", there).outcome is Outcome.FOUND
    assert check_presence(rule, asked, "janedoe", gone).outcome is Outcome.ABSENT


@own
def test_none_takes_a_wall_for_an_answer(entry: SiteEntry, saved: Answered) -> None:
    for status in (entry.rule.e_code, entry.rule.m_code):
        page = saved("walls/robot.html", status)
        assert (
            check_presence(entry.rule, entry.format_check_url("j"), "j", page).outcome
            is Outcome.BLOCKED
        )


@own
def test_a_bio_in_the_sites_own_words_for_nobody_hides_no_account(
    entry: SiteEntry, answered: Answered
) -> None:
    rule, handle = entry.rule, "noraquill"
    shown = rule.e_string.replace("{account}", handle)
    for words in (rule.m_string, *rule.m_others):
        body = f"<title>Nora</title>{shown} <p>{escape(words)}</p>"
        page = answered(body, rule.e_code, url=entry.format_check_url(handle))

        assert (
            check_presence(rule, entry.format_check_url(handle), handle, page).outcome
            is Outcome.FOUND
        )


def test_an_update_of_facts_changes_an_address_and_the_day_it_was_seen() -> None:
    changes = {
        "sites": {
            "linktree": {"uri_check": "https://linktr.ee/u/{account}", "seen_on": date(2027, 1, 4)}
        }
    }
    before = {entry.key: entry for entry in OWN}
    after = {entry.key: entry for entry in load_own_catalog(changes).entries}

    assert after["linktree"].uri_check == "https://linktr.ee/u/{account}"
    assert after["linktree"].seen_on == "2027-01-04"
    assert {key for key in before if before[key] != after.get(key)} == {"linktree"}
