"""Annexes: parts of Namesake that most districts do without, in folders of their own.

The core imports none of them. It finds each by an entry point, as it finds sources, so that one
can be deleted with its folder and its line in pyproject.toml.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from monitor.domain.errors import ConfigError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    import click

ENTRY_POINT_GROUP = "namesake.annexes"
PartT = TypeVar("PartT")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexCommand:
    """A command of an annex: under which title help lists it, in which words, and its code."""

    title: str
    line: str
    load: "Callable[[], click.Command]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """What an annex brings; anything that is left out, it does not have.

    `extensions` return a command of the core with more options. `config_tables` say of a table of
    a configuration why a file with it is not that of a district. `units` are its systemd units, and
    `service_configs` the configuration files in /etc/namesake that they read. `secrets` are a
    district's own, by name. `jobs` are the words for its kinds of jobs, which `load_jobs` declares.
    `parts` are what it adds to a room of the core, by the name of the type by which that room takes
    it: `AnnexTables` and so on.
    """

    name: str
    commands: Mapping[str, AnnexCommand] = field(default_factory=dict)
    extensions: "Mapping[str, Callable[[click.Command], click.Command]]" = field(
        default_factory=dict
    )
    config_tables: Mapping[str, str] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    service_configs: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    jobs: Mapping[str, str] = field(default_factory=dict)
    load_jobs: "Callable[[], object] | None" = None
    parts: "Mapping[str, Callable[[], object]]" = field(default_factory=dict)


@cache
def discover_annexes() -> tuple[Annex, ...]:
    """Return the annexes of this installation, by name. Raises ConfigError for a broken one."""
    # It brings the reading of archives and mail along, which most commands do without.
    from importlib.metadata import entry_points  # noqa: PLC0415 - see above

    found = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    return tuple(_load_annex(point) for point in found)


def load_annex_parts(kind: type[PartT]) -> Iterator[PartT]:
    """Yield what annexes add to one room. Raises ConfigError for what is of another type."""
    for annex in discover_annexes():
        load = annex.parts.get(kind.__name__)
        if load is None:
            continue
        part = load()
        if not isinstance(part, kind):
            reason = f"The annex {annex.name} has no {kind.__name__}: install Namesake again."
            raise ConfigError(reason)
        yield part


def _load_annex(point: "EntryPoint") -> Annex:
    try:
        annex = point.load()
    except (ImportError, AttributeError) as error:
        reason = f"The annex {point.name} cannot be loaded ({error}): install Namesake again."
        raise ConfigError(reason) from error
    if not isinstance(annex, Annex):
        reason = f"The annex {point.name} is none ({point.value}): remove the package with it."
        raise ConfigError(reason)
    return annex
