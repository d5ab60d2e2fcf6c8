"""IT review: the flags that disclosure opens, rulings on them, and the reviewers' digest.

A flag opens early only if a second reviewer confirms; its person is told at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.db.database import State
from monitor.db.review import EVERYTHING, Assignment, Remark, RemarkKind, Wanted
from monitor.domain.disclosure import Proposal, ReviewFields
from monitor.domain.flag import Flag, Ruling
from monitor.domain.schedule import digest_week, may_ask
from monitor.errors import InputError, NotPermittedError
from monitor.services.digests import Covering
from monitor.services.evidence import EvidenceMaking
from monitor.services.feedback import Deciding, Word
from monitor.services.notifications import (
    Correspondence,
    Glass,
    LetterPlan,
    Opener,
    Reviewer,
    reviewer_ref,
)
from monitor.services.ports import NewRef, Now
from monitor.services.presenters import Telling
from monitor.services.review_queue import RULINGS, Admission, asked_at, refuse_self
from reports import labels as words
from reports.emails.account import AskedView
from reports.emails.review import ReviewLine, ReviewView, Upkeep
from reports.evidence_pack import EvidenceView

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    state: State
    config: Config
    admission: Admission
    letters: Correspondence
    telling: Telling
    deciding: Deciding
    now: Now

    def opened(self) -> Iterator[tuple[Flag, ReviewFields]]:
        """Yield what IT may see today, the worst first, and among equals the oldest."""
        for ref in self.state.openings.page(self.admission.gate(), Wanted(), EVERYTHING):
            flag = self.state.flags.get(ref)
            opening = self.admission.opening(flag)
            if opening:
                yield flag, self.admission.fields(flag, opening)

    def rule(self, ref: str, ruling: Ruling, by: str, note: str = "") -> Flag:
        """Append a ruling; what the person says of an item is remembered with the item."""
        (after,) = self.rule_all((ref,), Word(ruling=ruling, by=by, note=note))
        return after

    def rule_all(self, refs: Iterable[str], word: Word) -> tuple[Flag, ...]:
        """Rule on several flags alike, or on none of them if one of them forbids it."""
        flags = tuple(self.state.flags.get(ref) for ref in dict.fromkeys(refs))
        for flag in flags:
            if word.by != flag.person and self.admission.opening(flag) is None:
                reason = (
                    f"Flag {flag.ref} is not open to IT. Only the staff member can decide on it."
                )
                raise NotPermittedError(reason)
        with self.state.write():
            after = tuple(self.deciding.rule(flag, word) for flag in flags)
            for person in {flag.person for flag in flags if word.by == flag.person}:
                self.deciding.learn(person)
        return after

    def undo(self, refs: Iterable[str], by: str) -> tuple[Flag, ...]:
        """Take back the last word on each flag, or on none; what was learnt by it is unlearnt."""
        return self.rule_all(refs, Word(ruling=Ruling.REOPENED, by=by))

    def queue_digest(self) -> None:
        """Write to each reviewer, also when there is nothing: silence would prove nothing."""
        now, district = self.now(), self.config.district
        view = self._digest(now)
        with self.state.write():
            for address in district.reviewers:
                plan = LetterPlan(reader=reviewer_ref(address), period=view.week)
                self.letters.queue(plan, view)

    def _digest(self, now: datetime) -> ReviewView:
        district = self.config.district
        shown = tuple(self.opened())
        return ReviewView(
            **self.letters.greeting_to(
                "reviewers",
                why=f"You get this email because {district.name} lists you as a reviewer.",
                leave="To stop, ask your operator to take you off the list of reviewers.",
            ),
            week=digest_week(now, district.ref, district.zone),
            coverage=self.telling.coverage(Covering(state=self.state, now=self.now).this_week()),
            lines=tuple(_line(flag, fields) for flag, fields in shown if flag.undecided),
            closed=sum(1 for flag, _ in shown if flag.ruled_at and now - flag.ruled_at < LATELY),
            upkeep=self._upkeep(now),
        )

    def _upkeep(self, now: datetime) -> Upkeep:
        health, letters = self.state.health.all(), self.state.letter_counts
        return Upkeep(
            sources=len(health),
            unproven=tuple(each.source for each in health if each.proven_at is None),
            in_vain=letters.in_vain(),
            given_up=letters.given_up(now - LATELY),
            refusing=len(self.state.paused_addresses.all()),
        )


def _line(flag: Flag, shown: ReviewFields) -> ReviewLine:
    return ReviewLine(
        person=shown.name,
        school=shown.school,
        kind=words.FlagKind(shown.kind),
        severity=words.Severity(shown.severity),
        platform=shown.platform,
        url=shown.url,
        state=shown.state,
        opened_at=shown.opened_at,
        state_since=flag.ruled_at or flag.opened_at,
        reasons=shown.reasons,
        ruling=shown.ruling or "",
    )


CHANGED = "This changed after you opened it. Look at it again before you decide."
NOBODY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """Each deed is audited under the reviewer's ref, and what it says is its person's to read."""

    state: State
    admission: Admission
    reviewing: Reviewing
    evidence: EvidenceMaking
    letters: Correspondence
    now: Now

    def admitted(self, reviewer: Reviewer, ref: str) -> Flag:
        """Return a flag that is open to IT. Raises NotPermittedError where it is not."""
        flag = self.state.flags.get(ref)
        refuse_self(reviewer, flag)
        self.admission.opened(flag)
        return flag

    def pack(self, reviewer: Reviewer, ref: str) -> EvidenceView:
        """Hand out the evidence of what its person shared, and of nothing else."""
        flag = self._looked_at(reviewer, ref)
        if flag.shared_at is None:
            reason = "The staff member has not shared the evidence. You can ask them to."
            raise NotPermittedError(reason)
        self._audit(reviewer, "took-pack", ref)
        return self.evidence.of(flag)

    def take(self, reviewer: Reviewer, ref: str, seen: str) -> None:
        """Take it over. `seen` is who had taken it when the reviewer looked, empty for nobody."""
        with self.state.write():
            flag = self._looked_at(reviewer, ref)
            taken = self.state.assignments.of(flag.ref)
            if (taken.reviewer if taken else NOBODY) != seen:
                raise InputError(CHANGED)
            self.state.assignments.put(Assignment(flag=ref, reviewer=reviewer.ref, at=self.now()))
            self._audit(reviewer, "took", ref)

    def give_back(self, reviewer: Reviewer, ref: str) -> None:
        with self.state.write():
            flag = self._looked_at(reviewer, ref)
            taken = self.state.assignments.of(flag.ref)
            if taken is None or taken.reviewer != reviewer.ref:
                raise InputError(CHANGED)
            self.state.assignments.drop(ref)
            self._audit(reviewer, "gave-back", ref)

    def note(self, reviewer: Reviewer, ref: str, text: str) -> None:
        with self.state.write():
            flag = self._looked_at(reviewer, ref)
            remark = self._remark(reviewer, flag, RemarkKind.NOTE, text)
            self.state.remarks.add(remark)
            self.state.audit.append(remark.at, reviewer.ref, "noted", ref, {})

    def ask(self, reviewer: Reviewer, ref: str, text: str) -> None:
        """Ask its person by letter; once a week at most, whoever asks."""
        with self.state.write():
            flag = self._looked_at(reviewer, ref)
            if not may_ask(asked_at(self.state, ref), self.now()):
                reason = "The staff member was asked within the last week. Wait for their answer."
                raise InputError(reason)
            remark = self._remark(reviewer, flag, RemarkKind.QUESTION, text)
            self.state.remarks.add(remark)
            self.letters.queue(
                LetterPlan(reader=flag.person, period=f"{ref} {remark.at.isoformat()}"),
                self._letter(flag, remark),
            )
            self.state.audit.append(remark.at, reviewer.ref, "asked", ref, {})

    def rule(
        self, reviewer: Reviewer, seen: Mapping[str, str], ruling: Ruling, note: str = ""
    ) -> tuple[Flag, ...]:
        """Rule on several flags alike, or on none. `seen` is the state of each as it was read."""
        if ruling not in RULINGS:
            reason = "Only the staff member can say that."
            raise NotPermittedError(reason)
        with self.state.write():
            for ref, state in seen.items():
                if self._looked_at(reviewer, ref).state != state:
                    raise InputError(CHANGED)
            return self.reviewing.rule_all(
                seen, Word(ruling=ruling, by=reviewer.ref, note=note.strip())
            )

    def undo(self, reviewer: Reviewer, refs: Iterable[str]) -> None:
        """Take back one's own last ruling on each, or on none; of others nothing is taken back."""
        with self.state.write():
            flags = [self._looked_at(reviewer, ref) for ref in dict.fromkeys(refs)]
            for flag in flags:
                said = self.state.flags.judgements(flag.ref)
                if not said or said[-1].by != reviewer.ref or said[-1].ruling is Ruling.REOPENED:
                    raise InputError(CHANGED)
            for flag in flags:
                self._undo(reviewer, flag)

    def _undo(self, reviewer: Reviewer, flag: Flag) -> None:
        """Undo every step that the ruling led: who rules "removed" has ruled "reported", too."""
        said = self.state.flags.judgements(flag.ref)
        at = said[-1].at
        for _ in [each for each in said if each.by == reviewer.ref and each.at == at]:
            self.reviewing.undo((flag.ref,), reviewer.ref)

    def _looked_at(self, reviewer: Reviewer, ref: str) -> Flag:
        """Return a flag that is open, and that this reviewer has opened."""
        flag = self.admitted(reviewer, ref)
        if not self.state.looks.stands(reviewer.ref, ref, self.now()):
            raise InputError(CHANGED)
        return flag

    def _remark(self, reviewer: Reviewer, flag: Flag, kind: RemarkKind, text: str) -> Remark:
        if not text.strip():
            reason = "Write something first."
            raise InputError(reason)
        return Remark(
            flag=flag.ref, kind=kind, by=reviewer.address, at=self.now(), text=text.strip()
        )

    def _letter(self, flag: Flag, remark: Remark) -> AskedView:
        portrait = self.state.items.get(flag.item).portrait
        return AskedView(
            **self.letters.greeting(self.state.people.get(flag.person)),
            kind=words.FlagKind(flag.kind),
            url=portrait.url,
            ref=flag.ref,
            by=remark.by,
            question=remark.text,
        )

    def _audit(self, reviewer: Reviewer, action: str, ref: str) -> None:
        self.state.audit.append(self.now(), reviewer.ref, action, ref, {})


