"""The language of a page or an email, and the words of each language.

Code and templates speak English. What a person reads is looked up in `locale/LANGUAGE.po` where it
is shown: the text of a template by `_()`, and a sentence that the code made by the filter
translate. Such a sentence with facts in it is recognized by its template; reasons are none of
these (`reports/wording.py`).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from gettext import c2py
from importlib.resources import files
from io import BytesIO
from typing import Final

import re2  # type: ignore[import-untyped]  # google-re2 ships no types

from monitor.domain import dates
from monitor.domain.vocabulary import Language

# Where its dates and times come from: as people in the United States write them.
_LOCALES: Final = {Language.ENGLISH: "en_US", Language.SPANISH: "es_US"}
_CURRENT: ContextVar[Language] = ContextVar("language", default=Language.ENGLISH)
_FACT = re.compile(r"%\((\w+)\)s")
# Before this sound, Spanish says "e" in place of "y".
_SPANISH_E = re.compile(r"h?i(?![aeo])", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.?!]) ")
# Fewer letters than these fit too much.
_FEWEST_LETTERS = 4
# No sentence of ours is longer, and none has a list within a list within a list.
_LONGEST_SENTENCE = 2000
_DEEPEST = 4
_TEMPLATES_OF_PAGES = "reports/templates/"


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


@dataclass(frozen=True, slots=True)
class SentenceTemplate:
    """A sentence with facts in it, as English that is recognized and as its translation."""

    pattern: "re2._Regexp"
    translation: str

    def match_facts(self, sentence: str) -> Mapping[str, str] | None:
        # RE2 takes nothing that cannot be encoded, and no one could read it.
        found = self.pattern.fullmatch(sentence.encode("utf-8", "replace").decode())
        return found.groupdict() if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The words of one language, by their English.

    `templates` are those of sentences that the code makes, the most specific first.
    """

    messages: Mapping[str, str]
    plurals: Mapping[str, tuple[str, ...]]
    choose_plural: Callable[[int], int]
    templates: tuple[SentenceTemplate, ...]

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

    text = files("reports").joinpath("locale", f"{language}.po").read_bytes()
    single, plural, sentences = {}, {}, []
    for message in read_po(BytesIO(text)):
        if isinstance(message.id, tuple) and isinstance(message.string, tuple):
            plural[message.id[0]] = message.string
        elif message.id:
            single[str(message.id)] = str(message.string)
            if _is_template(str(message.id)) and _is_made_by_code(message.locations):
                sentences.append((str(message.id), str(message.string)))
    return Catalog(
        messages=single,
        plurals=plural,
        choose_plural=c2py("n != 1"),
        templates=tuple(_build_templates(sentences)),
    )


def _is_template(message: str) -> bool:
    own = _FACT.sub("", message)
    return own != message and sum(map(str.isalpha, own)) >= _FEWEST_LETTERS


def _is_made_by_code(locations: Iterable[tuple[str, int | None]]) -> bool:
    return any(not place.startswith(_TEMPLATES_OF_PAGES) for place, _ in locations)


def _build_templates(sentences: Iterable[tuple[str, str]]) -> Iterator[SentenceTemplate]:
    for message, translation in sorted(sentences, key=_count_own_letters, reverse=True):
        yield SentenceTemplate(_compile_template(message), translation)


def _count_own_letters(sentence: tuple[str, str]) -> int:
    return len(_FACT.sub("", sentence[0]))


def _compile_template(message: str) -> "re2._Regexp":
    """Facts may be a stranger's words, and several in a row would take long in Python's own."""
    pieces = _FACT.split(message)
    parts = (
        f"(?P<{piece}>.*?)" if number % 2 else re2.escape(piece.replace("%%", "%"))
        for number, piece in enumerate(pieces)
    )
    options = re2.Options()
    options.dot_nl = True
    return re2.compile("".join(parts), options=options)


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


def translate_sentence(sentence: str) -> str:
    """Return a sentence or a label of ours in the current language, or as it is if we do not know.

    It is plain text before and after: nothing in it is marked as safe.
    """
    language = get_language()
    if language is Language.ENGLISH or not sentence:
        return sentence
    return find_translation(language, str(sentence)) or sentence


@lru_cache(maxsize=4096)
def find_translation(language: Language, text: str, depth: int = 0) -> str:
    """Return a text in a language, empty if we do not know it. Facts in it have a depth of one."""
    found = _look_up(language, text, depth)
    if found or depth == _DEEPEST or len(text) > _LONGEST_SENTENCE:
        return found
    return (
        _translate_list(language, text, depth)
        or _translate_each_sentence(language, text, depth)
        or _translate_part(language, text, depth)
    )


def _look_up(language: Language, text: str, depth: int) -> str:
    """Find a text as it is, or by its template; a list of facts is taken apart first."""
    catalog = load_catalog(language)
    found = catalog.find_message(text.replace("%", "%%"))
    if found is not None:
        return found.replace("%%", "%")
    if depth == _DEEPEST or len(text) > _LONGEST_SENTENCE:
        return ""
    listed = _translate_list(language, text, depth) if depth else ""
    return listed or _fill_template(language, text, depth)


def _fill_template(language: Language, text: str, depth: int) -> str:
    for template in load_catalog(language).templates:
        facts = template.match_facts(text)
        if facts is not None:
            said = {
                name: find_translation(language, fact, depth + 1) or fact
                for name, fact in facts.items()
            }
            return template.translation % said
    return ""


def _translate_list(language: Language, text: str, depth: int) -> str:
    """Translate `one, another and a third` if we know each."""
    head, joint, last = text.rpartition(" and ")
    if not joint:
        return ""
    words = [*head.split(", "), last]
    said = [find_translation(language, word, depth + 1) for word in words]
    if not all(said):
        return ""
    *most, last = said
    joint = translate_message(" and ")
    if language is Language.SPANISH and _SPANISH_E.match(last):
        joint = " e "
    return f"{', '.join(most)}{joint}{last}"


def _translate_each_sentence(language: Language, text: str, depth: int) -> str:
    """Translate sentences that stand together; what we do not know of them stays English."""
    sentences = _SENTENCE_END.split(text)
    if len(sentences) == 1:
        return ""
    said = [find_translation(language, sentence, depth + 1) for sentence in sentences]
    both = zip(said, sentences, strict=True)
    return " ".join(side or sentence for side, sentence in both) if any(said) else ""


def _translate_part(language: Language, text: str, depth: int) -> str:
    """Translate what only begins or ends unlike what we know: with a large letter, or a period."""
    if text.endswith("."):
        found = _look_up(language, text[:-1], depth)
        return f"{found}." if found else ""
    found = _look_up(language, f"{text}.", depth).removesuffix(".")
    if found or text[:1].islower():
        return found
    found = _look_up(language, f"{text[:1].lower()}{text[1:]}", depth)
    return f"{found[:1].upper()}{found[1:]}"


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
