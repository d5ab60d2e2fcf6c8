"""Who is enrolled, their consents and changes of address.

Consents are appended, never changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from monitor.db.connection import DatabaseConnection, Row
from monitor.db.database import delete_owned_rows
from monitor.db.encryption import DISTRICT, Encryption, Ledger, SealedRecords
from monitor.db.open_files import parse_optional_datetime
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, Records, TableDeclaration
from monitor.domain.consent import Consent
from monitor.domain.email_delivery import fold_address
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import Person
from monitor.domain.retention import RetainedKind
from monitor.domain.serialization import decode_json
from monitor.domain.vocabulary import Scope


class PeopleTable(SealedRecords[Person]):
    declaration = TableDeclaration(
        "people",
        Owner.PERSON,
        RetainedKind.PERSON,
        "names, work email, accounts, places, schools",
        Expiry(CLOSED, job="erase"),
        sealed=("encrypted",),
        exported="profile",
        of_person="id = ?1",
        single=True,
        erased_where="id = ?1",
    )
    attached = (
        TableDeclaration(
            "erased_people",
            Owner.NOBODY,
            RetainedKind.AUDIT,
            "IDs of erased people, so that a restore erases them again",
        ),
    )

    record = Person
    stored = ("id",)
    key_owner = "id"

    def insert_person(self, person: Person) -> None:
        self.encryption.keys.create_key(person.id)
        with self.connection.begin_transaction():
            self._check_address_is_free(person)
            self.insert_record(person, keyed_hash=self._hash_mail(person.mail))

    def load_person(self, person_id: str) -> Person:
        return self.connection.read_once(
            ("person", person_id), partial(self._read_person, person_id)
        )

    def _read_person(self, person_id: str) -> Person:
        found = self.find_record("WHERE id = ?", person_id)
        if found is None:
            raise InputError(f"No one is enrolled under {person_id}. See `namesake staff list`.")
        return found

    def update_person(self, person: Person) -> None:
        with self.connection.begin_transaction():
            before = self.load_person(person.id)
            self._check_address_is_free(person)
            # Invitations are erased with the person, by the address they went to.
            self.connection.execute(
                "UPDATE invitations SET keyed_hash = ? WHERE keyed_hash = ?",
                self._hash_mail(person.mail),
                self._hash_mail(before.mail),
            )
            self.replace_record(person, keyed_hash=self._hash_mail(person.mail))
            self.connection.execute(
                "UPDATE review_index SET school = ? WHERE person_id = ?",
                hash_school(self.encryption, person.school),
                person.id,
            )
            self.connection.forget_read(("person", person.id))

    def release_address(self, person_id: str) -> None:
        """Let an address lead to someone no more: it is about to be another's."""
        given_up = self.encryption.keyed_hash(person_id, "gave up")
        with self.connection.begin_transaction():
            self.connection.execute(
                """UPDATE invitations SET keyed_hash = ?1
                WHERE keyed_hash = (SELECT keyed_hash FROM people WHERE id = ?2)""",
                given_up,
                person_id,
            )
            self.connection.execute(
                "UPDATE people SET keyed_hash = ? WHERE id = ?", given_up, person_id
            )

    def load_mail_address(self, person_id: str) -> str:
        """Return where a person is written to, or nothing where that is another's by now."""
        mail = self.load_person(person_id).mail
        return mail if self.find_person_id_by_mail(mail) == person_id else ""

    def list_person_ids(self) -> tuple[str, ...]:
        return tuple(
            person_id
            for (person_id,) in self.connection.fetch_rows("SELECT id FROM people ORDER BY rowid")
        )

    def find_person_id_by_mail(self, mail: str) -> str | None:
        found = self.connection.fetch_row(
            "SELECT id FROM people WHERE keyed_hash = ?", self._hash_mail(mail)
        )
        return None if found is None else found["id"]

    def erase_person(self, person_id: str) -> None:
        """Delete every row of the person, their invitations included, and destroy the keys.

        Raises NotPermittedError during a legal hold.
        """
        if self.connection.fetch_row(
            "SELECT 1 FROM legal_holds WHERE person_id = ? AND lifted_at IS NULL", person_id
        ):
            raise NotPermittedError(
                f"{person_id} is under a legal hold: two reviewers lift it on the review pages."
            )
        with self.connection.begin_transaction():
            for invitation_id in (person_id, *self._list_invitation_ids(person_id)):
                self._delete_rows_of_person(invitation_id)
                self.change_keys_after_commit(
                    partial(self.encryption.keys.destroy_key, invitation_id)
                )
            self.connection.run_after_commit(self.connection.checkpoint)

    def finish_erasures(self) -> None:
        """Do what a crash or an old backup left undone, so that no one erased comes back."""
        for (person_id,) in list(self.connection.fetch_rows("SELECT id FROM erased_people")):
            if self.encryption.keys.has_key(person_id):
                self.encryption.keys.destroy_key(person_id)
        for (person_id,) in list(self.connection.fetch_rows("SELECT id FROM invitations")):
            if self.encryption.keys.is_destroyed(person_id):
                with self.connection.begin_transaction():
                    self._delete_rows_of_person(person_id)
        for person_id in self.list_person_ids():
            if self.encryption.keys.is_destroyed(person_id):
                # A hold in an older copy keeps nothing: what it held cannot be read anymore.
                with self.connection.begin_transaction():
                    self.connection.execute(
                        "DELETE FROM legal_holds WHERE person_id = ?", person_id
                    )
                    self.erase_person(person_id)

    def _list_invitation_ids(self, person_id: str) -> tuple[str, ...]:
        found = self.connection.fetch_rows(
            """SELECT id FROM invitations WHERE id != ?1
            AND keyed_hash = (SELECT keyed_hash FROM people WHERE id = ?1)""",
            person_id,
        )
        return tuple(invitation for (invitation,) in found)

    def _delete_rows_of_person(self, person_id: str) -> None:
        delete_owned_rows(self.connection, person_id)
        self.connection.execute(
            "INSERT INTO erased_people (id) VALUES (?) ON CONFLICT DO NOTHING", person_id
        )

    def _check_address_is_free(self, person: Person) -> None:
        if self.find_person_id_by_mail(person.mail) not in {None, person.id}:
            message = "Someone with this email address is enrolled already. Withdraw them first."
            raise InputError(message)

    def _hash_mail(self, mail: str) -> bytes:
        return hash_mail_address(self.encryption, mail)


