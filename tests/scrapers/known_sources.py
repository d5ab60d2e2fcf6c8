"""Every source that comes with the project, found by looking through its packages."""

from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from scrapers import profiles, search
from scrapers.catalogue.presence import PresenceSource
from scrapers.catalogue.reader import own_catalogue
from scrapers.source import Source

# What a configuration has to say of a source that cannot be asked without it.
CONFIGURED = {"base_url": "https://its-own.example", "engine_id": "0123456789abcdef0"}
MEMBERS = ("name", "declaration", "etiquette", "plan", "read", "canaries")


@cache
def written_sources() -> tuple[Source, ...]:
    """Return the sources that have a file of their own."""
    return tuple(_made(each) for each in _classes())


@cache
def all_sources() -> tuple[Source, ...]:
    sites = (PresenceSource(entry=entry) for entry in own_catalogue().entries)
    return (*written_sources(), *sites)


def _classes() -> Iterator[type]:
    for package in (profiles, search):
        for found in iter_modules(package.__path__, f"{package.__name__}."):
            module = import_module(found.name)
            yield from (
                each
                for each in vars(module).values()
                if isinstance(each, type) and each.__module__ == found.name and _is_source(each)
            )


def _is_source(each: type) -> bool:
    return is_dataclass(each) and all(
        member in {*dir(each), *(field.name for field in fields(each))} for member in MEMBERS
    )


def _made(kind: type) -> Source:
    needed = [
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING and field.init
    ]
    make = cast("Callable[..., Source]", kind)
    return make(**{name: CONFIGURED[name] for name in needed})
