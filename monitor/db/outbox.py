"""Emails that wait, went out, or never will, and the addresses that refuse them.

Which emails went out is also in a file beside the database that is in no backup: after a restore
it still knows what must not be sent again.
"""

import hmac
import logging
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from monitor.db.connection import Database, Row, read, read_or_none, written
from monitor.db.encryption import Sealing
from monitor.db.files import PRIVATE, put
from monitor.db.people import mail_mark
from monitor.domain.email import letter_of
from monitor.errors import CannotWriteError, DatabaseError, InputError

T = TypeVar("T")


class LetterState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLetter:
    """`person` is whose key seals it: empty for reviewers' letters, under the district's key.

    `recipient_ref` stands for an address that is looked up when the letter is sent. `sent_at`
    is when the mail server accepted it, None before; `body_hash` is kept from then on. A dead one
    may be given another chance while it is `readable`, which it is until its view is forgotten;
    `revived_at` is when it last was, None if never. `tried_at` is the date it bears where a mail
    server may have it, and that of those that went along in it; None where none can.
    """

    ref: str
    recipient_ref: str
    kind: str
    period: str
    message_id: str
    queued_at: datetime
    due_at: datetime
    person: str = ""
    state: LetterState = LetterState.QUEUED
    attempts: int = 0
    error: str = ""
    sent_at: datetime | None = None
    body_hash: str = ""
    revived_at: datetime | None = None
    readable: bool = True
    tried_at: datetime | None = None

    @property
    def message(self) -> str:
        """The letter's own part of its Message-ID."""
        return letter_of(self.message_id)

    @property
    def tried_since(self) -> datetime:
        return self.revived_at or self.queued_at


