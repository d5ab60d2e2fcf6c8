"""Forgetting, once a day: the retention table applied to all that is stored."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.flag import FlagKind, FlagState
from monitor.domain.item import Item, Presence
from monitor.domain.retention import TABLE, Kept, Stage, expired
from monitor.flows.asking.keeping import Keeping
from monitor.flows.judging.flagging import Flagging
from monitor.flows.parts import Now
from monitor.flows.running.lent import Lent
from monitor.store.state import State

PURGE = "purge"
# As long as any copy: so much was promised to who leaves.
SPARE_LASTS = timedelta(days=30)
FORGOTTEN = ("What was seen then is no longer kept.",)


class _Undone(Exception):  # noqa: N818 - nothing went wrong
    """Takes back what a preview has done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purging:
    """What a person may ask to forget at once is `Leaving`; this is what time takes."""

    state: State
    now: Now
    lent: Lent
    keeping: Keeping
    flagging: Flagging

    def purge(self) -> None:
        self._forget()
        self.state.tidy()
        # A disk that has no room for these keeps nobody's deleted words in the log.
        self.state.forget_spare(self.now() - SPARE_LASTS)

    def preview(self) -> Mapping[str, int]:
        """Tell how many rows of each table a purge would take now, and take none.

        It is the purge itself, undone: what it tells cannot differ from what would happen.
        """
        gone: dict[str, int] = {}
        with suppress(_Undone), self.state.write():
            before = self.state.rows()
            self._forget()
            after = self.state.rows()
            gone = {table: count - after[table] for table, count in before.items()}
            raise _Undone
        return gone

    def _forget(self) -> None:
        self._spent_invitations()
        self._given_up_joinings()
        self._served_requests()
        self._given_up_sweeps()
        self._files_of_robots()
        self._given_up_letters()
        self._old_records()
        self._looks_of_reviewers()
        self.keeping.forget(self.now())
        for person in self.state.people.refs():
            with self.state.write():
                self.flagging.lapse(person)
                self.flagging.close_gone(person)
            if self.state.holds.stands(person):
                continue
            with self.state.write():
                self._old_news(person)
                self.lent.forget(person, self.now())

    def _spent_invitations(self) -> None:
        with self.state.write():
            for each in self.state.invitations.all():
                stage = Stage.CLOSED if each.spent_at else Stage.OPEN
                heard = each.spent_at or each.reminded_at or each.invited_at
                if self._over(Kept.INVITATION, stage, heard):
                    self.state.invitations.drop(each.ref)

    def _given_up_joinings(self) -> None:
        kept = TABLE[Kept.UNFINISHED].open
        if kept is not None:
            self.state.unfinished.forget_before(self.now() - kept)

    def _looks_of_reviewers(self) -> None:
        kept, now = TABLE[Kept.GLASS].closed, self.now()
        if kept is not None:
            self.state.glass.forget_before(now - kept)
        self.state.looks.forget_before(now)

    def _served_requests(self) -> None:
        with self.state.write():
            for each in self.state.requests.all():
                stage = Stage.CLOSED if each.done_at else Stage.OPEN
                if self._over(Kept.RUN_REQUEST, stage, each.done_at or each.asked_at):
                    self.state.requests.remove(each.ref)

    def _given_up_sweeps(self) -> None:
        """Close what was never finished; its answers are too old to settle anything."""
        with self.state.write():
            for each in self.state.sweeps.open():
                if self._over(Kept.JOURNAL, Stage.OPEN, each.started_at):
                    self.keeping.close(each.ref)
                    self.state.journal.drop(each.ref)
                    self.state.sweeps.close(each.ref, self.now())

    def _given_up_letters(self) -> None:
        kept = TABLE[Kept.LETTER].open
        if kept is not None:
            self.state.outbox.forget_dead(self.now() - kept)

    def _files_of_robots(self) -> None:
        kept, now = TABLE[Kept.ROBOTS], self.now()
        if kept.open is not None and kept.closed is not None:
            self.state.robots.forget_outside(now - kept.closed, now + kept.open)

    def _old_records(self) -> None:
        """Forget how old sweeps went, that letters were sent, and hosts that keep nobody away."""
        now, host = self.now(), TABLE[Kept.HOST]
        with self.state.write():
            if host.open and host.closed:
                self.state.hosts.forget_rested(now - host.open, now - host.closed)
            self.state.sessions.drop_expired(now)
            if session := TABLE[Kept.SESSION].open:
                self.state.sign_in_links.drop_asked_before(now - session)
            if unconfirmed := TABLE[Kept.ADDRESS_CHANGE].closed:
                self.state.address_changes.drop_asked_before(now - unconfirmed)
            letters, sweeps = TABLE[Kept.LETTER_RECORD].closed, TABLE[Kept.SWEEP].closed
            if letters:
                self.state.outbox.forget_before(now - letters)
            if sweeps:
                self.state.sweeps.forget_before(now - sweeps)

    def _old_news(self, person: str) -> None:
        now = self.now()
        for item in tuple(self._forgotten(person)):
            self.state.items.remove(item.ref)
        self._student_evidence(person)
        events, versions = TABLE[Kept.EVENT].closed, TABLE[Kept.VERSION].closed
        if changed := TABLE[Kept.ADDRESS_CHANGE].open:
            self.state.address_changes.drop_changed_before(person, now - changed)
        if events:
            self.state.events.forget_before(person, now - events)
        if versions:
            for item in self.state.items.of(person):
                self.state.versions.forget_before(item.ref, now - versions)

    def _student_evidence(self, person: str) -> None:
        """Forget what was seen of students: at once when it is cleared up, else in time.

        What nobody answered or shared goes as a whole; if it is still so, it is asked again.
        """
        for flag in self.state.flags.of_person(person):
            if flag.kind is not FlagKind.STUDENT_LINK:
                continue
            open_still = flag.undecided or flag.state is FlagState.STUDENT_LINK
            stage = Stage.OPEN if open_still else Stage.CLOSED
            if not self._over(Kept.STUDENT_EVIDENCE, stage, flag.ruled_at or flag.opened_at):
                continue
            if flag.undecided and not flag.shared_at:
                self.state.flags.remove(flag.ref)
            elif flag.reasons != FORGOTTEN:
                self.state.flags.replace(replace(flag, reasons=FORGOTTEN, lowered_by=()))

    def _forgotten(self, person: str) -> Iterator[Item]:
        for item in self.state.items.of(person):
            gone = item.presence is Presence.GONE
            if gone and self._over(Kept.ITEM, Stage.CLOSED, item.last_seen):
                yield item

    def _over(self, what: Kept, stage: Stage, at: datetime) -> bool:
        return expired(what, stage, at, self.now())
