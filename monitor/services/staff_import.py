"""Invite all staff in a file, and notice who is no longer in it.

A file enrolls no one, changes no answer of anyone who joined, and ends nothing: it may be half a
file, or one of another school. What it reports follows from the files alone: any count of those who
are new, invited or enrolled would tell, of two files that differ by a line, whether that person
joined. Whom it no longer lists, an operator decides on (leavers.py).

The district may watch a folder: the service then imports the newest file in it each night.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import file_digest, sha256
from pathlib import Path

from monitor.app import App
from monitor.db.invitations import Invitation
from monitor.db.staff_imports import StaffImportRecord, UnlistedAddress
from monitor.domain.enrollment_draft import Invitee
from monitor.domain.errors import InputError, SharedMailboxError
from monitor.domain.names.normalize import fold_text
from monitor.domain.person_columns import is_student_role
from monitor.domain.schedule import NIGHT
from monitor.domain.staff_file_lines import (
    StaffFileContext,
    StaffFileLayout,
    StaffFileLine,
    StaffRole,
    find_staff_address,
    has_unusual_size,
    is_staff_role,
    parse_staff_header,
    parse_staff_line,
)
from monitor.domain.vocabulary import StaffLineState
from monitor.people_csv import (
    ROLES_FILE,
    CsvLine,
    SizeCheck,
    find_beside,
    is_companion,
    list_companions,
    open_rows,
    read_roles,
    read_school_names,
)
from monitor.services.annex_services import list_active_staff, read_staff_states
from monitor.services.enrollment import (
    INVITATION_INTERVAL,
    INVITATION_LASTS,
    find_next_invitation_slot,
    send_invitation,
)
from monitor.services.leavers import is_enrolled, unlist_address
from monitor.services.notifications import (
    EmailGreeting,
    build_invitation_view,
    queue_operator_emails,
)
from reports.emails.office import StaffFileView
from reports.emails.registry import render_email

# So many are invited in one transaction: the service and its pages wait for one at most.
BATCH_SIZE = 100
# The largest district of the United States has fewer.
MAX_STAFF = 200_000
STAFF_FOLDER = "staff-folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusableLine:
    """`is_shared` says that it is most likely a device or a shared mailbox: no mistake."""

    line: int
    reason: str
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFile:
    """The staff in a file, and of everyone else in it only how many there are.

    `unusable_mails` are the addresses in lines that cannot be used: they have not left. `groups`
    counts the staff by school, unit and title.
    """

    path: Path
    mark: str
    invitees: tuple[Invitee, ...]
    skipped: Mapping[StaffLineState, int]
    unusable: tuple[UnusableLine, ...]
    unusable_mails: frozenset[str]
    groups: Mapping[tuple[str, str, str], int]

    @property
    def lines(self) -> int:
        return len(self.invitees) + sum(self.skipped.values()) + len(self.unusable)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffImport:
    """What the file says: `listed` are staff who can be invited, or were.

    `missing` counts whom the last file listed and this one does not, whoever they are here.
    """

    lines: int
    listed: int
    skipped: Mapping[StaffLineState, int]
    unusable: tuple[UnusableLine, ...]
    missing: int

    @property
    def mistakes(self) -> int:
        """How many lines somebody should mend, since those who are listed there get no email."""
        return sum(not line.is_shared for line in self.unusable)


def read_staff_file(path: Path, domains: tuple[str, ...], student_unit: str = "") -> StaffFile:
    """Read every line, and keep those of staff. Raise InputError where the file is no staff file.

    A line of a student or a parent is skipped as it is read.
    """
    try:
        mark = compute_file_mark(path)
        with open_rows(path) as rows:
            layout = _parse_layout(path, next(rows, None))
            context = StaffFileContext(
                domains=domains,
                student_unit=student_unit,
                roles_by_id={} if layout.marker.ids is None else _read_staff_roles(path),
                schools_by_id=read_school_names(path),
            )
            staff = _gather_staff(path, mark, _parse_lines(rows, layout, context))
    except InputError as error:
        raise InputError(f"{str(error).removesuffix('.')}. Nothing was imported.") from None
    except OSError as error:
        reason = f"{path} cannot be read ({error.strerror}). Nothing was imported."
        raise InputError(reason) from error
    if not staff.invitees:
        raise InputError(
            f"{path} lists no staff member who can be invited "
            f"({_describe_lines(staff)}). Nothing was imported."
        )
    return staff


def _parse_layout(path: Path, header: CsvLine | None) -> StaffFileLayout:
    if header is None:
        raise InputError(f"{path} is empty")
    try:
        return parse_staff_header(header.cells)
    except InputError as error:
        raise InputError(f"{path}, line {header.number}: {error}") from None


def _read_staff_roles(path: Path) -> Mapping[str, StaffRole]:
    """Read who is staff and no student. Of anyone else's role, not even the ID is kept."""
    source = find_beside(path, ROLES_FILE)
    if source is None:
        raise InputError(f"{path} does not say who is a student. Put its {ROLES_FILE} next to it")
    roles = {
        role.user_id: StaffRole(role=role.role, school_id=role.school_id)
        for role in read_roles(source)
        if is_staff_role(role.role)
    }
    for role in read_roles(source):
        if is_student_role(role.role):
            roles.pop(role.user_id, None)
    return roles


