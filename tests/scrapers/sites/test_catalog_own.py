from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest

from scrapers.models import Outcome, Page
from scrapers.parsers.presence import verdict
from scrapers.sites.catalog import Entry, own_catalogue
from scrapers.sites.importers import shapes
from scrapers.sites.presence import PresenceSource
from scrapers.urls.canonical import account_key, account_keys

Answered = Callable[..., Page]

OWN = own_catalogue().entries

own = pytest.mark.parametrize("entry", OWN, ids=lambda entry: entry.key)


TABLE = Path(__file__).parents[3] / "docs" / "sources-catalogue.md"
CATEGORIES = {
    *("blogging", "books", "films", "games", "giving", "images", "links", "messaging", "music"),
    *("reference", "teaching", "video", "work"),
}
# Whose forms for reports of impersonation are known.
FORMS = {"", "pinterest", "telegram", "youtube"}


def test_there_are_sixty_of_our_own_and_none_is_left_out() -> None:
    assert len(OWN) == 60
    assert own_catalogue().left_out == ()


def test_the_page_that_people_read_counts_the_known_accounts_right() -> None:
    known = sum(bool(entry.known) for entry in OWN)

    told = " ".join(TABLE.read_text("utf-8").split())
    assert f"of our sixty, {known} have one, and {60 - known} want one" in told


def test_no_two_ask_at_the_same_address() -> None:
    places = [place for entry in OWN for place in shapes(entry)]

    assert len(places) == len(set(places))


@own
def test_each_stands_in_the_table_that_people_read(entry: Entry) -> None:
    known = "*" if entry.known else ""
    shown = entry.shown_at("HANDLE").removeprefix("https://").rstrip("/")

    assert f"| {entry.name}{known} | {entry.category} | `{shown}` |" in TABLE.read_text("utf-8")


@own
def test_each_says_what_kind_of_site_it_is_and_where_impersonation_is_reported(
    entry: Entry,
) -> None:
    assert entry.category in CATEGORIES
    assert entry.report in FORMS


@own
def test_each_known_account_is_one_that_the_site_allows(entry: Entry) -> None:
    assert [known for known in entry.known if not entry.admits(known)] == []


@own
def test_each_says_how_we_know_it_and_claims_nothing_it_has_not_seen(entry: Entry) -> None:
    assert entry.provenance.endswith(".")
    assert entry.seen_on == ""
    assert entry.seconds_between >= 2


@own
def test_each_has_a_canary_that_its_site_would_allow(entry: Entry) -> None:
    canaries = list(PresenceSource(entry=entry).canaries("nonce"))

    assert canaries[0].expects is Outcome.ABSENT
    assert entry.admits(canaries[0].query.terms[0])


@own
def test_each_speaks_of_accounts_as_addresses_do(entry: Entry) -> None:
    expected = account_key(entry.key, "janedoe")

    assert account_keys(entry.shown_at("janedoe")) in {(), (expected,)}


@own
def test_each_rule_tells_its_own_two_answers_apart(entry: Entry, answered: Answered) -> None:
    rule, asked = entry.rule, entry.asked_at("janedoe")
    there = answered(rule.e_string.replace("{account}", "JaneDoe"), rule.e_code, url=asked)
    gone = answered(rule.m_string or "nobody here", rule.m_code, url=asked)

    assert verdict(rule, asked, "janedoe", there).outcome is Outcome.FOUND
    assert verdict(rule, asked, "janedoe", gone).outcome is Outcome.ABSENT


@own
def test_none_takes_a_wall_for_an_answer(entry: Entry, saved: Answered) -> None:
    for status in (entry.rule.e_code, entry.rule.m_code):
        page = saved("walls/robot.html", status)
        assert verdict(entry.rule, entry.asked_at("j"), "j", page).outcome is Outcome.BLOCKED


@own
def test_a_bio_in_the_sites_own_words_for_nobody_hides_no_account(
    entry: Entry, answered: Answered
) -> None:
    rule, handle = entry.rule, "noraquill"
    shown = rule.e_string.replace("{account}", handle)
    for words in (rule.m_string, *rule.m_others):
        body = f"<title>Nora</title>{shown} <p>{escape(words)}</p>"
        page = answered(body, rule.e_code, url=entry.asked_at(handle))

        assert verdict(rule, entry.asked_at(handle), handle, page).outcome is Outcome.FOUND
