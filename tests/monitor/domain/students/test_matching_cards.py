"""A pupil is found as they show themselves, and nobody is found by half a name."""

import pytest

from monitor.domain.students.matching import list_card_forms
from monitor.domain.students.name_forms import FormKind, RosterStudent, list_student_forms
from tests.monitor.domain.students.school import COUNTS, contact, pupil
from tests.rows import over_rows


def forms(name, handle="h"):
    return list_card_forms(contact(name, handle=handle), COUNTS)


def agree(enlisted, name, handle="h"):
    return not forms(name, handle).isdisjoint(list_student_forms(enlisted))


@over_rows(
    ("given", "family", "shown"),
    [
        ("Mason", "Whitlock", "mason WHITLOCK"),
        ("Mason", "Whitlock", "Whitlock, Mason"),
        ("Mason", "Whitlock", "Whitlock Mason"),
        ("Mason", "Whitlock", "Mason Whitlock '28"),
        ("Mason", "Whitlock", "Mason J. Whitlock"),
        ("Mason", "Whitlock", "Máson Whitlock \N{TRUMPET}"),
        ("Mason", "Whitlock", "MasonWhitlock"),
        ("Mason", "Whitlock", "Mason W."),
        ("Mason", "Whitlock", "M. Whitlock"),
        ("Mason", "Whitlock Jr.", "Mason Whitlock"),
        ("Robert", "Garcia-Lopez", "Bobby Lopez"),
        ("Robert", "Garcia-Lopez", "Robert Garcia"),
        ("Robert", "Garcia-Lopez", "Robert Garcia Lopez"),
        ("Robert", "Garcia Lopez", "Bob Garcia-Lopez"),
        ("Jose", "Garcia", "José García López"),
        ("José Luis", "García López", "Luis Lopez"),
        ("José", "de la Cruz", "Jose Delacruz"),
        ("José", "de la Cruz", "Jose Cruz"),
        ("Bob", "Smith", "Robert Smith"),
        ("Rob", "Smith", "Bob Smith"),
        ("Jesus", "Lopez", "Chuy Lopez"),
        ("Guadalupe", "Lopez", "Lupe Lopez"),
        ("Madison", "Smith", "Maddi Smith"),
        ("Madison", "Smith", "Mads Smith"),
        ("Xavier", "Smith", "Xavi Smith"),
        ("Jürgen", "Müller", "Juergen Mueller"),
        ("Juergen", "Mueller", "Jürgen Müller"),
        ("Mary Ann", "Smith", "Mary Smith"),
        ("Mary-Ann", "Smith", "Ann Smith"),
        ("Sean", "O'Brien", "Sean O\N{RIGHT SINGLE QUOTATION MARK}Brien"),
        ("Robert", "Smith", 'Robert "Bob" Smith'),
        ("Дмитрий", "Иванов", "Dmitriy Ivanov"),
        ("太郎", "山田", "山田太郎"),
        ("太郎", "山田", "山田 太郎"),
    ],
)
def test_a_pupil_is_found_under_other_spellings(given, family, shown):
    assert agree(pupil(given, family), shown)


@over_rows(
    ("shown", "handle"),
    [
        ("mase", "mason.whitlock28"),
        ("", "masonwhitlock"),
        ("\N{TRUMPET}", "whitlockmason"),
        ("Mason", "whitlock28"),
        ("Mason \N{TRUMPET}", "m_whitlock"),
        ("", "mwhitlock07"),
        ("mase", "masonw28"),
        ("Second Trumpet", "mason_whitlock"),
        ("", "itsmasonwhitlock"),
        ("", "xxmasonwhitlockxx"),
        ("", "MasonWhitlock.skies.example"),
        ("mase", "mason.whitlock@skies.example"),
        ("mase", "@masonwhitlock@skies.example"),
    ],
)
def test_a_pupil_is_found_by_a_handle_that_is_a_name(shown, handle):
    assert agree(pupil("Mason", "Whitlock"), shown, handle)


