"""Who is enrolled, their consents, legal holds and changes of address.

Consents are appended, never changed. Who was erased is remembered as keyed hashes that tell
nothing, beside the newest copy of the keys: a restored older copy still holds the erased keys, and
forgets them again by these marks.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from monitor.db.connection import (
    Database,
    Row,
    next_in,
    read,
    read_or_none,
    written,
    written_or_none,
)
from monitor.db.encryption import DISTRICT, Sealing
from monitor.db.files import PRIVATE, put
from monitor.domain.consent import Act, Channel, Consent, Scope
from monitor.domain.disclosure import HoldProposal
from monitor.domain.person import Person
from monitor.errors import InputError, NotPermittedError


@dataclass(frozen=True, slots=True)
class People:
    database: Database
    sealing: Sealing

    def add(self, person: Person) -> None:
        self.sealing.keys.create(person.ref)
        with self.database.write():
            self._refuse_taken(person)
            self.database.run(
                "INSERT INTO people VALUES (?, ?, ?)",
                person.ref,
                self._mark(person.mail),
                self.sealing.seal(person.ref, _place(person.ref), person),
            )

    def get(self, ref: str) -> Person:
        found = self.database.row("SELECT sealed FROM people WHERE ref = ?", ref)
        if found is None:
            message = f"Nobody is enrolled under {ref}: `namesake staff list` shows who is."
            raise InputError(message)
        return self.sealing.open(ref, _place(ref), found[0], Person)

    def replace(self, person: Person) -> None:
        with self.database.write():
            before = self.get(person.ref)
            self._refuse_taken(person)
            # Invitations are erased with the person, by the address they went to.
            self.database.run(
                "UPDATE invitations SET mark = ? WHERE mark = ?",
                self._mark(person.mail),
                self._mark(before.mail),
            )
            self.database.run(
                "UPDATE people SET mark = ?, sealed = ? WHERE ref = ?",
                self._mark(person.mail),
                self.sealing.seal(person.ref, _place(person.ref), person),
                person.ref,
            )
            self.database.run(
                "UPDATE openings SET school = ? WHERE person = ?",
                school_mark(self.sealing, person.school),
                person.ref,
            )

    def give_up_address(self, ref: str) -> None:
        """Let an address lead to somebody no more: it is about to be another's."""
        given_up = self.sealing.mark(ref, "gave up")
        with self.database.write():
            self.database.run(
                """UPDATE invitations SET mark = ?1
                WHERE mark = (SELECT mark FROM people WHERE ref = ?2)""",
                given_up,
                ref,
            )
            self.database.run("UPDATE people SET mark = ? WHERE ref = ?", given_up, ref)

    def address(self, ref: str) -> str:
        """Return where a person is written to, or nothing where that is another's by now."""
        mail = self.get(ref).mail
        return mail if self.find_by_mail(mail) == ref else ""

    def refs(self) -> tuple[str, ...]:
        return tuple(ref for (ref,) in self.database.rows("SELECT ref FROM people ORDER BY rowid"))

    def find_by_mail(self, mail: str) -> str | None:
        found = self.database.row("SELECT ref FROM people WHERE mark = ?", self._mark(mail))
        return None if found is None else found[0]

    def erase(self, ref: str) -> None:
        """Delete every row of the person, their invitations included, and destroy the keys.

        Raises NotPermittedError while a legal hold stands.
        """
        if self.database.row("SELECT 1 FROM holds WHERE person = ? AND lifted_at IS NULL", ref):
            message = f"{ref} is under a legal hold: two reviewers lift it on the review pages."
            raise NotPermittedError(message)
        with self.database.write():
            for each in (ref, *self._invitations(ref)):
                self._forget(each)
                self.database.after_commit(partial(self.sealing.keys.destroy, each))
            self.database.after_commit(self.database.checkpoint)

    def finish_erasures(self) -> None:
        """Do what a crash or an old backup left undone, so that nobody erased comes back."""
        for (ref,) in list(self.database.rows("SELECT ref FROM erased")):
            if self.sealing.keys.has(ref):
                self.sealing.keys.destroy(ref)
        for (ref,) in list(self.database.rows("SELECT ref FROM invitations")):
            if self.sealing.keys.destroyed(ref):
                with self.database.write():
                    self._forget(ref)
        for ref in self.refs():
            if self.sealing.keys.destroyed(ref):
                # A hold in an older copy keeps nothing: what it held cannot be read any more.
                with self.database.write():
                    self.database.run("DELETE FROM holds WHERE person = ?", ref)
                    self.erase(ref)

    def _invitations(self, ref: str) -> tuple[str, ...]:
        found = self.database.rows(
            """SELECT ref FROM invitations WHERE ref != ?1
            AND mark = (SELECT mark FROM people WHERE ref = ?1)""",
            ref,
        )
        return tuple(invitation for (invitation,) in found)

    def _forget(self, ref: str) -> None:
        self.database.run(
            """DELETE FROM due WHERE subject = ?1
            OR subject IN (SELECT ref FROM items WHERE person = ?1)""",
            ref,
        )
        self.database.run("DELETE FROM outbox WHERE person = ?1 OR recipient_ref = ?1", ref)
        self.database.run("DELETE FROM sessions WHERE reader = ?", ref)
        self.database.run("DELETE FROM sign_in_links WHERE reader = ?", ref)
        self.database.run("DELETE FROM invitations WHERE ref = ?", ref)
        self.database.run("DELETE FROM people WHERE ref = ?", ref)
        self.database.run("INSERT INTO erased VALUES (?) ON CONFLICT DO NOTHING", ref)

    def _refuse_taken(self, person: Person) -> None:
        if self.find_by_mail(person.mail) not in {None, person.ref}:
            message = "Somebody with this mail address is enrolled already: withdraw them first."
            raise InputError(message)

    def _mark(self, mail: str) -> bytes:
        return mail_mark(self.sealing, mail)


