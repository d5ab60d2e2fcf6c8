"""Handles that imitate another one, and how that is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.handles.handles import is_same_handle, read_glyphs
from monitor.domain.handles.lookalike import (
    HandleLookalike,
    LookalikeKind,
    compare_handles,
    detect_lookalike,
)
from reports.reason_rendering import render_reason
from tests.rows import over_rows

ORIGINAL = "maria-delgado"

handles = st.from_regex(r"[a-z]{5,12}(?:[._-][a-z]{1,6})?\d{0,3}", fullmatch=True)
texts = st.text(max_size=40)


@over_rows(
    ("handle", "trick", "done"),
    [
        ("maria_delgado", LookalikeKind.SEPARATORS, "dots, dashes or underscores differ"),
        ("mariadelgado", LookalikeKind.SEPARATORS, "dots, dashes or underscores differ"),
        ("maría-delgado", LookalikeKind.SEPARATORS, "accents differ"),
        (
            "m\N{CYRILLIC SMALL LETTER A}ria-delgado",
            LookalikeKind.ALPHABET,
            "the a is replaced by a Cyrillic letter",
        ),
        (
            "\N{GREEK CAPITAL LETTER MU}aria-delgado",
            LookalikeKind.ALPHABET,
            "the m is replaced by a Greek letter",
        ),
        (
            "mari\N{ZERO WIDTH SPACE}a-delgado",
            LookalikeKind.ALPHABET,
            "the i is joined by an invisible character",
        ),
        ("Maria-DeIgado", LookalikeKind.LOOK, "the l is replaced by a capital I"),
        ("maria-de1gado", LookalikeKind.LOOK, "the l is replaced by the digit 1"),
        ("rnaria-delgado", LookalikeKind.LOOK, "the m is replaced by rn"),
        ("maria-clelgado", LookalikeKind.LOOK, "the d is replaced by cl"),
        (
            "real_maria-de1gado",
            LookalikeKind.LOOK,
            '"real" is added and the l is replaced by the digit 1',
        ),
        ("maria-delgado84", LookalikeKind.NUMBER, "a number is added"),
        ("officialmaria-delgado", LookalikeKind.AFFIX, '"official" is added'),
        ("the.real.maria-delgado", LookalikeKind.AFFIX, '"the" is added and "real" is added'),
        ("maria-delgado_backup", LookalikeKind.AFFIX, '"backup" is added'),
        ("mrs.maria-delgado", LookalikeKind.WORDS, '"mrs" is added'),
        ("maria-delgado-tutoring", LookalikeKind.WORDS, "another word is added"),
        ("delgado-maria", LookalikeKind.WORDS, "its words are in a different order"),
        ("maria-delgadoo", LookalikeKind.SPELLING, "the o is doubled"),
        ("mraia-delgado", LookalikeKind.SPELLING, "a and r have changed places"),
        (
            "naria-delgado",
            LookalikeKind.SPELLING,
            "the m is replaced by the letter n (beside it on the keyboard)",
        ),
        ("maria-delgao", LookalikeKind.SPELLING, "the d is left out"),
        ("maria-deldgado", LookalikeKind.SPELLING, "the letter d is added"),
    ],
)
def test_an_imitation_is_named_by_its_most_telling_trick(handle, trick, done):
    found = detect_lookalike(handle, ORIGINAL)

    assert found
    assert found.kind is trick
    assert render_reason(found.reason) == f"Its username is yours, but {done}."


def test_a_double_letter_may_be_written_once():
    found = detect_lookalike("jil-hammer", "jill-hammer")

    assert found
    assert render_reason(found.reason) == "Its username is yours, but a double l is written once."


def test_what_differs_in_many_places_is_not_told_in_full():
    found = compare_handles("rnarla-de1gad0", ORIGINAL)

    assert found
    assert render_reason(found.reason).endswith("and more is changed.")


@pytest.mark.parametrize(
    "handle", ["marcosdelgado", "mario-salgado", "volcanolady", "delgado", "m", "", "\u200b"]
)
def test_a_neighbor_is_no_imitation(handle):
    assert detect_lookalike(handle, ORIGINAL) is None


def test_a_handle_under_another_host_name_is_an_imitation():
    found = detect_lookalike("mariadelgado.bad.example", "mariadelgado.skies.example")

    assert found == HandleLookalike(kind=LookalikeKind.HOST)
    assert render_reason(found.reason) == "Its username is yours, under another host name."


def test_a_short_handle_is_too_like_others_to_be_imitated():
    assert detect_lookalike("mia1", "mia") is None


@pytest.mark.parametrize(
    "handle", ["maria_delgado", "maria-delgado2", "delgado-maria", "mrs-maria-delgado"]
)
def test_what_a_namesake_does_who_finds_a_handle_taken_is_not_deliberate(handle):
    assert not detect_lookalike(handle, ORIGINAL).is_deliberate


def test_another_word_in_the_place_of_one_is_no_spelling():
    found = compare_handles(f"{ORIGINAL}-lpc", f"{ORIGINAL}-med")

    assert found
    assert not found.is_deliberate
    assert (found.added, found.dropped) == (("lpc",), ("med",))
    assert compare_handles(f"{ORIGINAL}-nde", f"{ORIGINAL}-med").kind is LookalikeKind.SPELLING


def test_only_a_misspelt_handle_may_be_mistaken_for_a_similar_name():
    assert detect_lookalike("maria-de1gado", ORIGINAL).is_unmistakable
    assert detect_lookalike("maria-delgadoo", ORIGINAL).is_deliberate
    assert not detect_lookalike("maria-delgadoo", ORIGINAL).is_unmistakable


def test_numbers_that_differ_are_those_of_two_namesakes():
    assert detect_lookalike("maria-delgado84", "maria-delgado85").kind is LookalikeKind.NUMBER


def test_the_less_is_seen_of_a_change_the_nearer_is_the_handle():
    ways = ("maria_delgado", "maria-de1gado", "mraia-delgado", "maria-delgao", "maria-delpado")
    likeness = [compare_handles(way, ORIGINAL).likeness for way in ways]

    assert likeness == sorted(likeness, reverse=True)
    assert len(set(likeness)) == len(ways)


@given(handle=texts)
def test_a_handle_never_imitates_itself(handle):
    assert compare_handles(handle, handle) is None
    assert detect_lookalike(handle.upper(), handle) is None or not is_same_handle(
        handle.upper(), handle
    )


@given(handle=handles)
def test_large_letters_are_no_imitation(handle):
    assert detect_lookalike(handle.upper(), handle) is None


@given(handle=handles)
def test_replacing_an_o_by_a_zero_is_always_seen(handle):
    changed = handle.replace("o", "0", 1)
    if changed != handle:
        assert detect_lookalike(changed, handle)


@given(handle=handles, separator=st.sampled_from("._-"), at=st.integers(0, 12))
def test_a_separator_more_is_always_seen(handle, separator, at):
    found = detect_lookalike(handle[:at] + separator + handle[at:], handle)

    assert found
    assert found.likeness > 0.95


@given(handle=texts, original=texts)
def test_likeness_is_a_share_and_the_same_in_both_directions(handle, original):
    there, back = compare_handles(handle, original), compare_handles(original, handle)

    assert (there is None) == (back is None)
    if there and back:
        assert 0 <= there.likeness <= 1
        assert there.likeness == pytest.approx(back.likeness)


@given(handle=texts, original=texts)
def test_every_imitation_is_told_in_a_sentence(handle, original):
    found = compare_handles(handle, original)

    told = render_reason(found.reason) if found else "Its username is another."

    assert told.startswith("Its username")
    assert told.endswith(".")
    assert told.isprintable()


@pytest.mark.parametrize(
    ("handle", "original"),
    [
        ("ab" * 5000, "ba" * 5000),
        ("1" * 9000, "2" * 9000),
        ("real" * 2500, "the" * 3000),
        ("a-" * 5000, "b-" * 5000),
        ("ab" * 60, "ba" * 60 + "c"),
        ("\u0301" * 10000, "\u200b" * 10000),
    ],
)
def test_a_handle_of_any_length_is_laid_aside_quickly(handle, original):
    assert detect_lookalike(handle, original) is None


def test_a_boast_that_is_left_out_is_told_and_so_is_the_rest():
    imitation = compare_handles("maria-de1gado", "real_maria-delgado")

    assert imitation.dropped == ("real",)
    assert render_reason(imitation.reason).count('"real" is left out') == 1


def test_what_was_done_loudly_is_told_before_what_hardly_shows():
    reason = render_reason(compare_handles("maria_de1gado", "maria-delgado").reason)

    assert reason.index("the digit 1") < reason.index("underscores")


@pytest.mark.parametrize("handle", ["m\u200baria", "mar\u200b\u200bia", "\u200bmaria\u200b"])
def test_no_sign_is_lost_while_a_handle_is_read(handle):
    read = read_glyphs(handle)

    assert (read.letters, "".join(read.signs)) == ("maria", handle)
