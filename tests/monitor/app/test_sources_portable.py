"""What another machine needs to ask for a district goes there in values, and asks the same."""

from monitor.app.sources import (
    PortableSources,
    build_portable_sources,
    build_sources,
    export_sources,
    load_credentials,
    name_budgets,
)
from monitor.config.sections import (
    BlueskyConfig,
    BraveConfig,
    FediverseDialect,
    FediverseServerConfig,
    PageSourcesConfig,
    ProfileApiConfig,
    SearxNGConfig,
    SiteCatalogConfig,
    StackExchangeConfig,
)
from monitor.domain.serialization import decode_json, encode_json
from scrapers.sites.presence_source import PresenceSource
from tests.monitor.app.test_sources import configured

NEAR = "http://127.0.0.1:8888"
KEYS = {"NAMESAKE_BRAVE_KEY": "secret", "NAMESAKE_SMTP_PASSWORD": "not of a source"}
EVERYTHING = configured(
    bluesky=BlueskyConfig(),
    brave=BraveConfig(per_week=70),
    fediverse=(
        FediverseServerConfig(
            url="https://social.example",
            domain="social.example",
            speaks=FediverseDialect.MASTODON,
            canary="@ours",
        ),
    ),
    github=ProfileApiConfig(seconds_between=3),
    pages=PageSourcesConfig(),
    searxng=SearxNGConfig(url=NEAR, allow_private=(NEAR,)),
    sites=SiteCatalogConfig(per_day=5),
    stack_exchange=StackExchangeConfig(),
)


def travel(portable: PortableSources) -> PortableSources:
    return decode_json(encode_json(portable), PortableSources)


def test_sources_are_the_same_after_a_journey():
    here = build_sources(EVERYTHING)
    there = build_portable_sources(travel(export_sources(EVERYTHING.sources, here.values(), KEYS)))

    assert set(there) == set(here)
    for name, source in here.items():
        assert there[name] == source
    assert name_budgets(there, KEYS) == name_budgets(here, KEYS)


def test_only_the_keys_and_sites_that_are_wanted_go_along():
    here = build_sources(EVERYTHING)
    site = next(source for source in here.values() if isinstance(source, PresenceSource))
    with_key = export_sources(EVERYTHING.sources, [here["brave"]], KEYS)
    without = export_sources(EVERYTHING.sources, [site], KEYS)

    assert with_key.secrets == {"brave-key": "secret"}
    assert with_key.sites == ()
    assert without.secrets == {}
    assert without.sites == (site.entry,)
    assert "secret" not in repr(with_key)


def test_keys_arrive_where_they_belong():
    here = build_sources(EVERYTHING)
    portable = travel(export_sources(EVERYTHING.sources, [here["brave"]], KEYS))

    there = load_credentials(build_portable_sources(portable).values(), portable.variables)
    assert there.by_origin == load_credentials(here.values(), KEYS).by_origin
