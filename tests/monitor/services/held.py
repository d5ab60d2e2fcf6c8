"""A legal hold, placed and lifted as two reviewers of the district do it."""

from monitor.app import App
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import HoldAction
from monitor.services.legal_holds import confirm_legal_hold, propose_legal_hold


def places_hold(app: App, person: str, reason: str) -> None:
    _both(app, person, HoldAction.PLACE, reason)


def lifts_hold(app: App, person: str, reason: str) -> None:
    _both(app, person, HoldAction.LIFT, reason)


def _both(app: App, person: str, step: HoldAction, reason: str) -> None:
    first, second, *_ = (Reviewer(address=reviewer) for reviewer in app.config.district.reviewers)
    proposal = propose_legal_hold(app, first, person, step, reason)
    people, person_id = app.db.people, proposal.person_id
    mail = people.load_person(person_id).mail
    owner = people.find_person_id_by_mail(mail)
    confirm_legal_hold(app, second, proposal.id, mail if owner == person_id else person_id)
