"""Where platforms take reports, where sites take details down, and what to do about each case.

Facts that grow old, read from files. A new kind of case needs one more table in `advice.toml`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from monitor.domain.serialization import parse_data_file
from monitor.domain.vocabulary import AllowedReporter, CaseKind, GuideReliability, ProofRequirement
from scrapers.models import Trace

STALE_AFTER = timedelta(days=180)

Text = Annotated[str, Meta(min_length=1, max_length=300)]
# What comes after the kind of words, as in `asks.name`.
WordsId = Annotated[str, Meta(pattern=r"^[a-z]+(?:[.-][a-z]+)*$", max_length=60)]
Address = Annotated[str, Meta(pattern=r"^https://[^\s<>\"'@]+$")]
Guide = TypeVar("Guide")


def is_fact_stale(known: GuideReliability, seen_on: date | None, now: datetime) -> bool:
    """Tell whether to look twice: old, of no date, or never looked up."""
    if known is GuideReliability.RECALLED or seen_on is None:
        return True
    return now.date() - seen_on > STALE_AFTER


def find_by_host(guides: Mapping[str, Guide], url: str) -> Guide | None:
    """Return the guide of an address's host, or else of the nearest domain above it."""
    labels = (urlsplit(url).hostname or "").casefold().split(".")
    hosts = (".".join(labels[number:]) for number in range(len(labels)))
    return next((guides[host] for host in hosts if host in guides), None)


class TakedownGuide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a platform wants. `form` and `help` are empty where there is none.

    `least` is how many copied elements its rule wants, 0 where it names no number; `seen_on` is
    the day of the newest text we rest on, None where it has none.
    """

    name: Text
    hosts: tuple[Text, ...]
    in_app: WordsId
    who: Annotated[tuple[AllowedReporter, ...], Meta(min_length=1)]
    asks: Annotated[tuple[WordsId, ...], Meta(min_length=1)]
    identity: ProofRequirement
    rule: WordsId
    known: GuideReliability
    form: Address | None = None
    least: Annotated[int, Meta(ge=0, le=9)] = 0
    help: Address | None = None
    seen_on: date | None = None

    def is_stale(self, now: datetime) -> bool:
        return is_fact_stale(self.known, self.seen_on, now)


class TakedownGuides:
    """Finds the place for an account; a platform that we do not know has none."""

    def __init__(self, places: Mapping[str, TakedownGuide]) -> None:
        self._places = dict(places)
        self._by_host = {host: place for place in places.values() for host in place.hosts}

    def __iter__(self) -> Iterator[tuple[str, TakedownGuide]]:
        return iter(self._places.items())

    def find_guide(self, portrait: Trace, report: str = "") -> TakedownGuide | None:
        """Look by what the catalog says of the site, then by platform, then by the address."""
        found = self._places.get(report) or self._places.get(portrait.platform)
        return found or find_by_host(self._by_host, portrait.url)


def parse_takedown_guides(text: str, name: str) -> TakedownGuides:
    """Read them from TOML; raise ConfigError naming the file where it is not of that form."""
    return TakedownGuides(parse_data_file(text, name, dict[str, TakedownGuide]))


@cache
def load_takedown_guides() -> TakedownGuides:
    file = files("monitor.domain").joinpath("places.toml")
    return parse_takedown_guides(file.read_text("utf-8"), "places.toml")


# Google's own tool, which hides what its search shows; the page itself stays.
RESULTS_ABOUT_YOU = "https://myactivity.google.com/results-about-you"


class RemovalGuide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a site wants. `days` is None where no one says how long it takes.

    `seen_on` is the day of the newest text we rest on, None where it has none.
    """

    name: Text
    hosts: Annotated[tuple[Text, ...], Meta(min_length=1)]
    opt_out: Address
    asks: Annotated[tuple[WordsId, ...], Meta(min_length=1)]
    known: GuideReliability
    days: Annotated[int, Meta(ge=1, le=90)] | None = None
    seen_on: date | None = None

    def is_stale(self, now: datetime) -> bool:
        return is_fact_stale(self.known, self.seen_on, now)


class RemovalGuides:
    """Finds the site of an address; a site that we do not know has none."""

    def __init__(self, sites: Mapping[str, RemovalGuide]) -> None:
        self._sites = dict(sites)
        self._by_host = {host: site for site in sites.values() for host in site.hosts}

    def __iter__(self) -> Iterator[tuple[str, RemovalGuide]]:
        return iter(self._sites.items())

    def find_guide(self, url: str) -> RemovalGuide | None:
        return find_by_host(self._by_host, url)


def parse_removal_guides(text: str, name: str) -> RemovalGuides:
    """Read them from TOML; raise ConfigError naming the file where it is not of that form."""
    return RemovalGuides(parse_data_file(text, name, dict[str, RemovalGuide]))


@cache
def load_removal_guides() -> RemovalGuides:
    file = files("monitor.domain").joinpath("removals.toml")
    return parse_removal_guides(file.read_text("utf-8"), "removals.toml")


class AdviceTarget(StrEnum):
    """Where a step leads: two of our own pages, and one of the platform's."""

    KIT = "kit"
    REMOVAL = "removal"
    RECOVERY = "recovery"


class AdviceStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`words` is the end of the id of its words."""

    words: WordsId
    at: AdviceTarget | None = None
    address: Address | None = None


class CaseAdvice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next steps about one kind of case."""

    steps: Annotated[tuple[AdviceStep, ...], Meta(min_length=2, max_length=3)]
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
    kinds: Mapping[str, CaseAdvice]
    recovery: Mapping[str, RecoveryPage]

    def get_advice(self, kind: CaseKind) -> CaseAdvice:
        return self.kinds[kind]


def parse_advice(text: str, name: str) -> AdviceBook:
    """Read it from TOML; raise ConfigError naming the file where it is not of that form."""
    return parse_data_file(text, name, AdviceBook)


@cache
def load_advice() -> AdviceBook:
    file = files("monitor.domain").joinpath("advice.toml")
    return parse_advice(file.read_text("utf-8"), "advice.toml")
