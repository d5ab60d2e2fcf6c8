"""Answers that are no answer: walls, limits, refusals and servers in trouble."""

from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.reading import Reading
from scrapers.recipes.limits import limited, quota_used, retry_at
from scrapers.recipes.walls import wall

# 999 is what LinkedIn sends to visitors it does not want.
REFUSALS = frozenset({401, 403, 407, 451, 999})
SERVER_ERRORS = range(500, 600)


def refusal(page: Page) -> Reading | None:
    """Return the reading of a page that refuses to answer, or None where it may be read."""
    if quota_used(page):
        return limited(page)
    note = wall(page)
    if note:
        return Reading(outcome=Outcome.BLOCKED, note=note)
    if page.status in SERVER_ERRORS:
        return Reading(
            outcome=Outcome.FAILED,
            note=f"its server is in trouble (status {page.status})",
            retry_at=retry_at(page),
        )
    if page.status in REFUSALS:
        return Reading(outcome=Outcome.BLOCKED, note=f"it refuses us (status {page.status})")
    return None


def stumbled(error: Exception) -> Reading:
    """Return what a page comes to whose reader stumbled: the reader has not understood it."""
    return unreadable(f"the reader stumbled ({type(error).__name__})")


def unreadable(note: str) -> Reading:
    return Reading(outcome=Outcome.UNREADABLE, note=note)
