"""What people decide: rulings on flags, words on items, and taking either back."""

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.flag import Flag, FlagState, Judgement, Ruling
from monitor.domain.rulings import LEADS_TO, ruled, steps
from monitor.domain.verdicts.said import VERDICTS, Said, standing
from monitor.flows.judging.flagging import Flagging
from monitor.flows.parts import Now
from monitor.store.state import State


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
