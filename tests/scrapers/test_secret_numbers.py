"""Numbers that nobody may keep are taken out, and what only looks like one stays."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapers.models import (
    Contact,
    Outcome,
    ParseResult,
    Query,
    QueryKind,
    Request,
    Trace,
    TraceKind,
)
from scrapers.secret_numbers import (
    NUMBER_REMOVED,
    mask_numbers_in_result,
    overwrite_numbers,
    redact_numbers,
    redact_url,
)
from tests.rows import over_rows

WORDS = st.text(alphabet="ab ,:.\n\u00e9", max_size=20)
SEPARATORS = st.sampled_from(["-", " ", "\u2011", "\u2013"])


@st.composite
def social_numbers(draw):
    area = draw(st.integers(1, 999).filter(lambda number: number != 666))
    group, serial = draw(st.integers(1, 99)), draw(st.integers(1, 9999))
    gap = draw(SEPARATORS)
    return f"{area:03}{gap}{group:02}{gap}{serial:04}"


@st.composite
def cards(draw):
    begins = draw(st.sampled_from(["4", "51", "55", "2221", "2720", "34", "37", "6011", "3530"]))
    size = 15 if begins.startswith("3") and begins != "3530" else 16
    more = size - len(begins) - 1
    number = begins + "".join(str(draw(st.integers(0, 9))) for _ in range(more))
    number += str(next(digit for digit in range(10) if luhn(f"{number}{digit}")))
    if draw(st.booleans()):
        shape = (4, 6, 5) if size == 15 else (4, 4, 4, 4)
        ends = [sum(shape[: at + 1]) for at in range(len(shape))]
        number = draw(SEPARATORS).join(
            number[end - part : end] for part, end in zip(shape, ends, strict=True)
        )
    return number


def luhn(number: str) -> bool:
    """The check of ISO/IEC 7812, written another way than the rule does."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


@given(WORDS, st.one_of(social_numbers(), cards()), WORDS)
@example(before="abaa", number="001-01-0001", after="")
def test_no_such_number_is_left_wherever_it_stands(before, number, after):
    text = f"{before} {number} {after}"

    assert redact_numbers(text) == f"{before} {NUMBER_REMOVED} {after}"
    assert not re.search(r"[0-8]", overwrite_numbers(text))


@given(st.text(alphabet="0123456789- .:#ano\u2013", max_size=60))
def test_what_is_clean_stays_as_it_is(text):
    clean = redact_numbers(text)

    assert redact_numbers(clean) == clean
    assert len(overwrite_numbers(text)) == len(text)
    assert overwrite_numbers(overwrite_numbers(text)) == overwrite_numbers(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Nd"])))
def test_a_text_without_digits_is_left_alone(text):
    assert redact_numbers(text) == text


@over_rows(
    "text",
    [
        "SSN 123456789",
        "social security number: 123 45 6789",
        "my account number is 000123456789",
        "Routing # 011000015",
        "Teaching License No. CA-1234567",
        "driver's license: D1234567",
        "Passport 123456789",
        "DE89 3704 0044 0532 0130 00",
        "GB29NWBK60161331926819",
        "credit card 1234567890",
        "4111\u200b1111\u200b1111\u200b1111",
    ],
)
def test_a_number_that_is_named_or_checks_is_taken_out(text):
    assert NUMBER_REMOVED in redact_numbers(text)
    assert not re.search(r"\d{4}", redact_numbers(text))


@over_rows(
    "text",
    [
        "Call (319) 555-0134 or 319-555-0134 or +1 319 555 0134",
        "2026-11-25 12:30:45, week 48 of 2025-2026",
        "ISBN 978-3-16-148410-0",
        "Posted 1789456123 by id 1234567890123456789",
        "https://x.example/status/1789234567890123456",
        "4111 1111 1111 1112",
        "Room 123-45, bus 67, 8901 pupils",
        "12 345 678 followers and 90 123 456 views",
        "License: MIT, copyright 2019-2026",
        "policy 2023-24",
        "He won 4,111,111,111,111,111 points",
        "version 4.111.1111.1111",
        "ZIP 52240-1234",
        "000-12-3456 and 666-12-3456",
    ],
)
def test_what_only_looks_like_one_stays(text):
    assert redact_numbers(text) == text


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://a.example/p?id=7&ssn=123-45-6789", "https://a.example/p?id=7"),
        ("https://a.example/p?account_number=123456789", "https://a.example/p"),
        ("https://a.example/p?q=4111+1111+1111+1111&b=1", "https://a.example/p?b=1"),
        ("https://a.example/p?id=1789234567890123456", ""),
        ("https://a.example/4111111111111111", ""),
        ("https://a.example/p?", ""),
    ],
)
def test_an_address_loses_what_holds_one_and_keeps_the_page_it_names(address, kept):
    assert redact_url(address) == (kept or address)


def test_a_document_keeps_its_form():
    page = '{"bio": "my ssn is 123-45-6789", "id": 4111111111111111}'

    assert overwrite_numbers(page) == '{"bio": "my ssn is 999-99-9999", "id": 9999999999999999}'


@pytest.mark.parametrize("blank", ["+", "%20", "%C2%A0", "%09", "%0A", "%E3%80%80"])
def test_blanks_behind_the_word_that_names_a_number_cost_next_to_nothing(blank):
    """Thousands of them, shared among four patterns of blanks, once held a whole service still."""
    link = f"https://e.example/?q=123456+card{blank * 5_000}"

    assert redact_url(link) == link
    assert redact_url(f"{link}123456789&b=1") == "https://e.example/?b=1"


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\t", "\n", "\u3000"])
def test_no_number_of_blanks_hides_what_follows(blank):
    text = f"My card{blank * 5_000}no{blank * 5_000}is{blank * 5_000}:{blank * 5_000}123456789."

    assert redact_numbers(text).endswith(f"{blank}{NUMBER_REMOVED}.")


def test_places_that_another_process_tells_cost_digits_and_nothing_else():
    text = "ssn 123-45-6789 and 555"

    assert overwrite_numbers(text, [(4, 15)]) == "ssn 999-99-9999 and 555"
    assert overwrite_numbers(text, [(4, 15), (6, 9), (9, 3), (-4, 2), (20, 99)]) == (
        "ssn 999-99-9999 and 999"
    )


def test_of_a_result_all_texts_and_addresses_are_masked_and_contacts_are_not():
    link = "https://e.example/?ssn=123-45-6789"
    request = Request(url=link)
    query = Query(source="alpha", kind=QueryKind.PROFILE, terms=("rosa",), request=request)
    found = Trace(key=link, kind=TraceKind.PAGE, url=link, bio="SSN 123-45-6789", links=(link,))
    follower = Contact(name="Rosa", handle="rosa", bio="SSN 123-45-6789")
    masked = mask_numbers_in_result(
        ParseResult(outcome=Outcome.FOUND, traces=(found,), contacts=(follower,), follow=(query,))
    )

    (left,) = masked.traces
    assert {left.key, left.url, *left.links} == {"https://e.example/"}
    assert left.bio == f"SSN {NUMBER_REMOVED}"
    assert masked.contacts == (follower,)
    assert masked.follow == ()
