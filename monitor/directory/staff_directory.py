"""The district's staff directory writes its entries by SCIM: a staff file, arriving line by line.

A request only stores what the directory sent, and notes the address. It looks at no one who joined
or was invited, so neither its answer nor its time tells who did. The service reads the noted
addresses some minutes later, and does with each what it does with a line of a file: it changes an
open invitation, or proposes a leaver. It enrolls no one and ends nothing. Newcomers wait until
the night, or until an operator invites them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.app import App
from monitor.directory.config import DirectoryMode, find_directory_mode
from monitor.directory.names import DIRECTORY_CHANGES
from monitor.directory.scim_user import (
    DirectoryUser,
    ScimError,
    ScimFault,
    UnknownUserError,
    UserFields,
    UserFilter,
    build_directory_user,
    find_invitee,
)
from monitor.directory.tables import find_directory, open_directory
from monitor.domain.person import build_operator_id
from monitor.domain.schedule import NIGHT
from monitor.domain.staff_file_lines import StaffFileContext, has_unusual_size
from monitor.domain.vocabulary import StaffLineState
from monitor.services.enrollment import (
    INVITATION_INTERVAL,
    find_next_invitation_slot,
    send_invitation,
)
from monitor.services.leavers import unlist_address
from monitor.services.notifications import EmailGreeting, queue_operator_emails
from monitor.services.staff_import import BATCH_SIZE, apply_line, find_line_state
from reports.emails.office import StaffFileView

# Long after the answer to any request, so that what follows from it cannot slow that down.
APPLIED_AFTER = timedelta(minutes=15)
NIGHT_LASTS = timedelta(hours=25)
MAX_LISTED = 200
# No district has as many entries, and the database counts no further than 64 bits.
MAX_START = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPage:
    """A part of the entries; `total` counts all that were asked for, `start` is 1 for the first."""

    users: tuple[DirectoryUser, ...]
    total: int
    start: int


def list_directory_users(
    app: App, wanted: UserFilter | None, start: int, count: int
) -> DirectoryPage:
    first = min(max(start, 1), MAX_START)
    most = min(max(count, 0), MAX_LISTED)
    users = open_directory(app.db)
    return DirectoryPage(
        users=users.list_users(wanted, first - 1, most),
        total=users.count_users(wanted),
        start=first,
    )


def load_directory_user(app: App, user_id: str) -> DirectoryUser:
    user = open_directory(app.db).find_user(user_id)
    if user is None:
        raise UnknownUserError("There is no entry with this ID.")
    return user


def create_directory_user(app: App, fields: UserFields) -> DirectoryUser:
    """Store a new entry. Raise ScimError where it is refused or its address is taken."""
    user = build_directory_user(app.ids.new_id(), fields, _build_context(app))
    now = app.clock.now()
    with app.db.begin_transaction():
        _require_free_address(app, user)
        open_directory(app.db).insert_user(user, now)
        _note_change(app, user.mail)
    return user


def change_directory_user(
    app: App, user_id: str, change: Callable[[DirectoryUser], UserFields]
) -> DirectoryUser:
    """Replace an entry by what `change` makes of it; no one else changes it meanwhile."""
    with app.db.begin_transaction():
        before = load_directory_user(app, user_id)
        user = build_directory_user(user_id, change(before), _build_context(app))
        _require_free_address(app, user)
        open_directory(app.db).update_user(user, app.clock.now())
        for mail in {before.mail, user.mail}:
            _note_change(app, mail)
    return user


def delete_directory_user(app: App, user_id: str) -> None:
    with app.db.begin_transaction():
        user = load_directory_user(app, user_id)
        open_directory(app.db).delete_user(user_id)
        _note_change(app, user.mail)


def _build_context(app: App) -> StaffFileContext:
    district, staff = app.config.district, app.config.staff
    return StaffFileContext(domains=district.domains, student_unit=staff.student_unit)


def _require_free_address(app: App, user: DirectoryUser) -> None:
    other = open_directory(app.db).find_user_by_mail(user.mail)
    if other is not None and other.id != user.id:
        raise ScimError(ScimFault.UNIQUENESS, "Another entry has this userName.")


def _note_change(app: App, mail: str) -> None:
    now = app.clock.now()
    open_directory(app.db).record_change(mail, now)
    app.db.jobs.ensure_job(DIRECTORY_CHANGES, "", now + APPLIED_AFTER)


def apply_directory_changes(app: App) -> None:
    """Read the noted addresses as lines of a staff file, and finish the job.

    After a stop in the middle, the rest is still noted.
    """
    users = open_directory(app.db)
    changes = users.list_changes()
    for start in range(0, len(changes), BATCH_SIZE):
        app.beat()
        with app.db.begin_transaction():
            for mark in changes[start : start + BATCH_SIZE]:
                user = open_directory(app.db).find_user_by_mark(mark)
                invitee = find_invitee(user, _build_context(app)) if user and user.active else None
                if invitee is None:
                    listing = app.db.staff_listings.find_listing(mark)
                    if listing is not None:
                        unlist_address(app, listing, "namesake")
                elif find_line_state(app, invitee) is not StaffLineState.NEW:
                    apply_line(app, invitee, app.clock.now(), "namesake")
                    app.db.staff_listings.save_listings((invitee.mail,))
                users.delete_change(mark)
    with app.db.begin_transaction():
        # What was written meanwhile has found this job there, and noted no other.
        next_at = app.clock.now() + APPLIED_AFTER if users.list_changes() else None
        app.db.jobs.finish_job(DIRECTORY_CHANGES, "", next_at)


def list_newcomers(app: App) -> tuple[DirectoryUser, ...]:
    """Return whom the directory lists and no one has invited."""
    users = find_directory(app.db)
    return users.list_newcomers() if users else ()


def count_newcomers(app: App) -> int:
    users = find_directory(app.db)
    return users.count_newcomers() if users else 0


def invite_newcomers(app: App, operator: str, newcomers: Iterable[DirectoryUser]) -> int:
    """Invite the newcomers whom an operator was shown; return how many."""
    return _invite_newcomers(app, build_operator_id(operator), newcomers)


def _invite_newcomers(app: App, actor: str, newcomers: Iterable[DirectoryUser]) -> int:
    context, first_email_at = _build_context(app), find_next_invitation_slot(app)
    found = (find_invitee(user, context) for user in newcomers)
    invitees = [one_invitee for one_invitee in found if one_invitee is not None]
    for start in range(0, len(invitees), BATCH_SIZE):
        app.beat()
        with app.db.begin_transaction():
            for number, invitee in enumerate(invitees[start : start + BATCH_SIZE], start):
                # Someone may have been invited since we looked.
                if find_line_state(app, invitee) is StaffLineState.NEW:
                    email_at = first_email_at + number * INVITATION_INTERVAL
                    send_invitation(app, invitee, email_at, actor)
                app.db.staff_listings.save_listings((invitee.mail,))
    if invitees:
        with app.db.begin_transaction():
            details = {"invited": str(len(invitees))}
            app.db.audit.append_entry(app.clock.now(), actor, "newcomers-invited", "", details)
    return len(invitees)


def process_newcomers(app: App) -> datetime:
    """Invite newcomers where the district says so, or tell operators; return when to come back.

    As with a file, many at once look like a mistake: like everyone's first time, they wait for
    an operator.
    """
    users = open_directory(app.db)
    with app.db.begin_transaction():
        users.save_known_listings()
    listed = app.db.staff_listings.count_listed()
    waiting = users.count_newcomers()
    usual = listed > 0 and not has_unusual_size(listed + waiting, listed)
    if find_directory_mode(app.config) is DirectoryMode.INVITE and usual:
        _invite_newcomers(app, "namesake", list_newcomers(app))
    _tell_operators(app)
    return NIGHT.compute_next_time(app.clock.now(), "", app.config.district.zone)


def _tell_operators(app: App) -> None:
    """Tell of newcomers and leavers once, in the night after the directory wrote of them."""
    now, users = app.clock.now(), open_directory(app.db)
    written_at = users.find_last_write()
    if written_at is None or now - written_at > NIGHT_LASTS:
        return
    newcomers = users.count_newcomers()
    leavers = sum(
        1
        for address in app.db.staff_listings.list_missing()
        if address.missing_since and now - address.missing_since <= NIGHT_LASTS
    )

    def build_view(greeting: EmailGreeting) -> StaffFileView:
        return StaffFileView(**greeting, by_directory=True, newcomers=newcomers, leavers=leavers)

    if newcomers or leavers:
        with app.db.begin_transaction():
            queue_operator_emails(app, written_at.isoformat(), build_view)
