"""Values as JSON, and data from outside (JSON, TOML, fields of a form) as values of a shape."""

import threading
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import msgspec

from monitor.domain.errors import ConfigError

T = TypeVar("T")
# msgspec 0.22 ends the process if two threads meet a type for the first time together.
_FIRST_USE_LOCK = threading.Lock()
_DECODERS: dict[object, msgspec.json.Decoder[Any]] = {}


def encode_json(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_replace_surrogates(value))


def decode_json(data: bytes, shape: type[T]) -> T:
    """Raise ValueError where the JSON is not of that shape."""
    decoder: msgspec.json.Decoder[T] | None = _DECODERS.get(shape)
    if decoder is None:
        with _FIRST_USE_LOCK:
            decoder = _DECODERS[shape] = msgspec.json.Decoder(shape)
    return decoder.decode(data)


def convert_value(
    value: object,
    shape: type[T],
    *,
    strict: bool = True,
    dec_hook: Callable[[type, object], object] | None = None,
) -> T:
    """Raise msgspec.ValidationError where a value is not of that shape.

    What is not `strict` may be text.
    """
    with _FIRST_USE_LOCK:
        return msgspec.convert(value, shape, strict=strict, dec_hook=dec_hook)


def parse_data_file(text: str, name: str, shape: type[T]) -> T:
    """Read TOML; raise ConfigError naming the file where it is not of that shape."""
    try:
        return convert_value(tomllib.loads(text), shape)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        reason = f"{name} cannot be used: {error}."
        raise ConfigError(reason) from error


def encode_utf8(text: str) -> bytes:
    """Encode any text; half a surrogate pair, as pages sometimes hold, becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _replace_surrogates(value: object) -> object:
    if isinstance(value, str):
        return encode_utf8(value).decode()
    if isinstance(value, msgspec.Struct):
        return _replace_surrogates(msgspec.to_builtins(value))
    if is_dataclass(value):
        return {
            field.name: _replace_surrogates(getattr(value, field.name)) for field in fields(value)
        }
    if isinstance(value, Mapping):
        return {
            _replace_surrogates(key): _replace_surrogates(one_value)
            for key, one_value in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_replace_surrogates(entry) for entry in value]
    return value
