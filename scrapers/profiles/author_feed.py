"""Feeds (RSS, Atom, JSON Feed): who publishes what, said on purpose and for machines."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from urllib.parse import quote, urljoin

from scrapers.finding import Finding
from scrapers.identity import Identity
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.platforms import BY_NAME
from scrapers.reading import Reading
from scrapers.recipes.document import is_markup
from scrapers.recipes.feed import Feed, begins_a_feed, feed_in_json
from scrapers.recipes.named_page import named_page, not_there, same_host
from scrapers.recipes.page_questions import FEEDS, is_feed, page_canaries, page_questions
from scrapers.recipes.picture_address import picture_in
from scrapers.recipes.presence import impossible_handle
from scrapers.recipes.refusal import unreadable
from scrapers.recipes.robots_wishes import ASKED_NOT_TO, Wish
from scrapers.recipes.shape import ShapeError, parsed, web_address
from scrapers.request import Query
from scrapers.source import (
    ANYWHERE,
    UNLIMITED,
    Access,
    Budget,
    Canary,
    Declaration,
    Etiquette,
    Family,
    Terms,
)

DECLARATION = Declaration(
    title="Author feeds",
    asks="the address of a feed that the person, their page or their blog's host names",
    discloses="to whoever runs the feed, that somebody reads it; in its address maybe a handle",
    sees="title, author, description, picture and home of a blog or a channel",
    cannot_see="what is published in it, and feeds that ask not to be listed, or declare entities",
    provenance="the specifications of RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1",
    terms=Terms(url="https://www.rfc-editor.org/rfc/rfc9309"),
)
ENTITIES = "its feed declares a document type, which may hold entities: it was not parsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorFeeds:
    """`known_feed` is an institution's; what its site does not have is answered with a 404."""

    known_feed: str = "https://planet.debian.org/rss20.xml"
    seconds_between: float = 2.0
    budget: Budget = UNLIMITED
    name: str = FEEDS
    platform: str = ""
    family: Family = Family.PROFILES
    version: int = 2
    declaration: Declaration = DECLARATION

    @property
    def etiquette(self) -> Etiquette:
        return Etiquette(
            origins=ANYWHERE,
            access=Access.PAGE,
            seconds_between=self.seconds_between,
            budget=self.budget,
        )

    def plan(self, identity: Identity) -> tuple[Query, ...]:
        named = (each for each in identity.pages if is_feed(each))
        return page_questions(self.name, chain(_feeds_of(identity), named), identity.ref)

    def canaries(self, nonce: str) -> Iterator[Canary]:
        return page_canaries(
            self.name, self.known_feed, f"{impossible_handle(nonce, self.name)}.xml"
        )

    def read(self, query: Query, page: Page) -> Reading:
        told = not_there(query, page)
        if told is not None:
            return told
        if begins_a_feed(page):
            return replace(unreadable("its feed was not parsed"), unparsed=True)
        if is_markup(page):
            return unreadable("it is a page, not a feed")
        try:
            return _reading(query, page, feed_in_json(parsed(page)))
        except ShapeError as error:
            return unreadable(str(error))

    def parse(self, query: Query, page: Page) -> Reading:
        from scrapers.recipes.feed_markup import feed_in_xml  # noqa: PLC0415 - in the child alone
        from scrapers.recipes.markup import DoctypeError  # noqa: PLC0415 - likewise

        try:
            return _reading(query, page, feed_in_xml(page.text))
        except DoctypeError:
            return unreadable(ENTITIES)
        except ShapeError as error:
            return unreadable(str(error))


def _feeds_of(identity: Identity) -> Iterator[str]:
    """Yield the feeds of declared accounts, where their platform has such."""
    for account in identity.accounts:
        name, _, handle = account.partition(":@")
        platform = BY_NAME.get(name)
        if platform is not None and platform.feed and handle:
            yield platform.feed.format(quote(handle, safe=""))


def _reading(query: Query, page: Page, feed: Feed) -> Reading:
    if Wish.UNLISTED in feed.wishes:
        return Reading(outcome=Outcome.DECLINED, note=ASKED_NOT_TO)
    finding = replace(
        _at_home(query, page, feed),
        title=feed.title,
        name=feed.author,
        bio=feed.description,
        picture_hash=picture_in(feed.picture),
    )
    return Reading(outcome=Outcome.FOUND, findings=(finding,))


def _at_home(query: Query, page: Page, feed: Feed) -> Finding:
    """Return the finding of the page whose feed this is; on another host it may be anybody's."""
    try:
        site = web_address(urljoin(page.url, feed.site)) if feed.site else ""
    except ValueError:
        site = ""
    if not site or not same_host(site, page.url):
        return named_page(query, page)
    of_site = replace(query, request=replace(query.request, url=site))
    return named_page(of_site, replace(page, url=site))
