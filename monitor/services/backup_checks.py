"""Check that a copy is sound: its dates, and that all of it can be decrypted."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from monitor.config.sections import CONSENT_DURATION
from monitor.db.database import Database
from monitor.domain.errors import DatabaseError
from monitor.domain.vocabulary import AuditEndStatus, EmailState
from monitor.services.job_kinds import JOB_KINDS, JobScope
from reports.labels.office import AUDIT_END_PROBLEMS

# For summer time, and for what was written since the time was last noted.
SLACK = timedelta(days=1)


def check_due_dates(db: Database, at: datetime) -> None:
    """Raise DatabaseError for a due date that the rules do not give at that time."""
    for name in find_wrong_due_dates(db, at):
        raise DatabaseError(
            f"The due date of `{name}` is missing or wrong. Start the service, which corrects "
            "it, and back up again."
        )


def find_wrong_due_dates(db: Database, at: datetime) -> Iterator[str]:
    """Name jobs that are due too late or never; none before the service first ran."""
    last_time = db.clock.find_last_time()
    if last_time is None:
        return
    yield from _find_late_due_dates(db, max(at, last_time))
    # A clock that was set back says nothing of what should be there by now.
    if last_time <= at:
        # Jobs of people who joined since are created next time.
        there = {(due.name, due.subject) for due in db.jobs.list_jobs()}
        consents = db.consents.list_latest_consents()
        subjects: Mapping[JobScope, Collection[str]] = {
            JobScope.DISTRICT: ("",),
            JobScope.ENROLLED: [
                consent.person_id
                for consent in consents
                if consent.given_at < last_time
                and consent.is_active(last_time)
                and consent.is_active(at)
            ],
            JobScope.WITHDRAWN: [consent.person_id for consent in consents if consent.withdrawn_at],
            JobScope.ON_DEMAND: (),
        }
        for kind in JOB_KINDS.values():
            # A copy does not say how its district was configured.
            for subject in subjects[kind.scope] if kind.is_on is None else ():
                if (kind.name, subject) not in there:
                    yield kind.name


def _find_late_due_dates(db: Database, at: datetime) -> Iterator[str]:
    pauses = [
        consent.paused_until
        for consent in db.consents.list_latest_consents()
        if consent.paused_until
    ]
    for due in db.jobs.list_jobs():
        kind = JOB_KINDS.get(due.name)
        if kind is None or due.lease_until is not None:
            continue
        latest = max((at + kind.longest, *(pauses if kind.pausable else ())))
        if due.due_at > latest + SLACK:
            yield due.name


# What a damaged word, number or time comes to when it is read.
DAMAGE_ERRORS = (ValueError, LookupError, TypeError)


def check_stored_values(db: Database) -> int:
    """Decrypt every stored value, and return how many there were.

    Raises DatabaseError if one was damaged. A database that is older than its keys is not a fault
    of a copy.
    """
    try:
        broken = db.audit.verify_chain()
        if broken is not None:
            raise DatabaseError(f"The audit log was changed from row {broken} on.")
        if db.audit.log_end.check_end() is AuditEndStatus.CUT:
            raise DatabaseError(AUDIT_END_PROBLEMS[AuditEndStatus.CUT])
        for what in _find_altered_rows(db):
            raise DatabaseError(f"The columns of {what} were changed. Restore a backup.")
        return sum(1 for _ in _read_all_values(db))
    except DAMAGE_ERRORS as error:
        reason = f"A value in the database is damaged ({type(error).__name__}). Restore a backup."
        raise DatabaseError(reason) from error


def _find_altered_rows(db: Database) -> Iterator[str]:
    """Name rows whose plain columns contradict the encrypted values or each other.

    Times of different moments are not compared, since a clock may be set back.
    """
    yield from (f"case {case_id}" for case_id in db.cases.list_altered_case_ids())
    for person_id in db.people.list_person_ids():
        # Both ends of a consent are written at the same moment.
        if any(
            not timedelta(0) < consent.expires_at - consent.given_at <= CONSENT_DURATION
            for consent in db.consents.list_consents(person_id)
        ):
            yield f"a consent of {person_id}"
    for email in db.outbox.list_emails():
        # A bounced email is dead, but it was sent.
        impossible = EmailState.QUEUED if email.sent_at else EmailState.SENT
        if email.state is impossible:
            yield f"email {email.id}"


def _read_all_values(db: Database) -> Iterator[object]:
    """Read each value of each table, and what is sealed beside them."""
    for table in db.list_record_tables():
        yield from table.iterate_records()
    for email in db.outbox.list_emails():
        if email.readable:
            yield db.outbox.load_email_view(email.id, object)
    for sweep in db.sweeps.list_open_sweeps():
        yield from db.staged_answers.list_answered_keys(sweep.id)
    for person_id in db.people.list_person_ids():
        for finding_id in db.findings.list_finding_ids_of_person(person_id):
            yield db.findings.find_assessment(finding_id)
        for case in db.cases.list_cases_of_person(person_id):
            yield from db.cases.list_decisions(case.id)
