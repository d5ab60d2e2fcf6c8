"""A post that an engine lists shows an account, too."""

import pytest

from scrapers.models import TraceKind
from scrapers.search_results import SearchHit, build_person_traces, extract_post_author

AUTHORS = [
    ("https://x.com/jdoe/status/17", 'Jane Doe on X: "Hi" / X', "x:@jdoe", "Jane Doe"),
    ("https://twitter.com/JDoe/status/17", "", "x:@jdoe", ""),
    ("https://www.tiktok.com/@jdoe/video/17", "", "tiktok:@jdoe", ""),
    (
        "https://www.threads.com/@jdoe/post/A1",
        "Jane Doe (@jdoe) on Threads",
        "threads:@jdoe",
        "Jane Doe",
    ),
    ("https://bsky.app/profile/jdoe.example/post/3k", "", "bluesky:@jdoe.example", ""),
    ("https://www.facebook.com/jane.doe/posts/17", "", "facebook:@jane.doe", ""),
    (
        "https://www.instagram.com/p/A1/",
        "Jane Doe (@jdoe) • Instagram",
        "instagram:@jdoe",
        "Jane Doe",
    ),
    (
        "https://www.instagram.com/reel/A1/",
        "Jane Doe (@JDoe) • Reel",
        "instagram:@jdoe",
        "Jane Doe",
    ),
    (
        "https://uk.linkedin.com/posts/jane-doe-7_art-activity-17",
        "Jane Doe on LinkedIn: A mural",
        "linkedin:@jane-doe-7",
        "Jane Doe",
    ),
]


@pytest.mark.parametrize(("url", "title", "account", "name"), AUTHORS)
def test_the_author_of_a_post_is_known(url: str, title: str, account: str, name: str) -> None:
    author = extract_post_author(url, title)

    assert author is not None
    assert (author.account, author.name) == (account, name)
    assert author.account.endswith(f"@{author.handle}")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.instagram.com/p/A1/",
        "https://www.youtube.com/watch?v=a1b2c3d4e5f",
        "https://paper.example/jdoe/status/17",
        "https://www.reddit.com/r/wareham/comments/1a2b/mural/",
        "https://x.com/search?q=jdoe",
        "https://x.com/jdoe",
        "not an address",
        "https://[bad/x",
    ],
)
def test_nobody_is_made_up(url: str) -> None:
    assert extract_post_author(url, "A mural") is None


def test_a_post_of_somebody_of_that_name_shows_post_and_account() -> None:
    hit = SearchHit(url="https://x.com/jdoe/status/17", title='Jane Doe on X: "Hi"', snippet="")

    post, account = build_person_traces(("Jane Doe", "Wareham"), [hit])

    assert (post.kind, account.kind) == (TraceKind.PAGE, TraceKind.ACCOUNT)
    assert (account.account, account.url) == ("x:@jdoe", "https://x.com/jdoe")
    assert (account.name, account.handle) == ("Jane Doe", "jdoe")


def test_what_a_profile_tells_of_itself_goes_before_what_its_posts_do() -> None:
    post = SearchHit(url="https://x.com/jdoe/status/17", title='Jane Doe on X: "Hi"', snippet="")
    profile = SearchHit(url="https://x.com/jdoe", title="Jane B. Doe (@jdoe) / X", snippet="")

    accounts = [
        trace for trace in build_person_traces(("Jane Doe",), [post, profile]) if trace.account
    ]

    assert [account.name for account in accounts] == ["Jane B. Doe"]


def test_a_post_that_does_not_tell_its_author_begins_no_account() -> None:
    hit = SearchHit(url="https://x.com/jdoe/status/17", title="Jane Doe wins a prize", snippet="")

    assert [trace.kind for trace in build_person_traces(("Jane Doe",), [hit])] == [TraceKind.PAGE]


def test_whoever_only_writes_about_the_person_is_left_alone() -> None:
    hit = SearchHit(
        url="https://x.com/gazette/status/17", title='Gazette on X: "Jane Doe"', snippet=""
    )

    (post,) = build_person_traces(("Jane Doe", "Wareham"), [hit])

    assert post.kind is TraceKind.PAGE
