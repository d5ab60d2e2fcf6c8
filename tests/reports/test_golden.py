"""Every letter as it reads today; NAMESAKE_GOLDEN=write accepts a new wording."""

from collections.abc import Callable

from reports.letter import Letter

Golden = Callable[[str, str], str]


def test_the_text_reads_as_agreed(letter: Letter, golden: Golden) -> None:
    now = f"Subject: {letter.subject}\n\n{letter.text}"

    assert now == golden("txt", now)


def test_the_html_is_as_agreed(letter: Letter, golden: Golden) -> None:
    assert letter.html == golden("html", letter.html)
