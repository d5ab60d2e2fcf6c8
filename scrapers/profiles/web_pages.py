"""Ordinary pages: what a homepage or a profile without an API tells machines of its owner.

Feeds (RSS, Atom, JSON Feed): who publishes what, said on purpose and for machines.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from urllib.parse import quote, urljoin, urlsplit

from scrapers.models import Finding, Identity, Kind, Outcome, Page, Query, Reading
from scrapers.parsers.block_detection import unreadable
from scrapers.parsers.json_fields import ShapeError, parsed, web_address
from scrapers.parsers.pages import (
    FEEDS,
    PAGES,
    Feed,
    begins_a_feed,
    feed_in_json,
    is_feed,
    named_page,
    names_its_site,
    not_there,
    page_canaries,
    page_questions,
    same_host,
)
from scrapers.parsers.presence import impossible_handle
from scrapers.parsers.profile_images import picture_in
from scrapers.parsers.text import ASKED_NOT_TO, Wish, is_markup, wishes_of_header
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
from scrapers.urls.platforms import BY_NAME

DECLARATION = Declaration(
    title="Ordinary pages",
    asks="the address of a page that the person or a search named",
    discloses="to whoever runs the page, that somebody looks at it; no word about the person",
    sees="what the page tells machines: name, handle, description, picture, date, links, feeds",
    cannot_see="what only a browser's scripts show, and pages that ask not to be read by robots",
    provenance="the published vocabularies: Open Graph, schema.org and microformats",
    terms=Terms(url="https://www.rfc-editor.org/rfc/rfc9309"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinaryPages:
    """`known_page` is an institution's, and what its site does not have is answered with a 404.

    They tell whether something between us and the web answers in place of everybody.
    """

    known_page: str = "https://www.iana.org/about"
    seconds_between: float = 2.0
    budget: Budget = UNLIMITED
    name: str = PAGES
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

    def plan(self, identity: Identity) -> Iterable[Query]:
        pages = (each for each in identity.pages if not is_feed(each))
        return page_questions(self.name, pages, identity.ref)

    def canaries(self, nonce: str) -> Iterator[Canary]:
        return page_canaries(self.name, self.known_page, impossible_handle(nonce, self.name))

    def read(self, query: Query, page: Page) -> Reading:
        told = not_there(query, page)
        if told is not None:
            return told
        if begins_a_feed(page):
            onward = page_questions(FEEDS, (query.request.url,), query.subject)
            return replace(unreadable("it is a feed, and is read as one"), follow=onward)
        if not is_markup(page):
            return unreadable("it is no page of HTML")
        return replace(unreadable("its page was not parsed"), unparsed=True)

    def parse(self, query: Query, page: Page) -> Reading:
        from scrapers.parsers.block_detection import vacant  # noqa: PLC0415 - likewise
        from scrapers.parsers.html import profile_card  # noqa: PLC0415 - in the child alone

        card = profile_card(page, handle=named_page(query, page).handle)
        if Wish.UNLISTED in card.wishes:
            return Reading(outcome=Outcome.DECLINED, note=ASKED_NOT_TO)
        note = vacant(page, card.title, card.heading)
        if note:
            return unreadable(note)
        if not (card.name or card.title):
            return unreadable("its page has neither a name nor a title")
        if names_its_site(query.request.url, card.name or card.title, card.site):
            return unreadable("its page names its site, and nobody")
        shown = named_page(query, page, card.home)
        finding = replace(
            shown,
            title=card.title,
            name=card.name,
            handle=shown.handle or card.handle,
            bio="" if Wish.UNQUOTED in wishes_of_header(page) else card.bio,
            links=card.links,
            picture_hash=picture_in(card.picture),
            created_at=card.created_at,
        )
        return Reading(
            outcome=Outcome.FOUND,
            findings=(finding,),
            follow=_feed(finding, card.feeds, query.subject),
        )


def _feed(shown: Finding, feeds: tuple[str, ...], subject: str) -> tuple[Query, ...]:
    """Go on to the feed of somebody's own place; that of a newspaper tells nothing of them."""
    somebodys = shown.kind is Kind.ACCOUNT or urlsplit(shown.key).path == "/"
    return page_questions(FEEDS, feeds[:1], subject) if subject and somebodys else ()


AUTHOR_FEED_DECLARATION = Declaration(
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
    declaration: Declaration = AUTHOR_FEED_DECLARATION

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
        from scrapers.parsers.feeds import feed_in_xml  # noqa: PLC0415 - in the child alone
        from scrapers.parsers.html import DoctypeError  # noqa: PLC0415 - likewise

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
