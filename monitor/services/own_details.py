"""A person changes their names, handles, accounts, places or work address.

A request for a new address never shows whether someone uses that address already: this is checked
only after its mailbox has answered.
"""

import hmac
from dataclasses import replace
from datetime import datetime
from typing import Final

from monitor.app import App
from monitor.config.sections import is_known_time_zone
from monitor.db.account_proofs import AccountProof, ProofState
from monitor.db.people import AddressChange
from monitor.domain.email_delivery import fold_address
from monitor.domain.english_dates import format_near_time
from monitor.domain.enrollment_draft import adds_search_terms
from monitor.domain.errors import InputError, NotPermittedError, TooSoonError
from monitor.domain.names.searchable import check_name_claim, list_confirmed_names
from monitor.domain.person import Person, PersonName
from monitor.domain.person_limits import MAX_EDITS_A_WEEK, compute_next_edit
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import AddressConfirmRefusal, AddressRequestRefusal
from monitor.services.enrollment import hash_code, is_district_address
from monitor.services.erasure import release_work_address
from monitor.services.name_changes import (
    NAME_ASKED,
    apply_searchable_name,
    request_name_change,
    withdraw_name_change,
)
from monitor.services.narrowed_consent import forget_removed_terms
from monitor.services.notifications import (
    EmailPlan,
    build_custom_greeting,
    build_greeting,
    build_undo_instructions,
    queue_email,
)
from monitor.services.sign_in import LINK_LASTS, LINK_LIMIT_PERIOD, MAX_LINKS_PER_HOUR
from reports.emails.account import AddressChangedView, NewAddressView

EDITED: Final = "edited"
TAKEN_BACK: Final = "details-removed"
PROOF_ASKED: Final = "proof-requested"


def edit_profile(app: App, person: Person) -> Person:
    """Store a person's new names and places, and delete what only the old ones showed.

    Queries with new words have no history, so their first answers create no events. Only its
    mailbox changes the email address, and only the district the organization. A name that is no
    form of a confirmed one waits for an operator. Raises TooSoonError where words were added too
    often within a week.
    """
    with app.db.begin_transaction():
        # Read it now: the address may have just changed in another tab.
        before = app.db.people.load_person(person.id)
        if not app.db.consents.has_consent_in_force(person.id, app.clock.now()):
            raise NotPermittedError("This consent has ended, so no search is run.")
        asked = replace(
            person,
            mail=before.mail,
            organization=before.organization,
            accounts=tuple(account.strip().casefold() for account in person.accounts),
            confirmed_names=before.confirmed_names,
            alert_feeds=before.alert_feeds,
            reference_picture=before.reference_picture,
        )
        name = asked.name
        if name != before.name and not (name.given.strip() and name.family.strip()):
            raise InputError(
                "Enter a first name and a last name. No search can be run without them."
            )
        if not is_known_time_zone(asked.zone):
            raise InputError("This time zone is unknown; give one such as America/Chicago.")
        if asked == before:
            return before
        adds = adds_search_terms(before, asked)
        if adds:
            _check_edit_rate(app, person.id)
        after = _apply_requested_name(app, before, asked)
        if after != before:
            app.db.people.update_person(after)
            # Whatever is added, or added again, is judged again.
            for own in {*before.accounts, *before.pages} ^ {*after.accounts, *after.pages}:
                app.db.account_proofs.delete_account_proof(before.id, own)
            forget_removed_terms(app, before, after)
            action = EDITED if adds else TAKEN_BACK
            app.db.audit.append_entry(app.clock.now(), person.id, action, person.id, {})
    return after


def find_next_edit_time(app: App, person_id: str) -> datetime | None:
    """Return when a person may add words again; None for now."""
    events = (EDITED, NAME_ASKED, PROOF_ASKED)
    # A name that waits may have been given in one edit with other words, at one time.
    made = {
        at
        for event in events
        for at in app.db.audit.list_own_action_times(person_id, event, MAX_EDITS_A_WEEK + 1)
    }
    joined = app.db.consents.list_consents(person_id)[0].given_at
    return compute_next_edit(made - {joined}, app.clock.now())


def request_account_proof(app: App, person_id: str, account: str) -> None:
    """Have the next check look for the proof that a person controls an account.

    Raises TooSoonError where they added words, or asked for this, too often within a week.
    """
    with app.db.begin_transaction():
        if not app.db.consents.has_consent_in_force(person_id, app.clock.now()):
            raise NotPermittedError("This consent has ended, so no search is run.")
        proof = _find_unproven_account(app, person_id, account)
        if proof is None or proof.state is ProofState.REQUESTED:
            return
        _check_edit_rate(app, person_id)
        now = app.clock.now()
        app.db.account_proofs.save_account_proof(replace(proof, state=ProofState.REQUESTED, at=now))
        app.db.audit.append_entry(now, person_id, PROOF_ASKED, person_id, {})


def delete_account_proof(app: App, person_id: str, account: str) -> None:
    """Delete an account that showed another name and was not proven."""
    with app.db.begin_transaction():
        if _find_unproven_account(app, person_id, account):
            app.db.account_proofs.delete_account_proof(person_id, account)
            app.db.audit.append_entry(app.clock.now(), person_id, TAKEN_BACK, person_id, {})


def _find_unproven_account(app: App, person_id: str, account: str) -> AccountProof | None:
    proofs = app.db.account_proofs.list_proofs_of_person(person_id)
    own_proofs = (proof for proof in proofs if proof.account == account)
    return next((proof for proof in own_proofs if proof.state is not ProofState.PROVEN), None)


