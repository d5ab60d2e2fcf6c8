"""The state of the service, in numbers without names: sources, times and emails.

The checks of a district's database, and of its machine: file permissions, disk space, time zones,
mail.
"""

import shutil
import stat
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.annexes import load_annex_parts
from monitor.config.file import list_example_values
from monitor.config.sections import Config, build_inventory, is_known_time_zone
from monitor.db.atomic_files import list_foreign_files, read_owner
from monitor.db.audit import AuditEntry
from monitor.db.database import DATABASE_FILE, Database, measure_database_bytes
from monitor.db.encryption import KEYS_DATABASE
from monitor.db.jobs import Job
from monitor.db.open_files import find_processes, has_locks, list_deleted_files
from monitor.db.sources import SourceHealth
from monitor.db.staff_imports import StaffImportRecord
from monitor.db.state_folder_lock import StateFolderLock
from monitor.domain import health as condition
from monitor.domain.email_delivery import DeliveryStatus, Envelope, build_message_id
from monitor.domain.errors import (
    CannotWriteError,
    ConfigError,
    NotPermittedError,
    ReplacedError,
    UnavailableError,
)
from monitor.domain.health import (
    BACKED_UP,
    BACKUP_FAILED,
    DRILL,
    DRILL_EVERY,
    RESTORED,
    FailedBackup,
    HealthResult,
    SourceCondition,
    report_failure,
    report_ok,
    report_warning,
)
from monitor.domain.reason import Count, Plain, Reason
from monitor.domain.small_counts import round_down_to_band
from monitor.domain.vocabulary import (
    CaseKind,
    CaseState,
    DrillOutcome,
    EmailState,
    HealthLevel,
    SweepKind,
)
from monitor.services.annex_services import AnnexServices
from monitor.services.chat_notices import AUDIENCES, find_failed_notice
from monitor.services.first_contact import ContactStanding, find_contact_standings
from monitor.services.job_kinds import JobQueue, find_job_queue
from reports.emails.office import TrialView
from reports.emails.registry import INVITATION_KINDS, EmailKind, render_email
from scrapers.source import Source, SourceFamily

if TYPE_CHECKING:
    from monitor.mail.smtp import MailTransport

# A smaller count of cases could show who has findings.
MIN_COUNT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """`at` is the time that is believed, `clock_jumped` how far that of the machine is ahead.

    `sources` are those that are set up, and `answered_sources` what they answered. What is turned
    off stays on record, and is no trouble.

    `person_count` and `case_counts` are starts of bands, None and empty while few have joined.

    Counts of cases below `MIN_COUNT` are left out one by one. Invitations that wait for their turn
    or went out are no emails here: an import would tell by them who had not joined yet. Times are
    None for what was never; so is `backup_failed` where the latest copy is a good one. `drill` is
    how the last one ended, None where none was held lately.
    """

    at: datetime
    sources: tuple[str, ...]
    answered_sources: tuple[SourceHealth, ...]
    jobs: tuple[Job, ...]
    email_counts: Mapping[EmailState, int]
    oldest_email: datetime | None
    email_trouble: str
    paused_addresses: int
    waiting_requests: int
    sweep_closed: datetime | None
    sweep_open_since: datetime | None
    backed_up: datetime | None
    backup_failed: FailedBackup | None
    last_recorded: datetime | None
    notices_failed: Mapping[str, datetime]
    staff_import: StaffImportRecord | None
    leavers: int
    database_bytes: int
    person_count: int | None
    first_joined: datetime | None
    case_counts: Mapping[tuple[CaseKind, CaseState], int]
    contacts: Mapping[str, ContactStanding]
    drill: DrillOutcome | None = None
    clock_jumped: timedelta = timedelta()

    @property
    def overdue_jobs(self) -> tuple[Job, ...]:
        """Return the jobs that are due but not in progress, the longest overdue first."""
        late = (job for job in self.jobs if job.due_at <= self.at)
        return tuple(job for job in late if not (job.lease_until and job.lease_until > self.at))


