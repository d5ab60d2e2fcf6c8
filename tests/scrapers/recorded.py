"""Answers that real services gave, where the environment names a folder of them."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.models import Page

FOLDER = os.environ.get("NAMESAKE_RECORDED", "")
needs_recordings = pytest.mark.skipif(
    not FOLDER, reason="NAMESAKE_RECORDED does not name a folder of recorded answers"
)


def recorded(name: str, status: int = 200) -> Page:
    """Return an answer with the headers that are known; what is known of its status comes first."""
    file = Path(FOLDER) / name
    meta = file.with_suffix(".meta.json")
    told = json.loads(meta.read_bytes()) if meta.exists() else {}
    return Page(
        url="https://service.example/",
        status=told.get("status", status),
        body=file.read_bytes(),
        fetched_at=datetime(2026, 11, 2, tzinfo=UTC),
        headers=told.get("headers", {}),
    )
