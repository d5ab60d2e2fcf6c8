"""Dates and times in the language of the reader."""

from datetime import date, datetime

from monitor.domain import english_dates
from monitor.domain.vocabulary import Language
from reports.translation import get_language, translate_message


def format_day(moment: datetime, zone: str, year: int = 0) -> str:
    return format_date(english_dates.convert_to_zone(moment, zone), year)


def format_date(day: date, year: int = 0) -> str:
    if _speaks_english():
        return english_dates.format_date(day, year)
    if day.year == year:
        return _fill_date("%(month)s %(day)s", day)
    return _fill_date("%(month)s %(day)s, %(year)s", day)


def format_brief_day(moment: datetime, zone: str) -> str:
    """Write a day so that it fits below a step: `Sep 21`, in Spanish `21 sep`."""
    there = english_dates.convert_to_zone(moment, zone)
    if _speaks_english():
        return english_dates.format_date(there, there.year)
    return f"{there.day} {translate_message(english_dates.MONTHS[there.month - 1])[:3]}"


def format_local_time(moment: datetime, zone: str, year: int = 0) -> str:
    if _speaks_english():
        return english_dates.format_local_time(moment, zone, year)
    there = english_dates.convert_to_zone(moment, zone)
    if there.year == year:
        day = _fill_date("%(weekday)s, %(month)s %(day)s", there)
    else:
        # With its weekday, too, it would be too long for a line of a phone.
        day = format_date(there)
    hour, half = english_dates.split_hour(there)
    shown = f"{day}, {hour}:{there:%M} {translate_message(half)}"
    return f"{shown} {english_dates.format_zone_name(there, zone)}"


def format_near_time(moment: datetime, zone: str) -> str:
    return format_local_time(moment, zone, english_dates.convert_to_zone(moment, zone).year)


def format_near_day(moment: datetime, zone: str) -> str:
    if _speaks_english():
        return english_dates.format_near_day(moment, zone)
    return _fill_date("%(weekday)s, %(month)s %(day)s", english_dates.convert_to_zone(moment, zone))


def format_seen_range(first: datetime, last: datetime, zone: str, year: int = 0) -> str:
    """`Seen Tue, Nov 3, 2026, 7:12 AM EST`, and since when if that is another day."""
    facts = {"day": format_day(first, zone, year), "time": format_local_time(last, zone, year)}
    if format_day(first, zone) == format_day(last, zone):
        return translate_message("Seen %(time)s") % facts
    return translate_message("First seen %(day)s, last seen %(time)s") % facts


def format_week_start(week: str, year: int = 0) -> str:
    if _speaks_english():
        return english_dates.format_week_start(week, year)
    return format_date(english_dates.parse_monday(week), year)


def format_short_week(week: str) -> str:
    if _speaks_english():
        return english_dates.format_short_week(week)
    return _fill_date("%(number)s/%(day)s", english_dates.parse_monday(week))


def _fill_date(pattern: str, day: date) -> str:
    facts = {
        "weekday": translate_message(english_dates.WEEKDAYS[day.weekday()]),
        "day": day.day,
        "month": translate_message(english_dates.MONTHS[day.month - 1]),
        "number": day.month,
        "year": day.year,
    }
    return translate_message(pattern) % facts


def _speaks_english() -> bool:
    """Tell whether dates are those of the rules."""
    return get_language() is Language.ENGLISH
