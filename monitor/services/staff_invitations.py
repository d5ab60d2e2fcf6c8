"""Invite a whole staff by a file. Each line is checked before anyone is invited.

It enrolls no one. Of people who are known already, it reports counts and no lines:
those would be a list of who joined.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.app import App
from monitor.domain.errors import InputError
from monitor.domain.staff_file import (
    StaffFileLayout,
    StaffFileLine,
    parse_staff_header,
    parse_staff_line,
)
from monitor.domain.vocabulary import InviteSkipReason
from monitor.matcher.roster_import import CsvLine, open_rows
from monitor.services.enrollment import (
    INVITATION_INTERVAL,
    find_next_invitation_slot,
    invite_person,
)

# So many are invited in one transaction: the service and its pages wait for one at most.
BATCH_SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedLine:
    line: int
    reason: InviteSkipReason


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInvitations:
    """`last_email_at` is when the last invitation is due, None if there is none.

    `skipped_lines` are only those that the file itself says to skip.
    """

    lines: int
    invited: int
    skipped: Mapping[InviteSkipReason, int]
    skipped_lines: tuple[SkippedLine, ...]
    last_email_at: datetime | None


def read_staff_file(path: Path, domains: Sequence[str]) -> tuple[StaffFileLine, ...]:
    """Read and check every line. Raise InputError at the first one that cannot be used."""
    with open_rows(path) as rows:
        header = next(rows, None)
        if header is None:
            reason = f"{path} is empty. No one was invited."
            raise InputError(reason)
        try:
            layout = parse_staff_header(header.cells)
        except InputError as error:
            raise _build_line_error(path, header.number, error) from None
        lines = tuple(_parse_lines(path, rows, layout, domains))
    if not lines:
        reason = f"{path} has no line below its first one. No one was invited."
        raise InputError(reason)
    return lines


def _parse_lines(
    path: Path, rows: Iterator[CsvLine], layout: StaffFileLayout, domains: Sequence[str]
) -> Iterator[StaffFileLine]:
    line_by_mail: dict[str, int] = {}
    for row in rows:
        try:
            line = parse_staff_line(row.number, row.cells, layout, domains)
            _require_new_address(line, line_by_mail)
        except InputError as error:
            raise _build_line_error(path, row.number, error) from None
        yield line


def _require_new_address(line: StaffFileLine, line_by_mail: dict[str, int]) -> None:
    if line.mail and line_by_mail.setdefault(line.mail, line.number) != line.number:
        reason = f"the email address is in line {line_by_mail[line.mail]}, too"
        raise InputError(reason)


def _build_line_error(path: Path, number: int, error: InputError) -> InputError:
    return InputError(f"{path}, line {number}: {error}. No one was invited.")


def preview_staff_invitations(app: App, lines: Sequence[StaffFileLine]) -> StaffInvitations:
    """Tell what `invite_staff` would do now, and do nothing."""
    reasons = {line.number: _find_skip_reason(app, line) for line in lines}
    return _build_report(lines, reasons, find_next_invitation_slot(app))


def invite_staff(app: App, lines: Sequence[StaffFileLine]) -> StaffInvitations:
    """Invite everyone who is not known yet; their emails are due one after another.

    After a stop in the middle, the same file invites the rest.
    """
    first_email_at = find_next_invitation_slot(app)
    reasons: dict[int, InviteSkipReason | None] = {}
    email_at = first_email_at
    for start in range(0, len(lines), BATCH_SIZE):
        with app.db.begin_transaction():
            for line in lines[start : start + BATCH_SIZE]:
                reasons[line.number] = _find_skip_reason(app, line)
                if reasons[line.number] is None:
                    invite_person(app, line.mail, line.given, line.family, email_at)
                    email_at += INVITATION_INTERVAL
    return _build_report(lines, reasons, first_email_at)


def _find_skip_reason(app: App, line: StaffFileLine) -> InviteSkipReason | None:
    if line.skip:
        return line.skip
    person_id = app.db.people.find_person_id_by_mail(line.mail)
    if person_id is None:
        invited = app.db.invitations.has_invitation(line.mail)
        return InviteSkipReason.INVITED if invited else None
    consent = app.db.consents.find_latest_consent(person_id)
    if consent is None or consent.withdrawn_at is not None:
        return InviteSkipReason.LEFT
    return InviteSkipReason.ENROLLED


def _build_report(
    lines: Sequence[StaffFileLine],
    reasons: Mapping[int, InviteSkipReason | None],
    first_email_at: datetime,
) -> StaffInvitations:
    counts = Counter(reason for reason in reasons.values() if reason)
    invited = len(lines) - counts.total()
    return StaffInvitations(
        lines=len(lines),
        invited=invited,
        skipped={reason: counts[reason] for reason in InviteSkipReason},
        skipped_lines=tuple(
            SkippedLine(line=line.number, reason=line.skip) for line in lines if line.skip
        ),
        last_email_at=first_email_at + (invited - 1) * INVITATION_INTERVAL if invited else None,
    )
