"""Every source there is, by its name."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from itertools import chain
from types import MappingProxyType

from scrapers.source import Source

GROUP = "namesake.sources"


class RegistryError(ValueError):
    """Holds one sentence: which sources cannot stand together, or cannot be loaded."""


def registry(
    sources: Iterable[Source], plugins: Iterable[EntryPoint] | None = None
) -> Mapping[str, Source]:
    """Return the sources given and those of installed plugins, which may not take their names.

    An entry point of the group `namesake.sources` names a function that returns sources.
    """
    installed = entry_points(group=GROUP) if plugins is None else plugins
    known: dict[str, Source] = {}
    for source in chain(sources, (each for plugin in installed for each in _loaded(plugin))):
        if known.setdefault(source.name, source) is not source:
            message = f"Two sources are called {source.name!r}: rename or remove one of them."
            raise RegistryError(message)
    return MappingProxyType(known)


def _loaded(plugin: EntryPoint) -> Iterator[Source]:
    try:
        make: Callable[[], Iterable[Source]] = plugin.load()
        yield from make()
    except (ImportError, AttributeError, TypeError) as error:
        message = f"The plugin {plugin.name!r} ({plugin.value}) cannot be loaded: {error}."
        raise RegistryError(message) from error
