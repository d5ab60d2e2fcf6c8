"""What somebody who is joining has answered so far; nothing is asked about them before the end."""

from dataclasses import dataclass, field
from enum import StrEnum

from monitor.domain.consent import Scope
from monitor.domain.person import PersonName


class Step(StrEnum):
    """The pages of joining, in their order."""

    READ = "read"
    SCOPES = "scopes"
    NAMES = "names"
    WORK = "work"
    ACCOUNTS = "accounts"
    CHECK = "check"

    @property
    def before(self) -> "Step | None":
        """Return the page that this one leads back to; None for the first."""
        steps = list(Step)
        place = steps.index(self)
        return steps[place - 1] if place else None

    @property
    def after(self) -> "Step":
        steps = list(Step)
        return steps[min(steps.index(self) + 1, len(steps) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`done` are the pages that were answered; an answer is kept when its page is shown again."""

    name: PersonName
    done: frozenset[Step] = field(default_factory=frozenset)
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    school: str = ""
    role: str = ""
    places: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    absent_from: tuple[str, ...] = ()

    @property
    def reached(self) -> Step:
        """Return the first page without an answer: nobody skips what comes before the consent."""
        return next((step for step in Step if step not in self.done), Step.CHECK)

    def may_open(self, step: Step) -> bool:
        steps = list(Step)
        return steps.index(step) <= steps.index(self.reached)
