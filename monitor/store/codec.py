"""Values as JSON, and back."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TypeVar

import msgspec

T = TypeVar("T")


def encode(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_mended(value))


def decode(data: bytes, shape: type[T]) -> T:
    """Raise ValueError where the JSON is not of that shape."""
    return msgspec.json.decode(data, type=shape)


def utf8(text: str) -> bytes:
    """Encode any text; half a surrogate pair, as pages sometimes hold, becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _mended(value: object) -> object:
    if isinstance(value, str):
        return utf8(value).decode()
    if is_dataclass(value):
        return {each.name: _mended(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {_mended(key): _mended(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_mended(each) for each in value]
    return value
