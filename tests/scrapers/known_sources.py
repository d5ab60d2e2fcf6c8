"""Every source that comes with the project, found by looking through its packages."""

from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import cast

from scrapers import profiles, search
from scrapers.sites.catalog import load_own_catalog
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import Source

# What a configuration has to say of a source that cannot be asked without it.
CONFIGURED = {"base_url": "https://its-own.example"}
MEMBERS = ("name", "info", "crawl_policy", "build_queries", "parse_response", "build_canaries")


@cache
def written_sources() -> tuple[Source, ...]:
    """Return the sources that have a file of their own, or share one with their like."""
    found = {source.name: source for module in _modules() for source in _sources_in(module)}
    return tuple(found.values())


@cache
def all_sources() -> tuple[Source, ...]:
    sites = (PresenceSource(entry=entry) for entry in load_own_catalog().entries)
    return (*written_sources(), *sites)


def _modules() -> Iterator[ModuleType]:
    for package in (profiles, search):
        for found in iter_modules(package.__path__, f"{package.__name__}."):
            yield import_module(found.name)


def _sources_in(module: ModuleType) -> Iterator[Source]:
    """Yield what stands in a module ready-made, and what its classes make."""
    for attribute in vars(module).values():
        if isinstance(attribute, type):
            if attribute.__module__ == module.__name__ and _is_source(attribute):
                yield _made(attribute)
        elif _is_source(type(attribute)):
            yield attribute


def _is_source(kind: type) -> bool:
    if not is_dataclass(kind):
        return False
    known = {*dir(kind), *(field.name for field in fields(kind))}
    return all(member in known for member in MEMBERS)


def _made(kind: type) -> Source:
    needed = [
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING and field.init
    ]
    make = cast("Callable[..., Source]", kind)
    return make(**{name: CONFIGURED[name] for name in needed})
