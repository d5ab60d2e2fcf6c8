"""Lists that others keep, read as they are: what can be used, and why the rest cannot.

A list of thousands is never without faults, and its keepers are elsewhere. So an entry with a
fault is named and left out, where a district's own catalogue would be refused as a whole.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from scrapers.catalogue import maigret, sherlock
from scrapers.catalogue.candidate import NO_OBJECT, Candidate
from scrapers.catalogue.entry import Entry
from scrapers.catalogue.fields import NO_RE2, entry_from, faults_of
from scrapers.catalogue.reader import Catalogue, CatalogueError, LeftOut, json_of
from scrapers.catalogue.row import Row, text
from scrapers.catalogue.shape import shapes
from scrapers.catalogue.unusable import beside_the_web, unusable

INVALID = "it is not valid"
UNRUNNABLE = "RE2 cannot run its pattern of handles"
BESIDE = "it is on a port of its own, or its address holds a user's name"
# Only whoever answers for an entry may say of it that robots.txt does not bind, or whom to ask.
OURS_TO_SAY = frozenset({"access", "known", "provenance", "report", "seconds_between", "seen_on"})
LARGEST_BYTES = 64 * 1024 * 1024


class Form(StrEnum):
    """Whose way of writing a list is in."""

    WHATSMYNAME = "WhatsMyName"
    SHERLOCK = "Sherlock"
    MAIGRET = "Maigret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """`doubles` are usable, but for another entry that asks at the same place or has the name."""

    form: Form
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]
    doubles: tuple[LeftOut, ...]

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(entries=self.entries, left_out=(*self.left_out, *self.doubles))


@dataclass(slots=True)
class Known:
    """Which places and names are taken, by ours first and then by earlier entries."""

    places: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry], names: Iterable[str] = ()) -> "Known":
        known = cls(names=dict.fromkeys(names, "a source of ours"))
        known.learn(entries)
        return known

    def copy(self) -> "Known":
        return Known(places=dict(self.places), names=dict(self.names))

    def learn(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        self.names.setdefault(entry.key, entry.name)
        for each in shapes(entry):
            self.places.setdefault(each, entry.name)

    def same_as(self, entry: Entry) -> str:
        """Say in what way the entry is there already; empty if it is new."""
        there = next((self.places[each] for each in shapes(entry) if each in self.places), "")
        if there:
            return f"{there} asks at the same address"
        return f"{self.names[entry.key]} has its name" if entry.key in self.names else ""


def imported(file: str, content: bytes, known: Known) -> Imported:
    """Read a list in any of the forms; raise CatalogueError if it is in none."""
    if len(content) > LARGEST_BYTES:
        raise CatalogueError(
            [f"{file} is larger than {LARGEST_BYTES >> 20} MiB, so it is no list."]
        )
    form, candidates = _recognised(file, json_of(file, content))
    known = known.copy()
    entries: list[Entry] = []
    left_out: list[LeftOut] = []
    doubles: list[LeftOut] = []
    for candidate in candidates:
        reason = _refusal(candidate)
        if reason:
            left_out.append(reason)
            continue
        entry = entry_from(candidate.row)
        same = known.same_as(entry)
        if same:
            doubles.append(LeftOut(name=entry.name, reason=same))
            continue
        known.add(entry)
        entries.append(entry)
    return Imported(
        form=form, entries=tuple(entries), left_out=tuple(left_out), doubles=tuple(doubles)
    )


def _recognised(file: str, data: object) -> tuple[Form, Iterator[Candidate]]:
    if isinstance(data, dict):
        if maigret.is_maigret(data):
            return Form.MAIGRET, maigret.candidates(data)
        sites = data.get("sites")
        if isinstance(sites, list) and sites:
            return Form.WHATSMYNAME, _as_they_are(sites)
        if sherlock.is_sherlock(data):
            return Form.SHERLOCK, sherlock.candidates(data)
    forms = ", ".join(Form)
    raise CatalogueError([f"{file} is not a list of sites in a form we know ({forms})."])


def _as_they_are(sites: Iterable[object]) -> Iterator[Candidate]:
    for number, site in enumerate(sites, 1):
        if isinstance(site, dict):
            row = {key: value for key, value in site.items() if key not in OURS_TO_SAY}
            yield Candidate(name=text(site, "name") or f"entry {number}", row=row)
        else:
            yield Candidate(name=f"entry {number}", row={}, refused=NO_OBJECT)


def _refusal(candidate: Candidate) -> LeftOut | None:
    name, row = candidate.name, candidate.row
    if candidate.refused:
        return LeftOut(name=name, reason=candidate.refused)
    faults = [*faults_of(row), *_unwritable(row)]
    graver = [fault for fault in faults if fault != NO_RE2]
    if graver:
        return LeftOut(name=name, reason=INVALID, detail=graver[0])
    reason = BESIDE if beside_the_web(row) else next(unusable(row), "")
    if reason:
        return LeftOut(name=name, reason=reason)
    pattern = candidate.pattern or text(row, "handle")
    return LeftOut(name=name, reason=UNRUNNABLE, detail=pattern) if faults else None


def _unwritable(row: Row) -> Iterator[str]:
    """Text with half of a surrogate pair can be read, and never be sent or stored."""
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        yield "it holds half a character"
