"""Who asked to be written to elsewhere, and since when they are."""

from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database, Row
from monitor.store.moment import read, read_or_none, written
from monitor.store.sealing import Sealing


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChange:
    """`browser` stands for the browser that asked. `changed_at` is None until it is confirmed."""

    ref: str
    person: str
    browser: str
    old: str
    new: str
    asked_at: datetime
    expires_at: datetime
    changed_at: datetime | None = None

    def open(self, now: datetime) -> bool:
        return self.changed_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class _Addresses:
    """What is sealed of a change."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class AddressChanges:
    database: Database
    sealing: Sealing

    def add(self, change: AddressChange) -> None:
        addresses = _Addresses(change.old, change.new)
        with self.database.write():
            self.database.run(
                "INSERT INTO address_changes VALUES (?, ?, ?, NULL, ?, ?, NULL, ?)",
                change.ref,
                change.person,
                change.browser,
                written(change.asked_at),
                written(change.expires_at),
                self.sealing.seal(change.person, _place(change.ref), addresses),
            )

    def find(self, ref: str) -> AddressChange | None:
        return self._found("ref", ref)

    def by_code(self, code_hash: str) -> AddressChange | None:
        return self._found("code_hash", code_hash)

    def of(self, person: str) -> tuple[AddressChange, ...]:
        """Return all that are remembered, the oldest first."""
        rows = self.database.rows(f"{_SELECT} WHERE person = ? ORDER BY asked_at, rowid", person)
        return tuple(self._change(row) for row in rows)

    def latest(self, person: str) -> datetime | None:
        """Return since when they are written to where they are; None: for as long as we know."""
        found = self.database.row(
            "SELECT max(changed_at) FROM address_changes WHERE person = ?", person
        )
        return None if found is None else read_or_none(found[0])

    def asked_since(self, person: str, since: datetime) -> int:
        found = self.database.row(
            "SELECT count(*) FROM address_changes WHERE person = ? AND asked_at > ?",
            person,
            written(since),
        )
        return int(found[0]) if found else 0

    def set_code(self, ref: str, code_hash: str) -> None:
        with self.database.write():
            self.database.run(
                "UPDATE address_changes SET code_hash = ? WHERE ref = ?", code_hash, ref
            )

    def confirm(self, ref: str, at: datetime) -> None:
        """Let it count, and no other one that its person asked for."""
        with self.database.write():
            self.database.run(
                "UPDATE address_changes SET changed_at = ? WHERE ref = ?", written(at), ref
            )
            self.database.run(
                """DELETE FROM address_changes WHERE changed_at IS NULL
                AND person = (SELECT person FROM address_changes WHERE ref = ?)""",
                ref,
            )

    def drop_asked_before(self, moment: datetime) -> None:
        """Forget what nobody confirmed."""
        with self.database.write():
            self.database.run(
                "DELETE FROM address_changes WHERE changed_at IS NULL AND asked_at < ?",
                written(moment),
            )

    def drop_changed_before(self, person: str, moment: datetime) -> None:
        with self.database.write():
            self.database.run(
                "DELETE FROM address_changes WHERE person = ? AND changed_at < ?",
                person,
                written(moment),
            )

    def _found(self, column: str, value: str) -> AddressChange | None:
        # The column is one of two names of ours.
        found = self.database.row(f"{_SELECT} WHERE {column} = ?", value)
        return None if found is None else self._change(found)

    def _change(self, row: Row) -> AddressChange:
        ref, person, browser, asked_at, expires_at, changed_at, sealed = row
        addresses = self.sealing.open(person, _place(ref), sealed, _Addresses)
        return AddressChange(
            ref=ref,
            person=person,
            browser=browser,
            old=addresses.old,
            new=addresses.new,
            asked_at=read(asked_at),
            expires_at=read(expires_at),
            changed_at=read_or_none(changed_at),
        )


_SELECT = """SELECT ref, person, browser, asked_at, expires_at, changed_at, sealed
FROM address_changes"""


def _place(ref: str) -> str:
    return f"address_changes/{ref}/sealed"
