"""What people decide: rulings on flags, words on items, and taking either back.

A person sorts what exists: theirs, somebody else's, an imitation, not about them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.db.database import State
from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.lessons import VERDICTS, Said, standing, verdict_before
from monitor.domain.evidence import Label
from monitor.domain.flag import (
    LEADS_TO,
    Flag,
    FlagKind,
    FlagState,
    Judgement,
    Ruling,
    ruled,
    steps,
    urgency,
)
from monitor.domain.item import Item, Presence
from monitor.errors import InputError
from monitor.services.flagging import Flagging, declared_items
from monitor.services.ports import Now


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody says of a flag. `by` is the person's ref or a role.

    `until` is when a ruling of harmless lapses, None where it does not.
    """

    ruling: Ruling
    by: str
    note: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """Asks nobody's leave: who may decide what is for `Reviewing` and `Sorting` to know.

    Call it inside `write()`, and `learn` once at the end.
    """

    state: State
    flagging: Flagging
    now: Now

    def rule(self, flag: Flag, word: Word) -> Flag:
        """Append a ruling; what its person says of a flag is remembered with the item."""
        # One word has one time, however many steps it leads: so it is taken back as one.
        after, at = flag, self.now()
        for step in steps(flag, word.ruling):
            judgement = Judgement(
                flag=flag.ref,
                ruling=step,
                by=word.by,
                at=at,
                note=word.note,
                until=word.until if step is word.ruling else None,
            )
            before, after = after, ruled(after, judgement)
            self.state.flags.judge(judgement)
            if word.by == flag.person:
                self._remember(before, step)
        self.state.flags.replace(after)
        self._audit("ruled", flag.ref, word, flag.person)
        return after

    def sort(self, item: str, word: Word) -> None:
        """Keep a person's word on an item, or take their last one back."""
        self._say(item, word.ruling)
        self._audit("sorted", item, word, self.state.items.get(item).person)

    def learn(self, person: str) -> None:
        """See everything of a person in the light of what they just said."""
        self.flagging.relearn(self.state.people.get(person))

    def _remember(self, before: Flag, ruling: Ruling) -> None:
        if ruling in VERDICTS or (ruling is Ruling.REOPENED and self._taught(before)):
            self._say(before.item, ruling, before.ref)

    def _taught(self, flag: Flag) -> bool:
        """Tell whether the last word on the item was said of this flag, as it stands."""
        last = standing(self.state.verdicts.of(flag.item))
        return last is not None and last.flag == flag.ref and _leads_to(last.ruling) is flag.state

    def _say(self, item: str, ruling: Ruling, flag: str = "") -> None:
        self.state.verdicts.append(Said(item=item, ruling=ruling, at=self.now(), flag=flag))

    def _audit(self, action: str, subject: str, word: Word, person: str) -> None:
        actor = "person" if word.by == person else word.by
        self.state.audit.append(self.now(), actor, action, subject, {"ruling": word.ruling})


def _leads_to(ruling: Ruling | None) -> FlagState | None:
    return LEADS_TO.get(ruling) if ruling else None


