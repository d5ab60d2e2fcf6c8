"""Ordinary pages: what a homepage or a profile without an API tells machines of its owner."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from scrapers.finding import Finding, Kind
from scrapers.identity import Identity
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.reading import Reading
from scrapers.recipes.document import is_markup
from scrapers.recipes.feed import begins_a_feed
from scrapers.recipes.named_page import named_page, names_its_site, not_there
from scrapers.recipes.page_questions import FEEDS, PAGES, is_feed, page_canaries, page_questions
from scrapers.recipes.picture_address import picture_in
from scrapers.recipes.presence import impossible_handle
from scrapers.recipes.refusal import unreadable
from scrapers.recipes.robots_wishes import ASKED_NOT_TO, Wish, wishes_of_header
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
        from scrapers.recipes.profile_card import profile_card  # noqa: PLC0415 - in the child alone
        from scrapers.recipes.vacant import vacant  # noqa: PLC0415 - likewise

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
