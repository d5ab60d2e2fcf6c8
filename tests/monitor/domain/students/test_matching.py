"""What may be said of an account's contacts, and what never is."""

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.students.matching import UNFLAGGED, ContactMatchResult, match_contacts
from monitor.domain.vocabulary import StudentCue
from tests.bench.plain_roster import plain_roster
from tests.monitor.domain.students.school import (
    A_CUE,
    COUNTS,
    OTHER_KEY,
    PUPILS,
    ROSTER,
    SETTING,
    contact,
    keyed,
    pupil,
)

MASON, PRIYA = contact("Mason Whitlock", A_CUE), contact("Priya Venkataraman", A_CUE)
RARE = [("Wendel", "Achterberg"), ("Ottilie", "Prentice"), ("Priya", "Venkataraman")]
NAMELESS = [contact("\N{TRUMPET}", handle=f"{at}") for at in range(30)]
STRANGERS = [contact(f"Juan Smith {letter}") for letter in "abcdefghij"]


def verdict(*contacts, listed=ROSTER):
    return match_contacts(contacts, listed, SETTING, COUNTS)


def test_a_roster_name_with_a_cue_is_flagged():
    found = verdict(MASON, contact("Reed & Bore"))

    assert found == ContactMatchResult(flagged=True, count=1, cues=("school", "school-year"))


def test_a_roster_name_alone_never_flags():
    assert verdict(contact("Mason Whitlock"), contact("Priya Venkataraman")) == UNFLAGGED


def test_a_cue_alone_never_flags():
    assert verdict(contact("Wendel Achterberg", A_CUE)) == UNFLAGGED


def test_name_and_cue_must_stand_on_one_card():
    assert verdict(contact("Mason Whitlock"), contact("Wendel Achterberg", A_CUE)) == UNFLAGGED


def test_the_weaker_the_cue_the_rarer_the_name_has_to_be():
    town, grade = "Cedar Valley, mostly", "10th grade"

    assert verdict(contact("Priya Venkataraman", town)).flagged
    assert not verdict(contact("John Smith", town)).flagged
    assert verdict(contact("John Smith", grade)).flagged
    assert not verdict(contact("Mason W.", town)).flagged
    assert verdict(contact("Mason W.", A_CUE)).flagged


def test_a_first_name_and_an_initial_need_a_year_at_one_of_our_schools():
    rare = keyed([pupil("Itsuki", "Achterberg")])

    for bio in ("class of 2028", "10th grade", "CVHS band"):
        assert not verdict(contact("Itsuki A.", bio), listed=rare).flagged
    assert verdict(contact("Itsuki A.", "CVHS sophomore"), listed=rare).flagged
    assert verdict(contact("Itsuki Achterberg", "10th grade"), listed=rare).flagged


def test_a_relative_of_a_student_is_not_found_by_the_school_or_the_town_they_name():
    """The family name is rare, but whoever is of the family has it."""
    listed = keyed([pupil("John", "Achterberg"), pupil("Itsuki", "Achterberg")])

    for bio in ("Cedar Valley, mostly", "CVHS band"):
        assert not verdict(contact("John Achterberg", bio), listed=listed).flagged
        assert verdict(contact("Itsuki Achterberg", bio), listed=listed).flagged
    assert verdict(contact("John Achterberg", A_CUE), listed=listed).flagged


def test_who_says_to_be_someone_else_is_no_hit_of_any_kind():
    listed = keyed([pupil(*name) for name in RARE])
    bios = ("CVHS '04", "my 5th grader", "Lincoln High '28")
    three = [contact(" ".join(name), bio) for name, bio in zip(RARE, bios, strict=True)]

    assert verdict(*three, listed=listed) == UNFLAGGED


def test_initials_with_rare_family_names_are_not_several_names():
    listed = keyed([pupil(*name) for name in RARE])
    three = [contact(f"{given[0]}. {family}") for given, family in RARE]

    assert verdict(*three, listed=listed) == UNFLAGGED


