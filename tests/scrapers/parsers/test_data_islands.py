import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.models import Page
from scrapers.parsers.data_islands import ISLANDS, extract_island_profile
from scrapers.parsers.json_fields import PageProfile
from scrapers.parsers.profile_card import parse_profile_card
from scrapers.urls.platforms import PLATFORMS_BY_HOST

Answered = Callable[..., Page]

HTML = {"content-type": "text/html"}
CHANNEL = {
    "title": "Jane Doe",
    "description": "Songs for class",
    "externalId": "UC7",
    "vanityChannelUrl": "http://www.youtube.com/@JDoe",
    "avatar": {"thumbnails": [{"url": "https://a.example/1.png"}]},
}
YOUTUBE = {"contents": {}, "metadata": {"channelMetadataRenderer": CHANNEL}}
SOUNDCLOUD = [
    {"hydratable": "anonymousId", "data": "7"},
    {
        "hydratable": "user",
        "data": {"permalink": "jdoe", "username": "jdoe", "full_name": "Jane Doe"},
    },
]
LINKTREE = {
    "props": {
        "pageProps": {
            "username": "jdoe",
            "description": "Art teacher",
            "account": {"links": [{"url": "https://jane.example"}, {"url": None}, 7]},
            "socialLinks": [{"url": "https://x.example/jdoe"}],
        }
    }
}
SLIDESHARE = {"props": {"pageProps": {"user": {"login": "jdoe", "name": "Jane Doe"}}}}
BEHANCE = {"profile": {"owner": {"username": "jdoe", "display_name": "Jane Doe"}}}
PINTEREST = {
    "initialReduxState": {
        "users": {
            "7": {"username": "pat_else", "full_name": "Pat Else"},
            "8": {"username": "jdoe", "full_name": "Jane Doe", "about": "Crafts for class"},
        }
    }
}
CAMPAIGN = {
    "name": "Jane Doe",
    "vanity": "jdoe",
    "url": "https://www.patreon.com/jdoe",
    "avatar_photo_url": "https://a.example/1.png",
}
PATREON = {
    "props": {
        "pageProps": {
            "bootstrapEnvelope": {"pageBootstrap": {"campaign": {"data": {"attributes": CAMPAIGN}}}}
        }
    }
}
LNK_BIO = {
    "props": {
        "pageProps": {
            "profile": {
                "username": "jdoe",
                "displayName": "Jane Doe",
                "links": [{"url": "https://jane.example"}],
            }
        }
    }
}
NEXT = '<script id="__NEXT_DATA__" type="application/json" nonce="x">{}</script>'
PAGES = {
    "https://www.youtube.com/@jdoe": ("<script>var ytInitialData = {};</script>", YOUTUBE),
    "https://www.youtube.com/channel/UC7": ("<script>var ytInitialData = {};</script>", YOUTUBE),
    "https://soundcloud.com/jdoe": ("<script>window.__sc_hydration = {};</script>", SOUNDCLOUD),
    "https://linktr.ee/JDoe": (NEXT, LINKTREE),
    "https://www.slideshare.net/jdoe": (NEXT, SLIDESHARE),
    "https://www.behance.net/jdoe": (
        '<script type="application/json" id="beconfig-store_state">{}</script>',
        BEHANCE,
    ),
    "https://www.pinterest.com/jdoe/": (
        '<script id="__PWS_INITIAL_PROPS__" type="application/json">{}</script>',
        PINTEREST,
    ),
    "https://www.patreon.com/jdoe": (NEXT, PATREON),
    "https://lnk.bio/jdoe": (NEXT, LNK_BIO),
}


def page(url: str) -> str:
    script, data = PAGES[url]
    return script.replace("{}", json.dumps(data))


@pytest.mark.parametrize("url", PAGES)
def test_what_a_platform_holds_of_the_account_is_read(url: str) -> None:
    seen = extract_island_profile(url, page(url))

    assert "Jane Doe" in seen.name or seen.bio == "Art teacher"


@pytest.mark.parametrize("url", PAGES)
def test_the_data_of_another_account_is_not_read(url: str) -> None:
    other = "/".join((*url.split("/")[:3], "pat"))

    assert extract_island_profile(other, page(url)) == PageProfile()


def test_an_island_on_another_site_is_not_read() -> None:
    text = page("https://linktr.ee/JDoe")

    assert extract_island_profile("https://alpha.example/jdoe", text) == PageProfile()


@pytest.mark.parametrize("url", PAGES)
def test_data_that_is_cut_off_tells_nothing(url: str) -> None:
    text = page(url)

    assert extract_island_profile(url, text[: len(text) // 2]) == PageProfile()


def test_a_page_without_a_head_of_its_own_shows_what_its_data_says(answered: Answered) -> None:
    url = "https://www.youtube.com/@jdoe"
    body = f"<title>YouTube</title></head><body>{'<p></p>' * 100_000}{page(url)}"

    seen = parse_profile_card(answered(body, url=url, headers=HTML))

    assert (seen.name, seen.bio) == ("Jane Doe", "Songs for class")
    assert seen.picture == "https://a.example/1.png"


def test_links_of_the_account_are_followed(answered: Answered) -> None:
    url = "https://linktr.ee/JDoe"

    seen = parse_profile_card(answered(page(url), url=url, headers=HTML))

    assert seen.links == ("https://jane.example", "https://x.example/jdoe")


def test_each_island_is_on_a_platform_that_may_be_read() -> None:
    hosts = [host for island in ISLANDS.values() for host in island.hosts]

    assert not [
        host for host in hosts if host in PLATFORMS_BY_HOST and PLATFORMS_BY_HOST[host].closed
    ]


@given(
    st.recursive(
        st.none() | st.just("jdoe"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["props", "pageProps", "username", "account", "links", "url"]),
                inner,
            )
        ),
    )
)
def test_no_data_is_too_strange(data: object) -> None:
    text = NEXT.replace("{}", json.dumps({"props": {"pageProps": data}}))
    seen = extract_island_profile("https://linktr.ee/jdoe", text)

    assert seen.name == ""
