"""Whom a page is about, as its linked data tells machines, however sites write that.

Most pages name others first: who wrote them, who publishes them, whose site it is. A wrong subject
would make a reporter's accounts those of whoever is reported on, so where a page leaves it open, it
is about nobody.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from urllib.parse import urldefrag, urljoin, urlsplit

from scrapers.parsers.json_fields import (
    DEEPEST,
    MOST_ROWS,
    PageProfile,
    ShapeError,
    clean_text,
    extract_addresses,
    get_optional_datetime,
)
from scrapers.urls.canonical import strip_scheme

MOST_NODES = 500
# Whoever stands under these is somebody else than whom a page is about.
OTHERS = (
    *("author", "brand", "contributor", "copyrightHolder", "creator", "editor", "producer"),
    *("provider", "publisher", "reviewedBy", "sourceOrganization", "sponsor"),
)
# What a plugin of many blogs calls whoever writes there: an address of no page.
_ANY_PERSON = re.compile(r"#/?schema/person\b", re.IGNORECASE)
_AFTER_NAME = re.compile(r"\s?[(|,:\u00b7\u2022\u2013\u2014]|\s-\s|\son\s|['\u2019]s\s")
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
TRAILING_COMMA = re.compile(r",\s*([}\]])")
WRAPPERS = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|//\s*(?=<!\[CDATA|\]\]>)")

Node = Mapping[str, object]


NO_PERSON = PageProfile()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSigns:
    """What a page says of itself beside its linked data.

    `addresses` are those it has, first the one it was asked at. `lines` are its titles and headings
    without the site's name, `sites` what the site calls itself. The rest is its `og:type`.
    """

    addresses: tuple[str, ...]
    lines: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    is_profile: bool = False
    is_article: bool = False

    @property
    def is_front(self) -> bool:
        return urlsplit(self.addresses[0]).path in {"", "/"}

    def is_here(self, address: str) -> bool:
        base = self.addresses[0]
        seen = normalize_page_address(base, address)
        return bool(seen) and seen in {normalize_page_address(base, own) for own in self.addresses}

    def names(self, name: str) -> bool:
        """Say whether a line names somebody: a single word has to be what it begins with."""
        words = _split_words(name)
        if len(words) > 1:
            return any(
                f" {' '.join(words)} " in f" {' '.join(_split_words(line))} " for line in self.lines
            )
        return self.begins_with(name)

    def begins_with(self, name: str) -> bool:
        words = _split_words(name)
        firsts = (_AFTER_NAME.split(line, maxsplit=1)[0] for line in self.lines)
        return bool(words) and any(_split_words(first) == words for first in firsts)

    def is_site(self, name: str) -> bool:
        hosts = (urlsplit(self.addresses[0]).hostname or "").split(".")
        own = {_squash_text(site) for site in (*self.sites, *hosts)}
        return _squash_text(name) in own - {""}


def normalize_page_address(base: str, address: str) -> str:
    """Return an address in a form that is equal for two spellings of one page.

    It is empty for what names no page: `#`, which stands where an address is missing.
    """
    bare = address.strip().partition("#")[0]
    try:
        whole = urldefrag(urljoin(base, bare)).url if bare else ""
    except ValueError:
        return ""
    return strip_scheme(whole)


def extract_linked_person(
    scripts: Iterable[str], signs: PageSigns, items: Iterable[Node] = ()
) -> PageProfile:
    """Return whom a page is about, nobody where that is left open.

    That is the main entity of a profile page, else a person whose page this is or whom its title
    names. An organization is somebody only on a profile, and never the one whose site it is.
    `items` are what attributes of the page's tags say in the same words.
    """
    every = (node for script in scripts for node in _walk_nodes(parse_linked_data(script)))
    nodes = list(islice((*every, *items), MOST_NODES))
    names = (_join_texts(node, "name") for node in nodes if "WebSite" in extract_node_types(node))
    types = {one_type for node in nodes for one_type in extract_node_types(node)}
    signs = replace(
        signs,
        sites=(*signs.sites, *filter(None, names)),
        is_profile=signs.is_profile or "ProfilePage" in types,
        is_article=signs.is_article or any(one_type.endswith("Article") for one_type in types),
    )
    profile, owner = _find_profile_owner(nodes, signs)
    owner = owner or _find_person(nodes, signs)
    return _build_linked_person(owner, profile) if owner else NO_PERSON


def parse_linked_data(text: str) -> object:
    """Return JSON-LD as sites write it: in comments, with trailing commas, with raw controls."""
    bare = WRAPPERS.sub(" ", CONTROLS.sub(" ", text)).strip().rstrip(";")
    try:
        return json.loads(TRAILING_COMMA.sub(r"\1", bare))
    except (ValueError, RecursionError):
        # What follows may be no JSON: a second object, a script.
        try:
            value: object = json.JSONDecoder().raw_decode(bare)[0]
        except (ValueError, RecursionError):
            return None
        return value


def extract_node_types(node: Node) -> frozenset[str]:
    """Return the types of a node without the vocabulary's address before them."""
    types = node.get("@type")
    several = types if isinstance(types, list) else [types]
    return frozenset(
        one_type.rpartition("/")[2] for one_type in several if isinstance(one_type, str)
    )


def _walk_nodes(data: object, depth: int = 0) -> Iterator[Node]:
    several = data if isinstance(data, list) else [data]
    for value in several[:MOST_NODES]:
        if isinstance(value, dict):
            yield value
            if depth < DEEPEST:
                yield from _walk_nodes(value.get("@graph", []), depth + 1)
        elif isinstance(value, list) and depth < DEEPEST:
            yield from _walk_nodes(value, depth + 1)


