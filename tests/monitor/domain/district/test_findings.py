"""What is stored of a look-alike, and how it becomes new, changed, gone or open again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.district.domains import LookalikeDomain
from monitor.domain.district.findings import (
    build_account_trace,
    build_domain_trace,
    build_told_trace,
    count_district_news,
    decide_finding,
    record_absence,
    record_sighting,
)
from monitor.domain.vocabulary import DistrictFindingState
from scrapers.models import DomainRecords, Outcome, Trace, TraceKind
from tests.monitor.domain.district.test_inventory import HIGH_SCHOOL, INVENTORY

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
DOMAIN = LookalikeDomain(name="oakhill.com", original="oakhill.org", reason="Another ending.")
FOUND = DomainRecords(outcome=Outcome.FOUND)
TRACE = build_domain_trace(DOMAIN, "dns", FOUND)
FRESH = record_sighting(None, TRACE, MONDAY, "f1")


def account(**changes: object) -> Trace:
    told = {
        "key": "https://site.example/oakhillhs",
        "kind": TraceKind.ACCOUNT,
        "url": "https://site.example/oakhillhs",
        "account": "site:@oakhillhs",
        "handle": "oakhillhs",
        **changes,
    }
    return Trace(**told)  # type: ignore[arg-type]  # a test names fields as they are


@pytest.mark.parametrize(
    "changes",
    [
        {"name": HIGH_SCHOOL},
        {"bio": "For families of Oak Hill"},
        {"links": ("https://oakhillschools.example/x",)},
        {"handle": "ohpanthers"},
        {"handle": "ohpanthers", "name": "Panthers"},
        {"handle": "falcons", "name": INVENTORY.name},
    ],
)
def test_an_account_is_a_look_alike_by_its_name_its_handle_or_its_words(changes):
    trace = build_account_trace(account(**changes), "site", INVENTORY)

    assert trace is not None
    assert trace.reasons


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "Jane Doe", "bio": "I teach at Oak Hill High School"},
        {"handle": "falcons", "name": HIGH_SCHOOL},
        {"kind": TraceKind.PAGE, "name": HIGH_SCHOOL},
        {"account": "x:@ohpanthers", "handle": "ohpanthers"},
        {"url": "https://x.com/ohpanthers", "handle": "ohpanthers", "account": ""},
    ],
)
def test_a_stranger_a_person_a_page_and_an_official_account_are_none(changes):
    assert build_account_trace(account(**changes), "site", INVENTORY) is None


def test_no_word_of_the_page_is_stored():
    told = account(handle="ohpanthers", name="Jane Doe", bio="Call Jane at 555-0100")

    trace = build_account_trace(told, "site", INVENTORY)

    assert trace is not None
    assert trace.shown_name == ""
    assert "Jane" not in repr(trace)
    assert "555" not in repr(trace)


def test_it_is_gone_after_two_looks_days_apart():
    missing = record_absence(FRESH, MONDAY + WEEK)
    same_day = record_absence(missing, MONDAY + WEEK)
    gone = record_absence(same_day, MONDAY + 2 * WEEK)

    assert (missing.gone_at, same_day.gone_at) == (None, None)
    assert gone.gone_at == MONDAY + 2 * WEEK
    assert record_absence(gone, MONDAY + 3 * WEEK) == gone
    assert not gone.is_open


def test_one_that_comes_back_has_changed():
    gone = replace(FRESH, gone_at=MONDAY, state=DistrictFindingState.HARMLESS)

    back = record_sighting(gone, TRACE, MONDAY + WEEK, "unused")

    assert (back.id, back.gone_at, back.missing_since) == ("f1", None, None)
    assert back.changed_at == MONDAY + WEEK
    assert back.is_open


def test_what_stays_the_same_stays_decided():
    ruled = decide_finding(FRESH, DistrictFindingState.HARMLESS, "reviewer-a", MONDAY)

    again = record_sighting(ruled, TRACE, MONDAY + WEEK, "unused")

    assert again == replace(ruled, last_seen=MONDAY + WEEK)


def test_what_a_colleague_told_and_we_find_too_is_followed_like_any_look_alike():
    seen = build_account_trace(account(name=HIGH_SCHOOL), "site", INVENTORY)
    told = build_told_trace("site:@oakhillhs", "https://site.example/oakhillhs?from=app")
    assert seen is not None

    found = record_sighting(
        record_sighting(None, told, MONDAY, "f1"), seen, MONDAY + WEEK, "unused"
    )

    assert (found.id, found.trace, found.first_seen) == ("f1", seen, MONDAY)


def test_a_harmless_domain_that_takes_email_is_open_again_and_an_impersonation_stays_one():
    mailing = build_domain_trace(DOMAIN, "dns", replace(FOUND, mail_servers=("mx.example",)))
    for state, after in (
        (DistrictFindingState.HARMLESS, DistrictFindingState.OPEN),
        (DistrictFindingState.IMPERSONATION, DistrictFindingState.IMPERSONATION),
    ):
        ruled = decide_finding(FRESH, state, "reviewer-a", MONDAY)

        assert record_sighting(ruled, mailing, MONDAY + WEEK, "unused").state is after


def test_the_last_word_can_be_taken_back():
    ruled = decide_finding(FRESH, DistrictFindingState.IMPERSONATION, "reviewer-a", MONDAY)

    assert decide_finding(ruled, DistrictFindingState.OPEN, "reviewer-b", MONDAY) == FRESH


def test_the_news_of_a_week_counts_no_account_of_our_own():
    ours = replace(FRESH, state=DistrictFindingState.OURS)
    old = replace(FRESH, first_seen=MONDAY - WEEK, changed_at=MONDAY)
    gone = replace(FRESH, first_seen=MONDAY - WEEK, gone_at=MONDAY)

    news = count_district_news((FRESH, ours, old, gone), MONDAY)

    assert (news.new, news.changed, news.gone, news.open) == (1, 1, 1, 2)
