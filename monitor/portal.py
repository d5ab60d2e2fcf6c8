"""The stories that only the pages of a member of staff tell, joined to what they need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from monitor.config import Config
from monitor.db.database import State
from monitor.lanes import pictures_here
from monitor.outside import Outside
from monitor.services.consent import Consenting, DistrictTerms
from monitor.services.data_export import OwnData
from monitor.services.enrollment import Beginning, Joining, Supposing, Widening
from monitor.services.erasure import Disowning, Leaving
from monitor.services.feedback import Deciding, Sorting
from monitor.services.findings import Cards, Dossier, Overview
from monitor.services.flagging import Flagging, Learnt
from monitor.services.history import Retracing
from monitor.services.ports import Now
from monitor.services.presenters import Telling
from monitor.services.profile import Readdressing
from monitor.services.query_planning import Planning
from monitor.services.self_check import Checking
from monitor.services.sharing import Disclosing
from scrapers.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    beginning: Beginning
    checking: Checking
    overview: Overview
    cards: Cards
    dossier: Dossier
    disclosing: Disclosing
    learnt: Learnt
    own_data: OwnData
    disowning: Disowning
    widening: Widening
    readdressing: Readdressing


class Affairs(Protocol):
    @property
    def consenting(self) -> Consenting: ...
    @property
    def leaving(self) -> Leaving: ...
    @property
    def readdressing(self) -> Readdressing: ...


class Parts(Protocol):
    """What a workshop has made already."""

    @property
    def config(self) -> Config: ...
    @property
    def outside(self) -> Outside: ...
    @property
    def state(self) -> State: ...
    @property
    def sources(self) -> Mapping[str, Source]: ...
    @property
    def now(self) -> Now: ...
    @property
    def telling(self) -> Telling: ...
    @property
    def joining(self) -> Joining: ...
    @property
    def planning(self) -> Planning: ...
    @property
    def terms(self) -> DistrictTerms: ...
    @property
    def deciding(self) -> Deciding: ...
    @property
    def sorting(self) -> Sorting: ...
    @property
    def flagging(self) -> Flagging: ...
    @property
    def affairs(self) -> Affairs: ...


def portal_of(parts: Parts) -> Portal:
    state, now, telling = parts.state, parts.now, parts.telling
    cards = Cards(state=state, sorting=parts.sorting, telling=telling)
    disclosing = Disclosing(state=state, terms=parts.terms, deciding=parts.deciding, now=now)
    return Portal(
        beginning=_beginning(parts),
        checking=Checking(state=state, telling=telling, now=now, new_ref=parts.outside.new_ref),
        overview=Overview(
            state=state, config=parts.config, telling=telling, sorting=parts.sorting, now=now
        ),
        cards=cards,
        dossier=Dossier(
            state=state,
            telling=telling,
            cards=cards,
            retracing=Retracing(state=state),
            disclosing=disclosing,
        ),
        disclosing=disclosing,
        learnt=Learnt(state=state, flagging=parts.flagging),
        own_data=OwnData(state=state, consenting=parts.affairs.consenting),
        disowning=Disowning(state=state, leaving=parts.affairs.leaving, now=now),
        readdressing=parts.affairs.readdressing,
        widening=Widening(
            state=state,
            supposing=Supposing(sources=parts.sources, student_links=parts.planning.student_links),
            now=now,
        ),
    )


def _beginning(parts: Parts) -> Beginning:
    return Beginning(
        state=parts.state,
        joining=parts.joining,
        sources=parts.sources,
        student_links=parts.planning.student_links,
        pictures=pictures_here(),
        now=parts.now,
    )
