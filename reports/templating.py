"""The one Jinja environment: what it prints is clean, and in HTML escaped, without being asked."""

import re
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Undefined, select_autoescape
from markupsafe import Markup

from reports.labels import field_words, site_name
from reports.sanitize import Shown, defanged, sentence, shown, typed
from reports.static_files import asset

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
REFERENCE = 8
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LIVE = re.compile(r"https?://[^\s<>\"'`\\]+")
# A browser reads `//host` and `/\\host` as somebody else's address.
_OWN_PLACE = re.compile(r"(?:/(?![/\\])[^\s\\\"'<>]*|#[\w-]+)")
_URL_PIECE = re.compile(r"[^/]{0,24}/|[^/]{1,24}")


def day(moment: datetime, zone: str, year: int = 0) -> Shown:
    """`3 Nov`, with the year unless it is `year`."""
    there = _in_zone(moment, zone)
    return Shown(_date(there) if there.year == year else f"{_date(there)} {there.year}")


def local(moment: datetime, zone: str) -> Shown:
    """`3 Nov 2026, 07:12 EST`, on the reader's clock."""
    there = _in_zone(moment, zone)
    return Shown(f"{_date(there)} {there.year}, {there:%H:%M} {_zone_name(there, zone)}")


def seen(first: datetime, last: datetime, zone: str) -> Shown:
    """`Seen 3 Nov 2026, 07:12 EST`, and since when if that is another day."""
    if day(first, zone) == day(last, zone):
        return Shown(f"Seen {local(last, zone)}")
    return Shown(f"First seen {day(first, zone)}, last seen {local(last, zone)}")


def week_days(week: str) -> Shown:
    """`23 to 29 Nov 2026` for `2026-W48`; what both days share is said once."""
    first, last = (date.fromisocalendar(year_of(week), week_number(week), n) for n in (1, 7))
    start = str(first.day) if first.month == last.month else _date(first)
    if first.year != last.year:
        start = f"{start} {first.year}"
    return Shown(f"{start} to {_date(last)} {last.year}")


def week_number(week: str) -> int:
    return int(week.partition("-W")[2])


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
    """Let our own address stand as it is; raise ValueError for anything else than a web page."""
    parts = urlsplit(url)
    if not _LIVE.fullmatch(url) or not parts.hostname or "@" in parts.netloc:
        message = "A letter may link to a plain http or https address only."
        raise ValueError(message)
    return Shown(url)


def path(place: str) -> Shown:
    """Let a place on our own pages stand as it is; raise ValueError for what leads elsewhere."""
    if not _OWN_PLACE.fullmatch(place):
        message = "A page may lead to a place of our own, or use the macro for those outside."
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
    message = f"A letter cannot print a {type(value).__name__}."
    raise TypeError(message)


def reference(ref: str) -> Shown:
    """Give as much of a ref as a reader has to write back."""
    return shown(ref[:REFERENCE])


def _in_zone(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        message = "A time without its zone cannot be told to anybody."
        raise ValueError(message)
    return moment.astimezone(ZoneInfo(zone))


def _date(moment: date) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]}"


def _zone_name(moment: datetime, zone: str) -> str:
    # Some zones have no letters of their own (`+03`): their place says more.
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
    words = (shown, sentence, defanged, field_words, site_name, counted, spelled, pieces)
    ours = (link, reference, typed, path, web_address, asset)
    times = (local, day, seen, week_days, week_number)
    environment.filters.update({each.__name__: each for each in (*words, *ours, *times)})
    return environment


ENVIRONMENT: Final = _environment()
