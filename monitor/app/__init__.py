"""The one object that every service works with: an open district.

First what it takes from its machine, then the crawler and the other parts, then the App itself.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from monitor.app.sources import (
    QueryPermission,
    build_sources,
    detect_picture_support,
    is_worth_keeping,
    load_credentials,
)
from monitor.config import Config, build_inventory, load_policy_texts, load_weights, read_secret
from monitor.db.database import Database
from monitor.domain.email import Bounce, Delivery, Envelope
from monitor.domain.errors import UnavailableError
from monitor.domain.students.matching import ContactMatchResult, MatcherUsage
from monitor.mail.bounces import ImapBounceMailbox, NoBounceMailbox
from monitor.mail.smtp import (
    FolderTransport,
    RelayPace,
    SmtpTransport,
    delete_emails,
    name_by_message_id,
)
from monitor.matcher.process import NoMatcher, OtherProcessMatcher, build_matcher
from reports.emails.render import Email
from scrapers.crawl.crawler import Crawler
from scrapers.crawl.frontier import keep_no_page
from scrapers.crawl.robots import RobotsCache
from scrapers.crawl.throttle import Throttle
from scrapers.http.client import HttpClient, PageFetcher, Redirect
from scrapers.http.clock import Clock, SystemClock
from scrapers.http.connection import HttpConnections
from scrapers.http.limits import FetchLimits, compute_idle_hosts, raise_file_limit
from scrapers.http.public_records import InternetRecords, NameService
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.models import (
    Contact,
    DomainRecords,
    LoggedNames,
    Outcome,
    Page,
    ParseResult,
    Request,
)
from scrapers.registry import SourceRegistry
from scrapers.sandbox.client import PageParser, SandboxParser
from scrapers.source import AccessMode, CrawlPolicy, Source

LOG = logging.getLogger(__name__)
OUTBOX = "outbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdSource:
    """New IDs for stored things, and codes that only their recipient may know.

    `shared_nonce` makes the names that cannot exist, where districts share their canaries.
    """

    new_id: Callable[[], str] = lambda: secrets.token_hex(16)
    new_code: Callable[[], str] = lambda: secrets.token_urlsafe(32)
    shared_nonce: str = ""

    def draw_nonce(self) -> str:
        return self.shared_nonce or self.new_id()


def ignore_beat() -> None:
    """Do nothing, if there is no watchdog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a real district takes from its machine, and a demo district from its story.

    `throttle` replaces the waits of the configuration, which cannot be zero. `limits` are those of
    one request, but for the number of idle hosts. `records` replace the name service and the log of
    certificates. `connections` are those that all districts of a process share.
    `beat` marks the calling thread as alive for the service's watchdog.
    """

    clock: Clock = field(default_factory=SystemClock)
    ids: IdSource = field(default_factory=IdSource)
    dialer: Dialer = field(default_factory=Dialer)
    throttle: Throttle | None = None
    limits: FetchLimits = field(default_factory=FetchLimits)
    records: "PublicRecords | None" = None
    connections: HttpConnections | None = None
    name_email: Callable[[Envelope], str] = name_by_message_id
    delete_emails: Callable[[Path, str], None] = delete_emails
    beat: Callable[[], None] = ignore_beat
    variables: Mapping[str, str] = field(default_factory=dict)


class QuestionRecall(Protocol):
    """Has no other machine ask what was sent about a person before; `left` is for good."""

    def __call__(self, person_id: str, *, left: bool = False) -> None: ...


def recall_nothing(person_id: str, *, left: bool = False) -> None:
    """Do nothing, where no other machine has questions."""


class CrawlerBuilder(Protocol):
    """Builds the crawler of a district: its own, or one that shares hosts with other districts."""

    def __call__(
        self,
        config: Config,
        environment: Environment,
        db: Database,
        sources: Mapping[str, Source],
        parser: PageParser,
    ) -> Crawler: ...


def build_crawler(
    config: Config,
    environment: Environment,
    db: Database,
    sources: Mapping[str, Source],
    parser: PageParser,
) -> Crawler:
    """Build the crawler. A district has only one: two would each be polite, but not together."""
    workers = config.fetch.workers
    hosts = {origin for each in sources.values() for origin in each.crawl_policy.origins}
    idle_hosts = compute_idle_hosts(len(hosts), workers, raise_file_limit())
    client = HttpClient(
        dialer=environment.dialer,
        clock=environment.clock,
        limits=replace(environment.limits, idle_hosts=idle_hosts),
        user_agent=build_user_agent(config.district.contact),
        credentials=load_credentials(sources.values(), environment.variables),
        connections=environment.connections,
    )
    return Crawler(
        client=client,
        sources=sources,
        clock=environment.clock,
        host_store=db.hosts,
        parser=parser,
        robots=RobotsCache(db.robots_files),
        quota_store=db.request_quota,
        may_ask=build_permission(config, environment.clock, db, sources),
        should_keep=is_worth_keeping if config.evidence.pages else keep_no_page,
        throttle=environment.throttle or Throttle(wait_factor=config.fetch.pace),
        workers=workers,
    )


def build_permission(
    config: Config, clock: Clock, db: Database, sources: Mapping[str, Source]
) -> QueryPermission:
    return QueryPermission(
        db=db,
        clock=clock,
        sources=sources,
        inventory=build_inventory(config),
        pictures=detect_picture_support(),
    )


def build_user_agent(contact: str) -> str:
    """Give our honest name; a check of oneself (`namesake me`) has no office to write to."""
    about = f"+mailto:{contact}" if contact else "a person looking themselves up"
    return f"Namesake/{version('namesake-monitor')} ({about})"


@contextmanager
def open_endpoint_client(environment: Environment) -> Iterator[HttpClient]:
    """Open a client without keys, for addresses of the configuration."""
    client = HttpClient(
        dialer=environment.dialer,
        clock=environment.clock,
        limits=environment.limits,
        user_agent=f"Namesake/{version('namesake-monitor')}",
    )
    try:
        yield client
    finally:
        client.close()


def fetch_endpoint(
    client: HttpClient, url: str, headers: tuple[tuple[str, str], ...] = ()
) -> Page | ParseResult:
    """Request an address that the configuration names; it may be on the district's own network.

    A redirect is the answer, and is not followed.
    """
    origin = "/".join(url.split("/")[:3])
    policy = CrawlPolicy(origins=(origin,), access=AccessMode.API, allow_private=(origin,))
    answer = client.fetch(Request(url=url, headers=headers, hops=0), policy)
    return ParseResult(outcome=Outcome.FAILED) if isinstance(answer, Redirect) else answer


def build_public_records(config: Config, client: PageFetcher) -> InternetRecords:
    official = config.official
    return InternetRecords(
        names=NameService(),
        client=client,
        log_url=official.certificate_log if official else "",
        allow_private=official.allow_private if official else (),
    )


class MailTransport(Protocol):
    def send_email(self, email: Email, envelope: Envelope) -> Delivery: ...


class BounceMailbox(Protocol):
    """The mailbox that undeliverable emails come back to.

    `read_bounces` yields the bounces of one message after another, and None for one that cannot
    be read; what was yielded is not read again. Raises UnavailableError.
    """

    def read_bounces(self) -> Iterator[tuple[Bounce, ...] | None]: ...


class PublicRecords(Protocol):
    """What anyone may look up about a domain, without connecting to it."""

    def look_up_domain(self, domain: str) -> DomainRecords: ...

    def search_certificate_log(self, word: str) -> LoggedNames:
        """Return the names in the certificates in force that hold a word."""
        ...


class Matcher(Protocol):
    """Tells whether contacts of an own account look like students, and no more.

    Raises UnavailableError if it cannot tell: that never means "no".
    """

    @property
    def is_enabled(self) -> bool: ...

    @property
    def spent(self) -> MatcherUsage | None:
        """Return what was asked on the day of the last question; None before the first one."""
        ...

    def compare_contacts(self, contacts: tuple[Contact, ...]) -> ContactMatchResult: ...


class UploadReader(Protocol):
    """Opens a picture that a person uploaded, where it can do no harm."""

    def copy_screenshot(self, body: bytes) -> ParseResult: ...

    def print_picture(self, body: bytes) -> ParseResult: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """How emails leave and come back.

    `delete_stored_emails` removes the emails to an address from our own outbox folder.
    """

    transport: MailTransport
    bounces: BounceMailbox
    delete_stored_emails: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A district's settings, data and connections; no rules, and no state of a single use case.

    Long work calls `beat` at each step, or the service is restarted as hung. `recall_questions` has
    no machine ask what was sent out about a person before; it raises UnavailableError.
    """

    config: Config
    db: Database
    clock: Clock
    ids: IdSource
    sources: SourceRegistry
    crawler: Crawler
    records: PublicRecords
    matcher: Matcher
    copier: UploadReader
    mailer: Mailer
    beat: Callable[[], None]
    recall_questions: QuestionRecall = recall_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictResources:
    """What a district takes from a process that serves many; alone, it makes all of it itself."""

    parser: SandboxParser
    build_crawler: CrawlerBuilder
    pace: RelayPace | None = None
    recall_questions: QuestionRecall = recall_nothing


