from collections.abc import Callable

import pytest

from scrapers.page import Page

Answered = Callable[..., Page]


@pytest.mark.parametrize(
    "charset", ["no-such", "undefined", "idna", "punycode", "unicode_escape", "hex", "\0", ""]
)
def test_an_encoding_that_is_none_leaves_the_text_readable(
    answered: Answered, charset: str
) -> None:
    page = answered("José", headers={"content-type": f"text/html; charset={charset}"})

    assert page.text == "José"