ParsedLine = StaffFileLine | tuple[UnusableLine, str]
"""A line, or why it cannot be used, with its address if that is one of staff."""


def _parse_lines(
    rows: Iterator[CsvLine], layout: StaffFileLayout, context: StaffFileContext
) -> Iterator[ParsedLine]:
    line_by_mail: dict[str, StaffFileLine] = {}
    for row in rows:
        try:
            line = parse_staff_line(row.number, row.cells, layout, context)
            if _is_repeated(line, line_by_mail):
                continue
        except InputError as error:
            is_shared = isinstance(error, SharedMailboxError)
            unusable = UnusableLine(line=row.number, reason=str(error), is_shared=is_shared)
            yield unusable, find_staff_address(row.cells, layout, context)
        else:
            yield line


def _is_repeated(line: StaffFileLine, line_by_mail: dict[str, StaffFileLine]) -> bool:
    """Tell whether an earlier line is about the same person; of another, raise InputError."""
    if line.invitee is None:
        return False
    first = line_by_mail.setdefault(line.invitee.mail, line)
    if first is line:
        return False
    if first.invitee and _fold_name(first.invitee) == _fold_name(line.invitee):
        return True
    raise InputError(f"the email address is in line {first.number}, too, with another name")


def _fold_name(invitee: Invitee) -> tuple[str, str]:
    return fold_text(invitee.given), fold_text(invitee.family)


def _gather_staff(path: Path, mark: str, lines: Iterator[ParsedLine]) -> StaffFile:
    invitees: list[Invitee] = []
    unusable: list[tuple[UnusableLine, str]] = []
    skipped: Counter[StaffLineState] = Counter()
    groups: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        if isinstance(line, tuple):
            unusable.append(line)
        elif line.skip:
            skipped[line.skip] += 1
        elif line.invitee:
            invitees.append(line.invitee)
            groups[line.invitee.school, line.unit, line.invitee.title] += 1
        if len(invitees) > MAX_STAFF:
            reason = f"{path} lists more than {MAX_STAFF:,} staff, too many for one district"
            raise InputError(reason)
    return StaffFile(
        path=path,
        mark=mark,
        invitees=tuple(invitees),
        skipped=skipped,
        unusable=tuple(line for line, _ in unusable),
        unusable_mails=frozenset(mail for _, mail in unusable if mail),
        groups=groups,
    )


def _describe_lines(staff: StaffFile) -> str:
    if staff.unusable:
        first = staff.unusable[0]
        return (
            f"lines that cannot be used: {len(staff.unusable)}; line {first.line}: {first.reason}"
        )
    if staff.skipped:
        return f"lines that were skipped as inactive, a student or a parent: {staff.lines}"
    return "it has no line below its first one"


def compute_file_mark(path: Path) -> str:
    """Return what tells a file, and those that are read with it, from another."""
    marks = []
    for companion in (path, *list_companions(path)):
        with companion.open("rb") as file:
            marks.append(file_digest(file, sha256).hexdigest())
    return " ".join(marks)


def preview_staff_import(app: App, staff: StaffFile, size_check: SizeCheck) -> StaffImport:
    """Tell what `import_staff` would report now, and do nothing."""
    staff = apply_directory(app, staff)
    _refuse_unusual_size(app, staff, size_check)
    return _build_report(app, staff)


