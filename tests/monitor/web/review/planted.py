"""Texts planted wherever somebody else's words can come before IT."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice

from monitor.db.review_notes import ReviewNote, ReviewNoteKind
from monitor.domain.case import Case
from monitor.domain.reason import Name, Quoted, Reason
from monitor.domain.two_reviewers import EarlyAccessProposal
from monitor.domain.vocabulary import Decision, SweepKind
from tests.cases import say
from tests.hostile_strings import FORMULAS, HEADERS, SHOWN
from tests.monitor.services.world import Staff
from tests.monitor.web.inert import FIELDS, poisoned
from tests.monitor.web.portal import Portal
from tests.monitor.web.review.flagged import BO, fake

TEXTS = (*SHOWN, *HEADERS, *FORMULAS)


def plain(text: str) -> str:
    """Make it what can be sent or kept as it is: without halves of characters."""
    return text.encode(errors="replace").decode()


@dataclass(frozen=True)
class Planting:
    """Maria's case, which is open to IT, and one of hers that two reviewers may open early."""

    portal: Portal
    maria: Staff
    closed: Case

    def plant(self, first: int) -> list[str]:
        """Fill every place anew, each with another text, and return the texts."""
        used: list[str] = []
        texts = self._texts(first, used)
        self._on_the_web(texts)
        self._by_people(texts)
        return used

    @property
    def address(self) -> str:
        return self.portal.world.state.findings.load_finding(
            fake(self.maria).finding_id
        ).portrait.url

    @property
    def own_addresses(self) -> set[str]:
        return {
            finding.portrait.url
            for finding in self.portal.world.state.findings.list_findings_of_person(self.maria.id)
        }

    def _texts(self, first: int, used: list[str]) -> Iterator[str]:
        for text in islice(cycle(TEXTS), first, None):
            used.append(text)
            yield text

    def _on_the_web(self, texts: Iterator[str]) -> None:
        state, case = self.portal.world.state, fake(self.maria)
        told = [next(texts) for _ in FIELDS]
        more = {name: next(texts) for name in ("url", "account", "location")}
        finding = poisoned(state.findings.load_finding(case.finding_id), told, **more)
        state.findings.update_finding(finding)
        planted = Reason("district-place", {"place": Name(next(texts))})
        quoted = Reason("like-me.quoted", {"traits": Quoted(next(texts))})
        state.cases.update_case(replace(case, reasons=(planted, quoted)))
        for own in state.findings.list_findings_of_person(self.maria.id):
            if own.id != case.finding_id:
                state.findings.update_finding(poisoned(own, told, url=next(texts)))
        sweep = state.sweeps.find_latest_sweep(SweepKind.SWEEP)
        for run in state.sweeps.list_source_runs(sweep.id) if sweep else ():
            state.sweeps.save_source_run(sweep.id, replace(run, note=plain(next(texts))))

    def _by_people(self, texts: Iterator[str]) -> None:
        state, case, now = self.portal.world.state, fake(self.maria), self.portal.world.clock.at
        person = state.people.load_person(self.maria.id)
        name = replace(person.name, given=next(texts), family=next(texts), middle=next(texts))
        told = {word: next(texts) for word in ("school", "role", "organization")}
        state.people.update_person(replace(person, name=name, **told))
        state.cases.update_review_index(case)
        for kind in ReviewNoteKind:
            text = next(texts)
            state.review_notes.insert_review_note(
                ReviewNote(case_id=case.id, kind=kind, by=BO, at=now, text=text)
            )
        said = Decision.IMPERSONATION
        state.cases.update_case(say(case, said, by="reviewer", at=now, note=next(texts)))
        proposal = EarlyAccessProposal(
            id="proposal",
            case_id=self.closed.id,
            person_id=self.maria.id,
            first=BO,
            reason=next(texts),
            at=now,
        )
        state.early_access.save_early_access_proposal(proposal)
