"""What exists about each person: items, where they are seen, their versions and pictures.

Verdicts are appended; the item itself holds the current one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.db.connection import Database, Row, next_in, read, written
from monitor.db.encryption import DISTRICT, Sealing
from monitor.db.events import Events
from monitor.db.flags import Flags
from monitor.db.pages import Pages
from monitor.db.people import no_item, only_one, owner_of_item
from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.lessons import Said, verdict
from monitor.domain.evidence import Label
from monitor.domain.flag import Ruling, weakness
from monitor.domain.item import Item, Sighting, Version, united
from scrapers.models import Finding


@dataclass(frozen=True, slots=True)
class Sightings:
    database: Database
    sealing: Sealing

    def of_question(self, person: str, key: str) -> tuple[Sighting, ...]:
        rows = self.database.rows(
            """SELECT person, item, question, sealed FROM sightings
            WHERE person = ? AND question = ? ORDER BY rowid""",
            person,
            self.sealing.mark(person, key),
        )
        return tuple(self._sighting(row) for row in rows)

    def count(self, person: str, key: str) -> int:
        """Count what a question shows, without opening it."""
        found = self.database.row(
            "SELECT count(*) FROM sightings WHERE person = ? AND question = ?",
            person,
            self.sealing.mark(person, key),
        )
        return int(found[0]) if found else 0

    def of_item(self, item: str) -> tuple[Sighting, ...]:
        rows = self.database.rows(
            "SELECT person, item, question, sealed FROM sightings WHERE item = ? ORDER BY rowid",
            item,
        )
        return tuple(self._sighting(row) for row in rows)

    def of_person(self, person: str) -> tuple[Sighting, ...]:
        rows = self.database.rows(
            "SELECT person, item, question, sealed FROM sightings WHERE person = ? ORDER BY rowid",
            person,
        )
        return tuple(self._sighting(row) for row in rows)

    def put(self, sighting: Sighting) -> None:
        """Keep it in place of what the same question saw of the same item before."""
        with self.database.write():
            person = owner_of_item(self.database, sighting.item)
            mark = self.sealing.mark(person, sighting.query)
            self.database.run(
                """INSERT INTO sightings (item, person, question, source, last, sealed)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (item, question) DO UPDATE SET
                source = excluded.source, last = excluded.last, sealed = excluded.sealed""",
                sighting.item,
                person,
                mark,
                sighting.source,
                written(sighting.last),
                self.sealing.seal(person, _place_of_sightings(sighting.item, mark), sighting),
            )

    def end(self, sighting: Sighting) -> None:
        with self.database.write():
            person = owner_of_item(self.database, sighting.item)
            self.database.run(
                "DELETE FROM sightings WHERE item = ? AND question = ?",
                sighting.item,
                self.sealing.mark(person, sighting.query),
            )

    def move(self, item: str, to: str) -> None:
        """Give them to another item of the same person; the later of two values stays."""
        there = {each.query: each for each in self.of_item(to)}
        with self.database.write():
            for each in self.of_item(item):
                self.end(each)
                self.put(_later(replace(each, item=to), there.get(each.query)))

    def _sighting(self, row: Row) -> Sighting:
        person, item, question, sealed = row
        return self.sealing.open(person, _place_of_sightings(item, question), sealed, Sighting)


def _later(one: Sighting, other: Sighting | None) -> Sighting:
    if other is None:
        return one
    last = max(one, other, key=lambda each: each.last)
    return replace(last, first=min(one.first, other.first))


def _place_of_sightings(item: str, mark: bytes) -> str:
    return f"sightings/{item}/{mark.hex()}/sealed"


@dataclass(frozen=True, slots=True)
class Versions:
    database: Database
    sealing: Sealing

    def of(self, item: str) -> tuple[Version, ...]:
        return tuple(self.numbered(item).values())

    def add(self, version: Version) -> None:
        with self.database.write():
            person = owner_of_item(self.database, version.item)
            seq = next_in(self.database, "versions")
            self.database.run(
                "INSERT INTO versions VALUES (?, ?, ?, ?, ?)",
                seq,
                version.item,
                person,
                written(version.at),
                self.sealing.seal(person, _place_of_versions(seq), version),
            )

    def move(self, item: str, to: str) -> None:
        with self.database.write():
            moving = self.of(item)
            self.database.run("DELETE FROM versions WHERE item = ?", item)
            for each in moving:
                self.add(replace(each, item=to))

    def forget_before(self, item: str, at: datetime) -> int:
        """Forget the older ones, but never the last, which the next reading is compared with."""
        with self.database.write():
            return self.database.run(
                """DELETE FROM versions WHERE item = ?1 AND at < ?2
                AND seq != (SELECT seq FROM versions WHERE item = ?1 ORDER BY at DESC, seq DESC)""",
                item,
                written(at),
            )

    def rewrite(self, item: str, change: Callable[[Finding], Finding]) -> None:
        """Take out of every version what may be kept no more; the order stays."""
        with self.database.write():
            for seq, version in self.numbered(item).items():
                told = replace(version, finding=change(version.finding))
                if told != version:
                    sealed = self.sealing.seal(
                        owner_of_item(self.database, item), _place_of_versions(seq), told
                    )
                    self.database.run("UPDATE versions SET sealed = ? WHERE seq = ?", sealed, seq)

    def forget_question(self, item: str, query: str) -> None:
        """Forget all that one question showed of it."""
        self._drop(seq for seq, version in self.numbered(item).items() if version.query == query)

    def forget_replaced(self, item: str, query: str, at: datetime) -> None:
        """Forget what one question showed before `at`, but for what it shows now."""
        shown = [(seq, each) for seq, each in self.numbered(item).items() if each.query == query]
        self._drop(seq for seq, each in shown[:-1] if each.at < at)

    def numbered(self, item: str) -> dict[int, Version]:
        """Return them, the oldest first, by a number that stays the same."""
        rows = self.database.rows(
            "SELECT seq, person, sealed FROM versions WHERE item = ? ORDER BY at, seq", item
        )
        return {
            seq: self.sealing.open(person, _place_of_versions(seq), sealed, Version)
            for seq, person, sealed in rows
        }

    def _drop(self, seqs: Iterable[int]) -> None:
        with self.database.write():
            for seq in seqs:
                self.database.run("DELETE FROM versions WHERE seq = ?", seq)


def _place_of_versions(seq: int) -> str:
    return f"versions/{seq}/sealed"


@dataclass(frozen=True, slots=True)
class Verdicts:
    database: Database

    def of(self, item: str) -> tuple[Said, ...]:
        rows = self.database.rows(
            "SELECT item, ruling, at, flag FROM verdicts WHERE item = ? ORDER BY seq", item
        )
        return tuple(
            Said(
                item=ref,
                ruling=None if ruling is None else Ruling(ruling),
                at=read(at),
                flag=flag or "",
            )
            for ref, ruling, at, flag in rows
        )

    def append(self, said: Said) -> Ruling | None:
        """Keep a word, and return the one that stands now, which the item keeps."""
        with self.database.write():
            self.database.run(
                "INSERT INTO verdicts (item, person, ruling, at, flag) VALUES (?, ?, ?, ?, ?)",
                said.item,
                owner_of_item(self.database, said.item),
                said.ruling,
                written(said.at),
                said.flag or None,
            )
            stands = verdict(self.of(said.item))
            self.database.run("UPDATE items SET verdict = ? WHERE ref = ?", stands, said.item)
        return stands

    def move(self, item: str, to: str) -> None:
        with self.database.write():
            self.database.run("UPDATE verdicts SET item = ? WHERE item = ?", to, item)


@dataclass(frozen=True, slots=True)
class Items:
    """`aliases` are all the keys an item is known by: canonical URLs and account keys."""

    database: Database
    sealing: Sealing

    def of(self, person: str) -> tuple[Item, ...]:
        rows = self.database.rows(
            "SELECT ref, sealed FROM items WHERE person = ? ORDER BY first_seen, rowid", person
        )
        return tuple(self._opened(person, rows))

    def refs_of(self, person: str) -> tuple[str, ...]:
        rows = self.database.rows(
            "SELECT ref FROM items WHERE person = ? ORDER BY first_seen, rowid", person
        )
        return tuple(ref for (ref,) in rows)

    def get(self, ref: str) -> Item:
        found = self.database.row("SELECT ref, person, sealed FROM items WHERE ref = ?", ref)
        if found is None:
            raise no_item(ref)
        return self._item(found)

    def of_owner(self, person: str, ref: str) -> Item:
        """Return a person's item; what is another person's is as if it were not there."""
        if owner_of_item(self.database, ref) != person:
            raise no_item(ref)
        return self.get(ref)

    def whole(self, begun: str) -> str:
        """Complete a ref that a letter has cut."""
        query = "SELECT ref FROM items WHERE substr(ref, 1, length(?1)) = ?1 LIMIT 2"
        return only_one(begun, self.database.rows(query, begun))

    def find(self, person: str, aliases: Iterable[str]) -> tuple[Item, ...]:
        """Return every item known by one of the aliases, the oldest first."""
        refs = {self._owner_of_alias(person, each) for each in aliases}
        items = (self.get(ref) for ref in refs if ref is not None)
        return tuple(sorted(items, key=lambda each: (each.first_seen, each.ref)))

    def add(self, item: Item, aliases: Iterable[str]) -> None:
        with self.database.write():
            self.database.run(
                "INSERT INTO items (ref, person, first_seen, sealed) VALUES (?, ?, ?, ?)",
                item.ref,
                item.person,
                written(item.first_seen),
                self._sealed(item),
            )
            self._name(item, aliases)

    def replace(self, item: Item, aliases: Iterable[str] = ()) -> None:
        """Keep its new value and further aliases; those it had stay."""
        with self.database.write():
            owner_of_item(self.database, item.ref)
            self.database.run(
                "UPDATE items SET first_seen = ?, sealed = ? WHERE ref = ?",
                written(item.first_seen),
                self._sealed(item),
                item.ref,
            )
            self._name(item, aliases)

    def remove(self, ref: str) -> None:
        """Forget the item with its sightings, versions, events and flags."""
        with self.database.write():
            self.database.run("DELETE FROM items WHERE ref = ?", ref)
            self.database.run("DELETE FROM due WHERE subject = ?", ref)

    def merge(self, keep: Item, drop: Item) -> Item:
        """Make two items one: the older history and the stronger ruling stay."""
        if keep.person != drop.person:
            message = "two people's items never become one"
            raise ValueError(message)
        whole = replace(united((keep, drop)), ref=keep.ref)
        with self.database.write():
            self._move_aliases(drop.ref, keep.ref)
            for noun in (Sightings, Versions, Events, Flags, Pages):
                noun(self.database, self.sealing).move(drop.ref, keep.ref)
            Verdicts(self.database).move(drop.ref, keep.ref)
            verdicts = (self.verdict(keep.ref), self.verdict(drop.ref))
            self.set_verdict(keep.ref, min(verdicts, key=weakness))
            self.remove(drop.ref)
            self.replace(whole)
        return whole

    def verdict(self, ref: str) -> Ruling | None:
        """Return what the person last said of it, None before they did."""
        found = self.database.row("SELECT verdict FROM items WHERE ref = ?", ref)
        return None if found is None or found[0] is None else Ruling(found[0])

    def set_verdict(self, ref: str, ruling: Ruling | None) -> None:
        with self.database.write():
            self.database.run("UPDATE items SET verdict = ? WHERE ref = ?", ruling, ref)

    def judged(self, person: str) -> tuple[tuple[Item, Ruling], ...]:
        """Return what the person gave a verdict on, with the verdict, the oldest first."""
        rows = tuple(
            self.database.rows(
                """SELECT ref, sealed, verdict FROM items
                WHERE person = ? AND verdict IS NOT NULL ORDER BY first_seen, rowid""",
                person,
            )
        )
        items = self._opened(person, (row[:2] for row in rows))
        return tuple(zip(items, (Ruling(verdict) for *_, verdict in rows), strict=True))

    def count_judged(self, person: str) -> int:
        """Count what the person gave a verdict on, without opening anything."""
        found = self.database.row("SELECT count(verdict) FROM items WHERE person = ?", person)
        return int(found[0]) if found else 0

    def unjudged(self, person: str) -> tuple[tuple[Item, Assessment], ...]:
        """Return what was assessed and has no verdict of the person's, the oldest first."""
        rows = tuple(
            self.database.rows(
                """SELECT ref, sealed, assessment FROM items WHERE person = ?
                AND verdict IS NULL AND assessment IS NOT NULL ORDER BY first_seen, rowid""",
                person,
            )
        )
        told = ((_place(ref, "assessment"), sealed) for ref, _, sealed in rows)
        assessments = self.sealing.open_each(person, told, Assessment)
        return tuple(zip(self._opened(person, (row[:2] for row in rows)), assessments, strict=True))

    def label(self, ref: str) -> Label | None:
        found = self.database.row("SELECT label FROM items WHERE ref = ?", ref)
        return None if found is None or found[0] is None else Label(found[0])

    def assessment(self, ref: str) -> Assessment | None:
        found = self.database.row("SELECT person, assessment FROM items WHERE ref = ?", ref)
        if found is None or found[1] is None:
            return None
        person, sealed = found
        return self._assessment(ref, person, sealed)

    def set_assessment(self, ref: str, assessment: Assessment) -> None:
        with self.database.write():
            person = owner_of_item(self.database, ref)
            self.database.run(
                "UPDATE items SET label = ?, assessment = ? WHERE ref = ?",
                assessment.label,
                self.sealing.seal(person, _place(ref, "assessment"), assessment),
                ref,
            )

    def _owner_of_alias(self, person: str, alias: str) -> str | None:
        found = self.database.row(
            "SELECT item FROM aliases WHERE person = ? AND alias = ?",
            person,
            self.sealing.mark(person, alias),
        )
        return None if found is None else str(found[0])

    def _name(self, item: Item, aliases: Iterable[str]) -> None:
        for alias in aliases:
            owner = self._owner_of_alias(item.person, alias)
            if owner not in {None, item.ref}:
                message = f"{owner} is known by an alias of {item.ref}: merge them first"
                raise ValueError(message)
            self.database.run(
                "INSERT INTO aliases VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                item.person,
                self.sealing.mark(item.person, alias),
                item.ref,
            )

    def _move_aliases(self, ref: str, to: str) -> None:
        self.database.run("UPDATE aliases SET item = ? WHERE item = ?", to, ref)

    def _sealed(self, item: Item) -> bytes:
        return self.sealing.seal(item.person, _place(item.ref, "sealed"), item)

    def _assessment(self, ref: str, person: str, sealed: bytes) -> Assessment:
        return self.sealing.open(person, _place(ref, "assessment"), sealed, Assessment)

    def _opened(self, person: str, rows: Iterable[Row]) -> Iterator[Item]:
        """Open each row of a ref and what is sealed, all of one person's."""
        places = ((_place(ref, "sealed"), sealed) for ref, sealed in rows)
        return self.sealing.open_each(person, places, Item)

    def _item(self, row: Sequence[Any]) -> Item:
        ref, person, sealed = row
        return self.sealing.open(person, _place(ref, "sealed"), sealed, Item)


def _place(ref: str, column: str) -> str:
    return f"items/{ref}/{column}"


@dataclass(frozen=True, slots=True)
class Pictures:
    """Prints and accounts stand as marks under the district's key, so that people share them."""

    database: Database
    sealing: Sealing

    def note(self, item: Item) -> None:
        """Keep the mark of the picture that an account shows now, or none."""
        shown = item.portrait
        with self.database.write():
            self.database.run("DELETE FROM pictures WHERE item = ?", item.ref)
            if shown.picture_print:
                self.database.run(
                    "INSERT INTO pictures (item, person, picture, account) VALUES (?, ?, ?, ?)",
                    item.ref,
                    item.person,
                    self.sealing.mark(DISTRICT, shown.picture_print),
                    self.sealing.mark(DISTRICT, shown.account or shown.key),
                )

    def bearers(self, picture_print: str, besides: Iterable[str]) -> int:
        """Count the accounts that show it, but for some items: a person's own accounts."""
        left_out = set(besides)
        rows = tuple(
            self.database.rows(
                "SELECT item, account FROM pictures WHERE picture = ?",
                self.sealing.mark(DISTRICT, picture_print),
            )
        )
        own = {account for item, account in rows if item in left_out}
        return len({account for _, account in rows} - own)
