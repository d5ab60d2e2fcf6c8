"""Whether two written names could be one person's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import InputError
from monitor.domain.names import likeness as name_weights
from monitor.domain.names.frequency import EVERYBODY, NameCounts, load_census
from monitor.domain.names.likeness import (
    FamilyAgreement,
    GenerationAgreement,
    GivenAgreement,
    MiddleAgreement,
    NameLikeness,
    score_likeness,
    weigh_likeness,
)
from monitor.domain.names.normalize import PARTICLES, SUFFIXES, TITLES
from monitor.domain.reason import Reason
from tests.bench.score.scorers import Answer, Found, Staff, same_name
from tests.name_counts import build_count_table
from tests.rows import over_rows

LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Nobody is called Dr, Jr or de.
NO_NAMES = TITLES | SUFFIXES | PARTICLES
words = (
    st.text(alphabet=LETTERS, min_size=4, max_size=9)
    .filter(lambda word: word not in NO_NAMES)
    .map(str.title)
)


def scored(one, other):
    return same_name(Staff(name=one), Found(display_name=other))


def bits(one, other):
    return scored(one, other).score


@over_rows(
    ("one", "other"),
    [
        ("Maria Delgado", "Maria Delgado"),
        ("Maria Delgado", "DELGADO, Maria"),
        ("Maria Delgado", "María Delgado"),
        ("Maria Delgado", "Delgado M."),
        ("Maria Delgado", "Dr. Maria R. Delgado, Ed.D."),
        ("Maria Delgado", "Maria Delgado-Reyes"),
        ("Elizabeth Novak", "Liz Novak"),
        ("Jesús Novak", "Chuy Novak"),
        ("Karl Robert Novak", "Bob Novak"),
        ("Maria de la Cruz", "Maria Delacruz"),
    ],
)
def test_one_name_in_two_spellings_is_one_name(one, other):
    assert scored(one, other).label is Answer.YES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maria Delgado", "Maria Novak"),
        ("Maria Delgado", "Karl Delgado"),
        ("Maria Delgado", "K. Delgado"),
        ("Maria Delgado", "Karl Brandt"),
        ("Maria Delgado", "Mario Delgado"),
        ("Maria Delgado", "Maria"),
        ("Maria Delgado", "\N{SUNFLOWER}"),
    ],
)
def test_two_names_are_not_one(one, other):
    assert scored(one, other).label is Answer.NO


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yvonne Delgado", "Yvonne Delgato"),
        ("Jane Delgado", "Mrs. Delgado"),
        ("John Smith Jr.", "John Smith III"),
    ],
)
def test_a_name_that_leaves_a_doubt_is_a_question(one, other):
    assert scored(one, other).label is Answer.PERHAPS


def test_a_rare_name_proves_more_than_a_common_one():
    assert bits("John Smith", "John Smith") < bits("John Achterberg", "John Achterberg")
    assert bits("John Smith", "John Smith") < bits("Ottilie Smith", "Ottilie Smith")


ROSA_NOVAK = NameLikeness(
    family=FamilyAgreement.SAME,
    given=GivenAgreement.SAME,
    shared="novak",
    shared_given="rosa",
)


@pytest.mark.parametrize(("bearers", "said"), [(1, "few-bearers"), (2, "many-bearers")])
def test_a_name_is_called_rare_where_one_in_4096_bears_it(bearers, said):
    table = build_count_table({EVERYBODY: 4096, "rosa": 4096, "novak": bearers})

    family, *_ = weigh_likeness(ROSA_NOVAK, NameCounts(given=table, family=table))

    assert (family.reason, family.bearers) == (Reason("family-name.same"), Reason(said))


def test_no_rarity_counts_for_more_than_the_page_says():
    """A table that lists hardly anybody makes every other name as rare as names get."""
    nobody = build_count_table({EVERYBODY: 10**9, "smith": 10**8})
    counts = NameCounts(given=nobody, family=nobody)
    family = name_weights.RARITY * name_weights.RAREST
    given_name = name_weights.GIVEN[GivenAgreement.SAME] + name_weights.RARITY * 16
    other_given = replace(ROSA_NOVAK, given=GivenAgreement.DIFFERENT, shared_given="")

    alike = score_likeness(ROSA_NOVAK, counts)
    kin = score_likeness(other_given, counts)

    assert family == 10
    assert alike == family + given_name - name_weights.THRESHOLD
    assert kin == family + name_weights.GIVEN[GivenAgreement.DIFFERENT] - name_weights.THRESHOLD
    assert 0 < kin < 1


def test_the_reasons_stand_strongest_first_and_are_sentences():
    reasons = scored("Maria R. Smith", "Karl R. Smith").reasons

    assert reasons == (
        "The given names differ.",
        "The family name is the same. Many people have it.",
        "The middle initial agrees.",
    )


def test_what_is_no_name_is_as_far_from_one_as_can_be():
    tables = (name_weights.FAMILY, name_weights.GIVEN, name_weights.REST, name_weights.GENERATION)
    worst = sum(min(table.values()) for table in tables)

    assert bits("Maria Delgado", "\N{SUNFLOWER}") < worst - name_weights.THRESHOLD


@pytest.mark.parametrize(("staff", "found"), [("", "Maria"), ("Maria", ""), ("", "")])
def test_a_row_without_two_names_cannot_be_scored(staff, found):
    with pytest.raises(InputError, match="same_name needs"):
        scored(staff, found)


def test_every_way_to_agree_has_its_weight():
    assert set(name_weights.FAMILY) == set(FamilyAgreement)
    assert set(name_weights.GIVEN) == set(GivenAgreement)
    assert set(name_weights.REST) == set(MiddleAgreement)
    assert set(name_weights.GENERATION) == set(GenerationAgreement)


@over_rows("initial", LETTERS)
def test_any_letter_can_be_a_middle_initial(initial):
    assert bits("Rosa Delgado", f"Rosa {initial}. Delgado") == bits("Rosa Delgado", "Rosa Delgado")


@pytest.mark.parametrize("table", [name_weights.REST, name_weights.GENERATION])
def test_what_agrees_weighs_more_than_silence_and_silence_more_than_a_contradiction(table):
    ordered = [table[level] for level in type(next(iter(table)))]

    assert ordered == sorted(ordered, reverse=True)
    assert table[type(next(iter(table)))("silent")] == 0


def test_the_better_given_names_agree_the_more_that_is_worth():
    """The commonest given name is the one whose agreement is worth least."""
    least = name_weights.RARITY * load_census().given.compute_rarity("michael")
    weights = [name_weights.GIVEN[level] for level in GivenAgreement]
    weights[0] += least

    assert weights == sorted(weights, reverse=True)
    assert (
        name_weights.GIVEN[GivenAgreement.SECOND_INITIAL]
        > 0
        > name_weights.GIVEN[GivenAgreement.ALIKE]
    )


def test_the_better_family_names_agree_the_more_that_is_worth():
    """The commonest family name is the one whose agreement is worth least."""
    least = name_weights.RARITY * load_census().family.compute_rarity("smith")
    weights = [name_weights.FAMILY[level] for level in FamilyAgreement]

    assert weights == sorted(weights, reverse=True)
    assert weights[0] + least > weights[1] + least > 0 > weights[2]


def test_a_name_that_was_turned_round_is_worth_less_than_one_that_was_not():
    lost = bits("Li Wei", "Li Wei") - bits("Li Wei", "Wei Li")

    assert lost == pytest.approx(-name_weights.TURNED)
    assert lost > 0


@given(first=words, last=words)
def test_order_case_marks_and_titles_do_not_matter(first, last):
    name = f"{first} {last}"

    for same in (f"{last}, {first}", name.upper(), f"Mrs. {name}", f"{name} (she/her)"):
        assert bits(name, same) == bits(name, name)
    assert bits(name, name.replace("e", "é").replace("n", "ñ")) == bits(name, name)


@given(first=words, middle=words, last=words)
def test_agreeing_on_more_never_makes_two_names_agree_less(first, middle, last):
    family = bits(f"Mrs. {last}", f"{first} {last}")
    initial = bits(f"{first[0]}. {last}", f"{first} {last}")
    whole = bits(f"{first} {last}", f"{first} {last}")
    with_initial = bits(f"{first} {middle[0]}. {last}", f"{first} {middle} {last}")
    with_middle = bits(f"{first} {middle} {last}", f"{first} {middle} {last}")

    assert family <= initial <= whole <= with_initial <= with_middle


@given(first=words, last=words, other=words)
def test_another_family_name_never_agrees_more(first, last, other):
    assert bits(f"{first} {last}", f"{first} {other}") <= bits(f"{first} {last}", f"{first} {last}")


@given(one=st.text(min_size=1, max_size=60), other=st.text(min_size=1, max_size=60))
def test_no_text_is_too_strange_to_score(one, other):
    assert scored(one, other).label in Answer
