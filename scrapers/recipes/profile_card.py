"""Who a profile page says it is of: name, bio and links, from what pages tell machines."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from scrapers.page import Page
from scrapers.recipes.counters import without_counts
from scrapers.recipes.document import LARGEST_DOCUMENT, is_markup
from scrapers.recipes.json_card import addresses, profile_in
from scrapers.recipes.markup import head, whole
from scrapers.recipes.pattern import occurs
from scrapers.recipes.shape import tidy, web_address
from scrapers.recipes.titles import name_in_title, without_site

MOST_LINKS = 50
# Only a page that has one of these in its body is worth parsing to the end.
BODY_MARKS = r"(?i)rel=[\"']?[^\"'>]*\bme\b|\bh-card\b|application/ld\+json"
CONTROLS = re.compile(r"[\x00-\x1f]")
TRAILING_COMMA = re.compile(r",\s*([}\]])")
HEADING = re.compile(r"<h1\b[^<>]{0,500}>.{1,500}?</h1>", re.IGNORECASE | re.DOTALL)
PEOPLE = {"Person", "ProfilePage", "Organization"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileCard:
    name: str = ""
    bio: str = ""
    title: str = ""
    links: tuple[str, ...] = ()
    picture: str = ""


def profile_card(page: Page, *, handle: str = "", site: str = "") -> ProfileCard:
    """Read a page; `site` is what the site calls itself, where the page does not tell."""
    if is_markup(page):
        return _from_markup(page.text[:LARGEST_DOCUMENT], handle, site)
    try:
        told = profile_in(page.json())
    except (ValueError, RecursionError):
        return ProfileCard()
    return ProfileCard(
        name=told.name,
        bio=told.bio,
        links=_links(told.links),
        picture=web_address(told.picture),
    )


def _from_markup(text: str, handle: str, site: str) -> ProfileCard:
    top = head(text)
    soup = whole(text) if occurs(BODY_MARKS, text) else top
    meta = _meta(top)
    person = next(_people(soup), {})
    note = soup.select_one(".h-card .p-note")
    title = meta.get("og:title") or meta.get("twitter:title") or _text(top.title)
    sites = tuple(each for each in (meta.get("og:site_name", ""), site) if each)
    bio = (_string(person, "description"), meta.get("og:description"), _text(note))
    heading = _heading(text, title, (handle, *sites))
    return ProfileCard(
        name=_string(person, "name") or heading or _name(soup, title, handle, sites),
        bio=without_counts(next((each for each in bio if each), meta.get("description", ""))),
        title=without_site(title, sites),
        links=_links([*_rel_me(soup), *addresses(person.get("sameAs"))]),
        picture=_picture(soup, person, meta),
    )


def _picture(soup: BeautifulSoup, person: Mapping[str, object], meta: Mapping[str, str]) -> str:
    """Return where the picture lies; one of the site's own is told apart by how many show it."""
    photo = soup.select_one(".h-card img.u-photo")
    told = (
        *addresses(person.get("image")),
        _attribute(photo, "src") if photo else "",
        meta.get("og:image", ""),
    )
    return next(filter(None, map(web_address, told)), "")


def _name(soup: BeautifulSoup, title: str, handle: str, sites: tuple[str, ...]) -> str:
    return (
        _text(soup.select_one(".h-card .p-name"))
        or name_in_title(title, handle=handle, sites=sites)
        or without_site(title, sites)
    )


def _heading(text: str, title: str, strangers: tuple[str, ...]) -> str:
    """Return the page's heading where its title begins with it: `Jane Doe - recipes | Alpha`."""
    match = HEADING.search(text)
    heading = _text(whole(match[0])) if match else ""
    known = heading and heading.casefold() not in {each.casefold() for each in strangers}
    return heading if known and title.casefold().startswith(heading.casefold()) else ""


def _meta(soup: BeautifulSoup) -> dict[str, str]:
    """Return the content of each meta tag by its property or name; the first one counts."""
    told: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        key = _attribute(tag, "property") or _attribute(tag, "name")
        told.setdefault(key.lower(), tidy(_attribute(tag, "content")))
    return told


def _people(soup: BeautifulSoup) -> Iterator[Mapping[str, object]]:
    for script in soup.find_all("script", type="application/ld+json"):
        for each in _graph(_linked_data(script.get_text())):
            kind = each.get("@type")
            kinds = kind if isinstance(kind, list) else [kind]
            if PEOPLE.intersection(name for name in kinds if isinstance(name, str)):
                inner = each.get("mainEntity")
                yield inner if isinstance(inner, dict) else each


def _linked_data(text: str) -> object:
    """Return JSON-LD as sites write it: in comments, with trailing commas, with raw controls."""
    bare = CONTROLS.sub(" ", text).replace("<!--", "").replace("-->", "").strip().rstrip(";")
    try:
        return json.loads(TRAILING_COMMA.sub(r"\1", bare))
    except (ValueError, RecursionError):
        return None


def _graph(data: object) -> Iterator[Mapping[str, object]]:
    for each in data if isinstance(data, list) else [data]:
        if isinstance(each, dict):
            yield each
            graph = each.get("@graph")
            yield from (
                (part for part in graph if isinstance(part, dict))
                if isinstance(graph, list)
                else ()
            )


def _rel_me(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.find_all(["a", "link"], rel="me"):
        yield _attribute(tag, "href")


def _links(found: Iterable[str]) -> tuple[str, ...]:
    seen = (web_address(link) for link in found)
    return tuple(dict.fromkeys(link for link in seen if link))[:MOST_LINKS]


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name)
    return value if isinstance(value, str) else " ".join(value or ())


def _string(holder: Mapping[str, object], key: str) -> str:
    value = holder.get(key)
    return tidy(value) if isinstance(value, str) else ""


def _text(tag: Tag | None) -> str:
    return tidy(tag.get_text("")) if tag else ""