def hash_mail_address(encryption: Encryption, mail: str) -> bytes:
    return encryption.keyed_hash(DISTRICT, fold_address(mail))


def hash_school(encryption: Encryption, school: str) -> bytes:
    return encryption.keyed_hash(DISTRICT, f"school {school.strip().casefold()}")


class ConsentsTable(Ledger, Records[Consent]):
    declaration = TableDeclaration(
        "consents",
        Owner.PERSON,
        RetainedKind.PERSON,
        "ledger of consent: text version, hash, scopes, dates",
        Expiry(OPEN, job="consent-reminder", kind=RetainedKind.EXPIRED_CONSENT),
        Expiry(CLOSED, job="erase", kind=RetainedKind.EXPIRED_CONSENT),
        exported="consents",
        of_person="person_id = ?1 ORDER BY seq",
    )

    record = Consent
    as_json = frozenset({"scopes"})

    def insert_consent(self, consent: Consent) -> None:
        """Append a line, and lay it with the keys, too."""
        with self.connection.begin_transaction():
            self.insert_record(consent)
            self.connection.forget_read(("consent", consent.person_id))
            self.keep_last_line(consent.person_id)

    def follow_line(self, line: str) -> None:
        consent = decode_json(line.encode(), Consent)
        sql = f"SELECT 1 FROM consents WHERE person_id = ? AND {self.spell_line()} = ?"  # noqa: S608 - our own words
        if not self.connection.has_row(sql, consent.person_id, line):
            self.insert_record(consent)

    def find_latest_consent(self, person_id: str) -> Consent | None:
        return self.connection.read_once(
            ("consent", person_id), partial(self._read_latest_consent, person_id)
        )

    def _read_latest_consent(self, person_id: str) -> Consent | None:
        return self.find_record("WHERE person_id = ? ORDER BY seq DESC LIMIT 1", person_id)

    def list_consents(self, person_id: str) -> tuple[Consent, ...]:
        return self.list_records("WHERE person_id = ? ORDER BY seq", person_id)

    def has_consent_in_force(self, person_id: str, now: datetime) -> bool:
        """Tell whether someone's consent is in force: they may be written to, though not asked."""
        latest = self.find_latest_consent(person_id)
        return latest is not None and latest.is_active(now)

    def has_agreed(self, person_id: str, scope: Scope) -> bool:
        """Tell whether someone's latest consent covers a scope, in force or not."""
        latest = self.find_latest_consent(person_id)
        return latest is not None and scope in latest.scopes

    def can_query_person(self, person_id: str, now: datetime) -> bool:
        """Tell whether queries, settlements and digests are allowed for this person now."""
        latest = self.find_latest_consent(person_id)
        return latest is not None and latest.allows_queries(now)

    def list_consenting_person_ids(self, now: datetime) -> tuple[str, ...]:
        """Return whose consent is in force, in the order of their enrollment."""
        return tuple(
            consent.person_id for consent in self.list_latest_consents() if consent.is_active(now)
        )

    def list_queryable_person_ids(self, now: datetime) -> tuple[str, ...]:
        """Return who may be asked about now: a pause lets a consent in force rest."""
        return tuple(
            consent.person_id
            for consent in self.list_latest_consents()
            if consent.allows_queries(now)
        )

    def find_first_given(self) -> datetime | None:
        """Return when the first of those who are here agreed, by the last line of each."""
        sql = f"SELECT min(given_at) AS at FROM consents WHERE {_IS_LAST}"  # noqa: S608 - our own words
        row = self.connection.fetch_row(sql)
        return parse_optional_datetime(row["at"]) if row else None

    def list_latest_consents(self) -> tuple[Consent, ...]:
        """Return the last line of everyone's, in the order of their enrollment."""
        joined = "(SELECT people.rowid FROM people WHERE people.id = person_id)"
        return self.list_records(f"WHERE {_IS_LAST} ORDER BY {joined}")


