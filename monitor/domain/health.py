"""From numbers to sentences: what is well, what is to be seen to, and how.

What a look at the service's health comes to: one sentence each, and what to do about it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.dates import format_date, format_local_time, format_near_time
from monitor.domain.failures import FailureGroup, SourceFailure, fold_failures
from monitor.domain.vocabulary import HealthLevel, spell_site_name
from scrapers.models import Outcome

# What the audit log calls a backup that was made, and one that was not.
BACKED_UP, BACKUP_FAILED = "backed-up", "backup-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthResult:
    """`what` names the part, `message` says how it is, and `remedy` what to do.

    `exit_code` is what a command ends with for it; only BAD has one.
    """

    what: str
    level: HealthLevel
    message: str
    remedy: str = ""
    exit_code: int = 0


def report_ok(part: str, message: str) -> HealthResult:
    return HealthResult(what=part, level=HealthLevel.OK, message=message)


def report_warning(part: str, message: str, remedy: str) -> HealthResult:
    return HealthResult(what=part, level=HealthLevel.WARN, message=message, remedy=remedy)


def report_failure(part: str, message: str, remedy: str, exit_code: int) -> HealthResult:
    return HealthResult(
        what=part, level=HealthLevel.BAD, message=message, remedy=remedy, exit_code=exit_code
    )


# A problem that hides the others comes first.
EXIT_CODES_WORST_FIRST = (78, 64, 73, 77, 76, 65, 75, 69, 70)


def compute_exit_code(results: Iterable[HealthResult]) -> int:
    """Return the exit code of the worst of them, 0 where none is bad."""
    codes = {result.exit_code for result in results if result.level is HealthLevel.BAD}
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
    """The latest try to make a copy; one that was refused as damaged ends with 78."""

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


NO_SEARCH_ENGINE = "No search engine is set up, so web searches are not done."


def assess_search(engines: Iterable[str], missing_keys: Iterable[str] = ()) -> HealthResult:
    """Say which search engines are asked: without one, most of the web is not looked at.

    `missing_keys` are the credentials that the other engines in the configuration wait for.
    """
    if names := ", ".join(engines):
        return report_ok("search", f"Search engines in use: {names}.")
    if keys := " or ".join(missing_keys):
        remedy = f"Your search engine has no key: put it into the credential {keys}."
        return report_warning("search", NO_SEARCH_ENGINE, remedy)
    remedy = "Set up Brave, your own SearXNG or alert feeds: see Search in docs/operate.md."
    return report_warning("search", NO_SEARCH_ENGINE, remedy)


# One proposes to open a case early, and another one agrees.
MIN_REVIEWERS = 2


def assess_reviewers(count: int) -> HealthResult:
    part, remedy = "reviewers", "Name two or more under `reviewers` in [district]."
    if not count:
        return report_warning(part, "No reviewer is named, so no one can review cases.", remedy)
    if count < MIN_REVIEWERS:
        message = "Only one reviewer is named, and some steps in review take two people."
        return report_warning(part, message, remedy)
    return report_ok(part, f"{count} reviewers are named.")


def assess_sources(
    named: Iterable[str], known: Mapping[str, SourceCondition]
) -> Iterator[HealthResult]:
    """Say of each source in trouble what it is, and of the others how many there are."""
    names = tuple(named)
    asked = [known[name] for name in names if name in known]
    troubled = [name for name in asked if not name.outcome.is_conclusive]
    unproven = [name.name for name in asked if name.outcome.is_conclusive and not name.proven]
    if not names:
        yield report_warning("sources", "No sources configured.", "Add some under [sources].")
        return
    well, unasked = len(asked) - len(troubled), len(names) - len(asked)
    message = f"{well} of {len(names)} sources could be checked"
    yield report_ok("sources", f"{message}; {unasked} not run yet." if unasked else f"{message}.")
    failures = (
        SourceFailure(source=name.name, outcome=name.outcome, since=name.since, note=name.note)
        for name in troubled
    )
    for group in fold_failures(failures, len(names)):
        yield _report_failure_group(group)
    if unproven:
        unproven_names = ", ".join(map(spell_site_name, unproven))
        yield report_warning(
            "sources",
            f"No self-test passed yet, so their findings raise no cases: {unproven_names}.",
            "Configure a canary where possible, and run `namesake sources check`.",
        )


def _report_failure_group(group: FailureGroup) -> HealthResult:
    how = f"{group.outcome} since {format_date(group.since)}"
    if not group.is_folded:
        remedy = f"See `namesake sources show {group.source}`. Turn it off if this continues."
        return report_warning("sources", f"{spell_site_name(group.source)}: {how}.", remedy)
    note = f" ({group.note})" if group.note else ""
    message = f"{group.count} of {group.total} sources fail the same way: {how}{note}."
    after = "Fix that, then run `namesake sources check`."
    return report_warning(
        "sources", message, f"{group.suspicion} {after}" if group.suspicion else after
    )


def assess_sweep(
    closed: datetime | None, open_since: datetime | None, now: datetime, *, joined: bool
) -> HealthResult:
    if open_since and now - open_since > SWEEP_STUCK:
        remedy = "See `namesake sources list` for the slow source, and the service log."
        message = f"The sweep that started on {format_date(open_since, now.year)} has not finished."
        return report_failure("sweep", message, remedy, UNAVAILABLE)
    if not joined:
        return report_ok("sweep", "No one has enrolled yet, so there is nothing to check.")
    if closed is None:
        message, remedy = "No sweep has run yet.", "See the next one with `namesake jobs`."
        return report_warning("sweep", message, remedy)
    message = f"The last sweep finished on {format_date(closed)}."
    if closed - now > CLOCK_TOLERANCE:
        message = (
            f"The last sweep finished on {format_date(closed, now.year)}, which is still to come."
        )
        remedy = "The clock was ahead then. The next sweep sets this right: `namesake sweep`."
        return report_failure("sweep", message, remedy, UNAVAILABLE)
    if now - closed > SWEEP_MISSED:
        return report_failure(
            "sweep", message, "Check that the service is running, and read its log.", UNAVAILABLE
        )
    return report_ok("sweep", message)


SAY_OF_EACH = "Open People who may have left on the Service page, and say of each."


def assess_staff_file(
    imported_at: datetime | None, unusable: int, problem: str, leavers: int
) -> HealthResult:
    """Say how the last staff file fared, and whether someone in it waits for an operator."""
    if problem:
        return report_warning("staff file", problem, "Put a whole staff file in its place.")
    message = (
        f"The last staff file was imported on {format_date(imported_at)}." if imported_at else ""
    )
    if unusable:
        remedy = "`namesake staff import FILE --dry-run` shows which, and why."
        return report_warning(
            "staff file", f"{message} Lines that could not be used: {unusable}.", remedy
        )
    if leavers:
        return report_warning(
            "staff file", f"{message} People it no longer lists: {leavers}.", SAY_OF_EACH
        )
    return report_ok("staff file", message)


def assess_backup(
    made_at: datetime | None, failed: FailedBackup | None, now: datetime
) -> HealthResult:
    if failed is not None:
        return _assess_failed_backup(made_at, failed, now)
    remedy = "Enable namesake-backup.timer, or run `namesake backup`. See docs/backup.md."
    if made_at is None:
        return report_warning("backup", "No backup has been made yet.", remedy)
    message = f"The last backup was made on {format_date(made_at)}."
    if made_at - now > CLOCK_TOLERANCE:
        message = f"The last backup says {format_date(made_at, now.year)}, which is still to come."
        return report_failure("backup", message, "Make one: `namesake backup`.", UNAVAILABLE)
    if now - made_at > BACKUP_MAX_AGE:
        return report_failure("backup", message, remedy, UNAVAILABLE)
    return report_ok("backup", message)


def _assess_failed_backup(
    made_at: datetime | None, failed: FailedBackup, now: datetime
) -> HealthResult:
    """Where a recent copy is good, a disk may be full for a night; damage may not wait."""
    last = "there is no good one yet"
    if made_at:
        last = f"the last good one is from {format_date(made_at)}"
    at = format_local_time(failed.at, "UTC")
    message = f"The backup of {at} failed ({failed.exit_code}); {last}."
    remedy = "See `journalctl -u namesake-backup`, or run `namesake backup`."
    if failed.exit_code == DAMAGED:
        return report_failure("backup", message, remedy, DAMAGED)
    if made_at is None or now - made_at > BACKUP_MAX_AGE:
        return report_failure("backup", message, remedy, UNAVAILABLE)
    return report_warning("backup", message, remedy)


def assess_queue(waiting: int, oldest: datetime | None, now: datetime) -> HealthResult:
    message = f"{waiting} emails are queued."
    if oldest and now - oldest > QUEUE_MAX_WAIT:
        since = f"The oldest has waited since {format_near_time(oldest, 'UTC')}."
        remedy = "Check that the mail server accepts email. Retries are automatic."
        return report_failure("outbox", f"{message} {since}", remedy, UNAVAILABLE)
    return report_ok("outbox", message)


def assess_undelivered(dead: int, paused: int) -> Iterator[HealthResult]:
    if dead:
        message = f"{dead} emails failed."
        yield report_warning(
            "outbox", message, "See `namesake mail list`. Retry with `namesake mail retry`."
        )
    if paused:
        message = f"Email to {paused} people is paused, because their address rejects it."
        yield report_warning(
            "outbox", message, "See `namesake mail paused`. Resume with `namesake mail resume`."
        )


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
        message = f"Overdue: {', '.join(sorted(late))}."
        return report_failure(
            "jobs", message, "Check that the service is running, and read its log.", UNAVAILABLE
        )
    return report_ok("jobs", "No job is overdue.")


def assess_clock(
    now: datetime, recorded: datetime | None, jumped: timedelta = timedelta()
) -> HealthResult:
    """`now` is the time that is believed, `jumped` how far the clock of the machine is ahead."""
    if jumped:
        message = (
            f"The clock jumped to {format_local_time(now + jumped, 'UTC')}; by the time since this"
            f" machine started, it is {format_local_time(now, 'UTC')}, which Namesake goes by."
        )
        remedy = (
            "Set it: `timedatectl set-ntp true`. If it is right: `namesake jobs --clock-is-right`."
        )
        return report_failure("clock", message, remedy, UNAVAILABLE)
    message = f"The clock says {format_local_time(now, 'UTC')}"
    if recorded and recorded - now > CLOCK_TOLERANCE:
        message = f"{message}, earlier than the last recorded time."
        return report_failure("clock", message, "Set it: `timedatectl set-ntp true`.", UNAVAILABLE)
    return report_ok("clock", f"{message}.")


def assess_disk_space(free: int, database: int) -> HealthResult:
    """Count with a backup and its trial, which each need the database's size once more."""
    message = f"{free / MEGABYTE:,.0f} MB free; the database uses {database / MEGABYTE:,.1f} MB."
    remedy = "Free up space on the disk of the state folder."
    if free < MIN_FREE_BYTES:
        return report_failure("disk", message, remedy, CANNOT_WRITE)
    if free < MIN_FREE_BYTES + 3 * database:
        return report_warning("disk", message, remedy)
    return report_ok("disk", message)


