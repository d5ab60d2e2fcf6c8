"""One district, ready to work: what the faces call."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.casework import Casework
from monitor.config import Config
from monitor.db.database import State
from monitor.portal import Portal
from monitor.services.auth import Admitting, SigningIn
from monitor.services.consent import Consenting, DistrictTerms
from monitor.services.data_export import Exporting
from monitor.services.digests import Digesting
from monitor.services.enrollment import Joining
from monitor.services.erasure import Leaving
from monitor.services.feedback import Sorting
from monitor.services.history import Retracing
from monitor.services.jobs import DueRounds
from monitor.services.legal_holds import Holding
from monitor.services.name_changes import Naming
from monitor.services.notifications import Glass
from monitor.services.outbox import Posting
from monitor.services.permission import Pictures
from monitor.services.ports import NewRef, Now
from monitor.services.profile import Editing
from monitor.services.query_planning import Planning
from monitor.services.retention import Purging
from monitor.services.review import Reviewing
from monitor.services.suppression import Bouncing, Stopping
from monitor.services.sweeps import Canaries
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
    naming: Naming
    holding: Holding
    exporting: Exporting
    purging: Purging
    reviewing: Reviewing
    sorting: Sorting
    retracing: Retracing
    casework: Casework
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
