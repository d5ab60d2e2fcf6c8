"""Who may be searched by which name: forms of the names the district knows them by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.names.frequency import load_census
from monitor.domain.names.searchable import (
    check_name_claim,
    has_exact_name,
    list_confirmed_names,
    parse_names_from_email,
    shows_other_name,
)
from monitor.domain.person import Person, PersonName
from monitor.domain.planning.consented_queries import MAX_NAMES
from tests.rows import over_rows

BOB = PersonName(given="Bob", family="Baker")
GIVENS = ("Bob", "Robert", "Rob", "B", "Victoria", "Alice", "Roberta", "Ana María", "Bobby-Lee")
FAMILIES = ("Baker", "Victim", "Baker-Smith", "Smith", "de la Cruz", "Müller", "Mueller", "Bäker")
NAMES = st.builds(
    PersonName,
    given=st.sampled_from(GIVENS),
    family=st.sampled_from(FAMILIES),
    middle=st.sampled_from(("", "Lee", "Victoria")),
    nicknames=st.lists(st.sampled_from(GIVENS), max_size=2).map(tuple),
    former_families=st.lists(st.sampled_from(FAMILIES), max_size=2).map(tuple),
)


def name(given: str, family: str, **more: object) -> PersonName:
    return PersonName(given=given, family=family, **more)


def person(named: PersonName = BOB, *confirmed: PersonName) -> Person:
    return Person(
        id="bob",
        name=named,
        mail="bob.baker@cedarvalley.example",
        organization="Cedar Valley",
        zone="UTC",
        confirmed_names=confirmed,
    )


def pairs(named: PersonName) -> set[tuple[str, str]]:
    return {
        (given, family)
        for given in (named.given, *named.nicknames)
        for family in (named.family, *named.former_families)
    }


@over_rows(
    ("invited", "claimed"),
    [
        (BOB, BOB),
        (BOB, name("Robert", "Baker")),
        (BOB, name("B.", "BAKER")),
        (name("Robert", "Baker"), name("Bob", "Baker", nicknames=("Bobby", "Rob"))),
        (name("J.", "Baker"), name("James", "Baker")),
        (name("Ana María", "Müller"), name("Maria", "Mueller")),
        (name("Ana", "Smith-Jones"), name("Ana", "Jones")),
        (name("Ana", "Smith-Jones"), name("Ana", "Smith Jones")),
        (name("Ana", "de la Cruz"), name("Ana", "Cruz")),
        (name("Ana", "O'Neil"), name("Ana", "ONeil")),
        (BOB, name("Bob", "Baker", middle="Lee")),
    ],
)
def test_a_form_of_the_invited_name_needs_nobodys_word(invited, claimed):
    claim = check_name_claim(claimed, (invited,))

    assert claim.searchable == claimed
    assert not claim.needs_confirmation


@pytest.mark.parametrize(
    "claimed",
    [
        name("Victoria", "Victim"),
        name("Bob", "Victim"),
        name("Alice", "Baker"),
        name("Roberta", "Baker"),
        name("Bob", "Baker-Victim"),
        name("", "Baker"),
    ],
)
def test_another_given_or_family_name_is_not_searched_before_it_is_confirmed(claimed):
    claim = check_name_claim(claimed, (BOB,))

    assert claim.needs_confirmation
    assert claim.searchable is None


def test_a_former_surname_or_a_nickname_that_is_no_form_waits_and_the_rest_is_searched():
    claimed = name("Bob", "Baker", former_families=("Victim",), nicknames=("Bobby", "Vicky"))

    claim = check_name_claim(claimed, (BOB,))

    assert claim.needs_confirmation
    assert claim.searchable == name("Bob", "Baker", nicknames=("Bobby",))


def test_who_was_invited_by_a_former_surname_is_searched_by_that_alone_meanwhile():
    claim = check_name_claim(name("Bob", "Smith", former_families=("Baker",)), (BOB,))

    assert claim.needs_confirmation
    assert claim.searchable == BOB


def test_where_no_name_is_known_every_name_waits():
    assert check_name_claim(BOB, ()).searchable is None


@given(NAMES, st.lists(NAMES, max_size=2))
def test_whatever_is_claimed_only_forms_of_confirmed_names_are_searched(claimed, confirmed):
    claim = check_name_claim(claimed, confirmed)

    if claim.searchable is None:
        assert claim.needs_confirmation
        return
    again = check_name_claim(claim.searchable, confirmed)
    assert again.searchable == claim.searchable
    assert not again.needs_confirmation
    assert len(pairs(claim.searchable)) <= MAX_NAMES**2
    assert pairs(claim.searchable) <= pairs(claimed) | {
        (claimed.middle, family) for family in (claimed.family, *claimed.former_families)
    }
    assert claim.needs_confirmation or claim.searchable == claimed


@given(NAMES)
def test_a_confirmed_name_needs_no_second_word(claimed):
    assert check_name_claim(claimed, (claimed,)).searchable == claimed


@pytest.mark.parametrize(
    ("mail", "names"),
    [
        ("bob.baker@x.example", {("bob", "baker"), ("baker", "bob")}),
        ("bob_q_baker2@x.example", {("bob", "baker"), ("baker", "bob")}),
        ("b.baker@x.example", {("b", "baker")}),
        ("bbaker@x.example", set()),
        ("12.7@x.example", set()),
        ("@x.example", set()),
    ],
)
def test_an_address_tells_a_name_only_where_it_is_written_apart(mail, names):
    assert {
        (person_name.given, person_name.family) for person_name in parse_names_from_email(mail)
    } == names


def test_whoever_joined_before_is_known_by_the_name_they_had():
    assert list_confirmed_names(person()) == (BOB,)
    assert list_confirmed_names(person(name("", ""))) == ()


@pytest.mark.parametrize("shown", ["Bob Baker", "baker, bob", "Bob L. Baker"])
def test_a_name_is_exact_where_both_halves_are_as_the_person_gave_them(shown):
    assert has_exact_name(shown, person())


@pytest.mark.parametrize(
    "shown", ["", "Robert Baker", "B. Baker", "Alice Baker", "Bob Baker Smith", "Coach Bob", "bobb"]
)
def test_a_form_of_a_name_is_not_the_exact_one(shown):
    assert not has_exact_name(shown, person())


def test_a_mere_initial_or_a_middle_name_makes_no_other_name_exact():
    vague = person(name("B", "Baker", middle="Victoria"), BOB)

    assert not has_exact_name("Barbara Baker", vague)
    assert not has_exact_name("Victoria Baker", vague)
    assert shows_other_name("Victoria Baker", vague, load_census())


@pytest.mark.parametrize(
    "shown", ["Victoria Victim", "Victim, Victoria", "Alice Baker", "Bob Smith", "Priya Raman"]
)
def test_another_persons_name_is_told_from_theirs(shown):
    assert shows_other_name(shown, person(), load_census())


@pytest.mark.parametrize(
    "shown",
    ["", "Bob Baker", "Robert J. Baker", "bakerbob", "Coach Bob", "Bob's Workshop", "Room 12"],
)
def test_a_form_of_their_name_and_what_names_nobody_is_not_anothers_name(shown):
    assert not shows_other_name(shown, person(), load_census())
