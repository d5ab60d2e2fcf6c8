"""What people chose about their email and pages, and the token that stops the digest."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from monitor.db.encryption import SealedRecords
from monitor.db.tables import Owner, TableDeclaration
from monitor.domain.errors import DatabaseError
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import EmailCadence, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """`language` is None where a person chose none, `unsubscribed_at` while they get the digest.

    They asked to be checked once a day until `daily_until`; None for not. They were asked about a
    new consent text up to version `kept_text`, and keep what they agreed to.
    """

    cadence: EmailCadence = EmailCadence.WEEKLY
    language: Language | None = None
    unsubscribed_at: datetime | None = None
    daily_until: datetime | None = None
    kept_text: str = ""


class PreferencesTable(SealedRecords[Preferences]):
    declaration = TableDeclaration(
        "preferences",
        Owner.PERSON,
        RetainedKind.PERSON,
        "how often and in which language the person wants email, and if they stopped the digest",
        sealed=("encrypted",),
        exported="email_settings.*",
        single=True,
    )
    record = Preferences
    stored = ()
    key = ("person_id",)

    def list_records_of_person(self, person_id: str) -> tuple[Preferences, ...]:
        return (self.load_preferences(person_id),)

    def load_preferences(self, person_id: str) -> Preferences:
        return self.find_record("WHERE person_id = ?", person_id) or Preferences()

    def save_preferences(self, person_id: str, preferences: Preferences) -> None:
        self.replace_record(preferences, person_id=person_id)

    def sign_unsubscribe_token(self, person_id: str) -> str:
        """Sign an id for this one purpose; it is worth nothing once the person's key is gone."""
        signature = self.encryption.keyed_hash(person_id, "stop the weekly letter")
        return f"{person_id}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def verify_unsubscribe_token(self, token: str) -> str | None:
        """Return whose token it is, None if it is no one's."""
        person = token.partition(".")[0]
        if self.connection.fetch_row("SELECT 1 FROM people WHERE id = ?", person) is None:
            return None
        try:
            right = self.sign_unsubscribe_token(person)
        except DatabaseError:
            return None
        return person if hmac.compare_digest(right.encode(), token.encode()) else None
