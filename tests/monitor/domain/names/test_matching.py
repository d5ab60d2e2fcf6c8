"""How a written name agrees with a person's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.names.matching import Agreement, Level, Middle, agreement, disguised, mention
from monitor.domain.names.normalize import SUFFIXES, TITLES
from monitor.domain.person import PersonName

MARIA = PersonName(given="Maria", family="Delgado")
JOHN = PersonName(given="John", family="Smith", middle="Albert")
BETH = PersonName(
    given="Elizabeth", family="Novak", nicknames=("Bee",), former_families=("Hartley",)
)
KARL_BASS = PersonName(given="Karl", family="Bass")
RENEE = PersonName(given="Renée", family="O'Brien-Cruz")

LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Nobody is called Dr or Jr.
names = (
    st.text(alphabet=LETTERS, min_size=4, max_size=9)
    .map(str.title)
    .filter(lambda name: name.casefold() not in TITLES | SUFFIXES)
)


@pytest.mark.parametrize(
    ("written", "name", "level"),
    [
        ("Maria Delgado", MARIA, Level.EXACT),
        ("DELGADO, Maria", MARIA, Level.EXACT),
        ("Delgado Maria", MARIA, Level.EXACT),
        ("María Delgado", MARIA, Level.EXACT),
        ("Ms. Maria Delgado, M.Ed.", MARIA, Level.EXACT),
        ("Maria Delgado (she/her)", MARIA, Level.EXACT),
        ("Maria Delgado | free tips", MARIA, Level.EXACT),
        ("Maria Delgado-Reyes", MARIA, Level.EXACT),
        ("Renee OBrien Cruz", RENEE, Level.EXACT),
        ("Renee Cruz", RENEE, Level.EXACT),
        ("Liz Novak", BETH, Level.NICKNAME),
        ("Bee Novak", BETH, Level.NICKNAME),
        ("Elizabeth Hartley", BETH, Level.FORMER),
        ("Liz Hartley", BETH, Level.FORMER),
        ("Albert Smith", JOHN, Level.NICKNAME),
        ("Al Smith", JOHN, Level.NICKNAME),
        ("M. Delgado", MARIA, Level.INITIAL),
        ("Delgado, M.", MARIA, Level.INITIAL),
        ("Delgado M.", MARIA, Level.INITIAL),
        ("J.A. Smith", JOHN, Level.INITIAL),
        ("Maria Delgato", MARIA, Level.NEAR),
        ("Mariia Delgado", MARIA, Level.NEAR),
        ("Maria De1gado", MARIA, Level.NEAR),
        ("Maria Novak-Reyes", MARIA, Level.DIFFERENT),
        ("Maria Rosa Delgato", MARIA, Level.NEAR),
        ("Anna Maria Delgado", MARIA, Level.NICKNAME),
        ("Jo Smith", PersonName(given="Karl", family="Smith", middle="Jo"), Level.NICKNAME),
        ("Karl Bash", KARL_BASS, Level.NEAR),
        ("Karl Boss", KARL_BASS, Level.NEAR),
        ("Karl Bosh", KARL_BASS, Level.DIFFERENT),
        ("Maria Dalgato", MARIA, Level.DIFFERENT),
        ("Karl Merchent", PersonName(given="Karl", family="Marchant"), Level.NEAR),
        ("Karl Merchend", PersonName(given="Karl", family="Marchant"), Level.DIFFERENT),
        ("Karl Lea", PersonName(given="Karl", family="Lee"), Level.DIFFERENT),
        ("JA Smith", JOHN, Level.INITIAL),
        ("JX Smith", JOHN, Level.DIFFERENT),
        ("B. Novak", BETH, Level.INITIAL),
        ("X. Novak", BETH, Level.DIFFERENT),
        ("Maria Delgado", PersonName(given="M.", family="Delgado"), Level.INITIAL),
        ("Karl Delgado", PersonName(given="M.", family="Delgado"), Level.DIFFERENT),
        ("Mary Lou Novak", PersonName(given="Mary Lou", family="Novak"), Level.EXACT),
        ("Mary Novak", PersonName(given="Mary Lou", family="Novak"), Level.NICKNAME),
        ("Lou Novak", PersonName(given="Mary Lou", family="Novak"), Level.DIFFERENT),
        ("A. Smith", JOHN, Level.DIFFERENT),
        ("Mrs. Delgado", MARIA, Level.FAMILY),
        ("Maria", MARIA, Level.GIVEN),
        ("Marcos Delgado", MARIA, Level.DIFFERENT),
        ("Maria Smith", MARIA, Level.DIFFERENT),
        ("Jane Smith", JOHN, Level.DIFFERENT),
        ("", MARIA, Level.DIFFERENT),
        ("🌻", MARIA, Level.DIFFERENT),
    ],
)
def test_a_written_name_agrees_as_well_as_its_halves_do(written, name, level):
    assert agreement(written, name).level is level


def test_a_family_name_that_looks_like_a_degree_is_a_family_name():
    ann = PersonName(given="Ann", family="Ma")

    for written in ("Ann Ma", "Ma, Ann", "Dr. Ann Ma, M.A."):
        assert agreement(written, ann).level is Level.EXACT


def test_nicknames_count_in_both_directions():
    short = PersonName(given="Bob", family="Novak")
    long = PersonName(given="Robert", family="Novak")

    assert agreement("Robert Novak", short).level is Level.NICKNAME
    assert agreement("Bob Novak", long).level is Level.NICKNAME


def test_a_name_that_people_bear_is_another_name_and_no_misspelling():
    assert agreement("Erin Novak", PersonName(given="Eric", family="Novak")) == Agreement(
        level=Level.DIFFERENT
    )


@pytest.mark.parametrize(
    ("written", "middle"),
    [
        ("John Albert Smith", Middle.AGREES),
        ("John A. Smith", Middle.AGREES),
        ("John Smith", Middle.SILENT),
        ("John Smith Larsen", Middle.FURTHER),
        ("John Robert Smith", Middle.CONFLICTS),
        ("John Axel Smith", Middle.CONFLICTS),
        ("John B. Smith", Middle.CONFLICTS),
    ],
)
def test_the_middle_name_is_weighed_apart(written, middle):
    assert agreement(written, JOHN) == Agreement(level=Level.EXACT, middle=middle)


def test_a_middle_name_we_do_not_know_contradicts_nothing():
    assert agreement("Maria Teresa Delgado", MARIA).middle is Middle.SILENT


@pytest.mark.parametrize(
    ("text", "name", "level"),
    [
        ("Staff: Maria Delgado, science; Karen Whitfield, office.", MARIA, Level.EXACT),
        ("Maria Delgado's fifth graders won", MARIA, Level.EXACT),
        ("Directory: Smith, John, Delgado, Maria", MARIA, Level.EXACT),
        ("Ask Liz Novak for a card", BETH, Level.NICKNAME),
        ("The winner was Elizabeth Hartley. Then", BETH, Level.FORMER),
        ("by M. Delgado and others", MARIA, Level.INITIAL),
        ("Nobody knew. Delgado said so", MARIA, Level.FAMILY),
        ("Maria Smith met Mark Delgado", MARIA, Level.DIFFERENT),
        ("by K Delgado and others", MARIA, Level.DIFFERENT),
        ("by Robert Delgado and others", MARIA, Level.DIFFERENT),
        ("", MARIA, Level.DIFFERENT),
    ],
)
def test_a_name_is_found_in_running_text(text, name, level):
    assert mention(text, name).level is level


@pytest.mark.parametrize(
    ("written", "level", "middle"),
    [
        ("Johnny Albert Smith", Level.NICKNAME, Middle.AGREES),
        ("Johnny Robert Smith", Level.NICKNAME, Middle.CONFLICTS),
        ("J. Albert Smith", Level.INITIAL, Middle.AGREES),
        ("J. Robert Smith", Level.INITIAL, Middle.CONFLICTS),
        ("John Albert Smitt", Level.NEAR, Middle.AGREES),
        ("John Robert Smitt", Level.NEAR, Middle.CONFLICTS),
    ],
)
def test_the_middle_name_counts_whatever_the_rest(written, level, middle):
    assert agreement(written, JOHN) == Agreement(level=level, middle=middle)


def test_a_given_name_of_two_words_is_no_middle_name():
    mary_lou = PersonName(given="Mary Lou", family="Novak", middle="Ann")

    assert agreement("Mary Lou Ann Novak", mary_lou).middle is Middle.AGREES
    assert agreement("Mary Lou Beth Novak", mary_lou).middle is Middle.CONFLICTS


def test_a_name_is_whole_where_both_halves_agree():
    assert agreement("M. Delgado", MARIA).whole
    assert not agreement("Mrs. Delgado", MARIA).whole


def test_a_middle_name_stands_for_the_given_one_only_where_that_is_absent():
    assert agreement("Karl Albert Smith", JOHN).level is Level.DIFFERENT


def test_a_name_is_disguised_where_letters_are_replaced_by_look_alikes():
    assert disguised("Maria De1gado", MARIA)
    assert disguised("M\N{CYRILLIC SMALL LETTER A}ria Delgado", MARIA)
    assert disguised("Maria DeIgado", MARIA)
    assert not disguised("Maria Delgado", MARIA)
    assert not disguised("MARÍA DELGADO", MARIA)
    assert not disguised("Maria Delgato", MARIA)


@given(first=names, last=names)
def test_every_name_agrees_with_itself_in_every_order(first, last):
    name = PersonName(given=first, family=last)

    for written in (f"{first} {last}", f"{last}, {first}", f"Dr. {first.upper()} {last}"):
        assert agreement(written, name).level is Level.EXACT


@given(first=names, last=names, other=names)
def test_knowing_a_former_name_never_makes_a_name_agree_less(first, last, other):
    before = PersonName(given=first, family=last)
    after = PersonName(given=first, family=last, former_families=(other,))

    for written in (f"{first} {last}", f"{first} {other}", f"{first[0]}. {last}"):
        assert agreement(written, after).rank <= agreement(written, before).rank


@given(text=st.text(max_size=60))
def test_no_text_is_too_strange_to_compare(text):
    agreement(text, MARIA)
    mention(text, MARIA)
    disguised(text, MARIA)
