"""The one object that every service works with: an open district.

First what it takes from its machine, then its parts, then the App itself. What the parts are made
of is in `builders.py`.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from monitor.app.steady_clock import build_clock
from monitor.config.sections import Config, load_policy_texts, load_weights
from monitor.db.database import Database
from monitor.domain.errors import MonitorError, UnavailableError
from scrapers.http.clock import Clock, SystemClock

# What asks the web takes long to load, and most commands ask nothing.
if TYPE_CHECKING:
    from monitor.app.first_contact_recorder import ContactRecorder
    from monitor.domain.email_delivery import Envelope
    from monitor.domain.students.matching import ContactMatchResult, MatcherUsage
    from monitor.domain.takedown_facts import FactBook
    from monitor.mail.bounces import BounceMailbox
    from monitor.mail.smtp import MailTransport, RelayPace
    from scrapers.crawl.crawler import Crawler
    from scrapers.crawl.pause_file import PauseFile
    from scrapers.crawl.throttle import Throttle
    from scrapers.http.client import HttpConnections
    from scrapers.http.fetch_limits import FetchLimits
    from scrapers.http.ssrf_guard import Dialer
    from scrapers.models import Contact, DomainRecords, LoggedNames
    from scrapers.probes import Probe
    from scrapers.sandbox.client import PageParser, SandboxParser
    from scrapers.source import Source
    from scrapers.source_discovery import SourceRegistry

LOG = logging.getLogger(__name__)
OUTBOX = "outbox"
T = TypeVar("T")


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


def share_no_pauses(_folder: Path | None) -> None:
    """Do nothing, where the web is made up."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What a real district takes from its machine, and a demo district from its story.

    `dialer` replaces this machine's way to the web, and `is_offline` cuts off both. `throttle`
    replaces the waits of the configuration, which cannot be zero. `limits` are those of one
    request, but for the number of idle hosts. `records` replace the name service and the log of
    certificates. `connections` are those that all districts of a process share. `name_email` and
    `delete_emails` replace what is done with emails that are files. `open_pauses` opens the pauses
    of hosts that all programs of the machine share, a folder's own where there are none. `beat`
    marks the calling thread as alive for the service's watchdog.
    """

    clock: Clock = field(default_factory=SystemClock)
    ids: IdSource = field(default_factory=IdSource)
    dialer: "Dialer | None" = None
    is_offline: bool = False
    throttle: "Throttle | None" = None
    limits: "FetchLimits | None" = None
    records: "DomainLookup | None" = None
    connections: "HttpConnections | None" = None
    name_email: Callable[["Envelope"], str] | None = None
    delete_emails: Callable[[Path, str], None] | None = None
    open_pauses: Callable[[Path | None], "PauseFile | None"] = share_no_pauses
    beat: Callable[[], None] = ignore_beat
    variables: Mapping[str, str] = field(default_factory=dict)

    def build_dialer(self) -> "Dialer":
        from scrapers.http.ssrf_guard import Dialer, resolve_nothing

        if self.is_offline:
            return Dialer(address_map={}, resolve=resolve_nothing)
        return self.dialer or Dialer()

    def build_limits(self) -> "FetchLimits":
        from scrapers.http.fetch_limits import FetchLimits

        return self.limits or FetchLimits()


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


class DomainLookup(Protocol):
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
        """Return what was asked on the day of the last query; None before the first one."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictResources:
    """What a district takes from a process that serves many; alone, it makes all of it itself.

    `others_stop_within` is how long another machine may still ask what it was sent; None where
    none asks for this district.
    """

    parser: "SandboxParser"
    build_crawler: CrawlerBuilder
    pace: "RelayPace | None" = None
    others_stop_within: timedelta | None = None


class BuiltOnce(Generic[T]):
    """Like cached_property; and of threads that ask at once, all get the same value.

    Two crawlers of a district would each be polite, but not together. What fails is tried again.
    """

    def __init__(self, build: Callable[[Any], T]) -> None:
        self._build = build

    def __set_name__(self, _owner: type["App"], name: str) -> None:
        self._name = name

    def __get__(self, app: "App", _owner: type["App"]) -> T:
        with app.building:
            if self._name not in vars(app):
                vars(app)[self._name] = self._build(app)
            built: T = vars(app)[self._name]
            return built


