"""Names in other alphabets, in Latin letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.names.matching import MatchLevel, is_disguised_name, match_display_name
from monitor.domain.names.normalize import romanize_text
from monitor.domain.person import PersonName

IVAN = "\u0418\u0432\u0430\u043d"
ILYIN = "\u0418\u043b\u044c\u0438\u043d"
SHCHUKIN = "\u0429\u0443\u043a\u0438\u043d"
NIKOS = "\u039d\u03af\u03ba\u03bf\u03c2"
SHORT_I = "\u0438\u0306"


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        (f"{IVAN} {ILYIN}", "ivan ilin"),
        (SHCHUKIN, "shchukin"),
        (SHORT_I, "y"),
        (NIKOS, "nikos"),
        (f"{IVAN}-Maria Novak", "ivan-Maria Novak"),
        ("María Núñez", "María Núñez"),
        ("", ""),
    ],
)
def test_a_word_in_another_alphabet_is_transcribed(written, latin):
    assert romanize_text(written) == latin


def test_a_word_of_two_alphabets_is_left_as_it_is():
    disguise = "Iv\u0430n"

    assert romanize_text(disguise) == disguise
    assert is_disguised_name(f"{disguise} Novak", PersonName(given="Ivan", family="Novak"))


def test_a_transcribed_name_is_the_name():
    ivan = PersonName(given="Ivan", family="Ilin")

    assert match_display_name(f"{IVAN} {ILYIN}", ivan).level is MatchLevel.EXACT
    assert match_display_name(f"{ILYIN}, {IVAN}", ivan).level is MatchLevel.EXACT


@given(text=st.text(max_size=60))
def test_transcribing_twice_changes_nothing_more(text):
    assert romanize_text(romanize_text(text)) == romanize_text(text)
