"""Where people-search sites and data brokers are asked to take details down: facts from a file."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Annotated

from msgspec import Meta, Struct

from monitor.domain.data_files import parse_data_file
from monitor.domain.takedown.places import Address, Text, find_by_host, is_fact_stale
from monitor.domain.vocabulary import GuideReliability

# Google's own tool, which hides what its search shows; the page itself stays.
RESULTS_ABOUT_YOU = "https://myactivity.google.com/results-about-you"


class RemovalGuide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a site wants. `days` is None where no one says how long it takes.

    `seen_on` is the day of the newest text we rest on, None where it has none.
    """

    name: Text
    hosts: Annotated[tuple[Text, ...], Meta(min_length=1)]
    opt_out: Address
    asks: Annotated[tuple[Text, ...], Meta(min_length=1)]
    known: GuideReliability
    days: Annotated[int, Meta(ge=1, le=90)] | None = None
    seen_on: date | None = None

    def is_stale(self, now: datetime) -> bool:
        return is_fact_stale(self.known, self.seen_on, now)


class RemovalGuides:
    """Finds the site of an address; a site that we do not know has none."""

    def __init__(self, sites: Mapping[str, RemovalGuide]) -> None:
        self._sites = dict(sites)
        self._by_host = {host: each for each in sites.values() for host in each.hosts}

    def __iter__(self) -> Iterator[tuple[str, RemovalGuide]]:
        return iter(self._sites.items())

    def find_guide(self, url: str) -> RemovalGuide | None:
        return find_by_host(self._by_host, url)


def parse_removal_guides(text: str, name: str) -> RemovalGuides:
    """Read them from TOML; raise ConfigError naming the file where it is not of that form."""
    return RemovalGuides(parse_data_file(text, name, dict[str, RemovalGuide]))


@cache
def load_removal_guides() -> RemovalGuides:
    file = files("monitor.domain.takedown").joinpath("removals.toml")
    return parse_removal_guides(file.read_text("utf-8"), "removals.toml")
