"""What a search engine understands of a query: words, phrases, `-`, `site:`, and `OR`."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.demo.traces import WebPage

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
