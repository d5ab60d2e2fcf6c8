"""Which sources a configuration names, and which lists of sites an operator brought."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.config import Budgeted, Config
from monitor.errors import ConfigError, InputError
from monitor.store.lists import Lists
from scrapers.catalogue.entry import Entry
from scrapers.catalogue.imported import Imported, Known, imported
from scrapers.catalogue.presence import PresenceSource
from scrapers.catalogue.reader import (
    Catalogue,
    CatalogueError,
    joined,
    own_catalogue,
    read_catalogue,
)
from scrapers.profiles.bluesky import Bluesky
from scrapers.registry import Registry, RegistryError, registry
from scrapers.search.searxng import SearxNG
from scrapers.source import Budget, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptList:
    """`found` is None where the file can no longer be read; `fault` says why."""

    name: str
    found: Imported | None = None
    fault: str = ""

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.found.entries if self.found else ()


def all_sources(config: Config) -> Registry:
    """Build every source; raises ConfigError for a catalogue or a name that cannot be used.

    Plug-ins and lists that cannot be used are left out, and told in its `faults`.
    """
    ours = _ours(config)
    kept = tuple(_read(config, _known(config, ours)))
    entries = (entry for each in kept for entry in each.entries)
    return ours.joined(_asked(config, entries), [each.fault for each in kept if each.fault])


def catalogue(config: Config) -> Catalogue:
    """Read the catalogues, ours first; entries that cannot be used are listed with the reason."""
    chosen = config.sources.catalogue
    try:
        own = (own_catalogue(),) if chosen.own else ()
        return joined(*own, *(read_catalogue(path) for path in chosen.files))
    except CatalogueError as error:
        reason = f"{error} Mend the file, or take it out of [sources.catalogue]."
        raise ConfigError(reason) from error


def kept_lists(config: Config) -> Iterator[KeptList]:
    """Read the lists that were brought in, as they are asked: earlier names go first."""
    yield from _read(config, _known(config, _ours(config)))


def reading(config: Config, file: str, content: bytes, but: str | None = None) -> Imported:
    """Read a list beside all that is there, `but` the one in whose place it comes.

    Raises InputError where it is in no form that we know.
    """
    known = _known(config, _ours(config))
    try:
        replaced = but or imported(file, content, Known()).form.lower()
        for kept in _read(config, known, but=replaced):
            known.learn(kept.entries)
        return imported(file, content, known)
    except CatalogueError as error:
        raise InputError(str(error)) from error


def _read(config: Config, known: Known, but: str = "") -> Iterator[KeptList]:
    lists, known = Lists(config.state), known.copy()
    for name in lists.names():
        if name == but:
            continue
        try:
            kept = KeptList(name=name, found=imported(name, lists.read(name), known))
        except (CatalogueError, InputError) as error:
            fault = f"The list {name!r} is left out: {error} Bring it in again, or remove it."
            kept = KeptList(name=name, fault=fault)
        known.learn(kept.entries)
        yield kept


def _ours(config: Config) -> Registry:
    try:
        entries = catalogue(config).entries
        return registry((*_engines(config), *_profiles(config), *_asked(config, entries)))
    except RegistryError as error:
        raise ConfigError(str(error)) from error


def _known(config: Config, ours: Registry) -> Known:
    entries = catalogue(config).entries
    keys = {entry.key for entry in entries}
    return Known.of(entries, [name for name in ours if name not in keys])


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
            known_actor=chosen.canary,
            allow_private=chosen.allow_private,
            budget=_budget(chosen),
        )


def _asked(config: Config, entries: Iterable[Entry]) -> Iterator[Source]:
    for entry in entries:
        yield PresenceSource(entry=entry, budget=_budget(config.sources.catalogue))


def _budget(chosen: Budgeted) -> Budget:
    return Budget(daily=chosen.per_day, weekly=chosen.per_week)
