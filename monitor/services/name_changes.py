"""A name other than the invited one: it waits until an operator confirms it.

A name is searched only once it is confirmed. The operator sees that name and nothing else.
"""

from dataclasses import replace
from typing import Final

from monitor.app import App
from monitor.db.database import Database
from monitor.db.name_changes import NameChange
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.names.searchable import check_name_claim, list_confirmed_names
from monitor.domain.person import Person, PersonName, build_operator_id
from monitor.services.narrowed_consent import forget_removed_terms
from monitor.services.notifications import EmailPlan, build_greeting, queue_email
from reports.emails.account import NameDecidedView

NAME_ASKED: Final = "name-change-requested"


def request_name_change(app: App, person: Person, name: PersonName) -> None:
    """Keep a name for an operator to confirm; call it inside `write()`."""
    confirmed = list_confirmed_names(person)
    store_name_change(
        app.db,
        NameChange(
            id=app.ids.new_id(),
            person_id=person.id,
            known=(confirmed[0].full_name if confirmed else "") or person.mail,
            name=name,
            asked_at=app.clock.now(),
        ),
    )


def withdraw_name_change(app: App, person_id: str) -> None:
    """Take back a name that waits, at its person's word."""
    with app.db.begin_transaction():
        if app.db.name_changes.find_name_change_of_person(person_id):
            app.db.name_changes.delete_name_change(person_id)
            app.db.audit.append_entry(app.clock.now(), person_id, "name-withdrawn", person_id, {})


def list_name_changes(app: App) -> tuple[NameChange, ...]:
    """Return the names to decide on; who has left, or whose consent ended, needs no word."""
    changes = app.db.name_changes.list_name_changes()
    return tuple(
        change
        for change in changes
        if app.db.consents.has_consent_in_force(change.person_id, app.clock.now())
    )


def confirm_name_change(app: App, change_id: str, operator: str) -> None:
    """Let a name be searched. `operator` is the address of who confirms it."""
    with app.db.begin_transaction():
        change, before = _load_open_change(app, change_id, operator)
        confirmed = (*list_confirmed_names(before), change.name)
        after = replace(before, name=change.name, confirmed_names=confirmed)
        app.db.people.update_person(after)
        app.db.name_changes.delete_name_change(before.id)
        forget_removed_terms(app, before, after)
        _announce_decision(app, after, change, operator, confirmed=True)


def decline_name_change(app: App, change_id: str, operator: str) -> None:
    with app.db.begin_transaction():
        change, person = _load_open_change(app, change_id, operator)
        app.db.name_changes.delete_name_change(person.id)
        _announce_decision(app, person, change, operator, confirmed=False)


def _load_open_change(app: App, change_id: str, operator: str) -> tuple[NameChange, Person]:
    change = app.db.name_changes.find_name_change(change_id)
    if change is None or not app.db.consents.has_consent_in_force(
        change.person_id, app.clock.now()
    ):
        reason = "This name was already decided, changed or withdrawn. Check the list again."
        raise InputError(reason)
    person = app.db.people.load_person(change.person_id)
    if person.mail.casefold() == operator.casefold():
        reason = "This name is your own. Ask another operator to confirm or decline it."
        raise NotPermittedError(reason)
    return change, person


def _announce_decision(
    app: App, person: Person, change: NameChange, operator: str, *, confirmed: bool
) -> None:
    now, decision = app.clock.now(), "name-confirmed" if confirmed else "name-refused"
    queue_email(
        app,
        EmailPlan(recipient_id=person.id, dedupe_key=change.id),
        NameDecidedView(
            **build_greeting(app, person),
            at=now,
            new_name=format_searched_name(change.name),
            confirmed=confirmed,
        ),
    )
    app.db.audit.append_entry(now, build_operator_id(operator), decision, person.id, {})


def store_name_change(db: Database, change: NameChange) -> None:
    """Keep a name that waits, unless the very same one waits already."""
    waiting = db.name_changes.find_name_change_of_person(change.person_id)
    if waiting is None or waiting.name != change.name:
        db.name_changes.save_name_change(change)
        db.audit.append_entry(change.asked_at, change.person_id, NAME_ASKED, change.person_id, {})


def format_searched_name(name: PersonName) -> str:
    """Write out all that would be searched of a name."""
    full = " ".join(filter(None, (name.given, name.middle, name.family)))
    also = f", also {', '.join(name.nicknames)}" if name.nicknames else ""
    former = f", formerly {', '.join(name.former_families)}" if name.former_families else ""
    return f"{full}{also}{former}"


def apply_searchable_name(person: Person, name: PersonName) -> Person:
    """Return the person searched by what may be searched of a name; as before where that is none.

    Anyone who was never named stays without a name, and nothing is searched.
    """
    confirmed = list_confirmed_names(person)
    claim = check_name_claim(name, confirmed)
    return replace(person, name=claim.searchable or person.name, confirmed_names=confirmed)
