"""Days and times as people in the United States read them, in any language of the machine."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
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
_NOON = 12


def format_date(day: date, year: int = 0) -> str:
    """`Nov 3, 2026`, without the year if it is `year`."""
    return f"{MONTHS[day.month - 1][:3]} {day.day}{_format_year(day, year)}"


def format_weekday_date(day: date) -> str:
    """`Tue, Nov 3`, for a day so near that its year goes without saying."""
    return f"{WEEKDAYS[day.weekday()]}, {format_date(day, day.year)}"


def format_day(moment: datetime, zone: str, year: int = 0) -> str:
    """`Nov 3, 2026` on the reader's clock, without the year if it is `year`."""
    return format_date(convert_to_zone(moment, zone), year)


def is_past_day(moment: datetime, now: datetime, zone: str) -> bool:
    """Tell whether the day of a moment is over on the reader's clock."""
    return convert_to_zone(moment, zone).date() < convert_to_zone(now, zone).date()


def format_near_day(moment: datetime, zone: str) -> str:
    """`Tue, Nov 3`: of a day that needs no year, since it is at most some months away."""
    return format_weekday_date(convert_to_zone(moment, zone))


def format_local_time(moment: datetime, zone: str, year: int = 0) -> str:
    """`Tue, Nov 3, 2026, 7:12 AM EST` on the reader's clock, without the year if it is `year`."""
    there = convert_to_zone(moment, zone)
    return f"{format_weekday_date(there)}{_format_year(there, year)}, {_format_time(there, zone)}"


def format_near_time(moment: datetime, zone: str) -> str:
    """`Tue, Nov 3, 7:12 AM EST`, for a moment so near that its year goes without saying."""
    return format_local_time(moment, zone, convert_to_zone(moment, zone).year)


def format_week_start(week: str, year: int = 0) -> str:
    """`November 23, 2026` for `2026-W48`: its Monday, without the year if it is `year`."""
    monday = parse_monday(week)
    return f"{MONTHS[monday.month - 1]} {monday.day}{_format_year(monday, year)}"


def format_short_week(week: str) -> str:
    """`11/23` for `2026-W48`: its Monday, where there is place for no more."""
    monday = parse_monday(week)
    return f"{monday.month}/{monday.day}"


def parse_monday(week: str) -> date:
    return date.fromisocalendar(parse_week_year(week), int(week.partition("-W")[2]), 1)


def parse_week_year(week: str) -> int:
    return int(week.partition("-W")[0])


def convert_to_zone(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        message = "A time without its zone cannot be shown."
        raise ValueError(message)
    return moment.astimezone(ZoneInfo(zone))


def _format_year(moment: date, known: int) -> str:
    return "" if moment.year == known else f", {moment.year}"


def _format_time(moment: datetime, zone: str) -> str:
    # `%p` and `%-I` follow the machine's language and C library; a reader's clock does not.
    hour, half = split_hour(moment)
    return f"{hour}:{moment:%M} {half} {format_zone_name(moment, zone)}"


def split_hour(moment: datetime) -> tuple[int, str]:
    return moment.hour % 12 or 12, "AM" if moment.hour < _NOON else "PM"


def format_zone_name(moment: datetime, zone: str) -> str:
    # Some zones have no abbreviation (`+03`): their place says more.
    name = moment.tzname() or zone
    return name if name.isalpha() else f"{zone.rpartition('/')[2].replace('_', ' ')} time"
