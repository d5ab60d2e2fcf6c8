"""Ways to reach or to find somebody at home, wherever they stand in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.exposure.street import STREET
from monitor.domain.names.spelling import squashed
from monitor.domain.person import PersonName


class ContactKind(StrEnum):
    PHONE = "phone"
    MAIL = "mail"
    HOME = "home-address"

    @property
    def marker(self) -> str:
        """What stands in a text in its place: the value itself is never kept."""
        return {
            ContactKind.PHONE: "[phone number]",
            ContactKind.MAIL: "[mail address]",
            ContactKind.HOME: "[street address]",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What anybody may know: where somebody works, and how they are reached there.

    `domains` are those of staff mail, `contacts` phone numbers and addresses of its schools, and
    `names` what it is called.
    """

    domains: frozenset[str] = frozenset()
    contacts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    kind: ContactKind
    start: int
    end: int


_AREA = r"(?!\d11)[2-9]\d\d"
_GAP = r"[ \u00a0.\-\u2010-\u2015]"
# A number of North America has gaps, or a word that says what it is; any other one its "+".
#
# libphonenumber, by its Python port `phonenumbers` 9.0.43, was tried instead. Of 27 order numbers,
# ISBNs, coordinates, dates and addresses of pages it took 8 for a phone number at a strict setting,
# these patterns 2. Each missed one of 15 real ones. On hostile text it was slow: up to 0.6 s for
# 8,000 characters, where these took 13 ms at most, and 12 s for 2 MB.
_PHONE = re.compile(
    rf"(?<![\w+./=-])(?:\+?1{_GAP}?)?(?:\({_AREA}\){_GAP}?|{_AREA}{_GAP}){_AREA}{_GAP}?\d{{4}}(?![\w-])"
    rf"|(?<![\w+])\+(?!0)\d{{1,3}}(?:{_GAP}?\(?\d{{1,4}}\)?){{2,5}}(?!\w)"
    rf"|\b(?:tel|phone|call|text|cell|mobile|whatsapp)(?:\s+me)?(?:\s+at|\s+on)?[:. ]{{1,3}}"
    rf"(?P<named>(?:{_AREA}{_GAP}?)?{_AREA}{_GAP}?\d{{4}})(?!\w)",
    re.IGNORECASE,
)
_AT = r"(?:@|\s?[\[({]\s?at\s?[\])}]\s?)"
_DOT = r"(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)"
_HOST = rf"[A-Z0-9-]{{1,63}}(?:{_DOT}[A-Z0-9-]{{1,63}}){{0,4}}{_DOT}[A-Z]{{2,24}}"
# What begins with an @ is a handle on a network whose handles hold a host.
_MAIL = re.compile(
    rf"(?<![\w@/.+-])(?P<box>[A-Z0-9][A-Z0-9._%+'-]{{0,63}}){_AT}(?P<host>{_HOST})\b", re.IGNORECASE
)
_OF_WORK = re.compile(
    r"\b(?:school|elementary|academy|district|office|campus|university|college|library|church|"
    r"work|front desk|main|fax|clinic|hospital|hall|cent(?:er|re)|company|inc|llc|store|studio)\b",
    re.IGNORECASE,
)
_OF_HOME = re.compile(r"\b(?:home|lives?|resid\w+|cell|mobile|personal|private)\b", re.IGNORECASE)
_EXTENSION = re.compile(r"[ ,]{0,3}(?:ext(?:ension)?\.?|x)[ .]?\d", re.IGNORECASE)
_NEXT_SENTENCE = re.compile(r"[.;!?|\n]\s|\n")
# How far before it the word stands that says whose it is.
_BEFORE = 60
_LONGEST = 8_000
_SHORTEST_NAME = 3
# Whose mail says nothing of where somebody works.
_PRIVATE_HOSTS = frozenset(
    {
        *("aol.com", "att.net", "bellsouth.net", "centurylink.net", "charter.net", "comcast.net"),
        *("cox.net", "earthlink.net", "fastmail.com", "frontier.com", "gmail.com", "gmx.com"),
        *("gmx.net", "googlemail.com", "hey.com", "hotmail.com", "icloud.com", "live.com"),
        *("mac.com", "mail.com", "me.com", "msn.com", "outlook.com", "pm.me", "proton.me"),
        *("protonmail.com", "rocketmail.com", "sbcglobal.net", "tuta.io", "tutanota.com"),
        *("verizon.net", "yahoo.com", "yandex.com", "ymail.com", "zoho.com"),
    }
)


def contacts_in(text: str, name: PersonName, work: Workplace) -> tuple[Shown, ...]:
    """Return what is private in a text; what belongs to a school or an office is not."""
    text = text[:_LONGEST]
    found = (*_phones(text, work), *_mails(text, name, work), *_streets(text, work))
    return tuple(sorted(found, key=lambda each: (each.start, -each.end)))


def masked(text: str, shown: tuple[Shown, ...]) -> str:
    """Put a marker in the place of each; what overlaps is part of the first."""
    pieces, at = [], 0
    for each in shown:
        if each.start >= at:
            pieces += [text[at : each.start], each.kind.marker]
            at = each.end
    return "".join((*pieces, text[at:]))


def _phones(text: str, work: Workplace) -> Iterator[Shown]:
    known = {_digits(each) for each in work.contacts}
    for found in _PHONE.finditer(text):
        start, end = found.span("named") if found["named"] else found.span()
        number = _digits(text[start:end])
        of_work = _of_work(text, start, work) or _EXTENSION.match(text, end)
        if not of_work and number not in known and number.removeprefix("1") not in known:
            yield Shown(kind=ContactKind.PHONE, start=start, end=end)


def _mails(text: str, name: PersonName, work: Workplace) -> Iterator[Shown]:
    for found in _MAIL.finditer(text):
        host = re.sub(_DOT, ".", found["host"], flags=re.IGNORECASE).casefold()
        at_work = any(host == each or host.endswith(f".{each}") for each in work.domains)
        schools = host.endswith(".edu") or ".k12." in host
        private = host in _PRIVATE_HOSTS or _names(found["box"], name)
        if private and not at_work and not schools:
            yield Shown(kind=ContactKind.MAIL, start=found.start(), end=found.end())


def _streets(text: str, work: Workplace) -> Iterator[Shown]:
    known = [squashed(each) for each in work.contacts]
    for found in STREET.finditer(text):
        written = squashed(found[0])
        ours = any(each.startswith(written) or written.startswith(each) for each in known if each)
        if not ours and not _of_work(text, found.start(), work):
            yield Shown(kind=ContactKind.HOME, start=found.start(), end=found.end())


def _of_work(text: str, start: int, work: Workplace) -> bool:
    """Tell by the words before it, in the same sentence, whether it is that of an office."""
    before = _NEXT_SENTENCE.split(text[max(0, start - _BEFORE) : start])[-1]
    if _OF_HOME.search(before):
        return False
    named = any(each.casefold() in before.casefold() for each in work.names if each)
    return named or _OF_WORK.search(before) is not None


def _names(box: str, name: PersonName) -> bool:
    """Tell whether a mailbox is called after the person."""
    written = squashed(box)
    parts = (name.family, *name.former_families, name.given, *name.nicknames)
    return any(len(part) >= _SHORTEST_NAME and part in written for part in map(squashed, parts))


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())
