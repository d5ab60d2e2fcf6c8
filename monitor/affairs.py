"""Joins what people, and time, decide about consent and about what is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.config import Config
from monitor.db.database import State
from monitor.services.consent import Consenting, DistrictTerms, Renewing
from monitor.services.data_export import Exporting
from monitor.services.enrollment import Reminding
from monitor.services.erasure import Leaving
from monitor.services.flagging import Flagging
from monitor.services.legal_holds import Holding
from monitor.services.name_changes import Naming
from monitor.services.notifications import Correspondence
from monitor.services.ports import NewRef, Now
from monitor.services.profile import Editing, Readdressing
from monitor.services.query_planning import Planning
from monitor.services.retention import Lent, Purging, Retiring
from monitor.services.staging import Keeping
from scrapers.source import Source


@dataclass(frozen=True, kw_only=True)
class Affairs:
    config: Config
    state: State
    sources: Mapping[str, Source]
    terms: DistrictTerms
    letters: Correspondence
    planning: Planning
    flagging: Flagging
    keeping: Keeping
    forget_letters: Callable[[str], None]
    now: Now
    new_ref: NewRef

    @cached_property
    def leaving(self) -> Leaving:
        return Leaving(
            state=self.state,
            letters=self.letters,
            forget_letters=self.forget_letters,
            now=self.now,
        )

    @cached_property
    def consenting(self) -> Consenting:
        return Consenting(
            state=self.state,
            terms=self.terms,
            letters=self.letters,
            retiring=self.retiring,
            now=self.now,
        )

    @cached_property
    def editing(self) -> Editing:
        return Editing(state=self.state, retiring=self.retiring, naming=self.naming, now=self.now)

    @cached_property
    def naming(self) -> Naming:
        return Naming(
            state=self.state,
            letters=self.letters,
            retiring=self.retiring,
            now=self.now,
            new_ref=self.new_ref,
        )

    @cached_property
    def readdressing(self) -> Readdressing:
        return Readdressing(
            state=self.state,
            config=self.config,
            letters=self.letters,
            leaving=self.leaving,
            retiring=self.retiring,
            now=self.now,
            new_ref=self.new_ref,
        )

    @cached_property
    def holding(self) -> Holding:
        return Holding(
            state=self.state,
            config=self.config,
            letters=self.letters,
            retiring=self.retiring,
            now=self.now,
            new_ref=self.new_ref,
        )

    @cached_property
    def renewing(self) -> Renewing:
        return Renewing(state=self.state, letters=self.letters, leaving=self.leaving, now=self.now)

    @cached_property
    def reminding(self) -> Reminding:
        return Reminding(state=self.state, config=self.config, letters=self.letters, now=self.now)

    @cached_property
    def exporting(self) -> Exporting:
        return Exporting(state=self.state, config=self.config, letters=self.letters, now=self.now)

    @cached_property
    def purging(self) -> Purging:
        return Purging(
            state=self.state,
            now=self.now,
            lent=Lent(state=self.state, spans=self.keeping.spans),
            keeping=self.keeping,
            flagging=self.flagging,
        )

    @cached_property
    def retiring(self) -> Retiring:
        return Retiring(
            state=self.state,
            sources=self.sources,
            planning=self.planning,
            flagging=self.flagging,
        )
