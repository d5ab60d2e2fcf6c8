"""The district's crawler: which sources it asks, how fast, and which questions consent allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version

from monitor.config import Config
from monitor.db.database import Database
from monitor.domain.planning.queries import get_required_scope
from monitor.environment import Environment
from monitor.sources import load_credentials
from scrapers.http.client import HttpClient
from scrapers.http.clock import Clock
from scrapers.http.crawler import Crawler, keep_no_page
from scrapers.http.robots import RobotsCache
from scrapers.http.throttle import Throttle
from scrapers.models import Outcome, ParseResult, Query, QueryKind
from scrapers.parsers.profile_images import can_open_pictures
from scrapers.sandbox.client import PageParser
from scrapers.source import Source, SourceFamily

ACCOUNT_QUERY_KINDS = frozenset({QueryKind.SEARCH, QueryKind.PROFILE, QueryKind.PRESENCE})


class PictureSupport(StrEnum):
    """Whether this installation can open pictures at all; what it cannot is not asked for."""

    OPENED = "opened"
    UNOPENED = "unopened"

    @property
    def remedy(self) -> str:
        """Say what is missing, in one sentence; empty where nothing is."""
        if self is PictureSupport.OPENED:
            return ""
        return (
            "Profile pictures are not compared: that takes the optional extra `photos` "
            "(pip install 'namesake-monitor[photos]')."
        )


def detect_picture_support() -> PictureSupport:
    """Say whether this installation can open pictures."""
    return PictureSupport.OPENED if can_open_pictures() else PictureSupport.UNOPENED


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPermission:
    """Whether a question may still be asked, read at the moment of asking.

    Consent can end, pause, or lose a scope while a sweep runs.
    """

    db: Database
    clock: Clock
    sources: Mapping[str, Source]
    pictures: PictureSupport = PictureSupport.UNOPENED

    def __call__(self, query: Query) -> bool:
        if query.kind is QueryKind.PICTURE and self.pictures is PictureSupport.UNOPENED:
            return False
        if not query.subject:
            return True
        consent = self.db.consents.find_latest_consent(query.subject)
        source = self.sources.get(query.source)
        if consent is None or source is None:
            return False
        return consent.covers_scope(get_required_scope(query.kind, source.family), self.clock.now())


def is_worth_keeping(source: Source, query: Query, result: ParseResult) -> bool:
    """Choose what a profile site showed of an account of the person that the query is about.

    Follower lists are never kept, nor results of a search engine: they are about many people.
    """
    about_somebody = query.kind in ACCOUNT_QUERY_KINDS and bool(query.subject)
    found = result.outcome is Outcome.FOUND and source.family is not SourceFamily.SEARCH
    return about_somebody and found


def build_crawler(
    config: Config,
    environment: Environment,
    db: Database,
    sources: Mapping[str, Source],
    parser: PageParser,
) -> Crawler:
    """Build the crawler, once for a district: two would each be polite, and together rude."""
    client = HttpClient(
        dialer=environment.dialer,
        clock=environment.clock,
        user_agent=f"Namesake/{version('namesake-monitor')} (+mailto:{config.district.contact})",
        credentials=load_credentials(sources.values(), environment.variables),
    )
    permission = QueryPermission(
        db=db, clock=environment.clock, sources=sources, pictures=detect_picture_support()
    )
    return Crawler(
        client=client,
        sources=sources,
        clock=environment.clock,
        host_store=db.hosts,
        parser=parser,
        robots=RobotsCache(db.robots_files),
        quota_store=db.request_quota,
        may_ask=permission,
        should_keep=is_worth_keeping if config.evidence.pages else keep_no_page,
        throttle=environment.throttle or Throttle(wait_factor=config.fetch.pace),
        workers=config.fetch.workers,
    )
