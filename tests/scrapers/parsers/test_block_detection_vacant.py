from collections.abc import Callable

import pytest

from scrapers.models import Page
from scrapers.parsers.block_detection import VACANT_MARKS, detect_vacant_page

Answered = Callable[..., Page]
PARKED, UNFINISHED, SUSPENDED, NO_SUCH_PAGE = VACANT_MARKS


@pytest.mark.parametrize(
    ("title", "note"),
    [
        ("jane-doe.example is for sale | HugeDomains", PARKED),
        ("This domain is parked", PARKED),
        ("Buy this domain today!", PARKED),
        ("Apache2 Ubuntu Default Page: It works", UNFINISHED),
        ("Index of /jane", UNFINISHED),
        ("Website coming soon", UNFINISHED),
        ("This account has been suspended.", SUSPENDED),
        ("404", NO_SUCH_PAGE),
        ("Error 404 - Page not found", NO_SUCH_PAGE),
        ("404 Not Found | Alpha", NO_SUCH_PAGE),
        ("Alpha - Page Not Found", NO_SUCH_PAGE),
        ("Oops! That page can\u2019t be found.", NO_SUCH_PAGE),
        ("User not found \u2022 Alpha", NO_SUCH_PAGE),
        ("This profile is no longer available", NO_SUCH_PAGE),
        ("Sorry, we couldn't find that page", NO_SUCH_PAGE),
        ("Alpha \u2014 P\u00e1gina no encontrada", NO_SUCH_PAGE),
    ],
)
def test_a_title_says_that_nothing_is_there(answered: Answered, title: str, note: str) -> None:
    assert detect_vacant_page(answered(""), title, "") == note
    assert detect_vacant_page(answered(""), "Alpha", title) == note


@pytest.mark.parametrize(
    "title",
    [
        "Jane Doe",
        "404 Media: Jane Doe",
        "How pages go missing, by Jane Doe",
        "Jane Doe | Profiles of teachers",
        "Account of a voyage, by Jane Doe",
        "Jane Doe sells her domain paintings",
        "Found objects: Jane Doe",
        "The page turners - a reading club",
    ],
)
def test_a_title_of_somebody_stands(answered: Answered, title: str) -> None:
    assert detect_vacant_page(answered(""), title, "") == ""


def test_a_phrase_counts_only_where_little_else_is_said(answered: Answered) -> None:
    said = "<p>The page you are looking for does not exist."

    assert detect_vacant_page(answered(said), "Alpha", "") == NO_SUCH_PAGE
    assert detect_vacant_page(answered(said + "<p>Art and craft with Jane" * 80), "Alpha", "") == ""


def test_a_script_that_holds_the_words_of_all_pages_says_nothing_of_this_one(
    answered: Answered,
) -> None:
    script = "<script>f('404: This page could not be found, the page does not exist')</script>"

    assert detect_vacant_page(answered(f"{script}<p>Art teacher</p>"), "Jane Doe", "") == ""
