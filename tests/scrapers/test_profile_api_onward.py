from collections.abc import Callable

import pytest

from scrapers.models import Page
from scrapers.profile_api import parse_next_link, resolve_on_same_origin

Answered = Callable[..., Page]

HERE = "https://its-own.example/list?limit=80"


@pytest.mark.parametrize(
    ("header", "address"),
    [
        (f'<{HERE}&max_id=5>; rel="next", <{HERE}&since_id=9>; rel="prev"', f"{HERE}&max_id=5"),
        (
            f'<{HERE}&since_id=9>; rel="prev",<{HERE}&max_id=5>;title="x";rel=next',
            f"{HERE}&max_id=5",
        ),
        ('</list?page=2>; rel="last next"', "/list?page=2"),
        (f'<{HERE}>; rel="prev"', ""),
        (f'<{HERE}>; rel="nextcloud"', ""),
        ("next", ""),
        ("", ""),
    ],
)
def test_a_header_says_where_the_next_page_is(
    answered: Answered, header: str, address: str
) -> None:
    assert parse_next_link(answered(headers={"link": header})) == address


@pytest.mark.parametrize("header", ["<" * 100_000, '<a>; rel="' * 10_000, "<a>" + ";" * 100_000])
def test_no_header_takes_long(answered: Answered, header: str) -> None:
    assert parse_next_link(answered(headers={"link": header})) == ""


@pytest.mark.parametrize(
    ("onward", "address"),
    [
        ("/list?page=2", "https://its-own.example/list?page=2"),
        ("?page=2", "https://its-own.example/list?page=2"),
        (f"{HERE}&page=2", f"{HERE}&page=2"),
        ("http://its-own.example/list", ""),
        ("https://its-own.example:8443/list", ""),
        ("https://other.example/list", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_an_answer_leads_on_within_its_origin_alone(onward: str, address: str) -> None:
    assert resolve_on_same_origin(HERE, onward) == address
