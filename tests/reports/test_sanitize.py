"""Text from the web cannot hide, reorder, link or break anything."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.sanitize import clean_header_line, clean_sentence, clean_web_text, defang_url
from tests.rows import over_rows

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u034f\u3164\U000e0041"


@over_rows("hidden", BIDI + ZERO_WIDTH)
def test_a_hidden_character_is_dropped_and_said(hidden: str) -> None:
    assert clean_web_text(f"Ro{hidden}sa") == "Rosa [1 hidden character]"


def test_hidden_characters_are_counted() -> None:
    assert clean_web_text(BIDI + "Rosa") == f"Rosa [{len(BIDI)} hidden characters]"


def test_a_hidden_character_that_an_entity_spells_is_dropped_too() -> None:
    assert clean_web_text("Ro&#8203;sa") == "Rosa [1 hidden character]"


PIECES = (
    "ab",
    "B",
    "1",
    " ",
    ".",
    ",",
    ":",
    "/",
    "@",
    "-",
    "'",
    "(",
    "?",
    "tel:ab",
    "b.cd",
    "x" * 41,
)


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_text_that_needs_no_cleaning_comes_out_as_if_it_had_been_cleaned(text: str) -> None:
    assert (
        clean_web_text(f"{text}\u200b") == f"{clean_web_text(text)} [1 hidden character]".lstrip()
    )


def test_the_joiner_of_a_picture_is_nothing_to_remark_on() -> None:
    assert clean_web_text("\U0001f469\u200d\U0001f3eb teacher \u2764\ufe0f") == (
        "\U0001f469\U0001f3eb teacher \u2764"
    )


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("<b>Rosa</b>", "Rosa"),
        ("&lt;b&gt;Rosa&lt;/b&gt;", "Rosa"),
        ("<script>alert(1)</script>Rosa", "Rosa"),
        ("3 < 5 & 7", "3 < 5 & 7"),
        ("  a\n\tb\u2028c\x85d ", "a b cd [1 hidden character]"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("\ud800x", "x [1 hidden character]"),
        ("a" + "\u0335" * 9, "a" + "\u0335" * 3),
    ],
)
def test_markup_and_disorder_are_taken_out(raw: str, clean: str) -> None:
    assert clean_web_text(raw) == clean


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("see http://evil.example/x", "see evil[.]example/x"),
        ("see HTTPS://Evil.example", "see Evil[.]example"),
        ("evil.example", "evil[.]example"),
        ("write to rosa@evil.example", "write to rosa@evil[.]example"),
        ("10.0.0.1", "10[.]0[.]0[.]1"),
        ("javascript:alert(1)", "javascript: alert(1)"),
        ("at 3.50, e.g. here", "at 3.50, e.g. here"),
        ("evil\u3002example", "evil[.]example"),
    ],
)
def test_nothing_in_it_turns_into_a_link(raw: str, clean: str) -> None:
    assert clean_web_text(raw) == clean


def test_it_is_capped_and_long_words_are_broken() -> None:
    clean = clean_web_text("x" * 1000)

    assert clean.endswith("…")
    assert max(map(len, clean.split())) <= 41
    assert len(clean.replace(" ", "")) == 300


@given(st.text())
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = clean_sentence(raw)
    if "hidden character" not in once:
        assert clean_sentence(once) == once


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_emails_are_cleaned_as_they_are_among_others(raw: str) -> None:
    mark = "\u00e9"

    assert clean_sentence(f"{mark} {raw}") == f"{mark} {clean_sentence(raw)}".rstrip()


@given(st.text())
def test_no_control_ever_comes_through(raw: str) -> None:
    for clean in (
        clean_web_text(raw),
        clean_sentence(raw),
        defang_url(raw),
        clean_header_line(raw),
    ):
        assert not {unicodedata.category(entry) for entry in clean} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@over_rows(
    ("url", "place"),
    [
        ("https://alpha.example/@rosa", "alpha[.]example/@rosa"),
        ("http://alpha.example/", "alpha[.]example"),
        ("https://alpha.example/a?b=1#c", "alpha[.]example/a?b=1"),
        ("https://bank.example@evil.example:8080/a", "evil[.]example:8080/a"),
        ("https://alpha.example/rosa.delgado", "alpha[.]example/rosa[.]delgado"),
        (
            "https://alpha.example/a?to=http://2130706433/",
            "alpha[.]example/a?to=http[:]//2130706433/",
        ),
        ("https://\u202ealpha.example", "alpha[.]example [1 hidden character]"),
        ("javascript:alert(1)", "javascript: alert(1)"),
        ("//evil.example", "//evil[.]example"),
        ("https://alpha.example:port/", "alpha[.]example:port/"),
        ('https://alpha.example/"><b>', "alpha[.]example/%22%3E%3Cb%3E"),
    ],
)
def test_an_address_is_shown_and_never_linked(url: str, place: str) -> None:
    assert defang_url(url) == place


@pytest.mark.parametrize(
    "url", ["https://xn--80ak6aa92e.example/p", "https://\u0430\u0440\u0440\u04cf\u0435.example/p"]
)
def test_a_foreign_host_is_shown_in_both_spellings(url: str) -> None:
    assert defang_url(url) == (
        "xn--80ak6aa92e[.]example/p (reads as \u0430\u0440\u0440\u04cf\u0435[.]example)"
    )


@over_rows(
    "vector",
    [
        "week 48\r\nBcc: x@evil.example",
        "week 48\nBcc: x@evil.example",
        "week 48\r\n\r\n<script>",
        "week 48\x00Bcc: x",
        "week 48\u2028Bcc: x",
        "week 48\x85Bcc: x",
        "week 48\x0bBcc: x",
        "=?utf-8?q?=0ABcc:_x?=",
        "==??utf-8?q?x?=",
        "=\u200b?utf-8?q?x?=",
    ],
)
def test_a_subject_cannot_start_another_header(vector: str) -> None:
    line = clean_header_line(vector)

    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert "=?" not in line


@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("=?\r\n\x00\u2028")))
def test_any_header_is_one_short_line(raw: str) -> None:
    line = clean_header_line(raw)

    assert len(line) <= 200
    assert len(line.splitlines()) <= 1
    assert "=?" not in line