def import_staff(
    app: App,
    staff: StaffFile,
    size_check: SizeCheck,
    actor: str = "operator",
    watch: Callable[[int], None] = lambda _done: None,
) -> StaffImport:
    """Invite everyone who is new; their emails are due one after another.

    After a stop in the middle, the same file invites the rest. `actor` answers for it in the audit
    log; `watch` hears how many more lines are done.
    """
    staff = apply_directory(app, staff)
    _refuse_unusual_size(app, staff, size_check)
    email_at = find_next_invitation_slot(app)
    for start in range(0, len(staff.invitees), BATCH_SIZE):
        app.beat()
        batch = staff.invitees[start : start + BATCH_SIZE]
        with app.db.begin_transaction():
            for invitee in batch:
                if apply_line(app, invitee, email_at, actor) is StaffLineState.NEW:
                    email_at += INVITATION_INTERVAL
        watch(len(batch))
    with app.db.begin_transaction():
        report = _build_report(app, staff)
        # Remember what the file lists, and of the others that it no longer does.
        for address in _list_unlisted(app, staff):
            unlist_address(app, address, actor)
        app.db.staff_listings.save_listings(invitee.mail for invitee in staff.invitees)
        now = app.clock.now()
        details = {"lines": str(report.lines), "missing": str(report.missing)}
        app.db.audit.append_entry(now, actor, "staff-imported", "", details)
        app.db.staff_listings.save_import(
            StaffImportRecord(
                at=now,
                imported_at=now,
                file_mark=app.db.staff_listings.hash_file(staff.mark),
                unusable=report.mistakes,
            )
        )
    return report


def apply_directory(app: App, staff: StaffFile) -> StaffFile:
    """Leave out those whom the staff directory calls inactive: it knows first who left."""
    states, hash_address = read_staff_states(app.db), app.db.staff_listings.hash_address
    kept = tuple(
        invitee
        for invitee in staff.invitees
        if not states or states.get(hash_address(invitee.mail), True)
    )
    inactive = {StaffLineState.INACTIVE: len(staff.invitees) - len(kept)}
    return replace(staff, invitees=kept, skipped=Counter(staff.skipped) + Counter(inactive))


def _refuse_unusual_size(app: App, staff: StaffFile, size_check: SizeCheck) -> None:
    """Compare with the last file, without those whom the staff directory lists as well."""
    states, listings = read_staff_states(app.db), app.db.staff_listings
    mails = (invitee.mail for invitee in staff.invitees)
    count = sum(1 for mail in mails if not states or listings.hash_address(mail) not in states)
    before = listings.count_listed_by_file(states)
    if size_check is SizeCheck.LIKE_THE_LAST and has_unusual_size(count, before):
        raise InputError(
            f"{staff.path} lists {count:,} staff, and the last file listed {before:,}. Nothing was "
            "imported. If the file is whole, run `namesake staff import` with --size-is-right."
        )


def apply_line(app: App, invitee: Invitee, email_at: datetime, actor: str) -> StaffLineState:
    state = find_line_state(app, invitee)
    if state is StaffLineState.NEW:
        send_invitation(app, invitee, email_at, actor)
    elif state is StaffLineState.CHANGED:
        invitation = _find_open_invitation(app, invitee.mail)
        if invitation:
            app.db.invitations.update_invitee(invitation.id, invitee)
    return state


def find_line_state(app: App, invitee: Invitee) -> StaffLineState:
    """Tell what a line is; whether it is new follows from the last file and earlier emails alone.

    Else the emails to an address would tell whether its owner joined.
    """
    invitation = _find_open_invitation(app, invitee.mail)
    if invitation is not None:
        same = invitation.invitee == invitee
        return StaffLineState.INVITED if same else StaffLineState.CHANGED
    # A file may list for a while who has left already.
    then = app.clock.now() - INVITATION_LASTS
    is_known = app.db.staff_listings.was_listed(invitee.mail) or any(
        mail.taken_back_at is None or mail.taken_back_at > then
        for mail in app.db.invitation_mails.list_mails(invitee.mail)
    )
    if not is_known:
        return StaffLineState.NEW
    person_id = app.db.people.find_person_id_by_mail(invitee.mail)
    if person_id is None:
        return StaffLineState.DECLINED
    return StaffLineState.ENROLLED if is_enrolled(app.db, person_id) else StaffLineState.LEFT


def _find_open_invitation(app: App, mail: str) -> Invitation | None:
    return app.db.invitations.find_open_invitation_by_mail(mail, app.clock.now())


