"""What a machine with districts does in a fleet: it has others ask, and works under its leases."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import attrgetter
from pathlib import Path
from platform import node
from secrets import token_urlsafe

from monitor.app import App, Environment
from monitor.config.sections import Config
from monitor.db.state_folder_lock import Handover, check_not_moved, find_handover
from monitor.domain.errors import MovedError, UnavailableError
from monitor.domain.vocabulary import ConsentChannel
from monitor.fleet.db.consent_changes import ConsentChange, ConsentChanges
from monitor.fleet.db.crawl_limits import CHANGES_KEPT, FleetCrawlLimits
from monitor.fleet.db.day_keys import HomeDayKeys
from monitor.fleet.db.district_leases import LEASE, LeasesTable
from monitor.fleet.db.mailbox import ASK_TASK, JOB_PRIORITIES, Mailbox
from monitor.fleet.db.postgres import ensure_worker_role
from monitor.fleet.fence import read_boot_clock, read_utc_time
from monitor.fleet.fleet_crawler import FleetCrawler
from monitor.fleet.health import FleetState
from monitor.fleet.moves import (
    describe_elsewhere,
    find_missing_file,
    remove_handover,
    write_handover,
)
from monitor.services.consent_end import audit_consent, withdraw_consent
from monitor.services.consent_renewal import follow_changed_consent
from scrapers.models import CrawlPriority

LOG = logging.getLogger(__name__)
# A machine that froze, or could not reach the database for so long, asks for its lease again.
RELIED_ON_FOR = LEASE.total_seconds() / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorker:
    """Secrets for a machine that asks, and where it finds the database."""

    key: str = field(repr=False)
    password_line: str = field(repr=False)
    database: str


@contextmanager
def put_off_while_away() -> Iterator[None]:
    """Leave to the next time what PostgreSQL cannot be told now."""
    try:
        yield
    except UnavailableError as error:
        LOG.warning("fleet_database_away", extra={"reason": str(error)})


class HomeMachine:
    """Has other machines ask for the districts of this process."""

    def __init__(self, limits: FleetCrawlLimits, folder: Path, machine: str = "") -> None:
        self._limits = limits
        self._seal = limits.seal
        self._changes = ConsentChanges(folder, self._seal.derive_home_seal())
        self._day_keys = HomeDayKeys(folder, self._seal, limits.connection, read_utc_time)
        # What is in that file by now, so that it is seldom opened.
        self._noted: dict[str, ConsentChange] | None = None
        self._mailbox = Mailbox(limits.connection, limits.hosts)
        self.leases = LeasesTable(limits.connection, machine or node())
        # By the clock that runs on while the machine sleeps.
        self._held_at: dict[str, float] = {}

    def choose_crawler(
        self, name: str, config: Config, environment: Environment
    ) -> Callable[..., FleetCrawler]:
        """Return what stands where a district's crawler does, and has others ask."""
        return partial(
            FleetCrawler,
            mailbox=self._mailbox,
            seal=self._seal,
            day_keys=self._day_keys,
            district=name,
            config=config,
            environment=environment,
        )

    def note_consent_changes(self, name: str, app: App) -> None:
        """Write outside of the district what its people last agreed to."""
        now, known = app.clock.now(), self._load_noted()
        tag_person = partial(self._changes.tag_person, name)
        found = {
            tag_person(consent.person_id): ConsentChange(at=consent.written_at, consent=consent)
            for consent in app.db.consents.list_latest_consents()
            if now - consent.written_at < CHANGES_KEPT
        }
        for person_id in app.db.keys.list_destroyed_ids():
            tag = tag_person(person_id)
            if tag not in known or known[tag].consent is not None:
                found[tag] = ConsentChange(at=now, consent=None)
        # What is known from a day to come was written by a wrong clock, and replaced.
        new = {
            tag: change
            for tag, change in found.items()
            if tag not in known or (known[tag] != change and not change.at < known[tag].at <= now)
        }
        if new:
            self._changes.save_changes(new)
            known.update(new)

    def apply_consent_changes(self, name: str, app: App) -> int:
        """Bring a district up to what is known here and in the fleet: it may be an older copy.

        Return how many consents it lacked. Raises UnavailableError.
        """
        changes, lacked = self._changes, 0
        consents = {
            changes.tag_person(name, consent.person_id): consent
            for consent in app.db.consents.list_latest_consents()
        }
        fetched = changes.fetch_changes(self._limits.connection, consents)
        for tag, consent in consents.items():
            known = filter(None, (self._load_noted().get(tag), fetched.get(tag)))
            change = max(known, key=attrgetter("at"), default=None)
            if change is None or consent.withdrawn_at or change.at <= consent.written_at:
                continue
            lacked += 1
            if change.consent is None:
                withdraw_consent(app, consent.person_id, ConsentChannel.AUTOMATIC)
                continue
            with app.db.begin_transaction():
                app.db.consents.insert_consent(change.consent)
                follow_changed_consent(app, change.consent)
                audit_consent(app, change.consent, ConsentChannel.AUTOMATIC, app.clock.now())
        if lacked:
            LOG.warning("consent_changes_applied", extra={"district": name, "count": lacked})
        return lacked

    def send_consent_changes(self) -> None:
        """Tell the fleet's database what is new; what it cannot be told now, it is told later."""
        with put_off_while_away():
            self._changes.send_changes(self._limits.connection)

    def add_worker(self, name: str, database: str) -> NewWorker:
        """Make what a machine that asks needs; `database` is the address that this one uses."""
        password = token_urlsafe(24)
        role = ensure_worker_role(self._limits.connection, name, password)
        return NewWorker(
            key=self._seal.derive_worker_key(name),
            password_line=f"*:*:*:{role}:{password}",
            database=re.sub("//([^@/]*@)?", f"//{role}@", database, count=1),
        )

    def read_state(self) -> FleetState:
        """Return how the fleet is. Raises UnavailableError."""
        connection = self._limits.connection
        clock_off = datetime.now(UTC) - connection.read_clock()
        jobs = connection.fetch_rows(
            """SELECT status::text AS status, count(*) AS number FROM procrastinate_jobs
            WHERE task_name = %s GROUP BY status""",
            ASK_TASK,
        )
        oldest = connection.fetch_rows(
            """SELECT job.priority >= %s AS urgent, clock_timestamp() - min(batch.at) AS age
            FROM procrastinate_jobs AS job
            JOIN namesake.batches AS batch ON batch.id = (job.args ->> 'batch_id')::bigint
            WHERE job.task_name = %s AND job.status = 'todo' GROUP BY urgent""",
            *(JOB_PRIORITIES[CrawlPriority.FIRST], ASK_TASK),
        )
        workers = connection.fetch_rows(
            "SELECT clock_timestamp() - last_heartbeat AS age FROM procrastinate_workers"
        )
        # A lease is renewed to its whole length.
        machines = connection.fetch_rows(
            """SELECT machine, clock_timestamp() - max(until) + %s::interval AS age
            FROM namesake.leases GROUP BY machine""",
            LEASE,
        )
        return FleetState(
            server_version=connection.run(lambda cursor: cursor.info.server_version),
            clock_off=clock_off,
            jobs={"todo": 0, "doing": 0, **{row["status"]: int(row["number"]) for row in jobs}},
            oldest_jobs={"check" if row["urgent"] else "sweep": row["age"] for row in oldest},
            workers=tuple(row["age"] for row in workers),
            machines={row["machine"]: max(row["age"], timedelta()) for row in machines},
        )

    def delete_outdated(self) -> None:
        with put_off_while_away():
            self._limits.delete_outdated()

    def delete_expired_batches(self) -> None:
        """Forget what was not asked in time, also where no machine is there that asks."""
        self._day_keys.destroy_old()
        with put_off_while_away():
            expired = self._mailbox.delete_expired_batches()
            if expired:
                LOG.warning("batches_expired", extra={"count": expired})

    def _load_noted(self) -> dict[str, ConsentChange]:
        if self._noted is None:
            self._noted = self._changes.list_changes()
        return self._noted

    def claim_district(self, name: str, folder: Path, state: Path) -> None:
        """Work on a district from now on. Raises MovedError if it lives on another machine.

        What was moved here is taken up once all of its files are here, and then like any other.
        """
        handover = find_handover(state)
        if handover is not None:
            # All of a district that was moved has to be here, as it was.
            if not handover.token or not handover.files:
                check_not_moved(state)
            if missing := find_missing_file(folder, handover):
                raise MovedError(
                    f"It is on its way here, and its copy is not complete: {missing} is missing or "
                    "differs. Wait for the copy, or copy it again."
                )
        began_at = read_boot_clock()
        lease = self.leases.claim_district(name, handover.token if handover else "")
        if lease is None or lease.machine != self.leases.machine or lease.is_arriving:
            elsewhere = "that had it" if lease is None or lease.is_arriving else lease.machine
            if handover is None and state.is_dir():
                write_handover(state, Handover(district=name, machine=elsewhere))
            raise MovedError(describe_elsewhere(elsewhere))
        if handover is not None:
            if handover.token != lease.token:
                check_not_moved(state)
            remove_handover(state)
            LOG.info("district_taken_up", extra={"district": name})
        self._held_at[name] = began_at

    def keep_district(self, name: str, folder: Path, state: Path) -> None:
        """Make sure that it is still ours, should this machine have been away for long."""
        if read_boot_clock() - self._held_at.get(name, float("-inf")) > RELIED_ON_FOR:
            self.claim_district(name, folder, state)

    def renew_districts(self, names: Iterable[str]) -> frozenset[str]:
        """Return those that are still this machine's; none if it cannot tell in time."""
        wanted, began_at = tuple(names), read_boot_clock()
        with put_off_while_away():
            kept = self.leases.renew_districts(wanted)
            self._held_at |= dict.fromkeys(kept, began_at)
            return kept
        now = read_boot_clock()
        return frozenset(
            name for name in wanted if now - self._held_at.get(name, now) <= RELIED_ON_FOR
        )

    def release_district(self, name: str) -> None:
        """Let go of a district; if that cannot be said, its lease runs out by itself."""
        self._held_at.pop(name, None)
        with put_off_while_away():
            self.leases.release_district(name)
