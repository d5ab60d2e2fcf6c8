"""What a wider consent would have asked anew, told before anybody agrees to it."""

from dataclasses import dataclass

from monitor.domain.consent import Scope
from monitor.flows.membership.preview import Supposing, preview
from monitor.flows.parts import Now
from monitor.store.state import State
from reports.pages.asked import AskedView


@dataclass(frozen=True, slots=True, kw_only=True)
class Widening:
    state: State
    supposing: Supposing
    now: Now

    def preview(self, ref: str, before: frozenset[Scope], after: frozenset[Scope]) -> AskedView:
        """Show the first questions that `after` brings and `before` does not; ask nothing."""
        person, now, questions = self.state.people.get(ref), self.now(), self.supposing.questions
        known = {query.key for query in questions(person, before, now)}
        anew = (each for each in questions(person, after, now) if each.key not in known)
        return preview(anew, self.supposing.sources)
