import json

import pytest

from monitor.demo.fake_bluesky import CANARY, build_did

XRPC = "http://appview.example/xrpc"


def call(reader, method, *, week=1, status=200, **params):
    answer = reader.read(f"{XRPC}/{method}", week=week, **params)
    assert answer.status == status
    return json.loads(answer.body)


def test_a_search_finds_display_names_and_handles(reader):
    by_name = call(reader, "app.bsky.actor.searchActors", q="maria delgado")["actors"]
    by_handle = call(reader, "app.bsky.actor.searchActors", q="mrsmithmath")["actors"]

    assert [actor["handle"] for actor in by_name] == ["mariadelgado.skies.example"]
    assert [actor["displayName"] for actor in by_handle] == ["John Smith"]


def test_a_search_is_paged_by_cursor(reader):
    seen, cursor = [], {}
    while True:
        found = call(reader, "app.bsky.actor.searchActors", q="john smith", limit=1, **cursor)
        seen += [actor["handle"] for actor in found["actors"]]
        if "cursor" not in found:
            break
        cursor = {"cursor": found["cursor"]}

    assert len(seen) == len(set(seen)) == 3


def test_a_profile_is_known_by_handle_and_by_did(reader):
    by_handle = call(reader, "app.bsky.actor.getProfile", actor="mariadelgado.skies.example")
    by_did = call(reader, "app.bsky.actor.getProfile", actor=by_handle["did"])

    assert by_handle["did"] == by_did["did"] == build_did("maria")
    assert by_handle["description"].startswith("5th grade science teacher")
    assert by_handle.keys() >= {"createdAt", "followersCount", "followsCount", "postsCount"}


def test_nobody_is_answered_with_profile_not_found(reader):
    answer = call(reader, "app.bsky.actor.getProfile", status=400, actor="qqzx.skies.example")

    assert answer == {"error": "InvalidRequest", "message": "Profile not found"}


def test_the_account_of_the_network_always_exists(reader):
    assert all(
        call(reader, "app.bsky.actor.getProfile", week=week, actor=CANARY)["handle"] == CANARY
        for week in (1, 2, 3)
    )


def test_a_list_page_may_be_shorter_than_asked_and_have_more_behind_it(reader):
    asked = {"actor": "rosamarchetti.skies.example", "limit": 100}
    first = call(reader, "app.bsky.graph.getFollows", **asked)
    rest = call(reader, "app.bsky.graph.getFollows", cursor=first["cursor"], **asked)

    assert first["subject"]["displayName"] == "Rosa Marchetti"
    assert len(first["follows"]) == 10
    assert len(rest["follows"]) == 2
    assert "cursor" not in rest


def test_followers_are_those_who_follow(reader):
    asked = {"actor": "rosamarchetti.skies.example"}

    followers = call(reader, "app.bsky.graph.getFollowers", **asked)["followers"]

    assert {follower["displayName"] for follower in followers} == {
        "Daniel Reyes",
        "Wendel Achterberg",
        "Valley Teachers",
    }


@pytest.mark.parametrize(
    ("method", "params", "status"),
    [
        ("app.bsky.actor.searchActors", {}, 400),
        ("app.bsky.actor.searchActors", {"q": "x", "limit": 101}, 400),
        ("app.bsky.actor.getProfile", {}, 400),
        ("app.bsky.graph.getFollows", {"actor": "qqzx.skies.example"}, 400),
        ("app.bsky.feed.searchPosts", {"q": "x"}, 501),
    ],
)
def test_a_wrong_call_is_refused(reader, method, params, status):
    assert call(reader, method, status=status, **params).keys() == {"error", "message"}


def test_every_answer_says_how_much_is_left(reader):
    answer = reader.read(f"{XRPC}/app.bsky.actor.searchActors", q="x")

    assert answer.get_header("ratelimit-policy") == "3000;w=300"
    assert int(answer.get_header("ratelimit-remaining")) > 2000
