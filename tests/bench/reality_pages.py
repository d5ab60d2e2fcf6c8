"""Pages that somebody really served, and what they say apart from our parser of whom they show.

A corpus is a folder, usually a checkout: its pages are the files that end in `.html`, `.htm` or
`.html.gz`. Labels are read where a corpus has them: a JSON table with the address, the title or the
author of each file, or `expected-metadata.json` beside a page. Without a label, the page itself is
read in another way than ours: to its end, by all vocabularies, whoever is named wherever.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from scrapers.parsers.json_ld import parse_linked_data

PAGE_NAMES = re.compile(r"(.+?)\.(?:x?html?|testhtml)(?:\.gz)?", re.IGNORECASE)
LARGEST_LABELS = 60_000_000
TITLE_METAS = ("og:title", "twitter:title")
# Whoever stands under these is somebody else than the subject of the page.
OTHERS = frozenset(
    {
        *("author", "brand", "contributor", "copyrightHolder", "creator", "editor", "funder"),
        *("isPartOf", "parentOrganization", "producer", "provider", "publisher", "reviewedBy"),
        *("sourceOrganization", "sponsor", "worksFor"),
    }
)
OTHER_METAS = frozenset(
    {
        *("author", "article:author", "byl", "dc.creator", "dc.publisher", "og:site_name"),
        *("application-name", "parsely-author", "sailthru.author", "twitter:creator"),
    }
)
ORGANIZATIONS = frozenset({"Organization", "NewsMediaOrganization", "WebSite", "Corporation"})
DEEPEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a corpus says of one of its pages; each is empty where it says nothing."""

    url: str = ""
    title: str = ""
    others: tuple[str, ...] = ()


NO_LABELS = Labels()


