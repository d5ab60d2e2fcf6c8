"""The one object that every service works with: a district, opened."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from monitor.config import Config, read_secret
from monitor.crawling import build_crawler
from monitor.db.database import Database
from monitor.domain.email import Bounce, Delivery, Envelope
from monitor.domain.students.matching import ContactMatchResult, MatcherUsage
from monitor.environment import Environment, IdSource
from monitor.errors import UnavailableError
from monitor.mail.imap import ImapBounceMailbox, NoBounceMailbox
from monitor.mail.smtp import FolderTransport, SmtpTransport
from monitor.matcher.process import NoMatcher, OtherProcessMatcher, build_matcher
from monitor.sources import build_sources
from monitor.weights import load_weights
from reports.emails.render import Email
from scrapers.http.clock import Clock
from scrapers.http.crawler import Crawler
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.models import Contact
from scrapers.registry import SourceRegistry
from scrapers.sandbox.client import PageParser, SandboxParser

LOG = logging.getLogger(__name__)
OUTBOX = "outbox"


class MailTransport(Protocol):
    def send_email(self, email: Email, envelope: Envelope) -> Delivery: ...


class BounceMailbox(Protocol):
    """The mailbox that undeliverable emails come back to.

    `read_bounces` yields the bounces of one message after another, and None for one that cannot
    be read; what was yielded is not read again. Raises UnavailableError.
    """

    def read_bounces(self) -> Iterator[tuple[Bounce, ...] | None]: ...


class Matcher(Protocol):
    """Tells whether contacts of an own account look like students, and no more.

    Raises UnavailableError where it cannot tell: that is never "no".
    """

    @property
    def is_enabled(self) -> bool: ...

    @property
    def spent(self) -> MatcherUsage | None:
        """Return what was asked on the day of the last question; None before the first one."""
        ...

    def compare_contacts(self, contacts: tuple[Contact, ...]) -> ContactMatchResult: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """How emails leave and come back.

    `delete_stored_emails` removes what lies in our own outbox folder for an address.
    """

    transport: MailTransport
    bounces: BounceMailbox
    delete_stored_emails: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A district's settings, data and ways out; no rule, and no state of any one use case.

    Long work calls `beat` at each step, or the service is restarted as hung.
    """

    config: Config
    db: Database
    clock: Clock
    ids: IdSource
    sources: SourceRegistry
    crawler: Crawler
    matcher: Matcher
    mailer: Mailer
    beat: Callable[[], None]


@contextmanager
def open_app(config: Config, environment: Environment) -> Iterator[App]:
    """Open a district for a process that does its work, and close it again."""
    with ExitStack() as parts:
        db = parts.enter_context(Database.open_folder(config.state))
        matcher = build_matcher(config, environment.clock.now)
        try:
            parts.enter_context(matcher)
        except UnavailableError as error:
            # It is asked all the same, and cannot tell; nobody is kept from leaving meanwhile.
            LOG.warning("%s", error)
        parser = parts.enter_context(SandboxParser())
        app = _build_app(config, environment, db, matcher, parser)
        for fault in app.sources.faults:
            LOG.warning("%s", fault)
        parts.callback(app.crawler.close)
        yield app


@contextmanager
def open_portal_app(config: Config, environment: Environment) -> Iterator[App]:
    """Open a district for a process that shows pages: without a way out or the roster."""
    offline = replace(environment, dialer=Dialer(address_map={}, resolve=resolve_nothing))
    with Database.open_folder(config.state) as db, SandboxParser() as parser:
        matcher = OtherProcessMatcher() if config.students.enabled else NoMatcher()
        yield _build_app(config, offline, db, matcher, parser)


def _build_app(
    config: Config, environment: Environment, db: Database, matcher: Matcher, parser: PageParser
) -> App:
    load_weights(config.detection)  # a bad file is told now, and not in the middle of a sweep
    sources = build_sources(config)
    crawler = build_crawler(config, environment, db, sources, parser)
    return App(
        config=config,
        db=db,
        clock=environment.clock,
        ids=environment.ids,
        sources=sources,
        crawler=crawler,
        matcher=matcher,
        mailer=_build_mailer(config, environment),
        beat=environment.beat,
    )


def _build_mailer(config: Config, environment: Environment) -> Mailer:
    folder = config.state / OUTBOX
    return Mailer(
        transport=_build_transport(config, environment),
        bounces=_build_bounce_mailbox(config, environment),
        delete_stored_emails=partial(environment.delete_emails, folder),
    )


def _build_transport(config: Config, environment: Environment) -> MailTransport:
    mail = config.mail
    if mail.host:
        password = read_secret("smtp-password", environment.variables)
        return SmtpTransport(mail, password, environment.clock)
    return FolderTransport(mail, config.state / OUTBOX, environment.name_email)


def _build_bounce_mailbox(config: Config, environment: Environment) -> BounceMailbox:
    settings = config.bounces
    if settings is None:
        return NoBounceMailbox()
    password = read_secret("bounces-password", environment.variables)
    return ImapBounceMailbox(settings, password, config.mail.return_path)
