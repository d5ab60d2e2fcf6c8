"""What the district is asked for by: its names, its handles, what looks like them, and no one."""

from dataclasses import replace

import pytest

from monitor.domain.district.inventory import (
    DISTRICT_SUBJECT,
    DistrictInventory,
    OfficialAccount,
    allows_district_query,
    choose_weekly_part,
    list_lookalike_handles,
    list_own_handles,
    match_handle,
    match_name,
)
from reports.reason_rendering import render_reason
from scrapers.models import Query, QueryKind, Request
from tests.rows import over_rows

HIGH_SCHOOL = "Oak Hill High School"
INVENTORY = DistrictInventory(
    name="Oak Hill Unified School District",
    schools=(HIGH_SCHOOL, "Willow Creek Elementary School"),
    domains=("oakhillschools.example",),
    places=("Oak Hill",),
    accounts=(
        OfficialAccount(name="Oak Hill Panthers", address="https://x.com/ohpanthers"),
        OfficialAccount(name=HIGH_SCHOOL, address="https://www.facebook.com/profile.php?id=100200"),
    ),
)


def query(*terms: str, **changes: object) -> Query:
    told = {
        "source": "anywhere",
        "kind": QueryKind.PRESENCE,
        "terms": terms,
        "request": Request(url="https://site.example/a"),
        "subject": DISTRICT_SUBJECT,
    }
    return Query(**{**told, **changes})  # type: ignore[arg-type]  # a test names fields as they are


@pytest.mark.parametrize(
    ("address", "handle"),
    [
        ("https://x.com/ohpanthers", "ohpanthers"),
        ("https://www.facebook.com/profile.php?id=100200", ""),
        ("https://www.linkedin.com/school/oakhill", "oakhill"),
        ("https://site.example/@oakhill/", "oakhill"),
        ("https://site.example/12345", ""),
    ],
)
def test_a_handle_is_read_from_the_address_where_there_is_one(address, handle):
    assert OfficialAccount(name="Ours", address=address).handle == handle


def test_names_are_cut_down_to_the_handles_that_schools_use():
    handles = {handle.handle for handle in list_own_handles(INVENTORY)}

    assert {"ohpanthers", "oakhillusd", "oakhillhs", "oakhillhighschool"} <= handles
    assert {"willowcreekelementary", "willowcreekes"} <= handles
    assert min(map(len, handles)) >= 6


def test_each_look_alike_of_a_handle_is_recognized_as_one():
    lookalikes = list_lookalike_handles(INVENTORY)

    assert {"ohpanthersofficial", "0hpanthers", "oakhi1lhs", "ohpantherss"} <= set(lookalikes)
    assert [
        lookalike for lookalike in lookalikes if match_handle(lookalike, INVENTORY) is None
    ] == []
    assert not {handle.handle for handle in list_own_handles(INVENTORY)} & set(lookalikes)


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        ("OakHillHS", "It has the username of Oak Hill High School: oakhillhs."),
        ("oak_hill_hs", "It has the username of Oak Hill High School: oakhillhs."),
        ("oakhil1hs", "Its username is oakhillhs, but the l is replaced by the digit 1."),
        ("oakhillhsnews", 'Its username is oakhillhs, with "news" added.'),
        ("real.ohpanthers", 'Its username is ohpanthers, with "real" added.'),
        ("0hpanthers", "Its username is ohpanthers, but the o is replaced by the digit 0."),
    ],
)
def test_a_look_alike_has_a_reason(handle, reason):
    found = match_handle(handle, INVENTORY)

    assert found is not None
    assert render_reason(found.reason) == reason


@over_rows(
    "handle",
    [
        *("oakhillms", "oakhillhs2027", "classof2027oakhillhs", "oakhillhsconfessions"),
        *("mrsrivera_oakhillhs", "coachoakhillhs", "oakhillhsteacher", "janedoe", "oakhill", ""),
        *("ohpanthersfan", "willowcreek", "jane.oakhillhs"),
        # A word of an office is no name of ours.
        *("athletics", "support", "basketball", "instagram"),
    ],
)
def test_another_school_a_class_a_person_or_a_fan_is_no_look_alike(handle):
    assert match_handle(handle, INVENTORY) is None


@pytest.mark.parametrize(
    "shown",
    [
        *("Oak Hill High School", "OAK HILL HIGH", "Oak Hill High School - Official Page"),
        *("Oak HiIl High School", "Оak Hill High School", "OakHill HighSchool"),  # noqa: RUF001 - a Cyrillic O
        "Oak Hill High School Athletics",
    ],
)
def test_a_name_of_ours_is_recognized_with_words_of_an_office(shown):
    found = match_name(shown, INVENTORY)

    assert found is not None
    assert render_reason(found.reason) == f"Its name is that of {HIGH_SCHOOL}."


@pytest.mark.parametrize(
    "shown",
    [
        *("Jane Doe", "Jane Doe, Oak Hill High School", "Ms. Rivera at Oak Hill High School"),
        *("Oak Hill High School Class of 2027", "Oak Hill", "High School", "", "Oak Hill Golf"),
    ],
)
def test_a_name_with_any_other_word_is_not_ours(shown):
    assert match_name(shown, INVENTORY) is None


def test_the_list_is_asked_whole_in_turn():
    texts = tuple("abcdefg")
    parts = [choose_weekly_part(texts, week, 3) for week in range(3)]

    assert tuple(entry for part in parts for entry in part) == texts
    assert choose_weekly_part(texts, 3, 3) == parts[0]
    assert choose_weekly_part((), 5, 3) == ()


@pytest.mark.parametrize(
    "terms",
    [
        *(("oakhillhs",), ("@ohpanthers",), ("oakhil1hs",), (HIGH_SCHOOL,)),
        (HIGH_SCHOOL, "", "site:facebook.com"),
    ],
)
def test_what_is_ours_or_looks_like_it_may_be_asked(terms):
    assert allows_district_query(query(*terms), INVENTORY)


@pytest.mark.parametrize(
    "terms",
    [
        *(("janedoe",), ("Jane Doe",), (HIGH_SCHOOL, "janedoe"), (HIGH_SCHOOL, "Jane Doe")),
        *(("site:facebook.com",), ("",), (), ("athletics",)),
    ],
)
def test_nobody_else_may_be_asked_in_the_districts_name(terms):
    assert not allows_district_query(query(*terms), INVENTORY)


def test_only_queries_in_its_own_name_are_the_districts():
    asked = query("oakhillhs")

    assert not allows_district_query(replace(asked, subject="someone"), INVENTORY)
    assert not allows_district_query(replace(asked, kind=QueryKind.FOLLOWERS), INVENTORY)


def test_the_handle_of_a_look_alike_that_was_found_by_its_name_may_be_asked():
    assert allows_district_query(query("ohfalcons"), INVENTORY, ["OHFalcons"])
    assert not allows_district_query(query("ohfalcons"), INVENTORY)
