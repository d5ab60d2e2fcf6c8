"""How the service is doing, in numbers: of sources, times and letters, and of nobody.

The district's own part of a checkup: what its database tells. The machine's own part of a
checkup: files and their rights, room, the clock's zones, mail.
"""

import shutil
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.config import Config, zone_exists
from monitor.db.audit import Entry
from monitor.db.database import DATABASE, State, bytes_of
from monitor.db.encryption import KEYS_DATABASE
from monitor.db.files import StateLock
from monitor.db.jobs import Due
from monitor.db.open_files import deleted_files, find_processes, has_locks
from monitor.db.outbox import LetterState
from monitor.db.ownership import owner_of, strangers
from monitor.db.sources import SourceHealth
from monitor.db.sweeps import SweepKind
from monitor.domain import health as condition
from monitor.domain.email import Envelope, Verdict, message_id
from monitor.domain.flag import FlagKind, FlagState
from monitor.domain.health import Checked, FailedCopy, SourceCondition, bad, fine, warned
from monitor.errors import ConfigError, NotPermittedError, ReplacedError, UnavailableError
from monitor.mail.smtp import SmtpPost
from monitor.services.backups import BACKED_UP, BACKUP_FAILED
from monitor.services.ports import Now
from reports.emails.operator import TrialView
from reports.emails.registry import LetterKind, printed

