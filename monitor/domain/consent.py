"""What a person agreed to; re-read wherever something happens on their behalf."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

RENEWAL_BEFORE = timedelta(days=30)


class Scope(StrEnum):
    SEARCH = "search"
    PROFILES = "profiles"
    MAIL_ADDRESS = "mail-address"
    MAIL_HASH = "mail-hash"
    PHOTOS = "photos"
    STUDENT_LINKS = "student-links"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One answer to one version of the consent text. `withdrawn_at` is None while it stands."""

    person: str
    text_version: str
    text_hash: str
    scopes: frozenset[Scope]
    given_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None

    def live(self, now: datetime) -> bool:
        return self.withdrawn_at is None and self.given_at <= now < self.expires_at

    def covers(self, scope: Scope, now: datetime) -> bool:
        return scope in self.scopes and self.live(now)


def renewal_due(consent: Consent, now: datetime) -> bool:
    """Tell whether to ask for an answer to be renewed; only a standing one can be."""
    return consent.live(now) and consent.expires_at - now <= RENEWAL_BEFORE


def text_hash(text: str) -> str:
    """Return the fingerprint of a consent text, as it is kept with each answer."""
    return sha256(text.encode()).hexdigest()
