"""Which sources a configuration names, and which lists of sites an operator brought.

Which APIs of profiles, and which servers of the fediverse, a configuration names. The keys of
the sources: handed over by the machine, and only to the origin they are for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from monitor.config import (
    Budgeted,
    Config,
    Dialect,
    EngineConfig,
    ProfilesConfig,
    ServerConfig,
    SiteConfig,
    SourcesConfig,
    StackExchangeConfig,
    secret,
)
from monitor.db.sources import Lists
from monitor.errors import ConfigError
from scrapers.http.credentials import Credential, Credentials
from scrapers.http.ssrf_guard import normal
from scrapers.profile_api import ProfileApi
from scrapers.profiles.activitypub import ActivityPub
from scrapers.profiles.bluesky import Bluesky
from scrapers.profiles.github import GITHUB
from scrapers.profiles.gitlab import GITLAB
from scrapers.profiles.gravatar import Gravatar
from scrapers.profiles.mastodon import Mastodon
from scrapers.profiles.stack_exchange import KEYLESS, stack_exchange
from scrapers.profiles.web_pages import AuthorFeeds, OrdinaryPages
from scrapers.profiles.wordpress import WordPress
from scrapers.profiles.youtube import YOUTUBE
from scrapers.registry import Registry, RegistryError, registry
from scrapers.search.brave import BRAVE, BRAVE_NEWS
from scrapers.search.gdelt import GDELT
from scrapers.search.google import google
from scrapers.search.kagi import KAGI
from scrapers.search.mojeek import MOJEEK
from scrapers.search.searxng import SearxNG
from scrapers.search.serper import SERPER
from scrapers.search_api import ReadHits, SearchApi
from scrapers.sites.catalog import (
    Catalogue,
    CatalogueError,
    Entry,
    joined,
    own_catalogue,
    read_catalogue,
)
from scrapers.sites.importers import Known
from scrapers.sites.presence import PresenceSource
from scrapers.source import Budget, Family, Key, Source


def budget_of(chosen: Budgeted) -> Budget:
    return Budget(daily=chosen.per_day, weekly=chosen.per_week)


def profile_sources(chosen: SourcesConfig) -> Iterator[Source]:
    tables = (
        (GITHUB, chosen.github),
        (GITLAB, chosen.gitlab),
        (Gravatar(), chosen.gravatar),
        (YOUTUBE, chosen.youtube),
    )
    for api, table in tables:
        if table:
            yield _api(api, table)
    if chosen.stack_exchange:
        yield from _sites(chosen.stack_exchange)
    yield from (_authors(each) for each in chosen.wordpress)
    yield from (_server(each) for each in chosen.fediverse)


def _api(api: ProfileApi, chosen: ProfilesConfig) -> ProfileApi:
    return replace(
        api,
        base_url=chosen.url or api.base_url,
        known=chosen.canary or api.known,
        seconds_between=chosen.seconds_between or api.seconds_between,
        allow_private=chosen.allow_private,
        budget=budget_of(chosen),
    )


def _sites(chosen: StackExchangeConfig) -> Iterator[ProfileApi]:
    """Share one budget, which the service counts for all of its sites together."""
    told = budget_of(chosen)
    whole = told if told.limited else KEYLESS
    part = Budget(daily=_part(whole.daily, chosen), weekly=_part(whole.weekly, chosen))
    for site in chosen.sites:
        yield replace(_api(stack_exchange(site), chosen), budget=part)


def _part(whole: int | None, chosen: StackExchangeConfig) -> int | None:
    return None if whole is None else max(whole // len(chosen.sites), 1)


def _authors(chosen: SiteConfig) -> Source:
    site = WordPress(base_url=chosen.url)
    return replace(_api(site, chosen), name=f"wordpress-{site.platform}")


def _server(chosen: ServerConfig) -> Source:
    kind = Mastodon if chosen.speaks is Dialect.MASTODON else ActivityPub
    server = kind(
        base_url=chosen.url,
        domain=chosen.domain,
        known=chosen.canary,
        pictures=chosen.pictures,
        allow_private=chosen.allow_private,
        budget=budget_of(chosen),
    )
    pause = chosen.seconds_between or server.seconds_between
    return replace(server, name=server.domain, seconds_between=pause)


def all_sources(config: Config) -> Registry:
    """Build every source; raises ConfigError for a catalogue or a name that cannot be used.

    Plug-ins and lists that cannot be used are left out, and told in its `faults`.
    """
    ours = _ours(config)
    kept = Lists(config.state).kept(_known(config, ours))
    entries = (entry for each in kept for entry in each.entries)
    return ours.joined(_presence(config, entries), [each.fault for each in kept if each.fault])


def known_sites(config: Config) -> Known:
    """Return what is asked without any list that was brought in."""
    return _known(config, _ours(config))


def catalogue(config: Config) -> Catalogue:
    """Read the catalogues, ours first; entries that cannot be used are listed with the reason."""
    chosen = config.sources.sites
    try:
        own = (own_catalogue(),) if chosen.own else ()
        return joined(*own, *(read_catalogue(path) for path in chosen.files))
    except CatalogueError as error:
        reason = f"{error} Fix the file, or remove it from [sources.sites]."
        raise ConfigError(reason) from error


def engine_titles(sources: Mapping[str, Source]) -> tuple[str, ...]:
    """Return the search engines by the names that people know them by."""
    engines = (source for source in sources.values() if source.family is Family.SEARCH)
    return tuple(engine.declaration.title for engine in engines)


def _ours(config: Config) -> Registry:
    try:
        engines = _with_hits_read(config, chain(_engines(config), _searxng(config)))
        profiles = chain(_bluesky(config), profile_sources(config.sources), _pages(config))
        return registry(chain(engines, profiles, _presence(config, catalogue(config).entries)))
    except RegistryError as error:
        raise ConfigError(str(error)) from error


def _known(config: Config, ours: Registry) -> Known:
    entries = catalogue(config).entries
    keys = {entry.key for entry in entries}
    return Known.of(entries, [name for name in ours if name not in keys])


def _engines(config: Config) -> Iterator[Source]:
    """Build the engines that have an API of their own, where their table is there."""
    chosen = config.sources
    if chosen.brave:
        yield _engine(BRAVE, chosen.brave)
        if chosen.brave.news:
            yield _engine(BRAVE_NEWS, chosen.brave)
    for engine, table in ((MOJEEK, chosen.mojeek), (KAGI, chosen.kagi), (GDELT, chosen.gdelt)):
        if table:
            yield _engine(engine, table)
    if chosen.google:
        yield _engine(google(chosen.google.engine), chosen.google)
    if chosen.serper:
        if not chosen.serper.notice_read:
            notice = SERPER.declaration.notice
            reason = (
                f"[sources.serper] needs `notice_read = true` once you have read this: {notice}"
            )
            raise ConfigError(reason)
        yield _engine(SERPER, chosen.serper)


def _engine(engine: SearchApi, chosen: EngineConfig) -> Source:
    return replace(
        engine,
        base_url=chosen.url or engine.base_url,
        known_query=chosen.canary or engine.known_query,
        allow_private=chosen.allow_private,
        budget=budget_of(chosen),
    )


def _searxng(config: Config) -> Iterator[Source]:
    chosen = config.sources.searxng
    if chosen:
        yield SearxNG(
            base_url=chosen.url,
            engines=chosen.engines,
            known_query=chosen.canary,
            allow_private=chosen.allow_private,
            budget=budget_of(chosen),
        )


def _bluesky(config: Config) -> Iterator[Source]:
    chosen = config.sources.bluesky
    if chosen.enabled:
        yield Bluesky(
            base_url=chosen.url,
            pictures=chosen.pictures,
            known_actor=chosen.canary,
            allow_private=chosen.allow_private,
            budget=budget_of(chosen),
        )


def _pages(config: Config) -> Iterator[Source]:
    chosen = config.sources.pages
    if chosen:
        yield OrdinaryPages(known_page=chosen.known_page, budget=budget_of(chosen))
        yield AuthorFeeds(known_feed=chosen.known_feed, budget=budget_of(chosen))


def _with_hits_read(config: Config, engines: Iterator[Source]) -> Iterator[Source]:
    chosen = config.sources.pages
    most = chosen.hits if chosen else 0
    yield from (ReadHits(engine=each, most=most) if most else each for each in engines)


def _presence(config: Config, entries: Iterable[Entry]) -> Iterator[Source]:
    for entry in entries:
        yield PresenceSource(entry=entry, budget=budget_of(config.sources.sites))


def report_forms(sources: Iterable[Source]) -> Mapping[str, str]:
    """Say which form takes reports of impersonation, by platform, where the catalogue knows."""
    sites = (each.entry for each in sources if isinstance(each, PresenceSource))
    return {entry.key: entry.report for entry in sites if entry.report}


def keys_of(sources: Iterable[Source], environ: Mapping[str, str]) -> Credentials:
    """Collect what each source wants to see.

    Raises ConfigError where two sources want different keys at one origin.
    """
    found: dict[str, tuple[str, Credential]] = {}
    missing: set[str] = set()
    for source in sources:
        key = source.declaration.key
        if key is None:
            continue
        name = key.name or f"{source.name}-key"
        value = secret(name, environ)
        manners = source.etiquette
        keyed = (each for each in manners.origins if each not in manners.pictures)
        for origin in map(normal, keyed):
            if not value:
                missing |= {origin} if key.required else set()
            elif found.setdefault(origin, (name, _credential(key, value)))[0] != name:
                reason = f"Two keys are set for {origin}. Turn off one of its sources."
                raise ConfigError(reason)
    by_origin = {origin: credential for origin, (_, credential) in found.items()}
    return Credentials(by_origin=by_origin, missing=frozenset(missing))


def _credential(key: Key, value: str) -> Credential:
    if key.header:
        return Credential(headers=((key.header, f"{key.prefix}{value}"),))
    return Credential(params=((key.param, value),))
