"""Joins flows to what they need: a part each, made once."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial

from monitor.affairs import Affairs
from monitor.casework import Casework
from monitor.config import Config
from monitor.db.database import State
from monitor.domain.names.frequency import census
from monitor.domain.planning.queries import StudentLinks
from monitor.entrance import Entrance
from monitor.lanes import RankedLanes, lanes_of, pictures_here
from monitor.mailroom import OUTBOX, Mailroom
from monitor.matcher.process import MatcherProcess, NoMatcher
from monitor.outside import Outside
from monitor.portal import portal_of
from monitor.service import Service
from monitor.services.account_proofs import Proving
from monitor.services.consent import DistrictTerms
from monitor.services.enrollment import Joining
from monitor.services.feedback import Deciding, Sorting
from monitor.services.flagging import Flagging
from monitor.services.ingest import SettlementParts, Settling
from monitor.services.jobs import DueRounds
from monitor.services.notifications import Alerting, Correspondence
from monitor.services.ports import Now
from monitor.services.presenters import Telling
from monitor.services.query_planning import Planning, Sharing, limits_of, prices_of
from monitor.services.schedule import Grid
from monitor.services.staging import EVIDENCED, Cleaning, Contacts, Keeping, workplace_of
from monitor.services.sweeps import Canaries, Sweeping
from monitor.services.weights import load_weights
from monitor.sources import engine_titles
from scrapers.http.crawler import Lanes
from scrapers.http.frontier import Rank
from scrapers.models import District
from scrapers.sandbox.client import ChildParser
from scrapers.source import Source


@dataclass(frozen=True, kw_only=True)
class Workshop:
    config: Config
    outside: Outside
    state: State
    matcher: NoMatcher | MatcherProcess
    parser: ChildParser
    sources: Mapping[str, Source]

    def service(self) -> Service:
        return Service(
            config=self.config,
            state=self.state,
            sources=self.sources,
            terms=self.terms,
            joining=self.joining,
            leaving=self.affairs.leaving,
            consenting=self.affairs.consenting,
            editing=self.affairs.editing,
            naming=self.affairs.naming,
            holding=self.affairs.holding,
            exporting=self.affairs.exporting,
            purging=self.affairs.purging,
            reviewing=self.casework.reviewing,
            sorting=self.sorting,
            retracing=self.casework.retracing,
            casework=self.casework,
            digesting=self.mailroom.digesting,
            posting=self.mailroom.posting,
            bouncing=self.mailroom.bouncing,
            stopping=self.mailroom.stopping,
            planning=self.planning,
            canaries=self.canaries,
            glass=self.casework.glass,
            admitting=self.entrance.admitting,
            signing_in=self.entrance.signing_in,
            portal=portal_of(self),
            rounds=self.rounds,
            now=self.now,
            new_ref=self.outside.new_ref,
            pictures=pictures_here(),
        )

    @property
    def now(self) -> Now:
        return self.outside.clock.now

    @cached_property
    def terms(self) -> DistrictTerms:
        return DistrictTerms(config=self.config, engines=engine_titles(self.sources))

    @cached_property
    def letters(self) -> Correspondence:
        return Correspondence(
            state=self.state, config=self.config, now=self.now, new_ref=self.outside.new_ref
        )

    @cached_property
    def telling(self) -> Telling:
        return Telling(state=self.state)

    @cached_property
    def entrance(self) -> Entrance:
        return Entrance(
            state=self.state, config=self.config, letters=self.letters, outside=self.outside
        )

    @cached_property
    def joining(self) -> Joining:
        return Joining(
            state=self.state,
            config=self.config,
            terms=self.terms,
            letters=self.letters,
            leaving=self.affairs.leaving,
            reminding=self.affairs.reminding,
            now=self.now,
            new_ref=self.outside.new_ref,
        )

    @cached_property
    def affairs(self) -> Affairs:
        return Affairs(
            config=self.config,
            state=self.state,
            sources=self.sources,
            terms=self.terms,
            letters=self.letters,
            planning=self.planning,
            flagging=self.flagging,
            keeping=self.keeping,
            forget_letters=partial(self.outside.forget_letters, self.config.state / OUTBOX),
            now=self.now,
            new_ref=self.outside.new_ref,
        )

    @cached_property
    def deciding(self) -> Deciding:
        return Deciding(state=self.state, flagging=self.flagging, now=self.now)

    @cached_property
    def sorting(self) -> Sorting:
        return Sorting(state=self.state, flagging=self.flagging, deciding=self.deciding)

    @cached_property
    def casework(self) -> Casework:
        return Casework(
            config=self.config,
            state=self.state,
            terms=self.terms,
            telling=self.telling,
            planning=self.planning,
            deciding=self.deciding,
            sorting=self.sorting,
            letters=self.letters,
            outside=self.outside,
            sources=self.sources,
        )

    @cached_property
    def flagging(self) -> Flagging:
        return Flagging(
            state=self.state,
            counts=census(),
            weights=load_weights(self.config.detection),
            alerting=Alerting(letters=self.letters, telling=self.telling),
            now=self.now,
            new_ref=self.outside.new_ref,
        )

    @cached_property
    def mailroom(self) -> Mailroom:
        return Mailroom(
            config=self.config,
            outside=self.outside,
            state=self.state,
            letters=self.letters,
            telling=self.telling,
            stopped=self._stopped.is_set,
        )

    @cached_property
    def _stopped(self) -> threading.Event:
        return threading.Event()

    @cached_property
    def canaries(self) -> Canaries:
        return Canaries(
            state=self.state,
            sources=self.sources,
            visitor=RankedLanes(self.lanes, Rank.FIRST),
            now=self.now,
            new_ref=self.outside.new_ref,
        )

    @cached_property
    def rounds(self) -> DueRounds:
        def interrupt() -> None:
            self._stopped.set()
            self.lanes.stop()

        return DueRounds(
            state=self.state,
            config=self.config,
            sweeping=self._sweeping(self._stopped.is_set),
            canaries=self.canaries,
            digesting=self.mailroom.digesting,
            reviewing=self.casework.reviewing,
            posting=self.mailroom.posting,
            bouncing=self.mailroom.bouncing,
            upkeep=self.mailroom.upkeep,
            leaving=self.affairs.leaving,
            renewing=self.affairs.renewing,
            reminding=self.affairs.reminding,
            purging=self.affairs.purging,
            now=self.now,
            grid=Grid(state=self.state, config=self.config, now=self.now),
            interrupt=interrupt,
        )

    @cached_property
    def keeping(self) -> Keeping:
        kinds = EVIDENCED if self.config.evidence.pages else frozenset()
        return Keeping(state=self.state, spans=self._spans(), kinds=kinds)

    def _spans(self) -> Mapping[str, timedelta]:
        """Return how long the terms of some sources let us keep their text."""
        kept = ((each.name, each.declaration.retain_text_for) for each in self.sources.values())
        return {name: span for name, span in kept if span}

    def _sweeping(self, stopped: Callable[[], bool]) -> Sweeping:
        return Sweeping(
            state=self.state,
            sources=self.sources,
            visitor=RankedLanes(self.lanes, Rank.USUAL),
            urgent=RankedLanes(self.lanes, Rank.FIRST),
            planning=self.planning,
            cleaning=self.cleaning,
            contacts=Contacts(state=self.state, matcher=self.matcher, now=self.now),
            keeping=self.keeping,
            settling=self._settling(),
            now=self.now,
            new_ref=self.outside.new_ref,
            stopped=stopped,
        )

    @cached_property
    def cleaning(self) -> Cleaning:
        return Cleaning(state=self.state, work=workplace_of(self.config))

    @cached_property
    def planning(self) -> Planning:
        return Planning(
            state=self.state,
            sources=self.sources,
            prices=prices_of(self.sources.values()),
            limits=limits_of(self.config.planning),
            sharing=self._sharing(),
            now=self.now,
            student_links=StudentLinks.ON if self.matcher.on else StudentLinks.OFF,
        )

    def _sharing(self) -> Sharing:
        asked_for = self.config.district
        district = District(name=asked_for.name, domains=asked_for.domains)
        return Sharing(state=self.state, sources=self.sources, district=district, now=self.now)

    def _settling(self) -> Settling:
        parts = SettlementParts(
            state=self.state,
            flagging=self.flagging,
            proving=Proving(
                state=self.state,
                counts=census(),
                letters=self.letters,
                retiring=self.affairs.retiring,
                now=self.now,
            ),
            new_ref=self.outside.new_ref,
        )
        return Settling(state=self.state, parts=parts, now=self.now)

    @cached_property
    def lanes(self) -> Lanes:
        return lanes_of(
            self.config, self.outside, self.state, sources=self.sources, parser=self.parser
        )
