"""Which sources a configuration names, and which lists of sites an operator brought."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from monitor.config import Config
from monitor.config_sources import EngineConfig
from monitor.errors import ConfigError
from monitor.sources_profiles import budget_of, profile_sources
from monitor.store.lists import Lists
from scrapers.catalogue.entry import Entry
from scrapers.catalogue.imported import Known
from scrapers.catalogue.presence import PresenceSource
from scrapers.catalogue.reader import (
    Catalogue,
    CatalogueError,
    joined,
    own_catalogue,
    read_catalogue,
)
from scrapers.profiles.author_feed import AuthorFeeds
from scrapers.profiles.bluesky import Bluesky
from scrapers.profiles.ordinary_page import OrdinaryPages
from scrapers.recipes.read_hits import ReadHits
from scrapers.recipes.search_api import SearchApi
from scrapers.registry import Registry, RegistryError, registry
from scrapers.search.brave import BRAVE, BRAVE_NEWS
from scrapers.search.gdelt import GDELT
from scrapers.search.google import google
from scrapers.search.kagi import KAGI
from scrapers.search.mojeek import MOJEEK
from scrapers.search.searxng import SearxNG
from scrapers.search.serper import SERPER
from scrapers.source import Family, Source


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
    chosen = config.sources.catalogue
    try:
        own = (own_catalogue(),) if chosen.own else ()
        return joined(*own, *(read_catalogue(path) for path in chosen.files))
    except CatalogueError as error:
        reason = f"{error} Mend the file, or take it out of [sources.catalogue]."
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
            reason = f"[sources.serper] needs `notice_read = true`, once you have. {notice}"
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
        yield PresenceSource(entry=entry, budget=budget_of(config.sources.catalogue))


def report_forms(sources: Iterable[Source]) -> Mapping[str, str]:
    """Say which form takes reports of impersonation, by platform, where the catalogue knows."""
    sites = (each.entry for each in sources if isinstance(each, PresenceSource))
    return {entry.key: entry.report for entry in sites if entry.report}