@dataclass(frozen=True, slots=True, kw_only=True)
class RealPage:
    corpus: str
    place: str
    body: bytes
    labels: Labels = NO_LABELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page says, squashed; `others` are those whom it names beside its subject."""

    titles: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    other_links: frozenset[str] = frozenset()
    url: str = ""
    is_article: bool = False
    is_robots_free: bool = True
    words: int = 0


@dataclass(slots=True)
class _Named:
    """Names and addresses of others while a page is read."""

    names: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def squash(text: str) -> str:
    return "".join(re.findall(r"[^\W_]+", text)).casefold()


def list_pages(folder: Path) -> Iterator[RealPage]:
    """Yield each page of a corpus once: two files of the same bytes are one page."""
    labels = _read_tables(folder)
    seen: set[bytes] = set()
    for path in sorted(folder.rglob("*")):
        match = PAGE_NAMES.fullmatch(path.name)
        if match is None or not path.is_file() or path.name.startswith("expected"):
            continue
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if body in seen:
            continue
        seen.add(body)
        named = labels.get(path.name) or labels.get(match[1]) or _read_neighbor(path)
        place = path.relative_to(folder).as_posix()
        yield RealPage(corpus=folder.name, place=place, body=body, labels=named)


def _read_tables(folder: Path) -> dict[str, Labels]:
    found: dict[str, Labels] = {}
    for path in folder.rglob("*.json"):
        try:
            table = json.loads(path.read_bytes()) if path.stat().st_size < LARGEST_LABELS else None
        except (ValueError, RecursionError):
            continue
        for key, row in table.items() if isinstance(table, dict) else ():
            if isinstance(row, dict) and isinstance(row.get("file"), str):
                found.setdefault(row["file"], _build_labels({"url": key} | row))
            elif isinstance(row, dict) and isinstance(row.get("url"), str):
                found.setdefault(key, _build_labels(row))
    return found


def _read_neighbor(path: Path) -> Labels:
    for beside in (path.with_name("expected-metadata.json"), path.with_suffix(".json")):
        try:
            row = json.loads(beside.read_bytes())
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(row, dict):
            return _build_labels(row)
    return NO_LABELS


def _build_labels(row: Mapping[str, object]) -> Labels:
    def pick_texts(*keys: str) -> tuple[str, ...]:
        values = [row.get(key) for key in keys]
        flat = [inner for one in values for inner in (one if isinstance(one, list) else [one])]
        return tuple(text for text in flat if isinstance(text, str) and text)

    return Labels(
        url=next(iter(pick_texts("url", "canonical_url")), ""),
        title=next(iter(pick_texts("title")), ""),
        others=pick_texts("author", "byline", "sitename", "siteName", "site_name"),
    )


def read_shown(page: RealPage, text: str) -> Shown:
    """Read a page to its end, by every vocabulary."""
    soup = BeautifulSoup(text, "lxml")
    metas = [(_name_meta(tag), str(tag.get("content") or "")) for tag in soup.find_all("meta")]
    titles = [content for name, content in metas if name in TITLE_METAS]
    titles += [tag.get_text() for tag in soup.find_all("title") if tag.find_parent("svg") is None]
    titles += [tag.get_text() for tag in soup.find_all("h1")]
    others = _Named(names=[content for name, content in metas if name in OTHER_METAS])
    types: set[str] = set()
    for script in soup.find_all("script", type="application/ld+json"):
        _walk(parse_linked_data(script.get_text()), others, types, DEEPEST, is_other=False)
    for tag in soup.select(
        "[itemprop=author], [rel~=author], .p-author, .byline, [itemprop=publisher]"
    ):
        others.names.append(tag.get_text())
    url = _find_address(page, soup, dict(reversed(metas)))
    kind = next((content for name, content in metas if name == "og:type"), "")
    for unseen in soup(["script", "style", "template", "noscript", "head"]):
        unseen.decompose()
    robots = " ".join(content.lower() for name, content in metas if name in {"robots", "namesake"})
    return Shown(
        titles=frozenset(filter(None, map(squash, (*titles, page.labels.title)))),
        others=frozenset(filter(None, map(squash, (*others.names, *page.labels.others)))),
        other_links=frozenset(_strip(urljoin(url, link)) for link in others.links),
        url=url,
        is_article="article" in kind.lower()
        or any("Article" in name or "Posting" in name for name in types),
        is_robots_free=not {"noindex", "none"} & set(re.findall(r"[\w:-]+", robots)),
        words=len(soup.get_text(" ").split()),
    )


def _name_meta(tag: Tag) -> str:
    return str(tag.get("property") or tag.get("name") or tag.get("itemprop") or "").lower()


def _walk(node: object, others: _Named, types: set[str], depth: int, *, is_other: bool) -> None:
    """Collect whoever stands under a key of `OTHERS`, and organizations anywhere."""
    if isinstance(node, list) and depth:
        for inner in node:
            _walk(inner, others, types, depth - 1, is_other=is_other)
    elif isinstance(node, str) and is_other:
        others.names.append(node)
    elif isinstance(node, dict):
        own = node.get("@type")
        kinds = {str(kind) for kind in (own if isinstance(own, list) else [own])}
        types.update(kinds)
        if is_other or kinds & ORGANIZATIONS:
            others.names.append(str(node.get("name") or ""))
            links = node.get("sameAs")
            several = [*(links if isinstance(links, list) else [links]), node.get("url")]
            others.links.extend(link for link in several if isinstance(link, str))
        for key, inner in node.items() if depth else ():
            if isinstance(inner, dict | list) or key in OTHERS:
                _walk(inner, others, types, depth - 1, is_other=key in OTHERS)


def _find_address(page: RealPage, soup: BeautifulSoup, metas: Mapping[str, str]) -> str:
    """Return where a page was: as labeled, as it says, or a made-up place of its own."""
    link = soup.find("link", rel="canonical", href=True)
    base = f"https://{squash(page.corpus)}.example/pages/{squash(page.place)}"
    for address in (page.labels.url, str(link["href"]) if link else "", metas.get("og:url", "")):
        try:
            whole = urljoin(base, address.strip()) if address else ""
            if whole.startswith("http") and urlsplit(whole).hostname:
                return whole
        except ValueError:
            continue
    return base


def _strip(address: str) -> str:
    return address.partition("://")[2].removeprefix("www.").rstrip("/")
