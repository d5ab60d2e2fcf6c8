import pytest

from scrapers.parsers.json_fields import ShapeError
from scrapers.parsers.profile_images import extract_picture_name
from scrapers.profile_api import AccountShape

SHAPE = AccountShape(
    id="user.id",
    handle="user.handle",
    shown_at="https://alpha.example/{handle}/{id}",
    name="user.name",
    bio="about",
    created_at="since",
    counts=(("posts", "posts"),),
    markup=frozenset({"bio"}),
    required_texts=frozenset({"name"}),
)
NORA = {"user": {"id": 7, "handle": "@nora quill".replace(" ", "."), "name": "Nora Quill"}}


def test_an_account_is_found_wherever_an_answer_keeps_it() -> None:
    nora = SHAPE.build_trace("alpha", {**NORA, "about": "<b>Art</b>", "since": 0, "posts": "12"})

    assert (nora.account, nora.account_aliases) == ("alpha:7", ("alpha:@nora.quill",))
    assert nora.url == "https://alpha.example/nora.quill/7"
    assert nora.bio == "Art"
    assert nora.created_at is not None
    assert nora.counts == (("posts", 12),)


@pytest.mark.parametrize(
    "user",
    [
        {"handle": "nora", "name": "Nora"},
        {"id": True, "handle": "nora", "name": "Nora"},
        {"id": "a b", "handle": "nora", "name": "Nora"},
        {"id": 0, "handle": "nora", "name": "Nora"},
        {"id": 7, "handle": "", "name": "Nora"},
        {"id": 7, "handle": "no ra", "name": "Nora"},
        {"id": 7, "handle": "nora", "name": ""},
        {"id": 7, "handle": "nora", "name": ["Nora"]},
        [],
    ],
)
def test_what_makes_an_account_must_be_there(user: object) -> None:
    with pytest.raises(ShapeError):
        SHAPE.build_trace("alpha", {"user": user})


@pytest.mark.parametrize("posts", [-1, True, "many", "1" * 20, []])
def test_a_count_is_a_number(posts: object) -> None:
    with pytest.raises(ShapeError):
        SHAPE.build_trace("alpha", {**NORA, "posts": posts})


@pytest.mark.parametrize("since", [10**40, "long ago", True, [], None])
def test_a_strange_date_is_no_date(since: object) -> None:
    assert SHAPE.build_trace("alpha", {**NORA, "since": since}).created_at is None


def test_an_address_may_tell_the_account_where_nothing_else_does() -> None:
    shape = AccountShape(url="page")

    assert shape.build_trace("github", {"page": "https://github.com/nora"}).handle == "nora"
    with pytest.raises(ShapeError):
        shape.build_trace("alpha", {"page": "https://github.com/nora"})
    with pytest.raises(ShapeError):
        shape.build_trace("github", {})


def test_pictures_are_told_apart_by_the_end_of_their_address() -> None:
    assert extract_picture_name("https://files.example/a/b/q7.png?size=2") == "q7.png"
    assert extract_picture_name("https://files.example/avatars/missing.png") == ""
    assert extract_picture_name("") == ""
    assert extract_picture_name("https://[") == ""
