"""A legal hold: a person's data stays even if they leave or it expires, and they are notified.

It opens nothing to anyone. If the person leaves, checks and emails stop; only the erasure waits
until the hold is lifted. One reviewer proposes each step and another confirms it.

Each of the two steps needs its own session, so no one can type a second name.
"""

from collections.abc import Iterator
from dataclasses import replace

from monitor.app import App
from monitor.db.legal_holds import LegalHold
from monitor.domain.email_delivery import is_single_address
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import Reviewer
from monitor.domain.retention import ERASED_WITHIN
from monitor.domain.two_reviewers import HoldProposal, check_withdrawal
from monitor.domain.vocabulary import HoldAction
from monitor.services.consent_end import ERASURE
from monitor.services.narrowed_consent import delete_unconsented_results
from monitor.services.notifications import EmailPlan, build_greeting, queue_email
from reports.emails.account import LegalHoldView
from reports.labels.office import ANOTHER_PERSON, HOLD_ERRORS, MISNAMED_TOO_OFTEN

MISNAMED = "hold-person-misnamed"
MAX_TRIES = 3
NOT_ON_YOURSELF = "You cannot decide on a legal hold about yourself. Ask two other reviewers."


def propose_legal_hold(
    app: App, reviewer: Reviewer, address_or_id: str, step: HoldAction, reason: str
) -> HoldProposal:
    """Propose to place or lift a hold on a person, named by work address or reference."""
    _check_reviewers(app, reviewer.address)
    person = _resolve_person_id(app, address_or_id.strip())
    if person is None or person not in app.db.people.list_person_ids():
        # Failed attempts are recorded: no one may test who has joined.
        app.db.audit.append_entry(app.clock.now(), reviewer.id, "hold-proposal-refused", "", {})
        raise InputError("No one has joined under this address or reference.")
    with app.db.begin_transaction():
        _check_hold_step(app, reviewer, person, step)
        if any(proposal.person_id == person for proposal in list_hold_proposals(app)):
            raise InputError("A proposal about this person waits already.")
        proposal = HoldProposal(
            id=app.ids.new_id(),
            person_id=person,
            step=step,
            first=reviewer.address,
            reason=reason.strip(),
            at=app.clock.now(),
        )
        app.db.hold_proposals.insert_hold_proposal(proposal)
        _audit_hold(
            app,
            reviewer,
            "hold-proposed" if step is HoldAction.PLACE else "hold-lift-proposed",
            proposal,
        )
    return proposal


def list_hold_proposals(app: App) -> Iterator[HoldProposal]:
    """Yield the requests that wait for a second reviewer, the oldest first."""
    now = app.clock.now()
    return (
        proposal
        for proposal in app.db.hold_proposals.list_hold_proposals()
        if proposal.is_pending(now)
    )


def confirm_legal_hold(
    app: App, reviewer: Reviewer, proposal_id: str, address: str
) -> HoldProposal:
    """Do what another reviewer proposed. The email to the person is in the same transaction.

    The second one names the person as well, by work address: nobody is shown whose ID it is, and
    one who mistyped would place it on somebody else. Whose address has a next owner, by reference.
    """
    _require_same_person(app, reviewer, proposal_id, address.strip().lower())
    with app.db.begin_transaction():
        proposal = app.db.hold_proposals.load_hold_proposal(proposal_id)
        now = app.clock.now()
        proposal.check_second_reviewer(reviewer.address, now)
        _check_hold_step(app, reviewer, proposal.person_id, proposal.step)
        by = tuple(sorted((proposal.first, reviewer.address)))
        if proposal.step is HoldAction.PLACE:
            hold = LegalHold(
                person_id=proposal.person_id, placed_at=now, by=by, reason=proposal.reason
            )
            app.db.legal_holds.insert_legal_hold(hold)
            _queue_hold_email(app, proposal, _build_hold_view(app, hold, by, proposal.reason))
        else:
            _lift_hold(app, proposal, by)
        app.db.hold_proposals.delete_proposals_of_person(proposal.person_id)
        _audit_hold(app, reviewer, _get_audit_action(proposal.step), proposal)
    return proposal


