"""Every source there is, by its name: what is written here, and what plug-ins bring."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

from scrapers import profiles, search
from scrapers.source import CrawlPolicy, Source, SourceFamily, SourceInfo

ENTRY_POINT_GROUP = "namesake.sources"
SOURCE_METHODS = ("build_queries", "parse_response", "build_canaries")


class RegistryError(ValueError):
    """Holds one sentence: which sources cannot be used together."""


class PluginError(ValueError):
    """Holds one sentence: which plug-in is left out, and why."""


class SourceRegistry(Mapping[str, Source]):
    """The sources by name. `faults` says, in a sentence each, what was left out of them."""

    def __init__(self, sources: Mapping[str, Source], faults: Iterable[str] = ()) -> None:
        self._sources = MappingProxyType(dict(sources))
        self.faults = tuple(faults)

    def __getitem__(self, name: str) -> Source:
        return self._sources[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def copy_with_sources(self, sources: Iterable[Source]) -> "SourceRegistry":
        """Return it with more sources, none of which may have the name of another."""
        by_name = dict(self._sources)
        for source in sources:
            _add_source(by_name, source)
        return SourceRegistry(by_name, self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInSource:
    """A source that has a file of its own here; whether it is asked, a configuration says."""

    name: str
    family: SourceFamily
    info: SourceInfo


@cache
def discover_built_in_sources() -> Mapping[str, BuiltInSource]:
    """Look through our packages for every source that has a file of its own."""
    modules = [
        import_module(found.name)
        for package in (search, profiles)
        for found in iter_modules(package.__path__, f"{package.__name__}.")
    ]
    return MappingProxyType(
        {source.name: source for module in modules for source in _discover_in_module(module)}
    )


def build_registry(
    sources: Iterable[Source], plugins: Iterable[EntryPoint] | None = None
) -> SourceRegistry:
    """Return the sources given and those of installed plug-ins, which may not take their names.

    An entry point of the group `namesake.sources` names a source, several, or a function that
    returns some. A plug-in with a fault is left out and reported; the others work.
    """
    by_name: dict[str, Source] = {}
    for source in sources:
        _add_source(by_name, source)
    faults: list[str] = []
    for plugin in _find_plugins(tuple(sys.path)) if plugins is None else plugins:
        try:
            brought = _load_plugin(plugin)
            names = [source.name for source in brought]
            taken = [name for name in names if name in by_name or names.count(name) > 1]
            if taken:
                raise _build_plugin_error(plugin, f"another source is called {taken[0]!r}")
        except PluginError as error:
            faults.append(str(error))
        else:
            by_name.update({source.name: source for source in brought})
    return SourceRegistry(by_name, faults)


def load_modules(names: Iterable[str]) -> None:
    """Load what a child that parses will need; what cannot be loaded fails where it is used."""
    for name in names:
        with suppress(Exception):  # a plug-in is someone else's code
            import_module(name)


@cache
def _find_plugins(_path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """Look through what is installed once for all districts: it takes 4 ms.

    Where Python looks is a part of the query: another path may have other plug-ins.
    """
    return tuple(entry_points(group=ENTRY_POINT_GROUP))


def _add_source(sources: dict[str, Source], source: Source) -> None:
    if sources.setdefault(source.name, source) is not source:
        message = f"Two sources are called {source.name!r}: rename or remove one of them."
        raise RegistryError(message)


def _load_plugin(plugin: EntryPoint) -> tuple[Source, ...]:
    try:
        brought = plugin.load()
        given = brought() if callable(brought) else brought
        sources = (given,) if hasattr(given, "build_queries") else tuple(given)
        unfit = [fault for source in sources for fault in _list_source_faults(source)]
    except Exception as error:
        # It may raise whatever it likes: it is someone else's code.
        reason = f"it cannot be loaded ({type(error).__name__}: {error})"
        raise _build_plugin_error(plugin, reason) from error
    if unfit:
        raise _build_plugin_error(plugin, unfit[0])
    return sources


def _list_source_faults(source: object) -> Iterator[str]:
    """Yield what a source lacks, as far as that can be seen before it is asked."""
    name = getattr(source, "name", "")
    if not isinstance(name, str) or not name:
        yield "one of its sources has no name"
    if not isinstance(getattr(source, "info", None), SourceInfo):
        yield f"its source {name!r} has no info"
    if not isinstance(getattr(source, "crawl_policy", None), CrawlPolicy):
        yield f"its source {name!r} has no crawl_policy"
    missing = [method for method in SOURCE_METHODS if not callable(getattr(source, method, None))]
    if missing:
        yield f"its source {name!r} has no {missing[0]}"


def _build_plugin_error(plugin: EntryPoint, reason: str) -> PluginError:
    sentence = " ".join(
        f"The plug-in {plugin.name!r} ({plugin.value}) is left out: {reason}.".split()
    )
    return PluginError(sentence)


def _discover_in_module(module: ModuleType) -> Iterator[BuiltInSource]:
    """Yield the sources in a module, and those that its classes would make."""
    for attribute in vars(module).values():
        if not isinstance(attribute, type):
            attributes = {key: getattr(attribute, key, None) for key in ("name", "family", "info")}
        elif attribute.__module__ == module.__name__ and is_dataclass(attribute):
            attributes = {field.name: field.default for field in fields(attribute)}
        else:
            continue
        name, family, declared = map(attributes.get, ("name", "family", "info"))
        if not isinstance(name, str) or not isinstance(family, SourceFamily):
            continue
        if isinstance(declared, SourceInfo):
            yield BuiltInSource(name=name, family=family, info=declared)
