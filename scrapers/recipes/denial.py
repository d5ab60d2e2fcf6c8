"""What an API says in JSON in place of an answer, and what that means there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.reading import Reading
from scrapers.recipes.limits import retry_at
from scrapers.recipes.shape import ShapeError, inside, optional_text

BACK_LATER = "it asks us to come back later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """With this status, where `where` (a path in the answer) holds a text with `says` in it.

    `says` is in lower case, and empty for any text. `renewed_in` is the time zone at whose
    midnight a daily quota begins anew, for services that do not send the time themselves.
    """

    status: int
    where: str
    outcome: Outcome
    says: str = ""
    note: str = ""
    renewed_in: str = ""


def denied(denials: Iterable[Denial], page: Page) -> Reading | None:
    """Return what the first that fits comes to; None where the page says nothing of the kind."""
    fitting = [each for each in denials if each.status == page.status]
    told = _told(page) if fitting else None
    if told is None:
        return None
    return next((_reading(each, page) for each in fitting if _fits(each, told)), None)


def _told(page: Page) -> Mapping[str, object] | None:
    try:
        told = page.json()
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _fits(denial: Denial, told: Mapping[str, object]) -> bool:
    try:
        text = optional_text(*inside(told, denial.where)).casefold()
    except ShapeError:
        return False
    return bool(text) and denial.says in text


def _reading(denial: Denial, page: Page) -> Reading:
    if denial.outcome is not Outcome.LIMITED:
        return Reading(outcome=denial.outcome, note=denial.note)
    when = retry_at(page) or (_midnight(denial.renewed_in, page) if denial.renewed_in else None)
    return Reading(outcome=Outcome.LIMITED, note=denial.note or BACK_LATER, retry_at=when)


def _midnight(zone: str, page: Page) -> datetime:
    there = ZoneInfo(zone)
    tomorrow = page.fetched_at.astimezone(there).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), there).astimezone(UTC)
