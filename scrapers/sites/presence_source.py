"""Asks one site of the catalog whether it shows an account with a handle."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256

from scrapers.models import (
    MOST_HOPS,
    Identity,
    Outcome,
    Page,
    ParseResult,
    Query,
    QueryKind,
    Request,
    Trace,
    TraceKind,
)
from scrapers.parsers.presence import BOTH_SHOWN, REDIRECTS, build_impossible_handle, check_presence
from scrapers.parsers.robots_directives import ROBOTS_DECLINED, RobotsDirective, parse_robots_header
from scrapers.sites.catalog import SiteEntry
from scrapers.source import (
    UNLIMITED_QUOTA,
    Canary,
    CrawlPolicy,
    RequestQuota,
    SourceFamily,
    SourceInfo,
)
from scrapers.urls.canonical import build_account_key, canonicalize_url, extract_account_keys

READER_VERSION = 6
# Some sites allow no more than this, and none demands more.
CANARY_LENGTHS = (14, 12, 10, 8, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceSource:
    """`version` changes with the rule as with the reader: both change what one page means."""

    entry: SiteEntry
    quota: RequestQuota = UNLIMITED_QUOTA
    version: int = field(init=False)
    crawl_policy: CrawlPolicy = field(init=False)

    def __post_init__(self) -> None:
        entry = self.entry
        rule = entry.rule
        four = (rule.e_code, rule.e_string, rule.m_code, rule.m_string)
        more = (*rule.e_others, *rule.m_others, *rule.m_codes)
        body = (entry.body,) if entry.body else ()
        parts = (READER_VERSION, entry.uri_check, *body, *four, *more)
        object.__setattr__(
            self, "version", int(sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:8], 16)
        )
        crawl_policy = replace(self.entry.crawl_policy, quota=self.quota)
        object.__setattr__(self, "crawl_policy", crawl_policy)

    @property
    def name(self) -> str:
        return self.entry.key

    @property
    def platform(self) -> str:
        return self.entry.key

    @property
    def family(self) -> SourceFamily:
        return SourceFamily.PROFILES

    @property
    def info(self) -> SourceInfo:
        seen_on = self.entry.seen_on
        return SourceInfo(
            title=self.entry.name,
            asks="the address that an account with a handle would have",
            discloses="a handle, and that someone checks whether it exists",
            sees="that such an account exists, and what its public page says of its owner",
            cannot_see="who owns the account, and pages that only members see",
            provenance=self.entry.provenance or "the site list that it comes from",
            terms=self.entry.terms,
            seen_live=date.fromisoformat(seen_on) if seen_on else None,
        )

    def build_queries(self, identity: Identity) -> Iterator[Query]:
        own = (account.partition(":@") for account in identity.accounts)
        declared = [handle for platform, _, handle in own if platform == self.platform]
        handles = {handle.casefold(): handle for handle in (*declared, *identity.handles)}
        for handle in handles.values():
            if self.entry.is_valid_handle(handle):
                yield self._build_query(handle, identity.person_id)

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        handle = query.terms[0]
        result = check_presence(self.entry.rule, query.request.url, handle, page)
        if result.outcome is not Outcome.FOUND or not query.subject:
            return result  # no one wants to know whose account a canary is
        if RobotsDirective.UNLISTED in parse_robots_header(page):
            return ParseResult(outcome=Outcome.DECLINED, note=ROBOTS_DECLINED)
        return replace(
            result, note="", traces=(self._build_bare_trace(query, page),), unparsed=True
        )

    def parse_body(self, query: Query, page: Page) -> ParseResult:
        """Add what the page says of its owner; that the account exists has been proven."""
        from scrapers.parsers.profile_card import parse_profile_card  # noqa: PLC0415 - in the child alone

        card = parse_profile_card(page, handle=query.terms[0], site=self.entry.name)
        if RobotsDirective.UNLISTED in card.robots_directives:
            return ParseResult(outcome=Outcome.DECLINED, note=ROBOTS_DECLINED)
        result = replace(
            self._build_bare_trace(query, page),
            title=card.title,
            name=card.name,
            bio=card.bio,
            links=card.links,
            picture=card.picture,
        )
        return ParseResult(outcome=Outcome.FOUND, traces=(result,))

    def build_canaries(self, nonce: str) -> Iterable[Canary]:
        lengths = (build_impossible_handle(nonce, self.name, length) for length in CANARY_LENGTHS)
        nobody = next((handle for handle in lengths if self.entry.is_valid_handle(handle)), "")
        if nobody:
            yield Canary(query=self._build_query(nobody, ""), expects=Outcome.ABSENT)
        for handle in self.entry.known_accounts:
            yield Canary(query=self._build_query(handle, ""), expects=Outcome.FOUND)

    @property
    def _redirect_limit(self) -> int:
        """Take a redirect for the answer where the rule does, and words or an account prove it.

        A site that sends everyone to its login page would else pass for one without accounts.
        """
        rule = self.entry.rule
        is_proven = bool(rule.m_string or self.entry.known_accounts)
        return 0 if rule.m_code in REDIRECTS and is_proven else MOST_HOPS

    def _build_query(self, handle: str, subject: str) -> Query:
        return Query(
            source=self.name,
            kind=QueryKind.PRESENCE,
            terms=(handle,),
            request=Request(
                url=self.entry.format_check_url(handle),
                headers=self.entry.headers,
                body=self.entry.format_body(handle),
                hops=self._redirect_limit,
            ),
            subject=subject,
        )

    def _build_bare_trace(self, query: Query, page: Page) -> Trace:
        handle = query.terms[0]
        result = check_presence(self.entry.rule, query.request.url, handle, page)
        address = self.entry.format_profile_url(handle)
        account = build_account_key(self.platform, handle)
        return Trace(
            key=canonicalize_url(address),
            kind=TraceKind.ACCOUNT,
            url=address,
            account=account,
            account_aliases=tuple(key for key in extract_account_keys(address) if key != account),
            handle=handle,
            says_missing=result.note == BOTH_SHOWN,
        )
