"""What is wrong in the configuration file, in the words of someone who edits such a file."""

import re
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct
from msgspec.inspect import (
    EnumType,
    Field,
    ListType,
    StructType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

_TYPE_WORDS = {
    "str": "text in quotes",
    "int": "a whole number without quotes",
    "float": "a number without quotes",
    "bool": "true or false, without quotes",
    "array": "a list in [brackets]",
    "object": "a table",
    "Path": "a path in quotes",
}
_EMPTY = re.compile(r"Expected `(str|array)` of length >= 1$")
_RANGE = re.compile(r"Expected `(?:int|float)` (>=|>|<=|<) (\S+)$")
_RANGE_WORDS = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}
_WRONG_TYPE = re.compile(r"Expected `([^`]+)`, got `[^`]+`$")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]+)`$")
_MISSING = re.compile(r"Object missing required field `([^`]+)`$")
_BAD_CHOICE = re.compile(r"Invalid enum value")


def format_config_fault(path: Path, text: str, fault: str, schema: type[Struct]) -> str:
    """Turn `… - at `$.mail.port`` into a sentence with the line of that key and what to write."""
    what, _, where = fault.partition(" - at ")
    keys = where.strip("`").removeprefix("$").strip(".").split(".")
    keys = [key.partition("[")[0] for key in keys if key]
    unknown, missing = _UNKNOWN.match(what), _MISSING.match(what)
    if unknown:
        sentence = _describe_unknown_key(schema, keys, unknown[1])
        keys.append(unknown[1])
    elif missing:
        sentence = f"`{'.'.join([*keys, missing[1]])}` is missing. Add it."
    elif described := _describe_value(schema, keys, what):
        sentence = f"`{'.'.join(keys)}` must be {described}."
    else:
        sentence = f"{what} ({'.'.join(keys) or 'top level'})."
    place = f"{path}, line {_find_line_number(text, keys)}" if keys else str(path)
    return f"{place}: {sentence}"


def _describe_unknown_key(schema: type[Struct], keys: list[str], name: str) -> str:
    known = [field.encode_name for field in _list_fields(schema, keys)]
    inside = f"`{'.'.join(keys)}`" if keys else "the file"
    close = get_close_matches(name, known, n=1)
    hint = f"Did you mean `{close[0]}`?" if close else f"Known there: {', '.join(sorted(known))}."
    return f"unknown key `{name}` in {inside}. {hint}"


def _describe_value(schema: type[Struct], keys: list[str], what: str) -> str:
    """Say what the value must be, empty where the message is none of the library's."""
    if empty := _EMPTY.match(what):
        return "text that is not empty" if empty[1] == "str" else "a list that is not empty"
    if limit := _RANGE.match(what):
        return f"{_RANGE_WORDS[limit[1]]} {limit[2].removesuffix('.0')}"
    if _BAD_CHOICE.match(what):
        kind = _find_type(schema, keys)
        if isinstance(kind, EnumType):
            return "one of " + ", ".join(f'"{choice.value}"' for choice in kind.cls)
    if wrong := _WRONG_TYPE.match(what):
        expected = wrong[1].removesuffix(" | null").split(" | ")[0]
        return _TYPE_WORDS.get(expected, f"of the type {expected}")
    return ""


def _list_fields(schema: type[Struct], keys: list[str]) -> tuple[Field, ...]:
    kind = _find_type(schema, keys)
    return kind.fields if isinstance(kind, StructType) else ()


def _find_type(schema: type[Struct], keys: list[str]) -> Type | None:
    kind: Type | None = type_info(schema)
    for key in keys:
        fields = kind.fields if isinstance(kind, StructType) else ()
        kind = next((_open_type(each.type) for each in fields if each.encode_name == key), None)
    return kind


def _open_type(kind: Type) -> Type:
    """Return what is in an optional value or a list, since messages name neither."""
    while True:
        if isinstance(kind, UnionType):
            kind = kind.types[0]
        elif isinstance(kind, ListType | VarTupleType):
            kind = kind.item_type
        else:
            return kind


def _find_line_number(text: str, keys: list[str]) -> int:
    """Return the line of the last of `keys` that the file names, counting from 1."""
    lines = text.splitlines()
    at = 0
    for key in keys:
        shape = re.compile(rf"^\s*(\[+[\w.\"-]*\b{re.escape(key)}\]|{re.escape(key)}\s*=)")
        at = next((n for n in range(at, len(lines)) if shape.match(lines[n])), at)
    return at + 1
