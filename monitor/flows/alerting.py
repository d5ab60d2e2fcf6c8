"""The letter that does not wait for Monday: a high flag, told to its person alone."""

from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.flag import Flag, FlagKind, Severity
from monitor.domain.person import Person
from monitor.flows.letters import Correspondence, LetterPlan
from monitor.flows.telling import Telling
from reports.notice import AlertView

OPENS_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    letters: Correspondence
    telling: Telling

    def tell(self, person: Person, flag: Flag) -> None:
        if flag.severity is not Severity.HIGH:
            return
        opens = flag.kind is FlagKind.IMPERSONATION
        self.letters.queue(
            LetterPlan(reader=person.ref, period=flag.ref),
            AlertView(
                **self.letters.greeting(person),
                flag=self.telling.flag(flag),
                opens_at=flag.opened_at + OPENS_AFTER if opens else None,
            ),
        )
