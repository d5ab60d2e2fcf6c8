"""The one object that every service works with: an open district.

First what it takes from its machine, then its parts, then the App itself. What the parts are made
of is in `parts.py`.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from monitor.config import Config, load_policy_texts, load_weights
from monitor.db.database import Database
from monitor.domain.errors import UnavailableError
from monitor.lazy import Deferred, LateField, LazyModule, replace_fields
from scrapers.http.clock import Clock, SystemClock

# What asks the web takes long to load, and most commands ask nothing.
if TYPE_CHECKING:
    from monitor.app import parts, sources
    from monitor.domain.email import Envelope
    from monitor.domain.students.matching import ContactMatchResult, MatcherUsage
    from monitor.mail import smtp
    from monitor.mail.bounces import BounceMailbox
    from monitor.mail.smtp import MailTransport, RelayPace
    from monitor.matcher import process
    from scrapers.crawl.crawler import Crawler
    from scrapers.crawl.throttle import Throttle
    from scrapers.http import limits, ssrf_guard
    from scrapers.http.client import HttpConnections
    from scrapers.http.limits import FetchLimits
    from scrapers.http.ssrf_guard import Dialer
    from scrapers.models import Contact, DomainRecords, LoggedNames
    from scrapers.registry import SourceRegistry
    from scrapers.sandbox.client import PageParser, SandboxParser
    from scrapers.source import Source
else:
    parts = LazyModule(lambda: import_module("monitor.app.parts"))
    process = LazyModule(lambda: import_module("monitor.matcher.process"))
    sources = LazyModule(lambda: import_module("monitor.app.sources"))
    limits = LazyModule(lambda: import_module("scrapers.http.limits"))
    smtp = LazyModule(lambda: import_module("monitor.mail.smtp"))
    ssrf_guard = LazyModule(lambda: import_module("scrapers.http.ssrf_guard"))

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


def _build_dialer() -> "Dialer":
    return ssrf_guard.Dialer()


def _build_limits() -> "FetchLimits":
    return limits.FetchLimits()


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What a real district takes from its machine, and a demo district from its story.

    `throttle` replaces the waits of the configuration, which cannot be zero. `limits` are those of
    one request, but for the number of idle hosts. `records` replace the name service and the log of
    certificates. `connections` are those that all districts of a process share.
    `beat` marks the calling thread as alive for the service's watchdog.
    """

    clock: Clock = field(default_factory=SystemClock)
    ids: IdSource = field(default_factory=IdSource)
    dialer: LateField["Dialer"] = LateField(_build_dialer)
    throttle: "Throttle | None" = None
    limits: LateField["FetchLimits"] = LateField(_build_limits)
    records: "PublicRecords | None" = None
    connections: "HttpConnections | None" = None
    name_email: LateField[Callable[["Envelope"], str]] = LateField(lambda: smtp.name_by_message_id)
    delete_emails: LateField[Callable[[Path, str], None]] = LateField(lambda: smtp.delete_emails)
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
        sources: Mapping[str, "Source"],
        parser: "PageParser",
    ) -> "Crawler": ...


class PublicRecords(Protocol):
    """What anyone may look up about a domain, without connecting to it."""

    def look_up_domain(self, domain: str) -> "DomainRecords": ...

    def search_certificate_log(self, word: str) -> "LoggedNames":
        """Return the names in the certificates in force that hold a word."""
        ...


class Matcher(Protocol):
    """Tells whether contacts of an own account look like students, and no more.

    Raises UnavailableError if it cannot tell: that never means "no".
    """

    @property
    def is_enabled(self) -> bool: ...

    @property
    def spent(self) -> "MatcherUsage | None":
        """Return what was asked on the day of the last question; None before the first one."""
        ...

    def compare_contacts(self, contacts: tuple["Contact", ...]) -> "ContactMatchResult": ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """How emails leave and come back.

    `delete_stored_emails` removes the emails to an address from our own outbox folder.
    """

    transport: "MailTransport"
    bounces: "BounceMailbox"
    delete_stored_emails: Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class App:
    """A district's settings, data and connections; no rules, and no state of a single use case.

    Long work calls `beat` at each step, or the service is restarted as hung. `recall_questions` has
    no machine ask what was sent out about a person before; it raises UnavailableError. What asks
    the web and sends email is built, and its code loaded, when it is first used.
    """

    config: Config
    db: Database
    clock: Clock
    ids: IdSource
    sources: LateField["SourceRegistry"] = LateField()
    crawler: LateField["Crawler"] = LateField()
    records: LateField[PublicRecords] = LateField()
    matcher: LateField[Matcher] = LateField()
    copier: LateField["SandboxParser"] = LateField()
    mailer: LateField[Mailer] = LateField()
    beat: Callable[[], None]
    recall_questions: QuestionRecall = recall_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictResources:
    """What a district takes from a process that serves many; alone, it makes all of it itself."""

    parser: "SandboxParser"
    build_crawler: CrawlerBuilder
    pace: "RelayPace | None" = None
    recall_questions: QuestionRecall = recall_nothing


