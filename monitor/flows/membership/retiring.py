"""What is asked no more is forgotten in silence: a dropped scope, a name that was taken back.

The rule: a question that is asked no more shows nothing any more, and what no other question
shows is forgotten with it. Two things stay: what the person said is theirs, and what they shared
or pursue, since others act on that.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from monitor.domain.consent import Consent, Scope
from monitor.domain.events import repainted
from monitor.domain.flag import FlagKind, Ruling
from monitor.domain.person import Person
from monitor.domain.planning.questions import scope_of
from monitor.flows.asking.planning import Planning
from monitor.flows.judging.flagging import Flagging
from monitor.store.questions import Question
from monitor.store.state import State
from scrapers.finding import Finding
from scrapers.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Retiring:
    """To be called inside the transaction in which a person changes what is asked.

    Under a legal hold nothing is forgotten; what is asked no more, is asked no more all the same.
    """

    state: State
    sources: Mapping[str, Source]
    planning: Planning
    flagging: Flagging

    def narrowed(self, consent: Consent) -> None:
        """Forget what a consent covers no more; the consent is the person's last word."""
        person = self.state.people.get(consent.person)
        if self.state.holds.stands(person.ref):
            return
        asked = self.state.questions.of(person.ref)
        self._retire(person, {each.key for each in asked if not self._covered(each, consent)})
        if Scope.PHOTOS not in consent.scopes:
            self._forget_prints(person.ref)
        if Scope.STUDENT_LINKS not in consent.scopes:
            self._forget_student_links(person.ref)
        self.flagging.relearn(person)

    def edited(self, before: Person, after: Person) -> None:
        """Forget what only words showed that a person has taken back. Nothing new is told of.

        The questions that come in their place are new ones, so their first answers are silent.
        """
        old, new = self.planning.standing(before), self.planning.standing(after)
        if not self.state.holds.stands(after.ref):
            self._retire(after, old - new)
        self.flagging.relearn(after)

    def _covered(self, question: Question, consent: Consent) -> bool:
        source = self.sources.get(question.source)
        return source is None or scope_of(question.kind, source.family) in consent.scopes

    def _retire(self, person: Person, keys: Collection[str]) -> None:
        touched = {
            sighting.item
            for key in keys
            for sighting in self.state.sightings.of_question(person.ref, key)
        }
        for key in keys:
            self.state.questions.retire(person.ref, key)
        standing = self.planning.standing(person)
        for item in sorted(touched):
            self._let_go(person.ref, item, standing)

    def _let_go(self, person: str, ref: str, standing: Collection[str]) -> None:
        """Forget an item that no first question shows, or paint it anew from what is left.

        What only a followed question shows is never looked at again: nothing leads there now.
        """
        left = self.state.sightings.of_item(ref)
        if any(each.query in standing for each in left):
            shown = (each.finding for each in left if not each.misses)
            self.state.items.replace(repainted(self.state.items.get(ref), shown))
            return
        for each in left:
            self.state.questions.retire(person, each.query)
        if not self._theirs(ref):
            self.state.items.remove(ref)

    def _theirs(self, item: str) -> bool:
        flags = self.state.flags.of_item(item)
        acted_on = any(flag.shared_at or flag.pursued for flag in flags)
        return acted_on or self.state.items.verdict(item) is Ruling.MINE

    def _forget_student_links(self, person: str) -> None:
        for flag in self.state.flags.of_person(person):
            if flag.kind is FlagKind.STUDENT_LINK and not flag.shared_at:
                self.state.flags.remove(flag.ref)

    def _forget_prints(self, person: str) -> None:
        for sighting in self.state.sightings.of_person(person):
            if sighting.finding.picture_print:
                self.state.sightings.put(replace(sighting, finding=_unprinted(sighting.finding)))
        for item in self.state.items.of(person):
            self.state.versions.rewrite(item.ref, _unprinted)
            bare = replace(item, portrait=_unprinted(item.portrait))
            if bare != item:
                self.state.items.replace(bare)
            self.state.pictures.note(bare)


def _unprinted(finding: Finding) -> Finding:
    return replace(finding, picture_print="")
