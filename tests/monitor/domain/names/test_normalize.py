"""Which words of a written name are names, and which stand around them."""

from monitor.domain.names.normalize import clean_line, split_words
from tests.rows import over_rows

DELGADO = ("maria", "delgado")


@over_rows(
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


@over_rows(
    "hidden",
    [
        *("\u200b", "\u00ad", "\u202e", "\u034f", "\u115f", "\u17b4", "\u180b", "\u2800", "\u3164"),
        *("\uffa0", "\ufe0f", "\U000e0100", "\x07", "\x00"),
    ],
)
def test_no_engine_is_asked_a_sign_that_draws_nothing(hidden):
    assert clean_line(f"Mar{hidden}ia {hidden} Delgado{hidden}") == "Maria Delgado"


def test_a_break_between_two_words_stays_one():
    assert (
        clean_line("Maria\tdel\nCarmen\u2028Jos\u00e9\u00a0 Delgado")
        == "Maria del Carmen Jos\u00e9 Delgado"
    )
