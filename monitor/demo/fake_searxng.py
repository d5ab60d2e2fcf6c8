"""A search engine that answers in the JSON format of SearXNG.

What a search engine understands of a query: words, phrases, `-`, `site:`, and `OR`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from monitor.demo.data import Traces, WebPage, sweep_at
from monitor.demo.response import Answer, Asked, data, html, plain

_TERM = re.compile(r'(?P<minus>-?)(?P<site>site:)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s()"]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    words: str = ""
    site: str = ""
    unwanted: bool = False

    def fits(self, page: WebPage) -> bool:
        if self.site:
            host = page.url.partition("//")[2].partition("/")[0]
            return f".{host}".endswith(f".{self.site}") is not self.unwanted
        return (f" {self.words} " in _readable(page)) is not self.unwanted


def matches(query: str, page: WebPage) -> bool:
    """Tell whether every term fits; of terms joined by OR, one is enough."""
    clauses = list(_clauses(query))
    return bool(clauses) and all(any(term.fits(page) for term in terms) for terms in clauses)


def first_word(query: str) -> str:
    """Return the first thing that the query wants to read in the text, folded."""
    wanted = (term for terms in _clauses(query) for term in terms)
    return next((term.words for term in wanted if term.words and not term.unwanted), "")


def folded(text: str) -> str:
    """Reduce a text to its words, so that a phrase is a substring."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def _clauses(query: str) -> Iterator[list[Term]]:
    clause: list[Term] = []
    joined = False
    for found in _TERM.finditer(query):
        if found["word"] == "OR":
            joined = True
            continue
        if clause and not joined:
            yield clause
            clause = []
        clause.append(_term(found))
        joined = False
    if clause:
        yield clause


def _term(found: re.Match[str]) -> Term:
    text = found["phrase"] if found["phrase"] is not None else found["word"]
    unwanted = bool(found["minus"])
    if found["site"]:
        return Term(site=text.casefold(), unwanted=unwanted)
    return Term(words=folded(text), unwanted=unwanted)


def _readable(page: WebPage) -> str:
    return f" {folded(page.title)} {folded(page.text)} "


HOST = "searx.example"
# A query that this engine always has a result for.
CANARY = "wikipedia"
ENGINES = ("meadow", "lantern")
VERSION = "2026.8.22"
RESULTS_A_PAGE = 10
SNIPPET_LENGTH = 160

ROBOTS = """\
User-agent: *
Allow: /info/en/about
Disallow: /stats
Disallow: /image_proxy
Disallow: /preferences
Disallow: /search
Disallow: /*?*q=*
"""
# What an engine that was left at its defaults says to format=json.
FORBIDDEN = """\
<!doctype html>
<html lang=en>
<title>403 Forbidden</title>
<h1>Forbidden</h1>
<p>You don&#39;t have the permission to access the requested resource. It is either \
read-protected or not readable by the server.</p>
"""
# Some engines fill these in, others leave the keys out.
LAVISH = {
    "iframe_src": "",
    "audio_src": "",
    "pubdate": "",
    "length": None,
    "views": "",
    "author": "",
    "metadata": "",
    "open_group": False,
    "close_group": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """`unresponsive` pairs an engine behind it with what is wrong; `shuffles` counts reorders."""

    speaks_json: bool = True
    unresponsive: tuple[tuple[str, str], ...] = ()
    shuffles: int = 0

    def answer(self, asked: Asked, traces: Traces) -> Answer:
        if asked.path == "/robots.txt":
            return plain(ROBOTS)
        if asked.path == "/config":
            return data({"engines": [_engine(name) for name in ENGINES], "version": VERSION})
        if asked.path != "/search":
            return html("<!doctype html><title>Search</title><h1>Search</h1>")
        given = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if given.get("format") != "json":
            return html("<!doctype html><title>Results</title><h1>Results</h1>")
        if not self.speaks_json:
            return html(FORBIDDEN, status=403)
        return _refusal(given) or self._results(given, asked, traces)

    def _results(self, given: dict[str, str], asked: Asked, traces: Traces) -> Answer:
        query = given["q"]
        start = (int(given.get("pageno", "1")) - 1) * RESULTS_A_PAGE
        ranked = list(self._ranked(query, asked.week, traces.pages))
        shown = ranked[start : start + RESULTS_A_PAGE]
        found = {
            "query": query,
            "results": [_result(page, query, at, asked.week) for at, page in enumerate(shown, 1)],
            "answers": [],
            "corrections": [],
            "infoboxes": [],
            "suggestions": [],
            "unresponsive_engines": [list(pair) for pair in self.unresponsive],
        }
        return data(found)

    def _ranked(self, query: str, week: int, pages: tuple[WebPage, ...]) -> Iterator[WebPage]:
        """Rank by lot, drawn anew every week; engines differ in less, but not by much."""
        listed = (page for page in pages if week <= page.listed_until)
        hits = (page for page in listed if matches(query, page))
        # The third week is the second one over again.
        lot = f"{min(week, 2)}.{self.shuffles}"
        yield from sorted(hits, key=lambda page: _digest(f"{lot} {query} {page.url}"))


def _engine(name: str) -> dict[str, object]:
    return {"name": name, "enabled": True, "categories": ["general"], "paging": True}


def _refusal(given: dict[str, str]) -> Answer | None:
    if not given.get("q", "").strip():
        return data({"error": "No query"}, status=400)
    if not given.get("pageno", "1").isdecimal():
        fault = f"Invalid value {given['pageno']} for parameter pageno"
        return data({"error": fault}, status=400)
    return None


def _result(page: WebPage, query: str, position: int, week: int) -> dict[str, object]:
    url = _address(page, week)
    engine = ENGINES[int(_digest(page.url), 16) % len(ENGINES)]
    published = None if page.age is None else sweep_at(1) - timedelta(days=page.age)
    known = {
        "url": url,
        "title": page.title,
        "content": _snippet(page, query, week),
        "engine": engine,
        "engines": [engine],
        "positions": [position],
        "score": round(1 / position, 4),
        "category": "general",
        "parsed_url": [*urlsplit(url)[:3], "", *urlsplit(url)[3:]],
        "template": "default.html",
        "img_src": "",
        "thumbnail": "",
        "priority": "",
        "publishedDate": published and published.replace(tzinfo=None).isoformat(),
    }
    return LAVISH | known if engine == ENGINES[0] else known


def _address(page: WebPage, week: int) -> str:
    if not page.tracked:
        return page.url
    return f"{page.url}?utm_source=newsletter&utm_medium=email&utm_campaign=week-{37 + week}"


def _snippet(page: WebPage, query: str, week: int) -> str:
    """Cut the text around the first wanted word, behind a date that is relative to the day."""
    at = page.text.casefold().find(first_word(query))
    start = max(0, at - SNIPPET_LENGTH // 3)
    cut = page.text[start : start + SNIPPET_LENGTH]
    text = f"{'... ' if start else ''}{cut}{' ...' if start + len(cut) < len(page.text) else ''}"
    return text if page.age is None else f"{page.age + 7 * (week - 1)} days ago — {text}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
