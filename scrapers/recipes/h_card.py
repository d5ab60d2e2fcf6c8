"""A microformats h-card: who somebody says they are, in the classes of a page's own markup."""

from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from scrapers.recipes.page_head import attribute, text_of

MOST_LINKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HCard:
    name: str = ""
    handle: str = ""
    bio: str = ""
    picture: str = ""
    links: tuple[str, ...] = ()


def h_card(soup: BeautifulSoup) -> HCard:
    """Read the first card; a page about somebody shows theirs first."""
    card = soup.find(class_="h-card") or soup.find(class_="vcard")
    if not isinstance(card, Tag):
        return HCard()
    return HCard(
        name=text_of(_part(card, "p-name", "fn")) or _implied_name(card),
        handle=text_of(_part(card, "p-nickname", "nickname")).removeprefix("@"),
        bio=text_of(_part(card, "p-note", "note")),
        picture=_picture(_part(card, "u-photo", "photo")),
        links=tuple(_links(card))[:MOST_LINKS],
    )


def _part(card: Tag, *names: str) -> Tag | None:
    found = (card.find(class_=name) for name in names)
    return next((each for each in found if isinstance(each, Tag)), None)


def _implied_name(card: Tag) -> str:
    """Return the name of a card that has no parts: `<a class="h-card" href="/">Jane Doe</a>`."""
    parts = card.find(class_=lambda name: bool(name) and name.startswith(("p-", "u-")))
    return "" if parts else text_of(card)


def _picture(tag: Tag | None) -> str:
    if tag is None:
        return ""
    return attribute(tag, "src") or attribute(tag, "href") or attribute(tag, "data")


def _links(card: Tag) -> Iterator[str]:
    whole = [card] if card.name == "a" else []
    for tag in [*whole, *card.find_all("a", class_=["u-url", "url", "u-uid"])]:
        yield attribute(tag, "href")
