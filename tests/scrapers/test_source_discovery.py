"""Every source is found: those that are written here, and those that plug-ins bring."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from scrapers.profiles.bluesky import Bluesky
from scrapers.source import Source
from scrapers.source_discovery import (
    ENTRY_POINT_GROUP,
    RegistryError,
    build_registry,
    discover_built_in_sources,
)
from tests.scrapers.known_sources import written_sources
from tests.scrapers.plugin import install

ROOT = Path(__file__).parents[2]
TOLD = """\
from scrapers.source_discovery import build_registry
found = build_registry([])
print(sorted(found), found.faults)
"""


def plugged() -> Iterator[Source]:
    yield Bluesky(name="skies")


def stumbling() -> Iterator[Source]:
    yield Bluesky(name="half")
    reason = "no such network"
    raise ConnectionError(reason)


class Nameless:
    name = ""


class Undeclared:
    name = "undeclared"
    info = None


class Unasked:
    name = "unasked"
    info = Bluesky().info
    crawl_policy = Bluesky().crawl_policy


def plugin(brought: object, name: str = "skies") -> EntryPoint:
    class Plugged(EntryPoint):
        def load(self) -> object:
            return brought

    return Plugged(name=name, value="skies:brought", group=ENTRY_POINT_GROUP)


def test_every_source_that_has_a_file_is_found_by_looking_through_the_packages() -> None:
    assert set(discover_built_in_sources()) == {source.name for source in written_sources()}


def test_what_is_found_declares_itself_as_the_source_does() -> None:
    for source in written_sources():
        kind = discover_built_in_sources()[source.name]
        assert (kind.family, kind.info) == (source.family, source.info)


@pytest.mark.parametrize("brought", [plugged, Bluesky(name="skies"), (Bluesky(name="skies"),)])
def test_sources_are_known_by_name_and_plug_ins_join_them(brought: object) -> None:
    found = build_registry([Bluesky()], [plugin(brought)])

    assert list(found) == ["bluesky", "skies"]
    assert found.faults == ()


def test_two_sources_of_one_name_are_refused() -> None:
    with pytest.raises(RegistryError, match="Two sources are called 'bluesky'"):
        build_registry([Bluesky(), Bluesky(base_url="http://other.example")], [])


@pytest.mark.parametrize("value", ["no_such_module:sources", "json:no_such_name", "json:loads"])
def test_a_plug_in_that_cannot_be_loaded_is_told_and_the_others_go_on(value: str) -> None:
    broken = EntryPoint(name="broken", value=value, group=ENTRY_POINT_GROUP)

    found = build_registry([Bluesky()], [broken, plugin(plugged)])

    assert list(found) == ["bluesky", "skies"]
    (fault,) = found.faults
    assert fault.startswith(f"The plug-in 'broken' ({value}) is left out: ")


@pytest.mark.parametrize(
    ("brought", "fault"),
    [
        (stumbling, "ConnectionError: no such network"),
        (7, "TypeError"),
        ([Nameless()], "has no name"),
        ([Undeclared()], "'undeclared' has no info"),
        ([Unasked()], "'unasked' has no build_queries"),
        (Bluesky(), "another source is called 'bluesky'"),
        ([Bluesky(name="a"), Bluesky(name="a")], "another source is called 'a'"),
    ],
)
def test_a_plug_in_with_a_fault_brings_nothing_and_is_told(brought: object, fault: str) -> None:
    found = build_registry([Bluesky()], [plugin(brought)])

    assert list(found) == ["bluesky"]
    (sentence,) = found.faults
    assert fault in sentence
    assert "\n" not in sentence


def test_what_joins_later_takes_no_name_either() -> None:
    found = build_registry([Bluesky()], [plugin(7)]).copy_with_sources([Bluesky(name="skies")])

    assert list(found) == ["bluesky", "skies"]
    assert len(found.faults) == 1
    with pytest.raises(RegistryError):
        found.copy_with_sources([Bluesky(name="skies")])


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    return install(tmp_path / "site-packages")


def test_one_file_in_a_package_of_somebody_elses_is_a_source(installed: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", TOLD],
        env={"PYTHONPATH": f"{installed}:{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout == "['chalk'] ()\n"


def test_a_file_that_does_not_compile_is_one_sentence(installed: Path) -> None:
    (installed / "chalk_source.py").write_text("def broken(:")

    run = subprocess.run(
        [sys.executable, "-c", TOLD],
        env={"PYTHONPATH": f"{installed}:{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.startswith("[] (")
    assert "SyntaxError" in run.stdout
    assert run.stderr == ""
