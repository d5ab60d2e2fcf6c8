"""Rows that ask whose a profile is, in the forms that other programs write."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import InputError
from tests.bench.score.rows import collect_schools, moment, number, read_profile, yes
from tests.rows import over_rows

STAFF = {"name": "Maria Delgado", "handles": {"twitter": "mdelgado"}}
FOUND = {"platform": "instagram", "handle": "maria.delgado"}


def read(staff=(), found=(), **row):
    return read_profile({"staff": STAFF | dict(staff), "found": FOUND | dict(found), **row})


def test_a_row_of_names_platform_and_handle_is_enough():
    profile = read()

    assert (profile.person.name.given, profile.person.name.family) == ("maria", "delgado")
    assert profile.person.accounts == ("x:@mdelgado",)
    assert profile.found.account == "instagram:@maria.delgado"


@pytest.mark.parametrize(
    "handles",
    [
        {"twitter": "mdelgado"},
        {"X": "@MDelgado"},
        {"x": ["mdelgado"]},
        {"x": {"handle": "mdelgado"}},
        {"x": "https://twitter.com/mdelgado"},
        [{"platform": "Twitter", "handle": "mdelgado"}],
        ["https://x.com/mdelgado/"],
        "https://x.com/mdelgado",
    ],
)
def test_declared_handles_come_in_many_forms(handles):
    assert read({"handles": handles}).person.accounts == ("x:@mdelgado",)


def test_a_row_may_carry_what_only_the_product_knows():
    profile = read(
        {"absent_from": ["tiktok"], "reference_picture": "print", "schools": ["Fairmont High"]},
        {"private": False, "wave": 4, "title": "Maria (@m) | TikTok", "snippet": "Hi", "bio": ""},
    )

    assert profile.inventory.absent_platforms == {"tiktok"}
    assert profile.inventory.reference_picture == "print"
    assert profile.inventory.wave_sizes == {profile.found.key: 4}
    assert (profile.found.private, profile.found.snippet) == (False, "Hi")
    assert profile.schools == ("Fairmont High",)
    assert read().found.private is None


def test_all_schools_of_a_district_are_those_of_the_rows_that_share_its_roster():
    one = read({"school": "Maple High"}, roster=["Ann Lee"])
    two = read({"school": "Oak Middle", "schools": ["Elm Academy"]}, roster=["Ann Lee"])
    other = read({"school": "Far High"}, roster=["Bo Kim"])

    schools = collect_schools((one, two, other, read({"school": "No Roster High"})))
    assert schools[one.pupils] == {"Maple High", "Oak Middle", "Elm Academy"}
    assert schools[other.pupils] == {"Far High"}
    assert len(schools) == 2


def test_a_handle_keeps_its_spelling_where_its_account_ignores_it():
    (own,) = read({"handles": {"x": "MDelgado"}}).inventory.own_traces

    assert (own.account, own.handle) == ("x:@mdelgado", "MDelgado")


def test_a_known_address_of_a_profile_is_declared_like_a_handle():
    known = ["https://www.facebook.com/maria.delgado.9", "https://delgado.example/"]

    profile = read({"known_urls": known})

    assert set(profile.person.accounts) == {"x:@mdelgado", "facebook:@maria.delgado.9"}


def test_a_link_to_a_declared_account_is_known_however_it_is_spelled():
    profile = read(found={"links": ["http://mobile.twitter.com/MDelgado?lang=en"]})

    assert profile.found.links == tuple(own.url for own in profile.inventory.own_traces)


@pytest.mark.parametrize("back", [True, "yes", "https://delgado.example", ["https://x.com/a"], 1])
def test_a_link_back_joins_the_own_account_to_the_profile(back):
    profile = read(found={"link_back": back})

    assert all(own.links == (profile.found.url,) for own in profile.inventory.own_traces)


@pytest.mark.parametrize("back", [False, None, "", "no", "false", [], 0])
def test_no_link_back_is_none(back):
    assert not yes(back)


def test_what_is_told_by_platform_is_taken_for_that_platform():
    told = {"twitter": "2015-03-01", "facebook": 2011}

    profile = read({"handles": {"x": "a1", "facebook": "b2"}, "account_created": told})

    assert {own.platform: own.created_at.year for own in profile.inventory.own_traces} == {
        "x": 2015,
        "facebook": 2011,
    }


def test_a_former_name_is_read_alone_or_in_full():
    told = read({"former_names": ["Hartley", "Maria Lindqvist"], "nicknames": "Mia"})

    assert told.person.name.former_families == ("hartley", "lindqvist")
    assert told.person.name.nicknames == ("Mia",)


def test_contacts_and_roster_are_read_from_names_and_from_fields():
    profile = read(
        found={"contacts": [{"display_name": "Ann Lee", "bio": "CVHS '28"}, "Bo Katz", None]},
        roster=["Lee, Ann", {"given": "Bo", "family": "Katz"}, "", None],
    )

    assert [contact.name for contact in profile.contacts] == ["Ann Lee", "Bo Katz", ""]
    assert profile.pupils == (("ann", "lee"), ("bo", "katz"))


@over_rows(
    ("told", "day"),
    [
        ("2019-05-03", datetime(2019, 5, 3, tzinfo=UTC)),
        ("2019-05-03T10:00:00Z", datetime(2019, 5, 3, 10, tzinfo=UTC)),
        (2019, datetime(2019, 7, 1, tzinfo=UTC)),
        ("2019", datetime(2019, 7, 1, tzinfo=UTC)),
        ("2019-05", datetime(2019, 7, 1, tzinfo=UTC)),
        ("May 2019", datetime(2019, 7, 1, tzinfo=UTC)),
        ("Joined in 2019.", datetime(2019, 7, 1, tzinfo=UTC)),
        (1556841600, datetime(2019, 5, 3, tzinfo=UTC)),
        (1556841600000, datetime(2019, 5, 3, tzinfo=UTC)),
        ("1556841600", datetime(2019, 5, 3, tzinfo=UTC)),
    ],
)
def test_a_date_comes_in_many_forms(told, day):
    assert moment(told) == day


@pytest.mark.parametrize("told", [None, "", "long ago", True, -1, 10**40, "9" * 15, [], {}])
def test_what_is_no_date_is_none(told):
    assert moment(told) is None


@pytest.mark.parametrize(
    ("told", "count"),
    [(1204, 1204), ("1,204", 1204), ("1.2k", 1200), ("3 M", 3_000_000), (7.0, 7), (0, 0)],
)
def test_a_count_comes_in_many_forms(told, count):
    assert number(told) == count


@pytest.mark.parametrize("told", [None, "", "many", True, float("inf"), "1" * 40, [], {}])
def test_what_is_no_count_is_none(told):
    assert number(told) is None


@pytest.mark.parametrize("row", [{}, {"staff": STAFF}, {"staff": [], "found": FOUND}])
def test_a_row_without_a_person_or_a_profile_is_refused(row):
    with pytest.raises(InputError):
        read_profile(row)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
FIELDS = ("name", "handles", "known_urls", "location", "bio", "account_created", "former_names")
SHOWN = ("platform", "handle", "display_name", "links", "link_back", "created_at", "contacts")


@given(
    staff=st.dictionaries(st.sampled_from(FIELDS), json_values, min_size=1),
    found=st.dictionaries(st.sampled_from((*SHOWN, "followers")), json_values, min_size=1),
    roster=json_values,
)
def test_no_row_is_too_strange_to_read(staff, found, roster):
    read_profile({"staff": staff, "found": found, "roster": roster})
