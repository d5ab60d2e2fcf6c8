"""A pasted address: taken for the account it shows, and never for one it does not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.app.sources import build_sources
from monitor.demo import setup as stage
from monitor.domain.detection.recognition import NO_TARGET, recognize_address
from scrapers.source import Source


@pytest.fixture(scope="module")
def sources() -> tuple[Source, ...]:
    return tuple(build_sources(stage.build_config(Path("nowhere"))).values())


@pytest.mark.parametrize(
    ("pasted", "account"),
    [
        ("https://www.instagram.com/maria.d/?hl=en", "instagram:@maria.d"),
        ("instagram.com/maria.d", "instagram:@maria.d"),
        (" https://bsky.app/profile/maria.skies.example ", "bluesky:@maria.skies.example"),
        ("https://mastodon.social/@Maria", "mastodon:@maria@mastodon.social"),
        ("https://twitter.com/mariad", "x:@mariad"),
        ("http://chalkboard.example/t/MariaDelgado", "chalkboard:@mariadelgado"),
        ("https://snapgarden.example/@mariadelgado", "snapgarden:@mariadelgado"),
    ],
)
def test_a_profile_is_named_by_platform_and_handle(pasted, account, sources):
    assert recognize_address(pasted, sources).account == account


@pytest.mark.parametrize(
    "pasted", ["https://mariadelgado.example/blog", "instagram.com/p/CxYz123", "chalkboard.example"]
)
def test_an_address_without_a_profile_is_an_own_page(pasted, sources):
    found = recognize_address(pasted, sources)

    assert found.page.endswith(pasted.removeprefix("https://"))
    assert not found.account


@pytest.mark.parametrize(
    "pasted",
    [
        *("", "maria", "@maria", "javascript:alert(1)", "file:///etc/hosts", "mailto:m@x.example"),
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
