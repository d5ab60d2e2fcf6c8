"""A legal hold, placed and lifted as two reviewers of the district do it."""

from monitor.domain.disclosure import HoldStep
from monitor.service import Service
from monitor.services.notifications import Reviewer


def places_hold(service: Service, person: str, reason: str) -> None:
    _both(service, person, HoldStep.PLACE, reason)


def lifts_hold(service: Service, person: str, reason: str) -> None:
    _both(service, person, HoldStep.LIFT, reason)


def _both(service: Service, person: str, step: HoldStep, reason: str) -> None:
    first, second, *_ = (Reviewer(address=each) for each in service.config.district.reviewers)
    proposal = service.holding.propose(first, person, step, reason)
    service.holding.confirm(second, proposal.ref)