def _require_same_person(app: App, reviewer: Reviewer, proposal_id: str, address: str) -> None:
    """Raise InputError for an address of anyone else, who joined or not; that is recorded.

    After three of them they can no longer confirm it: who has a list of addresses cannot find
    out who it is. It goes on for the others, so that no one alone can end what another proposed.
    """
    proposal = app.db.hold_proposals.load_hold_proposal(proposal_id)
    _check_reviewers(app, proposal.first, reviewer.address)
    proposal.check_second_reviewer(reviewer.address, app.clock.now())
    people, person_id = app.db.people, proposal.person_id
    # Of one who left and whose address has a next owner, only the reference is left.
    tried = sum(
        (entry.action, entry.actor) == (MISNAMED, reviewer.id)
        for entry in app.db.audit.list_entries_of_subjects((proposal_id,))
    )
    if tried >= MAX_TRIES:
        raise InputError(MISNAMED_TOO_OFTEN)
    has_address = people.find_person_id_by_mail(people.load_person(person_id).mail) == person_id
    names_address = is_single_address(address) or not has_address
    if names_address and _resolve_person_id(app, address) == person_id:
        return
    app.db.audit.append_entry(app.clock.now(), reviewer.id, MISNAMED, proposal_id, {})
    raise InputError(MISNAMED_TOO_OFTEN if tried + 1 >= MAX_TRIES else ANOTHER_PERSON)


def withdraw_hold_proposal(app: App, reviewer: Reviewer, proposal_id: str) -> None:
    """Take back one's own proposal; its person finds both in their log."""
    with app.db.begin_transaction():
        proposal = app.db.hold_proposals.load_hold_proposal(proposal_id)
        waits = proposal.is_pending(app.clock.now())
        check_withdrawal(proposal.first, reviewer.address, waits=waits)
        app.db.hold_proposals.delete_hold_proposal(proposal.id)
        _audit_hold(app, reviewer, "hold-proposal-withdrawn", proposal)


def _resolve_person_id(app: App, address_or_id: str) -> str | None:
    """Return whose work address it is, None for no one's; what is no address may be an ID."""
    if is_single_address(address_or_id):
        return app.db.people.find_person_id_by_mail(address_or_id.lower())
    return address_or_id


def _lift_hold(app: App, proposal: HoldProposal, by: tuple[str, ...]) -> None:
    """Lift it; a person who left meanwhile is erased within a day from now."""
    now, person_id = app.clock.now(), proposal.person_id
    hold = app.db.legal_holds.find_active_legal_hold(person_id)
    if hold is None:
        raise InputError(HOLD_ERRORS[HoldAction.LIFT])
    consent = app.db.consents.find_latest_consent(person_id)
    left = consent is not None and consent.withdrawn_at is not None
    view = _build_hold_view(app, hold, by, proposal.reason)
    app.db.legal_holds.lift_legal_holds(person_id, now)
    follow_hold_end(app, person_id)
    erased_by = now + ERASED_WITHIN if left else None
    _queue_hold_email(app, proposal, replace(view, lifted_at=now, erased_by=erased_by))


def follow_hold_end(app: App, person_id: str) -> None:
    """Do what a hold held up."""
    consent = app.db.consents.find_latest_consent(person_id)
    if consent is not None and consent.withdrawn_at is not None:
        app.db.jobs.ensure_job(ERASURE, person_id, app.clock.now())
    elif consent is not None:
        delete_unconsented_results(app, consent)


def _build_hold_view(app: App, hold: LegalHold, by: tuple[str, ...], reason: str) -> LegalHoldView:
    person = app.db.people.load_person(hold.person_id)
    return LegalHoldView(
        **build_greeting(app, person), placed_at=hold.placed_at, by=by, reason=reason
    )


def _check_hold_step(app: App, reviewer: Reviewer, person_id: str, step: HoldAction) -> None:
    if reviewer.person_id and reviewer.person_id == person_id:
        raise NotPermittedError(NOT_ON_YOURSELF)
    if app.db.legal_holds.has_active_legal_hold(person_id) is (step is HoldAction.PLACE):
        raise InputError(HOLD_ERRORS[step])


def _check_reviewers(app: App, *addresses: str) -> None:
    listed = {reviewer.casefold() for reviewer in app.config.district.reviewers}
    if not {address.casefold() for address in addresses} <= listed:
        sentence = "Only reviewers named in the configuration can place or lift a legal hold."
        raise NotPermittedError(sentence)


def _queue_hold_email(app: App, proposal: HoldProposal, view: LegalHoldView) -> None:
    period = f"{_get_audit_action(proposal.step)}-{app.clock.now().isoformat()}"
    queue_email(app, EmailPlan(recipient_id=proposal.person_id, dedupe_key=period), view)


def _audit_hold(app: App, reviewer: Reviewer, action: str, proposal: HoldProposal) -> None:
    commitment = app.db.audit.compute_commitment(proposal.person_id, proposal.reason)
    app.db.audit.append_entry(
        app.clock.now(), reviewer.id, action, proposal.person_id, {"reason": commitment}
    )


def _get_audit_action(step: HoldAction) -> str:
    return "hold-placed" if step is HoldAction.PLACE else "hold-lifted"
