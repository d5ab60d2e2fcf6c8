"""What a person agreed to; re-read before each action on their behalf."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.domain.errors import InputError
from monitor.domain.vocabulary import ConsentAction, ConsentChannel, ConsentPhase, Scope

# The first version of the text that says so; a later one is greater as a text, too.
PHRASES_TOLD_SINCE = "2026-11-30.2"
HARM_TOLD_SINCE = "2026-11-30.3"
HELP_TOLD_SINCE = "2026-11-30.4"
DAILY_CHECKS_TOLD_SINCE = "2026-11-30.5"
PICTURES_TOLD_SINCE = "2026-11-30.7"
COMPARING_TOLD_SINCE = "2026-12-01.1"
REMINDERS_BEFORE_EXPIRY = (timedelta(days=30), timedelta(days=7))
RENEWAL_WINDOW = max(REMINDERS_BEFORE_EXPIRY)
LONGEST_PAUSE = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One line of a person's consent ledger, which counts from `at` on.

    `at` is None if that is when the person answered the text. `withdrawn_at` is None until it ends.
    `paused_from` is when the last pause began and `paused_until` when it ends or ended, None before
    the first one.
    """

    person_id: str
    text_version: str
    text_hash: str
    scopes: frozenset[Scope]
    given_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None
    act: ConsentAction = ConsentAction.GIVEN
    channel: ConsentChannel = ConsentChannel.PORTAL
    at: datetime | None = None
    paused_from: datetime | None = None
    paused_until: datetime | None = None

    @property
    def written_at(self) -> datetime:
        return self.at or self.given_at

    @property
    def tells_of_phrases(self) -> bool:
        """Tell whether the text agreed to says that people are looked up as students call them.

        So are the usernames of their own accounts.
        """
        return self.text_version >= PHRASES_TOLD_SINCE

    @property
    def tells_of_harm(self) -> bool:
        """Tell whether the text agreed to says that pages are looked at for harmful words."""
        return self.text_version >= HARM_TOLD_SINCE

    @property
    def tells_of_help(self) -> bool:
        """Tell whether the text agreed to says that what helped is counted for colleagues."""
        return self.text_version >= HELP_TOLD_SINCE

    @property
    def tells_of_daily_checks(self) -> bool:
        """Tell whether the text agreed to says that a button has them checked once a day."""
        return self.text_version >= DAILY_CHECKS_TOLD_SINCE

    @property
    def tells_of_pictures(self) -> bool:
        """Tell whether the text agreed to says that IT sees the picture of an open alert."""
        return self.text_version >= PICTURES_TOLD_SINCE

    @property
    def tells_of_comparing(self) -> bool:
        """Tell whether the text agreed to says that accounts about colleagues are compared."""
        return self.text_version >= COMPARING_TOLD_SINCE

    def is_active(self, now: datetime) -> bool:
        """Tell whether it is in force, so that data stays and notices are sent."""
        return self.withdrawn_at is None and self.given_at <= now < self.expires_at

    def find_pause_end(self, now: datetime) -> datetime | None:
        """Return when the pause ends that is on; None where none is."""
        is_on = self.is_active(now) and self.paused_until is not None and now < self.paused_until
        return self.paused_until if is_on else None

    def is_paused(self, now: datetime) -> bool:
        return self.find_pause_end(now) is not None

    def was_paused(self, at: datetime) -> bool:
        """Tell whether a moment lies in the last pause."""
        begun, ended = self.paused_from, self.paused_until
        return begun is not None and ended is not None and begun <= at < ended

    def allows_queries(self, now: datetime) -> bool:
        """Tell whether queries, settlements and digests are allowed now."""
        return self.is_active(now) and not self.is_paused(now)

    def covers_scope(self, scope: Scope, now: datetime) -> bool:
        return scope in self.scopes and self.allows_queries(now)


def compute_consent_phase(consent: Consent, now: datetime) -> ConsentPhase:
    if consent.withdrawn_at is not None:
        return ConsentPhase.WITHDRAWN
    if not consent.is_active(now):
        return ConsentPhase.EXPIRED
    return ConsentPhase.PAUSED if consent.is_paused(now) else ConsentPhase.ENROLLED


def is_renewal_due(consent: Consent, now: datetime) -> bool:
    """Tell whether to ask for a renewal; only a consent in force can be renewed."""
    return consent.is_active(now) and consent.expires_at - now <= RENEWAL_WINDOW


def select_due_reminder(consent: Consent, now: datetime) -> timedelta | None:
    """Return which reminder of the end is due: the last one whose time has come, if any has.

    Also after the end: anyone who was not reminded in time, is reminded late.
    """
    if consent.withdrawn_at is not None:
        return None
    left = consent.expires_at - now
    return min((span for span in REMINDERS_BEFORE_EXPIRY if left <= span), default=None)


def apply_narrowing(consent: Consent, scopes: frozenset[Scope], now: datetime) -> Consent:
    """Drop scopes. It takes no new answer: the text that was agreed to still says it all."""
    if not scopes < consent.scopes:
        reason = "To add more, the person must first agree to the current consent text."
        raise InputError(reason)
    return replace(consent, scopes=scopes, act=ConsentAction.NARROWED, at=now)


def apply_pause(consent: Consent, until: datetime, now: datetime) -> Consent:
    """Let everything rest until a day; without one, no one would remember to go on."""
    if not now < until <= now + LONGEST_PAUSE:
        reason = "A pause must end on a future day within one year. Choose a day."
        raise InputError(reason)
    return replace(consent, act=ConsentAction.PAUSED, at=now, paused_from=now, paused_until=until)


def apply_resume(consent: Consent, now: datetime) -> Consent:
    return replace(consent, act=ConsentAction.RESUMED, at=now, paused_until=now)


def apply_end(consent: Consent, act: ConsentAction, now: datetime) -> Consent:
    return replace(consent, act=act, at=now, withdrawn_at=now)


def hash_consent_text(text: str) -> str:
    """Return the hash of a consent text, as stored with each answer."""
    return sha256(text.encode()).hexdigest()
