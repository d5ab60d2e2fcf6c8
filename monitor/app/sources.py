"""Which sources a configuration names, and which lists of sites an operator added.

Which APIs of profiles, and which servers of the fediverse, a configuration names. The keys of
the sources: handed over by the machine, and only to the origin they are for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from msgspec.structs import replace as replace_struct

from monitor.config.sections import (
    AppProfileApiConfig,
    BudgetedConfig,
    Config,
    FediverseDialect,
    FediverseServerConfig,
    ProfileApiConfig,
    SearchEngineConfig,
    SourcesConfig,
    StackExchangeConfig,
    WordPressConfig,
    read_secret,
)
from monitor.db.fact_updates import FactUpdateStore
from monitor.domain.district.inventory import DISTRICT_SUBJECT
from monitor.domain.errors import ConfigError
from scrapers.facts.fact import NO_CHANGES, FactChanges
from scrapers.models import Outcome, ParseResult, Query, QueryKind
from scrapers.parsers.profile_images import can_open_pictures
from scrapers.profile_api import ProfileApi
from scrapers.profiles.activitypub import ActivityPub
from scrapers.profiles.bluesky import Bluesky
from scrapers.profiles.github import GITHUB
from scrapers.profiles.gitlab import GITLAB
from scrapers.profiles.gravatar import Gravatar
from scrapers.profiles.have_i_been_pwned import RANGE_ACCOUNT, RANGE_INFO, HaveIBeenPwned
from scrapers.profiles.mastodon import Mastodon
from scrapers.profiles.reddit import Reddit
from scrapers.profiles.stack_exchange import KEYLESS_QUOTA, build_stack_exchange_source
from scrapers.profiles.twitch import TWITCH
from scrapers.profiles.web_pages import AuthorFeedSource, WebPageSource
from scrapers.profiles.wordpress import WordPress
from scrapers.profiles.youtube import YOUTUBE
from scrapers.search.alerts import ALERT_ORIGINS, FEED_SHAPES, AlertFeedSource, clean_feed_address
from scrapers.search.brave import BRAVE, BRAVE_NEWS
from scrapers.search.gdelt import GDELT
from scrapers.search.kagi import KAGI
from scrapers.search.mojeek import MOJEEK
from scrapers.search.searxng import SearxNG
from scrapers.search.serper import SERPER
from scrapers.search_api import HitPageSource, SearchApi, load_prices
from scrapers.sites.catalog import (
    CatalogError,
    SiteCatalog,
    SiteEntry,
    load_catalog_file,
    load_own_catalog,
    merge_catalogs,
)
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import (
    ApiKeySpec,
    AppTokenSpec,
    PersonalFeedSource,
    RequestQuota,
    Source,
    SourceFamily,
)
from scrapers.source_discovery import RegistryError, SourceRegistry, build_registry

# What asks the web takes long to load, and who only names sources asks nothing.
if TYPE_CHECKING:
    from scrapers.http.credentials import AppCredential, Credential, Credentials


def build_budget(chosen: BudgetedConfig) -> RequestQuota:
    return RequestQuota(daily=chosen.per_day, weekly=chosen.per_week)


def _build_profile_sources(chosen: SourcesConfig) -> Iterator[Source]:
    if chosen.bluesky.enabled:
        yield Bluesky(
            base_url=chosen.bluesky.url,
            pictures=(chosen.bluesky.pictures,),
            known_actor=chosen.bluesky.canary,
            allow_private=chosen.bluesky.allow_private,
            quota=build_budget(chosen.bluesky),
        )
    tables = (
        (GITHUB, chosen.github),
        (GITLAB, chosen.gitlab),
        (Gravatar(), chosen.gravatar),
        (YOUTUBE, chosen.youtube),
    )
    yield from (_configure_profile_api(api, table) for api, table in tables if table)
    for app_api, app_table in ((Reddit(), chosen.reddit), (TWITCH, chosen.twitch)):
        if app_table:
            yield _configure_app_api(app_api, app_table)
    if chosen.stack_exchange:
        yield from _build_stack_exchange_sites(chosen.stack_exchange)
    if chosen.have_i_been_pwned:
        source = HaveIBeenPwned()
        if chosen.have_i_been_pwned.k_anonymity:
            source = replace(source, k_anonymity=True, info=RANGE_INFO, known_account=RANGE_ACCOUNT)
        yield _configure_profile_api(source, chosen.have_i_been_pwned)
    yield from (_build_wordpress_source(site) for site in chosen.wordpress)
    yield from (_build_fediverse_source(server) for server in chosen.fediverse)
    if chosen.pages:
        quota = build_budget(chosen.pages)
        yield WebPageSource(known_page=chosen.pages.known_page, quota=quota)
        yield AuthorFeedSource(known_feed=chosen.pages.known_feed, quota=quota)


_Api = TypeVar("_Api", ProfileApi, HaveIBeenPwned)


def _configure_profile_api(api: _Api, chosen: ProfileApiConfig) -> _Api:
    if isinstance(api, ProfileApi):
        api = replace(api, known_name=chosen.canary_name or api.known_name)
    return replace(
        api,
        base_url=chosen.url or api.base_url,
        known_account=chosen.canary or api.known_account,
        seconds_between=chosen.seconds_between or api.seconds_between,
        allow_private=chosen.allow_private,
        quota=build_budget(chosen),
    )


def _configure_app_api(api: ProfileApi, chosen: AppProfileApiConfig) -> ProfileApi:
    source, key = _configure_profile_api(api, chosen), api.info.api_key
    if not chosen.token_url or key is None or key.app_token is None:
        return source
    token = replace(key.app_token, url=chosen.token_url)
    return replace(source, info=replace(api.info, api_key=replace(key, app_token=token)))


def _build_stack_exchange_sites(chosen: StackExchangeConfig) -> Iterator[ProfileApi]:
    """Share one budget, which the service counts for all of its sites together."""
    quota = build_budget(chosen)
    whole = quota if quota.is_limited else KEYLESS_QUOTA
    part = RequestQuota(
        daily=_divide_quota(whole.daily, chosen), weekly=_divide_quota(whole.weekly, chosen)
    )
    for site in chosen.sites:
        yield replace(_configure_profile_api(build_stack_exchange_source(site), chosen), quota=part)


def _divide_quota(whole: int | None, chosen: StackExchangeConfig) -> int | None:
    return None if whole is None else max(whole // len(chosen.sites), 1)


def _build_wordpress_source(chosen: WordPressConfig) -> Source:
    site = WordPress(base_url=chosen.url)
    return replace(_configure_profile_api(site, chosen), name=f"wordpress-{site.platform}")


def _build_fediverse_source(chosen: FediverseServerConfig) -> Source:
    kind = Mastodon if chosen.speaks is FediverseDialect.MASTODON else ActivityPub
    server: Mastodon | ActivityPub = kind(
        base_url=chosen.url,
        domain=chosen.domain,
        known_account=chosen.canary,
        pictures=chosen.pictures,
        allow_private=chosen.allow_private,
        quota=build_budget(chosen),
    )
    if isinstance(server, Mastodon) and chosen.canary_name:
        server = replace(server, known_name=chosen.canary_name)
    pause = chosen.seconds_between or server.seconds_between
    return replace(server, name=server.domain, seconds_between=pause)


class SourceSettings(Protocol):
    """As much of a configuration as says which sources there are."""

    @property
    def sources(self) -> SourcesConfig: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PortableSources:
    """What another process needs to ask for a district: settings, sites and keys, in values.

    `sites` are the entries of site lists that are wanted there, whichever file they came from.
    """

    sources: SourcesConfig
    sites: tuple[SiteEntry, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def variables(self) -> Mapping[str, str]:
        """Spell the secrets as an environment does."""
        return {
            f"NAMESAKE_{name.upper().replace('-', '_')}": text
            for name, text in self.secrets.items()
        }


def export_sources(
    chosen: SourcesConfig, wanted: Iterable[Source], environ: Mapping[str, str]
) -> PortableSources:
    """Return what another process needs to build these sources."""
    sources = tuple(wanted)
    keys = {_get_key_name(source, source.info.api_key) for source in sources if source.info.api_key}
    return PortableSources(
        sources=replace_struct(chosen, sites=replace_struct(chosen.sites, own=False, files=())),
        sites=tuple(source.entry for source in sources if isinstance(source, PresenceSource)),
        secrets={name: text for name in sorted(keys) if (text := read_secret(name, environ))},
    )


def build_portable_sources(portable: PortableSources) -> SourceRegistry:
    return _build_configured_sources(portable).copy_with_sources(
        _build_presence_sources(portable, portable.sites)
    )


def build_sources(config: Config) -> SourceRegistry:
    """Build every source; raises ConfigError for a catalog or a name that cannot be used.

    Plug-ins that cannot be used are left out, and named in its `faults`.
    """
    # What an update that the operator installed changes of the facts.
    return _build_configured_sources(
        config, FactUpdateStore(config.state, config.facts.key).load_update().changes
    )


def load_site_catalog(config: SourceSettings, changes: FactChanges = NO_CHANGES) -> SiteCatalog:
    """Read the catalogs, our own first; entries that cannot be used are listed with the reason."""
    chosen = config.sources.sites
    try:
        own = (load_own_catalog(changes),) if chosen.own else ()
        return merge_catalogs(*own, *(load_catalog_file(path) for path in chosen.files))
    except CatalogError as error:
        raise ConfigError(f"{error} Fix the file, or remove it from [sources.sites].") from error


def parse_engine_origin(address: str) -> str:
    """Return the origin of a district's own search engine; empty where the address is none."""
    from scrapers.http.ssrf_guard import normalize_origin

    return normalize_origin(address)