@dataclass(frozen=True, slots=True)
class Outbox:
    database: Database
    sealing: Sealing

    def queue(self, letter: OutboxLetter, view: object) -> bool:
        """Keep the letter and its view, once: return False where it repeats an earlier one.

        One recipient gets one letter of a kind about a person for a period.
        """
        with self.database.write():
            queued = self.database.run(
                """INSERT INTO outbox (ref, person, recipient_ref, kind, period, message_id,
                queued_at, due_at, state, attempts, body_hash, sealed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, '', ?) ON CONFLICT DO NOTHING""",
                letter.ref,
                letter.person,
                letter.recipient_ref,
                letter.kind,
                letter.period,
                letter.message_id,
                written(letter.queued_at),
                written(letter.due_at),
                self.sealing.seal(letter.person, _place(letter.ref, "sealed"), view),
            )
        return queued == 1

    def due(self, now: datetime) -> tuple[OutboxLetter, ...]:
        rows = self.database.rows(
            "SELECT * FROM outbox WHERE state = 'queued' AND due_at <= ? ORDER BY due_at, rowid",
            written(now),
        )
        return tuple(self._letter(row) for row in rows)

    def waiting(self, recipient_ref: str, kind: str) -> tuple[OutboxLetter, ...]:
        """Return what is queued of a kind for one reader, due or not."""
        rows = self.database.rows(
            """SELECT * FROM outbox WHERE state = 'queued' AND recipient_ref = ? AND kind = ?
            ORDER BY queued_at, rowid""",
            recipient_ref,
            kind,
        )
        return tuple(self._letter(row) for row in rows)

    def hurry(self, recipient_ref: str, at: datetime) -> None:
        """Let what waits for a reader be due at once."""
        with self.database.write():
            self.database.run(
                "UPDATE outbox SET due_at = ? WHERE state = 'queued' AND recipient_ref = ?",
                written(at),
                recipient_ref,
            )

    def by_message(self, message: str) -> OutboxLetter | None:
        """Find the letter that a bounce is about, by its own part of its Message-ID."""
        found = self.database.row(
            """SELECT * FROM outbox
            WHERE message_id > '<' || ?1 || '@' AND message_id < '<' || ?1 || 'A'""",
            message,
        )
        return None if found is None else self._letter(found)

    def dead_letters(self) -> tuple[OutboxLetter, ...]:
        sql = "SELECT * FROM outbox WHERE state = 'dead' ORDER BY queued_at, rowid"
        return tuple(self._letter(row) for row in self.database.rows(sql))

    def get(self, ref: str) -> OutboxLetter:
        found = self.database.row("SELECT * FROM outbox WHERE ref = ?", ref)
        if found is None:
            raise _no_letter(ref)
        return self._letter(found)

    def knows(self, ref: str) -> bool:
        return self.database.row("SELECT 1 FROM outbox WHERE ref = ?", ref) is not None

    def all(self) -> tuple[OutboxLetter, ...]:
        rows = self.database.rows("SELECT * FROM outbox ORDER BY queued_at, rowid")
        return tuple(self._letter(row) for row in rows)

    def latest(self, recipient_ref: str, kind: str) -> datetime | None:
        """Return when the last letter of this kind was queued for a reader, None if none was.

        One that was given up told its reader nothing, and does not count.
        """
        found = self.database.row(
            """SELECT max(queued_at) FROM outbox
            WHERE recipient_ref = ? AND kind = ? AND state != 'dead'""",
            recipient_ref,
            kind,
        )
        return None if found is None else read_or_none(found[0])

    def first(self, recipient_ref: str, kind: str, since: datetime) -> datetime | None:
        """Return when the first letter of this kind was queued for a reader since then, if any."""
        found = self.database.row(
            """SELECT min(queued_at) FROM outbox
            WHERE recipient_ref = ? AND kind = ? AND queued_at >= ?""",
            recipient_ref,
            kind,
            written(since),
        )
        return None if found is None else read_or_none(found[0])

    def view(self, ref: str, shape: type[T]) -> T:
        """Return what the letter is rendered from; InputError once it was sent and forgotten."""
        found = self.database.row("SELECT person, sealed FROM outbox WHERE ref = ?", ref)
        if found is None or found[1] is None:
            raise _no_letter(ref)
        person, sealed = found
        return self.sealing.open(person, _place(ref, "sealed"), sealed, shape)

    def last_sent(self, recipient_ref: str, kind: str) -> datetime | None:
        """Return when the mail server last accepted one of this kind, None if it never did."""
        found = self.database.row(
            "SELECT max(sent_at) FROM outbox WHERE recipient_ref = ? AND kind = ?",
            recipient_ref,
            kind,
        )
        return None if found is None else read_or_none(found[0])

    def begin(self, refs: Iterable[str], at: datetime) -> None:
        """Count a try before it is made: where nothing can be written, nothing is sent either."""
        sql = """UPDATE outbox SET attempts = attempts + 1, tried_at = coalesce(tried_at, ?)
            WHERE ref = ?"""
        with self.database.write():
            for ref in refs:
                self.database.run(sql, written(at), ref)

    def sent(self, ref: str, at: datetime, body_hash: str) -> None:
        """Note that the mail server accepted it, and forget what it said."""
        with self.database.write():
            self.database.run(
                """UPDATE outbox SET state = 'sent', sent_at = ?, body_hash = ?,
                error = NULL, sealed = NULL WHERE ref = ?""",
                written(at),
                body_hash,
                ref,
            )

    def retry(
        self, ref: str, due_at: datetime, error: str, tried_at: datetime | None = None
    ) -> None:
        with self.database.write():
            self.database.run(
                "UPDATE outbox SET due_at = ?, error = ?, tried_at = ? WHERE ref = ?",
                written(due_at),
                self._sealed_error(ref, error),
                tried_at and written(tried_at),
                ref,
            )

    def dead(self, ref: str, reason: str) -> None:
        """Give it up; what it would have said is kept for a while, in case somebody mends it."""
        with self.database.write():
            error = self._sealed_error(ref, reason)
            self.database.run(
                "UPDATE outbox SET state = 'dead', error = ? WHERE ref = ?", error, ref
            )

    def forget_before(self, at: datetime) -> None:
        """Forget that letters were queued before, whatever became of them."""
        sql = "DELETE FROM outbox WHERE state != 'queued' AND queued_at < ?"
        with self.database.write():
            self.database.run(sql, written(at))

    def drop_waiting(self, reader: str) -> None:
        """Forget every letter that was not sent: its reader has left, or the address has."""
        sql = "DELETE FROM outbox WHERE recipient_ref = ? AND state != 'sent'"
        with self.database.write():
            self.database.run(sql, reader)

    def revive(self, ref: str, at: datetime) -> None:
        """Give a dead letter another chance; InputError where nothing is left of it."""
        with self.database.write():
            revived = self.database.run(
                """UPDATE outbox
                SET state = 'queued', due_at = ?1, revived_at = ?1, tried_at = NULL, attempts = 0
                WHERE ref = ?2 AND state = 'dead' AND sealed IS NOT NULL""",
                written(at),
                ref,
            )
            if not revived:
                raise _no_letter(ref)

    def forget(self, ref: str) -> None:
        """Forget what a letter would have said."""
        with self.database.write():
            self.database.run("UPDATE outbox SET sealed = NULL WHERE ref = ?", ref)

    def forget_dead(self, before: datetime) -> None:
        with self.database.write():
            self.database.run(
                """UPDATE outbox SET sealed = NULL
                WHERE state = 'dead' AND coalesce(revived_at, queued_at) < ?""",
                written(before),
            )

    def _sealed_error(self, ref: str, error: str) -> bytes:
        # A mail server's refusal may name the address.
        return self.sealing.seal(self.get(ref).person, _place(ref, "error"), error)

    def _letter(self, row: Row) -> OutboxLetter:
        ref, person, recipient_ref, kind, period, message_id, queued_at, due_at = row[:8]
        state, attempts, sent_at, body_hash, error, sealed, revived_at, tried_at = row[8:]
        return OutboxLetter(
            ref=ref,
            person=person,
            recipient_ref=recipient_ref,
            kind=kind,
            period=period,
            message_id=message_id,
            queued_at=read(queued_at),
            due_at=read(due_at),
            state=LetterState(state),
            attempts=attempts,
            error=self._error(ref, person, error),
            sent_at=read_or_none(sent_at),
            body_hash=body_hash,
            revived_at=read_or_none(revived_at),
            readable=sealed is not None,
            tried_at=read_or_none(tried_at),
        )

    def _error(self, ref: str, person: str, sealed: bytes | None) -> str:
        if sealed is None:
            return ""
        try:
            return self.sealing.open(person, _place(ref, "error"), sealed, str)
        except DatabaseError:
            # One damaged row must not hold up all the others.
            return "its reason cannot be read"