_IS_LAST = "seq IN (SELECT max(seq) FROM consents GROUP BY person_id)"
ConsentsTable.line_fields = {
    name: f"json({name})" if name in ConsentsTable.as_json else name
    for name in ConsentsTable.stored
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChange:
    """`browser` is a hash of the browser that asked. `changed_at` is None until it is confirmed."""

    id: str
    person_id: str
    browser: str
    old: str
    new: str
    asked_at: datetime
    expires_at: datetime
    changed_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return self.changed_at is None and now < self.expires_at


class AddressChangesTable(SealedRecords[AddressChange]):
    declaration = TableDeclaration(
        "address_changes",
        Owner.PERSON,
        RetainedKind.ADDRESS_CHANGE,
        "new and old work email address",
        Expiry(OPEN, at="changed_at"),
        Expiry(CLOSED, at="asked_at", where="changed_at IS NULL"),
        sealed=("encrypted",),
        exported="email_settings.address_changes",
        of_person="person_id = ?1 ORDER BY asked_at, rowid",
    )

    record = AddressChange
    stored = ("id", "person_id", "browser", "asked_at", "expires_at", "changed_at")
    updated = ("changed_at",)

    def insert_address_change(self, change: AddressChange) -> None:
        self.insert_record(change)

    def find_address_change(self, change_id: str) -> AddressChange | None:
        return self.find_record("WHERE id = ?", change_id)

    def find_address_change_by_code(self, code_hash: str) -> AddressChange | None:
        return self.find_record("WHERE code_hash = ?", code_hash)

    def list_address_changes(self, person_id: str) -> tuple[AddressChange, ...]:
        """Return all that are remembered, the oldest first."""
        return self.list_records("WHERE person_id = ? ORDER BY asked_at, rowid", person_id)

    def find_last_change_time(self, person_id: str) -> datetime | None:
        """Return since when they are written to where they are; None: for as long as we know."""
        found = self.connection.fetch_row(
            "SELECT max(changed_at) FROM address_changes WHERE person_id = ?", person_id
        )
        return None if found is None else parse_optional_datetime(found[0])

    def count_address_changes_since(self, person_id: str, since: datetime) -> int:
        return self.connection.count_rows(
            "address_changes", "person_id = ? AND asked_at > ?", person_id, since
        )

    def set_code_hash(self, change_id: str, code_hash: str) -> None:
        self.connection.write_rows(
            "UPDATE address_changes SET code_hash = ? WHERE id = ?", code_hash, change_id
        )

    def confirm_address_change(self, change_id: str, at: datetime) -> None:
        """Let it count, and no other one that its person asked for."""
        with self.connection.begin_transaction():
            self.connection.execute(
                "UPDATE address_changes SET changed_at = ? WHERE id = ?", at, change_id
            )
            self.connection.execute(
                """DELETE FROM address_changes WHERE changed_at IS NULL
                AND person_id = (SELECT person_id FROM address_changes WHERE id = ?)""",
                change_id,
            )


# Emails print as many characters of an id.
MIN_PREFIX_LENGTH = 8


def load_finding_owner(connection: DatabaseConnection, finding_id: str) -> str:
    return connection.read_once(
        ("finding owner", finding_id), partial(_read_finding_owner, connection, finding_id)
    )


def _read_finding_owner(connection: DatabaseConnection, finding_id: str) -> str:
    found = connection.fetch_row("SELECT person_id FROM findings WHERE id = ?", finding_id)
    if found is None:
        raise build_missing_finding_error(finding_id)
    return str(found["person_id"])


def load_case_owner(connection: DatabaseConnection, case_id: str) -> str:
    found = connection.fetch_row("SELECT person_id FROM cases WHERE id = ?", case_id)
    if found is None:
        raise build_missing_case_error(case_id)
    return str(found["person_id"])


def resolve_id_prefix(id_prefix: str, found: Iterable[Row]) -> str:
    """Complete an id that an email has cut; return one that begins nothing as it is.

    Raises InputError where several begin so.
    """
    whole = (
        [str(person_id) for (person_id,) in found] if len(id_prefix) >= MIN_PREFIX_LENGTH else []
    )
    if len(whole) > 1:
        raise InputError(f"Several references begin with {id_prefix}; give more of it.")
    return whole[0] if whole else id_prefix


def build_missing_finding_error(finding_id: str) -> InputError:
    return InputError(f"There is no finding {finding_id}.")


def build_missing_case_error(case_id: str) -> InputError:
    return InputError(f"There is no case {case_id}: `namesake cases` shows those there are.")
