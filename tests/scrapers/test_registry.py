from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from scrapers.profiles.bluesky import Bluesky
from scrapers.registry import RegistryError, registry
from scrapers.source import Source


def plugged() -> Iterator[Source]:
    yield Bluesky(name="skies")


def plugin(value: str) -> EntryPoint:
    return EntryPoint(name="skies", value=value, group="namesake.sources")


class Plugged(EntryPoint):
    def load(self) -> object:
        return plugged


def test_sources_are_known_by_name_and_plugins_join_them() -> None:
    plugins = [Plugged(name="skies", value="skies:plugged", group="namesake.sources")]

    assert list(registry([Bluesky()], plugins)) == ["bluesky", "skies"]


def test_two_sources_of_one_name_are_refused() -> None:
    with pytest.raises(RegistryError, match="Two sources are called 'bluesky'"):
        registry([Bluesky(), Bluesky(base_url="http://other.example")], [])


@pytest.mark.parametrize("value", ["no_such_module:sources", "json:no_such_name", "json:loads"])
def test_a_plugin_that_cannot_be_loaded_is_named(value: str) -> None:
    with pytest.raises(RegistryError, match="The plugin 'skies'"):
        registry([], [plugin(value)])


def test_what_is_installed_is_found() -> None:
    assert "bluesky" in registry([Bluesky()])
