"""A search engine that answers in the JSON format of SearXNG.

What a search engine understands of a query: words, phrases, `-`, `site:`, and `OR`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from monitor.demo.data import DemoContents, DemoPage, compute_sweep_time
from monitor.demo.response import (
    FakeRequest,
    FakeResponse,
    build_html_response,
    build_json_response,
    build_text_response,
)

_TERM = re.compile(r'(?P<minus>-?)(?P<site>site:)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s()"]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTerm:
    words: str = ""
    site: str = ""
    unwanted: bool = False

    def matches_page(self, page: DemoPage) -> bool:
        if self.site:
            host = page.url.partition("//")[2].partition("/")[0]
            return f".{host}".endswith(f".{self.site}") is not self.unwanted
        return (
            f" {self.words} " in f" {fold_text(page.title)} {fold_text(page.text)} "
        ) is not self.unwanted


def matches_query(query: str, page: DemoPage) -> bool:
    """Tell whether every term fits; of terms joined by OR, one is enough."""
    clauses = _parse_clauses(query)
    return bool(clauses) and all(
        any(term.matches_page(page) for term in terms) for terms in clauses
    )


def find_wanted_place(query: str, text: str) -> int:
    """Return where the first thing that the query wants stands in a text; -1 for nowhere."""
    wanted = (term for terms in _parse_clauses(query) for term in terms)
    places = (text.find(term.words) for term in wanted if term.words and not term.unwanted)
    return next((place for place in places if place >= 0), -1)


@lru_cache(maxsize=1024)  # the words of each page are asked for once for each term of a query
def fold_text(text: str) -> str:
    """Reduce a text to its words, so that a phrase is a substring."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


@lru_cache(maxsize=64)
def _parse_clauses(query: str) -> list[list[QueryTerm]]:
    clauses: list[list[QueryTerm]] = []
    joined = False
    for found in _TERM.finditer(query):
        if found["word"] == "OR":
            joined = True
            continue
        if not clauses or not joined:
            clauses.append([])
        clauses[-1].append(_parse_term(found))
        joined = False
    return clauses


def _parse_term(found: re.Match[str]) -> QueryTerm:
    text = found["phrase"] if found["phrase"] is not None else found["word"]
    unwanted = bool(found["minus"])
    if found["site"]:
        return QueryTerm(site=text.casefold(), unwanted=unwanted)
    return QueryTerm(words=fold_text(text), unwanted=unwanted)


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
# About other districts than the one of the story: more of them than one page of results holds.
OTHER_DISTRICTS = tuple(
    DemoPage(
        url=f"https://district-{number}.example/",
        title=f"Harlan School District {number}",
        text=f"Harlan School District {number}: calendar, lunch menus and bus routes.",
    )
    for number in range(1, 2 * RESULTS_A_PAGE)
)
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
EXTRA_KEYS = {
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
class FakeSearxng:
    """`unresponsive` pairs an engine behind it with what is wrong; `shuffles` counts reorders."""

    speaks_json: bool = True
    unresponsive: tuple[tuple[str, str], ...] = ()
    shuffles: int = 0

    def answer_request(self, asked: FakeRequest, traces: DemoContents) -> FakeResponse:
        if asked.path == "/robots.txt":
            return build_text_response(ROBOTS)
        if asked.path == "/config":
            known = {"enabled": True, "categories": ["general"], "paging": True}
            engines = [{"name": name, **known} for name in ENGINES]
            return build_json_response({"engines": engines, "version": VERSION})
        if asked.path != "/search":
            return build_html_response("<!doctype html><title>Search</title><h1>Search</h1>")
        given = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if given.get("format") != "json":
            return build_html_response("<!doctype html><title>Results</title><h1>Results</h1>")
        if not self.speaks_json:
            return build_html_response(FORBIDDEN, status=403)
        return _refuse_bad_query(given) or self._build_results(given, asked, traces)

    def _build_results(
        self, given: dict[str, str], asked: FakeRequest, traces: DemoContents
    ) -> FakeResponse:
        query = given["q"]
        start = (int(given.get("pageno", "1")) - 1) * RESULTS_A_PAGE
        ranked = list(self._rank_pages(query, asked.week, (*traces.pages, *OTHER_DISTRICTS)))
        shown = ranked[start : start + RESULTS_A_PAGE]
        found = {
            "query": query,
            "results": [
                _build_result(page, query, at, asked.week) for at, page in enumerate(shown, 1)
            ],
            "answers": [],
            "corrections": [],
            "infoboxes": [],
            "suggestions": [],
            "unresponsive_engines": [list(pair) for pair in self.unresponsive],
        }
        return build_json_response(found)

    def _rank_pages(self, query: str, week: int, pages: tuple[DemoPage, ...]) -> Iterator[DemoPage]:
        """Rank by lot, drawn again every week; engines differ in less, but not by much."""
        listed = (page for page in pages if week <= page.listed_until)
        hits = (page for page in listed if matches_query(query, page))
        # The third week is the second one over again.
        lot = f"{min(week, 2)}.{self.shuffles}"
        yield from sorted(hits, key=lambda page: _hash_text(f"{lot} {query} {page.url}"))


def _refuse_bad_query(given: dict[str, str]) -> FakeResponse | None:
    if not given.get("q", "").strip():
        return build_json_response({"error": "No query"}, status=400)
    if not given.get("pageno", "1").isdecimal():
        fault = f"Invalid value {given['pageno']} for parameter pageno"
        return build_json_response({"error": fault}, status=400)
    return None


def _build_result(page: DemoPage, query: str, position: int, week: int) -> dict[str, object]:
    url = _build_result_url(page, week)
    engine = ENGINES[int(_hash_text(page.url), 16) % len(ENGINES)]
    published = None if page.age is None else compute_sweep_time(1) - timedelta(days=page.age)
    # As engines do: the text around the first wanted word, behind a date relative to the day.
    at = find_wanted_place(query, page.text.casefold())
    start = max(0, at - SNIPPET_LENGTH // 3)
    cut = page.text[start : start + SNIPPET_LENGTH]
    text = f"{'... ' if start else ''}{cut}{' ...' if start + len(cut) < len(page.text) else ''}"
    known = {
        "url": url,
        "title": page.title,
        "content": (text if page.age is None else f"{page.age + 7 * (week - 1)} days ago — {text}"),
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
    return EXTRA_KEYS | known if engine == ENGINES[0] else known


def _build_result_url(page: DemoPage, week: int) -> str:
    if not page.tracked:
        return page.url
    return f"{page.url}?utm_source=newsletter&utm_medium=email&utm_campaign=week-{37 + week}"


def _hash_text(text: str) -> str:
    return sha256(text.encode()).hexdigest()
