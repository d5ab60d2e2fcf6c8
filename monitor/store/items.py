"""What exists about each person."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitor.domain.assessment import Assessment
from monitor.domain.flag import Ruling
from monitor.domain.item import Item, united
from monitor.domain.whose import Label
from monitor.store.database import Database, Row
from monitor.store.events import Events
from monitor.store.flags import Flags
from monitor.store.moment import written
from monitor.store.owner import no_item, only_one, owner_of_item
from monitor.store.pages import Pages
from monitor.store.sealing import Sealing
from monitor.store.sightings import Sightings
from monitor.store.strength import weakness
from monitor.store.verdicts import Verdicts
from monitor.store.versions import Versions


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