def _build_report(app: App, staff: StaffFile) -> StaffImport:
    return StaffImport(
        lines=staff.lines,
        listed=len(staff.invitees),
        skipped={state: count for state, count in staff.skipped.items() if count},
        unusable=staff.unusable,
        missing=sum(1 for one in _list_unlisted(app, staff) if one.missing_since is None),
    )


def _list_unlisted(app: App, staff: StaffFile) -> tuple[UnlistedAddress, ...]:
    mails = (invitee.mail for invitee in staff.invitees)
    active = list_active_staff(app.db)
    return app.db.staff_listings.list_unlisted((*mails, *staff.unusable_mails), active)


def preview_invitation(app: App) -> Mapping[str, str]:
    """Render the invitation as it goes out, with a word in the place of its code."""
    from monitor.mail.smtp import format_sender  # noqa: PLC0415 - the portal sends no mail

    now = app.clock.now()
    invitation = Invitation(
        id="", mail="", given="", family="", invited_at=now, expires_at=now + INVITATION_LASTS
    )
    email = render_email(replace(build_invitation_view(app, invitation), code="CODE"))
    return {
        "from": format_sender(app.config.mail.sender, app.config.invitations.from_name),
        "subject": email.subject,
        "text": email.text,
    }


# Whoever writes a large file needs a while; a younger one may be half of it.
SETTLED_AFTER = timedelta(minutes=10)
LOOK_AGAIN_AFTER = timedelta(minutes=15)
# What exports of whole systems call the file that has the staff.
_USUAL_NAMES = ("users.csv", "teachers.csv", "teacher.csv", "staff.csv")


def import_from_folder(app: App, folder: Path) -> datetime:
    """Import the newest file of the watched folder, unless it was; return when to look again."""
    now = app.clock.now()
    try:
        path = _find_newest_file(folder)
        newest = max(companion.stat().st_mtime for companion in (path, *list_companions(path)))
        if now - SETTLED_AFTER < datetime.fromtimestamp(newest, UTC) <= now:
            return now + LOOK_AGAIN_AFTER
        mark = app.db.staff_listings.hash_file(compute_file_mark(path))
    except OSError as error:
        reason = f"{folder} cannot be read ({error.strerror}). Nothing was imported."
        _record_problem(app, reason, b"")
    except InputError as error:
        _record_problem(app, str(error), b"")
    else:
        last = app.db.staff_listings.find_last_import()
        if last is None or last.file_mark != mark:
            _import_new_file(app, path, mark)
    return NIGHT.compute_next_time(now, "", app.config.district.zone)


def _import_new_file(app: App, path: Path, mark: bytes) -> None:
    try:
        district, staff = app.config.district, app.config.staff
        file = read_staff_file(path, district.domains, staff.student_unit)
        report = import_staff(app, file, SizeCheck.LIKE_THE_LAST, actor="namesake")
    except InputError as error:
        _record_problem(app, str(error), mark)
        return
    if report.mistakes or report.missing:
        _queue_alert(app, unusable=report.mistakes, leavers=report.missing)


def _record_problem(app: App, problem: str, mark: bytes) -> None:
    """Tell operators what is wrong, once; it stays on their page until a file is imported."""
    last = app.db.staff_listings.find_last_import()
    if last and (last.problem, last.file_mark) == (problem, mark):
        return
    record = StaffImportRecord(
        at=app.clock.now(),
        imported_at=last.imported_at if last else None,
        file_mark=mark,
        problem=problem,
    )
    with app.db.begin_transaction():
        app.db.staff_listings.save_import(record)
        _queue_alert(app, problem=problem)


def _queue_alert(app: App, *, problem: str = "", unusable: int = 0, leavers: int = 0) -> None:
    def build_view(greeting: EmailGreeting) -> StaffFileView:
        return StaffFileView(**greeting, problem=problem, unusable=unusable, leavers=leavers)

    with app.db.begin_transaction():
        queue_operator_emails(app, app.clock.now().isoformat(), build_view)


def _find_newest_file(folder: Path) -> Path:
    """Prefer the names that exports have, then the file that was changed last."""
    files = [
        path
        for path in folder.iterdir()
        if path.suffix.casefold() == ".csv" and not is_companion(path)
    ]
    named = [file for file in files if file.name.casefold() in _USUAL_NAMES]
    if not files:
        raise InputError(f"{folder} has no CSV file. Nothing was imported.")
    return max(named or files, key=lambda file: (file.stat().st_mtime, file.name))
