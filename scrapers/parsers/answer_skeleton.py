"""The shape of an answer, without its words: what may leave this machine.

A skeleton depends on the answer and on public words alone (`public_words.txt`), never on what an
installation knows. What is in no list is spelled in one letter a kind: `Rosa-17` becomes `Aaaa-00`.
So no name, address or key of anybody can be in it, whatever a service answers.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from importlib.resources import files
from typing import Any, Self
from urllib.parse import quote, urlsplit

from scrapers.models import Page, Query, Request
from scrapers.parsers.json_feeds import is_xml_feed
from scrapers.parsers.text import is_markup

QUERY, HOST, SITE = "{query}", "{host}", "{site}"
LONGEST_MASKED = 120
# How many there are of something, which is told as it is.
SMALL_NUMBERS = range(100)
MOST_NODES, MOST_KEYS, MOST_ROWS, DEEPEST = 2_000, 120, 2, 10
# Letters and digits that stand together, and the words in them, as two in createdAt.
_RUN = re.compile(r"\{(?:term\d?|host|site)\}|[^\W_]+")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|.")
RUNS_WITH_DIGITS = frozenset(
    {*(f"h{level}" for level in range(1, 7)), *(f"v{version}" for version in range(1, 5)), "utf8"}
)
# Marks of a text that tell its form, and no more.
_SEPARATOR = re.compile(r"[^\w{}:/.?#&=%@+,;|()\[\]!*$~\"' -]")


# Words of web standards and APIs; no name of a person or a place is among them. They are read with
# this module: a child that parses can open no file later.
PUBLIC_WORDS = frozenset(
    (files("scrapers.parsers") / "public_words.txt").read_text("utf-8").split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """`terms` are what was asked for, and `host` who was asked: both are written as such.

    `question` is the text that was sent, which search engines repeat, and `status` what came.
    """

    terms: tuple[str, ...] = ()
    host: str = ""
    question: str = ""
    status: int = 0

    @classmethod
    def from_query(cls, query: Query, status: int = 0) -> Self:
        return cls(
            terms=query.terms,
            host=urlsplit(query.request.url).hostname or "",
            question=find_question(query.request),
            status=status,
        )

    @property
    def site(self) -> str:
        return ".".join(self.host.split(".")[-2:])

    def list_terms(self) -> list[tuple[str, str]]:
        """Return each term with its mark, the longest first: one may be a part of another."""
        marked = [(term, f"{{term{place or ''}}}") for place, term in enumerate(self.terms) if term]
        return sorted(marked, key=lambda known: len(known[0]), reverse=True)

    def spell(self, text: str) -> str:
        """Return a text with nothing in it but public words, and marks for the rest."""
        known = [(self.host, HOST), (self.site, SITE)]
        for term, mark in self.list_terms():
            known += [(term, mark), (quote(term, safe=""), mark)]
        spelled = text[:LONGEST_MASKED]
        for word, mark in known:
            if word:
                alone = re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.IGNORECASE)
                spelled = alone.sub(mark, spelled)
        return _RUN.sub(_mask_run, _SEPARATOR.sub("_", spelled))

    def describe_text(self, text: str) -> str:
        """Return the form of an id, an address or public words, and the length of other texts."""
        if not text:
            return ""
        if text == self.question and text not in self.terms:
            return f"={QUERY}"
        if _is_date(text):
            return "day" if len(text) == len("2026-01-01") else "time"
        spelled = self.spell(text)
        is_form = spelled == text or not re.search(r"\s", text)
        if is_form and len(text) <= LONGEST_MASKED:
            return f"={spelled}"
        said = [mark for _, mark in self.list_terms() if mark in spelled]
        return " ".join((f"text:{len(text)}", *said))


def find_question(request: Request) -> str:
    """Return the longest text that a request sends as a value."""
    sent = [value for _, value in request.params]
    try:
        body = json.loads(request.body or "{}")
    except ValueError:
        body = {}
    sent += [value for value in body.values() if isinstance(value, str)] if body else []
    return max(sent, key=len, default="")


def _mask_run(found: re.Match[str]) -> str:
    """Keep what consists of public words; in a run of letters and digits, a word means nothing."""
    run = found[0]
    is_digit = len(run) == 1 and run.isascii() and run.isdigit()
    if run.startswith("{") or is_digit or run.lower() in RUNS_WITH_DIGITS:
        return run
    if not run.isascii() or not run.isalpha():
        return _blank(run)
    if len(run) == 1:
        return run if found.string == run else _blank(run)
    return _WORD.sub(_mask_word, run)


def _mask_word(found: re.Match[str]) -> str:
    word = found[0]
    return word if len(word) > 1 and word.lower() in PUBLIC_WORDS else _blank(word)


def _blank(text: str) -> str:
    return "".join("0" if sign.isdigit() else "A" if sign.isupper() else "a" for sign in text)


def _is_date(text: str) -> bool:
    try:
        return len(text) >= len("2026-01-01") and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """`kind` is json, html, xml, text or empty; `names` are its keys, or its meta names and types.

    `is_partial` says that there was more than is described.
    """

    kind: str
    names: tuple[str, ...] = ()
    tree: Any = None
    is_partial: bool = False


def build_skeleton(page: Page, mask: Mask) -> Skeleton:
    """Describe an answer. It may parse markup, so only the child of the sandbox may come here."""
    if not page.body.strip():
        return Skeleton(kind="empty")
    try:
        answer = page.decode_json()
    except (ValueError, RecursionError):
        return _describe_text_page(page, mask)
    sketch = _JsonSketch(mask)
    tree = sketch.describe(answer)
    return Skeleton(
        kind="json",
        names=tuple(sorted(sketch.names)),
        tree=tree,
        is_partial=page.cut or sketch.left <= 0,
    )


def _describe_text_page(page: Page, mask: Mask) -> Skeleton:
    from scrapers.parsers.markup_skeleton import describe_markup  # noqa: PLC0415 - in the child alone

    if not is_markup(page) and not is_xml_feed(page):
        text = page.text.strip()
        return Skeleton(kind="text", tree=mask.describe_text(text), is_partial=page.cut)
    kind = "xml" if is_xml_feed(page) else "html"
    tree = describe_markup(page.text, mask)
    names = sorted({name for name, _, _ in tree["meta"]} | set(tree["types"]))
    return Skeleton(kind=kind, names=tuple(names), tree=tree, is_partial=page.cut)


@dataclass(slots=True)
class _JsonSketch:
    mask: Mask
    names: set[str] = field(default_factory=set)
    left: int = MOST_NODES

    def describe(self, value: object, depth: int = 0) -> object:
        """Return it with kinds in place of its values; of a list, its length and first rows."""
        self.left -= 1
        if isinstance(value, str):
            return self.mask.describe_text(value)
        if value is None or isinstance(value, bool | int | float):
            is_small = value in SMALL_NUMBERS or value == self.mask.status
            if value is None or isinstance(value, bool) or (is_small and isinstance(value, int)):
                return value
            said = [mark for term, mark in self.mask.list_terms() if term == str(value)]
            return " ".join((type(value).__name__, *said))
        if self.left <= 0 or depth > DEEPEST:
            return "..."
        if isinstance(value, list):
            rows = value[:MOST_ROWS]
            return [f"{len(value)} rows", *(self.describe(row, depth + 1) for row in rows)]
        return self._describe_object(value, depth) if isinstance(value, Mapping) else "..."

    def _describe_object(self, value: Mapping[str, object], depth: int) -> dict[str, object]:
        described: dict[str, object] = {}
        for key, inner in list(value.items())[:MOST_KEYS]:
            # Without a term: what is asked for may be a key, and a word of ours at once.
            name = Mask().spell(key)
            self.names.add(name)
            described.setdefault(name, self.describe(inner, depth + 1))
        return described


class KeyReads:
    """Which keys of an answer its reader asked for, and which it left alone."""

    def __init__(self) -> None:
        self._objects: list[WatchedObject] = []

    def watch(self, value: object) -> object:
        if isinstance(value, list):
            return [self.watch(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        watched = WatchedObject({key: self.watch(inner) for key, inner in value.items()})
        self._objects.append(watched)
        return watched

    def list_missing(self) -> Iterable[str]:
        """Return keys that were asked for and are in no object of the answer."""
        asked = {key for watched in self._objects for key in watched.asked}
        return sorted(asked - {key for watched in self._objects for key in watched})

    def list_unread(self) -> Iterable[str]:
        """Return keys beside those that were read, in the objects that the reader opened."""
        opened = [watched for watched in self._objects if watched.asked & watched.keys()]
        asked = {key for watched in opened for key in watched.asked}
        return sorted({key for watched in opened for key in watched} - asked)


class WatchedObject(dict[str, object]):
    """A JSON object that remembers what was asked of it by name."""

    def __init__(self, values: Mapping[str, object]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, key: str, default: object = None) -> object:
        self.asked.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> object:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedPage(Page):
    """A page that tells which keys of its JSON were read."""

    reads: KeyReads = field(default_factory=KeyReads, compare=False)

    @classmethod
    def from_page(cls, page: Page) -> "WatchedPage":
        return cls(**{part.name: getattr(page, part.name) for part in fields(page)})

    def decode_json(self) -> object:
        return self.reads.watch(json.loads(self.body))
