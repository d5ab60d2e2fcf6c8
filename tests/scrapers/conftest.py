"""Answers as servers give them, and the pages that stand beside the tests."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.models import Page

PAGES = Path(__file__).parent / "pages"
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "text/xml; charset=utf-8",
}

Answered = Callable[..., Page]


@pytest.fixture
def answered() -> Answered:
    def page(body: bytes | str = b"", status: int = 200, **more: object) -> Page:
        raw = body.encode() if isinstance(body, str) else body
        headers = more.pop("headers", {})
        url = str(more.pop("url", "https://alpha.example/jdoe"))
        assert isinstance(headers, dict)
        return Page(url=url, status=status, body=raw, fetched_at=NOW, headers=headers)

    return page


@pytest.fixture
def saved(answered: Answered) -> Answered:
    """Answer with a page that was written down in the shape a real service sends."""

    def page(name: str, status: int = 200, **more: object) -> Page:
        file = PAGES / name
        headers = {"content-type": KINDS[file.suffix]}
        given = more.pop("headers", {})
        assert isinstance(given, dict)
        return answered(file.read_bytes(), status, headers=headers | given, **more)

    return page
