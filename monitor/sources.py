"""Which sources a configuration names."""

from collections.abc import Iterator, Mapping

from monitor.config import Budgeted, Config
from monitor.errors import ConfigError
from scrapers.catalogue.presence import PresenceSource
from scrapers.catalogue.reader import (
    Catalogue,
    CatalogueError,
    joined,
    own_catalogue,
    read_catalogue,
)
from scrapers.profiles.bluesky import Bluesky
from scrapers.registry import RegistryError, registry
from scrapers.search.searxng import SearxNG
from scrapers.source import Budget, Source


def all_sources(config: Config) -> Mapping[str, Source]:
    """Build every source; raises ConfigError for a catalogue or a name that cannot be used."""
    try:
        return registry((*_engines(config), *_profiles(config), *_presence(config)))
    except RegistryError as error:
        raise ConfigError(str(error)) from error


def catalogue(config: Config) -> Catalogue:
    """Read the catalogues, ours first; entries that cannot be used are listed with the reason."""
    chosen = config.sources.catalogue
    try:
        own = (own_catalogue(),) if chosen.own else ()
        return joined(*own, *(read_catalogue(path) for path in chosen.files))
    except CatalogueError as error:
        reason = f"{error} Mend the file, or take it out of [sources.catalogue]."
        raise ConfigError(reason) from error


def _engines(config: Config) -> Iterator[Source]:
    chosen = config.sources.searxng
    if chosen:
        yield SearxNG(
            base_url=chosen.url,
            engines=chosen.engines,
            known_query=chosen.canary,
            allow_private=chosen.allow_private,
            budget=_budget(chosen),
        )


def _profiles(config: Config) -> Iterator[Source]:
    chosen = config.sources.bluesky
    if chosen.enabled:
        yield Bluesky(
            base_url=chosen.url,
            pictures=chosen.pictures,
            known_actor=chosen.canary,
            allow_private=chosen.allow_private,
            budget=_budget(chosen),
        )


def _presence(config: Config) -> Iterator[Source]:
    for entry in catalogue(config).entries:
        yield PresenceSource(entry=entry, budget=_budget(config.sources.catalogue))


def _budget(chosen: Budgeted) -> Budget:
    return Budget(daily=chosen.per_day, weekly=chosen.per_week)
