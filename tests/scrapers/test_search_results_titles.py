"""How engines title what they found on the platforms, and what it tells of an account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.search_results import TitleIdentity, parse_account_title, parse_author_title
from tests.rows import over_rows

ACCOUNTS = [
    ("instagram", "Jane Doe (@jdoe) • Instagram photos and videos", "Jane Doe"),
    ("instagram", "Jane Doe (@JDoe) · Wareham, MA", "Jane Doe"),
    (
        "instagram",
        "Jane Doe | Art Teacher (@jdoe) • Instagram photos and videos",
        "Jane Doe | Art Teacher",
    ),
    ("instagram", "Jane Doe (she/her) (@jdoe) • Instagram ph...", "Jane Doe (she/her)"),
    ("instagram", "jdoe (@jdoe) • Instagram photos and videos", ""),
    ("instagram", "(@jdoe) • Instagram photos and videos", ""),
    ("instagram", "@jdoe • Instagram photos and videos", ""),
    ("instagram", "Jane Doe on Instagram", "Jane Doe"),
    ("instagram", "Login • Instagram", ""),
    ("instagram", "Instagram", ""),
    ("instagram", "Page not found • Instagram", ""),
    ("linkedin", "Jane Doe - Teacher - Wareham Public Schools | LinkedIn", "Jane Doe"),
    ("linkedin", "Jane Doe \u2013 Teacher \u2013 Wareham Public Schools | LinkedIn", "Jane Doe"),
    ("linkedin", "Jane Doe - Teacher at Wareham Public Scho…", "Jane Doe"),
    ("linkedin", "Jane Doe - Wareham, Massachusetts | Professional Profile | LinkedIn", "Jane Doe"),
    ("linkedin", "Jane Doe, M.Ed. - Wareham | LinkedIn", "Jane Doe, M.Ed."),
    ("linkedin", "Jane (Smith) Doe - Teacher | Linke...", "Jane (Smith) Doe"),
    ("linkedin", "Jane Doe | LinkedIn", "Jane Doe"),
    ("linkedin", "Jane Doe", "Jane Doe"),
    ("linkedin", '50+ "Jane Doe" profiles | LinkedIn', ""),
    ("linkedin", "Sign Up | LinkedIn", ""),
    ("x", "Jane Doe (@jdoe) / X", "Jane Doe"),
    ("x", "Jane Doe (@jdoe) / Twitter", "Jane Doe"),
    ("x", "Jane Doe (@jdoe) | Twitter", "Jane Doe"),
    ("x", "Jane Doe on X", "Jane Doe"),
    ("x", "Posts with replies by Jane Doe (@jdoe) / X", "Jane Doe"),
    ("x", "Media Tweets by Jane Doe (@jdoe) / Twitter", "Jane Doe"),
    ("x", "Profile / X", ""),
    ("tiktok", "Jane Doe (@jdoe) | TikTok", "Jane Doe"),
    ("tiktok", "Jane Doe (@jdoe) Official | TikTok", "Jane Doe"),
    ("tiktok", "TikTok · Jane Doe", "Jane Doe"),
    ("tiktok", "Jane Doe | TikTok", "Jane Doe"),
    ("tiktok", "Jane Doe's Creator Profile | TikTok", "Jane Doe"),
    ("tiktok", "@jdoe | TikTok", ""),
    ("facebook", "Jane Doe | Facebook", "Jane Doe"),
    ("facebook", "Jane Doe - Facebook", "Jane Doe"),
    ("facebook", "Jane Doe - Wareham, Massachusetts | Facebook", "Jane Doe"),
    ("facebook", "Jane Doe (Jane Smith) | Facebook", "Jane Doe"),
    ("facebook", "(20+) Jane Doe | Facebook", "Jane Doe"),
    ("facebook", "Jane Doe - Home | Facebook", "Jane Doe"),
    ("facebook", "Jane Doe Profiles | Facebook", ""),
    ("facebook", "Log in to Facebook | Facebook", ""),
    ("facebook", "This content isn't available right now | Facebook", ""),
    ("snapchat", "Jane Doe (@jdoe) | Snapchat Stories, Spotlight & Lenses", "Jane Doe"),
    ("snapchat", "Add Jane Doe on Snapchat", "Jane Doe"),
    ("snapchat", "Jane Doe on Snapchat", "Jane Doe"),
    ("snapchat", "Add jdoe on Snapchat", ""),
    ("youtube", "Jane Doe - YouTube", "Jane Doe"),
    ("youtube", "YouTube · Jane Doe", "Jane Doe"),
    ("youtube", "jdoe - YouTube", ""),
    ("threads", "Jane Doe (@jdoe) on Threads", "Jane Doe"),
    ("threads", "Jane Doe (@jdoe) • Threads, Say more", "Jane Doe"),
    ("threads", "Threads • Log in", ""),
    ("pinterest", "Jane Doe (jdoe) - Profile | Pinterest", "Jane Doe"),
    ("pinterest", "Jane Doe (jdoe) on Pinterest", "Jane Doe"),
    ("pinterest", "Jane Doe (jdoe) | Official Pinterest account", "Jane Doe"),
    ("pinterest", "jdoe - Pinterest", ""),
    ("reddit", "Jane Doe (u/jdoe) - Reddit", "Jane Doe"),
    ("reddit", "jdoe (u/jdoe) - Reddit", ""),
    ("reddit", "u/jdoe - Reddit", ""),
    ("reddit", "overview for jdoe - Reddit", ""),
    ("bluesky", "Jane Doe (@jdoe) — Bluesky", "Jane Doe"),
    ("github", "jdoe (Jane Doe) · GitHub", "Jane Doe"),
    ("medium", "Jane Doe \u2013 Medium", "Jane Doe"),
    ("substack", "Jane Doe | Substack", "Jane Doe"),
    ("telegram", "Telegram: Contact @jdoe", ""),
    ("patreon", "Jane Doe | creating art lessons | Patreon", "Jane Doe"),
    ("goodreads", "Jane Doe (Author of A Quiet Room) | Goodreads", "Jane Doe"),
    ("flickr", "Jane Doe's albums | Flickr", "Jane Doe"),
    ("soundcloud", "Stream Jane Doe | Listen online for free on SoundCloud", "Jane Doe"),
    ("vimeo", "Jane Doe on Vimeo", "Jane Doe"),
    ("linktree", "jdoe | Instagram, Facebook | Linktree", ""),
    ("teachers-pay-teachers", "Jane Doe Teaching Resources | Teachers Pay Teachers", "Jane Doe"),
    ("instagram", "A garden in May", ""),
    ("x", "", ""),
]


@over_rows(("platform", "title", "name"), ACCOUNTS)
def test_the_title_of_a_profile_tells_the_name(platform: str, title: str, name: str) -> None:
    assert parse_account_title(title, "", platform, "jdoe") == TitleIdentity(
        name=name, handle="jdoe"
    )


def test_a_handle_of_a_federation_is_known_with_and_without_its_server() -> None:
    for shown in ("@jdoe@school.example", "@jdoe"):
        title = f"Jane Doe ({shown}) - Mastodon"
        assert parse_account_title(title, "", "mastodon", "jdoe@school.example").name == "Jane Doe"


def test_a_snippet_tells_the_name_where_the_title_does_not() -> None:
    snippet = "31 Followers - See Instagram photos and videos from Jane Doe (@jdoe)"

    assert parse_account_title("@jdoe", snippet, "instagram", "jdoe").name == "Jane Doe"
    assert parse_account_title("@jdoe", snippet, "instagram", "another").name == ""


POSTS = [
    ("instagram", 'Jane Doe on Instagram: "A mural"', TitleIdentity(name="Jane Doe")),
    (
        "instagram",
        "Jane Doe (@jdoe) • Instagram reel",
        TitleIdentity(name="Jane Doe", handle="jdoe"),
    ),
    (
        "instagram",
        "Instagram photo by Jane Doe (@jdoe)",
        TitleIdentity(name="Jane Doe", handle="jdoe"),
    ),
    ("instagram", "(@jdoe) • Instagram reel", TitleIdentity(handle="jdoe")),
    ("x", 'Jane Doe on X: "A mural" / X', TitleIdentity(name="Jane Doe")),
    ("linkedin", "Jane Doe on LinkedIn: A mural", TitleIdentity(name="Jane Doe")),
    ("linkedin", "Jane Doe posted on LinkedIn", TitleIdentity(name="Jane Doe")),
    ("threads", "Jane Doe (@jdoe) on Threads", TitleIdentity(name="Jane Doe", handle="jdoe")),
    ("tiktok", "A mural by nobody | TikTok", TitleIdentity()),
]


@pytest.mark.parametrize(("platform", "title", "told"), POSTS)
def test_the_title_of_a_post_tells_who_wrote_it(
    platform: str, title: str, told: TitleIdentity
) -> None:
    assert parse_author_title(title, platform) == told


@given(
    title=st.text() | st.from_regex(r"[A-Z(@|) .-]{0,60}"),
    snippet=st.text(),
    platform=st.sampled_from(["instagram", "linkedin", "x", "github"]),
    handle=st.text(max_size=30),
)
def test_no_title_is_too_strange(title: str, snippet: str, platform: str, handle: str) -> None:
    told = parse_account_title(title, snippet, platform, handle)

    assert len(told.name) <= 80
    assert (
        parse_author_title(title, platform).name == parse_author_title(title, platform).name.strip()
    )
