"""Which flags IT is let in to at this moment, and what of each."""

from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.disclosure import (
    Case,
    Opening,
    ReviewFields,
    opens_to_review,
    review_fields,
)
from monitor.domain.flag import Flag
from monitor.domain.glass import BreakGlass
from monitor.errors import NotPermittedError
from monitor.flows.membership.terms import DistrictTerms
from monitor.flows.parts import Now
from monitor.store.openings import Gate
from monitor.store.state import State

NOT_YET = (
    "This flag is its person's alone so far; they see it first. "
    "Breaking the glass takes two reviewers and a reason, and tells the person."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The one rule of `domain/disclosure`, with all that bears on it read anew."""

    state: State
    terms: DistrictTerms
    now: Now

    def opening(self, flag: Flag, glass: tuple[BreakGlass, ...] = ()) -> Opening | None:
        """Return why IT may see it; `glass` is what was broken besides what is kept."""
        case = self._case(flag, glass)
        return opens_to_review(case, self.now(), self.terms.disclosure) if case else None

    def opened(self, flag: Flag) -> Opening:
        """Raise NotPermittedError while it is its person's alone."""
        opening = self.opening(flag)
        if opening is None:
            raise NotPermittedError(NOT_YET)
        return opening

    def fields(self, flag: Flag, opening: Opening) -> ReviewFields:
        case = self._case(flag)
        if case is None:
            raise NotPermittedError(NOT_YET)
        person, item = self.state.people.get(flag.person), self.state.items.get(flag.item)
        return review_fields(person, item, case, opening)

    def gate(self) -> Gate:
        """Return the same rule as far as plain columns can tell."""
        policy, now = self.terms.disclosure, self.now()
        days = policy.student_link_days
        return Gate(
            now=now,
            counted_before=None if days is None else now - timedelta(days=days),
            told_in=tuple(policy.told_in),
        )

    def _case(self, flag: Flag, glass: tuple[BreakGlass, ...] = ()) -> Case | None:
        consent = self.state.consents.latest(flag.person)
        if consent is None:
            return None
        return Case(
            flag=flag,
            consent=consent,
            judgements=self.state.flags.judgements(flag.ref),
            glass=(*glass, *self.state.glass.broken(flag.ref, self.now())),
        )
