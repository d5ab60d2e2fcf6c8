"""A pasted address: taken for the account it shows, and never for one it does not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.app.sources import build_sources
from monitor.demo import setup as stage
from monitor.domain.pasted_address import (
    NO_TARGET,
    is_share_link,
    recognize_address,
    recognize_username,
)
from scrapers.source import Source
from tests.rows import over_rows


@pytest.fixture(scope="module")
def sources() -> tuple[Source, ...]:
    return tuple(build_sources(stage.build_config(Path("nowhere"))).values())


@pytest.mark.parametrize(
    ("pasted", "account"),
    [
        ("https://www.instagram.com/maria.d/?hl=en", "instagram:@maria.d"),
        ("instagram.com/maria.d", "instagram:@maria.d"),
        (" https://bsky.app/profile/maria.skies.example ", "bluesky:@maria.skies.example"),
        ("https://www.instagram.com/maria.d?igsh=MzRlODBiNWFlZA==", "instagram:@maria.d"),
        ("https://mastodon.social/@Maria", "mastodon:@maria@mastodon.social"),
        ("@Maria@mastodon.social", "mastodon:@maria@mastodon.social"),
        ("https://twitter.com/mariad", "x:@mariad"),
        ("http://chalkboard.example/t/MariaDelgado", "chalkboard:@mariadelgado"),
        ("https://snapgarden.example/@mariadelgado", "snapgarden:@mariadelgado"),
    ],
)
def test_a_profile_is_named_by_platform_and_handle(pasted, account, sources):
    assert recognize_address(pasted, sources).account == account


@pytest.mark.parametrize(
    "pasted", ["https://mariadelgado.example/blog", "flickr.com/groups/birds", "chalkboard.example"]
)
def test_an_address_without_a_profile_is_an_own_page(pasted, sources):
    found = recognize_address(pasted, sources)

    assert found.page.endswith(pasted.removeprefix("https://"))
    assert not found.account


@pytest.mark.parametrize(
    "pasted",
    [
        *("", "maria", "@maria", "javascript:alert(1)", "file:///etc/hosts", "mailto:m@x.example"),
        *("maria@mastodon.social", "@maria@", "@@", "@maria@a@b.example"),
        *("http://10.0.0.1/me", "http://[::1]/", "https://x.example:99/me", "https://[", "//"),
        *("https://me:secret@x.example/", "http://127.0.0.1\\@x.example/", "https://x.example:z/"),
        f"https://x.example/{'a' * 3000}",
    ],
)
def test_what_is_no_address_of_the_web_is_nothing(pasted, sources):
    assert recognize_address(pasted, sources) == NO_TARGET


@given(st.text(max_size=60))
def test_whatever_is_pasted_has_an_answer(pasted):
    found = recognize_address(pasted, ())

    assert not (found.account and found.page)


@over_rows(
    ("pasted", "shared"),
    [
        ("https://www.facebook.com/share/1AbCdEf/?mibextid=x", True),
        ("facebook.com/share/p/1AbCdEf", True),
        ("https://m.facebook.com/share/1AbCdEf", True),
        ("vm.tiktok.com/ZMabc123", True),
        ("https://www.instagram.com/s/aGlnaGxpZ2h0", True),
        ("https://www.instagram.com/share/BAbc123", True),
        ("https://www.instagram.com/maria.d/reel/CxYz123/?igsh=MzRl", True),
        ("instagram.com/stories/maria.d/123", True),
        ("https://x.com/maria/status/123", True),
        ("https://youtu.be/dQw4w9WgXcQ", True),
        ("https://www.instagram.com/sam?igsh=MzRl", False),
        ("https://www.instagram.com/stories", False),
        ("https://www.facebook.com/maria.delgado", False),
        ("https://www.tiktok.com/@maria", False),
        ("notfacebook.com/share/1", False),
        ("@maria", False),
        ("", False),
    ],
)
def test_a_link_made_for_sharing_is_told_from_a_profile(pasted: str, *, shared: bool) -> None:
    assert is_share_link(pasted) is shared


@pytest.mark.parametrize(
    ("typed", "network", "account"),
    [
        ("@Maria.D", "instagram", "instagram:@maria.d"),
        (" maria ", "tiktok", "tiktok:@maria"),
        ("maria.skies.example", "bluesky", "bluesky:@maria.skies.example"),
        ("@maria", "bluesky", "bluesky:@maria.bsky.social"),
        ("two words", "instagram", ""),
        ("a/b", "instagram", ""),
        ("@", "instagram", ""),
        ("m" * 61, "instagram", ""),
    ],
)
def test_a_username_is_named_on_its_network(typed: str, network: str, account: str) -> None:
    assert recognize_username(typed, network).account == account
