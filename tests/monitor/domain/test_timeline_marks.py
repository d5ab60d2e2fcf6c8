"""Marks lose nothing of either text, and mark whole words."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.timeline import Mark, MarkKind, marked, marked_list

TEXTS = st.text(alphabet="ab ,.\n\u00e9\u202e", max_size=40)


def of(marks, *kinds):
    return "".join(each.text for each in marks if each.kind in kinds)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_marks(before, after):
    marks = marked(before, after)

    assert of(marks, MarkKind.KEPT, MarkKind.REMOVED) == before
    assert of(marks, MarkKind.KEPT, MarkKind.ADDED) == after


@given(TEXTS)
def test_a_text_never_differs_from_itself(text):
    assert marked(text, text) == ((Mark(kind=MarkKind.KEPT, text=text),) if text else ())


@given(st.lists(TEXTS), st.lists(TEXTS))
def test_every_entry_of_a_list_is_marked_once(before, after):
    marks = marked_list(before, after)

    assert len(marks) == len({*before, *after})
    assert {each.text for each in marks if each.kind is not MarkKind.ADDED} == set(before)
    assert {each.text for each in marks if each.kind is not MarkKind.REMOVED} == set(after)


def test_words_are_marked_whole_and_together():
    marks = marked("I teach 4th grade at Cedar Valley", "I sell crypto at Cedar Valley now")

    assert [(str(each.kind), each.text) for each in marks] == [
        ("kept", "I "),
        ("removed", "teach 4th grade "),
        ("added", "sell crypto "),
        ("kept", "at Cedar Valley"),
        ("added", " now"),
    ]


def test_what_is_too_long_to_be_read_is_marked_whole():
    long = "a " * 5_000

    assert [each.kind for each in marked(long, f"{long}b")] == [MarkKind.REMOVED, MarkKind.ADDED]