@contextmanager
def open_app(
    config: Config, environment: Environment, shared: DistrictResources | None = None
) -> Iterator[App]:
    """Open a district for a process that works on it, and close it at the end."""
    with ExitStack() as parts:
        db = parts.enter_context(Database.open_folder(config.state))
        matcher = build_matcher(config, environment.clock.now)
        try:
            parts.enter_context(matcher)
        except UnavailableError as error:
            # It is still asked, but cannot answer. Meanwhile, people can leave.
            LOG.warning("matcher_unavailable", extra={"reason": str(error)})
        shared = shared or DistrictResources(
            parser=parts.enter_context(SandboxParser()), build_crawler=build_crawler
        )
        app = _build_app(config, environment, db, matcher, shared)
        for fault in app.sources.faults:
            LOG.warning("source_left_out", extra={"reason": fault})
        parts.callback(app.crawler.close)
        yield app


@contextmanager
def open_portal_app(
    config: Config, environment: Environment, shared: DistrictResources | None = None
) -> Iterator[App]:
    """Open a district for the portal: without network access and without the roster."""
    with ExitStack() as parts:
        db = parts.enter_context(Database.open_folder(config.state))
        matcher = OtherProcessMatcher() if config.students.enabled else NoMatcher()
        shared = shared or DistrictResources(
            parser=parts.enter_context(SandboxParser()), build_crawler=build_crawler
        )
        yield _build_app(config, cut_off(environment), db, matcher, shared)


