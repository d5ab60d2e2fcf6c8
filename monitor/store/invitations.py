"""Who was invited; the code is known to the invited person's mailbox alone."""

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.errors import InputError
from monitor.store.database import Database, Row
from monitor.store.moment import read_or_none, written, written_or_none
from monitor.store.people import mail_mark
from monitor.store.sealing import Sealing


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`spent_at` is when the person answered, None before.

    `reminded_at` is when they were reminded, None before: nobody is reminded twice.
    """

    ref: str
    mail: str
    given: str
    family: str
    invited_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None
    reminded_at: datetime | None = None

    def open(self, now: datetime) -> bool:
        return self.spent_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Invitations:
    database: Database
    sealing: Sealing

    def add(self, invitation: Invitation) -> None:
        self.sealing.keys.create(invitation.ref)
        with self.database.write():
            self.database.run(
                """INSERT INTO invitations (ref, mark, expires_at, reminded_at, sealed)
                VALUES (?, ?, ?, ?, ?)""",
                invitation.ref,
                mail_mark(self.sealing, invitation.mail),
                written(invitation.expires_at),
                written_or_none(invitation.reminded_at),
                self.sealing.seal(invitation.ref, _place(invitation.ref), invitation),
            )

    def get(self, ref: str) -> Invitation:
        found = self.database.row(
            "SELECT ref, sealed, spent_at FROM invitations WHERE ref = ?", ref
        )
        if found is None:
            message = f"There is no invitation {ref}: `namesake staff list` shows those there are."
            raise InputError(message)
        return self._invitation(found)

    def remind(self, ref: str, at: datetime, expires_at: datetime) -> None:
        """Note the one reminder, and until when the invitation may be answered now."""
        with self.database.write():
            reminded = replace(self.get(ref), reminded_at=at, expires_at=expires_at)
            self.database.run(
                "UPDATE invitations SET reminded_at = ?, expires_at = ?, sealed = ? WHERE ref = ?",
                written(at),
                written(expires_at),
                self.sealing.seal(ref, _place(ref), reminded),
                ref,
            )

    def set_code(self, ref: str, code_hash: str) -> None:
        """Replace any earlier code, which opens nothing from then on."""
        with self.database.write():
            self.database.run("UPDATE invitations SET code_hash = ? WHERE ref = ?", code_hash, ref)

    def by_code(self, code_hash: str, now: datetime) -> Invitation | None:
        found = self.database.row(
            """SELECT ref, sealed, spent_at FROM invitations
            WHERE code_hash = ? AND spent_at IS NULL AND expires_at > ?""",
            code_hash,
            written(now),
        )
        return None if found is None else self._invitation(found)

    def with_code(self, code_hash: str) -> Invitation | None:
        """Find whatever a code once opened, also where it opens nothing any more."""
        found = self.database.row(
            "SELECT ref, sealed, spent_at FROM invitations WHERE code_hash = ?", code_hash
        )
        return None if found is None else self._invitation(found)

    def find_by_mail(self, mail: str, now: datetime) -> Invitation | None:
        """Find the one that may still be answered."""
        found = self.database.row(
            """SELECT ref, sealed, spent_at FROM invitations
            WHERE mark = ? AND spent_at IS NULL AND expires_at > ? ORDER BY rowid DESC""",
            mail_mark(self.sealing, mail),
            written(now),
        )
        return None if found is None else self._invitation(found)

    def spend(self, ref: str, at: datetime) -> None:
        """Use it up; whoever comes second is refused."""
        with self.database.write():
            spent = self.database.run(
                "UPDATE invitations SET spent_at = ? WHERE ref = ? AND spent_at IS NULL",
                written(at),
                ref,
            )
            if not spent:
                message = "This invitation was answered already: ask for a new one."
                raise InputError(message)
            self._undue(ref)

    def drop(self, ref: str) -> None:
        """Forget an invitation nobody answered, and destroy its key."""
        with self.database.write():
            self.database.run("DELETE FROM invitations WHERE ref = ?", ref)
            self._undue(ref)
            self.database.run("DELETE FROM outbox WHERE person = ?1 OR recipient_ref = ?1", ref)
            if self.database.row("SELECT 1 FROM people WHERE ref = ?", ref) is None:
                self.database.after_commit(lambda: self.sealing.keys.destroy(ref))

    def _undue(self, ref: str) -> None:
        """Remind nobody of what is answered or forgotten."""
        self.database.run("DELETE FROM due WHERE subject = ?", ref)

    def all(self) -> tuple[Invitation, ...]:
        rows = self.database.rows("SELECT ref, sealed, spent_at FROM invitations ORDER BY rowid")
        return tuple(self._invitation(row) for row in rows)

    def _invitation(self, row: Row) -> Invitation:
        ref, sealed, spent_at = row
        invitation = self.sealing.open(ref, _place(ref), sealed, Invitation)
        return replace(invitation, spent_at=read_or_none(spent_at))


def _place(ref: str) -> str:
    return f"invitations/{ref}/sealed"
