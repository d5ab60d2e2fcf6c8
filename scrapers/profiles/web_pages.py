"""Ordinary pages: what a homepage or a profile without an API tells machines of its owner.

Feeds (RSS, Atom, JSON Feed): who publishes what, said on purpose and for machines.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from urllib.parse import quote, urljoin, urlsplit

from scrapers.models import Identity, Outcome, Page, ParseResult, Query, Trace, TraceKind
from scrapers.parsers.block_detection import FEW_WORDS, build_unreadable_result, detect_vacant_page
from scrapers.parsers.json_feeds import Feed, is_xml_feed, parse_json_feed
from scrapers.parsers.json_fields import ShapeError, clean_web_address, parse_json
from scrapers.parsers.pages import (
    FEEDS_SOURCE,
    PAGES_SOURCE,
    build_page_canaries,
    build_page_queries,
    build_page_trace,
    check_page_response,
    has_only_site_title,
    is_feed_address,
    is_same_host,
)
from scrapers.parsers.presence import build_impossible_handle
from scrapers.parsers.profile_images import extract_picture_name
from scrapers.parsers.robots_directives import ROBOTS_DECLINED, RobotsDirective, parse_robots_header
from scrapers.parsers.text import count_visible_words, is_markup
from scrapers.source import Canary, OpenWebSource, SourceFamily, SourceInfo, TermsOfService
from scrapers.urls.platforms import PLATFORMS_BY_NAME

PAGE_SOURCE_INFO = SourceInfo(
    title="Ordinary pages",
    asks="the address of a page that the person gave or a search found",
    discloses="to the operator of the page, that someone reads it; nothing about the person",
    sees="what the page tells machines: name, handle, description, picture, date, links, feeds",
    cannot_see="what only a browser's scripts show, and pages that ask not to be read by robots",
    provenance="the published vocabularies: Open Graph, schema.org and microformats",
    terms=TermsOfService(url="https://www.rfc-editor.org/rfc/rfc9309"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPageSource(OpenWebSource):
    """`known_page` is an institution's, and what its site does not have is answered with a 404.

    They tell whether something between us and the web answers in place of everyone.
    """

    known_page: str = "https://www.iana.org/about"
    name: str = PAGES_SOURCE
    platform: str = ""
    family: SourceFamily = SourceFamily.PROFILES
    version: int = 3
    info: SourceInfo = PAGE_SOURCE_INFO

    def build_queries(self, identity: Identity) -> Iterable[Query]:
        pages = (page for page in identity.pages if not is_feed_address(page))
        return build_page_queries(self.name, pages, identity.person_id)

    def build_canaries(self, nonce: str) -> Iterator[Canary]:
        return build_page_canaries(
            self.name, self.known_page, build_impossible_handle(nonce, self.name)
        )

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        result = check_page_response(query, page)
        if result is not None:
            return result
        if is_xml_feed(page):
            onward = build_page_queries(FEEDS_SOURCE, (query.request.url,), query.subject)
            return replace(build_unreadable_result("feed-no-page"), follow=onward)
        if not is_markup(page):
            return build_unreadable_result("page-not-html")
        return replace(build_unreadable_result("page-unparsed"), unparsed=True)

    def parse_body(self, query: Query, page: Page) -> ParseResult:
        from scrapers.parsers.profile_card import parse_profile_card  # noqa: PLC0415 - in the child alone

        card = parse_profile_card(page, handle=build_page_trace(query, page).handle)
        if RobotsDirective.UNLISTED in card.robots_directives:
            return ParseResult(outcome=Outcome.DECLINED, note=ROBOTS_DECLINED)
        note = detect_vacant_page(page, card.title, card.heading)
        if note:
            return build_unreadable_result(note)
        if not (card.name or card.title):
            return build_unreadable_result("page-nameless")
        is_untitled = has_only_site_title(query.request.url, card.title, card.site)
        is_nobodys = card.name in {card.title, card.heading}
        if is_untitled and is_nobodys and count_visible_words(page.text) <= FEW_WORDS:
            return build_unreadable_result("page-of-site")
        shown = build_page_trace(query, page, card.home)
        trace = replace(
            shown,
            title=card.title,
            name=card.name,
            handle=shown.handle or card.handle,
            bio="" if RobotsDirective.UNQUOTED in parse_robots_header(page) else card.bio,
            links=card.links,
            picture_hash=extract_picture_name(card.picture),
            created_at=card.created_at,
        )
        return ParseResult(
            outcome=Outcome.FOUND,
            traces=(trace,),
            follow=_build_feed_queries(trace, card.feeds, query.subject),
        )


def _build_feed_queries(shown: Trace, feeds: tuple[str, ...], subject: str) -> tuple[Query, ...]:
    """Go on to the feed of someone's own place; that of a newspaper tells nothing of them."""
    somebodys = shown.kind is TraceKind.ACCOUNT or urlsplit(shown.key).path == "/"
    return build_page_queries(FEEDS_SOURCE, feeds[:1], subject) if subject and somebodys else ()


