"""When a host says that it may be asked again: Retry-After, quota headers, and words in a body."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapers.models import Page

# The longest window seen in the field is a monthly quota.
LONGEST_WAIT = timedelta(days=31)
# A larger number of seconds is a date since 1970, and a larger one still counts milliseconds.
SMALLEST_EPOCH = 10**9
SMALLEST_EPOCH_MS = 10**12
# How Stack Exchange says when: "more requests available in 3600 seconds".
WAIT_SECONDS = re.compile(r"\bin (\d{1,7}) seconds\b")
# Bodies that carry a waiting time are small.
LARGEST_BODY = 65_536
RATE_LIMIT_PREFIXES = ("x-ratelimit-", "ratelimit-", "x-rate-limit-", "x-app-rate-limit-")


def parse_retry_time(page: Page) -> datetime | None:
    """Return when the server may be asked again, or None where it does not tell."""
    times = (
        *_parse_retry_after(page),
        *_parse_quota_reset(page),
        *_parse_ratelimit_field(page),
        *_parse_wait_in_body(page),
    )
    later = [when for when in times if when > page.fetched_at]
    return min(later[0], page.fetched_at + LONGEST_WAIT) if later else None


def parse_backoff_time(page: Page) -> datetime | None:
    """Return until when an answer, though it is one, asks us to pause; None where it does not."""
    return max(_parse_wait_in_body(page), default=None)


def _parse_retry_after(page: Page) -> Iterator[datetime]:
    value = page.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}(?:\.\d{1,9})?", value):
        yield from _add_wait_seconds(page, float(value))
        return
    try:
        date = parsedate_to_datetime(value)
        yield date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return


def _parse_quota_reset(page: Page) -> Iterator[datetime]:
    """Yield the reset of the window that is used up, the longest first where there are several."""
    for prefix in RATE_LIMIT_PREFIXES:
        resets = [part.strip() for part in page.headers.get(f"{prefix}reset", "").split(",")]
        left = [part.strip() for part in page.headers.get(f"{prefix}remaining", "").split(",")]
        used = [
            reset
            for reset, remaining in zip(resets, left, strict=False)
            if _parse_number(remaining) == 0 and len(resets) == len(left)
        ]
        whens = [when for reset in used or resets for when in _parse_reset_value(page, reset)]
        yield from [max(whens) if used else min(whens)] if whens else []


def _parse_ratelimit_field(page: Page) -> Iterator[datetime]:
    """Yield the seconds of the `RateLimit` field, in both of its drafts."""
    match = re.search(r"(?:\bt|\breset)=(\d{1,10})\b", page.headers.get("ratelimit", ""))
    if match:
        yield from _add_wait_seconds(page, float(match[1]))


def _parse_wait_in_body(page: Page) -> Iterator[datetime]:
    if len(page.body) > LARGEST_BODY or not page.body.lstrip().startswith(b"{"):
        return
    try:
        body = page.decode_json()
    except (ValueError, RecursionError):
        return
    if not isinstance(body, dict):
        return
    for key in ("backoff", "retry_after"):
        seconds = body.get(key)
        if isinstance(seconds, int | float) and not isinstance(seconds, bool):
            yield from _add_wait_seconds(page, seconds)
    for key in ("error_message", "message"):
        text = body.get(key)
        match = WAIT_SECONDS.search(text[:500]) if isinstance(text, str) else None
        if match:
            yield from _add_wait_seconds(page, float(match[1]))


def _parse_reset_value(page: Page, value: str) -> Iterator[datetime]:
    number = _parse_number(value)
    if number is None:
        try:
            date = datetime.fromisoformat(value)
        except ValueError:
            return
        yield date.replace(tzinfo=UTC) if date.tzinfo is None else date
    elif number >= SMALLEST_EPOCH_MS:
        yield from _convert_epoch_seconds(number / 1000)
    elif number >= SMALLEST_EPOCH:
        yield from _convert_epoch_seconds(number)
    else:
        yield from _add_wait_seconds(page, number)


def _convert_epoch_seconds(seconds: float) -> Iterator[datetime]:
    try:
        yield datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return


def _add_wait_seconds(page: Page, seconds: float) -> Iterator[datetime]:
    if 0 <= seconds <= LONGEST_WAIT.total_seconds():
        yield page.fetched_at + timedelta(seconds=seconds)
    elif seconds > 0:
        yield page.fetched_at + LONGEST_WAIT


def _parse_number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d{1,16}(?:\.\d{1,9})?", value) else None
