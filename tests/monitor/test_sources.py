"""The configuration says which sources there are, and a catalogue it cannot use is named."""

import json

import pytest

from monitor.config import (
    BlueskyConfig,
    BraveConfig,
    Config,
    Dialect,
    DistrictConfig,
    EngineConfig,
    GoogleConfig,
    MailConfig,
    PagesConfig,
    ProfilesConfig,
    SearxNGConfig,
    SerperConfig,
    ServerConfig,
    SiteConfig,
    SitesConfig,
    SourcesConfig,
    StackExchangeConfig,
)
from monitor.demo.setup import CATALOGUE
from monitor.errors import ConfigError
from monitor.sources import all_sources, catalogue
from scrapers.search.searxng import SearxNG
from scrapers.search_api import ReadHits
from scrapers.source import UNLIMITED, Budget, Family

OFF = {"bluesky": BlueskyConfig(enabled=False), "sites": SitesConfig(own=False)}
AS_IT_COMES = {"bluesky": BlueskyConfig(), "sites": SitesConfig()}


def configured(**sources):
    """Turn on only what a test names."""
    return Config(
        state=CATALOGUE.parent,
        district=DistrictConfig(
            ref="cedar-valley",
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
        text = CATALOGUE.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "sites.json"
        path.write_text(text, "utf-8")
        return SitesConfig(own=False, files=(path,))

    return written


def test_nothing_is_asked_that_is_turned_off():
    assert dict(all_sources(configured())) == {}


def test_without_a_word_in_the_file_bluesky_and_our_own_catalogue_are_asked():
    sources = all_sources(configured(**AS_IT_COMES))

    assert "bluesky" in sources
    assert len(sources) > 20
    assert not [each for each in sources.values() if each.family is Family.SEARCH]


def test_a_search_engine_is_asked_where_one_is_named_and_nowhere_else():
    near = "http://127.0.0.1:8888"
    chosen = SearxNGConfig(url=near, engines=("alpha", "beta"), allow_private=(near,))

    (engine,) = all_sources(configured(searxng=chosen)).values()

    assert engine.etiquette.origins == (near,)
    assert engine.etiquette.allow_private == (near,)
    (asked, *_) = engine.canaries("nonce")
    assert asked.query.request.url.startswith(near)


def test_pages_are_read_where_the_district_says_so():
    engine = SearxNGConfig(url="http://127.0.0.1:8888")

    sources = all_sources(configured(searxng=engine, pages=PagesConfig(per_day=100, hits=2)))
    declared_alone = all_sources(configured(searxng=engine, pages=PagesConfig(hits=0)))

    assert set(sources) == set(declared_alone) == {"searxng", "pages", "feeds"}
    assert sources["pages"].etiquette.budget == Budget(daily=100)
    assert isinstance(sources["searxng"], ReadHits)
    assert isinstance(declared_alone["searxng"], SearxNG)


def test_an_engine_is_asked_where_its_table_is_there():
    sources = all_sources(
        configured(
            brave=BraveConfig(per_week=1_400),
            gdelt=EngineConfig(),
            google=GoogleConfig(engine="cx-1"),
            kagi=EngineConfig(canary="encyclopedia"),
            mojeek=EngineConfig(url="https://gateway.example"),
            serper=SerperConfig(notice_read=True),
        )
    )

    assert set(sources) == {"brave", "brave-news", "gdelt", "google", "kagi", "mojeek", "serper"}
    assert sources["brave-news"].etiquette.budget == Budget(weekly=1_400)
    assert sources["mojeek"].etiquette.origins == ("https://gateway.example",)
    assert list(sources["kagi"].canaries("nonce"))[1].query.terms == ("encyclopedia",)


def test_news_of_brave_can_be_left_out():
    assert list(all_sources(configured(brave=BraveConfig(news=False)))) == ["brave"]


def test_what_resells_the_results_of_others_is_not_asked_before_its_notice_is_read():
    with pytest.raises(ConfigError, match=r"`notice_read = true`.* ask your lawyers"):
        all_sources(configured(serper=SerperConfig()))


def test_an_api_of_profiles_is_asked_where_its_table_is_there():
    table = ProfilesConfig(canary="@ours", seconds_between=2, per_day=9)
    tables = dict.fromkeys(("github", "gitlab", "gravatar", "youtube"), table)
    sources = all_sources(configured(**tables))

    assert set(sources) == {"github-api", "gitlab-api", "gravatar-api", "youtube-api"}
    assert {each.etiquette.seconds_between for each in sources.values()} == {2}
    assert {each.etiquette.budget for each in sources.values()} == {Budget(daily=9)}
    assert {list(each.canaries("n"))[1].query.terms for each in sources.values()} == {("ours",)}


def test_each_server_of_the_fediverse_is_a_source():
    chosen = (
        ServerConfig(url="https://alpha.example", domain="quill.example", canary="@news"),
        ServerConfig(url="https://beta.example", speaks=Dialect.ACTIVITYPUB, seconds_between=9),
    )

    alpha, beta = all_sources(configured(fediverse=chosen)).values()

    assert (alpha.name, beta.name) == ("quill.example", "beta.example")
    assert alpha.etiquette.origins == ("https://alpha.example",)
    assert beta.etiquette.seconds_between == 9
    asked = [next(iter(each.canaries("n"))).query.request.url for each in (alpha, beta)]
    assert asked == [
        "https://alpha.example/api/v1/accounts/lookup",
        "https://beta.example/.well-known/webfinger",
    ]


def test_each_wordpress_site_is_a_source():
    chosen = (SiteConfig(url="https://alpha.example"), SiteConfig(url="https://beta.example"))

    assert set(all_sources(configured(wordpress=chosen))) == {
        "wordpress-alpha.example",
        "wordpress-beta.example",
    }


def test_the_sites_of_stack_exchange_share_what_strangers_may_ask():
    sites = ("stackoverflow", "matheducators", "academia")
    free = all_sources(configured(stack_exchange=StackExchangeConfig(sites=sites)))
    paid = all_sources(configured(stack_exchange=StackExchangeConfig(sites=sites, per_week=600)))

    assert {each.etiquette.budget for each in free.values()} == {Budget(daily=100)}
    assert {each.etiquette.budget for each in paid.values()} == {Budget(weekly=200)}


def test_each_source_has_the_budget_of_its_table():
    sources = all_sources(
        configured(
            searxng=SearxNGConfig(url="http://127.0.0.1:8888", per_day=100, per_week=500),
            bluesky=BlueskyConfig(per_week=2_000),
            sites=SitesConfig(per_day=50),
        )
    )

    budgets = {name: source.etiquette.budget for name, source in sources.items()}
    assert budgets.pop("searxng") == Budget(daily=100, weekly=500)
    assert budgets.pop("bluesky") == Budget(weekly=2_000)
    assert set(budgets.values()) == {Budget(daily=50)}


def test_without_a_word_in_the_file_no_source_has_a_budget():
    sources = all_sources(configured(**AS_IT_COMES))

    assert {each.etiquette.budget for each in sources.values()} == {UNLIMITED}


def test_an_address_on_our_own_network_is_asked_only_if_its_source_names_it():
    sources = all_sources(configured(**AS_IT_COMES))

    assert {each.etiquette.allow_private for each in sources.values()} == {()}


def test_a_catalogue_of_the_district_stands_beside_ours(sites):
    both = SitesConfig(own=True, files=sites().files)

    own = catalogue(configured(sites=SitesConfig(own=True))).entries
    all_of_them = catalogue(configured(sites=both)).entries

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
        all_sources(configured(sites=chosen))

    assert str(chosen.files[0]) in str(refusal.value)
    assert "[sources.sites]" in str(refusal.value)


def test_a_catalogue_that_is_not_there_is_named(tmp_path):
    chosen = SitesConfig(own=False, files=(tmp_path / "nothing.json",))

    with pytest.raises(ConfigError, match=r"nothing\.json cannot be read"):
        all_sources(configured(sites=chosen))


def test_half_a_catalogue_is_refused_wherever_it_was_cut(tmp_path, share):
    whole = CATALOGUE.read_bytes()
    assert json.loads(whole)
    path = tmp_path / "sites.json"
    for length in share(range(0, len(whole.rstrip()), 29)):
        path.write_bytes(whole[:length])

        with pytest.raises(ConfigError, match=r"sites\.json is not whole"):
            all_sources(configured(sites=SitesConfig(own=False, files=(path,))))


def test_two_sources_of_one_name_are_refused(sites):
    chosen = sites(('"name": "Readerly"', '"name": "Bluesky"'))

    with pytest.raises(ConfigError, match="Two sources are called 'bluesky'"):
        all_sources(configured(sites=chosen, bluesky=BlueskyConfig()))
