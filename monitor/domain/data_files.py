"""Facts and texts kept in TOML: the files that come with the program, and a district's own."""

import tomllib
from typing import TypeVar

from msgspec import ValidationError, convert

from monitor.domain.errors import ConfigError

Form = TypeVar("Form")


def parse_data_file(text: str, name: str, form: type[Form]) -> Form:
    """Read TOML; raise ConfigError naming the file where it is not of that form."""
    try:
        return convert(tomllib.loads(text), form)
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        reason = f"{name} cannot be used: {error}."
        raise ConfigError(reason) from error
