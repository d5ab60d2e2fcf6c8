"""How two written names agree, part by part."""

import pytest

from monitor.domain.names.likeness import (
    FamilyAgreement,
    GenerationAgreement,
    GivenAgreement,
    MiddleAgreement,
    compare_names,
)
from monitor.domain.names.parsing import parse_name_variants
from tests.rows import over_rows


def likeness(one, other):
    """Compare the likeliest readings, and hold that it does not matter which comes first."""
    mine, yours = parse_name_variants(one)[0], parse_name_variants(other)[0]
    assert compare_names(mine, yours) == compare_names(yours, mine)
    return compare_names(mine, yours)


@over_rows(
    ("one", "other", "level"),
    [
        ("Rosa Delgado", "Rosa Delgado", FamilyAgreement.SAME),
        ("Rosa O'Brien", "Rosa OBrien", FamilyAgreement.SAME),
        ("Rosa Van Horn", "Rosa VanHorn", FamilyAgreement.SAME),
        ("Rosa de la Cruz", "Rosa DeLaCruz", FamilyAgreement.SAME),
        ("Rosa Mc Gill", "Rosa McGill", FamilyAgreement.SAME),
        ("Rosa Delgado-Reyes", "Rosa Delgado Reyes", FamilyAgreement.SAME),
        ("Rosa de la Cruz", "Rosa Cruz", FamilyAgreement.PART),
        ("Rosa Delgado-Reyes", "Rosa Delgado", FamilyAgreement.PART),
        ("Rosa Delgado Reyes", "Rosa Delgado", FamilyAgreement.PART),
        ("Rosa Delgado-Reyes", "Rosa Novak-Reyes", FamilyAgreement.PART),
        ("Rosa Delgado", "Rosa Delgato", FamilyAgreement.NEAR),
        ("Rosa Whitfield", "Rosa Whitefeld", FamilyAgreement.NEAR),
        ("Rosa Lee-Novak", "Rosa Lee-Brandt", FamilyAgreement.PART),
        ("Rosa Li-Novak", "Rosa Li-Brandt", FamilyAgreement.DIFFERENT),
        ("Rosa Bash", "Rosa Bass", FamilyAgreement.NEAR),
        ("Rosa Lee", "Rosa Lea", FamilyAgreement.DIFFERENT),
        ("Rosa Marchant", "Rosa Merchent", FamilyAgreement.NEAR),
        ("Rosa Delgado", "Rosa Dalgato", FamilyAgreement.DIFFERENT),
        ("Rosa Marchant", "Rosa Merchend", FamilyAgreement.DIFFERENT),
        ("Rosa Oak Hill Wood End", "Rosa OakHillWoodEnd", FamilyAgreement.SAME),
        ("Rosa Old Oak Hill Wood End", "Rosa OldOakHillWoodEnd", FamilyAgreement.DIFFERENT),
        ("Rosa Delgado", "Rosa Novak", FamilyAgreement.DIFFERENT),
        ("Rosa Delgado", "Rosa X.", FamilyAgreement.DIFFERENT),
        # A name that stands first is a given name, whatever it is elsewhere.
        ("Rosa Thomas", "Thomas Novak", FamilyAgreement.DIFFERENT),
    ],
)
def test_how_family_names_agree(one, other, level):
    assert likeness(one, other).family is level


