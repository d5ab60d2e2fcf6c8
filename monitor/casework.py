"""What is done about flags once they are raised: the parts, each made once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.config import Config
from monitor.flows.asking.planning import Planning
from monitor.flows.judging.deciding import Deciding
from monitor.flows.judging.evidence import EvidenceMaking
from monitor.flows.judging.retracing import Retracing
from monitor.flows.judging.sorting import Sorting
from monitor.flows.membership.terms import DistrictTerms
from monitor.flows.parts import Now
from monitor.flows.reviewing.admission import Admission
from monitor.flows.reviewing.district import Surveying
from monitor.flows.reviewing.early import EarlyLooks
from monitor.flows.reviewing.handling import Handling
from monitor.flows.reviewing.queue import ReviewQueue
from monitor.flows.reviewing.review import Reviewing
from monitor.flows.showing.takedown import TakingDown
from monitor.flows.writing.glass import Glass
from monitor.flows.writing.letters import Correspondence
from monitor.flows.writing.telling import Telling
from monitor.outside import Outside
from monitor.places_file import own_places
from monitor.sources import report_forms
from monitor.store.state import State
from scrapers.source import Source


@dataclass(frozen=True, kw_only=True)
class Casework:
    config: Config
    state: State
    terms: DistrictTerms
    telling: Telling
    planning: Planning
    deciding: Deciding
    sorting: Sorting
    letters: Correspondence
    outside: Outside
    sources: Mapping[str, Source]

    @property
    def now(self) -> Now:
        return self.outside.clock.now

    @cached_property
    def admission(self) -> Admission:
        return Admission(state=self.state, terms=self.terms, now=self.now)

    @cached_property
    def glass(self) -> Glass:
        return Glass(state=self.state, letters=self.letters, now=self.now)

    @cached_property
    def retracing(self) -> Retracing:
        return Retracing(state=self.state)

    @cached_property
    def reviewing(self) -> Reviewing:
        return Reviewing(
            state=self.state,
            config=self.config,
            admission=self.admission,
            letters=self.letters,
            telling=self.telling,
            glass=self.glass,
            deciding=self.deciding,
            sorting=self.sorting,
            now=self.now,
        )

    @cached_property
    def queue(self) -> ReviewQueue:
        return ReviewQueue(
            state=self.state, config=self.config, admission=self.admission, now=self.now
        )

    @cached_property
    def handling(self) -> Handling:
        return Handling(
            state=self.state,
            admission=self.admission,
            reviewing=self.reviewing,
            evidence=self.evidence,
            letters=self.letters,
            now=self.now,
        )

    @cached_property
    def early(self) -> EarlyLooks:
        return EarlyLooks(
            state=self.state,
            config=self.config,
            admission=self.admission,
            glass=self.glass,
            now=self.now,
            new_ref=self.outside.new_ref,
        )

    @cached_property
    def surveying(self) -> Surveying:
        return Surveying(
            state=self.state,
            config=self.config,
            admission=self.admission,
            planning=self.planning,
            telling=self.telling,
            now=self.now,
        )

    @cached_property
    def evidence(self) -> EvidenceMaking:
        return EvidenceMaking(state=self.state, retracing=self.retracing)

    @cached_property
    def taking_down(self) -> TakingDown:
        return TakingDown(
            state=self.state,
            places=own_places(),
            report=report_forms(self.sources.values()),
            evidence=self.evidence,
            reviewing=self.reviewing,
            now=self.now,
        )
