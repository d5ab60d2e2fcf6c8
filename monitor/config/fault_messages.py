"""What is wrong in a configuration file, in the words of someone who edits it, with the line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import available_timezones

from msgspec import Struct
from msgspec.inspect import (
    EnumType,
    Field,
    ListType,
    Metadata,
    StructType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)


def describe_format_faults(path: Path, text: str, error: str, schema: type[Struct]) -> str:
    """Say what keys are missing or not as they must be; `error` is what was found first."""
    missing = _find_missing_keys(type_info(schema), tomllib.loads(text), ())
    # What was found first may be one of those that are missing.
    told = (format_config_fault(path, text, fault, schema) for fault in (error, *missing))
    return list_mistakes(path, tuple(dict.fromkeys(told)))


def _find_missing_keys(
    kind: Type, settings: Mapping[str, object], keys: tuple[str, ...]
) -> Iterator[str]:
    """Yield a fault for each key that must be there and is not, those of missing tables as well."""
    fields = kind.fields if isinstance(kind, StructType) else ()
    misspelled = settings.keys() - {field.encode_name for field in fields}
    for field in fields:
        name, inside = field.encode_name, settings.get(field.encode_name)
        table = _open_type(field.type)
        if inside is None and get_close_matches(name, misspelled, n=1, cutoff=0.7):
            continue
        if isinstance(table, StructType):
            if inside is None and not isinstance(field.type, UnionType | VarTupleType):
                inside = {}
            for part in inside if isinstance(inside, list) else (inside,):
                if isinstance(part, Mapping):
                    yield from _find_missing_keys(table, part, (*keys, name))
        elif inside is None and (field.required or isinstance(field.type, Metadata)):
            where = f" - at `{'.'.join(('$', *keys))}`" if keys else ""
            yield f"Object missing required field `{name}`{where}"


def list_mistakes(path: Path, faults: tuple[str, ...], then: str = "") -> str:
    """Return one sentence for one fault of a file, and a list for several."""
    if len(faults) == 1:
        return faults[0]
    lines = (fault.removeprefix(f"{path}").lstrip(":, ") for fault in faults)
    return "\n  ".join((f"{path} has {len(faults)} mistakes.{then}", *lines))


# What people call their time. Some are in the database, without daylight saving time.
ZONE_OF_ABBREVIATION: Mapping[str, str] = {
    **dict.fromkeys(("EST", "EDT", "ET"), "America/New_York"),
    **dict.fromkeys(("CST", "CDT", "CT"), "America/Chicago"),
    **dict.fromkeys(("MST", "MDT", "MT"), "America/Denver"),
    **dict.fromkeys(("PST", "PDT", "PT"), "America/Los_Angeles"),
    **dict.fromkeys(("AKST", "AKDT"), "America/Anchorage"),
    **dict.fromkeys(("HST", "HDT"), "Pacific/Honolulu"),
}


def describe_zone_fault(name: str) -> str:
    """Say that it is none, and which one was most likely meant."""
    if meant := ZONE_OF_ABBREVIATION.get(name.strip().upper()):
        return f"{name!r} is not a time zone of a place. Did you mean {meant}?"
    # Its city alone: what comes before makes zones of one continent look alike.
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(available_timezones())}
    typed = name.strip().replace(" ", "_").casefold().rpartition("/")[2]
    close = get_close_matches(typed, cities, n=1, cutoff=0.8)
    hint = f". Did you mean {cities[close[0]]}?" if close else " such as America/Chicago."
    return f"{name!r} is not a time zone{hint}"


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
    "key": "the public key that signs facts, 64 characters of 0-9 and a-f (docs/facts.md)",
}
_SECRET = re.compile(r"password|secret|token|(^|_)(api_?)?key$")
_SECRETS_ELSEWHERE = (
    "Secrets do not belong in this file: `Secrets` in docs/set-up.md says where they go."
)
_OTHER_ENGINE = "Remove the table, and set up another engine, such as [sources.brave]."
# Sources that others end, and what to do about it.
_ENDED = {
    "sources.google": f"Google ends its Custom Search API on January 1, 2027. {_OTHER_ENGINE}",
    "sources.bing": f"Microsoft ended the Bing Search APIs on August 11, 2025. {_OTHER_ENGINE}",
}
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
    plain = re.sub(r"\[[^][]*\]", "", where.strip("`").removeprefix("$"))
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
        sentence = f"`{'.'.join(keys) or 'top level'}` {what}{'' if what.endswith('?') else '.'}"
    line = _find_line_number(text, keys)
    return f"{path}, line {line}: {sentence}" if line else f"{path}: {sentence}"


def _describe_unknown_key(schema: type[Struct], keys: list[str], name: str) -> str:
    known = [field.encode_name for field in _list_fields(schema, keys)]
    inside = f"`{'.'.join(keys)}`" if keys else "the file"
    close = get_close_matches(name, known, n=1, cutoff=0.7)
    if ended := _ENDED.get(".".join([*keys, name])):
        return f"`{'.'.join([*keys, name])}` is not a source anymore: {ended}"
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
        kind = next((_open_type(field.type) for field in fields if field.encode_name == key), None)
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
    """Return the line of the last of `keys` that the file names, counting from 1; 0 if none."""
    lines = text.splitlines()
    at = -1
    for key in keys:
        shape = re.compile(rf"^\s*(\[+[\w.\"-]*\b{re.escape(key)}[].]|{re.escape(key)}\s*=)")
        at = next((n for n in range(max(at, 0), len(lines)) if shape.match(lines[n])), at)
    return at + 1
