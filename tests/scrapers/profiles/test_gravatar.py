from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from scrapers.models import Identity, Outcome, Page, Query, QueryKind
from scrapers.profiles.gravatar import Gravatar
from scrapers.source import SourceFamily

Answered = Callable[..., Page]

PAGES = "gravatar-api"
HASH = sha256(b"nquill@harbourlane.example").hexdigest()
NORA = Identity(
    person_id="p",
    names=("Nora Quill",),
    handles=("noraquill",),
    accounts=("gravatar:@noraquill",),
    mail_hash=HASH,
)


@pytest.fixture
def gravatar() -> Gravatar:
    return Gravatar()


@pytest.fixture
def profile(gravatar: Gravatar) -> Query:
    (query,) = gravatar.build_queries(NORA)
    return query


def test_the_hash_alone_is_asked_for_and_nothing_without_it(
    gravatar: Gravatar, profile: Query
) -> None:
    assert gravatar.family is SourceFamily.MAIL_HASH
    assert profile.kind is QueryKind.PROFILE
    assert profile.request.url == f"https://api.gravatar.com/v3/profiles/{HASH}"
    assert list(gravatar.build_queries(replace(NORA, mail_hash=""))) == []


def test_a_profile_is_known_by_its_address_and_not_by_the_hash(
    gravatar: Gravatar, profile: Query, saved: Answered
) -> None:
    (nora,) = gravatar.parse_response(profile, saved(f"{PAGES}/found.json")).traces

    assert (nora.account, nora.account_aliases) == ("gravatar:@noraquill", ())
    assert (nora.handle, nora.name) == ("noraquill", "Nora Quill")
    assert nora.bio == "Art teacher at Harbour Lane."
    assert nora.location == "Wexford Bay"
    assert nora.links == ("https://mastodon.social/@noraquill", "https://noraquill.example/")


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 404, Outcome.ABSENT),
        ("another.json", 200, Outcome.UNREADABLE),
        ("limited.json", 429, Outcome.LIMITED),
        ("blocked.html", 403, Outcome.BLOCKED),
        ("blocked.html", 404, Outcome.BLOCKED),
        ("unreadable.json", 200, Outcome.UNREADABLE),
    ],
)
def test_every_outcome_is_told_apart(
    gravatar: Gravatar, profile: Query, saved: Answered, case: tuple[str, int, Outcome]
) -> None:
    name, status, outcome = case

    assert gravatar.parse_response(profile, saved(f"{PAGES}/{name}", status)).outcome is outcome


def test_a_missing_page_without_their_words_proves_nothing(
    gravatar: Gravatar, profile: Query, answered: Answered
) -> None:
    for body in ("", "[]", "{}", "<html></html>"):
        assert gravatar.parse_response(profile, answered(body, 404)).outcome is Outcome.UNREADABLE
