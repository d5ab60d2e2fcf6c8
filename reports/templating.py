"""The one Jinja environment: what it prints is clean, and in HTML escaped, without being asked."""

import re
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Undefined, select_autoescape
from markupsafe import Markup

from reports.labels import deed_words, field_words, site_name, state_words
from reports.sanitize import Shown, defanged, sentence, shown, typed
from reports.static_files import asset

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
REFERENCE = 8
_NOON = 12
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LIVE = re.compile(r"https?://[^\s<>\"'`\\]+")
# A browser reads `//host` and `/\\host` as somebody else's address.
_OWN_PLACE = re.compile(r"(?:/(?![/\\])[^\s\\\"'<>]*|#[\w-]+)")
_URL_PIECE = re.compile(r"[^/]{0,24}/|[^/]{1,24}")


def day(moment: datetime, zone: str, year: int = 0) -> Shown:
    """`Nov 3, 2026` on the reader's clock, without the year if it is `year`."""
    there = _in_zone(moment, zone)
    return Shown(f"{_month_day(there)}{_year(there, year)}")


def local(moment: datetime, zone: str, year: int = 0) -> Shown:
    """`Tue, Nov 3, 2026, 7:12 AM EST` on the reader's clock, without the year if it is `year`."""
    there = _in_zone(moment, zone)
    return Shown(f"{_weekday(there)}, {day(moment, zone, year)}, {_time(there, zone)}")


def local_soon(moment: datetime, zone: str) -> Shown:
    """`Tue, Nov 3, 7:12 AM EST`, for a moment so near that its year goes without saying."""
    there = _in_zone(moment, zone)
    return Shown(f"{_weekday(there)}, {_month_day(there)}, {_time(there, zone)}")


def seen(first: datetime, last: datetime, zone: str, year: int = 0) -> Shown:
    """`Seen Tue, Nov 3, 2026, 7:12 AM EST`, and since when if that is another day."""
    if day(first, zone) == day(last, zone):
        return Shown(f"Seen {local(last, zone, year)}")
    return Shown(f"First seen {day(first, zone, year)}, last seen {local(last, zone, year)}")


def week_start(week: str, year: int = 0) -> Shown:
    """`November 23, 2026` for `2026-W48`: its Monday, without the year if it is `year`."""
    monday = date.fromisocalendar(year_of(week), int(week.partition("-W")[2]), 1)
    return Shown(f"{_MONTHS[monday.month - 1]} {monday.day}{_year(monday, year)}")


def year_of(week: str) -> int:
    return int(week.partition("-W")[0])


def counted(number: int, one: str, many: str = "") -> Shown:
    """`1 change`, `2 changes`."""
    return Shown(f"{number} {one if number == 1 else many or one + 's'}")


def spelled(number: int, one: str, many: str = "") -> Shown:
    """`One change`, `Two changes`: for a headline."""
    word = _NUMBERS[number].capitalize() if number < len(_NUMBERS) else str(number)
    return Shown(f"{word} {one if number == 1 else many or one + 's'}")


def pieces(text: str) -> list[Shown]:
    """Cut an address where a line may break: behind a slash, or where it grows too long."""
    return [Shown(piece) for piece in _URL_PIECE.findall(text)]


def link(url: str) -> Shown:
    """Mark our own address as safe to print; raise ValueError for anything but a web page."""
    parts = urlsplit(url)
    if not _LIVE.fullmatch(url) or not parts.hostname or "@" in parts.netloc:
        message = "An email may link to a plain http or https address only."
        raise ValueError(message)
    return Shown(url)


def path(place: str) -> Shown:
    """Mark a place on our own pages as safe to print; raise ValueError for any other."""
    if not _OWN_PLACE.fullmatch(place):
        message = "A page may link to one of our own pages, or use the macro for outside links."
        raise ValueError(message)
    return Shown(place)


def web_address(url: str) -> Shown:
    """Return an address from the web if a reader may follow it, else nothing."""
    try:
        return link(url) if url.isascii() else Shown("")
    except ValueError:
        return Shown("")


def printed(value: object) -> object:
    """Clean whatever a template prints, unless a filter has done so."""
    if isinstance(value, (Shown, Markup, int, Undefined)):
        return value
    if isinstance(value, str):
        return shown(value)
    message = f"An email cannot print a {type(value).__name__}."
    raise TypeError(message)


def reference(ref: str) -> Shown:
    """Give as much of a ref as a reader has to write back."""
    return shown(ref[:REFERENCE])


def _in_zone(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        message = "A time without its zone cannot be shown."
        raise ValueError(message)
    return moment.astimezone(ZoneInfo(zone))


def _weekday(moment: date) -> str:
    return _WEEKDAYS[moment.weekday()]


def _month_day(moment: date) -> str:
    return f"{_MONTHS[moment.month - 1][:3]} {moment.day}"


def _year(moment: date, known: int) -> str:
    return "" if moment.year == known else f", {moment.year}"


def _time(moment: datetime, zone: str) -> str:
    # `%p` and `%-I` follow the machine's language and C library; a reader's clock does not.
    hour, half = moment.hour % 12 or 12, "AM" if moment.hour < _NOON else "PM"
    return f"{hour}:{moment:%M} {half} {_zone_name(moment, zone)}"


def _zone_name(moment: datetime, zone: str) -> str:
    # Some zones have no abbreviation (`+03`): their place says more.
    name = moment.tzname() or zone
    return name if name.isalpha() else f"{zone.rpartition('/')[2].replace('_', ' ')} time"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        # The templates are part of the program: no page looks whether they have changed.
        auto_reload=False,
        # None is ever dropped, so threads need not take turns to look one up.
        cache_size=-1,
        # Whatever is not plain text is escaped, whatever it is called.
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        finalize=printed,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (shown, sentence, defanged, counted, spelled, pieces)
    labels = (deed_words, field_words, site_name, state_words)
    ours = (link, reference, typed, path, web_address, asset)
    times = (local, local_soon, day, seen, week_start)
    environment.filters.update({each.__name__: each for each in (*words, *labels, *ours, *times)})
    return environment


ENVIRONMENT: Final = _environment()
