"""A line of a staff file: someone to invite, or someone to skip, and why.

Which columns hold what is read, whichever system wrote the file. A line that cannot be used is an
error, not a skip: its person would never learn that they were left out. Of a student's line, only
the cells that say so are read.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.domain.email_delivery import is_single_address
from monitor.domain.enrollment_draft import Invitee
from monitor.domain.errors import InputError, SharedMailboxError
from monitor.domain.names.normalize import DEGREES, TITLES, fold_text
from monitor.domain.person_columns import (
    BLOCKED_TITLES,
    EMAIL_TITLES,
    ENABLED_TITLES,
    FAMILY_TITLES,
    GIVEN_TITLES,
    JOB_TITLES,
    LEFT_STATUSES,
    ROLE_TITLES,
    SCHOOL_ID_TITLES,
    SCHOOL_TITLES,
    SIGN_IN_TITLES,
    STATUS_TITLES,
    UNIT_TITLES,
    FileHeader,
    StudentMarker,
    can_hold_name,
    choose_student_marker,
    is_student_role,
    is_student_unit,
    normalize_title,
)
from monitor.domain.vocabulary import StaffLineState

_INACTIVE_STATUSES = LEFT_STATUSES | {"suspended", "archived", "disabled", "deleted", "terminated"}
_NO, _YES = frozenset({"false", "no", "0"}), frozenset({"true", "yes", "1"})
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"
# Roles of OneRoster: those of families, and what those of staff are called on the join page.
_STUDENT_TITLES = frozenset({"student", "pupil", "learner"})
_FAMILY_ROLES = frozenset({"parent", "guardian", "relative"})
_JOBS_BY_ROLE: Mapping[str, str] = {
    "administrator": "administrator",
    "aide": "aide",
    "counselor": "counselor",
    "districtadministrator": "administrator",
    "principal": "principal",
    "siteadministrator": "administrator",
    "systemadministrator": "administrator",
    "teacher": "teacher",
}


_NO_MARKER = StudentMarker()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFileLayout:
    """Numbers of columns; everything else stays unread. `roles` and `units` may say "student"."""

    width: int
    emails: tuple[int, ...]
    given: int
    family: int
    schools: tuple[int, ...] = ()
    school_ids: tuple[int, ...] = ()
    jobs: tuple[int, ...] = ()
    statuses: tuple[int, ...] = ()
    enabled: tuple[int, ...] = ()
    blocked: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    units: tuple[int, ...] = ()
    marker: StudentMarker = _NO_MARKER


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRole:
    """What another file says about a staff member: the first role, and its school."""

    role: str
    school_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFileContext:
    """What is known apart from the file: addresses of staff, the students' unit, roles, schools."""

    domains: tuple[str, ...]
    student_unit: str = ""
    roles_by_id: Mapping[str, StaffRole] = field(default_factory=dict)
    schools_by_id: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFileLine:
    """`skip` is set where the file itself says not to invite; then there is no `invitee`.

    `unit` is what a directory calls the part of the district that it is in.
    """

    number: int
    invitee: Invitee | None = None
    skip: StaffLineState | None = None
    unit: str = ""


def parse_staff_header(titles: Sequence[str]) -> StaffFileLayout:
    """Find the columns. Raise InputError with a reason where one is missing or there twice."""
    _refuse_titles(titles)
    header = FileHeader.from_titles(titles)
    emails = header.list_columns((*EMAIL_TITLES, *SIGN_IN_TITLES))
    given, family = header.list_columns(GIVEN_TITLES), header.list_columns(FAMILY_TITLES)
    for found, name in ((emails, "Email"), (given, "First name"), (family, "Last name")):
        if not found:
            reason = f"no column is called {name!r}; the first line must name the columns"
            # Where titles are missing, the first line is somebody's.
            if not any("@" in title for title in titles):
                reason += f", and names {', '.join(filter(None, map(str.strip, titles)))}"
            if "name" in map(normalize_title, titles):
                reason += "; split 'name' into two columns, 'First name' and 'Last name'"
            raise InputError(reason)
    return StaffFileLayout(
        width=len(titles),
        emails=emails,
        given=given[0],
        family=family[0],
        schools=header.list_columns(SCHOOL_TITLES),
        school_ids=header.list_columns(SCHOOL_ID_TITLES),
        jobs=header.list_columns(JOB_TITLES),
        statuses=header.list_columns(STATUS_TITLES),
        enabled=header.list_columns(ENABLED_TITLES),
        blocked=header.list_columns(BLOCKED_TITLES),
        roles=header.list_columns(ROLE_TITLES),
        units=header.list_columns(UNIT_TITLES),
        marker=choose_student_marker(header),
    )