def _place(ref: str, column: str) -> str:
    return f"outbox/{ref}/{column}"


def _no_letter(ref: str) -> InputError:
    return InputError(f"There is no letter {ref} to read any more.")


@dataclass(frozen=True, slots=True)
class LetterCounts:
    database: Database

    def by_state(self) -> Mapping[LetterState, int]:
        rows = self.database.rows("SELECT state, count(*) FROM outbox GROUP BY state")
        return {LetterState(state): count for state, count in rows}

    def in_vain(self) -> int:
        """Count what waits for another try, or for its address."""
        row = self.database.row(
            "SELECT count(*) FROM outbox WHERE state = 'queued' AND error IS NOT NULL"
        )
        return row[0] if row else 0

    def given_up(self, since: datetime) -> int:
        """Count what somebody was to get and did not; what nobody was to get any more is void."""
        row = self.database.row(
            """SELECT count(*) FROM outbox
            WHERE state = 'dead' AND sealed IS NOT NULL AND queued_at >= ?""",
            written(since),
        )
        return row[0] if row else 0

    def oldest_waiting(self) -> datetime | None:
        """Return when the oldest letter that is not sent yet was queued."""
        row = self.database.row("SELECT min(queued_at) FROM outbox WHERE state = 'queued'")
        return None if row is None else read_or_none(row[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class PausedAddress:
    """`status` is what the mail server answered, such as 5.1.1."""

    person: str
    since: datetime
    status: str


@dataclass(frozen=True, slots=True)
class PausedAddresses:
    database: Database
    sealing: Sealing

    def pause(self, mail: str, paused: PausedAddress) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO paused_addresses VALUES (?, ?, ?, ?)",
                paused.person,
                mail_mark(self.sealing, mail),
                written(paused.since),
                paused.status,
            )

    def of(self, person: str, mail: str) -> PausedAddress | None:
        """Return the pause of this person's address; one of an earlier address counts no more."""
        found = self.database.row(
            "SELECT person, since, status FROM paused_addresses WHERE person = ? AND mark = ?",
            person,
            mail_mark(self.sealing, mail),
        )
        return None if found is None else _paused(*found)

    def all(self) -> tuple[PausedAddress, ...]:
        rows = self.database.rows(
            "SELECT person, since, status FROM paused_addresses ORDER BY since, person"
        )
        return tuple(_paused(*row) for row in rows)

    def resume(self, person: str) -> bool:
        """Write to them again; return whether anything was held back."""
        with self.database.write():
            gone = self.database.run("DELETE FROM paused_addresses WHERE person = ?", person)
        return gone == 1


def _paused(person: str, since: str, status: str) -> PausedAddress:
    return PausedAddress(person=person, since=read(since), status=status)


PURPOSE = "stop the weekly letter"


@dataclass(frozen=True, slots=True)
class StoppedMail:
    database: Database
    sealing: Sealing

    def stop(self, person: str, at: datetime) -> None:
        with self.database.write():
            self.database.run(
                "INSERT INTO stopped_mail VALUES (?, ?) ON CONFLICT DO NOTHING",
                person,
                written(at),
            )

    def go_on(self, person: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM stopped_mail WHERE person = ?", person)

    def since(self, person: str) -> datetime | None:
        """Return when they stopped it, None while they get it."""
        found = self.database.row("SELECT at FROM stopped_mail WHERE person = ?", person)
        return None if found is None else read(found[0])

    def token(self, person: str) -> str:
        """Sign a ref for this one purpose; it is worth nothing once the person's key is gone."""
        signature = self.sealing.mark(person, PURPOSE)
        return f"{person}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def bearer(self, token: str) -> str | None:
        """Return whose token it is, None if it is nobody's."""
        person = token.partition(".")[0]
        if self.database.row("SELECT 1 FROM people WHERE ref = ?", person) is None:
            return None
        try:
            right = self.token(person)
        except DatabaseError:
            return None
        return person if hmac.compare_digest(right.encode(), token.encode()) else None


LOG = logging.getLogger(__name__)
# Older letters are told apart by their weeks: nothing makes one of a week that is long over.
KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmark:
    """`letter` is the letter's own part of its Message-ID; `body_hash` is of its text."""

    letter: str
    day: date
    body_hash: str


class Postmarks:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, Postmark] | None = None

    def of(self, letter: str) -> Postmark | None:
        return self._marks().get(letter)

    def add(self, letters: Iterable[str], at: datetime, body_hash: str) -> None:
        """Remember, whatever the disk says: the letters are out."""
        day = at.date()
        new = [Postmark(letter=each, day=day, body_hash=body_hash) for each in letters]
        self._marks().update({each.letter: each for each in new})
        try:
            _append(self.path, "".join(map(_line, new)))
        except OSError as error:
            LOG.warning("%s cannot be written to (%s); a restore would repeat.", self.path, error)

    def forget_before(self, now: datetime) -> None:
        """Leave out what is too old to be repeated; to be called by whoever holds the folder.

        Raises CannotWriteError, and forgets nothing then.
        """
        oldest = now.date() - KEPT
        kept = {key: mark for key, mark in self._marks().items() if mark.day >= oldest}
        if len(kept) == len(self._marks()):
            return
        put(self.path, "".join(map(_line, kept.values())).encode("ascii"), PRIVATE)
        self._known = kept

    def _marks(self) -> dict[str, Postmark]:
        if self._known is None:
            self._known = {each.letter: each for each in map(_read, self._lines()) if each}
        return self._known

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text("ascii", "replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            # A letter that waits costs less than one that is sent again, or given up for this.
            reason = f"{self.path} cannot be read ({error.strerror}): check its disk and rights."
            raise CannotWriteError(reason) from error


def _append(path: Path, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(file, "w", encoding="ascii") as lines:
        # What a crash left half written ends here, and is no mark.
        lines.write(f"\n{text}")
        lines.flush()
        os.fsync(lines.fileno())


def _line(mark: Postmark) -> str:
    return f"{mark.day.isoformat()} {mark.letter} {mark.body_hash}\n"


def _read(line: str) -> Postmark | None:
    match line.split():
        case [day, letter, body_hash]:
            try:
                return Postmark(letter=letter, day=date.fromisoformat(day), body_hash=body_hash)
            except ValueError:
                return None
    return None
