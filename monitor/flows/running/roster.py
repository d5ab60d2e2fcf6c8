"""The district's own acts around its roster: recorded, and undone as a whole."""

from dataclasses import dataclass

from monitor.domain.flag import FlagKind
from monitor.domain.students.roster import Roster
from monitor.flows.parts import Now
from monitor.store.state import State


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
