from collections.abc import Iterator
from enum import StrEnum
from io import BytesIO
from typing import Annotated

import msgspec
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from monitor.web.forms import (
    MAX_TEXT_LENGTH,
    PortalRequest,
    WebForm,
    parse_fields,
    read_form,
    read_query,
)
from tests.rows import over_rows


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


class Order(WebForm, frozen=True, kw_only=True):
    note: str = ""
    short: Annotated[str, msgspec.Meta(max_length=3)] = ""
    color: Color = Color.RED
    second: Color | None = None
    page: int = 1
    since: int = msgspec.field(name="from", default=0)
    colors: tuple[Color, ...] = ()
    refs: Annotated[tuple[str, ...], msgspec.Meta(max_length=2)] = ()


class Choice(WebForm, frozen=True, kw_only=True):
    color: Color


NAMES = [*Order.__struct_encode_fields__, "csrf"]
SENT = st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=30)), max_size=12)


class Upload(WebForm, frozen=True, kw_only=True):
    note: str = ""
    picture: bytes = b""


def order(*sent: tuple[str, str]) -> Order:
    return parse_fields(Order, MultiDict(sent))


@pytest.fixture
def flask_app() -> Iterator[Flask]:
    return Flask("forms", static_folder=None)


def test_text_comes_without_the_blanks_around_it() -> None:
    assert order(("note", " \n two  words\t")).note == "two  words"


def test_text_is_cut_where_its_field_says_and_else_far_out() -> None:
    read = order(("short", "  abcdef"), ("note", "x" * (MAX_TEXT_LENGTH + 1)))

    assert read.short == "abc"
    assert len(read.note) == MAX_TEXT_LENGTH


def test_each_entry_of_a_list_comes_once_and_no_more_than_its_field_takes() -> None:
    assert order(*(("refs", word) for word in ("a", "b", "a", "c"))).refs == ("a", "b")
    assert order(*(("refs", text) for text in ("b", "b ", "a"))).refs == ("b", "a")


def test_the_first_of_several_values_counts_where_one_is_asked_for() -> None:
    assert order(("note", "first"), ("note", "second")).note == "first"


@over_rows(
    ("name", "value"),
    [
        ("color", "green"),
        ("color", ""),
        ("color", "RED"),
        ("second", "null"),
        ("page", "two"),
        ("page", ""),
        ("page", "1.5"),
        ("page", "9" * 9_000),
        ("from", "0x10"),
        ("colors", "green"),
        ("unknown", "anything"),
    ],
)
def test_a_value_that_its_field_cannot_hold_counts_as_not_sent(name: str, value: str) -> None:
    assert order((name, value)) == Order()


def test_a_value_that_fits_is_read_as_its_type() -> None:
    read = order(
        *(("color", "blue"), ("second", " red "), ("page", " 7"), ("from", "-2")),
        *(("colors", word) for word in ("blue", "green", "red")),
    )

    assert read.color is Color.BLUE
    assert read.second is Color.RED
    assert (read.page, read.since) == (7, -2)
    assert read.colors == (Color.BLUE, Color.RED)


@pytest.mark.parametrize("sent", [{}, {"color": ""}, {"color": "green"}])
def test_a_field_without_a_default_has_to_be_sent(sent: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        parse_fields(Choice, MultiDict(sent))

    assert parse_fields(Choice, MultiDict({"color": "red"})).color is Color.RED


@given(SENT)
def test_whatever_is_sent_is_read_as_what_the_struct_declares(sent: list[tuple[str, str]]) -> None:
    read = order(*sent)

    assert msgspec.convert(msgspec.to_builtins(read), Order) == read


@given(SENT)
def test_what_was_read_is_read_the_same_when_it_is_sent_again(sent: list[tuple[str, str]]) -> None:
    read = order(*sent)
    again = [
        (name, str(entry))
        for name, value in msgspec.to_builtins(read).items()
        for entry in (value if isinstance(value, list | tuple) else [value])
    ]

    assert order(*again) == read


def test_a_form_is_read_from_the_body_and_a_query_from_the_address(flask_app: Flask) -> None:
    with flask_app.test_request_context("/?note=query", method="POST", data={"note": "form"}):
        assert read_form(Order).note == "form"
        assert read_query(Order).note == "query"


def test_a_file_is_read_from_the_files_of_a_request_and_from_nothing_else(
    flask_app: Flask,
) -> None:
    file = (BytesIO(b" \xff\x00 "), "shot.png")

    with flask_app.test_request_context(method="POST", data={"note": "x", "picture": file}):
        assert read_form(Upload) == Upload(note="x", picture=b" \xff\x00 ")
    with flask_app.test_request_context(method="POST", data={"picture": "words"}):
        assert read_form(Upload) == Upload()


def test_an_uploaded_file_stays_in_memory(
    flask_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_to_disk(**_how: object) -> None:
        pytest.fail("an uploaded file went into a temporary file")

    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", write_to_disk)
    flask_app.request_class = PortalRequest
    large = b"x" * 2_000_000
    head = b'--e\r\nContent-Disposition: form-data; name="picture"; filename="shot.png"\r\n\r\n'

    with flask_app.test_request_context(
        method="POST",
        data=head + large + b"\r\n--e--\r\n",
        content_type="multipart/form-data; boundary=e",
    ):
        assert read_form(Upload).picture == large