def assess_certificate(
    address: str, expires_at: datetime | None, fault: str, now: datetime
) -> HealthResult:
    """Judge the portal's certificate; an authority of the district only browsers may know."""
    remedy = "Renew it, and let your proxy load it again."
    if expires_at is None:
        message = f"The certificate of {address} is not trusted here: {fault}."
        if "expired" in fault:
            return report_failure("portal", message, remedy, UNAVAILABLE)
        other = "If browsers of staff trust it, all is well. Else get another certificate."
        return report_warning("portal", message, other)
    message = f"The certificate of {address} is valid until {format_date(expires_at)}."
    if expires_at - now < CERTIFICATE_ENDS_SOON:
        return report_warning("portal", message, remedy)
    return report_ok("portal", message)


def assess_engines(faults: Mapping[str, str]) -> Iterator[HealthResult]:
    """Say which engines can be reached, and put those that fail alike into one line."""
    if reached := [title for title, fault in faults.items() if not fault]:
        yield report_ok("search", f"Can be reached: {', '.join(reached)}.")
    for fault in dict.fromkeys(filter(None, faults.values())):
        titles = ", ".join(title for title, one_fault in faults.items() if one_fault == fault)
        remedy = "Let this machine reach it, or turn it off under [sources]."
        yield report_warning("search", f"Cannot be reached: {titles} ({fault}).", remedy)


def assess_failed_notices(failures: Mapping[str, datetime]) -> Iterator[HealthResult]:
    """Warn of chats that were not told: the same is in emails and on the portal."""
    for office, at in failures.items():
        message = f"A message to a chat of {office}s failed on {format_local_time(at, 'UTC')}."
        remedy = "Run `namesake doctor --send-test`, and check the addresses in its secret."
        yield report_warning("notices", message, remedy)
