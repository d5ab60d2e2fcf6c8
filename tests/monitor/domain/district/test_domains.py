"""Domains that could be taken for the district's: the likely ones, few enough to be looked up."""

import pytest

from monitor.domain.district.domains import (
    MOST_DOMAINS,
    is_due_on_day,
    is_own_domain,
    list_log_words,
    list_lookalike_domains,
    match_logged_name,
    select_due,
)
from monitor.domain.district.inventory import DistrictInventory
from tests.rows import over_rows

INVENTORY = DistrictInventory(
    name="Oak Hill Schools",
    domains=("oakhillschools.org", "oakhill.k12.tx.us"),
    places=("Oak Hill",),
)


def names(inventory: DistrictInventory = INVENTORY) -> list[str]:
    return [domain.name for domain in list_lookalike_domains(inventory)]


def test_every_kind_of_look_alike_is_among_them():
    found = set(names())

    assert {"oakhillschools.com", "oakhillschools.net", "oakhillschools.us"} <= found
    assert {"oakhillschools-login.org", "oakhill-schools.org", "oakhill-schools.com"} <= found
    assert {"0akhillschools.org", "oakhi1lschools.org", "oakhillschols.org"} <= found
    assert {"oakhill.org", "oakhill-k12.org", "aokhillschools.org"} <= found
    assert any(name.startswith("xn--") for name in found)


def test_our_own_are_not_among_them_and_no_name_comes_twice():
    found = names()

    assert not [name for name in found if is_own_domain(name, INVENTORY)]
    assert len(set(found)) == len(found)


def test_there_are_never_more_than_can_be_looked_up_in_a_week():
    many = DistrictInventory(name="Many", domains=tuple(f"district{n}.org" for n in range(40)))

    assert len(names(many)) == MOST_DOMAINS
    assert {domain.original for domain in list_lookalike_domains(many)} == set(many.domains)


def test_each_is_a_name_that_can_be_looked_up():
    for name in names():
        assert name.isascii()
        assert all(0 < len(label) <= 63 for label in name.split("."))
        assert not any(label.startswith("-") or label.endswith("-") for label in name.split("."))


def test_no_domain_of_strangers_is_under_k12():
    assert not [name for name in names() if ".k12." in name]


@pytest.mark.parametrize("domain", ["", ".", "org", "aé.org", "k12.tx.us", "a.b"])
def test_a_domain_that_tells_nothing_has_no_look_alikes(domain):
    assert names(DistrictInventory(name="X", domains=(domain,))) == []


@pytest.mark.parametrize(
    ("logged", "kept"),
    [
        ("oakhillschools.com", "oakhillschools.com"),
        ("*.oakhillschools-payroll.com", "oakhillschools-payroll.com"),
        ("jane.doe.oakhil1schools.net", "oakhil1schools.net"),
        ("oakhillschools.login.attacker.test", "oakhillschools.login.attacker.test"),
        ("Oak-Hill-Schools.net", "oak-hill-schools.net"),
        ("xn--akhillschls-qnjja.org", "xn--akhillschls-qnjja.org"),
    ],
)
def test_a_name_in_a_log_is_kept_from_the_part_that_looks_like_ours(logged, kept):
    found = match_logged_name(logged, INVENTORY)

    assert found is not None
    assert found.name == kept
    assert found.reason


@over_rows(
    "logged",
    [
        *("www.oakhillschools.org", "oakhillschools.org", "oakhillgolf.com", "example.com"),
        # Words that we would add to a name of ours are no name of ours.
        *("mail.unrelated.com", "login.example.org", "support.com"),
        *("oakhillschools", "jane doe", "", "*.", "a..b", "x" * 300 + ".com", "<b>.oakhill.com"),
    ],
)
def test_our_own_and_what_looks_like_nothing_of_ours_is_left_out(logged):
    assert match_logged_name(logged, INVENTORY) is None


def test_the_log_is_searched_for_what_the_district_chose():
    assert list_log_words(INVENTORY) == ("oakhillschools", "oakhill")


def test_each_name_has_its_turn_on_one_day():
    found = names()
    parts = [select_due(found, day) for day in range(7)]

    assert sorted(entry for part in parts for entry in part) == sorted(found)
    assert max(map(len, parts)) < len(found) / 3
    assert select_due(found, None) == tuple(found)
    assert sum(is_due_on_day("oakhill.com", day) for day in range(7)) == 1
