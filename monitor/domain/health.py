"""From numbers to what is well, what needs attention, and what to do.

The results of a health check: a reason for each, and what to do about it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from monitor.domain.first_contact import ContactStatus
from monitor.domain.reason import (
    Count,
    Day,
    Facts,
    Listed,
    Moment,
    Plain,
    Reason,
    Site,
    Told,
    read_note,
)
from monitor.domain.source_failures import FailureGroup, SourceFailure, fold_failures
from monitor.domain.vocabulary import DrillOutcome, HealthLevel
from scrapers.models import Outcome

# What the audit log calls a backup that was made, one that was not, and one that was put back.
BACKED_UP, BACKUP_FAILED, RESTORED = "backed-up", "backup-failed", "restored"
# The job, and what the audit log has of how one ended.
DRILL = "drill"
DRILL_EVERY = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthResult:
    """`what` names the part, `message` says how it is, and `remedy` what to do, if anything.

    `exit_code` is what a command ends with for it; only BAD has one, and not where the district may
    have chosen to be without.
    """

    what: str
    level: HealthLevel
    message: Told
    remedy: Told = ""
    exit_code: int = 0


def report_ok(part: str, message: Told) -> HealthResult:
    return HealthResult(what=part, level=HealthLevel.OK, message=message)


def report_warning(part: str, message: Told, remedy: Told) -> HealthResult:
    return HealthResult(what=part, level=HealthLevel.WARN, message=message, remedy=remedy)


def report_failure(part: str, message: Told, remedy: Told, exit_code: int) -> HealthResult:
    return HealthResult(
        what=part, level=HealthLevel.BAD, message=message, remedy=remedy, exit_code=exit_code
    )


# A problem that hides the others comes first.
EXIT_CODES_WORST_FIRST = (78, 64, 73, 77, 76, 65, 75, 69, 70)


def compute_exit_code(results: Iterable[HealthResult]) -> int:
    """Return the exit code of the worst of them, 0 where none is bad."""
    codes = {result.exit_code for result in results if result.exit_code}
    return min(codes, key=EXIT_CODES_WORST_FIRST.index, default=0)


# A sweep is weekly; one that is not closed a day after its week has gone wrong.
SWEEP_MISSED = timedelta(days=8)
SWEEP_STUCK = timedelta(days=2)
# A copy is made every night; two nights may fail for a good reason.
BACKUP_MAX_AGE = timedelta(days=3)
QUEUE_MAX_WAIT = timedelta(hours=6)
JOB_OVERDUE_AFTER = timedelta(hours=1)
# Renewed by itself, a certificate has 30 days left when that should happen; by hand takes a while.
CERTIFICATE_ENDS_SOON = timedelta(days=21)
# Two machines' clocks differ, and what is recorded may be a moment ahead.
CLOCK_TOLERANCE = timedelta(minutes=5)
MEGABYTE = 1_000_000
MIN_FREE_BYTES = 100 * MEGABYTE
CONFIG, UNAVAILABLE, CANNOT_WRITE, DAMAGED = 64, 69, 73, 78


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedBackup:
    """The latest attempt to make a copy; one refused as damaged ends with 78."""

    at: datetime
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCondition:
    """`proven` is whether its canaries ever agreed in the field; `note` says what went wrong."""

    name: str
    outcome: Outcome
    since: datetime
    proven: bool
    note: str = ""


def assess_search(engines: Iterable[str], missing_keys: Iterable[str] = ()) -> HealthResult:
    """Say which search engines are asked: without one, most of the web is not looked at.

    `missing_keys` are the credentials that the other engines in the configuration wait for.
    """
    none = Reason("health.search.none")
    report_none = partial(report_failure, "search", none, exit_code=0)
    if names := ", ".join(engines):
        return report_ok("search", Reason("health.search", {"engines": Plain(names)}))
    if keys := " or ".join(missing_keys):
        return report_none(Reason("remedy.search-key", {"keys": Plain(keys)}))
    return report_none(Reason("remedy.search"))


# One proposes to open a case early, and another one agrees.
MIN_REVIEWERS = 2


def assess_reviewers(count: int) -> HealthResult:
    """Advise by the count alone: whom a person keeps out, a reviewer may read out of all else."""
    part, remedy = "reviewers", Reason("remedy.reviewers")
    if not count:
        return report_warning(part, Reason("health.reviewers.none"), remedy)
    if count < MIN_REVIEWERS:
        return report_warning(part, Reason("health.reviewers.one"), remedy)
    if count == MIN_REVIEWERS:
        return report_ok(part, Reason("health.reviewers.two"))
    return report_ok(part, Reason("health.reviewers", {"count": Count(count)}))


def assess_sources(
    named: Iterable[str], known: Mapping[str, SourceCondition]
) -> Iterator[HealthResult]:
    """Say of each source in trouble what it is, and of the others how many there are."""
    names = tuple(named)
    asked = [known[name] for name in names if name in known]
    troubled = [name for name in asked if not name.outcome.is_conclusive]
    unproven = [name.name for name in asked if name.outcome.is_conclusive and not name.proven]
    if not names:
        yield report_warning("sources", Reason("health.sources.none"), Reason("remedy.sources"))
        return
    facts = {"well": Count(len(asked) - len(troubled)), "all": Count(len(names))}
    unasked = len(names) - len(asked)
    yield report_ok(
        "sources",
        Reason("health.sources.not-run", {**facts, "unasked": Count(unasked)})
        if unasked
        else Reason("health.sources", facts),
    )
    failures = (
        SourceFailure(source=name.name, outcome=name.outcome, since=name.since, note=name.note)
        for name in troubled
    )
    for group in fold_failures(failures, len(names)):
        yield _report_failure_group(group)
    if unproven:
        yield report_warning(
            "sources",
            Reason("health.unproven", {"sources": Listed(tuple(map(Site, unproven)))}),
            Reason("remedy.unproven"),
        )


def assess_first_contact(
    named: Iterable[str], standing: Mapping[str, ContactStatus], last: datetime | None
) -> HealthResult:
    """Say which sources are proven by first contact, and which have changed since."""
    names = tuple(named)
    if last is None:
        return report_ok("sources", Reason("health.first-contact.none"))
    by_status = {
        status: [name for name in names if standing.get(name) is status] for status in ContactStatus
    }
    facts: Facts = {
        "at": Day(last.date()),
        "proven": Count(len(by_status[ContactStatus.PROVEN])),
        "all": Count(len(names)),
    }
    if changed := by_status[ContactStatus.CHANGED]:
        message = Reason(
            "health.first-contact.changed",
            {**facts, "sources": Listed(tuple(map(Site, changed)))},
        )
        return report_warning("sources", message, Reason("remedy.first-contact"))
    return report_ok("sources", Reason("health.first-contact", facts))


def _report_failure_group(group: FailureGroup) -> HealthResult:
    how: Facts = {"outcome": Plain(group.outcome), "since": Day(group.since.date())}
    if not group.is_folded:
        return report_warning(
            "sources",
            Reason("health.source", {**how, "source": Site(group.source)}),
            Reason("remedy.source", {"key": Plain(group.source)}),
        )
    facts: Facts = {**how, "failed": Count(group.count), "all": Count(group.total)}
    note = read_note(group.note)
    return report_warning(
        "sources",
        Reason("health.shared-failure.noted", {**facts, "note": note})
        if note
        else Reason("health.shared-failure", facts),
        Reason("remedy.shared-failure.suspected", {"cause": group.suspicion})
        if group.suspicion
        else Reason("remedy.shared-failure"),
    )


def assess_sweep(
    closed: datetime | None, open_since: datetime | None, now: datetime, joined: datetime | None
) -> HealthResult:
    """Judge the weekly check; `joined` is when the first of those who are here did."""
    if open_since and now - open_since > SWEEP_STUCK:
        message = Reason("health.sweep.stuck", {"since": Day(open_since.date())})
        return report_failure("sweep", message, Reason("remedy.slow-source"), UNAVAILABLE)
    if joined is None:
        return report_ok("sweep", Reason("health.sweep.no-one"))
    message = Reason("health.sweep.none")
    if closed:
        message = Reason("health.sweep", {"at": Day(closed.date())})
    if closed and closed - now > CLOCK_TOLERANCE:
        ahead = Reason("health.sweep.ahead", {"at": Day(closed.date())})
        return report_failure("sweep", ahead, Reason("remedy.sweep-ahead"), UNAVAILABLE)
    if now - (closed or joined) > SWEEP_MISSED:
        return report_failure("sweep", message, Reason("remedy.service-log"), UNAVAILABLE)
    return report_ok("sweep", message)


def assess_staff_file(
    imported_at: datetime | None, unusable: int, problem: str, leavers: int
) -> HealthResult:
    """Say how the last staff file fared, and whether someone in it waits for an operator."""
    if problem:
        return report_warning("staff file", problem, Reason("remedy.staff-file"))
    if imported_at is None:
        return report_ok("staff file", "")
    facts = {"at": Day(imported_at.date())}
    if unusable:
        return report_warning(
            "staff file",
            Reason("health.staff-file.unusable", {**facts, "lines": Count(unusable)}),
            Reason("remedy.staff-lines"),
        )
    if leavers:
        return report_warning(
            "staff file",
            Reason("health.staff-file.leavers", {**facts, "people": Count(leavers)}),
            Reason("remedy.leavers"),
        )
    return report_ok("staff file", Reason("health.staff-file", facts))


def assess_drill(outcome: DrillOutcome) -> HealthResult:
    """Say which step of the last drill was not reached; what could not be asked is no failure."""
    message = Reason(f"health.drill.{outcome}")
    if outcome is DrillOutcome.DONE:
        return report_ok("drill", message)
    return report_warning("drill", message, Reason(f"remedy.drill.{outcome}"))


def assess_backup(
    made_at: datetime | None, failed: FailedBackup | None, now: datetime
) -> HealthResult:
    if failed is not None:
        return _assess_failed_backup(made_at, failed, now)
    remedy = Reason("remedy.backup")
    if made_at is None:
        return report_warning("backup", Reason("health.backup.none"), remedy)
    message = Reason("health.backup", {"at": Day(made_at.date())})
    if made_at - now > CLOCK_TOLERANCE:
        ahead = Reason("health.backup.ahead", {"at": Day(made_at.date())})
        return report_failure("backup", ahead, Reason("remedy.backup-ahead"), UNAVAILABLE)
    if now - made_at > BACKUP_MAX_AGE:
        return report_failure("backup", message, remedy, UNAVAILABLE)
    return report_ok("backup", message)


def _assess_failed_backup(
    made_at: datetime | None, failed: FailedBackup, now: datetime
) -> HealthResult:
    """Where a recent copy is good, a disk may be full for a night; damage may not wait."""
    facts: Facts = {"at": Moment(failed.at), "code": Count(failed.exit_code)}
    message = Reason("health.backup-failed", facts)
    if made_at:
        facts["good"] = Day(made_at.date())
        message = Reason("health.backup-failed.after-good", facts)
    remedy = Reason("remedy.backup-failed")
    if failed.exit_code == DAMAGED:
        return report_failure("backup", message, remedy, DAMAGED)
    if made_at is None or now - made_at > BACKUP_MAX_AGE:
        return report_failure("backup", message, remedy, UNAVAILABLE)
    return report_warning("backup", message, remedy)


def assess_queue(
    waiting: int, oldest: datetime | None, now: datetime, trouble: str = ""
) -> HealthResult:
    """Judge what waits; `trouble` is what the last try met, if nothing was sent since."""
    count, remedy = Count(waiting), Reason("remedy.mail-server")
    if oldest and now - oldest > QUEUE_MAX_WAIT:
        message = Reason("health.queue.late", {"count": count, "since": Moment(oldest)})
        return report_failure("outbox", message, remedy, UNAVAILABLE)
    if trouble:
        message = Reason("health.queue.failing", {"count": count, "trouble": Plain(trouble)})
        return report_warning("outbox", message, remedy)
    return report_ok("outbox", Reason("health.queue", {"count": count}))


def assess_undelivered(dead: int, paused: int) -> Iterator[HealthResult]:
    if dead:
        message = Reason("health.dead-emails", {"count": Count(dead)})
        yield report_warning("outbox", message, Reason("remedy.dead-emails"))
    if paused:
        message = Reason("health.paused-emails", {"count": Count(paused)})
        yield report_warning("outbox", message, Reason("remedy.paused-emails"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DueJob:
    """`waits_for_sweeps` where it is done after others that take hours."""

    name: str
    due_at: datetime
    waits_for_sweeps: bool = False


def assess_overdue_jobs(jobs: Iterable[DueJob], now: datetime) -> HealthResult:
    late = {
        job.name
        for job in jobs
        if now - job.due_at > (SWEEP_STUCK if job.waits_for_sweeps else JOB_OVERDUE_AFTER)
    }
    if late:
        message = Reason("health.jobs.late", {"jobs": Plain(", ".join(sorted(late)))})
        return report_failure("jobs", message, Reason("remedy.service-log"), UNAVAILABLE)
    return report_ok("jobs", Reason("health.jobs"))


def assess_failed_jobs(faults: Mapping[str, str]) -> Iterator[HealthResult]:
    """Warn of jobs that failed last time, by what went wrong: each is tried again."""
    if faults:
        named = ", ".join(f"{name} ({fault})" for name, fault in sorted(faults.items()))
        message = Reason("health.jobs.failed", {"jobs": Plain(named)})
        yield report_warning("jobs", message, Reason("remedy.service-log"))


def assess_clock(
    now: datetime, recorded: datetime | None, jumped: timedelta = timedelta()
) -> HealthResult:
    """`now` is the time that is believed, `jumped` how far the clock of the machine is ahead."""
    facts = {"now": Moment(now)}
    if jumped:
        message = Reason("health.clock.jumped", {**facts, "shown": Moment(now + jumped)})
        return report_failure("clock", message, Reason("remedy.clock-jumped"), UNAVAILABLE)
    if recorded and recorded - now > CLOCK_TOLERANCE:
        message = Reason("health.clock.behind", facts)
        return report_failure("clock", message, Reason("remedy.clock"), UNAVAILABLE)
    return report_ok("clock", Reason("health.clock", facts))


def assess_disk_space(free: int, database: int) -> HealthResult:
    """Count with a backup and its trial, which each need the database's size once more."""
    sizes = {"free": f"{free / MEGABYTE:,.0f}", "database": f"{database / MEGABYTE:,.1f}"}
    message = Reason("health.disk", {which: Plain(size) for which, size in sizes.items()})
    remedy = Reason("remedy.disk")
    if free < MIN_FREE_BYTES:
        return report_failure("disk", message, remedy, CANNOT_WRITE)
    if free < MIN_FREE_BYTES + 3 * database:
        return report_warning("disk", message, remedy)
    return report_ok("disk", message)


