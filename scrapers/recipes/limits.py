"""When a server that says "too many requests" may be asked again, in the dialects it may say so."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.reading import Reading

TOO_MANY_REQUESTS = 429
FORBIDDEN = 403
# The longest window seen in the field is a monthly quota.
LONGEST_WAIT = timedelta(days=31)
# A larger number of seconds is a date since 1970, and a larger one still counts milliseconds.
SMALLEST_EPOCH = 10**9
SMALLEST_EPOCH_MS = 10**12
# How Stack Exchange says when: "more requests available in 3600 seconds".
SECONDS = re.compile(r"\bin (\d{1,7}) seconds\b")
# Bodies that carry a waiting time are small.
LARGEST_BODY = 65_536
PREFIXES = ("x-ratelimit-", "ratelimit-", "x-rate-limit-", "x-app-rate-limit-")


def limited(page: Page) -> Reading:
    return Reading(
        outcome=Outcome.LIMITED, note="it asks us to come back later", retry_at=retry_at(page)
    )


def quota_used(page: Page) -> bool:
    """Say whether a page is refused for asking too much; some say so with status 403."""
    if page.status == TOO_MANY_REQUESTS:
        return True
    return page.status == FORBIDDEN and "0" in _remaining(page.headers)


def retry_at(page: Page) -> datetime | None:
    """Return when the server may be asked again, or None where it does not tell."""
    told = (*_retry_after(page), *_reset(page), *_structured(page), *_in_body(page))
    later = [when for when in told if when > page.fetched_at]
    return min(later[0], page.fetched_at + LONGEST_WAIT) if later else None


def backoff(page: Page) -> datetime | None:
    """Return until when an answer, though it is one, asks us to pause; None where it does not."""
    return max(_in_body(page), default=None)


def _retry_after(page: Page) -> Iterator[datetime]:
    value = page.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}(?:\.\d{1,9})?", value):
        yield from _after(page, float(value))
        return
    try:
        date = parsedate_to_datetime(value)
        yield date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return


def _reset(page: Page) -> Iterator[datetime]:
    """Yield the reset of the window that is used up, the longest first where there are several."""
    for prefix in PREFIXES:
        resets = [part.strip() for part in page.headers.get(f"{prefix}reset", "").split(",")]
        left = [part.strip() for part in page.headers.get(f"{prefix}remaining", "").split(",")]
        used = [
            reset
            for reset, remaining in zip(resets, left, strict=False)
            if _number(remaining) == 0 and len(resets) == len(left)
        ]
        whens = [when for reset in used or resets for when in _moment(page, reset)]
        yield from [max(whens) if used else min(whens)] if whens else []


def _structured(page: Page) -> Iterator[datetime]:
    """Yield the seconds of the `RateLimit` field, in both of its drafts."""
    match = re.search(r"(?:\bt|\breset)=(\d{1,10})\b", page.headers.get("ratelimit", ""))
    if match:
        yield from _after(page, float(match[1]))


def _in_body(page: Page) -> Iterator[datetime]:
    if len(page.body) > LARGEST_BODY or not page.body.lstrip().startswith(b"{"):
        return
    try:
        told = page.json()
    except (ValueError, RecursionError):
        return
    if not isinstance(told, dict):
        return
    for key in ("backoff", "retry_after"):
        seconds = told.get(key)
        if isinstance(seconds, int | float) and not isinstance(seconds, bool):
            yield from _after(page, seconds)
    for key in ("error_message", "message"):
        said = told.get(key)
        match = SECONDS.search(said[:500]) if isinstance(said, str) else None
        if match:
            yield from _after(page, float(match[1]))


def _moment(page: Page, value: str) -> Iterator[datetime]:
    number = _number(value)
    if number is None:
        try:
            date = datetime.fromisoformat(value)
        except ValueError:
            return
        yield date.replace(tzinfo=UTC) if date.tzinfo is None else date
    elif number >= SMALLEST_EPOCH_MS:
        yield from _since_1970(number / 1000)
    elif number >= SMALLEST_EPOCH:
        yield from _since_1970(number)
    else:
        yield from _after(page, number)


def _since_1970(seconds: float) -> Iterator[datetime]:
    try:
        yield datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return


def _after(page: Page, seconds: float) -> Iterator[datetime]:
    if 0 <= seconds <= LONGEST_WAIT.total_seconds():
        yield page.fetched_at + timedelta(seconds=seconds)
    elif seconds > 0:
        yield page.fetched_at + LONGEST_WAIT


def _remaining(headers: Mapping[str, str]) -> set[str]:
    told = ",".join(headers.get(f"{prefix}remaining", "") for prefix in PREFIXES)
    return {part.strip().removesuffix(".0") for part in told.split(",")}


def _number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d{1,16}(?:\.\d{1,9})?", value) else None
