"""What is done about flags once they are raised: the parts, each made once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.config import Config
from monitor.db.database import State
from monitor.domain.takedown.places import own_places
from monitor.outside import Outside
from monitor.services.consent import DistrictTerms
from monitor.services.evidence import EvidenceMaking
from monitor.services.feedback import Deciding, Sorting
from monitor.services.history import Retracing
from monitor.services.notifications import Correspondence, Glass
from monitor.services.ports import Now
from monitor.services.presenters import Telling
from monitor.services.query_planning import Planning
from monitor.services.review import EarlyLooks, Handling, Reviewing
from monitor.services.review_queue import Admission, ReviewQueue
from monitor.services.statistics import Surveying
from monitor.services.takedown import TakingDown
from monitor.sources import report_forms
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
            deciding=self.deciding,
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
