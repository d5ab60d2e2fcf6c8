"""Which words of a written name are names, and which stand around them."""

import pytest

from monitor.domain.names.normalize import split_words

DELGADO = ("maria", "delgado")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Dr. Maria Delgado", DELGADO),
        ("Prof. Dr. Maria Delgado", DELGADO),
        ("Maria Delgado Jr.", DELGADO),
        ("Maria Delgado Jr. PhD", DELGADO),
        ("Maria Delgado, M.Ed.", (*DELGADO, "m", "ed")),
        ("Maria Delgado 84", DELGADO),
        ("Jack Ma", ("jack", "ma")),
        ("Jack Ma Ma", ("jack", "ma")),
        ("Maria Jr.", ("maria",)),
        ("Jr. Delgado Maria", ("jr", "delgado", "maria")),
        ("Maria PhD Delgado", ("maria", "phd", "delgado")),
        ("Coach", ("coach",)),
        ("Maria's O'Hara-Lee", ("maria", "ohara-lee")),
    ],
)
def test_titles_before_and_suffixes_behind_are_no_names_and_a_word_alone_stays(written, words):
    assert split_words(written) == words
