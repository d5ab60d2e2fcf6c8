"""The configuration says which sources there are, and a catalog it cannot use is named."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from monitor.app.sources import build_sources, load_site_catalog
from monitor.config.sections import (
    AppProfileApiConfig,
    BlueskyConfig,
    BraveConfig,
    BreachesConfig,
    Config,
    DistrictConfig,
    FactsConfig,
    FediverseDialect,
    FediverseServerConfig,
    MailConfig,
    PageSourcesConfig,
    ProfileApiConfig,
    SearchEngineConfig,
    SearxNGConfig,
    SerperConfig,
    SiteCatalogConfig,
    SourcesConfig,
    StackExchangeConfig,
    WordPressConfig,
)
from monitor.db.fact_updates import FactUpdateStore
from monitor.demo.setup import CATALOG_FILE
from monitor.domain.errors import ConfigError
from monitor.domain.planning.rotation import MAX_INTERVAL
from scrapers.search.brave import BRAVE
from scrapers.search.searxng import SearxNG
from scrapers.search_api import HitPageSource
from scrapers.source import UNLIMITED_QUOTA, RequestQuota, SourceFamily
from tests.sign_facts import sign_update

OFF = {"bluesky": BlueskyConfig(enabled=False), "sites": SiteCatalogConfig(own=False)}
AS_IT_COMES = {"bluesky": BlueskyConfig(), "sites": SiteCatalogConfig()}


def configured(**sources):
    """Turn on only what a test names."""
    return Config(
        state=CATALOG_FILE.parent,
        district=DistrictConfig(
            id="cedar-valley",
            name="Cedar Valley Public Schools",
            zone="America/Chicago",
            domains=("cedarvalley.example",),
            contact="privacy@cedarvalley.example",
        ),
        mail=MailConfig(sender="namesake@cedarvalley.example"),
        sources=SourcesConfig(**{**OFF, **sources}),
    )


@pytest.fixture
def sites(tmp_path):
    def written(*changes):
        text = CATALOG_FILE.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "sites.json"
        path.write_text(text, "utf-8")
        return SiteCatalogConfig(own=False, files=(path,))

    return written


def test_nothing_is_asked_that_is_turned_off():
    assert dict(build_sources(configured())) == {}


def test_without_a_word_in_the_file_bluesky_and_our_own_catalogue_are_asked():
    sources = build_sources(configured(**AS_IT_COMES))

    assert "bluesky" in sources
    assert len(sources) > 20
    assert not [source for source in sources.values() if source.family is SourceFamily.SEARCH]


def test_a_search_engine_is_asked_where_one_is_named_and_nowhere_else():
    near = "http://127.0.0.1:8888"
    chosen = SearxNGConfig(url=near, engines=("alpha", "beta"), allow_private=(near,))

    (engine,) = build_sources(configured(searxng=chosen)).values()

    assert engine.crawl_policy.origins == (near,)
    assert engine.crawl_policy.allow_private == (near,)
    (asked, *_) = engine.build_canaries("nonce")
    assert asked.query.request.url.startswith(near)


def test_pages_are_read_where_the_district_says_so():
    engine = SearxNGConfig(url="http://127.0.0.1:8888")

    sources = build_sources(
        configured(searxng=engine, pages=PageSourcesConfig(per_day=100, hits=2))
    )
    declared_alone = build_sources(configured(searxng=engine, pages=PageSourcesConfig(hits=0)))

    assert set(sources) == set(declared_alone) == {"searxng", "pages", "feeds"}
    assert sources["pages"].crawl_policy.quota == RequestQuota(daily=100)
    assert isinstance(sources["searxng"], HitPageSource)
    assert isinstance(declared_alone["searxng"], SearxNG)


def test_an_engine_is_asked_where_its_table_is_there():
    sources = build_sources(
        configured(
            brave=BraveConfig(per_week=1_400),
            gdelt=SearchEngineConfig(),
            kagi=SearchEngineConfig(canary="encyclopedia"),
            mojeek=SearchEngineConfig(url="https://gateway.example"),
            serper=SerperConfig(notice_read=True),
        )
    )

    assert set(sources) == {"brave", "brave-news", "gdelt", "kagi", "mojeek", "serper"}
    assert sources["brave-news"].crawl_policy.quota == RequestQuota(weekly=1_400)
    assert sources["mojeek"].crawl_policy.origins == ("https://gateway.example",)
    assert list(sources["kagi"].build_canaries("nonce"))[1].query.terms == ("encyclopedia",)


def test_news_of_brave_can_be_left_out():
    assert list(build_sources(configured(brave=BraveConfig(news=False)))) == ["brave"]


@pytest.mark.parametrize(("granted", "span"), [(False, timedelta(days=60)), (True, None)])
def test_what_brave_shows_is_stored_for_a_while_unless_a_plan_grants_more(granted, span):
    sources = build_sources(configured(brave=BraveConfig(storage_granted=granted)))

    assert {source.info.retain_text_for for source in sources.values()} == {span}
    assert span is None or span > timedelta(weeks=MAX_INTERVAL)


def test_an_update_of_facts_changes_what_an_engine_costs(tmp_path):
    key, day = Ed25519PrivateKey.generate(), date(2027, 1, 4)
    store = FactUpdateStore(tmp_path, key.public_key().public_bytes_raw().hex())
    text = f"made_on = {day}\n[prices.brave]\nusd_per_1000 = 7.5\nseen_on = {day}\n"
    store.install_update(store.check_update(sign_update(key, text), day))
    facts = FactsConfig(key=store.key)
    config = structs.replace(configured(brave=BraveConfig()), state=tmp_path, facts=facts)

    sources = build_sources(config)

    assert sources["brave"].info.usd_per_1000 == Decimal("7.5")
    assert sources["brave-news"].info.usd_per_1000 == BRAVE.info.usd_per_1000


def test_what_resells_the_results_of_others_is_not_asked_before_its_notice_is_read():
    with pytest.raises(ConfigError, match=r"`notice_read = true`.* ask your lawyers"):
        build_sources(configured(serper=SerperConfig()))


def test_an_api_of_profiles_is_asked_where_its_table_is_there():
    table = ProfileApiConfig(canary="@ours", seconds_between=2, per_day=9)
    named = dict.fromkeys(("github", "gitlab", "gravatar", "youtube"), table)
    breaches = BreachesConfig(canary="ours", seconds_between=2, per_day=9, k_anonymity=True)
    app = AppProfileApiConfig(canary="@ours", seconds_between=2, per_day=9)
    apps = dict.fromkeys(("reddit", "twitch"), app)
    sources = build_sources(configured(**named, have_i_been_pwned=breaches, **apps))

    assert set(sources) == {
        *("github-api", "gitlab-api", "gravatar-api", "youtube-api"),
        *("have-i-been-pwned", "reddit-api", "twitch-api"),
    }
    assert {source.crawl_policy.seconds_between for source in sources.values()} == {2}
    assert {source.crawl_policy.quota for source in sources.values()} == {RequestQuota(daily=9)}
    asked = {list(source.build_canaries("n"))[1].query.terms[0] for source in sources.values()}
    assert {source.removeprefix("@") for source in asked} == {"ours"}
    assert "six of the 40 characters" in sources["have-i-been-pwned"].info.asks


def test_a_token_may_be_given_elsewhere():
    table = AppProfileApiConfig(url="https://gate.example", token_url="https://gate.example/t")

    (source,) = build_sources(configured(twitch=table)).values()

    assert source.crawl_policy.origins[0] == "https://gate.example"
    assert source.info.api_key.app_token.url == "https://gate.example/t"
    assert source.info.api_key.app_token.id_header == "client-id"


def test_each_server_of_the_fediverse_is_a_source():
    chosen = (
        FediverseServerConfig(url="https://alpha.example", domain="quill.example", canary="@news"),
        FediverseServerConfig(
            url="https://beta.example", speaks=FediverseDialect.ACTIVITYPUB, seconds_between=9
        ),
    )

    alpha, beta = build_sources(configured(fediverse=chosen)).values()

    assert (alpha.name, beta.name) == ("quill.example", "beta.example")
    assert alpha.crawl_policy.origins == ("https://alpha.example",)
    assert beta.crawl_policy.seconds_between == 9
    asked = [next(iter(side.build_canaries("n"))).query.request.url for side in (alpha, beta)]
    assert asked == [
        "https://alpha.example/api/v1/accounts/lookup",
        "https://beta.example/.well-known/webfinger",
    ]


def test_each_wordpress_site_is_a_source():
    chosen = (
        WordPressConfig(url="https://alpha.example"),
        WordPressConfig(url="https://beta.example"),
    )

    assert set(build_sources(configured(wordpress=chosen))) == {
        "wordpress-alpha.example",
        "wordpress-beta.example",
    }


def test_the_sites_of_stack_exchange_share_what_strangers_may_ask():
    sites = ("stackoverflow", "matheducators", "academia")
    free = build_sources(configured(stack_exchange=StackExchangeConfig(sites=sites)))
    paid = build_sources(configured(stack_exchange=StackExchangeConfig(sites=sites, per_week=600)))

    assert {source.crawl_policy.quota for source in free.values()} == {RequestQuota(daily=100)}
    assert {source.crawl_policy.quota for source in paid.values()} == {RequestQuota(weekly=200)}


def test_each_source_has_the_budget_of_its_table():
    sources = build_sources(
        configured(
            searxng=SearxNGConfig(url="http://127.0.0.1:8888", per_day=100, per_week=500),
            bluesky=BlueskyConfig(per_week=2_000),
            sites=SiteCatalogConfig(per_day=50),
        )
    )

    budgets = {name: source.crawl_policy.quota for name, source in sources.items()}
    assert budgets.pop("searxng") == RequestQuota(daily=100, weekly=500)
    assert budgets.pop("bluesky") == RequestQuota(weekly=2_000)
    assert set(budgets.values()) == {RequestQuota(daily=50)}


def test_without_a_word_in_the_file_no_source_has_a_budget():
    sources = build_sources(configured(**AS_IT_COMES))

    assert {source.crawl_policy.quota for source in sources.values()} == {UNLIMITED_QUOTA}


def test_an_address_on_our_own_network_is_asked_only_if_its_source_names_it():
    sources = build_sources(configured(**AS_IT_COMES))

    assert {source.crawl_policy.allow_private for source in sources.values()} == {()}


def test_a_catalogue_of_the_district_stands_beside_ours(sites):
    both = SiteCatalogConfig(own=True, files=sites().files)

    own = load_site_catalog(configured(sites=SiteCatalogConfig(own=True))).entries
    all_of_them = load_site_catalog(configured(sites=both)).entries

    assert len(all_of_them) > len(own)
    assert all_of_them[: len(own)] == own


@pytest.mark.parametrize(
    "change",
    [
        ('"sites": [', '"sites": [['),
        ('"e_code": 200,', ""),
        ('"sites": [', '"pages": ['),
        ('"name": "Readerly"', '"name": "Chalkboard"'),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_named_with_the_remedy(sites, change):
    chosen = sites(change)

    with pytest.raises(ConfigError) as refusal:
        build_sources(configured(sites=chosen))

    assert str(chosen.files[0]) in str(refusal.value)
    assert "[sources.sites]" in str(refusal.value)


def test_a_catalogue_that_is_not_there_is_named(tmp_path):
    chosen = SiteCatalogConfig(own=False, files=(tmp_path / "nothing.json",))

    with pytest.raises(ConfigError, match=r"nothing\.json cannot be read"):
        build_sources(configured(sites=chosen))


def test_half_a_catalogue_is_refused_wherever_it_was_cut(tmp_path, share):
    whole = CATALOG_FILE.read_bytes()
    assert json.loads(whole)
    path = tmp_path / "sites.json"
    for length in share(range(0, len(whole.rstrip()), 29)):
        path.write_bytes(whole[:length])

        with pytest.raises(ConfigError, match=r"sites\.json is not whole"):
            build_sources(configured(sites=SiteCatalogConfig(own=False, files=(path,))))


def test_two_sources_of_one_name_are_refused(sites):
    chosen = sites(('"name": "Readerly"', '"name": "Bluesky"'))

    with pytest.raises(ConfigError, match="Two sources are called 'bluesky'"):
        build_sources(configured(sites=chosen, bluesky=BlueskyConfig()))
