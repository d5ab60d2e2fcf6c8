"""A message goes to any service that apprise knows; a dead one is a word, and never a wait."""

import json
import sys
from collections.abc import Iterator

import pytest

from monitor.domain.errors import ConfigError
from monitor.mail import chat
from monitor.mail.chat import parse_chat_endpoints
from tests.monitor.chat_room import ChatRoom, open_chat_room

NAME = "notify-operators"


@pytest.fixture
def room() -> Iterator[ChatRoom]:
    with open_chat_room() as opened:
        yield opened


def send(address: str) -> str:
    (endpoint,) = parse_chat_endpoints(address, NAME)
    return endpoint.send_message("Namesake, Oak Hill: Operators", "The disk is full: 1")


def test_a_webhook_gets_title_and_text(room: ChatRoom):
    assert send(room.address) == ""

    (message,) = map(json.loads, room.messages)
    assert message["title"] == "Namesake, Oak Hill: Operators"
    assert message["message"] == "The disk is full: 1"


def test_a_server_of_another_kind_gets_it_in_its_own_form(room: ChatRoom):
    assert send(f"ntfy://127.0.0.1:{room.port}/oak-hill") == ""

    (message,) = map(json.loads, room.messages)
    assert message["topic"] == "oak-hill"
    assert message["message"] == "The disk is full: 1"


def test_what_the_service_says_is_not_repeated(room: ChatRoom):
    room.status = 500

    assert send(room.address) == "not accepted"


def test_a_service_that_says_nothing_is_left_behind(room: ChatRoom, monkeypatch):
    monkeypatch.setattr(chat, "MOST_SECONDS", 0.2)
    room.answers = False

    assert send(room.address) == "no answer in time"


def test_a_place_where_no_one_listens_is_a_word(room: ChatRoom):
    address = room.address
    room.closing.set()

    assert send(address.replace(str(room.port), "1")) == "not accepted"


def test_each_line_is_an_address_and_others_are_passed_over():
    secret = "\n# the office\njson://one.example/a\n\n  jsons://two.example/b  \n"

    assert [endpoint.number for endpoint in parse_chat_endpoints(secret, NAME)] == [3, 5]
    assert parse_chat_endpoints(" \n", NAME) == ()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("s3cret-nonsense", "Line 2 of the secret notify-operators is not an address that Apprise"),
        ("jsons://h.example/s3cret?verify=no", "turns off TLS verification"),
    ],
)
def test_an_address_that_cannot_be_used_is_named_by_its_line_alone(line: str, words: str):
    with pytest.raises(ConfigError, match=words) as raised:
        parse_chat_endpoints(f"json://one.example\n{line}", NAME)

    assert "s3cret" not in str(raised.value)


def test_an_endpoint_does_not_spell_its_address():
    (endpoint,) = parse_chat_endpoints("json://one.example/s3cret", NAME)

    assert "s3cret" not in repr(endpoint)


def test_without_apprise_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)

    with pytest.raises(ConfigError, match="the extra `notify`"):
        parse_chat_endpoints("json://one.example", NAME)
