"""Facts about the world outside: where each is from, and when somebody last looked.

They grow old without a sign, so they lie apart from the program, one file of tables a kind.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from typing import TypeVar

import msgspec
from msgspec import Struct

STALE_AFTER = timedelta(days=180)
FactT = TypeVar("FactT", bound="DatedFact")


class FactReliability(StrEnum):
    """How we know: its own page says so, others say so, or no one has looked it up."""

    OFFICIAL = "official"
    SECONDARY = "secondary"
    RECALLED = "recalled"


class DatedFact(Struct, frozen=True, kw_only=True):
    """`source` is where we have it from, and `as_of` the date of the newest text that says so.

    `seen_on` is the day when somebody looked at the page itself: nothing else sets it.
    """

    known: FactReliability = FactReliability.RECALLED
    source: str = ""
    as_of: date | None = None
    seen_on: date | None = None

    @property
    def day(self) -> date | None:
        """How old it is at best; None where nothing that we have of it bears a date."""
        return max(filter(None, (self.seen_on, self.as_of)), default=None)

    def is_stale(self, now: datetime) -> bool:
        """Tell whether nobody has looked at the page itself for long, or ever."""
        return self.seen_on is None or now.date() - self.seen_on > STALE_AFTER


class FactsError(ValueError):
    """A file of facts is not of its form; the sentence names it."""


def parse_facts(text: str, name: str, shape: type[FactT]) -> dict[str, FactT]:
    """Read tables from TOML; what stands before the first of them holds where one is silent."""
    try:
        contents = tomllib.loads(text)
        tables = {key: value for key, value in contents.items() if isinstance(value, Mapping)}
        common = {key: value for key, value in contents.items() if key not in tables}
        return {key: msgspec.convert({**common, **tables[key]}, shape) for key in tables}
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        reason = f"{name} cannot be used: {error}."
        raise FactsError(reason) from error


def load_facts(kind: str, shape: type[FactT]) -> dict[str, FactT]:
    """Return the facts of a kind by their keys, as they come with the program."""
    file = files("scrapers.facts") / f"{kind}.toml"
    return parse_facts(file.read_text("utf-8"), file.name, shape)
