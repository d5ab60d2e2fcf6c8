"""A SearXNG of the operator's own, asked for JSON.

An empty list proves nothing by itself: the engines that did not answer are listed beside it.
`/config` tells which engines it asks, but not which of them read result pages instead of an API;
the lists below do, for the settings of SearXNG 2026.8.22. An engine that an operator renamed is
known by the first word of its name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from scrapers.models import Identity, Outcome, Page, Query, QueryKind, Reading, Request
from scrapers.parsers.block_detection import refusal, unreadable, wall
from scrapers.parsers.json_fields import (
    ShapeError,
    flag,
    lacks,
    optional_text,
    parsed,
    record,
    rows,
    text,
)
from scrapers.parsers.presence import impossible_handle
from scrapers.parsers.search_results import findings_about, hits_in
from scrapers.parsers.search_terms import asked, search_terms
from scrapers.source import UNLIMITED, Budget, Canary, Declaration, Etiquette, Family, Terms

ASKED_BY_DEFAULT = "general"
# They ask an API that its owner offers for that.
BY_API = frozenset(
    {
        *("braveapi", "deepl", "elasticsearch", "encyclosearch", "exaapi", "google cse", "jina"),
        *("keenable", "lemmy communities", "lemmy users", "lemmy posts", "lemmy comments"),
        *("libretranslate", "marginalia", "mastodon users", "mastodon hashtags", "mwmbl"),
        *("mymemory translated", "openlibrary", "tagesschau", "tootfinder", "wikibooks"),
        *("wikidata", "wikinews", "wikipedia", "wikiquote", "wikisource", "wikispecies"),
        *("wikiversity", "wikivoyage", "wolframalpha_api", "yacy", "yandex api"),
    }
)
# They read the pages that are made for people, whose terms mostly forbid it.
SCRAPED = frozenset(
    {
        *("360search", "baidu", "bing", "boardreader", "brave", "chinaso", "crowdview", "dogpile"),
        *("duckduckgo", "fireball", "gmx", "google", "grokipedia", "heexy", "infospace", "iseek"),
        *("luxxle", "mojeek", "naver", "neosearch", "privacywall", "quark", "qwant", "reloado"),
        *("resulthunter", "reuters", "searchtoday", "searchzee", "seekninja", "seznam", "sogou"),
        *("startpage", "startpagina", "swisscows", "tiger", "tineye", "tusksearch", "vuhuv"),
        *("wolframalpha", "yahoo", "yandex", "yep", "zapmeta"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The engines of an instance by their names: those switched on, and those asked by default."""

    on: frozenset[str]
    by_default: frozenset[str]


def engines_in(answer: Mapping[str, object]) -> Listed:
    """Read the list of engines; raises ShapeError."""
    found = [record(row, "an engine") for row in rows(answer, "engines")]
    if not found:
        lacks("its engines")
    on = {text(row, "name"): rows(row, "categories") for row in found if flag(row, "enabled")}
    by_default = (name for name, categories in on.items() if ASKED_BY_DEFAULT in categories)
    return Listed(on=frozenset(on), by_default=frozenset(by_default))


def scraping(names: Iterable[str]) -> tuple[str, ...]:
    """Return what we call those of the engines that read result pages, each once."""
    return tuple(sorted({word for name in names for word in _scraped(name)}))


def warning(names: Iterable[str]) -> str:
    """Say which engines read result pages, in our words; empty where we know of none."""
    known = scraping(names)
    if not known:
        return ""
    return (
        f"it reads the result pages of {', '.join(known)} instead of asking an API:"
        " whether their terms allow it is for you to see to"
    )


def _scraped(name: str) -> Iterator[str]:
    plain = name.casefold().strip()
    first = plain.replace(".", " ").partition(" ")[0]
    if plain not in BY_API and first in SCRAPED:
        yield first


DECLARATION = Declaration(
    title="SearXNG",
    asks="a quoted name with the school or a place beside it",
    discloses="the name and the place, to the engines that the instance asks on our behalf",
    sees="title, snippet and address of pages that its engines list",
    cannot_see="what stands behind a login, and whatever its engines do not list",
    provenance="a SearXNG 2026.8.22 run on loopback, with engines that fail on purpose",
    terms=Terms(url="https://docs.searxng.org/"),
    notice="Name the engines it should ask: many read result pages, which their owners forbid.",
)

