"""What reviewers do with a flag that they have opened: take it, note, ask, rule, and undo."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.domain.asking import may_ask
from monitor.domain.flag import Flag, Ruling
from monitor.errors import InputError, NotPermittedError
from monitor.flows.judging.deciding import Word
from monitor.flows.judging.evidence import EvidenceMaking
from monitor.flows.parts import Now
from monitor.flows.reviewing.admission import Admission
from monitor.flows.reviewing.queue import RULINGS, Reviewer, asked_at, refuse_self
from monitor.flows.reviewing.review import Reviewing
from monitor.flows.writing.letters import Correspondence, LetterPlan
from monitor.store.assignments import Assignment
from monitor.store.remarks import Remark, RemarkKind
from monitor.store.state import State
from reports import words
from reports.evidence import EvidenceView
from reports.notice import AskedView

CHANGED = "This has changed since you opened it: look at it again before you decide."
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
            reason = "Its person has not shared the evidence; you can ask them to."
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
                reason = "Its person was asked within the last week: wait for their answer."
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
            reason = "Only its person may say that."
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