def _refuse_titles(titles: Sequence[str]) -> None:
    seen: set[str] = set()
    for title in titles:
        word = normalize_title(title)
        if word.startswith("student"):
            reason = "the file lists students, not staff"
            raise InputError(reason)
        if word in seen and word in {*EMAIL_TITLES, *GIVEN_TITLES, *FAMILY_TITLES}:
            reason = f"two columns are called {title.strip()!r}; delete one of them"
            raise InputError(reason)
        seen.add(word)


def parse_staff_line(
    number: int, cells: Sequence[str], layout: StaffFileLayout, context: StaffFileContext
) -> StaffFileLine:
    """Read one line. Raise InputError with a reason where it cannot be used."""
    row = _fill_row(cells, layout)
    skip = _find_skip_reason(row, layout, context)
    if skip:
        return StaffFileLine(number=number, skip=skip)
    if any(cell.strip() for cell in cells[layout.width :]):
        reason = "it has more columns than the first line; put quotes around a text with a comma"
        raise InputError(reason)
    address = _parse_address(row, layout, context.domains)
    if looks_shared(address, row[layout.given], row[layout.family]):
        reason = (
            "it looks like a device, a vacant post or a shared mailbox, and is not invited; if it "
            "is a person's, use `namesake staff invite`"
        )
        raise SharedMailboxError(reason)
    invitee = Invitee(
        mail=address,
        given=_drop_titles(_parse_name(row[layout.given], "first name")),
        family=_drop_degrees(_parse_name(row[layout.family], "last name")),
        school=_find_school(row, layout, context),
        title=_find_job(row, layout, context),
    )
    return StaffFileLine(
        number=number,
        invitee=invitee,
        unit=_find_text([row[at] for at in layout.units if at not in layout.jobs]),
    )


# A word of an address or a name that is one of these is no part of a person's,
_SHARED = """
admin admissions athletics attendance band billing bus cafeteria calendar camera cart central
chrome chromebook chromebooks conference copier copiers counseling desk device devices display fax
front frontdesk frontoffice helpdesk hr info ipad ipads kiosk lab laptop laptops library loaner
mailbox main media noreply notifications nurse nurses office payroll position postmaster principal
principals printer printers projector reception registrar room scanner school schoolnurse service
shared signage spare sub subs substitute support svc tablet tba tbd test transportation unfilled
vacancy vacant voicemail webmaster
"""
_SHARED_WORDS = frozenset(_SHARED.split())
# unless it is the family name of somebody.
_ALSO_FAMILY = """
band bus cafeteria camera cart front lab main nurse office printer room school service test
"""
_ALSO_FAMILY_NAMES = frozenset(_ALSO_FAMILY.split())
# John Smith 3rd is nobody's third Chromebook.
_NUMBER = re.compile(r"(?<![=+@-])\d(?!st\b|nd\b|rd\b|th\b)")


def looks_shared(mail: str, given: str, family: str) -> bool:
    """Tell whether it is most likely a device, a vacant post or a mailbox of several: no person's.

    A number within the name says so, and so does a word such as `printer`. Whoever has such a word
    as a family name is a person if the address begins as the given name does.
    """
    names = fold_text(f"{given} {family}")
    local = fold_text(mail.partition("@")[0])
    found = _SHARED_WORDS & {*re.findall(r"[^\W\d_]+", f"{local} {names}")}
    if _NUMBER.search(names) or not found:
        return bool(_NUMBER.search(names))
    is_family_name = found <= _ALSO_FAMILY_NAMES & {*fold_text(family).split()}
    return not (is_family_name and local.startswith(fold_text(given)[:1]))


# A fifth, or a few in a small district, come and go in a term.
_UNUSUAL_CHANGE, _USUAL_CHANGE = 0.2, 10


def has_unusual_size(count: int, before: int) -> bool:
    """Tell whether so many staff, after so many in the last file, look like half a file or more."""
    return before > 0 and abs(count - before) > max(_UNUSUAL_CHANGE * before, _USUAL_CHANGE)


def find_staff_address(
    cells: Sequence[str], layout: StaffFileLayout, context: StaffFileContext
) -> str:
    """Return the address of a line, usable or not; empty where it has none of the district."""
    address = _find_address(_fill_row(cells, layout), layout)
    return address if address.rpartition("@")[2] in context.domains else ""


def _find_address(row: Sequence[str], layout: StaffFileLayout) -> str:
    filled = (row[at].lower() for at in layout.emails if row[at])
    return next((address for address in filled if "@" in address), "")


def _fill_row(cells: Sequence[str], layout: StaffFileLayout) -> list[str]:
    return [cell.strip() for cell in (*cells, *[""] * (layout.width - len(cells)))]


