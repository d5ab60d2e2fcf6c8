"""Names in other alphabets, in Latin letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.names.matching import Level, agreement, disguised
from monitor.domain.names.normalize import romanised
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
    assert romanised(written) == latin


def test_a_word_of_two_alphabets_is_left_as_it_is():
    disguise = "Iv\u0430n"

    assert romanised(disguise) == disguise
    assert disguised(f"{disguise} Novak", PersonName(given="Ivan", family="Novak"))


def test_a_transcribed_name_is_the_name():
    ivan = PersonName(given="Ivan", family="Ilin")

    assert agreement(f"{IVAN} {ILYIN}", ivan).level is Level.EXACT
    assert agreement(f"{ILYIN}, {IVAN}", ivan).level is Level.EXACT


@given(text=st.text(max_size=60))
def test_transcribing_twice_changes_nothing_more(text):
    assert romanised(romanised(text)) == romanised(text)
