from collections.abc import Callable
from time import process_time

import pytest

from scrapers.models import Page
from scrapers.parsers.text import count_visible_words, is_markup
from tests.rows import over_rows

Answered = Callable[..., Page]


@over_rows(
    ("page", "words"),
    [
        ("", 0),
        ("<p>Two words</p>", 2),
        ("<p>Two</p><p>words</p>", 2),
        ("<P>Two<BR>words</P>", 2),
        ("<title>not this</title>one", 1),
        ("<head><title>not this</title></head>one", 1),
        ("<header>one</header>", 1),
        ("<script>not this</script>one", 1),
        ("<SCRIPT src=x>not this</SCRIPT >one", 1),
        ("<script>if (a < b) '</p>'</script>one", 1),
        ("<style>not {this}</style>one<template>nor this</template>", 1),
        ("<script>not this, for it never closes", 0),
        ("one<!-- not this --><!-- nor --> two <!-- nor this", 2),
        ("<!doctype html><?php ?>one", 1),
        ("one <a href='x'", 1),
        ("<a <b>one", 1),
        ("1 < 2", 3),
    ],
)
def test_the_words_that_a_page_shows_are_counted(page: str, words: int) -> None:
    assert count_visible_words(page) == words


@over_rows(
    "piece",
    [
        *("<a", "<p>", "<", ">", "<!--", "-->", "<!-", "<script>", "<script", "<script></script"),
        *("</script", "<style>", "<template>", "<head>", "<head", "<header>", "<?", "<!", " ", "x"),
        *("<p>x</p>\n", "<a b=''>", "<script>x</script>", "<!---->", "<\0", "\u0130<", "<s" * 500),
    ],
)
def test_counting_takes_linear_time_whatever_is_left_open(piece: str) -> None:
    page = piece * (500_000 // len(piece))
    began = process_time()

    count_visible_words(page)

    # Two orders of magnitude more than it takes; what is quadratic takes another two.
    assert process_time() - began < 2


@pytest.mark.parametrize(
    ("body", "kind", "markup"),
    [
        ("Hello", "text/html; charset=utf-8", True),
        ("Hello", "application/xhtml+xml", True),
        ("\ufeff \n<html>", "", True),
        ("Hello", "text/plain", False),
        ("<html>", "application/json", False),
        ("", "", False),
    ],
)
def test_markup_is_told_by_its_kind_or_its_first_letter(
    answered: Answered, body: str, kind: str, *, markup: bool
) -> None:
    assert is_markup(answered(body, headers={"content-type": kind})) is markup
