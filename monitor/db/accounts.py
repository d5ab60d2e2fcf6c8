"""Invitations, enrollment drafts, sessions and sign-in links.

Codes and links are stored as hashes, so the database opens nothing by itself. Drafts are encrypted
under the key of their invitation.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.db.connection import Database, Row, read, read_or_none, written, written_or_none
from monitor.db.encryption import Sealing
from monitor.db.people import mail_mark
from monitor.domain.enrollment import Draft
from monitor.errors import InputError


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


@dataclass(frozen=True, slots=True)
class Unfinished:
    database: Database
    sealing: Sealing

    def get(self, invitation: str) -> Draft | None:
        found = self.database.row("SELECT sealed FROM unfinished WHERE invitation = ?", invitation)
        if found is None:
            return None
        return self.sealing.open(invitation, _place_of_unfinished(invitation), found[0], Draft)

    def put(self, invitation: str, draft: Draft, at: datetime) -> None:
        with self.database.write():
            self.database.run(
                """INSERT INTO unfinished VALUES (?, ?, ?) ON CONFLICT (invitation) DO UPDATE
                SET changed_at = excluded.changed_at, sealed = excluded.sealed""",
                invitation,
                written(at),
                self.sealing.seal(invitation, _place_of_unfinished(invitation), draft),
            )

    def drop(self, invitation: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM unfinished WHERE invitation = ?", invitation)

    def forget_before(self, at: datetime) -> None:
        with self.database.write():
            self.database.run("DELETE FROM unfinished WHERE changed_at < ?", written(at))


def _place_of_unfinished(invitation: str) -> str:
    return f"unfinished/{invitation}/sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`hash` stands in for the id, which only the browser holds. `way` is how they signed in."""

    hash: str
    reader: str
    way: str
    started_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sessions:
    database: Database

    def add(self, session: Session) -> None:
        with self.database.write():
            self.database.run(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?)",
                session.hash,
                session.reader,
                session.way,
                written(session.started_at),
                written(session.expires_at),
            )

    def get(self, session_hash: str, now: datetime) -> Session | None:
        """Return None where it has ended."""
        found = self.database.row(
            "SELECT * FROM sessions WHERE hash = ? AND expires_at > ?", session_hash, written(now)
        )
        return None if found is None else _session(found)

    def of(self, reader: str, now: datetime) -> tuple[Session, ...]:
        rows = self.database.rows(
            "SELECT * FROM sessions WHERE reader = ? AND expires_at > ? ORDER BY started_at",
            reader,
            written(now),
        )
        return tuple(_session(row) for row in rows)

    def end(self, session_hash: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM sessions WHERE hash = ?", session_hash)

    def end_all(self, reader: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM sessions WHERE reader = ?", reader)

    def end_others(self, reader: str, session_hash: str) -> None:
        """End every session of a reader but one."""
        with self.database.write():
            self.database.run(
                "DELETE FROM sessions WHERE reader = ? AND hash != ?", reader, session_hash
            )

    def drop_expired(self, now: datetime) -> None:
        with self.database.write():
            self.database.run("DELETE FROM sessions WHERE expires_at <= ?", written(now))


def _session(row: Row) -> Session:
    session_hash, reader, way, started_at, expires_at = row
    return Session(
        hash=session_hash,
        reader=reader,
        way=way,
        started_at=read(started_at),
        expires_at=read(expires_at),
    )


NOBODY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLink:
    """`reader` is empty where the address is nobody's, or has had its links of an hour.

    `browser` stands for the browser that asked. `spent_at` is None until the link is used.
    """

    ref: str
    reader: str
    browser: str
    asked_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None

    def open(self, now: datetime) -> bool:
        return self.spent_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class SignInLinks:
    database: Database

    def add(self, link: SignInLink) -> None:
        with self.database.write():
            self.database.run(
                "INSERT INTO sign_in_links VALUES (?, ?, ?, NULL, ?, ?, NULL)",
                link.ref,
                link.reader,
                link.browser,
                written(link.asked_at),
                written(link.expires_at),
            )

    def put_nobodys(self, link: SignInLink) -> None:
        """Write a link that is never sent in the place of the last one: it takes as long as `add`.

        So tries without end write one row, and the time of the answer tells nothing.
        """
        with self.database.write():
            self.drop(NOBODY)
            self.add(replace(link, reader=NOBODY))

    def get(self, ref: str) -> SignInLink | None:
        return self._found("ref", ref)

    def by_code(self, code_hash: str) -> SignInLink | None:
        return self._found("code_hash", code_hash)

    def set_code(self, ref: str, code_hash: str) -> None:
        with self.database.write():
            self.database.run(
                "UPDATE sign_in_links SET code_hash = ? WHERE ref = ?", code_hash, ref
            )

    def spend(self, ref: str, at: datetime) -> bool:
        """Use it up; return False to whoever comes second."""
        with self.database.write():
            spent = self.database.run(
                "UPDATE sign_in_links SET spent_at = ? WHERE ref = ? AND spent_at IS NULL",
                written(at),
                ref,
            )
        return spent == 1

    def asked_since(self, reader: str, since: datetime) -> int:
        found = self.database.row(
            "SELECT count(*) FROM sign_in_links WHERE reader = ? AND asked_at > ?",
            reader,
            written(since),
        )
        return int(found[0]) if found else 0

    def drop(self, reader: str) -> None:
        """Let no link that is out open anything any more."""
        with self.database.write():
            self.database.run("DELETE FROM sign_in_links WHERE reader = ?", reader)

    def drop_asked_before(self, moment: datetime) -> None:
        with self.database.write():
            self.database.run("DELETE FROM sign_in_links WHERE asked_at < ?", written(moment))

    def _found(self, column: str, value: str) -> SignInLink | None:
        found = self.database.row(
            f"""SELECT ref, reader, browser, asked_at, expires_at, spent_at FROM sign_in_links
            WHERE {column} = ?""",  # noqa: S608 - the column is one of two names of ours
            value,
        )
        if found is None:
            return None
        ref, reader, browser, asked_at, expires_at, spent_at = found
        return SignInLink(
            ref=ref,
            reader=reader,
            browser=browser,
            asked_at=read(asked_at),
            expires_at=read(expires_at),
            spent_at=read_or_none(spent_at),
        )