def _find_profile_owner(nodes: Sequence[Node], signs: PageSigns) -> tuple[Node, Node | None]:
    """Return the profile page that this is, and whom it is about; an article may show another's."""
    profiles = [node for node in nodes if "ProfilePage" in extract_node_types(node)]
    own = [node for node in profiles if _is_at_page(node, signs)]
    owners = [
        (profile, inner)
        for profile in own or (() if signs.is_article else profiles)
        for inner in _resolve_entities(profile, nodes)
        if _is_somebody(inner, signs)
    ]
    return owners[0] if len({_extract_name(inner) for _, inner in owners}) == 1 else ({}, None)


def _find_person(nodes: Sequence[Node], signs: PageSigns) -> Node | None:
    others = frozenset() if signs.is_profile else _collect_others(nodes, signs)
    people = [
        node
        for node in (*nodes, *_list_main_entities(nodes))
        if _is_somebody(node, signs)
        and not others & {_extract_id(node), _squash_text(_extract_name(node))}
    ]
    here = [node for node in people if _is_at_page(node, signs)]
    chosen = [node for node in here or people if _is_named(node, signs)] or here
    return chosen[0] if len({_extract_name(node) for node in chosen}) == 1 else None


def _list_main_entities(nodes: Sequence[Node]) -> Iterator[Node]:
    """Yield the main entities of other kinds of pages, as what says that its page is this one."""
    for node in nodes:
        if any(one_type.endswith("Page") for one_type in extract_node_types(node)):
            for inner in _resolve_entities(node, nodes, ("mainEntity",)):
                yield {**inner, "mainEntityOfPage": node.get("url") or node.get("@id") or ""}


def _is_somebody(node: Node, signs: PageSigns) -> bool:
    name, types = _extract_name(node), extract_node_types(node)
    if (
        not name
        or types & {"WebSite", "ProfilePage"}
        or any(kind.endswith("Page") for kind in types)
    ):
        return False
    return "Person" in types or (signs.is_profile and not signs.is_site(name))


def _is_named(node: Node, signs: PageSigns) -> bool:
    name = _extract_name(node)
    if signs.is_site(name):
        return False
    return signs.names(name) if "Person" in extract_node_types(node) else signs.begins_with(name)


def _is_at_page(node: Node, signs: PageSigns) -> bool:
    page = node.get("mainEntityOfPage")
    several = page if isinstance(page, list) else [page]
    inner = [
        entry.get(key) for entry in several if isinstance(entry, dict) for key in ("@id", "url")
    ]
    ids = [node.get("@id")] if not _ANY_PERSON.search(str(node.get("@id"))) else []
    addresses = (*several, *inner, *ids, node.get("url"))
    return any(isinstance(address, str) and signs.is_here(address) for address in addresses)


def _collect_others(nodes: Sequence[Node], signs: PageSigns) -> frozenset[str]:
    """Return the ids and names of those whom a node calls its author, its publisher and the like.

    The front page of a site is that of whoever publishes it.
    """
    found: set[str] = set()
    for node in nodes:
        if not (signs.is_front and "WebSite" in extract_node_types(node)):
            values = [node.get(key) for key in OTHERS]
            several = (
                inner for one in values for inner in (one if isinstance(one, list) else [one])
            )
            for inner in several:
                if isinstance(inner, dict):
                    found |= {_extract_id(inner), _squash_text(_extract_name(inner))}
                elif isinstance(inner, str):
                    found |= {inner, _squash_text(inner)}
    return frozenset(found - {""})


def _resolve_entities(
    node: Node, nodes: Sequence[Node], keys: Sequence[str] = ("mainEntity", "about")
) -> Iterator[Node]:
    """Yield what a page is about, whole: a graph may say so by an id alone."""
    for key in keys:
        value = node.get(key)
        for inner in value[:MOST_ROWS] if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                named = inner.get("@id")
                described = (
                    entry
                    for entry in nodes
                    if named and entry.get("@id") == named and len(entry) > 1
                )
                yield inner if len(inner) > 1 else next(described, inner)


def _build_linked_person(person: Node, profile: Node) -> PageProfile:
    # An alternate name only where it is spelled as a handle: others are nicknames.
    name = _join_texts(person, "alternateName")
    return PageProfile(
        name=_extract_name(person),
        handle=name.removeprefix("@") if name.startswith("@") and " " not in name else "",
        bio=_join_texts(person, "description") or _join_texts(profile, "description"),
        picture=next(iter(_extract_pictures(person.get("image"))), ""),
        links=(*extract_addresses(person.get("sameAs")), *extract_addresses(person.get("url"))),
        created_at=_get_lenient_datetime(profile, "dateCreated")
        or _get_lenient_datetime(person, "dateCreated"),
    )


def _extract_id(node: Node) -> str:
    named = node.get("@id")
    return named if isinstance(named, str) else ""


def _extract_name(person: Node) -> str:
    return _join_texts(person, "name") or _join_texts(person, "givenName", "familyName")


def _extract_pictures(image: object) -> Iterator[str]:
    for entry in image[:1] if isinstance(image, list) else [image]:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict):
            yield _join_texts(entry, "contentUrl") or _join_texts(entry, "url")


def _get_lenient_datetime(node: Node, key: str) -> datetime | None:
    # A strange date says nothing of the rest.
    try:
        return get_optional_datetime(node, key)
    except ShapeError:
        return None


def _join_texts(holder: Node, *keys: str) -> str:
    values = [holder.get(key) for key in keys]
    return " ".join(clean_text(value) for value in values if isinstance(value, str)).strip()


def _split_words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _squash_text(text: str) -> str:
    return "".join(_split_words(text))
