"""How often strangers agree with a roster, as the census tells it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.students.matching import SAME_HANDLE_SHARE, rank_forms_by_chance
from monitor.domain.students.name_forms import FormKind, RosterForm, build_common_family_form
from tests.bench.plain_roster import PlainRoster
from tests.monitor.domain.students.school import COUNTS, PEOPLE

JOHN = RosterForm(FormKind.WHOLE, "john", "smith")
PRIYA = RosterForm(FormKind.WHOLE, "priya", "venkataraman")
SHORT = RosterForm(FormKind.GIVEN_AND_INITIAL, "john", "s")


def listed(size, *names):
    """Return a roster of a size, of which only the family names count that are common on it."""
    forms = (build_common_family_form(family, least) for family, least in names)
    return PlainRoster(forms=frozenset(forms), size=size)


def chances(*forms, pupils=3_000):
    return {form.form: form.chance for form in rank_forms_by_chance(forms, listed(pupils), COUNTS)}


def test_a_stranger_bears_a_roster_name_as_often_as_people_do():
    share = 4_000_000 / PEOPLE * 2_400_000 / PEOPLE

    assert chances(JOHN, pupils=1)[JOHN] == pytest.approx(share, rel=0.1)
    assert chances(JOHN)[JOHN] > 0.2
    assert chances(PRIYA)[PRIYA] < 1e-6


def test_a_name_is_as_common_as_all_that_are_short_for_it():
    robert = RosterForm(FormKind.WHOLE, "robert", "smith")
    bob = RosterForm(FormKind.WHOLE, "bob", "smith")
    together = (3_500_000 + 120_000 + 90_000) / PEOPLE * 2_400_000 / PEOPLE

    assert chances(robert, pupils=1)[robert] >= together
    assert chances(bob)[bob] < chances(robert)[robert]


def test_what_is_shortened_says_less_than_what_is_whole():
    assert chances(SHORT)[SHORT] > chances(JOHN)[JOHN]


def test_reading_more_into_a_card_makes_each_guess_likelier_by_chance():
    alone, both = chances(JOHN), chances(PRIYA, JOHN)

    assert both[PRIYA] == chances(PRIYA)[PRIYA]
    assert both[JOHN] > alone[JOHN]


@pytest.mark.parametrize("kind", FormKind)
def test_every_kind_of_form_has_its_chance(kind):
    family = "" if kind is FormKind.HANDLE else "smith"
    given = "mas" if kind is FormKind.START else "mason"
    form = RosterForm(kind, given, family)

    assert 0 < chances(form)[form] < 1


def test_a_handle_is_as_rare_as_we_say():
    form = RosterForm(FormKind.HANDLE, "trombonelad")

    assert chances(form, pupils=1)[form] == pytest.approx(SAME_HANDLE_SHARE, rel=0.01)


@given(st.sets(st.sampled_from([JOHN, PRIYA, SHORT]), min_size=1), st.integers(1, 100_000))
def test_a_chance_is_a_probability_and_rises_down_the_list(forms, pupils):
    read = [form.chance for form in rank_forms_by_chance(forms, listed(pupils), COUNTS)]

    assert all(0 < chance <= 1 for chance in read)
    assert read == sorted(read)
    longer = [form.chance for form in rank_forms_by_chance(forms, listed(pupils * 2), COUNTS)]
    assert all(more >= less for more, less in zip(longer, read, strict=True))


def test_a_family_name_that_is_common_on_the_roster_says_less():
    usual = rank_forms_by_chance([PRIYA, JOHN], listed(3_000), COUNTS)
    common = listed(3_000, ("venkataraman", 4), ("venkataraman", 16))
    local = rank_forms_by_chance([PRIYA, JOHN], common, COUNTS)

    assert local[0].chance > 1_000 * usual[0].chance
    assert local[1].chance == pytest.approx(usual[1].chance, rel=0.1)


def test_only_the_highest_class_that_follows_the_others_counts():
    """A token of padding could look like one class; it would not look like all below it."""
    stray = listed(3_000, ("venkataraman", 256))

    assert rank_forms_by_chance([PRIYA], stray, COUNTS) == rank_forms_by_chance(
        [PRIYA], listed(3_000), COUNTS
    )
