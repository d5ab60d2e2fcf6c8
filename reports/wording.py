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

from monitor.domain.reason import Count, Day, Fact, Listed, Name, Quoted, Reason, Signs, Site
from monitor.domain.vocabulary import Language
from reports.labels import format_site_name
from reports.sanitize import clean_web_text
from reports.translation import format_date, get_language, use_language

Text = str | dict[str, str]
_PLACE: Final = re.compile(r"\{(\w+)\}")
# What would end a quotation early, and go on in our name.
_INNER_QUOTES: Final = str.maketrans('“”"', "'''")


class Wording(Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one id that the person reads, and those for anyone else."""

    you: Text
    others: Text = ""

    def choose_text(self, facts: Mapping[str, Fact], *, to_others: bool) -> str:
        text = (to_others and self.others) or self.you
        if isinstance(text, str):
            return text
        # English and Spanish have two forms: one, and any other number.
        count = facts.get("count")
        return text["one" if isinstance(count, Count) and count.number == 1 else "other"]


class Words(Struct, frozen=True, forbid_unknown_fields=True, rename={"conjunctions": "and"}):
    """The words of a language, by the ids of reasons; a plain text is for every reader.

    Of `conjunctions`, the first counts whose pattern fits what comes last in a list. `unknown` is
    said of an id that only a later version knows.
    """

    conjunctions: list[tuple[str, str]]
    unnamed: str
    unknown: str
    quote: str
    messages: dict[str, str | Wording]

    def find_text(self, reason: Reason, *, to_others: bool) -> str:
        """Return the text of an id, else of what it is a variant of, whose facts are all known."""
        rule = reason.rule
        while rule:
            wording = self.messages.get(rule)
            if isinstance(wording, Wording):
                wording = wording.choose_text(reason.facts, to_others=to_others)
            if wording and reason.facts.keys() >= {*_PLACE.findall(wording)} - {"name"}:
                return wording
            rule = rule.rpartition(".")[0]
        return self.unknown


@dataclass(frozen=True, slots=True)
class Others:
    """Whoever reads of a person who is not themselves; `given` is that person's given name."""

    given: str


@cache
def load_words(language: Language) -> Words:
    return parse_words(files("reports").joinpath("words", f"{language}.toml").read_text("utf-8"))


def parse_words(text: str) -> Words:
    """Read a file of words; the error names what is wrong with it."""
    return convert(tomllib.loads(text), Words)


def render_reason(
    reason: Reason, others: Others | None = None, *, words: Words | None = None
) -> str:
    """Return a reason as a sentence to the person, or to others, in the current language."""
    said = render_phrase(reason, others, words=words)
    return f"{said[:1].upper()}{said[1:]}"


def render_phrase(
    reason: Reason, others: Others | None = None, *, words: Words | None = None
) -> str:
    """Return the same as it stands in the midst of a sentence."""
    return _render(reason, others, words or load_words(get_language()))


def render_in_english(reason: Reason, others: Others | None = None) -> str:
    """Say it to whoever reads English: an office, a platform, a program, a terminal."""
    with use_language(Language.ENGLISH):
        return render_reason(reason, others)


def clean_facts(reason: Reason) -> Reason:
    """Return it for a program to read: nothing that it quotes is longer, or other, than shown."""
    return Reason(reason.rule, {name: _clean_fact(fact) for name, fact in reason.facts.items()})


def _clean_fact(fact: Fact) -> Fact:
    match fact:
        case Reason():
            return clean_facts(fact)
        case Listed(facts=facts):
            return Listed(tuple(map(_clean_fact, facts)))
        case Quoted(text=text):
            return Quoted(_clean(text))
        case Name(text=text):
            return Name(_clean(text))
        case Signs(text=text):
            return Signs(_clean(text))
        case Site() | Count() | Day():
            return fact


def _render(reason: Reason, others: Others | None, words: Words) -> str:
    if others:
        reason = reason.without_quotes
    text = words.find_text(reason, to_others=others is not None)

    def fill(place: re.Match[str]) -> str:
        if place[1] == "name":
            return _clean(others.given if others and others.given else words.unnamed)
        return _render_fact(reason.facts[place[1]], others, words)

    # In one pass: a fact that looks like a place fills nothing.
    return _PLACE.sub(fill, text)


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
