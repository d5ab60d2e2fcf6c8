"""One district, ready to work: what the faces call."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.casework import Casework
from monitor.config import Config
from monitor.flows.admitting import Admitting
from monitor.flows.bouncing import Bouncing
from monitor.flows.canaries import Canaries
from monitor.flows.consenting import Consenting
from monitor.flows.digest import Digesting
from monitor.flows.editing import Editing
from monitor.flows.enrol import Joining
from monitor.flows.exporting import Exporting
from monitor.flows.glass import Glass
from monitor.flows.holding import Holding
from monitor.flows.parts import NewRef, Now
from monitor.flows.permission import Pictures
from monitor.flows.planning import Planning
from monitor.flows.post import Posting
from monitor.flows.purge import Purging
from monitor.flows.retracing import Retracing
from monitor.flows.review import Reviewing
from monitor.flows.rounds import DueRounds
from monitor.flows.signing_in import SigningIn
from monitor.flows.sorting import Sorting
from monitor.flows.stopping import Stopping
from monitor.flows.tallying import Tallying
from monitor.flows.terms import DistrictTerms
from monitor.flows.withdraw import Leaving
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
