"""Write docs/configuration.md from what reads the file: `python -m docs.configuration`."""

import json
from collections.abc import Iterator
from enum import StrEnum
from inspect import cleandoc, isclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import FieldInfo, fields

from monitor.config.file import build_config_type
from monitor.config.sections import BudgetedConfig, Config, ConfigSection, SourcesConfig
from monitor.fleet.config import FleetConfig

FILE = Path(__file__).with_suffix(".md")
FOREWORD = """\
# Configuration

Every key of `namesake.toml`, as the program reads it. `make sources` writes this page.
[Running it for real](operate.md#configuration) says where the file is, and where secrets go
instead. A key that is not here is refused, with its line. Paths are relative to the file.
"""
KINDS = {str: "text", Path: "path", int: "number", float: "number", bool: "`true` or `false`"}
MORE = {
    "mail": "operate.md#mail",
    "bounces": "operate.md#mail",
    "sources": "operate.md#search",
    "official": "operate.md#look-alikes-of-the-district",
    "students": "students.md",
    "detection": "detection.md",
    "planning": "operate.md#what-searches-cost",
    "evidence": "decisions/0013-stored-pages.md",
    "watch": "operate.md#health",
    "backup": "backup.md",
    "invitations": "operate.md#invite",
    "staff": "operate.md#invite",
    "portal": "portal.md",
    "fleet": "fleet.md",
}


def build_page() -> str:
    sections = (
        f"\n## [{field.name}]\n\n{_describe(_find_struct(field.type))}{_build_more(field.name)}"
        f"{_build_tables(field)}"
        for field in fields(build_config_type())
        if _find_struct(field.type)
    )
    fleet = f"\n## [fleet]\n\n{_describe(FleetConfig)}{_build_more('fleet')}\n"
    return f"{FOREWORD}\n{_describe(Config)}\n{''.join(sections)}{fleet}{_build_keys(FleetConfig)}"


def _build_more(name: str) -> str:
    return f" [More]({MORE[name]}).\n" if name in MORE else "\n"


def _build_tables(section: FieldInfo) -> Iterator[str] | str:
    struct = _find_struct(section.type)
    return _build_sources() if struct is SourcesConfig else f"\n{_build_keys(struct)}"


def _build_sources() -> str:
    """List the tables of sources, those of one form together."""
    forms: dict[type[Struct], list[str]] = {}
    for field in fields(SourcesConfig):
        brackets = "[[{}]]" if get_origin(field.type) is tuple else "[{}]"
        heading = brackets.format(f"sources.{field.name}")
        forms.setdefault(_find_struct(field.type), []).append(heading)
    parts = (
        f"\n### {', '.join(names)}\n\n{_describe(form)}\n\n{_build_keys(form)}"
        for form, names in forms.items()
    )
    return f"\n`per_day` and `per_week`: {_describe(BudgetedConfig)}\n" + "".join(parts)


def _build_keys(struct: type[Struct]) -> str:
    rows = "".join(
        f"| `{field.name}` | {_describe_kind(field.type)} | {_describe_default(field)} |\n"
        for field in fields(struct)
    )
    return f"| key | what it takes | without it |\n|---|---|---|\n{rows}"


def _find_struct(kind: object) -> type[Struct] | None:
    """Return the class of a table, or of each table of a list."""
    if isclass(kind) and issubclass(kind, Struct):
        return kind
    return next(filter(None, map(_find_struct, get_args(kind))), None)


def _describe(struct: type[Struct]) -> str:
    """Return what a class and those that it stands on say of their keys."""
    own = [base for base in struct.__mro__ if issubclass(base, ConfigSection)]
    common = {ConfigSection} if struct is BudgetedConfig else {ConfigSection, BudgetedConfig}
    return " ".join(
        " ".join(cleandoc(entry.__doc__ or "").split())
        for entry in reversed(own)
        if entry not in common
    )


def _describe_kind(kind: object) -> str:
    if get_origin(kind) is Annotated:
        base, *limits = get_args(kind)
        return _describe_kind(base) + "".join(_describe_limits(limit) for limit in limits)
    if get_origin(kind) in {Union, UnionType, tuple}:
        (inner,) = (arg for arg in get_args(kind) if arg not in {type(None), ...})
        return (
            f"a list of {_name_many(inner)}" if get_origin(kind) is tuple else _describe_kind(inner)
        )
    if isclass(kind) and issubclass(kind, StrEnum):
        return " or ".join(f'`"{entry}"`' for entry in kind)
    return KINDS.get(kind, "table")


def _name_many(kind: object) -> str:
    struct = _find_struct(kind)
    if struct:
        return "tables with " + ", ".join(f"`{field.name}`" for field in fields(struct))
    return "paths" if kind is Path else "texts"


def _describe_limits(limits: Meta) -> str:
    least = limits.ge if limits.ge is not None else limits.gt
    if limits.le is not None:
        return f", {'above ' if limits.ge is None else ''}{least} to {limits.le}"
    return f", {least} or more" if least is not None else ""


def _describe_default(field: FieldInfo) -> str:
    default = field.default if field.default_factory is NODEFAULT else field.default_factory()
    if default is NODEFAULT:
        return "needed"
    if default in (None, "", ()):
        return ""
    return f"`{json.dumps(default)}`"


if __name__ == "__main__":
    FILE.write_text(build_page(), "utf-8")
