"""What a source is: it plans queries, reads answers, and can be tested in the field."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest
from typing import Protocol, Self, runtime_checkable

from scrapers.models import District, Identity, Outcome, Page, ParseResult, Query, QueryKind


class AccessMode(StrEnum):
    """robots.txt binds pages; an API has terms of its own."""

    API = "api"
    PAGE = "page"


class SourceFamily(StrEnum):
    """Which consent a source falls under."""

    SEARCH = "search"
    PROFILES = "profiles"
    MAIL_HASH = "mail-hash"
    BREACHES = "breaches"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestQuota:
    """How many requests a source gets on one UTC day and in one ISO week; None sets no limit."""

    daily: int | None = None
    weekly: int | None = None

    @property
    def is_limited(self) -> bool:
        return self.daily is not None or self.weekly is not None


UNLIMITED_QUOTA = RequestQuota()
ANY_ORIGIN = ("https://*", "http://*")
"""The origins of a source that reads whatever public page a person or a search named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlPolicy:
    """How to treat a source.

    `origins` are the only ones (`https://host`) it may be asked at; `https://*.host` means its
    subdomains, which share one queue, and `https://*` every public host.
    `seconds_between` counts from the end of one answer to the next request at the same host.
    `allow_private` are those of the origins that the configuration allows at a private address,
    or on another port than 80 and 443. `picture_origins` are those that hold nothing but pictures:
    no key goes there.
    """

    origins: tuple[str, ...]
    access: AccessMode
    seconds_between: float = 1.0
    allow_private: tuple[str, ...] = ()
    quota: RequestQuota = UNLIMITED_QUOTA
    picture_origins: tuple[str, ...] = ()

    @classmethod
    def build_for_api(
        cls,
        base_url: str,
        seconds_between: float,
        allow_private: tuple[str, ...],
        quota: RequestQuota = UNLIMITED_QUOTA,
    ) -> Self:
        """Return the manners towards an API: it is asked at the origin of `base_url` alone."""
        return cls(
            origins=("/".join(base_url.split("/")[:3]),),
            access=AccessMode.API,
            seconds_between=seconds_between,
            allow_private=allow_private,
            quota=quota,
        )

    def add_picture_origins(self, origins: tuple[str, ...]) -> Self:
        """Return them with the origins at which the same service keeps its pictures."""
        others = tuple(origin for origin in origins if origin not in self.origins)
        return replace(self, origins=(*self.origins, *others), picture_origins=others)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSource:
    """What each API is asked by. `pictures` are the origins at which it keeps its pictures."""

    base_url: str
    seconds_between: float = 1.0
    pictures: tuple[str, ...] = ()
    allow_private: tuple[str, ...] = ()
    quota: RequestQuota = UNLIMITED_QUOTA

    @property
    def crawl_policy(self) -> CrawlPolicy:
        return CrawlPolicy.build_for_api(
            self.base_url, self.seconds_between, self.allow_private, self.quota
        ).add_picture_origins(self.pictures)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWebSource:
    """What reads whatever public page a person or a search named."""

    seconds_between: float = 2.0
    quota: RequestQuota = UNLIMITED_QUOTA

    @property
    def crawl_policy(self) -> CrawlPolicy:
        return CrawlPolicy(
            origins=ANY_ORIGIN,
            access=AccessMode.PAGE,
            seconds_between=self.seconds_between,
            quota=self.quota,
        )


class SecretPlace(StrEnum):
    """Where a service wants the secret of an application, when it asks for a token (RFC 6749)."""

    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppTokenSpec:
    """Where an application gets a token of its own: it speaks for no one, and signs no one in.

    `id_header` is the header in which requests also carry the ID of the application, if any.
    """

    url: str
    secret_in: SecretPlace
    id_header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeySpec:
    """Where a request carries the key: in a header, after `prefix`, or in a parameter.

    The fetch tier puts it there; a source only says where. It is handed over as `name`, or as
    `SOURCE-key` where that is empty. Without one that is `required` the source cannot be asked,
    without another it is asked as a stranger. With an `app_token`, the key is the ID of an
    application and its secret, with a colon between them, and requests carry the token that the
    service gives for it.
    """

    name: str = ""
    header: str = ""
    prefix: str = ""
    param: str = ""
    required: bool = True
    app_token: AppTokenSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsOfService:
    """Where a service says what it allows; `seen_on` is None where no one has read it there yet.

    `clause` is what its text of the day `as_of` says of storing answers, as others quote it.
    """

    url: str
    seen_on: date | None = None
    as_of: date | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """What a source is, for anyone who decides whether to ask it. Its texts are plain clauses.

    `asks` is what goes out, and `discloses` what the service learns of a person by it; `sees` and
    `cannot_see` are what may be hoped for. `usd_per_1000` is the price of so many
    requests, None where no one has looked it up.
    `retain_text_for` is how long the terms let us keep its text, None for as long as we like.
    `notice` is what an operator must have read before turning it on, empty for most.
    `provenance` says which published facts the reader rests on; `seen_live` is the day on which
    someone last ran it against the live service, None for never.
    """

    title: str
    asks: str
    discloses: str
    sees: str
    cannot_see: str
    provenance: str
    terms: TermsOfService | None = None
    usd_per_1000: Decimal | None = Decimal(0)
    retain_text_for: timedelta | None = None
    api_key: ApiKeySpec | None = None
    notice: str = ""
    seen_live: date | None = None


