"""Invitations, how they fared at the mail server, and enrollment drafts.

Codes are stored as hashes, so the database opens nothing by itself. Drafts are encrypted under the
key of their invitation. How an invitation fared is stored under a keyed hash of its address, and
is the same for who joined, declined or left.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.db.database import delete_owned_rows
from monitor.db.encryption import DISTRICT, SealedRecords
from monitor.db.people import hash_mail_address
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, TableDeclaration
from monitor.domain.enrollment_draft import EnrollmentDraft, Invitee
from monitor.domain.errors import InputError
from monitor.domain.retention import RetainedKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`spent_at` is when the person answered, None before.

    `reminded_at` is when they were reminded, None before: no one is reminded twice. `school` and
    `title` are what the district's staff file says; the person sees and can change them first.
    """

    id: str
    mail: str
    given: str
    family: str
    invited_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None
    reminded_at: datetime | None = None
    school: str = ""
    title: str = ""

    @property
    def invitee(self) -> Invitee:
        return Invitee(
            mail=self.mail,
            given=self.given,
            family=self.family,
            school=self.school,
            title=self.title,
        )

    def is_open(self, now: datetime) -> bool:
        return self.spent_at is None and now < self.expires_at


class InvitationsTable(SealedRecords[Invitation]):
    declaration = TableDeclaration(
        "invitations",
        Owner.INVITED,
        RetainedKind.INVITATION,
        "invited address, name, school and title",
        Expiry(OPEN),
        Expiry(CLOSED),
        sealed=("encrypted",),
        erased_where="id = ?1",
    )

    record = Invitation
    stored = ("id", "expires_at", "reminded_at", "spent_at")
    key_owner = "id"
    updated = ("spent_at",)

    def insert_invitation(self, invitation: Invitation) -> None:
        self.encryption.keys.create_key(invitation.id)
        self._save_invitation(invitation)

    def load_invitation(self, invitation_id: str) -> Invitation:
        found = self.find_record("WHERE id = ?", invitation_id)
        if found is None:
            raise InputError(
                f"There is no invitation {invitation_id}: "
                "`namesake staff list` shows those there are."
            )
        return found

    def renew_invitation(self, renewed: Invitation) -> None:
        """Let the same code be answered for longer."""
        self._save_invitation(renewed)

    def record_reminder(self, invitation_id: str, at: datetime, expires_at: datetime) -> None:
        """Note the one reminder, and until when the invitation may be answered now."""
        with self.connection.begin_transaction():
            known = self.load_invitation(invitation_id)
            self._save_invitation(replace(known, reminded_at=at, expires_at=expires_at))

    def update_invitee(self, invitation_id: str, invitee: Invitee) -> None:
        """Replace what the district says of the person; the address stays."""
        with self.connection.begin_transaction():
            changed = replace(
                self.load_invitation(invitation_id),
                given=invitee.given,
                family=invitee.family,
                school=invitee.school,
                title=invitee.title,
            )
            self._save_invitation(changed)

    def set_code_hash(self, invitation_id: str, code_hash: str) -> None:
        """Replace any earlier code, which opens nothing from then on."""
        self.connection.write_rows(
            "UPDATE invitations SET code_hash = ? WHERE id = ?", code_hash, invitation_id
        )

    def find_open_invitation_by_code(self, code_hash: str, now: datetime) -> Invitation | None:
        return self.find_record(
            "WHERE code_hash = ? AND spent_at IS NULL AND expires_at > ?", code_hash, now
        )

    def find_invitation_by_code(self, code_hash: str) -> Invitation | None:
        """Find whatever a code once opened, also where it opens nothing anymore."""
        return self.find_record("WHERE code_hash = ?", code_hash)

    def find_open_invitation_by_mail(self, mail: str, now: datetime) -> Invitation | None:
        """Find the one that may still be answered."""
        return self.find_record(
            """WHERE keyed_hash = ? AND spent_at IS NULL AND expires_at > ?
            ORDER BY rowid DESC""",
            hash_mail_address(self.encryption, mail),
            now,
        )

    def mark_invitation_answered(self, invitation_id: str, at: datetime) -> None:
        """Use it up; anyone who comes second is refused."""
        with self.connection.begin_transaction():
            spent = self.connection.execute(
                "UPDATE invitations SET spent_at = ? WHERE id = ? AND spent_at IS NULL",
                at,
                invitation_id,
            )
            if not spent:
                raise InputError("This invitation was answered already: ask for a new one.")
            # Remind no one of what is answered.
            self.connection.execute("DELETE FROM jobs WHERE subject = ?", invitation_id)

    def delete_invitation(self, invitation_id: str) -> None:
        """Forget an invitation no one answered, and destroy its key."""
        with self.connection.begin_transaction():
            delete_owned_rows(self.connection, invitation_id)
            if not self.connection.has_row("SELECT 1 FROM people WHERE id = ?", invitation_id):
                self.change_keys_after_commit(
                    lambda: self.encryption.keys.destroy_key(invitation_id)
                )

    def list_invitations(self) -> tuple[Invitation, ...]:
        return self.list_records("ORDER BY rowid")

    def _save_invitation(self, invitation: Invitation) -> None:
        mark = hash_mail_address(self.encryption, invitation.mail)
        self.replace_record(invitation, keyed_hash=mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMail:
    """How one invitation fared; reminders, which only some get, are left out.

    `server` and `answer` are of the last try, `taken_at` and `bounced_at` None if it never was;
    `bounce` is the status, such as 5.1.1, by which the address was refused at once, or the email
    was sent back. `taken_back_at` is when an operator said that the owner of
    the address left, joined or not. `mark` stands for it in the audit log.
    """

    message_key: str
    queued_at: datetime
    tried_at: datetime | None = None
    server: str = ""
    answer: str = ""
    taken_at: datetime | None = None
    bounced_at: datetime | None = None
    bounce: str = ""
    taken_back_at: datetime | None = None
    mark: str = ""


class InvitationMailsTable(SealedRecords[InvitationMail]):
    declaration = TableDeclaration(
        "invitation_mails",
        Owner.INVITED,
        RetainedKind.INVITATION_MAIL,
        "when an invitation went to a keyed hash of an address, what the mail server said, and "
        "when IT said that its owner left",
        Expiry(at="queued_at"),
        sealed=("encrypted",),
        not_exported="a keyed hash; what is done with it is in the history of one's own data",
        erased="after 90 days, whatever the answer: a gap would reveal who has left",
    )

    record = InvitationMail
    stored = ("message_key", "queued_at")
    key = ("message_key",)
    key_owner = ""

    def save_mail(self, mail: InvitationMail, address: str) -> None:
        self.replace_record(mail, keyed_hash=hash_mail_address(self.encryption, address))

    def list_mails(self, address: str) -> tuple[InvitationMail, ...]:
        """Return those that went to an address, the oldest first."""
        return self.list_records(
            "WHERE keyed_hash = ? ORDER BY queued_at, rowid",
            hash_mail_address(self.encryption, address),
        )

    def delete_untried_mails(self, address: str) -> None:
        """Forget those of an address that no server was offered: another takes their place."""
        with self.connection.begin_transaction():
            for mail in self.list_mails(address):
                if mail.tried_at is None:
                    self.connection.execute(
                        "DELETE FROM invitation_mails WHERE message_key = ?", mail.message_key
                    )

    def take_back_mails(self, address: str, at: datetime) -> None:
        with self.connection.begin_transaction():
            for mail in self.list_mails(address):
                self.update_mail(replace(mail, taken_back_at=mail.taken_back_at or at))

    def find_mail(self, message_key: str) -> InvitationMail | None:
        return self.find_record("WHERE message_key = ?", message_key)

    def update_mail(self, mail: InvitationMail) -> None:
        """Replace what is known of it; its address and its time stay."""
        sealed = self.encrypt_value(DISTRICT, mail.message_key, mail)
        self.connection.write_rows(
            "UPDATE invitation_mails SET encrypted = ? WHERE message_key = ?",
            sealed,
            mail.message_key,
        )


class EnrollmentDraftsTable(SealedRecords[EnrollmentDraft]):
    declaration = TableDeclaration(
        "enrollment_drafts",
        Owner.INVITED,
        RetainedKind.ENROLLMENT_DRAFT,
        "answers of someone who is joining",
        Expiry(OPEN, at="changed_at"),
        Expiry(
            CLOSED, where="invitation_id IN (SELECT id FROM invitations WHERE spent_at IS NOT NULL)"
        ),
        sealed=("encrypted",),
    )

    record = EnrollmentDraft
    stored = ()
    key = ("invitation_id",)
    key_owner = "invitation_id"

    def find_draft(self, invitation_id: str) -> EnrollmentDraft | None:
        return self.find_record("WHERE invitation_id = ?", invitation_id)

    def save_draft(self, invitation_id: str, draft: EnrollmentDraft, at: datetime) -> None:
        self.replace_record(draft, invitation_id=invitation_id, changed_at=at)

    def delete_draft(self, invitation_id: str) -> None:
        self.connection.write_rows(
            "DELETE FROM enrollment_drafts WHERE invitation_id = ?", invitation_id
        )