def cut_off(environment: Environment) -> Environment:
    """Return the same without a network."""
    return replace(environment, dialer=Dialer(address_map={}, resolve=resolve_nothing))


def build_parser() -> SandboxParser:
    """Build the children that parse, for a process that has many districts."""
    return SandboxParser()


def _build_app(
    config: Config,
    environment: Environment,
    db: Database,
    matcher: Matcher,
    shared: DistrictResources,
) -> App:
    load_weights(config.detection)  # report a bad file now, not in the middle of a sweep
    load_policy_texts(config.policy)
    sources = build_sources(config)
    crawler = shared.build_crawler(config, environment, db, sources, shared.parser)
    return App(
        config=config,
        db=db,
        clock=environment.clock,
        ids=environment.ids,
        sources=sources,
        crawler=crawler,
        records=environment.records or build_public_records(config, crawler.client),
        matcher=matcher,
        copier=shared.parser,
        mailer=_build_mailer(config, environment, shared.pace),
        beat=environment.beat,
        recall_questions=shared.recall_questions,
    )


def _build_mailer(config: Config, environment: Environment, pace: RelayPace | None) -> Mailer:
    folder = config.state / OUTBOX
    return Mailer(
        transport=_build_transport(config, environment, pace),
        bounces=_build_bounce_mailbox(config, environment),
        delete_stored_emails=partial(environment.delete_emails, folder),
    )


def _build_transport(
    config: Config, environment: Environment, pace: RelayPace | None
) -> MailTransport:
    smtp = build_smtp_transport(config, environment, pace)
    return smtp or FolderTransport(config.mail, config.state / OUTBOX, environment.name_email)


def build_smtp_transport(
    config: Config, environment: Environment, pace: RelayPace | None = None
) -> SmtpTransport | None:
    """Return the connection to the mail server; None if none is configured. Raises ConfigError."""
    if not config.mail.host:
        return None
    password = read_secret("smtp-password", environment.variables)
    return SmtpTransport(config.mail, password, environment.clock, pace)


def _build_bounce_mailbox(config: Config, environment: Environment) -> BounceMailbox:
    settings = config.bounces
    if settings is None:
        return NoBounceMailbox()
    password = read_secret("bounces-password", environment.variables)
    return ImapBounceMailbox(settings, password, config.mail.return_path)
