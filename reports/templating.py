"""The one Jinja environment: what it prints is clean, and in HTML escaped, without being asked."""

import re
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, Undefined, select_autoescape
from markupsafe import Markup

from monitor.domain import dates
from reports import labels
from reports.labels import (
    describe_data_class,
    describe_field,
    format_account,
    format_site_name,
    strip_platform,
)
from reports.sanitize import CleanText, clean_form_input, clean_sentence, clean_web_text, defang_url
from reports.static_files import build_asset_url

REFERENCE = 8
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LIVE = re.compile(r"https?://[^\s<>\"'`\\]+")
# A browser reads `//host` and `/\\host` as someone else's address.
_OWN_PLACE = re.compile(r"(?:/(?![/\\])[^\s\\\"'<>]*|#[\w-]+)")
_URL_PIECE = re.compile(r"[^/]{0,24}/|[^/]{1,24}")


def format_day(moment: datetime, zone: str, year: int = 0) -> CleanText:
    return CleanText(dates.format_day(moment, zone, year))


def format_date(day: date, year: int = 0) -> CleanText:
    return CleanText(dates.format_date(day, year))


def format_local_time(moment: datetime, zone: str, year: int = 0) -> CleanText:
    return CleanText(dates.format_local_time(moment, zone, year))


def format_near_time(moment: datetime, zone: str) -> CleanText:
    return CleanText(dates.format_near_time(moment, zone))


def format_seen_range(first: datetime, last: datetime, zone: str, year: int = 0) -> CleanText:
    """`Seen Tue, Nov 3, 2026, 7:12 AM EST`, and since when if that is another day."""
    if format_day(first, zone) == format_day(last, zone):
        return CleanText(f"Seen {format_local_time(last, zone, year)}")
    return CleanText(
        f"First seen {format_day(first, zone, year)}, "
        f"last seen {format_local_time(last, zone, year)}"
    )


def format_week_start(week: str, year: int = 0) -> CleanText:
    return CleanText(dates.format_week_start(week, year))


def format_short_week(week: str) -> CleanText:
    return CleanText(dates.format_short_week(week))


def format_count(number: int, one: str, many: str = "") -> CleanText:
    """`1 change`, `2 changes`."""
    return CleanText(f"{number} {one if number == 1 else many or one + 's'}")


def spell_count(number: int, one: str, many: str = "") -> CleanText:
    """`One change`, `Two changes`: for a headline."""
    word = _NUMBERS[number].capitalize() if number < len(_NUMBERS) else str(number)
    return CleanText(f"{word} {one if number == 1 else many or one + 's'}")


def split_for_line_breaks(text: str) -> list[CleanText]:
    """Cut an address where a line may break: behind a slash, or where it grows too long."""
    return [CleanText(piece) for piece in _URL_PIECE.findall(text)]


def mark_own_link(url: str) -> CleanText:
    """Mark our own address as safe to print; raise ValueError for anything but a web page."""
    parts = urlsplit(url)
    if not _LIVE.fullmatch(url) or not parts.hostname or "@" in parts.netloc:
        message = "An email may link to a plain http or https address only."
        raise ValueError(message)
    return CleanText(url)


def mark_own_path(place: str) -> CleanText:
    """Mark a place on our own pages as safe to print; raise ValueError for any other."""
    if not _OWN_PLACE.fullmatch(place):
        message = "A page may link to one of our own pages, or use the macro for outside links."
        raise ValueError(message)
    return CleanText(place)


def mark_web_link(url: str) -> CleanText:
    """Return an address from the web if a reader may follow it, else nothing."""
    try:
        return mark_own_link(url) if url.isascii() else CleanText("")
    except ValueError:
        return CleanText("")


def clean_printed_value(value: object) -> object:
    """Clean whatever a template prints, unless a filter has done so."""
    if isinstance(value, (CleanText, Markup, int, Undefined)):
        return value
    if isinstance(value, str):
        return clean_web_text(value)
    message = f"An email cannot print a {type(value).__name__}."
    raise TypeError(message)


def shorten_id(full_id: str) -> CleanText:
    """Give as much of an id as a reader has to write back."""
    return clean_web_text(full_id[:REFERENCE])


_TIMES = (
    format_date,
    format_day,
    format_local_time,
    format_near_time,
    format_seen_range,
    format_week_start,
)


def _build_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        # The templates are part of the program: no page looks whether they have changed.
        auto_reload=False,
        # None is ever dropped, so threads need not take turns to look one up.
        cache_size=-1,
        # Whatever is not plain text is escaped, whatever it is called.
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        finalize=clean_printed_value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (
        clean_web_text,
        clean_sentence,
        defang_url,
        format_count,
        spell_count,
        split_for_line_breaks,
    )
    names = (
        describe_data_class,
        describe_field,
        format_account,
        format_site_name,
        strip_platform,
    )
    ours = (
        mark_own_link,
        shorten_id,
        clean_form_input,
        mark_own_path,
        mark_web_link,
        build_asset_url,
    )
    environment.filters.update({each.__name__: each for each in (*words, *names, *ours, *_TIMES)})
    environment.globals["labels"] = labels
    return environment


ENVIRONMENT: Final = _build_environment()
