"""The grid: when what recurs is due, whatever clocks, zones and long sleeps have done to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.db.database import State
from monitor.db.jobs import Due
from monitor.domain.schedule import DIGEST as DIGEST_SLOT
from monitor.domain.schedule import SECOND_PROOF_AFTER, believable, next_digest, next_sweep
from monitor.services.consent import RENEWING
from monitor.services.enrollment import INVITATION_LASTS, REMINDER
from monitor.services.erasure import ERASURE, ERASURE_RETRY
from monitor.services.ingest import SECOND_PROOF
from monitor.services.ports import Now
from monitor.services.retention import PURGE
from monitor.services.suppression import BOUNCES, COLLECTED_EVERY
from monitor.services.sweeps import LOOKS_AGAIN_AFTER, RECHECK

SWEEP = "sweep"
DIGEST = "digest"
REVIEW = "review"
DAILY = timedelta(days=1)
# No row of these is ever due later than that: what is, was set by a clock that was ahead.
LONGEST = {
    PURGE: DAILY,
    RENEWING: DAILY,
    REMINDER: INVITATION_LASTS,
    ERASURE: ERASURE_RETRY,
    SECOND_PROOF: SECOND_PROOF_AFTER,
    BOUNCES: COLLECTED_EVERY,
    RECHECK: LOOKS_AGAIN_AFTER,
}
NOTED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    state: State
    config: Config
    now: Now

    def lay(self) -> None:
        """See that everything that recurs has its row, and that each stands where it belongs.

        A row that is overdue is never put off by this, but for a letter that was missed by half
        a day: it waits for its minute within the hour.
        """
        if self.waits_for():
            return
        now, district = self.now(), self.config.district
        with self.state.write():
            standing = self.state.consents.standing()
            zones = {
                each.person: self.state.people.get(each.person).zone
                for each in standing
                if each.live(now)
            }
            self.state.due.ensure(SWEEP, "", next_sweep(now, district.ref, district.zone))
            self.state.due.ensure(PURGE, "", now)
            self.state.due.ensure(RENEWING, "", now)
            if self.config.bounces:
                self.state.due.ensure(BOUNCES, "", now)
            self.state.due.ensure(REVIEW, "", next_digest(now, district.ref, district.zone))
            for ref, zone in zones.items():
                self.state.due.ensure(DIGEST, ref, next_digest(now, ref, zone))
            for each in standing:
                if each.withdrawn_at is not None:
                    # It is there since they left; were it lost, nothing else would erase them.
                    self.state.due.ensure(ERASURE, each.person, now)
            for due in self.state.due.all():
                belongs = self._belongs(due, zones)
                if belongs != due.due_at and due.lease_until is None:
                    self.state.due.move(due, belongs)
            self._note_time()

    def next(self, name: str, subject: str = "", zone: str = "") -> datetime:
        """Return the next time on the grid of what is done now."""
        district, now = self.config.district, self.now()
        if name == SWEEP:
            return next_sweep(now, district.ref, district.zone)
        return next_digest(now, subject or district.ref, zone or district.zone)

    def waits_for(self) -> str:
        """Say why nothing may be done now; nothing where the clock can be believed."""
        now, last = self.now(), self.state.clock.last()
        if believable(now, last):
            return ""
        noted = f", but the last job ran at {_told(last)}" if last else ""
        return (
            f"The clock says {_told(now)}{noted}. All jobs are paused until the clock is right."
            " If it is right, run `namesake jobs --clock-is-right`."
        )

    def believe_clock(self) -> None:
        """Take the operator's word for it that the clock is right."""
        with self.state.write():
            self.state.audit.append(self.now(), "operator", "clock-believed", "", {})
            self.state.clock.note(self.now())

    def _belongs(self, due: Due, zones: Mapping[str, str]) -> datetime:
        now = self.now()
        if due.name == DIGEST and due.subject in zones:
            return DIGEST_SLOT.moved(due.due_at, now, due.subject, zones[due.subject])
        if due.name in {SWEEP, REVIEW}:
            return min(due.due_at, self.next(due.name))
        longest = LONGEST.get(due.name)
        return min(due.due_at, now + longest) if longest else due.due_at

    def _note_time(self) -> None:
        now, last = self.now(), self.state.clock.last()
        if last is None or not last <= now < last + NOTED_EVERY:
            self.state.clock.note(now)


def _told(at: datetime) -> str:
    return f"{at:%b %-d, %Y, %-I:%M %p} UTC"
