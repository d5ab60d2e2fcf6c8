"""A reason as an id with facts: what was found, not how it is said.

The words of an id are data, one file for each language (`reports/reason_words/`). They are chosen
where the reason is shown, by who reads it and in which language.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Union

from msgspec import Struct, field


class Site(Struct, frozen=True, tag="site"):
    """A site by its key; shown by its name, which is in no language."""

    key: str


class Count(Struct, frozen=True, tag="count"):
    """A number of things; it chooses the plural form."""

    number: int


class Day(Struct, frozen=True, tag="day"):
    """A date, written as the language writes it."""

    on: date


class Moment(Struct, frozen=True, tag="moment"):
    """An aware time, written on the clock of a zone as the language writes it."""

    at: datetime
    zone: str = "UTC"


class Plain(Struct, frozen=True, tag="plain"):
    """What the district or this machine calls something: an address in it stays an address."""

    text: str


class Label(Struct, frozen=True, tag="label"):
    """The words for one value, by the table of `reports/labels/` that has them and its key."""

    table: str
    key: str


class Name(Struct, frozen=True, tag="name"):
    """A word of our own lists, shown as it is: an alphabet, a handle of the district."""

    text: str


class Signs(Struct, frozen=True, tag="signs"):
    """The few characters of a handle that may be repeated to anyone."""

    text: str


class Quoted(Struct, frozen=True, tag="quoted"):
    """Words from the web: for the person alone, cleaned where shown, dropped when forgotten."""

    text: str


class Listed(Struct, frozen=True, tag="list"):
    """Several facts, joined as the language joins them."""

    facts: "tuple[Fact, ...]"


# The note of a source, as `scrapers` writes it: an id, and what it is about.
_NOTE = re.compile(r"(?P<id>[a-z0-9.-]+)(?::(?P<detail>.+))?", re.DOTALL)
# What an id ends with whose facts quote the web.
QUOTED = ".quoted"


class Reason(Struct, frozen=True, tag="reason"):
    """`rule` is the id of its words: a rule, or `rule.variant`. A fact may be a reason itself.

    A reason as a fact is a phrase. Two reasons with the same facts are the same one.
    """

    rule: str
    facts: Mapping[str, "Fact"] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.rule, *sorted(self.facts)))

    @property
    def without_quotes(self) -> "Reason":
        """The same in general words: `like-me.quoted` becomes `like-me`."""
        general = self.rule.removesuffix(QUOTED)
        return self if general == self.rule else Reason(general)


Fact = Union[Site, Count, Day, Moment, Plain, Label, Name, Signs, Quoted, Listed, Reason]  # noqa: UP007 it is recursive

Facts = dict[str, Fact]
# A reason, or a text that is said as it is: a label, a command to run, the sentence of an error.
Told = Reason | str


def read_note(note: str) -> Reason | None:
    """Read what a source noted, such as `refused:403`; None where it noted nothing.

    A detail that is a number is the fact `count`, too; `1/245` is one of a `total`. A plug-in's own
    words are said as they are.
    """
    if not note:
        return None
    found = _NOTE.fullmatch(note)
    if found is None:
        return Reason("note", {"said": Name(note)})
    detail = found["detail"] or ""
    facts: dict[str, Fact] = {"detail": Name(detail)} if detail else {}
    count, _, total = detail.partition("/")
    if count.isdecimal():
        facts["count"] = Count(int(count))
    if total.isdecimal():
        facts["total"] = Count(int(total))
    return Reason(f"note.{found['id']}", facts)
