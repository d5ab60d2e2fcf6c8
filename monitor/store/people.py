"""Who is enrolled."""

from dataclasses import dataclass
from functools import partial

from monitor.domain.person import Person
from monitor.errors import InputError, NotPermittedError
from monitor.store.database import Database
from monitor.store.sealing import DISTRICT, Sealing


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
            message = f"{ref} is under a legal hold: `namesake staff release` lifts it."
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
