"""An operator reads what is one person's own: audited, and the person is told at once."""

from dataclasses import dataclass

from monitor.errors import InputError
from monitor.flows.parts import Now
from monitor.flows.writing.letters import Correspondence, LetterPlan
from monitor.store.state import State
from reports.notice import BreakGlassView


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    state: State
    letters: Correspondence
    now: Now

    def broken(
        self, person: str, seen: str, reason: str, by: tuple[str, ...] = ("the operator",)
    ) -> None:
        """Write it down and write to the person; call it before anything is shown."""
        if not reason.strip():
            sentence = "Breaking the glass takes a reason: the person will read it."
            raise InputError(sentence)
        now, whose = self.now(), self.state.people.get(person)
        with self.state.write():
            said = self.state.audit.commitment(person, reason)
            self.state.audit.append(now, "operator", "broke-glass", person, {"reason": said})
            self.letters.queue(
                LetterPlan(reader=person, period=now.isoformat()),
                BreakGlassView(
                    **self.letters.greeting(whose),
                    at=now,
                    seen=seen,
                    by=by,
                    reason=reason,
                    ref=person,
                ),
            )