@pytest.mark.parametrize(
    ("shown", "handle"),
    [
        ("Mason", "h"),
        ("Whitlock", "h"),
        ("Mason Whitfield", "h"),
        ("Mary Whitlock", "mwhitlock"),
        ("Mary Whitlock", "h"),
        ("", "UCabcdefghijklmnopqrstuv"),
        ("", "123456789"),
        ("", ""),
        ("Agent 007", "h"),
    ],
)
def test_half_a_name_is_nobodys(shown, handle):
    assert not agree(pupil("Mason", "Whitlock"), shown, handle)


@pytest.mark.parametrize(
    ("given", "family", "shown", "handle"),
    [
        ("민준", "김", "김민준", "h"),
        ("太", "水", "水太", "h"),
        ("Jin", "Lee", "", "jlee"),
        ("Jin", "Lee", "", "x_jlee_28"),
    ],
)
def test_short_names_are_read_where_they_can_be(given, family, shown, handle):
    assert agree(pupil(given, family), shown, handle)


@pytest.mark.parametrize(
    ("given", "family", "shown", "handle"),
    [("Jin", "Li", "", "jli"), ("", "水", "水", "h"), ("on", "mas", "mason", "h")],
)
def test_what_is_too_short_or_is_written_with_spaces_is_not_parted(given, family, shown, handle):
    assert not agree(pupil(given, family), shown, handle)


def test_a_family_name_in_the_handle_is_joined_to_a_lone_given_name_only():
    assert agree(pupil("James", "Whitlock"), "James", "whitlock28")
    assert not agree(pupil("James", "Whitlock"), "Mason James", "whitlock28")


def test_of_three_family_names_the_first_and_the_last_are_halves():
    enlisted = pupil("Ana", "Lopez Garcia Ruiz")

    assert agree(enlisted, "Ana Lopez")
    assert agree(enlisted, "Ana Ruiz")
    assert not agree(enlisted, "Ana Garcia")


def test_a_known_handle_is_the_same_on_every_server():
    enlisted = pupil("Mason", "Whitlock", "@trombonelad@alpha.example")

    for handle in ("trombonelad@beta.example", "trombone_lad", "TromboneLad.skies.example"):
        assert agree(enlisted, "somebody", handle)
    assert not agree(enlisted, "somebody", "alpha.example")


def test_a_name_of_many_words_is_a_sentence():
    assert forms("We Are The Cedar Valley Band") == frozenset()


def test_the_first_two_given_names_count_and_a_third_does_not():
    enlisted = pupil("Ana Maria Luisa", "Lopez")

    assert agree(enlisted, "Maria Lopez")
    assert agree(enlisted, "Ana Lopez")
    assert not agree(enlisted, "Luisa Lopez")


@pytest.mark.parametrize(("handle", "own"), [("abcde", True), ("abcd", False), ("a.b-c_d", False)])
def test_a_handle_of_five_letters_is_ones_own(handle, own):
    assert bool(agree(pupil("Mason", "Whitlock", handle), "somebody", handle)) is own


@pytest.mark.parametrize("given", ["Theodore", "Imogen", "Itsuki"])
def test_a_name_that_begins_like_a_flourish_is_left_whole(given):
    assert agree(pupil(given, "Whitlock"), "", f"{given}whitlock".lower())


def test_a_shortened_name_that_the_handle_completes_is_read_whole():
    whole = forms("Mason W.", "masonwhitfield")

    assert {form.kind for form in whole if form.given == "mason"} == {FormKind.WHOLE}
    assert not agree(pupil("Mason", "Whitlock"), "Mason W.", "masonwhitfield")


def test_a_preferred_name_and_a_known_handle_are_forms_like_the_legal_name():
    enlisted = RosterStudent(
        names=(("Bartholomew", "Whitlock"), ("Kit", "Whitlock")), handles=("@kit_w", "kw")
    )

    assert agree(enlisted, "Kit Whitlock")
    assert agree(enlisted, "somebody", "Kit.W")
    assert not agree(enlisted, "somebody", "kw")


@pytest.mark.parametrize("name", [("", ""), ("J", ""), ("", "Whitlock"), ("7", "8"), ("-", "-")])
def test_a_name_without_letters_makes_no_whole_name(name):
    made = list_student_forms(pupil(*name))

    assert not [form for form in made if form.kind is FormKind.WHOLE and not form.given]


def test_no_pupil_is_shown_where_one_is_printed():
    assert "Whitlock" not in repr(pupil("Mason", "Whitlock"))