def list_engine_titles(sources: Mapping[str, Source]) -> tuple[str, ...]:
    """Return the engines that learn whom we search for, by the names that people know them by."""
    engines = (source for source in sources.values() if source.family is SourceFamily.SEARCH)
    return tuple(
        engine.info.title for engine in engines if not isinstance(engine, PersonalFeedSource)
    )


def _add_hit_pages(engine: Source, most: int) -> Source:
    # What it lacks it has from its engine, which no checker of types can see.
    return cast("Source", HitPageSource(engine=engine, most_pages=most))


def _build_configured_sources(
    config: SourceSettings, changes: FactChanges = NO_CHANGES
) -> SourceRegistry:
    chosen = config.sources
    most = chosen.pages.hits if chosen.pages else 0
    engines = _build_search_engines(chosen, load_prices(changes))
    try:
        return build_registry(
            chain(
                (_add_hit_pages(one, most) if most else one for one in engines),
                _build_alert_source(chosen),
                _build_profile_sources(chosen),
                _build_presence_sources(config, load_site_catalog(config, changes).entries),
            )
        )
    except RegistryError as error:
        raise ConfigError(str(error)) from error


def _build_search_engines(chosen: SourcesConfig, prices: Mapping[str, Decimal]) -> Iterator[Source]:
    """Build the engines whose table is there."""
    if chosen.brave:
        for engine in (BRAVE, BRAVE_NEWS) if chosen.brave.news else (BRAVE,):
            limit = None if chosen.brave.storage_granted else engine.info.retain_text_for
            lent = replace(engine, info=replace(engine.info, retain_text_for=limit))
            yield _configure_search_engine(lent, chosen.brave, prices)
    for engine, table in ((MOJEEK, chosen.mojeek), (KAGI, chosen.kagi), (GDELT, chosen.gdelt)):
        if table:
            yield _configure_search_engine(engine, table, prices)
    if chosen.serper:
        if not chosen.serper.notice_read:
            notice = SERPER.info.notice
            raise ConfigError(
                f"[sources.serper] needs `notice_read = true` once you have read this: {notice}"
            )
        yield _configure_search_engine(SERPER, chosen.serper, prices)
    if chosen.searxng:
        yield SearxNG(
            base_url=chosen.searxng.url,
            engines=chosen.searxng.engines,
            known_query=chosen.searxng.canary,
            allow_private=chosen.searxng.allow_private,
            quota=build_budget(chosen.searxng),
        )