# Below it a count could tell who has joined, or about whom something was found.
FLOOR = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """`people` and `flags` are None, and empty, while fewer than `FLOOR` people have joined.

    Counts of flags that are below it are left out one by one. Times are None for what was never;
    so is `backup_failed` where the latest copy is a good one.
    """

    at: datetime
    sources: tuple[SourceHealth, ...]
    due: tuple[Due, ...]
    letters: Mapping[LetterState, int]
    oldest_letter: datetime | None
    paused: int
    waiting_requests: int
    sweep_closed: datetime | None
    sweep_open_since: datetime | None
    backed_up: datetime | None
    backup_failed: FailedCopy | None
    last_recorded: datetime | None
    database_bytes: int
    people: int | None
    joined: bool
    flags: Mapping[tuple[FlagKind, FlagState], int]

    @property
    def overdue(self) -> tuple[Due, ...]:
        """Return what nobody works on though it is due, the longest first."""
        late = (each for each in self.due if each.due_at <= self.at)
        return tuple(each for each in late if not (each.lease_until and each.lease_until > self.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingVitals:
    state: State
    now: Now

    def take(self) -> Vitals:
        backup = self.state.audit.last(BACKED_UP)
        people = len(self.state.people.refs())
        open_sweeps = [each for each in self.state.sweeps.open() if each.kind is SweepKind.SWEEP]
        recorded = (self.state.clock.last(), self.state.audit.latest_at())
        return Vitals(
            at=self.now(),
            sources=self.state.health.all(),
            due=tuple(sorted(self.state.due.all(), key=lambda each: each.due_at)),
            letters=self.state.letter_counts.by_state(),
            oldest_letter=self.state.letter_counts.oldest_waiting(),
            paused=len(self.state.paused_addresses.all()),
            waiting_requests=sum(1 for each in self.state.requests.all() if not each.done_at),
            sweep_closed=self.state.sweeps.last_closed(SweepKind.SWEEP),
            sweep_open_since=min((each.started_at for each in open_sweeps), default=None),
            backed_up=backup.at if backup else None,
            backup_failed=self._failed_copy(backup),
            last_recorded=max(filter(None, recorded), default=None),
            database_bytes=self.state.bytes,
            people=people if people >= FLOOR else None,
            joined=people > 0,
            flags=self._flags() if people >= FLOOR else {},
        )

    def _failed_copy(self, made: Entry | None) -> FailedCopy | None:
        failed = self.state.audit.last(BACKUP_FAILED)
        if failed is None or (made is not None and made.seq > failed.seq):
            return None
        return FailedCopy(at=failed.at, exit_code=int(failed.details["code"]))

    def _flags(self) -> Mapping[tuple[FlagKind, FlagState], int]:
        counts = self.state.flags.counts()
        return {which: count for which, count in counts.items() if count >= FLOOR}


def of_vitals(vitals: Vitals, sources: Iterable[str]) -> Iterator[Checked]:
    known = {
        each.source: SourceCondition(
            name=each.source,
            outcome=each.outcome,
            since=each.since,
            proven=each.proven_at is not None,
            note=each.note,
        )
        for each in vitals.sources
    }
    yield from condition.of_sources(sources, known)
    yield condition.of_sweep(
        vitals.sweep_closed, vitals.sweep_open_since, vitals.at, joined=vitals.joined
    )
    yield condition.of_overdue(((each.name, each.due_at) for each in vitals.overdue), vitals.at)
    waiting = vitals.letters.get(LetterState.QUEUED, 0)
    dead = vitals.letters.get(LetterState.DEAD, 0)
    yield condition.of_waiting(waiting, vitals.oldest_letter, vitals.at)
    yield from condition.of_undelivered(dead, vitals.paused)
    yield condition.of_copy(vitals.backed_up, vitals.backup_failed, vitals.at)
    yield condition.of_clock(vitals.at, vitals.last_recorded)


OTHERS = stat.S_IRWXG | stat.S_IRWXO
SHOWN = 3
WRITABLE = stat.S_IWGRP | stat.S_IWOTH
LOOKS = 10
LOOK_SECONDS = 0.1


def of_files(config: Config, path: Path) -> Iterator[Checked]:
    """See that what is secret is its owner's alone, and that nobody else can turn the screws."""
    secret = [config.state, config.state / DATABASE, config.state / KEYS_DATABASE]
    key_file = config.students.key_file
    if key_file is not None and key_file.exists():
        secret.append(key_file)
        if key_file.resolve().is_relative_to(config.state.resolve()):
            told = f"The roster key is in the state folder: {key_file}."
            remedy = "Move it, and set its new path under [students]."
            yield bad("files", told, remedy, ConfigError.exit_code)
    open_to = [each for each in secret if each.exists() and each.stat().st_mode & OTHERS]
    for each in open_to:
        told, remedy = f"Other users can access {each}.", f"chmod go= {each}"
        yield bad("files", told, remedy, NotPermittedError.exit_code)
    if path.stat().st_mode & WRITABLE:
        told, remedy = f"Other users can change {path}.", f"chmod go-w {path}"
        yield bad("files", told, remedy, NotPermittedError.exit_code)
    elif not open_to:
        yield fine("files", "Only the owner can access the folder, the database and the keys.")
    yield from _of_strangers(config)


def _of_strangers(config: Config) -> Iterator[Checked]:
    """Name what the service may not open, since another user, root say, has made it."""
    for folder in (config.state, config.backup.keys, config.backup.folder):
        found = strangers(folder) if folder else ()
        if folder and found:
            owner = owner_of(folder)
            some = ", ".join(found[:SHOWN]) + (", ..." if len(found) > SHOWN else "")
            told = f"{len(found)} files in {folder} have a different owner than the folder: {some}."
            remedy = f"chown -R {owner.user}:{owner.group} {folder}"
            yield bad("files", told, remedy, NotPermittedError.exit_code)


def of_open_files(config: Config) -> Iterator[Checked]:
    """See that each process that uses the databases is seen by the others, as locks show."""
    used = [
        (process, path)
        for path in (config.state / DATABASE, config.state / KEYS_DATABASE)
        for process in find_processes(path)
    ]
    unseen = [(process, path) for process, path in used if not _is_seen(process, path)]
    for process, path in unseen:
        told = f"Process {process} uses {path.name} without locks. Its writes may be lost."
        remedy = "Stop it, run `namesake backup`, and start it again."
        yield bad("processes", told, remedy, ReplacedError.exit_code)
    if not unseen:
        count = len({process for process, _ in used})
        yield fine("processes", f"Processes using the database: {count}. Each holds its locks.")


def _is_seen(process: int, path: Path) -> bool:
    """Say whether it holds locks, and no deleted file; one that has just begun has none yet."""
    for _ in range(LOOKS):
        if deleted_files(process, path):
            return False
        if has_locks(process, path) or process not in find_processes(path):
            return True
        time.sleep(LOOK_SECONDS)
    return False


def of_room(config: Config) -> Checked:
    """Ask the disk itself: a full one may not even let the database be opened."""
    database = bytes_of(config.state / DATABASE)
    return condition.of_room(shutil.disk_usage(config.state).free, database)


def of_zones(config: Config) -> Checked:
    zone = config.district.zone
    if zone_exists(zone):
        return fine("zone", f"{zone} is a known time zone.")
    remedy = "Install the package tzdata."
    return bad(
        "zone", f"{zone} is not a known time zone on this machine.", remedy, ConfigError.exit_code
    )


def of_service(config: Config) -> Checked:
    if StateLock(config.state).taken():
        return fine("service", "The service is running.")
    remedy = "Start it: `systemctl start namesake`, or `namesake run`."
    return bad("service", "The service is not running.", remedy, UnavailableError.exit_code)


def of_trial(config: Config, post: SmtpPost, now: datetime) -> Checked:
    """Send a letter to the contact, by the way that all letters take."""
    letter = printed(
        TrialView(
            name="operators",
            district=config.district.name,
            zone=config.district.zone,
            why="You get this email because you are the contact for Namesake.",
            leave="You get another one only if someone asks for it.",
            review_url="",
        )
    )
    period = now.isoformat(timespec="seconds")
    name = (config.district.ref, "contact", LetterKind.TRIAL.value, period)
    envelope = Envelope(
        recipient=config.district.contact,
        message_id=message_id(*name, domain=config.mail_domain),
        sent_at=now,
        kind=LetterKind.TRIAL,
        period=period,
    )
    delivery = post.deliver(letter, envelope)
    if delivery.verdict is Verdict.ACCEPTED:
        return fine(
            "mail", "A test email was sent to the district's contact. Check that it arrives."
        )
    told = f"The test email to the district's contact was not accepted: {delivery.note}."
    return bad("mail", told, "See [mail] in the configuration.", UnavailableError.exit_code)


def of_mail(config: Config, post: SmtpPost | None) -> Checked:
    """Greet the mail server and sign in, and send nothing."""
    if post is None:
        told = f"No mail server. Emails are written to {config.state / 'outbox'}."
        return warned("mail", told, "Set `host` under [mail]. Until then, no one can be invited.")
    trouble = post.greeted()
    where = f"{config.mail.host}:{config.mail.port}"
    if trouble:
        remedy = "See [mail] in the configuration, and the secret `smtp-password`."
        return bad("mail", f"{where}: {trouble}.", remedy, UnavailableError.exit_code)
    return fine("mail", f"{where} accepts the connection and the sign-in.")