class App:
    """A district's settings, data and connections; no rules, and no state of a single use case.

    Long work calls `beat` at each step, or the service is restarted as hung. `others_stop_within`
    is as in DistrictResources. What asks the web and sends email is built, and its code loaded,
    when it is first used; `opened` ends it.
    """

    def __init__(
        self,
        config: Config,
        db: Database,
        environment: Environment,
        shared: DistrictResources | None,
        opened: ExitStack,
    ) -> None:
        self.config = config
        self.db = db
        self.clock = build_clock(environment.clock, db)
        self.ids = environment.ids
        self.beat = environment.beat
        self.others_stop_within = shared.others_stop_within if shared else None
        self.building = RLock()
        self._environment = environment
        self._shared = shared
        self._opened = opened
        self._is_stopped = False

    def copy_with(self, **changes: object) -> Self:
        """Return a copy with other parts. It has those that are built by now, and builds the rest.

        Raises TypeError for what no App has.
        """
        if unknown := changes.keys() - {*vars(type(self)), *vars(self)}:
            raise TypeError(unknown)
        copied = copy(self)
        vars(copied).update(changes)
        return copied

    @BuiltOnce
    def sources(self) -> "SourceRegistry":
        from monitor.app.sources import build_sources

        built = build_sources(self.config)
        for fault in built.faults:
            LOG.warning("source_left_out", extra={"reason": fault})
        return built

    @BuiltOnce
    def facts(self) -> "FactBook":
        from monitor.db.fact_updates import FactUpdateStore
        from monitor.domain.takedown_facts import SHIPPED_FACTS, FactBook

        installed = FactUpdateStore(self.config.state, self.config.facts.key).load_update()
        if installed.fault:
            LOG.warning("facts_left_out", extra={"reason": installed.fault})
        return FactBook(installed.changes) if installed.changes else SHIPPED_FACTS

    @BuiltOnce
    def resources(self) -> DistrictResources:
        from monitor.app.builders import open_own_resources

        return self._shared or open_own_resources(self._opened)

    @BuiltOnce
    def crawler(self) -> "Crawler":
        own = self.resources
        built = own.build_crawler(self.config, self._environment, self.db, self.sources, own.parser)
        self._opened.callback(built.close)
        if self._is_stopped:
            built.stop()
        return built

    def stop_crawler(self) -> None:
        """Stop the crawler now, or as soon as there is one: none is built only to be stopped."""
        with self.building:
            self._is_stopped = True
            built: Crawler | None = vars(self).get("crawler")
        if built is not None:
            built.stop()

    def build_contact_recorder(self, probes: "dict[str, Probe]") -> "ContactRecorder":
        """Return what sees the answers of a first contact."""
        from monitor.app.first_contact_recorder import ContactRecorder

        return ContactRecorder(sources=self.sources, parser=self.copier, probes=probes)

    @BuiltOnce
    def records(self) -> DomainLookup:
        from monitor.app.builders import build_domain_lookup

        return self._environment.records or build_domain_lookup(self.config, self.crawler.client)

    @BuiltOnce
    def matcher(self) -> Matcher:
        from monitor.student_matcher.process import build_matcher, build_matcher_stand_in

        if self._environment.is_offline:
            return build_matcher_stand_in(self.config)
        matcher = build_matcher(self.config, self.clock.now)
        try:
            self._opened.enter_context(matcher)
        except UnavailableError as error:
            # It is still asked, but cannot answer. Meanwhile, people can leave.
            LOG.warning("matcher_unavailable", extra={"reason": str(error)})
        return matcher

    @contextmanager
    def open_beside(self, config: Config, sources: "SourceRegistry") -> Iterator["App"]:
        """Open another district with such sources, and this one's clock, parser and mail server.

        Its crawler is its own: of many districts, others may ask for this one.
        """
        from monitor.app.builders import build_crawler

        create_state_folder(config)
        shared = DistrictResources(parser=self.copier, build_crawler=build_crawler)
        with open_quiet_app(config, self._environment, shared) as other:
            yield other.copy_with(sources=sources, mailer=self.mailer)

    @BuiltOnce
    def copier(self) -> "SandboxParser":
        return self.resources.parser

    @BuiltOnce
    def mailer(self) -> Mailer:
        from monitor.app.builders import build_mailer

        pace = self._shared.pace if self._shared else None
        return build_mailer(self.config, self._environment, pace)


def create_state_folder(config: Config) -> None:
    """Create the folder of a district with its databases; one that is there stays as it is."""
    Database.create_or_open_folder(config.state).close()


def renew_key_copy(db: Database, folder: Path) -> None:
    """Have the copy of the keys know what was just taken back, which holds in any case.

    Where it cannot be written, the service does it later.
    """
    from monitor.db.backup_files import KeyBackup

    try:
        KeyBackup(folder).follow_keys(db)
    except MonitorError as error:
        reason = f"This holds, but the backup of the keys lacks it: {error}"
        LOG.warning("key_copy_outdated", extra={"reason": reason})


@contextmanager
def open_app(
    config: Config, environment: Environment, shared: DistrictResources | None = None
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
        db = opened.enter_context(Database.open_folder(config.state))
        if config.backup.keys is not None:
            db.keys.renew_copy = partial(renew_key_copy, db, config.backup.keys)
        # A bad file is reported now, not in the middle of a sweep.
        if config.detection.weights is not None:
            load_weights(config.detection)
        if config.policy.texts is not None:
            load_policy_texts(config.policy)
        yield App(config, db, environment, shared, opened)


@contextmanager
def open_portal_app(
    config: Config, environment: Environment, shared: DistrictResources | None = None
) -> Iterator[App]:
    """Open a district for the portal: without network access and without the roster."""
    with open_quiet_app(config, replace(environment, is_offline=True), shared) as app:
        _ = app.sources
        yield app
