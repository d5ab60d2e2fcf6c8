"""A language that puts each of our texts in marks: what has none was not translated."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from bs4 import BeautifulSoup
from msgspec.structs import replace

from monitor.domain.vocabulary import Language
from reports import reason_rendering, translation
from reports.reason_rendering import Wording, Words
from reports.translation import Catalog, use_language

OPEN, CLOSE = "⟦", "⟧"
_FACT = re.compile(r"(%\(\w+\)s)")
_PLACE = re.compile(r"(\{\w+\})")
_MARKED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_READ_ATTRIBUTES = ("aria-label", "alt", "title", "placeholder", "data-whose")
# What is English on purpose says so; the rest is markup, and the names of languages.
_NOT_READ = '[lang="en"], script, style, form[action="/language"] button, code'


class MarkedCatalog(Catalog):
    """The words of a language, in marks; the facts in them stand outside of the marks."""

    def find_message(self, message: str) -> str | None:
        found = self.messages.get(message)
        return None if found is None else mark(found)

    def find_plural(self, one: str, many: str, number: int) -> str:
        found = super().find_plural(one, many, number)
        return mark(found) if one in self.plurals else found


def mark(text: str) -> str:
    return OPEN + _FACT.sub(rf"{CLOSE}\1{OPEN}", text) + CLOSE


def _mark_words(words: Words) -> Words:
    """Mark the words of each reason; its facts stand outside."""

    def mark_text(text: str | dict[str, str]) -> str | dict[str, str]:
        if isinstance(text, dict):
            return {form: str(mark_text(character)) for form, character in text.items()}
        return text and OPEN + _PLACE.sub(rf"{CLOSE}\1{OPEN}", text) + CLOSE

    messages = {
        rule: Wording(you=mark_text(message.you), others=mark_text(message.others))
        if isinstance(message, Wording)
        else str(mark_text(message))
        for rule, message in words.messages.items()
    }
    return replace(words, messages=messages)


@contextmanager
def speaking_in_marks(language: Language = Language.SPANISH) -> Iterator[None]:
    """Have all that is shown in this language stand in marks."""
    real = translation.load_catalog(language)
    marked = MarkedCatalog(
        messages=real.messages,
        plurals=real.plurals,
        choose_plural=real.choose_plural,
    )
    with pytest.MonkeyPatch.context() as patch, use_language(language):
        patch.setattr(translation, "load_catalog", lambda _language: marked)
        words = _mark_words(reason_rendering.load_words(language))
        patch.setattr(reason_rendering, "load_words", lambda _language: words)
        yield


def read_page(html: str) -> str:
    """Return all that a reader of a page can come across."""
    # An address may break where it has such a mark, and is one word all the same.
    page = BeautifulSoup(html.replace("<wbr>", ""), "lxml")
    for element in page.select(_NOT_READ):
        element.decompose()
    attributes = (
        element[name]
        for element in page.select("*")
        for name in _READ_ATTRIBUTES
        if element.get(name)
    )
    return "\n".join((page.get_text("\n"), *map(str, attributes)))


def find_unmarked_words(text: str, facts: Iterable[str]) -> list[str]:
    """Return the lines in which words are left that are neither marked nor facts."""
    before = ""
    while before != text:
        before, text = text, _MARKED.sub(" ", text)
    text, told = _spread(text), {_spread(one_fact).strip() for one_fact in facts} - {""}
    words = {word for word in told if word.isalnum()}
    for fact in sorted(told - words, key=len, reverse=True):
        text = text.replace(fact, " ")
    lines = {line.strip() for line in text.split("\n")}
    return sorted(line for line in lines if not words.issuperset(_WORD.findall(line)))


def _spread(text: str) -> str:
    """Write addresses as they are written for a reader, and each word one blank apart."""
    return re.sub(r"[ \t\xa0]+", " ", re.sub(r"\[?\.\]?|[\u200b-\u200f]", ".", text))