def _configure_search_engine(
    engine: SearchApi, chosen: SearchEngineConfig, prices: Mapping[str, Decimal]
) -> Source:
    price = prices.get(engine.name, engine.info.usd_per_1000)
    return replace(
        engine,
        info=replace(engine.info, usd_per_1000=price),
        base_url=chosen.url or engine.base_url,
        known_query=chosen.canary or engine.known_query,
        allow_private=chosen.allow_private,
        quota=build_budget(chosen),
    )


def _build_alert_source(chosen: SourcesConfig) -> Iterator[Source]:
    alerts = chosen.alerts
    if alerts:
        origins = alerts.origins or ALERT_ORIGINS
        if not all(clean_feed_address(feed, origins) for feed in alerts.district_feeds):
            reason = f"[sources.alerts] has a district feed that is no alert feed: {FEED_SHAPES}"
            raise ConfigError(reason)
        yield AlertFeedSource(
            district_feeds=alerts.district_feeds,
            feed_origins=origins,
            allow_private=alerts.allow_private,
            quota=build_budget(alerts),
        )


def _build_presence_sources(
    config: SourceSettings, entries: Iterable[SiteEntry]
) -> Iterator[Source]:
    for entry in entries:
        yield PresenceSource(entry=entry, quota=build_budget(config.sources.sites))


def find_missing_keys(
    sources: Mapping[str, Source], environ: Mapping[str, str]
) -> Mapping[str, str]:
    """Return the credential that each source without its key waits for."""
    wanted = {
        name: _get_key_name(source, source.info.api_key)
        for name, source in sources.items()
        if source.info.api_key is not None and source.info.api_key.required
    }
    return {name: key for name, key in wanted.items() if not read_secret(key, environ)}


def _get_key_name(source: Source, key: ApiKeySpec) -> str:
    return key.name or f"{source.name}-key"


