"""An annex is found by its entry point, and a broken one is told in one sentence."""

from collections.abc import Iterator
from importlib import metadata
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from monitor.annexes import ENTRY_POINT_GROUP, Annex, discover_annexes, load_annex_parts
from monitor.cli.main import COMMAND_LOADERS, EXTENSIBLE_COMMANDS, list_command_lines, load_command
from monitor.domain.errors import ConfigError
from monitor.services.setup_files import UNITS, list_known_units

WITH_A_WRONG_PART = Annex(name="spare", parts={"Path": lambda: "a text", "int": lambda: 7})


@pytest.fixture
def _annexes() -> Iterator[None]:
    discover_annexes.cache_clear()
    yield
    discover_annexes.cache_clear()


def install(monkeypatch: pytest.MonkeyPatch, *values: str) -> None:
    """Install packages whose entry points have these values, and no other."""
    points = [EntryPoint("spare", value, ENTRY_POINT_GROUP) for value in values]
    monkeypatch.setattr(metadata, "entry_points", lambda **_: points)


@pytest.mark.usefixtures("_annexes")
def test_without_annexes_only_the_core_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)

    assert discover_annexes() == ()
    assert set(list_command_lines()) == set(COMMAND_LOADERS)
    assert list_known_units() == UNITS
    run = load_command("run")
    assert run is not None
    assert "--districts" not in {option for param in run.params for option in param.opts}


@pytest.mark.usefixtures("_annexes")
@pytest.mark.parametrize("value", ["monitor.gone:ANNEX", "monitor.annexes:GONE"])
def test_an_annex_that_cannot_be_loaded_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    install(monkeypatch, value)

    with pytest.raises(ConfigError, match=r"The annex spare cannot be .*: install Namesake again"):
        discover_annexes()


@pytest.mark.usefixtures("_annexes")
def test_what_is_no_annex_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "monitor.annexes:ENTRY_POINT_GROUP")

    with pytest.raises(ConfigError, match="The annex spare is none"):
        discover_annexes()


@pytest.mark.usefixtures("_annexes")
def test_a_part_of_another_type_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "tests.monitor.test_annexes:WITH_A_WRONG_PART")

    with pytest.raises(ConfigError, match="The annex spare has no Path: install Namesake again"):
        tuple(load_annex_parts(Path))
    assert tuple(load_annex_parts(int)) == (7,)
    assert tuple(load_annex_parts(float)) == ()


def test_annexes_extend_only_commands_that_look_for_them() -> None:
    extended = {name for annex in discover_annexes() for name in annex.extensions}
    added = {name for annex in discover_annexes() for name in annex.commands}

    assert extended <= EXTENSIBLE_COMMANDS
    assert not added & set(COMMAND_LOADERS)
