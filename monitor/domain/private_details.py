"""Private contact details of a person: found, and taken out before storage.

Only their kind and place are stored. Whether a number or an address is private depends on whom a
trace is about and where they work, so this runs where that is known; secret numbers of anybody
are masked before (`scrapers.secret_numbers`). To count as gone, contact details must be absent
twice, like any trace.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.domain.names.normalize import squash_text
from monitor.domain.person import PersonName
from monitor.domain.vocabulary import ContactKind
from scrapers.models import Trace
from scrapers.secret_numbers import TEXT_FIELDS, mask_numbers_in_trace
from scrapers.urls.canonical import split_url_or_none

_NUMBER = r"\b\d{1,5}(?:[A-D]|-\d{1,3})?"
_TURN = r"(?:\s+(?:[NS][EW]|[NSEW]|North|South|East|West)\b\.?)?"
_NAME = r"(?:\s+(?:[A-Z][\w'\u2019]+\.?|\d{1,3}(?:st|nd|rd|th))){1,3}"
_ALWAYS = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Boulevard|Blvd|Drive|Dr|Ct|Ter|Cir|Trl|Pkwy|Hwy)"
)
# These are words of their own, too: only what is around them makes an address of them.
_SELDOM = r"(?:Court|Way|Place|Pl|Terrace|Circle|Trail|Parkway|Highway|Loop|Pass|Row|Square|Sq)"
_HOME = "|".join(
    rf"(?<=\b{before} )" for before in ("lives at", "lived at", "living at", "address:", "Address:")
)
_ROOM = r"(?:,?\s+(?:Apt|Apartment|Unit|Suite|Ste|No|#)\.?\s*+(?:#\s*+)?\w{1,6}\b)?"
_TOWN = r",(?:\s*[A-Z][\w'. ]{2,30}?,?)?\s*\b[A-Z]{2}\b(?:\s+\d{5}(?:-\d{4})?)?"

STREET = re.compile(
    rf"{_NUMBER}{_TURN}{_NAME}\s+(?:"
    rf"{_ALWAYS}\b\.?{_TURN}{_ROOM}(?:{_TOWN})?"
    rf"|{_SELDOM}\b\.?{_TURN}{_ROOM}{_TOWN}"
    rf")"
    rf"|(?:{_HOME}){_NUMBER}{_TURN}{_NAME}\s+{_SELDOM}\b\.?{_TURN}{_ROOM}(?:{_TOWN})?"
)


# A text is stored with these in place of the contact details.
MARKERS = {
    ContactKind.PHONE: "[phone number]",
    ContactKind.MAIL: "[email address]",
    ContactKind.HOME: "[street address]",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What anyone may know: where someone works, and how they are reached there.

    `domains` are those of staff mail, `contacts` phone numbers and addresses of its schools, and
    `names` what it is called.
    """

    domains: frozenset[str] = frozenset()
    contacts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSpan:
    kind: ContactKind
    start: int
    end: int


