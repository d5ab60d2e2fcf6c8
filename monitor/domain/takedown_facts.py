"""Where platforms take reports, where sites remove details, and what to do about each case.

A new kind of case needs one more table in the facts called advice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from monitor.domain.vocabulary import AllowedReporter, LeverKind, ProofRequirement, TakedownHarm
from scrapers.facts.fact import DatedFact, FactChanges, load_facts
from scrapers.models import Trace
from scrapers.urls.platforms import PLATFORMS_BY_NAME

Text = Annotated[str, Meta(min_length=1, max_length=300)]
# What comes after the kind of words, as in `asks.name`.
WordsId = Annotated[str, Meta(pattern=r"^[a-z]+(?:[.-][a-z]+)*$", max_length=60)]
Address = Annotated[str, Meta(pattern=r"^https://[^\s<>\"'@]+$")]
MailAddress = Annotated[str, Meta(pattern=r"^[a-z0-9.+-]+@[a-z0-9.-]+$", max_length=80)]
Guide = TypeVar("Guide")


def find_by_host(guides: Mapping[str, Guide], url: str) -> Guide | None:
    """Return the guide of an address's host, or else of the nearest domain above it."""
    labels = (urlsplit(url).hostname or "").casefold().split(".")
    hosts = (".".join(labels[number:]) for number in range(len(labels)))
    return next((guides[host] for host in hosts if host in guides), None)


