"""How two written names agree, part by part."""

import pytest

from monitor.domain.names.parsing import parse_name_variants
from tests.bench.score.names import Family, Generation, Given, Rest, compare


def likeness(one, other):
    """Compare the likeliest readings, and hold that it does not matter which comes first."""
    mine, yours = parse_name_variants(one)[0], parse_name_variants(other)[0]
    assert compare(mine, yours) == compare(yours, mine)
    return compare(mine, yours)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Rosa Delgado", "Rosa Delgado", Family.SAME),
        ("Rosa O'Brien", "Rosa OBrien", Family.SAME),
        ("Rosa Van Horn", "Rosa VanHorn", Family.SAME),
        ("Rosa de la Cruz", "Rosa DeLaCruz", Family.SAME),
        ("Rosa Mc Gill", "Rosa McGill", Family.SAME),
        ("Rosa Delgado-Reyes", "Rosa Delgado Reyes", Family.SAME),
        ("Rosa de la Cruz", "Rosa Cruz", Family.PART),
        ("Rosa Delgado-Reyes", "Rosa Delgado", Family.PART),
        ("Rosa Delgado Reyes", "Rosa Delgado", Family.PART),
        ("Rosa Delgado-Reyes", "Rosa Novak-Reyes", Family.PART),
        ("Rosa Delgado", "Rosa Delgato", Family.NEAR),
        ("Rosa Whitfield", "Rosa Whitefeld", Family.NEAR),
        ("Rosa Lee-Novak", "Rosa Lee-Brandt", Family.PART),
        ("Rosa Li-Novak", "Rosa Li-Brandt", Family.DIFFERENT),
        ("Rosa Bash", "Rosa Bass", Family.NEAR),
        ("Rosa Lee", "Rosa Lea", Family.DIFFERENT),
        ("Rosa Marchant", "Rosa Merchent", Family.NEAR),
        ("Rosa Delgado", "Rosa Dalgato", Family.DIFFERENT),
        ("Rosa Marchant", "Rosa Merchend", Family.DIFFERENT),
        ("Rosa Oak Hill Wood End", "Rosa OakHillWoodEnd", Family.SAME),
        ("Rosa Old Oak Hill Wood End", "Rosa OldOakHillWoodEnd", Family.DIFFERENT),
        ("Rosa Delgado", "Rosa Novak", Family.DIFFERENT),
        # A name that stands first is a given name, whatever it is elsewhere.
        ("Rosa Thomas", "Thomas Novak", Family.DIFFERENT),
    ],
)
def test_how_family_names_agree(one, other, level):
    assert likeness(one, other).family is level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Rosa Novak", "Rosa Novak", Given.SAME),
        ("Mary Lou Novak", "Marylou Novak", Given.SAME),
        ("J. T. Novak", "JT Novak", Given.SAME),
        ('Elizabeth "Bee" Novak', "Bee Novak", Given.CALLED),
        ("Elizabeth (Bob) Novak", "Robert Novak", Given.CALLED),
        ("Elizabeth Novak", "Liz Novak", Given.NICKNAME),
        ("Karl Novak III", "Trey Novak", Given.NICKNAME),
        ("Karl Novak Jr.", "Trey Novak", Given.BYNAME),
        ("Karl Robert Novak", "Robert Novak", Given.SECOND),
        ("Karl Robert Novak", "Bob Novak", Given.SECOND),
        ("Karl Ed Novak", "Ed Novak", Given.SECOND),
        ("K. Robert Novak", "Robert Novak", Given.SECOND),
        ("Erik Novak", "Erika Novak", Given.COUNTERPART),
        ("Karl Erik Novak", "Erik Novak", Given.SECOND),
        ("Rosalynne Novak", "Rosal Novak", Given.SHORT),
        ("Rosa Novak", "R. Novak", Given.INITIAL),
        ("R. Novak", "R. Novak", Given.INITIAL),
        ("Rosa Maria Novak", "RM Novak", Given.INITIAL),
        ("K. R. Novak", "Rosa Novak", Given.SECOND_INITIAL),
        ("R. Novak", "Bob Novak", Given.SECOND_INITIAL),
        ("Mrs. Novak", "Rosa Novak", Given.MISSING),
        ("Butch Novak", "Karl Novak", Given.BYNAME),
        ("Dee Novak", "Dagmar Novak", Given.BYNAME),
        ("Nov Novak", "Karl Novak", Given.BYNAME),
        ("Gretchen Novak", "Greta Novak", Given.ALIKE),
        ("Ottilia Novak", "Ottilie Novak", Given.COUNTERPART),
        ("Ywonne Novak", "Yvonne Novak", Given.ALIKE),
        ("Rosa Novak", "K. Novak", Given.OTHER_INITIAL),
        ("Rosa Novak", "Karl Novak", Given.DIFFERENT),
        # Both are borne, so neither is the other one misspelt.
        ("Ed R. Novak", "Rosa Novak", Given.DIFFERENT),
        ("Karl Novak III", "Rosa Novak", Given.DIFFERENT),
        ("Eric Novak", "Aric Novak", Given.ALIKE),
        ("Joan Novak", "John Novak", Given.DIFFERENT),
    ],
)
def test_how_given_names_agree(one, other, level):
    assert likeness(one, other).given is level


@pytest.mark.parametrize(
    ("one", "other", "rest"),
    [
        ("Rosa Maria Novak", "Rosa Maria Novak", Rest.SAME),
        ("Rosa Maria Novak", "Rosa M. Novak", Rest.INITIAL),
        ("Rosa M. Novak", "Rosa M. Novak", Rest.INITIAL),
        ("Rosa Novak", "Rosa M. Novak", Rest.SILENT),
        ("Rosa Jo Novak", "Rosa Jo Novak", Rest.SAME),
        ("Rosa Maria Novak", "Rosa Karla Novak", Rest.OTHER),
        ("Rosa Maria Novak", "Rosa Marta Novak", Rest.OTHER),
        ("Mary Lou Ann Novak", "Marylou Ann Novak", Rest.SAME),
        # The second given name was used up; what is left contradicts nothing.
        ("Karl Robert Novak", "Robert A. Novak", Rest.SILENT),
        # A double family name's part is no middle name.
        ("Rosa Delgado Reyes", "Rosa M. Delgado", Rest.SILENT),
    ],
)
def test_how_the_rest_agrees(one, other, rest):
    assert likeness(one, other).rest is rest


@pytest.mark.parametrize(
    ("one", "other", "generation"),
    [
        ("Karl Novak Jr.", "Karl Novak, Jr", Generation.SAME),
        ("Karl Novak Jr.", "Karl Novak", Generation.SILENT),
        ("Karl Novak Jr.", "Karl Novak III", Generation.OTHER),
    ],
)
def test_a_father_is_told_from_a_son_only_where_both_names_tell(one, other, generation):
    assert likeness(one, other).generation is generation


def test_what_both_names_share_is_kept_for_its_rarity():
    shared = likeness("Rosa Maria Delgado-Reyes", "Rosa Reyes")

    assert (shared.shared_given, shared.shared) == ("rosa", "reyes")


def test_a_name_that_was_turned_round_says_so():
    (_, turned), (straight, *_rest) = parse_name_variants("Wei Li"), parse_name_variants("Li Wei")

    assert compare(turned, straight).turned
    assert compare(straight, turned).turned
