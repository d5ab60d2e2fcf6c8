"""Write docs/configuration.md from what reads the file: `python -m docs.configuration`."""

import json
from collections.abc import Container, Iterator, Mapping, Sequence
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
[Set it up](set-up.md#configuration) says where the file is, and where secrets go
instead. A key that is not here is refused, with its line. Paths are relative to the file.
"""
KINDS = {str: "text", Path: "path", int: "number", float: "number", bool: "`true` or `false`"}
MORE = {
    "mail": "mail.md",
    "bounces": "mail.md",
    "sources": "set-up.md#search",
    "official": "set-up.md#look-alikes-of-the-district",
    "students": "students.md",
    "detection": "detection.md",
    "planning": "set-up.md#what-searches-cost",
    "policy": "set-up.md#your-policy",
    "evidence": "decisions/0013-stored-pages.md",
    "watch": "run.md#health",
    "drill": "run.md#a-drill-each-month",
    "backup": "backup.md",
    "invitations": "invite.md",
    "staff": "invite.md",
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
    """List the tables of sources, those of one form together; a form tells what its own is."""
    forms: dict[type[Struct], list[str]] = {}
    for field in fields(SourcesConfig):
        brackets = "[[{}]]" if get_origin(field.type) is tuple else "[{}]"
        heading = brackets.format(f"sources.{field.name}")
        forms.setdefault(_find_struct(field.type), []).append(heading)
    order = [*forms]

    def rank(form: type[Struct]) -> tuple[int, int]:
        root = next(parent for parent in reversed(form.__mro__) if parent in forms)
        return order.index(root), len(form.__mro__)

    parts = (_build_form(form, forms) for form in sorted(forms, key=rank))
    return (
        f"\n{_describe(BudgetedConfig)} Each table has:\n\n{_build_keys(BudgetedConfig)}"
        f"{''.join(parts)}"
    )


def _build_form(form: type[Struct], forms: Mapping[type[Struct], Sequence[str]]) -> str:
    base = next((parent for parent in form.__mro__[1:] if parent in forms), BudgetedConfig)
    about = _describe(form).removeprefix(_describe(base)).strip()
    known = {field.name: _describe_default(field) for field in fields(base)}
    own = {
        field.name for field in fields(form) if known.get(field.name) != _describe_default(field)
    }
    lines = [f"As `{forms[base][0]}`."] if base in forms else []
    told = " ".join([*lines, about])
    keys = f"\n{_build_keys(form, own)}" if own else ""
    return f"\n### {', '.join(forms[form])}\n\n{told}\n{keys}"


def _build_keys(struct: type[Struct], names: Container[str] | None = None) -> str:
    """Build the table of all keys, or of these."""
    rows = "".join(
        f"| `{field.name}` | {_describe_kind(field.type)} | {_describe_default(field)} |\n"
        for field in fields(struct)
        if names is None or field.name in names
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
