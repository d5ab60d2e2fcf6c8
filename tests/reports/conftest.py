"""Fixtures over one email of each kind."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reports.case_view import CaseView
from reports.emails.digest import DigestView
from reports.emails.office import ReviewView
from reports.emails.registry import render_email
from reports.emails.render import Email
from reports.emails.views import ChangeLine, EmailView
from reports.finding_view import FindingView
from tests.reports.samples import (
    ASIDE,
    CHANGED,
    EMAILS,
    IMPERSONATION,
    QUESTION,
    ROSA,
    WAITING,
    WHOLE,
)


@pytest.fixture(params=sorted(EMAILS))
def name(request: pytest.FixtureRequest) -> str:
    """Run a law for every kind of email."""
    return str(request.param)


@pytest.fixture
def view(name: str) -> EmailView:
    return EMAILS[name]


@pytest.fixture
def email(view: EmailView) -> Email:
    return render_email(view)


@pytest.fixture
def digest() -> Callable[..., DigestView]:
    """Make a digest to Rosa that tells what it is given."""

    def made(**told: object) -> DigestView:
        told = {"needs_you": len(told.get("cases", ())), **told}
        return replace(DigestView(**ROSA, week="2026-W48", coverage=WHOLE), **told)

    return made


@pytest.fixture
def case() -> CaseView:
    return IMPERSONATION


@pytest.fixture
def change() -> ChangeLine:
    return CHANGED


@pytest.fixture
def question() -> FindingView:
    return QUESTION


@pytest.fixture
def waiting() -> CaseView:
    return WAITING


@pytest.fixture
def aside() -> FindingView:
    return ASIDE


@pytest.fixture
def review() -> ReviewView:
    view = EMAILS["review"]
    assert isinstance(view, ReviewView)
    return view


@pytest.fixture
def golden(name: str) -> Callable[[str, str], str]:
    """Give the golden text of an email; with NAMESAKE_GOLDEN=write, write it first."""
    folder = Path(__file__).parent / "golden"

    def kept(kind: str, now: str) -> str:
        path = folder / f"{name}.{kind}"
        if os.environ.get("NAMESAKE_GOLDEN") == "write":
            folder.mkdir(exist_ok=True)
            path.write_text(now, encoding="utf-8")
        return path.read_text(encoding="utf-8")

    return kept


@pytest.fixture
def sample() -> Callable[[str], EmailView]:
    return EMAILS.__getitem__
