"""What the parts of an App are made of: what asks the web, reads answers, and sends email.

Loaded when the first of them is used.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache, lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from monitor.app import OUTBOX, DistrictResources, Environment, Mailer
from monitor.app.query_permission import QueryPermission
from monitor.app.sources import detect_picture_support, is_worth_keeping, load_credentials
from monitor.config.sections import Config, build_inventory, read_secret
from monitor.db.database import Database
from monitor.mail.bounces import BounceMailbox, ImapBounceMailbox, NoBounceMailbox
from monitor.mail.smtp import (
    FolderTransport,
    RelayPace,
    SmtpTransport,
    delete_emails,
    name_by_message_id,
)
from scrapers.crawl.crawler import CrawlEngine, Crawler
from scrapers.crawl.frontier import keep_no_page
from scrapers.crawl.pause_file import PauseFile
from scrapers.crawl.robots import RobotsCache
from scrapers.crawl.throttle import Throttle
from scrapers.http.client import HttpClient, PageFetcher, Redirect
from scrapers.http.clock import Clock
from scrapers.http.domain_records import InternetDomainLookup, NameService
from scrapers.http.fetch_limits import compute_idle_hosts, raise_file_limit
from scrapers.models import Outcome, Page, ParseResult, Request
from scrapers.sandbox.client import PageParser, SandboxParser
from scrapers.source import AccessMode, CrawlPolicy, Source

PAUSES_VARIABLE: Final = "NAMESAKE_PAUSES"
PAUSES_FILE: Final = "pauses"
# Everyone may write there in Debian's family; elsewhere root alone.
SHARED_PAUSES: Final = Path("/run/lock/namesake-pauses")


def open_own_resources(parts: ExitStack) -> DistrictResources:
    """Return what a district has that shares nothing; its children end with `parts`."""
    parser = parts.enter_context(SandboxParser())
    return DistrictResources(parser=parser, build_crawler=build_crawler)


def build_parser() -> SandboxParser:
    """Build the children that parse, for a process that has many districts."""
    return SandboxParser()


def build_crawler(
    config: Config,
    environment: Environment,
    db: Database,
    sources: Mapping[str, Source],
    parser: PageParser,
) -> Crawler:
    """Build the crawler. A district has only one: two would each be polite, but not together."""
    workers = config.fetch.workers
    hosts = {origin for source in sources.values() for origin in source.crawl_policy.origins}
    idle_hosts = compute_idle_hosts(len(hosts), workers, raise_file_limit())
    limits = replace(environment.build_limits(), idle_hosts=idle_hosts)
    asked = replace(environment, limits=limits)
    return Crawler(
        client=build_client(asked, config.district.contact, sources.values()),
        sources=sources,
        clock=environment.clock,
        host_store=db.hosts,
        parser=parser,
        quota_store=db.request_quota,
        may_ask=build_permission(config, environment.clock, db, sources),
        should_keep=is_worth_keeping if config.evidence.pages else keep_no_page,
        engine=CrawlEngine(
            clock=environment.clock,
            throttle=environment.throttle or Throttle(wait_factor=config.fetch.pace),
            robots=RobotsCache(db.robots_files),
            workers=workers,
            pauses=environment.open_pauses(config.state),
        ),
        owns_engine=True,
    )


def build_client(environment: Environment, contact: str, sources: Iterable[Source]) -> HttpClient:
    """Build what asks these sources, with the keys that the environment has."""
    return HttpClient(
        dialer=environment.build_dialer(),
        clock=environment.clock,
        limits=environment.build_limits(),
        user_agent=build_user_agent(contact),
        credentials=load_credentials(sources, environment.variables),
        connections=environment.connections,
    )


def open_shared_pauses(variables: Mapping[str, str], folder: Path | None) -> PauseFile | None:
    """Open the pauses that all programs of this machine keep, a folder's own if there are none.

    None if no file can be used: then a program keeps its pauses alone, and while it runs.
    """
    named = variables.get(PAUSES_VARIABLE)
    places = (Path(named) if named else SHARED_PAUSES, folder / PAUSES_FILE if folder else None)
    return PauseFile.open_first(filter(None, places))


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


@lru_cache(1_024)
def build_user_agent(contact: str) -> str:
    """Give our honest name; a check of oneself (`namesake me`) has no office to write to."""
    about = f"+mailto:{contact}" if contact else "a person looking themselves up"
    return f"{_name_program()} ({about})"


@cache
def _name_program() -> str:
    return f"Namesake/{version('namesake-monitor')}"


@contextmanager
def open_endpoint_client(environment: Environment) -> Iterator[HttpClient]:
    """Open a client without keys, for addresses of the configuration."""
    client = HttpClient(
        dialer=environment.build_dialer(),
        clock=environment.clock,
        limits=environment.build_limits(),
        user_agent=_name_program(),
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


def build_domain_lookup(config: Config, client: PageFetcher) -> InternetDomainLookup:
    official = config.official
    return InternetDomainLookup(
        names=NameService(),
        client=client,
        log_url=official.certificate_log if official else "",
        allow_private=official.allow_private if official else (),
    )


def build_mailer(config: Config, environment: Environment, pace: RelayPace | None) -> Mailer:
    folder = config.state / OUTBOX
    smtp = build_smtp_transport(config, environment, pace)
    name_email = environment.name_email or name_by_message_id
    return Mailer(
        transport=smtp or FolderTransport(config.mail, config.state / OUTBOX, name_email),
        bounces=_build_bounce_mailbox(config, environment),
        delete_stored_emails=partial(environment.delete_emails or delete_emails, folder),
    )


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