def collect_vitals(
    db: Database, now: datetime, sources: Collection[str], jumped: timedelta = timedelta()
) -> Vitals:
    """Read all numbers; `jumped` is how far the clock of the machine is ahead of `now`."""
    # Its row, or that of the restore: no copy has a row about itself.
    rows = map(db.audit.find_last_entry_of_action, (BACKED_UP, RESTORED))
    backup = max(filter(None, rows), key=attrgetter("seq"), default=None)
    told_people = round_down_to_band(len(db.people.list_person_ids()))
    open_sweeps = [sweep for sweep in db.sweeps.list_open_sweeps() if sweep.kind is SweepKind.SWEEP]
    recorded = (db.clock.find_last_time(), db.audit.find_last_entry_time())
    return Vitals(
        at=now,
        clock_jumped=jumped,
        sources=tuple(sources),
        answered_sources=tuple(
            health for health in db.source_health.list_source_health() if health.source in sources
        ),
        contacts=find_contact_standings(db),
        jobs=tuple(sorted(db.jobs.list_jobs(), key=lambda job: job.due_at)),
        email_counts=db.email_counts.count_emails_by_state(INVITATION_KINDS),
        oldest_email=db.email_counts.find_oldest_queued_time(INVITATION_KINDS),
        email_trouble=db.outbox.find_current_trouble(),
        paused_addresses=len(db.suppression_list.list_suppressions()),
        waiting_requests=len(db.jobs.list_open_requests()),
        sweep_closed=db.sweeps.find_last_closed_time(SweepKind.SWEEP),
        sweep_open_since=min((sweep.started_at for sweep in open_sweeps), default=None),
        backed_up=_read_backup_time(backup) if backup else None,
        backup_failed=_find_failed_backup(db, backup),
        last_recorded=max(filter(None, recorded), default=None),
        notices_failed={
            audience.office: failed.at
            for audience in AUDIENCES
            if (failed := find_failed_notice(db, audience)) is not None
        },
        staff_import=db.staff_listings.find_last_import(),
        leavers=len(db.staff_listings.list_missing()),
        drill=_find_last_drill(db, now),
        database_bytes=db.size_bytes,
        person_count=told_people,
        first_joined=db.consents.find_first_given(),
        case_counts=_count_cases(db) if told_people else {},
    )


def _read_backup_time(row: AuditEntry) -> datetime:
    return datetime.fromisoformat(row.details["made"]) if row.action == RESTORED else row.at


def _find_failed_backup(db: Database, made: AuditEntry | None) -> FailedBackup | None:
    failed = db.audit.find_last_entry_of_action(BACKUP_FAILED)
    if failed is None or (made is not None and made.seq > failed.seq):
        return None
    return FailedBackup(at=failed.at, exit_code=int(failed.details["code"]))


def _find_last_drill(db: Database, now: datetime) -> DrillOutcome | None:
    last = db.audit.find_last_entry_of_action(DRILL)
    recent = last is not None and now - last.at < 2 * DRILL_EVERY
    return DrillOutcome(last.details["outcome"]) if last and recent else None


def _count_cases(db: Database) -> Mapping[tuple[CaseKind, CaseState], int]:
    counts = db.cases.count_cases()
    bands = {which: round_down_to_band(count, MIN_COUNT) for which, count in counts.items()}
    return {which: band for which, band in bands.items() if band is not None}


def check_vitals(vitals: Vitals) -> Iterator[HealthResult]:
    sources = vitals.sources
    source_trust = {
        source.source: SourceCondition(
            name=source.source,
            outcome=source.outcome,
            since=source.since,
            proven=source.proven_at is not None,
            note=source.note,
        )
        for source in vitals.answered_sources
    }
    yield from condition.assess_sources(sources, source_trust)
    standing = {name: contact.status for name, contact in vitals.contacts.items()}
    last = max((contact.at for contact in vitals.contacts.values() if contact.at), default=None)
    yield condition.assess_first_contact(sources, standing, last)
    yield condition.assess_sweep(
        vitals.sweep_closed, vitals.sweep_open_since, vitals.at, vitals.first_joined
    )
    yield condition.assess_overdue_jobs(
        (
            condition.DueJob(
                name=job.name,
                due_at=job.due_at,
                waits_for_sweeps=find_job_queue(job.name) is JobQueue.SWEEPS,
            )
            for job in vitals.overdue_jobs
        ),
        vitals.at,
    )
    yield from condition.assess_failed_jobs(
        {job.name: job.fault for job in vitals.jobs if job.fault}
    )
    waiting = vitals.email_counts.get(EmailState.QUEUED, 0)
    dead = vitals.email_counts.get(EmailState.DEAD, 0)
    yield condition.assess_queue(waiting, vitals.oldest_email, vitals.at, vitals.email_trouble)
    yield from condition.assess_undelivered(dead, vitals.paused_addresses)
    yield condition.assess_backup(vitals.backed_up, vitals.backup_failed, vitals.at)
    yield from condition.assess_failed_notices(vitals.notices_failed)
    yield condition.assess_clock(vitals.at, vitals.last_recorded, vitals.clock_jumped)
    if vitals.drill:
        yield condition.assess_drill(vitals.drill)
    if staff := vitals.staff_import:
        yield condition.assess_staff_file(
            staff.imported_at, staff.unusable, staff.problem, vitals.leavers
        )


