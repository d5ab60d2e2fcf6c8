import pytest

from scrapers.parsers.text import MOST_LINKS, extract_links, filter_web_links, strip_html


@pytest.mark.parametrize(
    ("scrap", "words"),
    [
        ("<p>Art teacher</p><p>Wexford Bay</p>", "Art teacher Wexford Bay"),
        ("one<br>two<br />three", "one two three"),
        ("<span>https://</span><span>quill.example</span>", "https://quill.example"),
        ("tea &amp; cake &lt;3", "tea & cake <3"),
        ("I <3 harbours, 1 < 2 > 0", "I <3 harbours, 1 < 2 > 0"),
        ("a<!-- hidden -->b", "ab"),
        ("cut <a href='", "cut <a href='"),
        ("", ""),
    ],
)
def test_a_scrap_is_read_as_people_see_it(scrap: str, words: str) -> None:
    assert strip_html(scrap) == words


def test_links_are_those_that_can_be_followed_each_once() -> None:
    scrap = (
        '<a class="u-url" href="https://quill.example/?a=1&amp;b=2">here</a>'
        "<a rel=me href='https://quill.example/?a=1&amp;b=2'>again</a>"
        '<a href="javascript:alert(1)">no</a><a href="/staff">no</a>'
    )

    assert extract_links(scrap) == ("https://quill.example/?a=1&b=2",)


def test_addresses_that_are_only_spelt_out_are_links_too() -> None:
    assert extract_links("see https://quill.example/x, (http://drawings.example)") == (
        "https://quill.example/x,",
        "http://drawings.example",
    )


def test_nobody_has_hundreds_of_links() -> None:
    assert (
        len(filter_web_links([f"https://quill.example/{number}" for number in range(500)]))
        == MOST_LINKS
    )


@pytest.mark.parametrize("scrap", ["<" * 100_000, "<a href=" * 20_000, "<a " + "x" * 100_000])
def test_no_scrap_takes_long(scrap: str) -> None:
    assert len(strip_html(scrap)) <= 5_000
    assert extract_links(scrap) == ()
