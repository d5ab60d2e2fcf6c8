from typing import Any

import pytest
import requests

from tests.real.bluesky import COACH, LOOKALIKE, MARIA, PUPIL, Bluesky, Profile

pytestmark = pytest.mark.real


def ask(bluesky: Bluesky, method: str, **query: str) -> Any:
    with requests.Session() as session:
        session.trust_env = False
        response = session.get(
            f"{bluesky.appview}/xrpc/app.bsky.{method}", params=query, timeout=30
        )
    return response.json()


def handles(actors: list[dict[str, Any]]) -> set[str]:
    return {actor["handle"] for actor in actors}


def test_bluesky_finds_people_by_their_display_name(bluesky: Bluesky) -> None:
    found = ask(bluesky, "actor.searchActors", q="Maria Delgado")

    assert handles(found["actors"]) == {MARIA.handle, LOOKALIKE.handle}


def test_bluesky_shows_a_profile(bluesky: Bluesky) -> None:
    profile = ask(bluesky, "actor.getProfile", actor=MARIA.handle)

    assert profile["did"].startswith("did:plc:")
    assert profile["displayName"] == MARIA.display_name
    assert profile["description"] == MARIA.description


def test_bluesky_lists_whom_somebody_follows(bluesky: Bluesky) -> None:
    found = ask(bluesky, "graph.getFollows", actor=MARIA.handle)

    assert handles(found["follows"]) == {COACH.handle, PUPIL.handle}


def test_bluesky_shows_every_change_at_once(bluesky: Bluesky) -> None:
    pip = Profile(handle="pip-quill.test", display_name="Pip Quill")
    bluesky.join(pip)
    bluesky.describe(Profile(handle=pip.handle, display_name="Pip the Potter"))
    bluesky.follow(pip, COACH)

    renamed = ask(bluesky, "actor.getProfile", actor=pip.handle)
    assert renamed["displayName"] == "Pip the Potter"
    assert renamed["followsCount"] == 1

    bluesky.unfollow(pip, COACH)
    assert ask(bluesky, "graph.getFollows", actor=pip.handle)["follows"] == []

    bluesky.leave(pip)
    assert ask(bluesky, "actor.getProfile", actor=pip.handle)["error"] == "AccountDeactivated"
