import pytest

from scrapers.parsers.text import strip_counts


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("312 followers. Runs before breakfast.", "Runs before breakfast."),
        ("1,204 Followers, 88 Following, 12 Posts - Science, room 12", "Science, room 12"),
        ("12.5K followers \N{MIDDLE DOT} 40 following", ""),
        ("Science | 88 posts | room 12", "Science, room 12"),
        ("I teach 5 classes of 30 pupils", "I teach 5 classes of 30 pupils"),
        ("", ""),
    ],
)
def test_counts_are_left_out_of_a_description(told, left):
    assert strip_counts(told) == left


def test_a_moved_count_leaves_the_same_description():
    assert strip_counts("9 followers, teacher") == strip_counts("10 followers, teacher")
