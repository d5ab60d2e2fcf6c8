"""A skeleton holds public words, marks and kinds, and nothing else, whatever an answer holds."""

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from scrapers.models import Page, Query, QueryKind, Request
from scrapers.parsers.answer_skeleton import (
    MOST_KEYS,
    PUBLIC_WORDS,
    Mask,
    WatchedPage,
    build_skeleton,
    find_question,
)
from tests.hostile_strings import ALL
from tests.rows import over_rows

MASK = Mask(terms=("octo",), host="api.service.example", question='"octo" in:name')
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
MARK = re.compile(r"\{(?:term\d?|query|host|site)\}")


def page(body: object, content_type: str = "application/json") -> Page:
    return Page(
        url="https://api.service.example/",
        status=200,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        fetched_at=datetime(2026, 11, 2, tzinfo=UTC),
        headers={"content-type": content_type},
    )


def is_public(spelled: str) -> bool:
    """Tell whether there is nothing in a text but public words, masks and marks."""
    assert spelled.isascii()
    words = WORD.findall(MARK.sub(" ", spelled))
    return all(set(word) <= set("aA") or word.lower() in PUBLIC_WORDS for word in words)


@given(some.text(max_size=200))
def test_a_text_is_spelled_in_public_words_alone(text):
    assert is_public(MASK.spell(text))


@over_rows("text", ALL)
def test_hostile_texts_are_spelled_so_too(text):
    assert is_public(MASK.spell(text))
    assert is_public(MASK.describe_text(text).removeprefix("text:"))


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Rosa-17", "Aaaa-00"),
        ("created_at", "created_at"),
        ("createdAt", "createdAt"),
        ("https://service.example/octo", "https://{site}/{term}"),
        ("https://api.service.example/v2/users/octo", "https://{host}/v2/users/{term}"),
        ("octopus", "aaaaaaa"),
        # In a run of letters and digits a word means nothing: it may be a key.
        ("a1id7name", "a0aa0aaaa"),
        ("sk-live-9f3b", "aa-live-0a0a"),
        ("été", "aaa"),
    ],
)
def test_what_is_in_no_list_is_one_letter_a_kind(text, spelled):
    assert MASK.spell(text) == spelled


def test_json_is_told_by_keys_and_kinds():
    told = {
        "login": "octo",
        "id": 583231,
        "count": 3,
        "created_at": "2011-01-25T18:44:36Z",
        "bio": "I teach art.",
        "hireable": None,
        "query": '"octo" in:name',
        "Nora Quill": {"x": True},
        "items": [{"name": "a"}, {"name": "b"}, {"name": "c"}],
    }

    skeleton = build_skeleton(page(told), MASK)

    assert skeleton.tree == {
        "login": "={term}",
        "id": "int",
        "count": 3,
        "created_at": "time",
        "bio": "text:12",
        "hireable": None,
        "query": "={query}",
        "Aaaa Aaaaa": {"x": True},
        "items": ["3 rows", {"name": "=a"}, {"name": "=b"}],
    }


def test_a_page_is_told_by_tags_and_names_and_places():
    body = (
        b'<!doctype html><html><head><title>octo - Nora</title><meta name="robots" content="all">'
        b'<script type="application/ld+json">{"@type": ["Person", "Quill", 7]}</script></head>'
        b'<body><meta property="og:title" content="octo"><x-nora data-nora="1"></x-nora>'
        b'<input type="password"></body></html>'
    )

    tree = build_skeleton(page(body, "text/html"), MASK).tree

    assert tree["title"] == "text:11 {term}"
    assert tree["title_in"] == "head"
    assert tree["meta"] == [("robots", "head", "=all"), ("og:title", "body", "={term}")]
    assert tree["types"] == ["Aaaaa", "Person"]
    assert "a-aaaa" in tree["tags"]
    assert "data-aaaa" in tree["attributes"]
    assert tree["asks_password"] is True


@pytest.mark.parametrize("depth", [100, 100_000])
def test_a_skeleton_stays_small_whatever_comes(depth):
    wide = {f"key{number}": "value" for number in range(depth)}
    deep = b"[" * depth + b"]" * depth

    assert len(build_skeleton(page(wide), MASK).tree) <= MOST_KEYS
    assert len(json.dumps(build_skeleton(page(deep), MASK).tree)) < 1_000


def test_keys_that_a_reader_asks_for_and_leaves_alone_are_told_apart():
    watched = WatchedPage.from_page(page({"a": {"b": 1, "c": 2}, "d": [{"e": 1}]}))
    told = watched.decode_json()

    assert told["a"].get("b") == 1
    assert told.get("gone") is None
    assert "also" not in told

    assert watched.reads.list_missing() == ["also", "gone"]
    assert watched.reads.list_unread() == ["c", "d"]


def test_the_text_of_a_question_is_found_in_what_is_sent():
    url = "https://api.service.example/"
    assert find_question(Request(url=url, params=(("q", '"octo"'), ("n", "5")))) == '"octo"'
    assert find_question(Request(url=url, body='{"q": "octo cat", "n": 5}')) == "octo cat"
    assert find_question(Request(url=url, body="q=octo")) == ""
    query = Query(source="s", kind=QueryKind.SEARCH, terms=("octo",), request=Request(url=url))
    assert Mask.from_query(query, 404) == Mask(
        terms=("octo",), host="api.service.example", status=404
    )
