"""How a written name falls apart, when nobody says which word is which."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.domain.names.parsing import parse_name_variants, parse_person_name, split_own_name
from monitor.domain.person import PersonName
from tests.rows import over_rows


@over_rows(
    ("written", "given_name", "middle", "family"),
    [
        ("Maria Delgado", "maria", "", "delgado"),
        ("Delgado, Maria", "maria", "", "delgado"),
        ("DELGADO, Maria Rosa", "maria", "rosa", "delgado"),
        ("Maria R. Delgado", "maria", "r", "delgado"),
        ("Delgado M", "m", "", "delgado"),
        ("Delgado M. R.", "m", "r", "delgado"),
        ("Dr. Maria Delgado, Ph.D.", "maria", "", "delgado"),
        ("Superintendent Maria Delgado", "maria", "", "delgado"),
        ("Maria Delgado Jr.", "maria", "", "delgado"),
        ("Rosa San", "rosa", "", "san"),
        ("Mrs. Delgado", "", "", "delgado"),
        ("Delgado IV", "", "", "delgado"),
        ("Maria de la Cruz", "maria", "", "delacruz"),
        ("Maria Delgado-Reyes", "maria", "", "delgado-reyes"),
        ("Maria Delgado (she/her)", "maria", "", "delgado"),
        ("Maria Delgado she/her", "maria", "", "delgado"),
        ("Maria Delgado @mdelgado \N{SUNFLOWER}", "maria", "", "delgado"),
        ("MarÃ\xada Delgado", "maria", "", "delgado"),
        ("", "", "", ""),
        ("\N{SUNFLOWER}", "", "", ""),
    ],
)
def test_a_name_is_read_as_its_likeliest_parts(written, given_name, middle, family):
    read = parse_person_name(written)

    assert (read.given, read.middle, read.family) == (given_name, middle, family)


@pytest.mark.parametrize(
    "written", ['Robert "Bob" Novak', "Robert (Bob) Novak", "Robert “Bob” Novak"]
)
def test_what_stands_in_quotes_or_brackets_is_what_somebody_is_called(written):
    assert parse_person_name(written) == PersonName(
        given="robert", family="novak", nicknames=("bob",)
    )


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("Jörg Müller", "joerg mueller"),
        ("Jo\N{COMBINING DIAERESIS}rg Mu\N{COMBINING DIAERESIS}ller", "joerg mueller"),
        ("MariaDelgado", "maria delgado"),
        ("MARCHETTI Rosa Maria", "rosa maria marchetti"),
        ("LEE Rosa Maria", "rosa maria lee"),
        ("\u0418\u0432\u0430\u043d \u041d\u043e\u0432\u0430\u043a", "ivan novak"),
        ("Li Wei", "wei li"),
    ],
)
def test_a_name_has_more_than_one_reading_where_people_write_in_more_than_one_way(written, other):
    assert other in {
        " ".join((*variant.givens, *variant.family)) for variant in parse_name_variants(written)
    }


@pytest.mark.parametrize("written", ["ROSA MARIA NOVAK", "Rosa Maria Novak", "RM Novak Brandt"])
def test_capitals_tell_nothing_where_all_words_have_them_or_only_initials(written):
    assert len(parse_name_variants(written)) == 1


def test_nobody_is_read_beyond_what_could_be_a_name():
    assert parse_name_variants("x" * 300)[0].family == ("x" * 200,)


def test_a_generation_is_kept_apart_from_the_name():
    assert [variant.generation for variant in parse_name_variants("Karl Novak, III")] == [
        "iii",
        "iii",
    ]


def test_only_two_words_can_be_turned_round_without_a_comma():
    assert [variant.turned for variant in parse_name_variants("Rosa Marchetti")] == [False, True]
    assert [variant.turned for variant in parse_name_variants("Rosa Maria Marchetti")] == [False]


@given(text=st.text(max_size=300))
def test_no_text_is_too_strange_to_be_read(text):
    for variant in parse_name_variants(text):
        assert variant.family
    parse_person_name(text)


@over_rows(
    ("typed", "given_name", "middle", "family"),
    [
        ("Maria Delgado", "Maria", "", "Delgado"),
        ("  Maria   Delgado ", "Maria", "", "Delgado"),
        ("John Albert Smith", "John", "Albert", "Smith"),
        ("Ana de la Cruz", "Ana", "", "de la Cruz"),
        ("Lopez Diaz, Ana Maria", "Ana", "Maria", "Lopez Diaz"),
        ("John Smith Jr.", "John", "", "Smith"),
        ("Van Nguyen", "Van", "", "Nguyen"),
        ("Maria", "Maria", "", ""),
        ("Maria,", "", "", "Maria"),
        ("", "", "", ""),
    ],
)
def test_a_name_that_its_owner_types_is_kept_as_they_write_it(
    typed: str, given_name: str, middle: str, family: str
) -> None:
    name = split_own_name(typed)

    assert (name.given, name.middle, name.family) == (given_name, middle, family)


WORDS = st.from_regex(r"[A-Z][a-z]{1,8}", fullmatch=True)
SPECIAL = st.sampled_from(["De", "Van", "Dr", "Jr", "Ma", "Coach", "San"])


@pytest.mark.parametrize("written", ["Ana M. Santana", "Santana, Ana", " Ana Santana"])
def test_a_given_name_that_ends_the_family_name_is_not_taken_for_it(written: str) -> None:
    assert parse_name_variants(written)[0].bare_family == "santana"


@given(one=WORDS | SPECIAL, other=WORDS | SPECIAL)
@example(one="Ta", other="Ata")
def test_a_plain_name_is_read_as_it_is_beside_a_space(one: str, other: str) -> None:
    assert parse_name_variants(f"{one} {other}") == parse_name_variants(f" {one} {other}")
