"""The language of a page or an email, and the words of each language.

Templates and labels speak English. What a person reads is looked up in `locale/LANGUAGE.po` where
it is shown: the text of a template by `_()`, and a label by the filter translate. A sentence that
the code makes is none of these (`reports/reason_rendering.py`).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Final

from monitor.domain.vocabulary import Language

# A line of a text: its keyword, if it begins one, and what it adds. JSON has the same escapes.
_PO_LINE: Final = re.compile(r'^(?:(msg[a-z_]+(?:\[\d\])?) )?(".*")$', re.MULTILINE)
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
    """Read the words of a language, once in each process: an English page needs none of it."""
    text = (Path(__file__).parent / "locale" / f"{language}.po").read_text("utf-8")
    single, plural = {}, {}
    for entry in text.split("\n\n"):
        parts: dict[str, str] = {}
        keyword = ""
        for named, quoted in _PO_LINE.findall(entry):
            keyword = named or keyword
            parts[keyword] = parts.get(keyword, "") + json.loads(quoted)
        if "msgid_plural" in parts:
            plural[parts["msgid"]] = (parts["msgstr[0]"], parts["msgstr[1]"])
        elif parts.get("msgid"):
            single[parts["msgid"]] = parts["msgstr"]
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