def mail_mark(sealing: Sealing, mail: str) -> bytes:
    return sealing.mark(DISTRICT, mail.strip().casefold())


def school_mark(sealing: Sealing, school: str) -> bytes:
    return sealing.mark(DISTRICT, f"school {school.strip().casefold()}")


def _place(ref: str) -> str:
    return f"people/{ref}/sealed"


@dataclass(frozen=True, slots=True)
class Consents:
    database: Database

    def append(self, consent: Consent) -> None:
        with self.database.write():
            self.database.run(
                """INSERT INTO consents (person, text_version, text_hash, scopes,
                given_at, expires_at, withdrawn_at, act, channel, at, paused_from, paused_until)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                consent.person,
                consent.text_version,
                consent.text_hash,
                json.dumps(sorted(consent.scopes)),
                written(consent.given_at),
                written(consent.expires_at),
                written_or_none(consent.withdrawn_at),
                consent.act,
                consent.channel,
                written_or_none(consent.at),
                written_or_none(consent.paused_from),
                written_or_none(consent.paused_until),
            )

    def latest(self, ref: str) -> Consent | None:
        found = self.database.row(
            "SELECT * FROM consents WHERE person = ? ORDER BY seq DESC LIMIT 1", ref
        )
        return None if found is None else _consent(found)

    def history(self, ref: str) -> tuple[Consent, ...]:
        rows = self.database.rows("SELECT * FROM consents WHERE person = ? ORDER BY seq", ref)
        return tuple(_consent(row) for row in rows)

    def stands(self, ref: str, now: datetime) -> bool:
        """Tell whether someone's consent is in force: they may be written to, though not asked."""
        latest = self.latest(ref)
        return latest is not None and latest.live(now)

    def asks(self, ref: str, now: datetime) -> bool:
        """Tell whether anything may be asked, settled or told on someone's behalf now."""
        latest = self.latest(ref)
        return latest is not None and latest.asks(now)

    def live(self, now: datetime) -> tuple[str, ...]:
        """Return whose consent is in force, in the order of their enrolment."""
        return tuple(each.person for each in self.standing() if each.live(now))

    def asking(self, now: datetime) -> tuple[str, ...]:
        """Return who may be asked about now: a pause lets a consent in force rest."""
        return tuple(each.person for each in self.standing() if each.asks(now))

    def standing(self) -> tuple[Consent, ...]:
        """Return the last line of everybody's, in the order of their enrolment."""
        rows = self.database.rows(
            """SELECT consents.* FROM consents JOIN people ON people.ref = consents.person
            WHERE seq IN (SELECT max(seq) FROM consents GROUP BY person) ORDER BY people.rowid"""
        )
        return tuple(map(_consent, rows))


def _consent(row: Row) -> Consent:
    _, person, text_version, text_hash, scopes, given_at, expires_at, withdrawn_at = row[:8]
    act, channel, at, paused_from, paused_until = row[8:]
    return Consent(
        person=person,
        text_version=text_version,
        text_hash=text_hash,
        scopes=frozenset(Scope(each) for each in json.loads(scopes)),
        given_at=read(given_at),
        expires_at=read(expires_at),
        withdrawn_at=read_or_none(withdrawn_at),
        act=Act(act),
        channel=Channel(channel),
        at=read_or_none(at),
        paused_from=read_or_none(paused_from),
        paused_until=read_or_none(paused_until),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """`reason` and `by` are told to the person. `lifted_at` is None while it stands."""

    person: str
    placed_at: datetime
    by: tuple[str, ...]
    reason: str
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holds:
    database: Database
    sealing: Sealing

    def place(self, hold: Hold) -> None:
        with self.database.write():
            seq = next_in(self.database, "holds")
            self.database.run(
                "INSERT INTO holds (seq, person, placed_at, sealed) VALUES (?, ?, ?, ?)",
                seq,
                hold.person,
                written(hold.placed_at),
                self.sealing.seal(hold.person, _place_of_holds(seq), hold),
            )

    def all_standing(self) -> tuple[Hold, ...]:
        """Return every hold that stands, the oldest first."""
        rows = self.database.rows(
            """SELECT seq, person, lifted_at, sealed FROM holds
            WHERE lifted_at IS NULL ORDER BY placed_at, seq"""
        )
        return tuple(self._hold(row) for row in rows)

    def lift(self, person: str, at: datetime) -> bool:
        """Lift every hold of a person's that stands; return whether any did."""
        with self.database.write():
            lifted = self.database.run(
                "UPDATE holds SET lifted_at = ? WHERE person = ? AND lifted_at IS NULL",
                written(at),
                person,
            )
        return lifted > 0

    def standing(self, person: str) -> Hold | None:
        """Return the hold under which a person is, None where there is none."""
        return next((each for each in self.of(person) if each.lifted_at is None), None)

    def stands(self, person: str) -> bool:
        """Tell it without opening anything."""
        found = self.database.row(
            "SELECT 1 FROM holds WHERE person = ? AND lifted_at IS NULL", person
        )
        return found is not None

    def of(self, person: str) -> tuple[Hold, ...]:
        rows = self.database.rows(
            "SELECT seq, person, lifted_at, sealed FROM holds WHERE person = ? ORDER BY seq", person
        )
        return tuple(self._hold(row) for row in rows)

    def _hold(self, row: Sequence[Any]) -> Hold:
        seq, person, lifted_at, sealed = row
        hold = self.sealing.open(person, _place_of_holds(seq), sealed, Hold)
        return replace(hold, lifted_at=read_or_none(lifted_at))


@dataclass(frozen=True, slots=True)
class HoldProposals:
    """What one reviewer proposed and no other has confirmed."""

    database: Database
    sealing: Sealing

    def add(self, proposal: HoldProposal) -> None:
        with self.database.write():
            self.database.run(
                "INSERT INTO hold_proposals (ref, person, at, sealed) VALUES (?, ?, ?, ?)",
                proposal.ref,
                proposal.person,
                written(proposal.at),
                self.sealing.seal(proposal.person, _proposed(proposal.ref), proposal),
            )

    def get(self, ref: str) -> HoldProposal:
        found = self.database.row(
            "SELECT ref, person, sealed FROM hold_proposals WHERE ref = ?", ref
        )
        if found is None:
            reason = "There is no such proposal: it was confirmed, it is over, or its person left."
            raise InputError(reason)
        return self._proposal(found)

    def all(self) -> tuple[HoldProposal, ...]:
        """Return all that are kept, the oldest first; some may be over."""
        query = "SELECT ref, person, sealed FROM hold_proposals ORDER BY at, ref"
        return tuple(map(self._proposal, self.database.rows(query)))

    def of(self, person: str) -> tuple[HoldProposal, ...]:
        query = "SELECT ref, person, sealed FROM hold_proposals WHERE person = ? ORDER BY at, ref"
        return tuple(map(self._proposal, self.database.rows(query, person)))

    def drop_of(self, person: str) -> None:
        """Drop what was proposed of a person: something was confirmed, and changed the ground."""
        with self.database.write():
            self.database.run("DELETE FROM hold_proposals WHERE person = ?", person)

    def forget_before(self, at: datetime) -> None:
        """Forget what nobody confirmed; the audit remembers that it was proposed."""
        with self.database.write():
            self.database.run("DELETE FROM hold_proposals WHERE at < ?", written(at))

    def _proposal(self, row: Sequence[Any]) -> HoldProposal:
        ref, person, sealed = row
        return self.sealing.open(person, _proposed(ref), sealed, HoldProposal)


def _place_of_holds(seq: int) -> str:
    return f"holds/{seq}/sealed"


def _proposed(ref: str) -> str:
    return f"hold_proposals/{ref}/sealed"


TOMBSTONES = "erased.txt"


@dataclass(frozen=True, slots=True)
class Tombstones:
    sealing: Sealing

    def all(self) -> tuple[str, ...]:
        """Return the marks of everybody who was erased here, sorted."""
        return tuple(sorted(map(self._mark, self.sealing.keys.all_destroyed())))

    def replay(self, marks: Iterable[str]) -> int:
        """Destroy every key that a mark names; return how many there still were."""
        named = set(marks)
        found = [ref for ref in self.sealing.keys.refs() if self._mark(ref) in named]
        for ref in found:
            self.sealing.keys.destroy(ref)
        return len(found)

    def write(self, path: Path) -> None:
        """Write the marks to a file, one a line, beside what its copy may still hold."""
        known = set(_read(path)) | set(self.all())
        put(path, "".join(f"{mark}\n" for mark in sorted(known)).encode("ascii"), PRIVATE)

    def lacks(self, path: Path) -> int:
        """Count whom a file does not know of yet."""
        return len(set(self.all()) - set(_read(path)))

    def read(self, path: Path) -> int:
        """Replay the file at `path`, if there is one."""
        return self.replay(_read(path))

    def _mark(self, ref: str) -> str:
        return self.sealing.mark(DISTRICT, f"erased/{ref}").hex()


def _read(path: Path) -> tuple[str, ...]:
    try:
        return tuple(path.read_text("ascii").split())
    except FileNotFoundError:
        return ()


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
                self.sealing.seal(change.person, _place_of_address_changes(change.ref), addresses),
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
        addresses = self.sealing.open(person, _place_of_address_changes(ref), sealed, _Addresses)
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


def _place_of_address_changes(ref: str) -> str:
    return f"address_changes/{ref}/sealed"


# Letters print as many characters of a ref.
SHORTEST = 8


def owner_of_item(database: Database, ref: str) -> str:
    found = database.row("SELECT person FROM items WHERE ref = ?", ref)
    if found is None:
        raise no_item(ref)
    return str(found[0])


def owner_of_flag(database: Database, ref: str) -> str:
    found = database.row("SELECT person FROM flags WHERE ref = ?", ref)
    if found is None:
        raise no_flag(ref)
    return str(found[0])


def only_one(begun: str, found: Iterable[Row]) -> str:
    """Complete a ref that a letter has cut; return one that begins nothing as it is.

    Raises InputError where several begin so.
    """
    whole = [str(ref) for (ref,) in found] if len(begun) >= SHORTEST else []
    if len(whole) > 1:
        reason = f"Several references begin with {begun}; give more of it."
        raise InputError(reason)
    return whole[0] if whole else begun


def no_item(ref: str) -> InputError:
    return InputError(f"There is no item {ref}.")


def no_flag(ref: str) -> InputError:
    return InputError(f"There is no flag {ref}: `namesake flags list` shows those there are.")
