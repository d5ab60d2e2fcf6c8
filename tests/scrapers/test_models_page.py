import encodings
from collections.abc import Callable

import pytest

from scrapers.models import Page

Answered = Callable[..., Page]


@pytest.mark.parametrize(
    "charset", ["no-such", "undefined", "idna", "punycode", "unicode_escape", "hex", "\0", ""]
)
def test_an_encoding_that_is_none_leaves_the_text_readable(
    answered: Answered, charset: str
) -> None:
    page = answered("José", headers={"content-type": f"text/html; charset={charset}"})

    assert page.text == "José"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; Charset=ISO-8859-1", "“José”"),
        ('text/html; charset="windows-1252"; profile=x', "“José”"),
        ("text/html; charset=windows-1252", "<meta charset=utf-8>“José”"),
        ("text/html", '<meta charset="windows-1252">“José”'),
        ("text/html", "<META http-equiv='Content-Type' content='text/html; charset=latin1'>“José”"),
        ("application/rss+xml", '<?xml version="1.0" encoding="ISO-8859-1"?><rss>“José”</rss>'),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_was_written_in(
    answered: Answered, kind: str, body: str
) -> None:
    page = answered(body.encode("cp1252"), headers={"content-type": kind})

    assert page.text == body


@pytest.mark.parametrize("named", ["utf-16", "utf-7", "no-such"])
def test_what_a_page_cannot_be_written_in_is_not_believed(answered: Answered, named: str) -> None:
    body = f"<meta charset={named}>José"

    page = answered(body, headers={"content-type": "text/html"})

    assert (page.text, page.searchable_bytes) == (body, body.encode())


def remembered() -> int:
    return len(encodings._cache)  # type: ignore[attr-defined]  # noqa: SLF001 - where Python keeps them


def test_names_of_encodings_that_strangers_make_up_are_not_remembered(answered: Answered) -> None:
    before = remembered()
    for number in range(20):
        for made_up in (f"{'x' * 60_000}{number}", f"x{number}", f"utf{'-' * (number + 2)}8"):
            page = answered("José", headers={"content-type": f"text/html; charset={made_up}"})
            assert page.text == "José"

    assert remembered() <= before + 1