FEED_SOURCE_INFO = SourceInfo(
    title="Author feeds",
    asks="the address of a feed that the person, their page or their blog's host names",
    discloses="to the operator of the feed, that someone reads it; its address may hold a handle",
    sees="title, author, description, picture and home of a blog or a channel",
    cannot_see="what is published in it, and feeds that ask not to be listed, or declare entities",
    provenance="the specifications of RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1",
    terms=TermsOfService(url="https://www.rfc-editor.org/rfc/rfc9309"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorFeedSource(OpenWebSource):
    """`known_feed` is an institution's; what its site does not have is answered with a 404."""

    known_feed: str = "https://planet.debian.org/rss20.xml"
    name: str = FEEDS_SOURCE
    platform: str = ""
    family: SourceFamily = SourceFamily.PROFILES
    version: int = 2
    info: SourceInfo = FEED_SOURCE_INFO

    def build_queries(self, identity: Identity) -> tuple[Query, ...]:
        named = (page for page in identity.pages if is_feed_address(page))
        return build_page_queries(
            self.name, chain(_list_account_feeds(identity), named), identity.person_id
        )

    def build_canaries(self, nonce: str) -> Iterator[Canary]:
        return build_page_canaries(
            self.name, self.known_feed, f"{build_impossible_handle(nonce, self.name)}.xml"
        )

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        result = check_page_response(query, page)
        if result is not None:
            return result
        if is_xml_feed(page):
            return replace(build_unreadable_result("feed-unparsed"), unparsed=True)
        if is_markup(page):
            return build_unreadable_result("page-no-feed")
        try:
            return _build_feed_result(query, page, parse_json_feed(parse_json(page)))
        except ShapeError as error:
            return build_unreadable_result(str(error))

    def parse_body(self, query: Query, page: Page) -> ParseResult:
        from scrapers.parsers.feeds import parse_xml_feed  # noqa: PLC0415 - in the child alone
        from scrapers.parsers.html import DoctypeError  # noqa: PLC0415 - likewise

        try:
            return _build_feed_result(query, page, parse_xml_feed(page.text))
        except DoctypeError:
            return build_unreadable_result("feed-with-entities")
        except ShapeError as error:
            return build_unreadable_result(str(error))


def _list_account_feeds(identity: Identity) -> Iterator[str]:
    """Yield the feeds of declared accounts, where their platform has such."""
    for account in identity.accounts:
        name, _, handle = account.partition(":@")
        platform = PLATFORMS_BY_NAME.get(name)
        if platform is not None and platform.feed and handle:
            yield platform.feed.format(quote(handle, safe=""))


def _build_feed_result(query: Query, page: Page, feed: Feed) -> ParseResult:
    if RobotsDirective.UNLISTED in feed.robots_directives:
        return ParseResult(outcome=Outcome.DECLINED, note=ROBOTS_DECLINED)
    trace = replace(
        _build_home_trace(query, page, feed),
        title=feed.title,
        name=feed.author,
        bio=feed.description,
        picture_hash=extract_picture_name(feed.picture),
    )
    return ParseResult(outcome=Outcome.FOUND, traces=(trace,))


def _build_home_trace(query: Query, page: Page, feed: Feed) -> Trace:
    """Return the trace of the page whose feed this is; on another host it may be anyone's."""
    try:
        site = clean_web_address(urljoin(page.url, feed.site)) if feed.site else ""
    except ValueError:
        site = ""
    if not site or not is_same_host(site, page.url):
        return build_page_trace(query, page)
    of_site = replace(query, request=replace(query.request, url=site))
    return build_page_trace(of_site, replace(page, url=site))