def name_budgets(sources: Mapping[str, Source], environ: Mapping[str, str]) -> Mapping[str, str]:
    """Name the budget of each source with an API key: districts with one key share its budget.

    Of the key only a hash is told, which leads back to nothing.
    """
    keyed = ((name, source.info.api_key) for name, source in sources.items())
    given = (
        (name, read_secret(_get_key_name(sources[name], key), environ))
        for name, key in keyed
        if key
    )
    return {
        name: f"{name} {sha256(value.encode()).hexdigest()[:16]}" for name, value in given if value
    }


def list_report_forms(sources: Iterable[Source]) -> Mapping[str, str]:
    """Say which form takes reports of impersonation, by platform, where the catalog knows."""
    sites = (source.entry for source in sources if isinstance(source, PresenceSource))
    return {entry.key: entry.report_form for entry in sites if entry.report_form}


def load_credentials(sources: Iterable[Source], environ: Mapping[str, str]) -> "Credentials":
    """Collect the API keys of the sources.

    Raises ConfigError if two sources want different keys at one origin.
    """
    from scrapers.http.credentials import Credentials
    from scrapers.http.ssrf_guard import normalize_origin

    found: dict[str, tuple[str, Credential]] = {}
    missing: set[str] = set()
    apps: dict[str, AppCredential] = {}
    for source in sources:
        key = source.info.api_key
        if key is None:
            continue
        name = _get_key_name(source, key)
        value = read_secret(name, environ)
        policy = source.crawl_policy
        keyed = (text for text in policy.origins if text not in policy.picture_origins)
        for origin in map(normalize_origin, keyed):
            if not value:
                missing |= {origin} if key.required else set()
            elif key.app_token:
                apps[origin] = _build_app_credential(key, key.app_token, value)
            elif found.setdefault(origin, (name, _build_credential(key, value)))[0] != name:
                raise ConfigError(f"Two keys are set for {origin}. Turn off one of its sources.")
    by_origin = {origin: credential for origin, (_, credential) in found.items()}
    return Credentials(by_origin=by_origin, missing=frozenset(missing), apps=apps)


def list_key_faults(sources: Iterable[Source], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Say of each key that is there and not of the form that its source wants, what to write."""
    keys = (source.info.api_key for source in sources)
    given = ((key, read_secret(key.name, environ)) for key in keys if key and key.app_token)
    return tuple(filter(None, (_find_key_fault(key, value) for key, value in given if value)))


def _find_key_fault(key: ApiKeySpec, value: str) -> str:
    client_id, _, secret = value.partition(":")
    if client_id.strip() and secret.strip():
        return ""
    return f"The credential {key.name} must be the ID of your app and its secret, as ID:SECRET."


def _build_app_credential(key: ApiKeySpec, token: AppTokenSpec, value: str) -> "AppCredential":
    from scrapers.http.credentials import AppCredential

    if fault := _find_key_fault(key, value):
        raise ConfigError(fault)
    client_id, _, secret = value.partition(":")
    return AppCredential(
        client_id=client_id.strip(),
        secret=secret.strip(),
        token=token,
        header=key.header,
        prefix=key.prefix,
    )


def _build_credential(key: ApiKeySpec, value: str) -> "Credential":
    from scrapers.http.credentials import Credential

    if key.header:
        return Credential(headers=((key.header, f"{key.prefix}{value}"),))
    return Credential(params=((key.param, value),))


ACCOUNT_QUERY_KINDS = frozenset({QueryKind.SEARCH, QueryKind.PROFILE, QueryKind.PRESENCE})


class PictureSupport(StrEnum):
    """Whether this installation can open pictures; if not, we request none."""

    OPENED = "opened"
    UNOPENED = "unopened"

    @property
    def remedy(self) -> str:
        """Say what is missing, in one sentence; empty where nothing is."""
        if self is PictureSupport.OPENED:
            return ""
        return (
            "Profile pictures are not compared, and people cannot add screenshots: that takes the "
            "optional extra `photos` (pip install -r requirements-photos.txt)."
        )


def detect_picture_support() -> PictureSupport:
    """Say whether this installation can open pictures."""
    return PictureSupport.OPENED if can_open_pictures() else PictureSupport.UNOPENED


def is_worth_keeping(source: Source, query: Query, result: ParseResult) -> bool:
    """Choose answers of profile sites about an account of the person whom the query is about.

    Follower lists and search results are never stored: they are about many people.
    """
    about_somebody = query.kind in ACCOUNT_QUERY_KINDS and query.subject not in {
        "",
        DISTRICT_SUBJECT,
    }
    found = result.outcome is Outcome.FOUND and source.family is not SourceFamily.SEARCH
    return about_somebody and found
