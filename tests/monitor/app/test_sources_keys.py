"""A key comes from the machine, and goes to the origin of its own source alone."""

from dataclasses import replace

import pytest

from monitor.app.sources import load_credentials
from monitor.domain.errors import ConfigError
from scrapers.http.ssrf_guard import RequestTarget
from scrapers.profiles.github import GITHUB
from scrapers.profiles.reddit import Reddit
from scrapers.profiles.twitch import TWITCH
from scrapers.profiles.youtube import YOUTUBE
from scrapers.search.brave import BRAVE, BRAVE_NEWS
from scrapers.search.gdelt import GDELT
from scrapers.search.kagi import KAGI
from scrapers.search.mojeek import MOJEEK
from scrapers.source import ApiKeySpec

BRAVES_OWN = RequestTarget.from_url("https://api.search.brave.com/res/v1/web/search")


def without_key(source):
    return replace(source, info=replace(source.info, api_key=None))


def asking_for(source, key):
    return replace(source, info=replace(source.info, api_key=key))


def test_a_key_from_the_environment_goes_where_its_source_says():
    keys = load_credentials(
        [BRAVE, KAGI, MOJEEK], {"NAMESAKE_BRAVE_KEY": "b", "NAMESAKE_KAGI_KEY": "k"}
    )

    assert keys.get_credential(BRAVES_OWN).headers == (("x-subscription-token", "b"),)
    assert keys.get_credential(RequestTarget.from_url("https://kagi.com/")).headers == (
        ("authorization", "Bearer k"),
    )
    assert keys.missing == {"https://api.mojeek.com"}


def test_a_key_that_is_a_parameter_is_added_to_the_address():
    keys = load_credentials([MOJEEK], {"NAMESAKE_MOJEEK_KEY": "m&1"})
    target = RequestTarget.from_url("https://api.mojeek.com/search?q=x")

    assert keys.add_credential_params(target).url.endswith("?q=x&api_key=m%261")


def test_a_systemd_credential_goes_before_the_environment(tmp_path):
    (tmp_path / "brave-key").write_text("from-systemd\n", "utf-8")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path), "NAMESAKE_BRAVE_KEY": "b"}

    assert (
        load_credentials([BRAVE], environ).get_credential(BRAVES_OWN).headers[0][1]
        == "from-systemd"
    )


def test_two_queries_to_one_engine_share_its_key():
    keys = load_credentials([BRAVE, BRAVE_NEWS], {"NAMESAKE_BRAVE_KEY": "b"})

    assert len(keys.by_origin) == 1
    assert keys.missing == frozenset()


def test_two_keys_for_one_origin_are_refused():
    other = asking_for(
        replace(BRAVE_NEWS, name="other"), ApiKeySpec(name="other-key", header="x-key")
    )
    environ = {"NAMESAKE_BRAVE_KEY": "b", "NAMESAKE_OTHER_KEY": "o"}

    with pytest.raises(ConfigError, match="Two keys are set for https://api"):
        load_credentials([BRAVE, other], environ)


@pytest.mark.parametrize("source", [GDELT, without_key(BRAVE)])
def test_what_needs_no_key_misses_none(source):
    assert load_credentials([source], {}).missing == frozenset()


def test_a_key_that_is_not_required_may_be_left_out():
    assert (
        load_credentials(
            [asking_for(BRAVE, ApiKeySpec(header="x-key", required=False))], {}
        ).missing
        == set()
    )


def test_no_key_is_shown():
    assert "t0p" not in repr(load_credentials([BRAVE], {"NAMESAKE_BRAVE_KEY": "t0p"}))


def test_no_key_goes_where_only_pictures_are():
    keys = load_credentials(
        [GITHUB, YOUTUBE], {"NAMESAKE_GITHUB_TOKEN": "g", "NAMESAKE_YOUTUBE_KEY": "y"}
    )

    assert keys.by_origin.keys() == {GITHUB.base_url, YOUTUBE.base_url}
    assert set(GITHUB.crawl_policy.picture_origins) < set(GITHUB.crawl_policy.origins)


def test_the_key_of_an_application_is_kept_for_its_token_and_sent_nowhere_itself():
    keys = load_credentials([TWITCH], {"NAMESAKE_TWITCH_APP": " our-app : s3cret "})
    target = RequestTarget.from_url("https://api.twitch.tv/helix/users")

    app = keys.apps["https://api.twitch.tv"]
    assert (app.client_id, app.secret) == ("our-app", "s3cret")
    assert app.token.url == "https://id.twitch.tv/oauth2/token"
    assert keys.get_credential(target).headers == ()
    assert keys.missing == frozenset()
    assert "s3cret" not in repr(keys)


def test_without_the_key_of_an_application_its_source_cannot_be_asked():
    assert load_credentials([Reddit(), TWITCH], {}).missing == {
        "https://oauth.reddit.com",
        "https://api.twitch.tv",
    }


@pytest.mark.parametrize("value", ["our-app", "our-app:", ":s3cret", " : "])
def test_half_a_key_of_an_application_is_refused_with_what_to_write(value):
    with pytest.raises(ConfigError, match="reddit-app must be the ID of your app and its secret"):
        load_credentials([Reddit()], {"NAMESAKE_REDDIT_APP": value})