def test_three_rare_names_flag_where_chance_explains_none_of_them():
    listed = keyed([pupil(*name) for name in RARE])
    three = [contact(" ".join(name)) for name in RARE]

    assert verdict(*three, *STRANGERS, listed=listed) == ContactMatchResult(
        flagged=True, count=3, cues=("several-names",)
    )
    assert verdict(*three, *NAMELESS, listed=listed).count == 3
    assert verdict(*three[:2], *STRANGERS, listed=listed) == UNFLAGGED


def test_three_common_names_are_what_chance_brings():
    names = ["John Smith", "Robert Smith", "Mary Smith"]
    listed = keyed([pupil(*name.split()) for name in names])

    assert verdict(*map(contact, names), listed=listed) == UNFLAGGED


def test_three_accounts_of_one_name_are_no_three_names():
    same = [contact("Priya Venkataraman", handle=handle) for handle in ("one", "two", "three")]

    assert verdict(*same) == UNFLAGGED


def test_a_contact_that_is_listed_twice_counts_once():
    assert verdict(MASON, MASON, PRIYA).count == 2


def test_a_name_with_a_cue_and_several_rare_names_are_counted_together():
    listed = keyed([pupil(*name) for name in RARE] + [pupil("John", "Smith")])
    shown = [contact(" ".join(name)) for name in RARE] + [contact("John Smith", A_CUE)]

    found = verdict(*shown, listed=listed)

    assert found.count == 4
    assert set(found.cues) == {"school", "school-year", "several-names"}


def test_another_key_matches_nothing():
    assert verdict(MASON, PRIYA, listed=keyed(asked=OTHER_KEY)) == UNFLAGGED


def test_a_known_handle_is_a_hit_like_a_name():
    listed = keyed([pupil("Mason", "Whitlock", "@trombone.lad")])

    assert verdict(contact("tl", A_CUE, handle="TromboneLad.skies.example"), listed=listed).flagged
    assert not verdict(contact("tl", handle="tromboneLad"), listed=listed).flagged


def test_a_verdict_holds_a_count_and_kinds_and_nothing_else():
    assert {field.name for field in fields(ContactMatchResult)} == {"flagged", "count", "cues"}


CARDS = st.builds(
    contact,
    st.sampled_from(["Mason Whitlock", "Priya Venkataraman", "John Smith", "Wendel P", "", "B L"]),
    st.sampled_from(["", A_CUE, "class of 2029", "Cedar Valley"]),
    st.sampled_from(["h", "masonwhitlock", "m.whitlock28"]),
)
LISTS = st.lists(CARDS, max_size=8)


@given(LISTS, LISTS)
def test_more_contacts_never_hide_a_pupil_who_showed_a_cue(some, more):
    cued = verdict(*some)

    if set(cued.cues) - {StudentCue.SEVERAL_NAMES}:
        assert verdict(*some, *more).flagged


@given(LISTS)
def test_the_order_of_the_contacts_does_not_matter(some):
    assert verdict(*some) == verdict(*reversed(some))


@given(LISTS)
def test_nobody_is_flagged_for_more_contacts_than_there_are(some):
    found = verdict(*some)

    assert found.count <= len(set(some))
    assert found.flagged == (found.count > 0) == bool(found.cues)


@given(LISTS)
def test_plain_names_and_keyed_ones_are_judged_alike(some):
    plain = plain_roster(PUPILS)

    assert verdict(*some, listed=plain).flagged >= verdict(*some).flagged


@given(LISTS)
def test_without_a_roster_nobody_is_flagged(some):
    assert verdict(*some, listed=keyed(())) == UNFLAGGED


@given(name=st.text(max_size=40), bio=st.text(max_size=60), handle=st.text(max_size=20))
def test_no_card_is_too_strange_to_compare(name, bio, handle):
    verdict(contact(name, bio, handle))


def test_a_longer_roster_makes_each_name_say_less():
    many = [pupil(f"Pupil{chr(97 + at % 26)}", f"Name{at}x") for at in range(40_000)]
    longer = plain_roster((*PUPILS, *many))

    for name in ("Mason Whitlock", "mason_whitlock"):
        assert verdict(contact(name, "Cedar Valley")).flagged
        assert not verdict(contact(name, "Cedar Valley"), listed=longer).flagged
