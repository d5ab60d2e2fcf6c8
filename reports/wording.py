"""The sentence of a reason: its words in a language, for the person or for others, with its facts.

The one place where a reason becomes a sentence. Its facts are cleaned here and are never looked up
as words, so a site called Medium stays Medium.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from msgspec import Struct, convert

from monitor.domain.reason import Count, Day, Fact, Listed, Name, Quoted, Reason, Signs, Site, Told
from monitor.domain.vocabulary import Language
from reports.labels import format_site_name
from reports.sanitize import clean_web_text
from reports.translation import format_date, get_language, translate_sentence

Text = str | dict[str, str]
_PLACE: Final = re.compile(r"\{(\w+)\}")
# What would end a quotation early, and go on in our name.
_INNER_QUOTES: Final = str.maketrans('“”"', "'''")
# What is said for an id that only a later version knows.
_UNKNOWN: Final = "unknown"


class Wording(Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one id; `others` is empty where they name no one, so that all read the same."""

    you: Text
    others: Text = ""


class Words(Struct, frozen=True, forbid_unknown_fields=True, rename={"conjunctions": "and"}):
    """The words of a language, by the ids of reasons.

    Of `conjunctions`, the first counts whose pattern fits what comes last in a list.
    """

    conjunctions: list[tuple[str, str]]
    unnamed: str
    quote: str
    messages: dict[str, Wording]

    def find_wording(self, rule: str) -> Wording:
        """Return the words of an id, else of what it is a variant of."""
        found = self.messages.get(rule)
        if found is not None:
            return found
        general, variant, _ = rule.rpartition(".")
        return self.find_wording(general if variant else _UNKNOWN)


@dataclass(frozen=True, slots=True)
class Others:
    """Whoever reads of a person who is not themselves; `given` is that person's given name."""

    given: str


@cache
def load_words(language: Language) -> Words:
    text = files("reports").joinpath("words", f"{language}.toml").read_text("utf-8")
    return convert(tomllib.loads(text), Words)


def render_reason(reason: Told, others: Others | None = None) -> str:
    """Return a reason as a sentence to the person, or to others, in the current language."""
    if isinstance(reason, str):
        return translate_sentence(reason)
    said = _render(reason, others, load_words(get_language()))
    return f"{said[:1].upper()}{said[1:]}"


def _render(reason: Reason, others: Others | None, words: Words) -> str:
    if others:
        reason = reason.without_quotes
    wording = words.find_wording(reason.rule)
    text = (others and wording.others) or wording.you
    if not isinstance(text, str):
        text = text[_choose_plural(reason.facts)]

    def fill(place: re.Match[str]) -> str:
        if place[1] == "name":
            return _clean(others.given if others and others.given else words.unnamed)
        return _render_fact(reason.facts[place[1]], others, words)

    # In one pass: a fact that looks like a place fills nothing.
    return _PLACE.sub(fill, text)


def _choose_plural(facts: Mapping[str, Fact]) -> str:
    """English and Spanish have two forms: one, and any other number."""
    count = facts["count"]
    return "one" if isinstance(count, Count) and count.number == 1 else "other"


def _render_fact(fact: Fact, others: Others | None, words: Words) -> str:
    shown = ""
    match fact:
        case Reason():
            shown = _render(fact, others, words)
        case Listed(facts=facts):
            shown = _join([_render_fact(inner, others, words) for inner in facts], words)
        case Site(key=key):
            shown = _clean(format_site_name(key))
        case Count(number=number):
            shown = f"{number:,}"
        case Day(on=on):
            shown = format_date(on)
        case Quoted(text=text):
            shown = words.quote.format(_clean(text).translate(_INNER_QUOTES))
        case Name(text=text) | Signs(text=text):
            shown = _clean(text)
    return shown


def _clean(text: str) -> str:
    return str(clean_web_text(text))


def _join(shown: list[str], words: Words) -> str:
    *most, last = shown
    if not most:
        return last
    conjunction = next(
        word for before, word in words.conjunctions if re.match(before, last, re.IGNORECASE)
    )
    return f"{', '.join(most)}{conjunction}{last}"