_AREA = r"(?!\d11)[2-9]\d\d"
# What people put between the groups, and what cannot be seen there.
_MARK = (
    r"[ \u00a0./_*\u00b7\u2022\-\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069]"
)
_GAP = rf"{_MARK}{{1,3}}"
# A number of North America has gaps, a word that says what it is, or stands bare where no word
# makes a count or an order number of it; any other one has its "+". No area code has a 9 in its
# middle or begins with 37 or 96 (North American Numbering Plan); a time in seconds begins with 1.
#
# Of 31 spellings of one number these patterns know 30, of 24 numbers that are none they take 2.
# libphonenumber (its Python port phonenumbers 9.0.43) took 8 of 27 such for phone numbers at a
# strict setting, and needed up to 0.6 s for 8,000 characters, where these need 36 ms at most.
_PHONE = re.compile(
    rf"(?<![\w+./=-])(?:\+?1(?:{_GAP})?)?(?:[(\[]{_AREA}[)\]](?:{_GAP})?|{_AREA}{_GAP})"
    rf"{_AREA}(?:{_GAP})?\d\d(?:{_MARK})?\d\d(?![\w-])"
    rf"|(?<![\w+./=-])(?:\+?1{_MARK}?)?{_AREA}{_AREA}{_GAP}\d{{4}}(?![\w-])"
    rf"|(?<![\w+])(?:\+(?!0)|00{_MARK}?(?=[1-9]))\d{{1,3}}(?:{_MARK}?\(?\d{{1,4}}\)?){{2,5}}(?!\w)"
    rf"|(?:(?<![\w+.,/=#@:-])|(?<=wa\.me/))(?P<bare>1?(?!37|96)[2-9](?!9|11)\d\d{_AREA}\d{{4}})(?![\w-])"
    rf"|(?<![\w+./=-])(?:1[ .-])?[2-9](?:[ .-]\d){{9}}(?![\w-]|[ .-]\d)"
    rf"|\b(?:tel|phone|call|text|cell|mobile|whatsapp)(?:\s+me)?(?:\s+at|\s+on)?[:. ]{{1,3}}"
    rf"(?P<named>(?:{_AREA}(?:{_GAP})?)?{_AREA}(?:{_GAP})?\d{{4}})(?!\w)",
    re.IGNORECASE,
)
_NO_PHONE_BEFORE = re.compile(
    r"\b(?:account|barcode|case|confirmation|doi|ean|id|invoice|isbn(?:-1[03])?|item|lccn|model|no|npi|"
    r"nr|number|oclc|order|part|permit|pmid|ref(?:erence)?|score|serial|sku|ticket|tracking|upc)"
    r"[.:# ]{0,3}\Z",
    re.IGNORECASE,
)
_NO_PHONE_AFTER = re.compile(
    r" (?:bytes|downloads|followers|items|likes|people|plays|points|posts|reads|results|streams|"
    r"subscribers|users|views|visits|votes)\b",
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
# How far before it the word may be that says whose it is.
_BEFORE = 60
_LONGEST = 8_000
_SHORTEST_NAME = 3
# Whose mail says nothing of where someone works.
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


def find_contacts(text: str, name: PersonName, work: Workplace) -> tuple[ContactSpan, ...]:
    """Return what is private in a text; what belongs to a school or an office is not."""
    text = text[:_LONGEST]
    found = (
        *_find_phones(text, work),
        *_find_email_addresses(text, name, work),
        *_find_street_addresses(text, work),
    )
    return tuple(sorted(found, key=lambda phone: (phone.start, -phone.end)))


def mask_contacts(text: str, spans: tuple[ContactSpan, ...]) -> str:
    """Put a marker in the place of each; what overlaps is part of the first."""
    pieces, at = [], 0
    for span in spans:
        if span.start >= at:
            pieces += [text[at : span.start], MARKERS[span.kind]]
            at = span.end
    return "".join((*pieces, text[at:]))


def _find_phones(text: str, work: Workplace) -> Iterator[ContactSpan]:
    known = {_extract_digits(contact) for contact in work.contacts}
    # Digits of other scripts, and those of full width, are read as such: one sign stays one.
    text = "".join(str(unicodedata.digit(sign, sign)) for sign in text)
    for found in _PHONE.finditer(text):
        start, end = found.span("named") if found["named"] else found.span()
        number = _extract_digits(text[start:end])
        if found["bare"] and (
            _NO_PHONE_BEFORE.search(text, max(0, start - _BEFORE), start)
            or _NO_PHONE_AFTER.match(text, end)
        ):
            continue
        of_work = _is_work_contact(text, start, work) or _EXTENSION.match(text, end)
        if not of_work and number not in known and number.removeprefix("1") not in known:
            yield ContactSpan(kind=ContactKind.PHONE, start=start, end=end)


def _find_email_addresses(text: str, name: PersonName, work: Workplace) -> Iterator[ContactSpan]:
    for found in _MAIL.finditer(text):
        host = re.sub(_DOT, ".", found["host"], flags=re.IGNORECASE).casefold()
        at_work = any(host == domain or host.endswith(f".{domain}") for domain in work.domains)
        schools = host.endswith(".edu") or ".k12." in host
        private = host in _PRIVATE_HOSTS or _is_named_after(found["box"], name)
        if private and not at_work and not schools:
            yield ContactSpan(kind=ContactKind.MAIL, start=found.start(), end=found.end())


def _find_street_addresses(text: str, work: Workplace) -> Iterator[ContactSpan]:
    known = [squash_text(contact) for contact in work.contacts]
    for found in STREET.finditer(text):
        written = squash_text(found[0])
        ours = any(
            digits.startswith(written) or written.startswith(digits) for digits in known if digits
        )
        if not ours and not _is_work_contact(text, found.start(), work):
            yield ContactSpan(kind=ContactKind.HOME, start=found.start(), end=found.end())


def _is_work_contact(text: str, start: int, work: Workplace) -> bool:
    """Tell by the words before it, in the same sentence, whether it is that of an office."""
    before = _NEXT_SENTENCE.split(text[max(0, start - _BEFORE) : start])[-1]
    if _OF_HOME.search(before):
        return False
    named = any(name.casefold() in before.casefold() for name in work.names if name)
    return named or _OF_WORK.search(before) is not None


def _is_named_after(box: str, name: PersonName) -> bool:
    """Tell whether a mailbox is called after the person."""
    written = squash_text(box)
    parts = (name.family, *name.former_families, name.given, *name.nicknames)
    return any(len(part) >= _SHORTEST_NAME and part in written for part in map(squash_text, parts))


def _extract_digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())


