"""What to do about each kind of flag, and where platforms let people back in: read from a file.

A new kind of flag needs one more table there, and nothing here.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated

from msgspec import Meta, Struct

from monitor.domain.data_files import parse_data_file
from monitor.domain.takedown.places import Address, Text, is_fact_stale
from monitor.domain.vocabulary import FlagKind, GuideReliability

SITE = "{site}"


class AdviceTarget(StrEnum):
    """Where a step leads: two of our own pages, and one of the platform's."""

    KIT = "kit"
    REMOVAL = "removal"
    RECOVERY = "recovery"


class AdviceStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    words: Text
    at: AdviceTarget | None = None
    address: Address | None = None


class FlagAdvice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next steps about one kind of flag; `brief` is what an email says of them."""

    steps: Annotated[tuple[AdviceStep, ...], Meta(min_length=2, max_length=3)]
    brief: Text
    known: GuideReliability
    seen_on: date | None = None


class RecoveryPage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a platform lets people back into an account that was taken over."""

    address: Address
    known: GuideReliability
    seen_on: date | None = None

    def is_stale(self, now: datetime) -> bool:
        return is_fact_stale(self.known, self.seen_on, now)


class AdviceBook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kinds: Mapping[str, FlagAdvice]
    recovery: Mapping[str, RecoveryPage]

    def get_advice(self, kind: FlagKind) -> FlagAdvice:
        return self.kinds[kind]

    def list_steps(self, kind: FlagKind, site: str) -> Iterator[AdviceStep]:
        """Yield the steps with the name of the site in them."""
        for step in self.kinds[kind].steps:
            yield AdviceStep(words=step.words.replace(SITE, site), at=step.at, address=step.address)


def parse_advice(text: str, name: str) -> AdviceBook:
    """Read it from TOML; raise ConfigError naming the file where it is not of that form."""
    return parse_data_file(text, name, AdviceBook)


@cache
def load_advice() -> AdviceBook:
    file = files("monitor.domain.takedown").joinpath("advice.toml")
    return parse_advice(file.read_text("utf-8"), "advice.toml")