@over_rows(
    ("one", "other", "level"),
    [
        ("Rosa Novak", "Rosa Novak", GivenAgreement.SAME),
        ("Mary Lou Novak", "Marylou Novak", GivenAgreement.SAME),
        ("J. T. Novak", "JT Novak", GivenAgreement.SAME),
        ('Elizabeth "Bee" Novak', "Bee Novak", GivenAgreement.CALLED),
        ("Elizabeth (Bob) Novak", "Robert Novak", GivenAgreement.CALLED),
        ("Elizabeth Novak", "Liz Novak", GivenAgreement.NICKNAME),
        ("Karl Novak III", "Trey Novak", GivenAgreement.NICKNAME),
        ("Karl Novak Jr.", "Trey Novak", GivenAgreement.BYNAME),
        ("Karl Robert Novak", "Robert Novak", GivenAgreement.SECOND),
        ("Karl Robert Novak", "Bob Novak", GivenAgreement.SECOND),
        ("Karl Ed Novak", "Ed Novak", GivenAgreement.SECOND),
        ("K. Robert Novak", "Robert Novak", GivenAgreement.SECOND),
        ("Erik Novak", "Erika Novak", GivenAgreement.COUNTERPART),
        ("Karl Erik Novak", "Erik Novak", GivenAgreement.SECOND),
        ("Rosalynne Novak", "Rosal Novak", GivenAgreement.SHORT),
        ("Rosa Novak", "R. Novak", GivenAgreement.INITIAL),
        ("R. Novak", "R. Novak", GivenAgreement.INITIAL),
        ("Rosa Maria Novak", "RM Novak", GivenAgreement.INITIAL),
        ("K. R. Novak", "Rosa Novak", GivenAgreement.SECOND_INITIAL),
        ("R. Novak", "Bob Novak", GivenAgreement.SECOND_INITIAL),
        ("Mrs. Novak", "Rosa Novak", GivenAgreement.MISSING),
        ("Butch Novak", "Karl Novak", GivenAgreement.BYNAME),
        ("Dee Novak", "Dagmar Novak", GivenAgreement.BYNAME),
        ("Nov Novak", "Karl Novak", GivenAgreement.BYNAME),
        ("Gretchen Novak", "Greta Novak", GivenAgreement.ALIKE),
        ("Ottilia Novak", "Ottilie Novak", GivenAgreement.COUNTERPART),
        ("Ywonne Novak", "Yvonne Novak", GivenAgreement.ALIKE),
        ("Rosa Novak", "K. Novak", GivenAgreement.OTHER_INITIAL),
        ("Rosa Novak", "Karl Novak", GivenAgreement.DIFFERENT),
        # Both are borne, so neither is the other one misspelt.
        ("Ed R. Novak", "Rosa Novak", GivenAgreement.DIFFERENT),
        ("Karl Novak III", "Rosa Novak", GivenAgreement.DIFFERENT),
        ("Eric Novak", "Aric Novak", GivenAgreement.ALIKE),
        ("Joan Novak", "John Novak", GivenAgreement.DIFFERENT),
    ],
)
def test_how_given_names_agree(one, other, level):
    assert likeness(one, other).given is level


@over_rows(
    ("one", "other", "rest"),
    [
        ("Rosa Maria Novak", "Rosa Maria Novak", MiddleAgreement.SAME),
        ("Rosa Maria Novak", "Rosa M. Novak", MiddleAgreement.INITIAL),
        ("Rosa M. Novak", "Rosa M. Novak", MiddleAgreement.INITIAL),
        ("Rosa Novak", "Rosa M. Novak", MiddleAgreement.SILENT),
        ("Rosa Jo Novak", "Rosa Jo Novak", MiddleAgreement.SAME),
        ("Rosa Maria Novak", "Rosa Karla Novak", MiddleAgreement.OTHER),
        ("Rosa Maria Novak", "Rosa Marta Novak", MiddleAgreement.OTHER),
        ("Mary Lou Ann Novak", "Marylou Ann Novak", MiddleAgreement.SAME),
        # The second given name was used up; what is left contradicts nothing.
        ("Karl Robert Novak", "Robert A. Novak", MiddleAgreement.SILENT),
        # A double family name's part is no middle name.
        ("Rosa Delgado Reyes", "Rosa M. Delgado", MiddleAgreement.SILENT),
    ],
)
def test_how_the_rest_agrees(one, other, rest):
    assert likeness(one, other).rest is rest


@pytest.mark.parametrize(
    ("one", "other", "generation"),
    [
        ("Karl Novak Jr.", "Karl Novak, Jr", GenerationAgreement.SAME),
        ("Karl Novak Jr.", "Karl Novak", GenerationAgreement.SILENT),
        ("Karl Novak Jr.", "Karl Novak III", GenerationAgreement.OTHER),
    ],
)
def test_a_father_is_told_from_a_son_only_where_both_names_tell(one, other, generation):
    assert likeness(one, other).generation is generation


def test_what_both_names_share_is_kept_for_its_rarity():
    shared = likeness("Rosa Maria Delgado-Reyes", "Rosa Reyes")

    assert (shared.shared_given, shared.shared) == ("rosa", "reyes")


def test_a_name_that_was_turned_round_says_so():
    (_, turned), (straight, *_rest) = parse_name_variants("Wei Li"), parse_name_variants("Li Wei")

    assert compare_names(turned, straight).turned
    assert compare_names(straight, turned).turned