# Somebody has to do something about it: waiting changes nothing.
UNTRUSTED = "health.certificate.untrusted"


def assess_certificate(
    address: str, expires_at: datetime | None, fault: str, now: datetime
) -> HealthResult:
    """Judge the portal's certificate; an authority of the district only browsers may know."""
    remedy, facts = Reason("remedy.renew-certificate"), {"address": Plain(address)}
    if expires_at is None:
        message = Reason(UNTRUSTED, {**facts, "fault": Plain(fault)})
        if "expired" in fault:
            return report_failure("portal", message, remedy, UNAVAILABLE)
        return report_warning("portal", message, Reason("remedy.other-certificate"))
    message = Reason("health.certificate", {**facts, "until": Day(expires_at.date())})
    if expires_at - now < CERTIFICATE_ENDS_SOON:
        return report_warning("portal", message, remedy)
    return report_ok("portal", message)


def assess_engines(faults: Mapping[str, str]) -> Iterator[HealthResult]:
    """Say which engines can be reached, and put those that fail alike into one line."""
    if reached := [title for title, fault in faults.items() if not fault]:
        yield report_ok("search", Reason("health.reached", {"engines": Plain(", ".join(reached))}))
    for fault in dict.fromkeys(filter(None, faults.values())):
        titles = ", ".join(title for title, one_fault in faults.items() if one_fault == fault)
        facts = {"engines": Plain(titles), "fault": Plain(fault)}
        yield report_warning("search", Reason("health.unreached", facts), Reason("remedy.reach"))


def assess_failed_notices(failures: Mapping[str, datetime]) -> Iterator[HealthResult]:
    """Warn of chats that were not told: the same is in emails and on the portal."""
    for office, at in failures.items():
        facts: Facts = {"office": Plain(office), "at": Moment(at)}
        message = Reason("health.notice-failed", facts)
        yield report_warning("notices", message, Reason("remedy.notice-failed"))