def create_state_folder(config: Config) -> None:
    """Create the folder of a district with its databases; one that is there stays as it is."""
    Database.create_or_open_folder(config.state).close()


@contextmanager
def open_app(
    config: Config,
    environment: Environment,
    shared: DistrictResources | None = None,
) -> Iterator[App]:
    """Open a district for a process that works on it, and close it at the end.

    What is wrong with the sources or the matcher shows at once, not in the middle of a sweep.
    """
    with open_quiet_app(config, environment, shared) as app:
        # The process of the matcher starts with it.
        _ = app.sources, app.matcher
        yield app


@contextmanager
def open_quiet_app(
    config: Config, environment: Environment, shared: DistrictResources | None = None
) -> Iterator[App]:
    """Open a district for who mostly reads: its sources and its matcher are built when used."""
    with ExitStack() as opened:
        matcher = Deferred(lambda: _start_matcher(config, environment, opened))
        yield _build_app(config, environment, shared, matcher, opened)


@contextmanager
def open_portal_app(
    config: Config, environment: Environment, shared: DistrictResources | None = None
) -> Iterator[App]:
    """Open a district for the portal: without network access and without the roster."""
    with ExitStack() as opened:
        matcher = Deferred[Matcher](lambda: process.build_matcher_stand_in(config))
        app = _build_app(config, cut_off(environment), shared, matcher, opened)
        _ = app.sources
        yield app


def cut_off(environment: Environment) -> Environment:
    """Return the same without a network."""
    return replace_fields(environment, dialer=Deferred(_build_offline_dialer))


def _build_offline_dialer() -> "Dialer":
    return ssrf_guard.Dialer(address_map={}, resolve=ssrf_guard.resolve_nothing)


def _check_named_files(config: Config) -> None:
    """Report a bad file now, not in the middle of a sweep."""
    if config.detection.weights is not None:
        load_weights(config.detection)
    if config.policy.texts is not None:
        load_policy_texts(config.policy)


def _build_sources(config: Config) -> "SourceRegistry":
    built = sources.build_sources(config)
    for fault in built.faults:
        LOG.warning("source_left_out", extra={"reason": fault})
    return built


def _start_matcher(config: Config, environment: Environment, opened: ExitStack) -> Matcher:
    matcher = process.build_matcher(config, environment.clock.now)
    try:
        opened.enter_context(matcher)
    except UnavailableError as error:
        # It is still asked, but cannot answer. Meanwhile, people can leave.
        LOG.warning("matcher_unavailable", extra={"reason": str(error)})
    return matcher


def _build_app(
    config: Config,
    environment: Environment,
    shared: DistrictResources | None,
    matcher: Deferred[Matcher],
    opened: ExitStack,
) -> App:
    """Open the database, and note how each part is built; `opened` closes those that were."""
    db = opened.enter_context(Database.open_folder(config.state))
    _check_named_files(config)
    resources = Deferred(lambda: shared or parts.open_own_resources(opened))
    registry = Deferred(lambda: _build_sources(config))

    def open_crawler() -> "Crawler":
        own = resources.get()
        built = own.build_crawler(config, environment, db, registry.get(), own.parser)
        opened.callback(built.close)
        return built

    crawler = Deferred(open_crawler)

    return App(
        config=config,
        db=db,
        clock=environment.clock,
        ids=environment.ids,
        sources=registry,
        crawler=crawler,
        records=Deferred(
            lambda: environment.records or parts.build_public_records(config, crawler.get().client)
        ),
        matcher=matcher,
        copier=Deferred(lambda: resources.get().parser),
        mailer=Deferred(
            lambda: parts.build_mailer(config, environment, shared.pace if shared else None)
        ),
        beat=environment.beat,
        recall_questions=shared.recall_questions if shared else recall_nothing,
    )