LINKS_FIELD = "links"
_SCHEMES = {"tel": ContactKind.PHONE, "sms": ContactKind.PHONE, "mailto": ContactKind.MAIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposedContact:
    """A kind of private contact, and the field of a trace that shows one."""

    kind: ContactKind
    place: str

    @classmethod
    def from_stored_text(cls, text: str) -> "ExposedContact":
        kind, _, place = text.partition(":")
        return cls(kind=ContactKind(kind), place=place)

    @property
    def stored_text(self) -> str:
        return f"{self.kind}:{self.place}"


def redact_private_data(trace: Trace, name: PersonName, work: Workplace) -> Trace:
    """Return a trace about someone without what no one may keep.

    What their own district shows on its own pages is there to be seen, and stays.
    """
    bare = mask_numbers_in_trace(trace)
    if is_on_district_site(bare, work):
        return bare
    texts = {field: getattr(bare, field) for field in TEXT_FIELDS}
    shown = {field: find_contacts(text, name, work) for field, text in texts.items()}
    exposed = {
        ExposedContact(kind=entry.kind, place=place) for place in shown for entry in shown[place]
    }
    exposed |= {
        ExposedContact(kind=kind, place=LINKS_FIELD)
        for kind in _find_kinds_in_links(bare, name, work)
    }
    fields: dict[str, Any] = {
        field: mask_contacts(texts[field], shown[field]) for field in TEXT_FIELDS
    }
    return replace(
        bare,
        **fields,
        links=tuple(link for link in bare.links if _parse_scheme(link) not in _SCHEMES),
        exposed=tuple(sorted(contact.stored_text for contact in exposed)),
    )


def _find_kinds_in_links(trace: Trace, name: PersonName, work: Workplace) -> Iterator[ContactKind]:
    for link in trace.links:
        kind = _SCHEMES.get(_parse_scheme(link))
        _, _, address = link.partition(":")
        text = f"call {address}" if kind is ContactKind.PHONE else address
        if kind and any(contact.kind is kind for contact in find_contacts(text, name, work)):
            yield kind


def _parse_scheme(link: str) -> str:
    return link.partition(":")[0].strip().casefold()


def is_on_district_site(trace: Trace, work: Workplace) -> bool:
    """Tell whether the address is at a domain of the district's mail, or below one."""
    address = split_url_or_none(trace.url)
    host = (address.hostname if address else None) or ""
    return any(host == domain or host.endswith(f".{domain}") for domain in work.domains)


@dataclass(frozen=True, slots=True, kw_only=True)
class VanishedContact:
    """A kind of contact that a query showed once, and shows no longer.

    `since` is when that was first proved, None where only half an answer left it out.
    """

    kind: ContactKind
    since: datetime | None


def list_exposed_kinds(trace: Trace) -> frozenset[ContactKind]:
    return frozenset(ExposedContact.from_stored_text(text).kind for text in trace.exposed)


def list_vanished_contacts(
    known: Iterable[VanishedContact], before: Trace, after: Trace, at: datetime | None
) -> tuple[VanishedContact, ...]:
    """Return what a query leaves out now of all that it ever showed of a trace.

    `at` is None where the answer proves nothing; the proofs then begin again with the next one.
    """
    since = {contact.kind: contact.since for contact in known}
    gone = (list_exposed_kinds(before) | since.keys()) - list_exposed_kinds(after)
    return tuple(
        VanishedContact(kind=kind, since=at and (since.get(kind) or at)) for kind in sorted(gone)
    )