FOR_A_DAY = "IT can see it for one day."


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyLooks:
    """Each of the two acts from a session of their own: nobody can name a second person."""

    state: State
    config: Config
    admission: Admission
    glass: Glass
    now: Now
    new_ref: NewRef

    def propose(self, reviewer: Reviewer, begun: str, reason: str) -> Proposal:
        """Wish to open a flag, named by as much of its ref as letters print."""
        with self.state.write():
            flag = self.state.flags.get(self.state.flags.whole(begun.strip()))
            refuse_self(reviewer, flag)
            self._refuse_needless(flag)
            proposal = Proposal(
                ref=self.new_ref(),
                flag=flag.ref,
                person=flag.person,
                first=reviewer.address,
                reason=reason.strip(),
                at=self.now(),
            )
            said = self.state.audit.commitment(flag.person, proposal.reason)
            self.state.glass.put(proposal)
            self._audit(reviewer, "proposed-glass", flag.ref, {"reason": said})
        return proposal

    def waiting(self) -> Iterator[tuple[Proposal, Flag]]:
        """Yield what waits for a second reviewer, the oldest first."""
        for proposal in self.state.glass.unconfirmed():
            if proposal.waits(self.now()):
                yield proposal, self.state.flags.get(proposal.flag)

    def confirm(self, reviewer: Reviewer, ref: str) -> Proposal:
        """Open it for a day. Its person is written to in the same transaction."""
        with self.state.write():
            proposal = self.state.glass.get(ref)
            flag = self.state.flags.get(proposal.flag)
            refuse_self(reviewer, flag)
            self._refuse_strangers(proposal.first, reviewer.address)
            broken = proposal.confirmed(reviewer.address, self.now())
            self._refuse_needless(flag)
            self.state.glass.put(broken)
            if self.admission.opening(flag) is None:
                sentence = "This person's consent has ended, so review has ended too."
                raise NotPermittedError(sentence)
            seen = f"{words.flag_sentence(flag.kind, flag.severity)} {FOR_A_DAY}"
            by = Opener(actor=reviewer.ref, names=(broken.first, broken.second))
            self.glass.broken(flag.person, seen, broken.reason, by)
            self._audit(reviewer, "broke-glass", flag.ref, {})
        return broken

    def _refuse_needless(self, flag: Flag) -> None:
        if self.admission.opening(flag):
            reason = "This flag is already open to IT. Find it in the queue."
            raise InputError(reason)

    def _refuse_strangers(self, *addresses: str) -> None:
        listed = {each.casefold() for each in self.config.district.reviewers}
        if not {each.casefold() for each in addresses} <= listed:
            reason = "The person who requested this is no longer a reviewer. Send a new request."
            raise NotPermittedError(reason)

    def _audit(self, reviewer: Reviewer, action: str, ref: str, details: dict[str, str]) -> None:
        self.state.audit.append(self.now(), reviewer.ref, action, ref, details)
