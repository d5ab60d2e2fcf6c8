"""The way from an opened invitation to a consent: answers are kept sealed until it is given."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.domain.consent import Channel, Scope
from monitor.domain.joining import Draft, Step
from monitor.domain.person import Person, PersonName
from monitor.domain.planning.questions import SCOPE_OF, StudentLinks
from monitor.domain.recognition import Recognised, recognised
from monitor.errors import InputError, NotPermittedError
from monitor.flows.asking.permission import Pictures
from monitor.flows.membership.enrol import Answers, Joining, hashed
from monitor.flows.membership.preview import Supposing, preview
from monitor.flows.parts import Now
from monitor.store.invitations import Invitation
from monitor.store.state import State
from reports.pages.asked import AskedView
from scrapers.source import Source


class Invited(StrEnum):
    """Where an invitation stands; UNKNOWN is also one whose person has left."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Each answer is kept as it is given, and forgotten when the last one is, or a day later."""

    state: State
    joining: Joining
    sources: Mapping[str, Source]
    student_links: StudentLinks
    pictures: Pictures
    now: Now

    @property
    def offered(self) -> tuple[Scope, ...]:
        """Return the scopes that something is asked under here: no other is asked for."""
        families = {SCOPE_OF[source.family] for source in self.sources.values()}
        if self.pictures is Pictures.OPENED:
            families.add(Scope.PHOTOS)
        if self.student_links is StudentLinks.ON:
            families.add(Scope.STUDENT_LINKS)
        return tuple(scope for scope in Scope if scope in families)

    def standing(self, invitation: str) -> Invited:
        try:
            known = self.state.invitations.get(invitation)
        except InputError:
            return Invited.UNKNOWN
        if known.spent_at is not None:
            return Invited.ANSWERED
        return Invited.OPEN if known.open(self.now()) else Invited.EXPIRED

    def of_code(self, code: str) -> Invitation | None:
        """Return what a code was sent with, whether or not it still opens anything."""
        return self.state.invitations.with_code(hashed(code))

    def draft(self, invitation: str) -> Draft:
        """Return the answers so far; at first, the name under which somebody was invited."""
        known = self._open(invitation)
        kept = self.state.unfinished.get(invitation)
        return kept or Draft(name=PersonName(given=known.given, family=known.family))

    def answer(self, invitation: str, step: Step, draft: Draft) -> Draft:
        """Keep the answers of one page; what comes later is kept, too."""
        self._open(invitation)
        if not draft.may_open(step):
            reason = "This page comes later: go on from where you were."
            raise NotPermittedError(reason)
        answered = replace(draft, done=draft.done | {step})
        self.state.unfinished.put(invitation, answered, self.now())
        return answered

    def revise(self, invitation: str, draft: Draft) -> None:
        """Keep answers of a page that is not done yet, such as one more account."""
        self._open(invitation)
        self.state.unfinished.put(invitation, draft, self.now())

    def give_up(self, invitation: str) -> None:
        """Forget what was answered; the invitation stays open."""
        self.state.unfinished.drop(invitation)

    def recognised(self, address: str) -> Recognised:
        return recognised(address, self.sources.values())

    def preview(self, invitation: str, draft: Draft) -> AskedView:
        """Show every question that would be asked first, and ask nothing."""
        person = self.joining.person(self._open(invitation), answers_of(draft))
        supposing = Supposing(sources=self.sources, student_links=self.student_links)
        return preview(supposing.questions(person, draft.scopes, self.now()), self.sources)

    def agree(self, invitation: str, draft: Draft, text_hash: str) -> Person:
        """Join. `text_hash` is that of the text that was read: another one is not agreed to."""
        if text_hash != self.joining.terms.hash:
            reason = "The consent text has changed since you read it: please read it again."
            raise NotPermittedError(reason)
        if draft.reached is not Step.CHECK:
            reason = "Some questions have no answer yet: go on from where you were."
            raise NotPermittedError(reason)
        with self.state.write():
            known = self._open(invitation)
            person = self.joining.accept(known, answers_of(draft), Channel.PORTAL)
            self.state.unfinished.drop(invitation)
        return person

    def _open(self, invitation: str) -> Invitation:
        if self.standing(invitation) is not Invited.OPEN:
            reason = "This invitation is used or out of date; ask IT for a new one."
            raise NotPermittedError(reason)
        return self.state.invitations.get(invitation)


def answers_of(draft: Draft) -> Answers:
    return Answers(
        name=draft.name,
        scopes=draft.scopes,
        school=draft.school,
        role=draft.role,
        places=draft.places,
        handles=draft.handles,
        accounts=draft.accounts,
        pages=draft.pages,
        absent_from=draft.absent_from,
    )