def find_requested_name(app: App, person_id: str) -> PersonName | None:
    """Return the name that waits for an operator, if any."""
    waiting = app.db.name_changes.find_name_change_of_person(person_id)
    return waiting.name if waiting else None


def _apply_requested_name(app: App, before: Person, asked: Person) -> Person:
    """Search for the allowed parts of a new name; an operator decides on the rest."""
    if asked.name == before.name:
        return replace(asked, confirmed_names=list_confirmed_names(before))
    if check_name_claim(asked.name, list_confirmed_names(before)).needs_confirmation:
        request_name_change(app, before, asked.name)
    else:
        withdraw_name_change(app, before.id)
    return apply_searchable_name(replace(asked, name=before.name), asked.name)


def _check_edit_rate(app: App, person_id: str) -> None:
    next_at = find_next_edit_time(app, person_id)
    if next_at is not None:
        zone = app.db.people.load_person(person_id).zone
        raise TooSoonError(
            f"You added names, places or accounts {MAX_EDITS_A_WEEK} times within seven days. "
            f"You can add more after {format_near_time(next_at, zone)}."
        )


def find_pending_address_change(app: App, person_id: str) -> AddressChange | None:
    """Return the last change that someone asked for and can still confirm."""
    changes = app.db.address_changes.list_address_changes(person_id)
    return next((change for change in reversed(changes) if change.is_open(app.clock.now())), None)


def find_last_address_change(app: App, person_id: str) -> AddressChange | None:
    """Return the last confirmed change, while it is stored."""
    changes = app.db.address_changes.list_address_changes(person_id)
    return next((change for change in reversed(changes) if change.changed_at), None)


def request_work_email_change(
    app: App, person_id: str, address: str, browser_session_id: str
) -> AddressRequestRefusal | None:
    """Write to a new address, or say why not. Raises NotPermittedError without a consent."""
    now, new = app.clock.now(), fold_address(address)
    with app.db.begin_transaction():
        person = _load_consenting_person(app, person_id)
        if not is_district_address(new, app.config.district):
            return AddressRequestRefusal.FOREIGN
        if new == fold_address(person.mail):
            return AddressRequestRefusal.SAME
        if (
            app.db.address_changes.count_address_changes_since(person_id, now - LINK_LIMIT_PERIOD)
            >= MAX_LINKS_PER_HOUR
        ):
            return AddressRequestRefusal.OFTEN
        change = AddressChange(
            id=app.ids.new_id(),
            person_id=person_id,
            browser=hash_code(browser_session_id),
            old=person.mail,
            new=new,
            asked_at=now,
            expires_at=now + LINK_LASTS,
        )
        app.db.address_changes.insert_address_change(change)
        # A slip of the pen brings it to someone else, who is to learn of no one that they joined.
        greeting = build_custom_greeting(
            app, "colleague", why=Reason("why.new-address"), leave=Reason("leave.new-address")
        )
        queue_email(
            app,
            EmailPlan(recipient_id=person_id, dedupe_key=change.id),
            NewAddressView(**greeting, expires_at=change.expires_at),
        )
        app.db.audit.append_entry(now, person_id, "address-change-requested", person_id, {})
    return None


def confirm_work_email_change(
    app: App, person_id: str, code: str, browser_session_id: str
) -> AddressConfirmRefusal | None:
    """Use up a code of this person, in the browser that asked for it, or say why not.

    Raises NotPermittedError if their consent has ended.
    """
    with app.db.begin_transaction():
        change = app.db.address_changes.find_address_change_by_code(hash_code(code))
        now = app.clock.now()
        if change is None or change.person_id != person_id or not change.is_open(now):
            return AddressConfirmRefusal.OVER
        if not hmac.compare_digest(change.browser, hash_code(browser_session_id)):
            return AddressConfirmRefusal.ELSEWHERE
        before = _load_consenting_person(app, person_id)
        release_work_address(app, change.new)
        if app.db.people.find_person_id_by_mail(change.new):
            return AddressConfirmRefusal.TAKEN
        after = replace(before, mail=change.new)
        # Who invited them again, not knowing that they are in, invited no one else.
        while invitation := app.db.invitations.find_open_invitation_by_mail(change.new, now):
            app.db.invitations.delete_invitation(invitation.id)
        app.db.people.update_person(after)
        forget_removed_terms(app, before, after)
        app.db.address_changes.confirm_address_change(change.id, now)
        if app.db.suppression_list.delete_suppression(before.id):
            app.db.outbox.expedite_queued_emails(before.id, now)
        plan = EmailPlan(recipient_id=before.id, dedupe_key=change.id)
        greeting = build_greeting(app, before)
        greeting["why"] = Reason("why.old-address")
        greeting["leave"] = Reason("leave.old-address")
        queue_email(
            app,
            plan,
            AddressChangedView(**greeting, **build_undo_instructions(app, before), at=now),
        )
        app.db.audit.append_entry(now, before.id, "address-changed", before.id, {})
        # End the access tokens, other sessions and open sign-in links of the old address.
        app.db.access_tokens.delete_tokens_of_accounts((person_id,))
        app.db.sign_in_links.delete_sign_in_links(person_id)
        app.db.sessions.delete_other_sessions(person_id, hash_code(browser_session_id))
    return None


def _load_consenting_person(app: App, person_id: str) -> Person:
    if not app.db.consents.has_consent_in_force(person_id, app.clock.now()):
        raise NotPermittedError("This consent has ended, so no email is sent.")
    return app.db.people.load_person(person_id)
