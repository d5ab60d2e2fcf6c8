"""The sentence of a reason: its words in a language, for the person or for others, with its facts.

The one place where a reason becomes a sentence. Its facts are cleaned here and are never looked up
as words, so a site called Medium stays Medium.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, convert
from msgspec.structs import replace

from monitor.domain.reason import (
    Count,
    Day,
    Fact,
    Label,
    Listed,
    Moment,
    Name,
    Plain,
    Quoted,
    Reason,
    Signs,
    Site,
    Told,
    read_note,
)
from monitor.domain.vocabulary import Decision, Language
from reports.answer_choices import ANSWERS, CASE_ANSWERS, LEFT_AS_IT_IS, PAGE_ANSWERS
from reports.dates import format_date, format_local_time
from reports.labels.account import CADENCE_SENTENCES
from reports.labels.cases import (
    CASE_KINDS,
    CHANGED_ACCOUNT_PHRASES,
    DECISION_PHRASES,
    DECISION_SENTENCES,
    GIVEN_ANSWERS,
    NOTHING_MORE,
    TAKEN_OVER,
)
from reports.labels.findings import BREACH_CREDIT, EVENT_KINDS, SWEEP_KINDS, format_site_name
from reports.labels.takedown import GUIDE_SOURCES, LEVERS, OWN_CONTACTS
from reports.sanitize import clean_sentence, clean_web_text
from reports.translation import get_language, translate_label, use_language

Text = str | dict[str, str]
# The tables of labels that may stand within a sentence.
LABELS: Final[Mapping[str, Mapping[Any, str]]] = {
    "answers": ANSWERS,
    **{f"answers.{kind}": {**GIVEN_ANSWERS, **words} for kind, words in CASE_ANSWERS.items()},
    "answers.left": {Decision.HARMLESS: LEFT_AS_IT_IS},
    "cadence": CADENCE_SENTENCES,
    "case-kinds": CASE_KINDS,
    "checks": SWEEP_KINDS,
    "events": EVENT_KINDS,
    "given-answers": GIVEN_ANSWERS,
    "guide-sources": GUIDE_SOURCES,
    "levers": LEVERS,
    "credits": {"breaches": BREACH_CREDIT},
    "decisions": DECISION_SENTENCES,
    "decisions.own-account-changed": {Decision.IMPERSONATION: TAKEN_OVER},
    "decisions.student-link": {Decision.HARMLESS: NOTHING_MORE},
    "deeds": DECISION_PHRASES,
    "deeds.own-account-changed": CHANGED_ACCOUNT_PHRASES,
    "own-contacts": OWN_CONTACTS,
    "page-answers": PAGE_ANSWERS,
}
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
    """Read the words of a language, and those for offices, which are English in each."""
    words = parse_words(_read_words(language))
    for name in (f"platform_requirements.{language}", "office"):
        more = convert(tomllib.loads(_read_words(name))["messages"], dict[str, str | Wording])
        words = replace(words, messages=more | words.messages)
    return words


def _read_words(name: str) -> str:
    return (Path(__file__).parent / "reason_words" / f"{name}.toml").read_text("utf-8")


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


def render_told(told: Told) -> str:
    """Say in English what a check came to: a reason, or a text that is only for a terminal."""
    return told if isinstance(told, str) else render_in_english(told)


def render_in_english(reason: Reason, others: Others | None = None) -> str:
    """Say it to whoever reads English: an office, a platform, a program, a terminal."""
    with use_language(Language.ENGLISH):
        return render_reason(reason, others)


def render_note(note: str) -> str:
    """Say what a source noted, in the midst of a sentence; empty where it noted nothing."""
    read = read_note(note)
    return render_phrase(read) if read else ""


def clean_facts(reason: Reason) -> Reason:
    """Return it for a program to read: nothing that it quotes is longer, or other, than shown."""
    return Reason(reason.rule, {name: _clean_fact(fact) for name, fact in reason.facts.items()})


def _clean_fact(fact: Fact) -> Fact:
    match fact:
        case Reason():
            return clean_facts(fact)
        case Listed(facts=facts):
            return Listed(tuple(map(_clean_fact, facts)))
        case Quoted(text=text) | Name(text=text) | Signs(text=text):
            return type(fact)(_clean(text))
        case Plain(text=text):
            return Plain(str(clean_sentence(text)))
        case _:
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
    match fact:
        case Reason():
            return _render(fact, others, words)
        case Listed(facts=facts):
            shown = [_render_fact(inner, others, words) for inner in facts]
            *most, last = shown
            if not most:
                return last
            conjunction = next(
                word for before, word in words.conjunctions if re.match(before, last, re.IGNORECASE)
            )
            return f"{', '.join(most)}{conjunction}{last}"
        case Quoted(text=text):
            return words.quote.format(_clean(text).translate(_INNER_QUOTES))
        case _:
            return _render_value(fact)


# What has no name of its own is described.
_DESCRIBED_SOURCES = frozenset({"pages", "searxng"})


def translate_site_name(source: str) -> str:
    name = format_site_name(source)
    return translate_label(name) if source in _DESCRIBED_SOURCES else name


def _render_value(fact: Site | Count | Day | Moment | Plain | Label | Name | Signs) -> str:
    """Write what is the same to every reader."""
    shown = ""
    match fact:
        case Site(key=key):
            shown = _clean(translate_site_name(key))
        case Count(number=number):
            shown = f"{number:,}"
        case Day(on=on):
            shown = format_date(on)
        case Moment(at=at, zone=zone):
            shown = format_local_time(at, zone)
        case Label(table=table, key=key):
            shown = translate_label(LABELS[table].get(key, key))
        case Plain(text=text):
            shown = str(clean_sentence(text))
        case Name(text=text) | Signs(text=text):
            shown = _clean(text)
    return shown


def _clean(text: str) -> str:
    return str(clean_web_text(text))
