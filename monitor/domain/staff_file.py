"""A line of a staff file: someone to invite, or someone to skip, and why.

Which columns hold the address and the names, whichever system wrote the file. A line that cannot
be used is an error, not a skip: its person would never learn that they were left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.domain.email import is_single_address
from monitor.domain.errors import InputError
from monitor.domain.names.normalize import fold_text
from monitor.domain.students.roster_file import (
    FAMILY_TITLES,
    GIVEN_TITLES,
    LEFT_STATUSES,
    ROLE_TITLES,
    UNIT_TITLES,
    can_hold_name,
    is_student_unit,
    normalize_title,
)
from monitor.domain.vocabulary import InviteSkipReason

# In this order: of two filled ones, the first counts. A sign-in name comes last.
_EMAIL_TITLES = (
    *("emailaddress", "email", "mail", "emailaddr", "workemail", "workemailaddress"),
    *("primaryemail", "primaryemailaddress", "schoolemail", "teacheremail", "staffemail"),
    *("userprincipalname", "upn"),
)
_STATUS_TITLES = ("status", "accountstatus", "employmentstatus")
_ENABLED_TITLES = ("accountenabled", "enableduser", "enabled")
_BLOCKED_TITLES = ("blockcredential", "signinblocked", "suspended")
_INACTIVE_STATUSES = LEFT_STATUSES | {"suspended", "archived", "disabled", "deleted", "terminated"}
_NO, _YES = frozenset({"false", "no", "0"}), frozenset({"true", "yes", "1"})
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFileLayout:
    """Numbers of columns; everything else stays unread. `student_marks` may say "student"."""

    width: int
    emails: tuple[int, ...]
    given: int
    family: int
    statuses: tuple[int, ...] = ()
    enabled: tuple[int, ...] = ()
    blocked: tuple[int, ...] = ()
    student_marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFileLine:
    """`skip` is set where the file itself says not to invite; the rest is then empty."""

    number: int
    mail: str = ""
    given: str = ""
    family: str = ""
    skip: InviteSkipReason | None = None


def parse_staff_header(titles: Sequence[str]) -> StaffFileLayout:
    """Find the columns. Raise InputError with a reason where one is missing or there twice."""
    column_by_title: dict[str, int] = {}
    for at, title in enumerate(titles):
        word = normalize_title(title)
        if word.startswith("student"):
            reason = "the file lists students, not staff"
            raise InputError(reason)
        if word in column_by_title and word in (*_EMAIL_TITLES, *GIVEN_TITLES, *FAMILY_TITLES):
            reason = f"two columns are called {title.strip()!r}; delete one of them"
            raise InputError(reason)
        column_by_title.setdefault(word, at)
    emails = _list_columns(column_by_title, _EMAIL_TITLES)
    given = _list_columns(column_by_title, GIVEN_TITLES)
    family = _list_columns(column_by_title, FAMILY_TITLES)
    for found, name in ((emails, "Email"), (given, "First name"), (family, "Last name")):
        if not found:
            reason = f"no column is called {name!r}; the first line must name the columns"
            raise InputError(reason)
    return StaffFileLayout(
        width=len(titles),
        emails=emails,
        given=given[0],
        family=family[0],
        statuses=_list_columns(column_by_title, _STATUS_TITLES),
        enabled=_list_columns(column_by_title, _ENABLED_TITLES),
        blocked=_list_columns(column_by_title, _BLOCKED_TITLES),
        student_marks=_list_columns(column_by_title, (*ROLE_TITLES, *UNIT_TITLES)),
    )


def _list_columns(column_by_title: Mapping[str, int], words: Sequence[str]) -> tuple[int, ...]:
    return tuple(column_by_title[word] for word in words if word in column_by_title)


def parse_staff_line(
    number: int, cells: Sequence[str], layout: StaffFileLayout, domains: Sequence[str]
) -> StaffFileLine:
    """Read one line. Raise InputError with a reason where it cannot be used."""
    if any(cell.strip() for cell in cells[layout.width :]):
        reason = "it has more columns than the first line; put quotes around a text with a comma"
        raise InputError(reason)
    row = [cell.strip() for cell in (*cells, *[""] * (layout.width - len(cells)))]
    skip = _find_skip_reason(row, layout)
    if skip:
        return StaffFileLine(number=number, skip=skip)
    return StaffFileLine(
        number=number,
        mail=_parse_address(row, layout, domains),
        given=_parse_name(row[layout.given], "first name"),
        family=_parse_name(row[layout.family], "last name"),
    )


# Roles of OneRoster that are of families.
_FAMILY_ROLES = frozenset({"parent", "guardian", "relative"})


def _find_skip_reason(row: Sequence[str], layout: StaffFileLayout) -> InviteSkipReason | None:
    """Read what the file says of an account; leavers and students may have any address."""
    inactive = (
        (layout.statuses, _INACTIVE_STATUSES),
        (layout.enabled, _NO),
        (layout.blocked, _YES),
    )
    if any(fold_text(row[at]) in words for columns, words in inactive for at in columns):
        return InviteSkipReason.INACTIVE
    if any(is_student_unit(row[at], "") for at in layout.student_marks):
        return InviteSkipReason.STUDENT
    if any(fold_text(row[at]) in _FAMILY_ROLES for at in layout.student_marks):
        return InviteSkipReason.FAMILY
    return None


def _parse_address(row: Sequence[str], layout: StaffFileLayout, domains: Sequence[str]) -> str:
    address = next((row[at].lower() for at in layout.emails if row[at]), "")
    if not address:
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
    if _UNREADABLE in cell or _is_misread(cell):
        reason = f"the {what} has unreadable letters; export the file again as CSV in UTF-8"
        raise InputError(reason)
    if not can_hold_name(cell):
        reason = f"the {what} is not a name"
        raise InputError(reason)
    return cell


def _is_misread(text: str) -> bool:
    """Tell whether UTF-8 was read as Latin-1 (JosÃ©), as in a file that mixes the two."""
    if text.isascii():
        return False
    try:
        text.encode("cp1252").decode()
    except UnicodeError:
        return False
    return True
