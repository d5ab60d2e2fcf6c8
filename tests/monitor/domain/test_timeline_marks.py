"""Marks lose nothing of either text, and mark whole words."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.timeline import DiffMark, diff_list, diff_text
from monitor.domain.vocabulary import DiffMarkKind

TEXTS = st.text(alphabet="ab ,.\n\u00e9\u202e", max_size=40)


def of(marks, *kinds):
    return "".join(mark.text for mark in marks if mark.kind in kinds)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_marks(before, after):
    marks = diff_text(before, after)

    assert of(marks, DiffMarkKind.KEPT, DiffMarkKind.REMOVED) == before
    assert of(marks, DiffMarkKind.KEPT, DiffMarkKind.ADDED) == after


@given(TEXTS)
def test_a_text_never_differs_from_itself(text):
    assert diff_text(text, text) == ((DiffMark(kind=DiffMarkKind.KEPT, text=text),) if text else ())


@given(st.lists(TEXTS), st.lists(TEXTS))
def test_every_entry_of_a_list_is_marked_once(before, after):
    marks = diff_list(before, after)

    assert len(marks) == len({*before, *after})
    assert {mark.text for mark in marks if mark.kind is not DiffMarkKind.ADDED} == set(before)
    assert {mark.text for mark in marks if mark.kind is not DiffMarkKind.REMOVED} == set(after)


def test_words_are_marked_whole_and_together():
    marks = diff_text("I teach 4th grade at Cedar Valley", "I sell crypto at Cedar Valley now")

    assert [(str(mark.kind), mark.text) for mark in marks] == [
        ("kept", "I "),
        ("removed", "teach 4th grade "),
        ("added", "sell crypto "),
        ("kept", "at Cedar Valley"),
        ("added", " now"),
    ]


def test_what_is_too_long_to_be_read_is_marked_whole():
    long = "a " * 5_000

    assert [character.kind for character in diff_text(long, f"{long}b")] == [
        DiffMarkKind.REMOVED,
        DiffMarkKind.ADDED,
    ]
