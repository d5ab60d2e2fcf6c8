"""One district, ready to work: what the faces call."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.casework import Casework
from monitor.config import Config
from monitor.flows.asking.canaries import Canaries
from monitor.flows.asking.permission import Pictures
from monitor.flows.asking.planning import Planning
from monitor.flows.judging.retracing import Retracing
from monitor.flows.judging.sorting import Sorting
from monitor.flows.judging.tallying import Tallying
from monitor.flows.membership.admitting import Admitting
from monitor.flows.membership.consenting import Consenting
from monitor.flows.membership.editing import Editing
from monitor.flows.membership.enrol import Joining
from monitor.flows.membership.exporting import Exporting
from monitor.flows.membership.holding import Holding
from monitor.flows.membership.signing_in import SigningIn
from monitor.flows.membership.terms import DistrictTerms
from monitor.flows.membership.withdraw import Leaving
from monitor.flows.parts import NewRef, Now
from monitor.flows.reviewing.review import Reviewing
from monitor.flows.running.purge import Purging
from monitor.flows.running.rounds import DueRounds
from monitor.flows.sending.bouncing import Bouncing
from monitor.flows.sending.post import Posting
from monitor.flows.sending.stopping import Stopping
from monitor.flows.writing.digest import Digesting
from monitor.flows.writing.glass import Glass
from monitor.portal import Portal
from monitor.store.state import State
from scrapers.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    config: Config
    state: State
    sources: Mapping[str, Source]
    terms: DistrictTerms
    joining: Joining
    leaving: Leaving
    consenting: Consenting
    editing: Editing
    holding: Holding
    exporting: Exporting
    purging: Purging
    reviewing: Reviewing
    sorting: Sorting
    retracing: Retracing
    casework: Casework
    tallying: Tallying
    digesting: Digesting
    posting: Posting
    bouncing: Bouncing
    stopping: Stopping
    planning: Planning
    canaries: Canaries
    glass: Glass
    admitting: Admitting
    portal: Portal
    signing_in: SigningIn
    rounds: DueRounds
    now: Now
    new_ref: NewRef
    pictures: Pictures
