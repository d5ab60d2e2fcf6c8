"""The letter that does not wait for Monday: a high flag, told to its person alone."""

from dataclasses import dataclass

from monitor.domain.disclosure import ANSWER_WITHIN, needs_notice
from monitor.domain.flag import Flag, FlagKind
from monitor.domain.person import Person
from monitor.flows.writing.letters import Correspondence, LetterPlan
from monitor.flows.writing.telling import Telling
from reports.notice import AlertView


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    letters: Correspondence
    telling: Telling

    def tell(self, person: Person, flag: Flag) -> None:
        if not needs_notice(flag):
            return
        opens = flag.kind is FlagKind.IMPERSONATION
        self.letters.queue(
            # A flag that opened again begins anew, and is told anew.
            LetterPlan(reader=person.ref, period=f"{flag.ref} {flag.opened_at.isoformat()}"),
            AlertView(
                **self.letters.greeting(person),
                flag=self.telling.flag(flag),
                opens_at=flag.opened_at + ANSWER_WITHIN if opens else None,
            ),
        )