class TakedownGuide(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a platform wants. `form`, `mail` and `help` are None where there is none.

    `hosts` are left out where the table of platforms has them. `least` is how many copied elements
    its rule wants, 0 where it names no number, and `room` how many characters its field takes. It
    answers within so many `hours`, None where it
    does not say.
    """

    name: Text
    hosts: tuple[Text, ...] = ()
    in_app: WordsId
    who: Annotated[tuple[AllowedReporter, ...], Meta(min_length=1)]
    asks: Annotated[tuple[WordsId, ...], Meta(min_length=1)]
    identity: ProofRequirement
    rule: WordsId
    form: Address | None = None
    mail: MailAddress | None = None
    least: Annotated[int, Meta(ge=0, le=9)] = 0
    room: Annotated[int, Meta(ge=300)] | None = None
    hours: Annotated[int, Meta(ge=1)] | None = None
    help: Address | None = None


class TakedownGuides:
    """Finds the place for an account; a platform that we do not know has none."""

    def __init__(self, places: Mapping[str, TakedownGuide]) -> None:
        self._places = dict(places)
        self._by_host = {
            host: place
            for key, place in places.items()
            for host in place.hosts or PLATFORMS_BY_NAME[key].hosts
        }

    def __iter__(self) -> Iterator[tuple[str, TakedownGuide]]:
        return iter(self._places.items())

    def find_guide(self, portrait: Trace, report: str = "") -> TakedownGuide | None:
        """Look by what the catalog says of the site, then by platform, then by the address."""
        found = self._places.get(report) or self._places.get(portrait.platform)
        return found or find_by_host(self._by_host, portrait.url)


FORMS_BY_HARM: Mapping[TakedownHarm, str] = {
    TakedownHarm.IMPERSONATION: "report_forms",
    TakedownHarm.HARASSMENT: "harassment_forms",
}


class RemovalGuide(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a site requires. `days` is None where no one says how long it takes."""

    name: Text
    hosts: Annotated[tuple[Text, ...], Meta(min_length=1)]
    opt_out: Address
    asks: Annotated[tuple[WordsId, ...], Meta(min_length=1)]
    days: Annotated[int, Meta(ge=1, le=90)] | None = None


class RemovalGuides:
    """Finds the site of an address; a site that we do not know has none."""

    def __init__(self, sites: Mapping[str, RemovalGuide]) -> None:
        self._sites = dict(sites)
        self._by_host = {host: site for site in sites.values() for host in site.hosts}

    def __iter__(self) -> Iterator[tuple[str, RemovalGuide]]:
        return iter(self._sites.items())

    def find_guide(self, url: str) -> RemovalGuide | None:
        return find_by_host(self._by_host, url)


class AdviceTarget(StrEnum):
    """Where a step leads: our own pages, and one of the platform's."""

    KIT = "kit"
    REMOVAL = "removal"
    SHARE = "share"
    RECOVERY = "recovery"


class AdviceStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`words` is the end of the id of its words."""

    words: WordsId
    at: AdviceTarget | None = None
    address: Address | None = None


class CaseAdvice(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next steps about one kind of case; there are most where a page does harm."""

    steps: Annotated[tuple[AdviceStep, ...], Meta(min_length=1, max_length=6)]


class PlatformPage(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of a platform that the owner of an account needs, or whom to write to instead.

    `words` say where to look if there is no one address.
    """

    words: WordsId | None = None
    address: Address | None = None
    mail: MailAddress | None = None


class Lever(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way, as the facts called levers have it; `in_app` is where within a platform it starts.

    It is of use on `platforms`, on any if none are named. `hours` is None where no one says how
    long it takes.
    """

    kind: LeverKind
    harms: Annotated[tuple[TakedownHarm, ...], Meta(min_length=1)]
    words: WordsId
    who: Annotated[tuple[AllowedReporter, ...], Meta(min_length=1)]
    asks: tuple[WordsId, ...] = ()
    platforms: tuple[str, ...] = ()
    unlisted: bool = False
    state: Text | None = None
    address: Address | None = None
    mail: MailAddress | None = None
    in_app: WordsId | None = None
    hours: Annotated[int, Meta(ge=1)] | None = None


_WORDS_OF_FORM: Mapping[TakedownHarm, str] = {
    TakedownHarm.IMPERSONATION: "report-account",
    TakedownHarm.HARASSMENT: "report-harassment",
}


def _build_form(key: str, harm: TakedownHarm, guide: TakedownGuide) -> Lever:
    return Lever(
        kind=LeverKind.FORM,
        harms=(harm,),
        words=_WORDS_OF_FORM[harm],
        who=guide.who,
        asks=guide.asks,
        platforms=(key,),
        address=guide.form or guide.help,
        mail=guide.mail,
        in_app=guide.in_app,
        hours=guide.hours,
        known=guide.known,
        source=guide.source,
        as_of=guide.as_of,
        seen_on=guide.seen_on,
    )


def _build_way_back(key: str, page: PlatformPage) -> Lever:
    return Lever(
        kind=LeverKind.RECOVERY,
        harms=(TakedownHarm.HACKED,),
        words=page.words or "recover",
        who=(AllowedReporter.PERSON,),
        platforms=(key,),
        address=page.address,
        mail=page.mail,
        known=page.known,
        source=page.source,
        as_of=page.as_of,
        seen_on=page.seen_on,
    )


@dataclass(frozen=True)
class FactBook:
    """The facts about what people can do, as they came with the program and then changed."""

    changes: FactChanges = field(default_factory=dict)

    @cached_property
    def takedown_guides(self) -> Mapping[TakedownHarm, TakedownGuides]:
        return {
            harm: TakedownGuides(load_facts(kind, TakedownGuide, self.changes))
            for harm, kind in FORMS_BY_HARM.items()
        }

    @cached_property
    def levers(self) -> tuple[Lever, ...]:
        """All ways: those of the facts called levers, the forms of platforms, the ways back in."""
        return (
            *load_facts("levers", Lever, self.changes).values(),
            *(
                _build_form(key, harm, guide)
                for harm, guides in self.takedown_guides.items()
                for key, guide in guides
            ),
            *(_build_way_back(key, page) for key, page in self.recovery_pages.items()),
        )

    @cached_property
    def removal_guides(self) -> RemovalGuides:
        return RemovalGuides(load_facts("opt_outs", RemovalGuide, self.changes))

    @cached_property
    def advice(self) -> Mapping[str, CaseAdvice]:
        """What to do, by the kind of case."""
        return load_facts("advice", CaseAdvice, self.changes)

    @cached_property
    def recovery_pages(self) -> Mapping[str, PlatformPage]:
        """Where accounts are recovered, by platform."""
        return load_facts("recovery", PlatformPage, self.changes)

    @cached_property
    def privacy_pages(self) -> Mapping[str, PlatformPage]:
        """Where the owner of an account sets who can see it, by platform."""
        return load_facts("privacy_pages", PlatformPage, self.changes)


# All districts of a process read them once.
SHIPPED_FACTS = FactBook()
