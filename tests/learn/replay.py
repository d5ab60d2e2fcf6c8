"""From a skeleton back to an answer of its shape: our reader must still understand it.

What this proves: keys, kinds, nesting, forms of ids and addresses, and the marks of ours that were
there. What it cannot prove: that the service still answers so, and what words we never kept.
"""

from html import escape
from typing import Any

import msgspec

from monitor.domain.first_contact import AnswerShape
from scrapers.models import Page, ParseResult, Query
from scrapers.parsers.answer_skeleton import HOST, QUERY, SITE, Mask, find_question
from scrapers.parsers.presence import ACCOUNT_PLACEHOLDER, list_mark_digests
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import MarkupParser, Source
from tests.scrapers.answers import WHEN

WORDS = "made up words"
DATES = {"day": "2026-01-02", "time": "2026-01-02T03:04:05+00:00"}
# Of a feed, a text or a picture, a skeleton tells too little.
REPLAYED_KINDS = frozenset({"json", "html"})
TYPES = {"json": "application/json", "html": "text/html", "xml": "text/xml", "text": "text/plain"}
Marks = dict[str, str]


def replay(source: Source, query: Query, answer: AnswerShape) -> ParseResult:
    """Return what the reader of today makes of an answer in this shape."""
    page = build_page(source, query, answer)
    result = source.parse_response(query, page)
    if result.unparsed and isinstance(source, MarkupParser):
        return source.parse_body(query, page)
    return result


def build_page(source: Source, query: Query, answer: AnswerShape) -> Page:
    host = query.request.url.split("/")[2].split(":")[0]
    site = ".".join(host.split(".")[-2:])
    marks = {
        **{mark: term for term, mark in Mask.from_query(query).list_terms()},
        QUERY: find_question(query.request),
        HOST: host,
        SITE: site,
    }
    if answer.kind == "json":
        body = msgspec.json.encode(fill_value(answer.tree, marks))
    elif answer.kind in {"html", "xml"}:
        body = _build_markup(source, query, answer, marks).encode()
    else:
        body = str(fill_value(answer.tree or "", marks)).encode()
    return Page(
        url=query.request.url,
        status=answer.status,
        body=body,
        fetched_at=WHEN,
        headers={"content-type": answer.content_type or TYPES.get(answer.kind, "")},
    )


def fill_value(described: Any, marks: Marks) -> Any:
    """Return a value of the kind that is described."""
    if isinstance(described, dict):
        return {key: fill_value(value, marks) for key, value in described.items()}
    if isinstance(described, list | tuple):
        count = int(described[0].partition(" ")[0])
        rows = [fill_value(row, marks) for row in described[1:]]
        return (rows * count)[:count] if rows else []
    return _fill_text(described, marks) if isinstance(described, str) else described


def _fill_text(described: str, marks: Marks) -> Any:
    kind, *said = described.split(" ")
    words = " ".join(marks[mark] for mark in said if mark in marks)
    if described.startswith("="):
        filled = described[1:]
        for mark, word in marks.items():
            filled = filled.replace(mark, word)
        return filled
    if kind in {"int", "float"}:
        return (int if kind == "int" else float)(words or 777)
    if described in DATES:
        return DATES[described]
    if kind.startswith("text:"):
        return f"{words} {WORDS}".strip()
    return described


def _build_markup(source: Source, query: Query, answer: AnswerShape, marks: Marks) -> str:
    """Return a page with the title, the meta tags and the marks of ours that were seen."""
    tree = answer.tree
    title = escape(str(fill_value(tree["title"] or "", marks)))
    meta = "".join(
        f'<meta property="{escape(name)}" content="{escape(str(fill_value(content, marks)))}">'
        for name, _, content in tree["meta"]
    )
    shown = ""
    if isinstance(source, PresenceSource):
        handle = query.terms[0]
        shown = "\n".join(
            mark.replace(ACCOUNT_PLACEHOLDER, handle)
            for mark, digest in list_mark_digests(source.entry.rule)
            if digest in answer.marks
        )
    return (
        f"<!doctype html><html><head><title>{title}</title>{meta}</head><body>{shown}</body></html>"
    )