# The question that is no search: what the instance tells of itself.
CONFIG = ("/config",)
FULL_PAGE = 10
LAST_PAGE = 2
OK = 200
FORBIDDEN = 403
JSON_IS_OFF = (
    "JSON answers are switched off in this SearXNG: add json to search.formats in its settings"
)
# What SearXNG says of an engine that did not answer, the worst first; all else is a failure.
TROUBLES = (
    (Outcome.BLOCKED, ("captcha", "access denied"), "its engines refused to answer it"),
    (Outcome.LIMITED, ("too many requests",), "its engines were asked too often"),
    (Outcome.FAILED, ("",), "its engines did not answer"),
)
# Engines that did not answer, with what their silence comes to.
Silent = Mapping[str, tuple[Outcome, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearxNG:
    """`engines` are asked by name; empty means those that the instance asks by default.

    `known_query` surely has results, and they surely hold its last word.
    """

    base_url: str
    engines: tuple[str, ...] = ()
    known_query: str = "wikipedia"
    seconds_between: float = 1.0
    allow_private: tuple[str, ...] = ()
    budget: Budget = UNLIMITED
    name: str = "searxng"
    platform: str = ""
    family: Family = Family.SEARCH
    version: int = 2
    declaration: Declaration = DECLARATION

    @property
    def etiquette(self) -> Etiquette:
        return Etiquette.of_api(
            self.base_url, self.seconds_between, self.allow_private, self.budget
        )

    def plan(self, identity: Identity) -> Iterator[Query]:
        for terms in search_terms(identity):
            yield self._query(terms, identity.ref)

    def read(self, query: Query, page: Page) -> Reading:
        if page.status == FORBIDDEN and wall(page) is None:
            return unreadable(JSON_IS_OFF)
        refused = refusal(page)
        if refused is not None:
            return refused
        if page.status != OK:
            return unreadable(f"it did not accept the question (status {page.status})")
        try:
            answer = record(parsed(page), "results")
            return self._inspected(answer) if query.terms == CONFIG else self._read(query, answer)
        except ShapeError as error:
            return unreadable(str(error))

    def canaries(self, nonce: str) -> Iterable[Canary]:
        nobody = impossible_handle(nonce, self.name)
        yield Canary(query=self._query((nobody,), ""), expects=Outcome.ABSENT)
        yield Canary(query=self._query((self.known_query,), ""), expects=Outcome.FOUND)
        yield Canary(query=self._inspection(), expects=Outcome.FOUND)

    def _inspection(self) -> Query:
        """Ask which engines it has: a name that it does not know would have it ask them all."""
        url = f"{self.base_url.rstrip('/')}/config"
        request = Request(url=url, headers=(("accept", "application/json"),))
        return Query(source=self.name, kind=QueryKind.SEARCH, terms=CONFIG, request=request)

    def _inspected(self, answer: Mapping[str, object]) -> Reading:
        listed = engines_in(answer)
        unknown = [name for name in self.engines if name not in listed.on]
        if unknown:
            return unreadable(f"it has no engine {', '.join(unknown)}, or has it switched off")
        note = warning(self.engines or listed.by_default)
        return Reading(outcome=Outcome.FOUND, note=note)

    def _query(self, terms: tuple[str, ...], subject: str) -> Query:
        return Query(
            source=self.name,
            kind=QueryKind.SEARCH,
            terms=terms,
            request=self._request(terms, 1),
            subject=subject,
        )

    def _request(self, terms: tuple[str, ...], page: int) -> Request:
        params = [("q", asked(terms)), ("format", "json"), ("safesearch", "0")]
        params += [("pageno", str(page))]
        params += [("engines", ",".join(self.engines))] if self.engines else []
        # SearXNG translates what it says of its engines; we read English.
        return Request(
            url=f"{self.base_url.rstrip('/')}/search",
            params=tuple(params),
            headers=(("accept", "application/json"), ("accept-language", "en")),
        )

    def _read(self, query: Query, answer: Mapping[str, object]) -> Reading:
        listed = [record(row, "a result") for row in rows(answer, "results")]
        silent = dict(_complaint(row) for row in rows(answer, "unresponsive_engines"))
        if _altered(query, answer):
            return unreadable("it searched for other words than the ones we gave")
        if self.engines and not all(self._named(row) for row in listed):
            return unreadable("it asked other engines than the ones we named; check their names")
        reading = self._reading(query.terms, listed, silent)
        return replace(reading, follow=self._next(query) if len(listed) >= FULL_PAGE else ())

    def _reading(
        self, terms: tuple[str, ...], listed: list[Mapping[str, object]], silent: Silent
    ) -> Reading:
        """Take an engine's silence for its own, and only that of all for the instance's."""
        findings = findings_about(terms, hits_in(listed, "url", "title", "content"))
        if silent and not listed and silent.keys() >= set(self.engines):
            ranks = [outcome for outcome, _, _ in TROUBLES]
            outcome, note = min(silent.values(), key=lambda told: ranks.index(told[0]))
            return Reading(outcome=outcome, note=note)
        if silent:
            return Reading(outcome=Outcome.PARTIAL, findings=findings, note=self._missed(silent))
        if findings:
            return Reading(outcome=Outcome.FOUND, findings=findings)
        note = "none of its results names the person" if listed else ""
        return Reading(outcome=Outcome.ABSENT, note=note)

    def _missed(self, silent: Silent) -> str:
        """Name the silent engines where the operator named them, else count them."""
        ours = [name for name in self.engines if name in silent]
        if len(ours) == len(silent):
            return f"its engines did not all answer: {', '.join(ours)} kept silent"
        return f"{len(silent)} of its engines did not answer"

    def _named(self, row: Mapping[str, object]) -> bool:
        engines = row.get("engines")
        return not isinstance(engines, list) or any(name in self.engines for name in engines)

    def _next(self, query: Query) -> tuple[Query, ...]:
        page = query.page + 1
        if page > min(LAST_PAGE, query.pages or LAST_PAGE):
            return ()
        return (replace(query, page=page, request=self._request(query.terms, page)),)


def _altered(query: Query, answer: Mapping[str, object]) -> bool:
    searched = optional_text(answer, "query")
    corrected = rows(answer, "corrections") if "corrections" in answer else ()
    return bool(corrected) or searched.split() not in ([], asked(query.terms).split())


def _complaint(row: object) -> tuple[str, tuple[Outcome, str]]:
    match row:
        case [str() as engine, str() as message, *_]:
            said = message.casefold()
        case _:
            lacks("what it says of an engine")
    return engine, next(
        (outcome, note)
        for outcome, phrases, note in TROUBLES
        if any(phrase in said for phrase in phrases)
    )