class Method(StrEnum):
    """A way of asking a source that may break while its other ways still work.

    A service that looks accounts up may search for no names, list no contacts, or repeat its first
    page forever.
    """

    LOOKUP = "lookup"
    SEARCH = "search"
    NEXT_PAGE = "next-page"
    CONTACTS = "contacts"


METHODS: Mapping[QueryKind, Method] = {
    QueryKind.SEARCH: Method.SEARCH,
    QueryKind.PEOPLE_SEARCH: Method.SEARCH,
    QueryKind.DISTRICT: Method.SEARCH,
    QueryKind.PROFILE: Method.LOOKUP,
    QueryKind.PRESENCE: Method.LOOKUP,
    QueryKind.BREACHES: Method.LOOKUP,
    QueryKind.PICTURE: Method.LOOKUP,
    QueryKind.FOLLOWS: Method.CONTACTS,
    QueryKind.FOLLOWERS: Method.CONTACTS,
}
# The most frequent family name in the United States: a search that does not find it is broken.
COMMON_NAME = "Smith"
NEXT_PAGE_EMPTY = "next-page-empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A query whose answer we know: `expects` is FOUND or ABSENT.

    It tests one method, and no other. `blind_note` is what it means that nothing was found, or was
    withheld, where the rules of the service explain it: strangers see less, and the rest works.
    """

    query: Query
    expects: Outcome
    blind_note: str = ""

    @property
    def method(self) -> Method:
        return Method.NEXT_PAGE if self.query.page > 1 else METHODS[self.query.kind]


class Source(Protocol):
    """`version` counts changes of the reader that may change what it reads from one page.

    `platform` is the prefix of the account keys it reads, or empty.
    """

    @property
    def name(self) -> str: ...
    @property
    def platform(self) -> str: ...
    @property
    def family(self) -> SourceFamily: ...
    @property
    def version(self) -> int: ...
    @property
    def crawl_policy(self) -> CrawlPolicy: ...
    @property
    def info(self) -> SourceInfo: ...

    def build_queries(self, identity: Identity) -> Iterable[Query]:
        """Yield the first queries about a person, the best first; `ParseResult.follow` the next.

        Where requests cost something, how often a query is asked goes by this order, and
        `parse_response` asks for no further page of its own than `Query.pages` allows.
        """
        ...

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        """Read strictly: what was expected and is missing is UNREADABLE, never empty.

        This runs in the service itself, so it looks at status, bytes and JSON alone: a source
        that needs HTML or XML parsed says `unparsed` here, and is a MarkupSource.
        """
        ...

    def build_canaries(self, nonce: str) -> Iterable[Canary]:
        """Yield queries with known answers; `nonce` makes a name that cannot exist.

        That someone is absent is believed of a method with canaries alone. What answers with a list
        needs one that is FOUND: an empty list is how a broken search looks.
        """
        ...


@runtime_checkable
class MarkupParser(Protocol):
    """Whatever reads a page in a child process that may be killed."""

    def parse_body(self, query: Query, page: Page) -> ParseResult: ...


@runtime_checkable
class MarkupSource(Source, MarkupParser, Protocol):
    """A source whose pages are HTML or XML, and tell more to a parser than their bytes do."""

    def parse_body(self, query: Query, page: Page) -> ParseResult:
        """Return the whole reading of a page that `parse_response` called unparsed.

        It runs in a child process that may be killed: the source is pickled on its way there,
        and no more of the body than is fetched goes with it. So it is pure, and it loads what
        parses markup by itself: the service never does. The child can open no file by then: a
        plug-in names what it imports there, beside our own parsers, in its attribute
        parser_modules.
        """
        ...


@runtime_checkable
class ContactSource(Protocol):
    """A source that shows, to anyone, whom an account follows and who follows it."""

    def build_contact_queries(self, account: str, subject: str) -> Iterable[Query]:
        """Yield the queries for an account key's contacts, of kind `follows` or `followers`."""
        ...


@runtime_checkable
class DistrictSource(Protocol):
    """A source that can be asked about all of a district's staff at once."""

    def build_district_queries(self, district: District) -> Iterable[Query]:
        """Yield the queries, of kind `district`, best first; none where it knows no such ones."""
        ...

    def split_result_by_person(
        self, result: ParseResult, identities: Iterable[Identity]
    ) -> Iterable[tuple[Identity, ParseResult]]:
        """Yield what the answer to one of them says of each person."""
        ...


@runtime_checkable
class PersonalFeedSource(Protocol):
    """A source that reads addresses which people gave it, and each answer speaks for itself.

    What can be read proves that it can be read, so it needs no canary. An address that leads
    nowhere is a fault of that address: its person is told, and no one else.
    """

    def find_address_fault(self, result: ParseResult) -> str:
        """Say in one clause what is wrong with an address, empty where nothing is."""
        ...


def interleave_canaries(sources: Iterable[Source], nonce: str) -> Iterator[Canary]:
    """Yield one of each source, then another: no host waits until the others have had them all."""
    for canaries in zip_longest(*(source.build_canaries(nonce) for source in sources)):
        yield from (canary for canary in canaries if canary is not None)
