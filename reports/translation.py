"""The language of a page or an email, and the words of each language.

Templates and labels speak English. What a person reads is looked up in `locale/LANGUAGE.po` where
it is shown: the text of a template by `_()`, and a label by the filter translate. A sentence that
the code makes is none of these (`reports/wording.py`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import c2py
from io import BytesIO
from pathlib import Path
from typing import Final

from monitor.domain import dates
from monitor.domain.language import Language

# Where its dates and times come from: as people in the United States write them.
_LOCALES: Final = {Language.ENGLISH: "en_US", Language.SPANISH: "es_US"}
_CURRENT: ContextVar[Language] = ContextVar("language", default=Language.ENGLISH)


def get_language() -> Language:
    return _CURRENT.get()


def set_language(language: Language) -> None:
    """Choose the language of all that this thread or task shows from now on."""
    _CURRENT.set(language)


@contextmanager
def use_language(language: Language) -> Iterator[None]:
    before = _CURRENT.set(language)
    try:
        yield
    finally:
        _CURRENT.reset(before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The words of one language, by their English."""

    messages: Mapping[str, str]
    plurals: Mapping[str, tuple[str, ...]]
    choose_plural: Callable[[int], int]

    def find_message(self, message: str) -> str | None:
        return self.messages.get(message)

    def find_plural(self, one: str, many: str, number: int) -> str:
        forms = self.plurals.get(one)
        return forms[self.choose_plural(number)] if forms else one if number == 1 else many


@cache
def load_catalog(language: Language) -> Catalog:
    """Read the words of a language, once in each process; Babel is loaded only then."""
    # An English page needs none of it, and a command should not wait for it.
    from babel.messages.pofile import read_po  # noqa: PLC0415 see above

    text = (Path(__file__).parent / "locale" / f"{language}.po").read_bytes()
    single, plural = {}, {}
    for message in read_po(BytesIO(text)):
        if isinstance(message.id, tuple) and isinstance(message.string, tuple):
            plural[message.id[0]] = message.string
        elif message.id:
            single[str(message.id)] = str(message.string)
    return Catalog(messages=single, plurals=plural, choose_plural=c2py("n != 1"))


def translate_message(message: str) -> str:
    """Return the text of a template in the current language; its facts are put in afterwards."""
    language = get_language()
    if language is Language.ENGLISH:
        return message
    return load_catalog(language).find_message(message) or message


def translate_plural(one: str, many: str, number: int) -> str:
    """Return the form of a text that fits a number, in the current language."""
    language = get_language()
    if language is Language.ENGLISH:
        return one if number == 1 else many
    return load_catalog(language).find_plural(one, many, number)


def translate_label(label: str) -> str:
    """Return a label of ours in the current language, or as it is if we do not know it.

    It is plain text before and after: nothing in it is marked as safe.
    """
    language = get_language()
    if language is Language.ENGLISH or not label:
        return label
    found = load_catalog(language).find_message(label.replace("%", "%%"))
    return label if found is None else found.replace("%%", "%")


def format_date_pattern(moment: date, pattern: str) -> str:
    """Write a date or a time by a pattern of CLDR, as the current language has it."""
    from babel.dates import format_date, format_datetime  # noqa: PLC0415 loaded only if needed

    locale = _LOCALES[get_language()]
    shown = translate_message(pattern)
    if hasattr(moment, "hour"):
        return format_datetime(moment, shown, locale=locale)
    return format_date(moment, shown, locale=locale)


def format_day(moment: datetime, zone: str, year: int = 0) -> str:
    return format_date(dates.convert_to_zone(moment, zone), year)


def format_date(day: date, year: int = 0) -> str:
    if _speaks_english():
        return dates.format_date(day, year)
    return format_date_pattern(day, "MMM d" if day.year == year else "MMM d, y")


def format_local_time(moment: datetime, zone: str, year: int = 0) -> str:
    if _speaks_english():
        return dates.format_local_time(moment, zone, year)
    there = dates.convert_to_zone(moment, zone)
    known = there.year == year
    shown = format_date_pattern(there, "EEE, MMM d, h:mm a" if known else "EEE, MMM d, y, h:mm a")
    return f"{shown} {dates.format_zone_name(there, zone)}"


def format_near_time(moment: datetime, zone: str) -> str:
    return format_local_time(moment, zone, dates.convert_to_zone(moment, zone).year)


def format_near_day(moment: datetime, zone: str) -> str:
    if _speaks_english():
        return dates.format_near_day(moment, zone)
    return format_date_pattern(dates.convert_to_zone(moment, zone), "EEEE, MMMM d")


def format_seen_range(first: datetime, last: datetime, zone: str, year: int = 0) -> str:
    """`Seen Tue, Nov 3, 2026, 7:12 AM EST`, and since when if that is another day."""
    facts = {"day": format_day(first, zone, year), "time": format_local_time(last, zone, year)}
    if format_day(first, zone) == format_day(last, zone):
        return translate_message("Seen %(time)s") % facts
    return translate_message("First seen %(day)s, last seen %(time)s") % facts


def format_week_start(week: str, year: int = 0) -> str:
    if _speaks_english():
        return dates.format_week_start(week, year)
    monday = dates.parse_monday(week)
    return format_date_pattern(monday, "MMMM d" if monday.year == year else "MMMM d, y")


def format_short_week(week: str) -> str:
    if _speaks_english():
        return dates.format_short_week(week)
    return format_date_pattern(dates.parse_monday(week), "M/d")


def _speaks_english() -> bool:
    """Tell whether dates are those of the rules, which need no tables of languages."""
    return get_language() is Language.ENGLISH
