"""Forget, once a day: the retention table applied to all that is stored.

A question that is no longer asked shows nothing any more, and what no other question shows is
forgotten with it. Two things stay: what the person said is theirs, and what they shared or pursue,
since others act on that.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.db.database import State
from monitor.db.journal import Question
from monitor.domain.consent import Consent, Scope
from monitor.domain.events import repainted
from monitor.domain.flag import FlagKind, FlagState, Ruling
from monitor.domain.item import Item, Presence, Sighting, combined
from monitor.domain.person import Person
from monitor.domain.planning.queries import scope_of
from monitor.domain.retention import TABLE, Kept, Stage, expired
from monitor.domain.students.roster import Roster
from monitor.services.flagging import Flagging
from monitor.services.ports import Now
from monitor.services.query_planning import Planning
from monitor.services.staging import Keeping
from scrapers.models import Finding
from scrapers.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """`spans` are how long the text of some sources may be kept after it was last seen.

    An item stays by its address and its keys, or the next sweep would take it for new.
    """

    state: State
    spans: Mapping[str, timedelta]

    def forget(self, person: str, now: datetime) -> None:
        """Forget what was lent longer ago, and what a later answer has replaced as long ago."""
        if not self.spans:
            return
        for item in self.state.items.of(person):
            lent = [each for each in self.state.sightings.of_item(item.ref) if self._is(each)]
            for each in lent:
                self.state.versions.forget_replaced(item.ref, each.query, now - self._span(each))
            over = [each for each in lent if now - each.last >= self._span(each)]
            for each in over:
                self.state.versions.forget_question(item.ref, each.query)
                self.state.sightings.end(each)
            if over:
                self._repaint(item)

    def _is(self, sighting: Sighting) -> bool:
        return sighting.source in self.spans

    def _span(self, sighting: Sighting) -> timedelta:
        return self.spans[sighting.source]

    def _repaint(self, item: Item) -> None:
        left = [each.finding for each in self.state.sightings.of_item(item.ref)]
        portrait = combined(left) if left else wordless(item.portrait)
        self.state.items.replace(replace(item, portrait=portrait))
        assessment = self.state.items.assessment(item.ref)
        if assessment:
            self.state.items.set_assessment(item.ref, assessment.unquoted)


def wordless(portrait: Finding) -> Finding:
    """Return the account alone: what it is called, without what it says of itself."""
    return Finding(
        key=portrait.key,
        kind=portrait.kind,
        url=portrait.url,
        account=portrait.account,
        account_aliases=portrait.account_aliases,
        handle=portrait.handle,
    )


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
            self.state.hold_proposals.forget_before(now - kept)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Retiring:
    """To be called inside the transaction in which a person changes what is asked.

    Under a legal hold nothing is forgotten; what is asked no more, is asked no more all the same.
    """

    state: State
    sources: Mapping[str, Source]
    planning: Planning
    flagging: Flagging

    def narrowed(self, consent: Consent) -> None:
        """Forget what a consent covers no more; the consent is the person's last word."""
        person = self.state.people.get(consent.person)
        if self.state.holds.stands(person.ref):
            return
        asked = self.state.questions.of(person.ref)
        self._retire(person, {each.key for each in asked if not self._covered(each, consent)})
        if Scope.PHOTOS not in consent.scopes:
            self._forget_prints(person.ref)
        if Scope.STUDENT_LINKS not in consent.scopes:
            self._forget_student_links(person.ref)
        self.flagging.relearn(person)

    def edited(self, before: Person, after: Person) -> None:
        """Forget what only words showed that a person has taken back. Nothing new is told of.

        The questions that come in their place are new ones, so their first answers are silent.
        """
        old, new = self.planning.standing(before), self.planning.standing(after)
        if not self.state.holds.stands(after.ref):
            self._retire(after, old - new)
        self.flagging.relearn(after)

    def _covered(self, question: Question, consent: Consent) -> bool:
        source = self.sources.get(question.source)
        return source is None or scope_of(question.kind, source.family) in consent.scopes

    def _retire(self, person: Person, keys: Collection[str]) -> None:
        touched = {
            sighting.item
            for key in keys
            for sighting in self.state.sightings.of_question(person.ref, key)
        }
        for key in keys:
            self.state.questions.retire(person.ref, key)
        standing = self.planning.standing(person)
        for item in sorted(touched):
            self._let_go(person.ref, item, standing)

    def _let_go(self, person: str, ref: str, standing: Collection[str]) -> None:
        """Forget an item that no first question shows, or paint it anew from what is left.

        What only a followed question shows is never looked at again: nothing leads there now.
        """
        left = self.state.sightings.of_item(ref)
        if any(each.query in standing for each in left):
            shown = (each.finding for each in left if not each.misses)
            self.state.items.replace(repainted(self.state.items.get(ref), shown))
            return
        for each in left:
            self.state.questions.retire(person, each.query)
        if not self._theirs(ref):
            self.state.items.remove(ref)

    def _theirs(self, item: str) -> bool:
        flags = self.state.flags.of_item(item)
        acted_on = any(flag.shared_at or flag.pursued for flag in flags)
        return acted_on or self.state.items.verdict(item) is Ruling.MINE

    def _forget_student_links(self, person: str) -> None:
        for flag in self.state.flags.of_person(person):
            if flag.kind is FlagKind.STUDENT_LINK and not flag.shared_at:
                self.state.flags.remove(flag.ref)

    def _forget_prints(self, person: str) -> None:
        for sighting in self.state.sightings.of_person(person):
            if sighting.finding.picture_print:
                self.state.sightings.put(replace(sighting, finding=_unprinted(sighting.finding)))
        for item in self.state.items.of(person):
            self.state.versions.rewrite(item.ref, _unprinted)
            bare = replace(item, portrait=_unprinted(item.portrait))
            if bare != item:
                self.state.items.replace(bare)
            self.state.pictures.note(bare)


def _unprinted(finding: Finding) -> Finding:
    return replace(finding, picture_print="")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterKeeping:
    state: State
    now: Now

    def imported(self, roster: Roster) -> None:
        """Record that a roster was imported, under which key, and of what size about."""
        told = {"key": roster.key_id, "size": str(roster.size)}
        self.state.audit.append(self.now(), "operator", "roster-imported", "", told)

    def erase_links(self) -> int:
        """Forget every student link with its rulings, and return how many there were."""
        with self.state.write():
            flags = self.state.flags.of_kind(FlagKind.STUDENT_LINK)
            for flag in flags:
                self.state.flags.remove(flag.ref)
            told = {"flags": str(len(flags))}
            self.state.audit.append(self.now(), "operator", "roster-erased", "", told)
        return len(flags)
