"""What every engine is asked here: about Nora, at her school."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from scrapers.models import Identity, Page, ParseResult, Query
from scrapers.source import Source

Answered = Callable[..., Page]
Comes = Callable[..., ParseResult]

NORA = Identity(
    person_id="person-1", names=("Nora Quill",), places=(), organization="Harbour Lane School"
)


def first(source: Source) -> Query:
    return next(iter(source.build_queries(NORA)))


@pytest.fixture
def comes(saved: Answered, answered: Answered) -> Comes:
    """Read a saved page of a source, or a body, as an answer to its first query."""

    def read(source: Source, body: str, status: int = 200, **headers: str) -> ParseResult:
        named = body.endswith((".json", ".html", ".txt"))
        page = saved(f"{source.name}/{body}", status) if named else answered(body, status)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return source.parse_response(first(source), replace(page, headers={**page.headers, **told}))

    return read
