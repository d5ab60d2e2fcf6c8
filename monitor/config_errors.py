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
_BAD_SHAPE = re.compile(r"Expected `str` matching regex")
# What a pattern wants, in words: the pattern itself explains nothing.
_SHAPE_WORDS = {
    "url": "a full address that begins with https://",
    "heartbeat_url": "a full address that begins with https://",
    "certificate_log": "the address of a log only, such as https://crt.sh",
    "address": "the full address of a profile, such as https://www.facebook.com/oakhillschools",
}
_SECRET = re.compile(r"password|secret|token|(^|_)(api_?)?key$")
_SECRETS_ELSEWHERE = (
    "Secrets do not belong in this file: `Secrets` in docs/operate.md says where they go."
)
# The parser's words, and what the writer of such a line most likely has to do.
_TOML_HINTS = {
    "Invalid value": "Put text in quotes; write true, false and numbers without.",
    "Illegal character": "Close the quotes on the line where they open.",
    "Unterminated string": "Close the quotes on the line where they open.",
    "Cannot declare": "A table is there twice. Put its keys under one heading.",
    "Cannot overwrite": "A key is there twice. Remove one of them.",
    "Expected '=' after a key": "Write KEY = VALUE, and put # before a comment.",
    "Unclosed array": "Close the list with ].",
}


def describe_toml_fault(fault: str) -> str:
    """Return the parser's words, with the place, and what to do about it."""
    hints = (hint for start, hint in _TOML_HINTS.items() if fault.startswith(start))
    return f"{fault}. {next(hints, 'See https://toml.io.')}"


def format_config_fault(path: Path, text: str, fault: str, schema: type[Struct]) -> str:
    """Turn `… - at `$.mail.port`` into a sentence with the line of that key and what to write."""
    what, _, where = fault.partition(" - at ")
    plain = re.sub(r"\[[^]]*\]", "", where.strip("`").removeprefix("$"))
    keys = [key for key in plain.split(".") if key]
    unknown, missing = _UNKNOWN.match(what), _MISSING.match(what)
    if unknown:
        sentence = _describe_unknown_key(schema, keys, unknown[1])
        keys.append(unknown[1])
    elif missing:
        sentence = f"`{'.'.join([*keys, missing[1]])}` is missing. Add it."
    elif described := _describe_value(schema, keys, what):
        sentence = f"`{'.'.join(keys)}` must be {described}."
    else:
        sentence = f"`{'.'.join(keys) or 'top level'}` {what}."
    place = f"{path}, line {_find_line_number(text, keys)}" if keys else str(path)
    return f"{place}: {sentence}"


def _describe_unknown_key(schema: type[Struct], keys: list[str], name: str) -> str:
    known = [field.encode_name for field in _list_fields(schema, keys)]
    inside = f"`{'.'.join(keys)}`" if keys else "the file"
    close = get_close_matches(name, known, n=1, cutoff=0.7)
    if _SECRET.search(name) and not get_close_matches(name, known, n=1, cutoff=0.8):
        return f"unknown key `{name}` in {inside}. {_SECRETS_ELSEWHERE}"
    hint = f"Did you mean `{close[0]}`?" if close else f"Known there: {', '.join(sorted(known))}."
    return f"unknown key `{name}` in {inside}. {hint}"


def _describe_value(schema: type[Struct], keys: list[str], what: str) -> str:
    """Say what the value must be, empty where the message is none of the library's."""
    if empty := _EMPTY.match(what):
        return "text that is not empty" if empty[1] == "str" else "a list that is not empty"
    if limit := _RANGE.match(what):
        return f"{_RANGE_WORDS[limit[1]]} {limit[2].removesuffix('.0')}"
    if _BAD_SHAPE.match(what):
        return _SHAPE_WORDS[keys[-1]]
    return _describe_type(_find_type(schema, keys), keys, what)


def _describe_type(kind: Type | None, keys: list[str], what: str) -> str:
    wrong = _WRONG_TYPE.match(what)
    if isinstance(kind, EnumType) and (wrong or _BAD_CHOICE.match(what)):
        return "one of " + ", ".join(f'"{choice.value}"' for choice in kind.cls)
    if not wrong:
        return ""
    expected = wrong[1].removesuffix(" | null").split(" | ")[0]
    if expected == "array" and isinstance(kind, StructType):
        return f"a list of tables, each with the heading [[{'.'.join(keys)}]]"
    return _TYPE_WORDS.get(expected, f"of the type {expected}")


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
        shape = re.compile(rf"^\s*(\[+[\w.\"-]*\b{re.escape(key)}[].]|{re.escape(key)}\s*=)")
        at = next((n for n in range(at, len(lines)) if shape.match(lines[n])), at)
    return at + 1