def list_warnings(vitals: Vitals) -> tuple[HealthResult, ...]:
    """Return what operators have to see to, the worst first: in journal and metrics alike."""
    return sort_warnings(check_vitals(vitals))


def sort_warnings(results: Iterable[HealthResult]) -> tuple[HealthResult, ...]:
    """Return those that are not well, the worst first."""
    warnings = (result for result in results if result.level is not HealthLevel.OK)
    return tuple(sorted(warnings, key=lambda result: result.level is not HealthLevel.BAD))


def check_annexes(
    config: Config, db: Database, now: datetime, variables: Mapping[str, str] | None = None
) -> Iterator[HealthResult]:
    """Yield how annexes fare; `variables` have the secrets, for who may look at them."""
    for part in load_annex_parts(AnnexServices):
        yield from part.check_health(config, db, now, variables)


def check_reviewers(config: Config) -> HealthResult:
    return condition.assess_reviewers(len(frozenset(config.district.reviewers)))


def check_search(
    sources: Mapping[str, Source], missing_keys: Mapping[str, str] | None = None
) -> HealthResult:
    """Say which search engines are asked; `missing_keys` names the credential of each without."""
    engines = {name for name, source in sources.items() if source.family is SourceFamily.SEARCH}
    missing = {name: key for name, key in (missing_keys or {}).items() if name in engines}
    titles = (sources[name].info.title for name in sources if name in engines - missing.keys())
    return condition.assess_search(titles, sorted(set(missing.values())))


def check_example_values(config: Config, path: Path) -> HealthResult:
    """Find what was copied from the example: it would send emails that lead nowhere."""
    left = list_example_values(config)
    if not left:
        return report_ok("example", Reason("health.example"))
    message = Reason("health.example.left", {"values": Plain(", ".join(left))})
    remedy = Reason("remedy.example", {"path": Plain(str(path))})
    return report_failure("example", message, remedy, ConfigError.exit_code)


def check_official_accounts(config: Config) -> HealthResult:
    """Say whether look-alikes of the district are searched for, and which entry helps little."""
    inventory = build_inventory(config)
    if inventory is None:
        return report_ok("official", Reason("health.official.off"))
    unread = [account.name for account in inventory.accounts if not account.handle]
    count = len(inventory.accounts)
    if unread:
        message = Reason("health.official.unread", {"account": Plain(unread[0])})
        return report_warning("official", message, Reason("remedy.official-address"))
    if not count:
        return report_warning("official", Reason("health.official.none"), Reason("remedy.official"))
    return report_ok("official", Reason("health.official", {"count": Count(count)}))


OTHERS_ACCESS = stat.S_IRWXG | stat.S_IRWXO
MAX_NAMED_FILES = 3
WRITABLE = stat.S_IWGRP | stat.S_IWOTH
LOCK_CHECKS = 10
LOCK_CHECK_SECONDS = 0.1


def check_file_permissions(config: Config, path: Path) -> Iterator[HealthResult]:
    """Check that only the owner can read secrets, and that no one else can change files."""
    secret = [config.state, config.state / DATABASE_FILE, config.state / KEYS_DATABASE]
    key_file = config.students.key_file
    if key_file is not None and key_file.exists():
        secret.append(key_file)
        if key_file.resolve().is_relative_to(config.state.resolve()):
            message = Reason("health.roster-key", {"path": Plain(str(key_file))})
            remedy = Reason("remedy.roster-key")
            yield report_failure("files", message, remedy, ConfigError.exit_code)
    open_to = [entry for entry in secret if entry.exists() and entry.stat().st_mode & OTHERS_ACCESS]
    if open_to:
        message = Reason("health.files.readable", {"paths": Plain(", ".join(map(str, open_to)))})
        command = f"chmod go= {' '.join(map(str, open_to))}"
        yield report_failure("files", message, command, NotPermittedError.exit_code)
    if path.stat().st_mode & WRITABLE:
        message = Reason("health.files.writable", {"path": Plain(str(path))})
        yield report_failure("files", message, f"chmod go-w {path}", NotPermittedError.exit_code)
    elif not open_to:
        yield report_ok("files", Reason("health.files"))
    yield from _check_file_owners(config)


def _check_file_owners(config: Config) -> Iterator[HealthResult]:
    """Name files that the service may not open, because another user such as root created them."""
    # The pages look at numbers alone, and load less.
    from monitor.db.backup_files import WORKS_WITHIN_SECONDS, work_in_folder  # noqa: PLC0415 - as above

    for folder in (config.state, config.backup.keys, config.backup.folder):
        if folder is None:
            continue
        try:
            work = partial(list_foreign_files, folder)
            found = work_in_folder(folder, work, WORKS_WITHIN_SECONDS)
        except CannotWriteError as error:
            yield report_failure("files", str(error), Reason("remedy.hangs"), error.exit_code)
            continue
        if found:
            owner = read_owner(folder)
            some = ", ".join(found[:MAX_NAMED_FILES]) + (
                ", ..." if len(found) > MAX_NAMED_FILES else ""
            )
            message = Reason(
                "health.files.foreign",
                {"count": Count(len(found)), "folder": Plain(str(folder)), "files": Plain(some)},
            )
            command = f"chown -R {owner.user}:{owner.group} {folder}"
            yield report_failure("files", message, command, NotPermittedError.exit_code)


