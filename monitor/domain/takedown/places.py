"""Where impersonation is reported: facts about platforms, read from a file, that grow old."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from monitor.domain.data_files import parse_data_file
from monitor.domain.vocabulary import AllowedReporter, GuideReliability, ProofRequirement
from scrapers.models import Finding

STALE_AFTER = timedelta(days=180)

Text = Annotated[str, Meta(min_length=1, max_length=300)]
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
    return next((guides[each] for each in hosts if each in guides), None)


class TakedownGuide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a platform wants. `form` and `help` are empty where there is none.

    `least` is how many copied elements its rule wants, 0 where it names no number; `seen_on` is
    the day of the newest text we rest on, None where it has none.
    """

    name: Text
    hosts: tuple[Text, ...]
    in_app: Text
    who: Annotated[tuple[AllowedReporter, ...], Meta(min_length=1)]
    asks: Annotated[tuple[Text, ...], Meta(min_length=1)]
    identity: ProofRequirement
    rule: Text
    known: GuideReliability
    form: Address | None = None
    least: Annotated[int, Meta(ge=0, le=9)] = 0
    exception: str = ""
    help: Address | None = None
    seen_on: date | None = None

    def is_stale(self, now: datetime) -> bool:
        return is_fact_stale(self.known, self.seen_on, now)


class TakedownGuides:
    """Finds the place for an account; a platform that we do not know has none."""

    def __init__(self, places: Mapping[str, TakedownGuide]) -> None:
        self._places = dict(places)
        self._by_host = {host: each for each in places.values() for host in each.hosts}

    def __iter__(self) -> Iterator[tuple[str, TakedownGuide]]:
        return iter(self._places.items())

    def find_guide(self, portrait: Finding, report: str = "") -> TakedownGuide | None:
        """Look by what the catalog says of the site, then by platform, then by the address."""
        found = self._places.get(report) or self._places.get(portrait.platform)
        return found or find_by_host(self._by_host, portrait.url)


def parse_takedown_guides(text: str, name: str) -> TakedownGuides:
    """Read them from TOML; raise ConfigError naming the file where it is not of that form."""
    return TakedownGuides(parse_data_file(text, name, dict[str, TakedownGuide]))


@cache
def load_takedown_guides() -> TakedownGuides:
    file = files("monitor.domain.takedown").joinpath("places.toml")
    return parse_takedown_guides(file.read_text("utf-8"), "places.toml")