def _find_skip_reason(
    row: Sequence[str], layout: StaffFileLayout, context: StaffFileContext
) -> StaffLineState | None:
    """Read what the file says of an account; leavers and students may have any address."""
    if _is_student(row, layout, context):
        return StaffLineState.STUDENT
    if any(fold_text(row[at]) in _FAMILY_ROLES for at in (*layout.roles, *layout.units)):
        return StaffLineState.FAMILY
    ids = layout.marker.ids
    if ids is not None and row[ids] not in context.roles_by_id:
        return StaffLineState.NO_STAFF_ROLE
    inactive = (
        (layout.statuses, _INACTIVE_STATUSES),
        (layout.enabled, _NO),
        (layout.blocked, _YES),
    )
    if any(fold_text(row[at]) in words for columns, words in inactive for at in columns):
        return StaffLineState.INACTIVE
    return None


def _is_student(row: Sequence[str], layout: StaffFileLayout, context: StaffFileContext) -> bool:
    """Tell whether any cell says so; the reader of a roster believes one column alone."""
    grade = layout.marker.grade
    named = (context.student_unit,) if context.student_unit else ()
    return (
        (grade is not None and bool(row[grade]))
        or any(is_student_role(row[at]) for at in layout.roles)
        # Student teachers, student counselors and the like are staff.
        or any(fold_text(row[at]) in _STUDENT_TITLES for at in layout.jobs)
        or any(is_student_unit(row[at], unit) for at in layout.units for unit in ("", *named))
    )


def is_staff_role(role: str) -> bool:
    """Tell whether a role in a file of roles is one of staff, and no student's or parent's."""
    return bool(role) and not is_student_role(role) and fold_text(role) not in _FAMILY_ROLES


def _find_school(row: Sequence[str], layout: StaffFileLayout, context: StaffFileContext) -> str:
    """Return the name of a school; an ID without a name is none."""
    ids = [part.strip() for at in layout.school_ids for part in row[at].split(",")]
    if layout.marker.ids is not None:
        ids.append(context.roles_by_id[row[layout.marker.ids]].school_id)
    named = (context.schools_by_id[text] for text in ids if text in context.schools_by_id)
    return _find_text((*(row[at] for at in layout.schools), *named))


def _find_job(row: Sequence[str], layout: StaffFileLayout, context: StaffFileContext) -> str:
    roles = [row[at] for at in layout.roles]
    if layout.marker.ids is not None:
        roles.append(context.roles_by_id[row[layout.marker.ids]].role)
    named = (_JOBS_BY_ROLE.get(normalize_title(role), "") for role in roles)
    return _find_text((*(row[at] for at in layout.jobs), *named))


def _find_text(cells: Sequence[str]) -> str:
    """Return the first cell that can be shown as it is: an answer may be empty, and is editable."""
    texts = (" ".join(cell.split()) for cell in cells)
    return next((text for text in texts if can_hold_name(text) and not _is_garbled(text)), "")


def _parse_address(row: Sequence[str], layout: StaffFileLayout, domains: Sequence[str]) -> str:
    address = _find_address(row, layout)
    if not address and not any(row[at] for at in layout.emails):
        reason = "the email address is missing"
        raise InputError(reason)
    if not is_single_address(address):
        reason = "the email address is not a single plain address"
        raise InputError(reason)
    if address.rpartition("@")[2] not in domains:
        reason = f"the email address is not one of this district ({', '.join(domains)})"
        raise InputError(reason)
    return address


def _parse_name(cell: str, what: str) -> str:
    if not cell:
        reason = f"the {what} is missing"
        raise InputError(reason)
    if _is_garbled(cell):
        reason = f"the {what} has unreadable letters; export the file again as CSV in UTF-8"
        raise InputError(reason)
    if not can_hold_name(cell):
        reason = f"the {what} is not a name"
        raise InputError(reason)
    return cell


_ASIDE = re.compile(r"\([^()]*\)")
_SPELLED_TITLES = frozenset({"dr", "miss", "mr", "mrs", "ms", "mx", "prof"})


def _drop_titles(given: str) -> str:
    """Leave out `Dr.` and the like, and what is in brackets: an email greets by the rest."""
    words = (_ASIDE.sub("", given).strip() or given).split()
    while len(words) > 1 and _is_title(words[0]):
        del words[0]
    return " ".join(words)


def _is_title(word: str) -> bool:
    """Tell whether it is no name: some are, such as Hon, unless a full stop follows."""
    known = TITLES if word.endswith(".") else _SPELLED_TITLES
    return fold_text(word.replace(".", "")) in known


def _drop_degrees(family: str) -> str:
    """Leave out what follows a comma, if all of it is degrees."""
    name, _, rest = family.partition(",")
    degrees = (fold_text(word.replace(".", "")) for word in rest.replace(",", " ").split())
    return name.strip() if name.strip() and DEGREES.issuperset(degrees) else family


def _is_garbled(text: str) -> bool:
    """Tell whether letters are lost, or UTF-8 was read as Latin-1 (JosÃ©)."""
    if text.isascii():
        return False
    if _UNREADABLE in text:
        return True
    try:
        text.encode("cp1252").decode()
    except UnicodeError:
        return False
    return True
