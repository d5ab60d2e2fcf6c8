"""Lists of words, dated data of a release, that others use about staff."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Annotated

from msgspec import Meta

from monitor.domain.names.normalize import fold_text
from scrapers.facts.fact import DatedFact, load_facts


class Slang(StrEnum):
    """The lists of the facts about slang, which say what each is."""

    NAMES = "names"
    HINTS = "hints"
    BEFORE = "before"
    AFTER = "after"
    CAMPAIGNS = "campaigns"
    SPOKEN = "spoken"
    SCHOOLS = "schools"
    HANDLES = "handles"
    BIOS = "bios"
    SOLICITS = "solicits"
    CLASSROOMS = "classrooms"
    CLUBS = "clubs"
    FAME = "fame"
    LURES = "lures"
    CHATS = "chats"
    ASKS_MONEY = "asks-money"
    ASKS_LOGIN = "asks-login"
    SEXUAL = "sexual"
    THREATS = "threats"
    DOXXING = "doxxing"
    ACCOUNT_ADULT = "account-adult"
    ACCOUNT_ONLY = "account-only"
    ACCOUNT_CONTACTS = "account-contacts"
    INNOCENT = "innocent"
    TITLES = "titles"


class WordList(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the facts about slang: a list in one language."""

    phrases: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[a-z0-9|*?. ]+\Z", max_length=120)], ...],
        Meta(min_length=1),
    ]


@cache
def load_slang() -> Mapping[Slang, tuple[str, ...]]:
    """Return the phrases of each list, in all languages."""
    lists: dict[Slang, tuple[str, ...]] = {}
    for key, words in load_facts("slang", WordList).items():
        kind = Slang(key.rpartition("-")[0])
        lists[kind] = (*lists.get(kind, ()), *words.phrases)
    return lists


@cache
def load_slang_pattern(kind: Slang) -> re.Pattern[str]:
    """Return what finds a phrase of a list in plain words with a blank after each."""
    phrases = sorted(load_slang()[kind])
    if kind is Slang.HANDLES:
        written = "|".join(phrases)
    else:
        written = rf"(?<![^ ])(?:{'|'.join(map(_write_pattern, phrases))})"
    return re.compile(written)


_WORDS_BETWEEN = "..."


def _write_pattern(phrase: str) -> str:
    pieces = []
    for token in phrase.split():
        words = token.removesuffix("?").replace("*", "[^ ]{0,40}")
        if token == _WORDS_BETWEEN:
            pieces.append("(?:[^ ]{1,40} ){0,3}")
        else:
            pieces.append(f"(?:(?:{words}) )?" if token.endswith("?") else f"(?:{words}) ")
    return "".join(pieces)


def read_plain_words(text: str) -> str:
    """Return the words of a text as the lists have them, with a blank after each."""
    folded = squeeze_letters(fold_text(text[:LONGEST_TEXT]))
    words = _PLAIN_WORDS.findall(folded.translate(_SIGNS))
    return "".join(f"{word} " for word in words)


def squeeze_letters(folded: str) -> str:
    """Write letters twice that were stretched: "worstttt"; but "iii", "www" and "xxx" are words."""
    return _STRETCHED.sub(r"\1\1", folded)


_STRETCHED = re.compile(r"([a-hj-vyz])\1{2,}")


def has_slang(kind: Slang, plain: str) -> bool:
    return load_slang_pattern(kind).search(plain) is not None


def drop_innocent_words(plain: str) -> str:
    """Put a gap in place of what holds a word of the lists, and is about something else."""
    return load_slang_pattern(Slang.INNOCENT).sub(GAP, plain)


# Between two texts, so that no phrase begins in one and ends in the other.
GAP = ". "
_PLAIN_WORDS = re.compile(r"[^\W_]+")
# Apostrophes fall away; the sign that forbids something to minors says what a word of a list does.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("'`\N{RIGHT SINGLE QUOTATION MARK}", ""),
        "\N{NO ONE UNDER EIGHTEEN SYMBOL}": " nsfw ",
    }
)


LONGEST_TEXT = 4000