def check_database_locks(config: Config) -> Iterator[HealthResult]:
    """Check that each process that uses the databases holds locks that the others see."""
    used = [
        (process, path)
        for path in (config.state / DATABASE_FILE, config.state / KEYS_DATABASE)
        for process in find_processes(path)
    ]
    unseen = [(process, path) for process, path in used if not _has_visible_locks(process, path)]
    if unseen:
        named = ", ".join(f"{path.name} (process {process})" for process, path in unseen)
        message = Reason("health.processes.unlocked", {"files": Plain(named)})
        remedy = Reason("remedy.unlocked")
        yield report_failure("processes", message, remedy, ReplacedError.exit_code)
    if not unseen:
        count = len({process for process, _ in used})
        yield report_ok("processes", Reason("health.processes", {"count": Count(count)}))


def _has_visible_locks(process: int, path: Path) -> bool:
    """Tell whether it holds locks and no deleted file; one that has just started has none yet."""
    for _ in range(LOCK_CHECKS):
        if list_deleted_files(process, path):
            return False
        if has_locks(process, path) or process not in find_processes(path):
            return True
        time.sleep(LOCK_CHECK_SECONDS)
    return False


def check_disk_space(config: Config) -> HealthResult:
    """Check the disk itself: with a full one, the database may not even open."""
    database = measure_database_bytes(config.state / DATABASE_FILE)
    return condition.assess_disk_space(shutil.disk_usage(config.state).free, database)


def check_time_zone(config: Config) -> HealthResult:
    zone = config.district.zone
    if is_known_time_zone(zone):
        return report_ok("zone", Reason("health.zone", {"zone": Plain(zone)}))
    message, remedy = Reason("health.zone.unknown", {"zone": Plain(zone)}), Reason("remedy.zone")
    return report_failure("zone", message, remedy, ConfigError.exit_code)


def check_service_running(folder: Path, unit: str = "namesake") -> HealthResult:
    """Look whether a service holds the lock of a folder: a district's, or that of many."""
    if StateFolderLock(folder).is_locked():
        return report_ok("service", Reason("health.service"))
    message, remedy = Reason("health.service.off"), Reason("remedy.service", {"unit": Plain(unit)})
    return report_failure("service", message, remedy, UnavailableError.exit_code)


def send_test_email(config: Config, transport: "MailTransport", now: datetime) -> HealthResult:
    """Send a test email to the contact, in the same way as all emails."""
    email = render_email(
        TrialView(
            name="operators",
            district=config.district.name,
            zone=config.district.zone,
            why=Reason("why.contact"),
            leave=Reason("leave.on-request"),
            review_url="",
        )
    )
    period = now.isoformat(timespec="seconds")
    name = (config.district.id, "contact", EmailKind.TRIAL.value, period)
    envelope = Envelope(
        recipient=config.district.contact,
        message_id=build_message_id(*name, domain=config.mail_domain),
        sent_at=now,
        kind=EmailKind.TRIAL,
        dedupe_key=period,
    )
    delivery = transport.send_email(email, envelope)
    if delivery.status is DeliveryStatus.ACCEPTED:
        return report_ok("mail", Reason("health.trial"))
    message = Reason("health.trial.refused", {"note": Plain(delivery.note)})
    return report_failure("mail", message, Reason("remedy.trial"), UnavailableError.exit_code)


def check_mail_server(config: Config, check_connection: Callable[[], str] | None) -> HealthResult:
    """Connect to the mail server and sign in, but send nothing; no check without a server."""
    if check_connection is None:
        message = Reason("health.mail.none", {"folder": Plain(str(config.state / "outbox"))})
        return report_warning("mail", message, Reason("remedy.mail"))
    trouble = check_connection()
    facts = {"server": Plain(f"{config.mail.host}:{config.mail.port}")}
    if trouble:
        message = Reason("health.mail.trouble", {**facts, "trouble": Plain(trouble)})
        has_password = config.mail.user and not config.mail.token_file
        remedy = Reason("remedy.mail-secret" if has_password else "remedy.mail-server")
        return report_failure("mail", message, remedy, UnavailableError.exit_code)
    return report_ok("mail", Reason("health.mail", facts))