SUGGESTED = {
    Label.OWN: Ruling.MINE,
    Label.NAMESAKE: Ruling.NAMESAKE,
    Label.UNRELATED: Ruling.UNRELATED,
    Label.IMPERSONATION: Ruling.IMPERSONATION,
}
# What we cannot tell comes before what we think we can; an imitation before everything.
_WORST_FIRST = (
    *(Label.IMPERSONATION, Label.UNKNOWN, Label.OWN),
    *(Label.NAMESAKE, Label.UNRELATED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsorted:
    """`flags` are the item's undecided ones, the worst first. `assessment` tells the reasons."""

    item: Item
    assessment: Assessment
    flags: tuple[Flag, ...]

    @property
    def suggested(self) -> Ruling | None:
        """What we would say; None where we cannot tell."""
        return SUGGESTED.get(self.assessment.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    item: Item
    verdict: Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """`owner` is the person who asks: what is not theirs is not there."""

    state: State
    flagging: Flagging
    deciding: Deciding

    def waiting(self, owner: str) -> tuple[Unsorted, ...]:
        """Return what is to be sorted, the worst first."""
        return tuple(sorted(self._waiting(owner), key=_badness))

    def sorted(self, owner: str) -> tuple[Sorted, ...]:
        """Return what they sorted so far, the oldest first."""
        judged = self.state.items.judged(owner)
        return tuple(Sorted(item=item, verdict=ruling) for item, ruling in judged)

    def sort(self, owner: str, answers: Mapping[str, Ruling]) -> None:
        """Keep all answers or none, and learn from them at once. A later answer replaces one."""
        items = {ref: self.state.items.of_owner(owner, ref) for ref in answers}
        for ruling in answers.values():
            _refuse_other_words(ruling)
        with self.state.write():
            for ref, item in items.items():
                self._sort(item, Word(ruling=answers[ref], by=owner))
            self.deciding.learn(owner)

    def undo(self, owner: str, refs: Iterable[str]) -> None:
        """Take back the last answer about each; what they said before that stands again."""
        items = [self.state.items.of_owner(owner, ref) for ref in refs]
        with self.state.write():
            for item in items:
                self._undo(item, owner)
            self.deciding.learn(owner)

    def _waiting(self, owner: str) -> Iterator[Unsorted]:
        declared = {each.ref for each in declared_items(self.state, self.state.people.get(owner))}
        raised = defaultdict(list)
        for flag in self.state.flags.of_person(owner):
            raised[flag.item].append(flag)
        for item, assessment in self.state.items.unjudged(owner):
            if item.ref in declared or item.presence is Presence.GONE:
                continue
            flags = raised[item.ref]
            if not any(
                each.kind is FlagKind.IMPERSONATION and not each.undecided for each in flags
            ):
                undecided = (each for each in flags if each.undecided)
                told = tuple(sorted(undecided, key=urgency))
                yield Unsorted(item=item, assessment=assessment, flags=told)

    def _sort(self, item: Item, word: Word) -> None:
        """Settle the question of who plays whom together with whose it is: it is one question."""
        flag = self.state.flags.find(item.ref, FlagKind.IMPERSONATION)
        if flag is None and word.ruling is Ruling.IMPERSONATION:
            flag = self.flagging.accused(self.state.people.get(item.person), item)
        if flag is None or (flag.pursued and word.ruling is Ruling.IMPERSONATION):
            self.deciding.sort(item.ref, word)
            return
        self._settle(flag, word)

    def _settle(self, flag: Flag, word: Word) -> None:
        while not flag.undecided:
            flag = self.deciding.rule(flag, Word(ruling=Ruling.REOPENED, by=word.by))
        self.deciding.rule(flag, word)

    def _undo(self, item: Item, owner: str) -> None:
        said = self.state.verdicts.of(item.ref)
        if self.state.items.verdict(item.ref) is None:
            reason = "There is no answer, so there is nothing to undo."
            raise InputError(reason)
        before = verdict_before(said)
        flag = self.state.flags.find(item.ref, FlagKind.IMPERSONATION)
        verdict = self.state.items.verdict(item.ref)
        taken_back = Word(ruling=Ruling.REOPENED, by=owner)
        if flag and verdict and LEADS_TO[verdict] is flag.state:
            self.deciding.rule(flag, taken_back)
        else:
            self.deciding.sort(item.ref, taken_back)
        if before is not self.state.items.verdict(item.ref) and before is not None:
            self._sort(item, Word(ruling=before, by=owner))


def _badness(each: Unsorted) -> tuple[object, ...]:
    flag = urgency(each.flags[0]) if each.flags else ()
    label = _WORST_FIRST.index(each.assessment.label)
    return (not each.flags, flag, label, -each.assessment.bits, each.item.ref)


def _refuse_other_words(ruling: Ruling) -> None:
    if ruling not in VERDICTS:
        words = ", ".join(sorted(VERDICTS))
        reason = f"Answer a finding with one of {words}. The answer {ruling} is only for flags."
        raise InputError(reason)
