"""How a written name agrees with a person's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.names.matching import (
    MatchLevel,
    MiddleMatch,
    NameMatch,
    is_disguised_name,
    match_display_name,
    match_mention,
)
from monitor.domain.names.normalize import SUFFIXES, TITLES
from monitor.domain.person import PersonName
from tests.rows import over_rows

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


@over_rows(
    ("written", "name", "level"),
    [
        ("Maria Delgado", MARIA, MatchLevel.EXACT),
        ("DELGADO, Maria", MARIA, MatchLevel.EXACT),
        ("Delgado Maria", MARIA, MatchLevel.EXACT),
        ("María Delgado", MARIA, MatchLevel.EXACT),
        ("Ms. Maria Delgado, M.Ed.", MARIA, MatchLevel.EXACT),
        ("Maria Delgado (she/her)", MARIA, MatchLevel.EXACT),
        ("Maria Delgado | free tips", MARIA, MatchLevel.EXACT),
        ("Maria Delgado-Reyes", MARIA, MatchLevel.EXACT),
        ("Renee OBrien Cruz", RENEE, MatchLevel.EXACT),
        ("Renee Cruz", RENEE, MatchLevel.EXACT),
        ("Liz Novak", BETH, MatchLevel.NICKNAME),
        ("Bee Novak", BETH, MatchLevel.NICKNAME),
        ("Elizabeth Hartley", BETH, MatchLevel.FORMER),
        ("Liz Hartley", BETH, MatchLevel.FORMER),
        ("Albert Smith", JOHN, MatchLevel.NICKNAME),
        ("Al Smith", JOHN, MatchLevel.NICKNAME),
        ("M. Delgado", MARIA, MatchLevel.INITIAL),
        ("Delgado, M.", MARIA, MatchLevel.INITIAL),
        ("Delgado M.", MARIA, MatchLevel.INITIAL),
        ("J.A. Smith", JOHN, MatchLevel.INITIAL),
        ("Maria Delgato", MARIA, MatchLevel.NEAR),
        ("Mariia Delgado", MARIA, MatchLevel.NEAR),
        ("Maria De1gado", MARIA, MatchLevel.NEAR),
        ("Maria Novak-Reyes", MARIA, MatchLevel.DIFFERENT),
        ("Maria Rosa Delgato", MARIA, MatchLevel.NEAR),
        ("Anna Maria Delgado", MARIA, MatchLevel.NICKNAME),
        ("Jo Smith", PersonName(given="Karl", family="Smith", middle="Jo"), MatchLevel.NICKNAME),
        ("Karl Bash", KARL_BASS, MatchLevel.NEAR),
        ("Karl Boss", KARL_BASS, MatchLevel.NEAR),
        ("Karl Bosh", KARL_BASS, MatchLevel.DIFFERENT),
        ("Maria Dalgato", MARIA, MatchLevel.DIFFERENT),
        ("Karl Merchent", PersonName(given="Karl", family="Marchant"), MatchLevel.NEAR),
        ("Karl Merchend", PersonName(given="Karl", family="Marchant"), MatchLevel.DIFFERENT),
        ("Karl Lea", PersonName(given="Karl", family="Lee"), MatchLevel.DIFFERENT),
        ("JA Smith", JOHN, MatchLevel.INITIAL),
        ("JX Smith", JOHN, MatchLevel.DIFFERENT),
        ("B. Novak", BETH, MatchLevel.INITIAL),
        ("X. Novak", BETH, MatchLevel.DIFFERENT),
        ("Maria Delgado", PersonName(given="M.", family="Delgado"), MatchLevel.INITIAL),
        ("Karl Delgado", PersonName(given="M.", family="Delgado"), MatchLevel.DIFFERENT),
        ("Mary Lou Novak", PersonName(given="Mary Lou", family="Novak"), MatchLevel.EXACT),
        ("Mary Novak", PersonName(given="Mary Lou", family="Novak"), MatchLevel.NICKNAME),
        ("Lou Novak", PersonName(given="Mary Lou", family="Novak"), MatchLevel.NICKNAME),
        ("A. Smith", JOHN, MatchLevel.INITIAL),
        ("Maria D.", MARIA, MatchLevel.FAMILY_INITIAL),
        ("Maria D", MARIA, MatchLevel.FAMILY_INITIAL),
        ("Mia D.", MARIA, MatchLevel.FAMILY_INITIAL),
        ("Maria R.", RENEE, MatchLevel.DIFFERENT),
        ("Renee C.", RENEE, MatchLevel.FAMILY_INITIAL),
        ("Liz H.", BETH, MatchLevel.FAMILY_INITIAL),
        ("M. D.", MARIA, MatchLevel.DIFFERENT),
        ("Maria S.", MARIA, MatchLevel.DIFFERENT),
        ("Marcos D.", MARIA, MatchLevel.DIFFERENT),
        ("MariaDelgado", MARIA, MatchLevel.EXACT),
        ("mariadelgado", MARIA, MatchLevel.EXACT),
        ("delgadomaria", MARIA, MatchLevel.EXACT),
        ("AnnMa", PersonName(given="Ann", family="Ma"), MatchLevel.EXACT),
        ("mdelgado", MARIA, MatchLevel.INITIAL),
        ("karldelgado", MARIA, MatchLevel.DIFFERENT),
        ("Maria Delgado Torres", MARIA, MatchLevel.EXACT),
        ("John Albert", JOHN, MatchLevel.DIFFERENT),
        (
            "Maria Achterberg",
            PersonName(given="Maria", middle="Achterberg", family="Delgado"),
            MatchLevel.FORMER,
        ),
        ("Karl de la Cruz", PersonName(given="Karl", family="de la Cruz"), MatchLevel.EXACT),
        ("Joerg Mueller", PersonName(given="Jörg", family="Müller"), MatchLevel.EXACT),
        ("Mrs. Delgado", MARIA, MatchLevel.FAMILY),
        ("Maria", MARIA, MatchLevel.GIVEN),
        ("Marcos Delgado", MARIA, MatchLevel.DIFFERENT),
        ("Maria Smith", MARIA, MatchLevel.DIFFERENT),
        ("Jane Smith", JOHN, MatchLevel.DIFFERENT),
        ("", MARIA, MatchLevel.DIFFERENT),
        ("🌻", MARIA, MatchLevel.DIFFERENT),
    ],
)
def test_a_written_name_agrees_as_well_as_its_halves_do(written, name, level):
    assert match_display_name(written, name).level is level


def test_a_family_name_that_looks_like_a_degree_is_a_family_name():
    ann = PersonName(given="Ann", family="Ma")

    for written in ("Ann Ma", "Ma, Ann", "Dr. Ann Ma, M.A."):
        assert match_display_name(written, ann).level is MatchLevel.EXACT


def test_nicknames_count_in_both_directions():
    short = PersonName(given="Bob", family="Novak")
    long = PersonName(given="Robert", family="Novak")

    assert match_display_name("Robert Novak", short).level is MatchLevel.NICKNAME
    assert match_display_name("Bob Novak", long).level is MatchLevel.NICKNAME


def test_a_name_that_people_bear_is_another_name_and_no_misspelling():
    assert match_display_name("Erin Novak", PersonName(given="Eric", family="Novak")) == NameMatch(
        level=MatchLevel.DIFFERENT
    )


@pytest.mark.parametrize(
    ("written", "middle"),
    [
        ("John Albert Smith", MiddleMatch.AGREES),
        ("John A. Smith", MiddleMatch.AGREES),
        ("John Smith", MiddleMatch.SILENT),
        ("John Smith Larsen", MiddleMatch.FURTHER),
        ("John Robert Smith", MiddleMatch.CONFLICTS),
        ("John Axel Smith", MiddleMatch.CONFLICTS),
        ("John B. Smith", MiddleMatch.CONFLICTS),
    ],
)
def test_the_middle_name_is_weighed_apart(written, middle):
    assert match_display_name(written, JOHN) == NameMatch(level=MatchLevel.EXACT, middle=middle)


def test_a_middle_name_we_do_not_know_contradicts_nothing():
    assert match_display_name("Maria Teresa Delgado", MARIA).middle is MiddleMatch.UNKNOWN
    assert match_display_name("Maria T. Delgado", MARIA).middle is MiddleMatch.UNKNOWN
    assert match_display_name("Anna Maria Delgado", MARIA).middle is MiddleMatch.SILENT
    assert match_display_name("Renee O'Brien Cruz", RENEE).middle is MiddleMatch.SILENT


@over_rows(
    ("text", "name", "level"),
    [
        ("Staff: Maria Delgado, science; Karen Whitfield, office.", MARIA, MatchLevel.EXACT),
        ("Maria Delgado's fifth graders won", MARIA, MatchLevel.EXACT),
        ("Directory: Smith, John, Delgado, Maria", MARIA, MatchLevel.EXACT),
        ("Ask Liz Novak for a card", BETH, MatchLevel.NICKNAME),
        ("The winner was Elizabeth Hartley. Then", BETH, MatchLevel.FORMER),
        ("by M. Delgado and others", MARIA, MatchLevel.INITIAL),
        ("Nobody knew. Delgado said so", MARIA, MatchLevel.FAMILY),
        ("Maria Smith met Mark Delgado", MARIA, MatchLevel.DIFFERENT),
        ("by K Delgado and others", MARIA, MatchLevel.DIFFERENT),
        ("by Robert Delgado and others", MARIA, MatchLevel.DIFFERENT),
        ("", MARIA, MatchLevel.DIFFERENT),
    ],
)
def test_a_name_is_found_in_running_text(text, name, level):
    assert match_mention(text, name).level is level


@pytest.mark.parametrize(
    ("written", "level", "middle"),
    [
        ("Johnny Albert Smith", MatchLevel.NICKNAME, MiddleMatch.AGREES),
        ("Johnny Robert Smith", MatchLevel.NICKNAME, MiddleMatch.CONFLICTS),
        ("J. Albert Smith", MatchLevel.INITIAL, MiddleMatch.AGREES),
        ("J. Robert Smith", MatchLevel.INITIAL, MiddleMatch.CONFLICTS),
        ("John Albert Smitt", MatchLevel.NEAR, MiddleMatch.AGREES),
        ("John Robert Smitt", MatchLevel.NEAR, MiddleMatch.CONFLICTS),
    ],
)
def test_the_middle_name_counts_whatever_the_rest(written, level, middle):
    assert match_display_name(written, JOHN) == NameMatch(level=level, middle=middle)


def test_a_given_name_of_two_words_is_no_middle_name():
    mary_lou = PersonName(given="Mary Lou", family="Novak", middle="Ann")

    assert match_display_name("Mary Lou Ann Novak", mary_lou).middle is MiddleMatch.AGREES
    assert match_display_name("Mary Lou Beth Novak", mary_lou).middle is MiddleMatch.CONFLICTS


def test_a_name_that_agrees_in_more_is_more_likely_the_persons():
    written = ("Maria Delgado", "M. Delgado", "Mrs. Delgado", "Maria D.", "Karl Brandt", "🌻")

    bits = [match_display_name(text, MARIA).bits for text in written]

    assert bits == sorted(bits, reverse=True)
    assert bits[1] > 0 > bits[2]


def test_half_of_a_double_family_name_is_no_exact_match():
    assert match_display_name("Renee Cruz", RENEE).is_part_of_family
    assert not match_display_name("Renee O'Brien-Cruz", RENEE).is_part_of_family


def test_a_name_is_whole_where_both_halves_agree():
    assert match_display_name("M. Delgado", MARIA).is_whole
    assert not match_display_name("Mrs. Delgado", MARIA).is_whole


def test_a_middle_name_stands_for_the_given_one_only_where_that_is_absent():
    assert match_display_name("Karl Albert Smith", JOHN).level is MatchLevel.DIFFERENT


def test_a_name_is_disguised_where_letters_are_replaced_by_look_alikes():
    assert is_disguised_name("Maria De1gado", MARIA)
    assert is_disguised_name("M\N{CYRILLIC SMALL LETTER A}ria Delgado", MARIA)
    assert is_disguised_name("Maria DeIgado", MARIA)
    assert is_disguised_name("DanieI Novak", PersonName(given="Daniel", family="Novak"))
    assert is_disguised_name("Maria BeII", PersonName(given="Maria", family="Bell"))
    assert not is_disguised_name("Maria I. Delgado", MARIA)
    assert not is_disguised_name("Maria Delgado", MARIA)
    assert not is_disguised_name("MARÍA DELGADO", MARIA)
    assert not is_disguised_name("Maria Delgato", MARIA)


@given(first=names, last=names)
def test_every_name_agrees_with_itself_in_every_order(first, last):
    name = PersonName(given=first, family=last)

    for written in (f"{first} {last}", f"{last}, {first}", f"Dr. {first.upper()} {last}"):
        assert match_display_name(written, name).level is MatchLevel.EXACT


@given(first=names, last=names, other=names)
def test_knowing_a_former_name_never_makes_a_name_agree_less(first, last, other):
    before = PersonName(given=first, family=last)
    after = PersonName(given=first, family=last, former_families=(other,))

    for written in (f"{first} {last}", f"{first} {other}", f"{first[0]}. {last}"):
        assert match_display_name(written, after).rank <= match_display_name(written, before).rank


@given(text=st.text(max_size=60))
def test_no_text_is_too_strange_to_compare(text):
    match_display_name(text, MARIA)
    match_mention(text, MARIA)
    is_disguised_name(text, MARIA)
