"""Everything Namesake remembers of one district, in one folder."""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from monitor.db.account_proofs import AccountProofsTable
from monitor.db.accounts import (
    AccessTokensTable,
    EnrollmentDraftsTable,
    InvitationsTable,
    SignInLinksTable,
    SignInSessionsTable,
    StaffListingsTable,
)
from monitor.db.audit import AuditTable
from monitor.db.breaches import BreachesTable
from monitor.db.connection import (
    BUSY_TIMEOUT_SECONDS,
    DatabaseConnection,
    SyncMode,
    measure_log_bytes,
)
from monitor.db.directory import DirectoryUsersTable
from monitor.db.district import DistrictChecksTable, DistrictFindingsTable
from monitor.db.encryption import DISTRICT, KEYS_DATABASE, EmailCodes, Encryption, KeyStore
from monitor.db.flags import FlagsTable
from monitor.db.handover import check_not_moved
from monitor.db.items import (
    EventsTable,
    FeedbackTable,
    ItemsTable,
    NewAccountsTable,
    SightingsTable,
    VersionsTable,
)
from monitor.db.jobs import ClockTable, JobsTable
from monitor.db.journal import JournalTable, QuestionsTable
from monitor.db.migrations import DISTRICT_SCHEMA
from monitor.db.name_changes import NameChangesTable
from monitor.db.outbox import (
    EmailCadencesTable,
    EmailCounts,
    LanguagesTable,
    OutboxTable,
    SentLog,
    SuppressionListTable,
    UnsubscribesTable,
)
from monitor.db.pages import PagesTable
from monitor.db.people import (
    TOMBSTONES_FILE,
    AddressChangesTable,
    ConsentsTable,
    ErasureTombstones,
    HoldProposalsTable,
    LegalHoldsTable,
    PeopleTable,
)
from monitor.db.pictures import PicturesTable, ScreenshotsTable, ThumbnailsTable
from monitor.db.review import (
    AccessLogTable,
    AssignmentsTable,
    BreakGlassTable,
    FlagStatistics,
    ReviewIndexTable,
    ReviewNotesTable,
)
from monitor.db.sources import (
    ApiCostsTable,
    HostsTable,
    RequestQuotaTable,
    RobotsFilesTable,
    SourceHealthTable,
)
from monitor.db.sweeps import CanaryChecksTable, RunRequestsTable, SweepsTable
from monitor.domain.errors import CannotWriteError, DatabaseError, InputError

DATABASE_FILE = "namesake.db"
# As it was before the last upgrade. Of the keys none is made: it would keep who was erased.
PRE_UPGRADE_FILE = "namesake.db.before-upgrade"
SENT_LOG_FILE = "sent-log"


class Database:
    """One attribute for each noun.

    `begin_transaction()` keeps what is done with several, or nothing.
    """

    def __init__(self, connection: DatabaseConnection, keys: KeyStore) -> None:
        self._connection = connection
        self._keys = keys
        self._encryption = sealing = Encryption(keys)
        self.people = PeopleTable(connection, sealing)
        self.consents = ConsentsTable(connection)
        self.legal_holds = LegalHoldsTable(connection, sealing)
        self.hold_proposals = HoldProposalsTable(connection, sealing)
        self.tombstones = ErasureTombstones(sealing)
        self.invitations = InvitationsTable(connection, sealing)
        self.enrollment_drafts = EnrollmentDraftsTable(connection, sealing)
        self.sweeps = SweepsTable(connection)
        self.journal = JournalTable(connection, sealing)
        self.questions = QuestionsTable(connection, sealing)
        self.items = ItemsTable(connection, sealing)
        self.feedback = FeedbackTable(connection)
        self.sightings = SightingsTable(connection, sealing)
        self.versions = VersionsTable(connection, sealing)
        self.events = EventsTable(connection, sealing)
        self.flags = FlagsTable(connection, sealing)
        self.review_index = ReviewIndexTable(connection, sealing)
        self.flag_statistics = FlagStatistics(connection)
        self.assignments = AssignmentsTable(connection)
        self.review_notes = ReviewNotesTable(connection, sealing)
        self.break_glass = BreakGlassTable(connection, sealing)
        self.access_log = AccessLogTable(connection)
        self.pages = PagesTable(connection, sealing)
        self.jobs = JobsTable(connection)
        self.clock = ClockTable(connection)
        self.audit = AuditTable(connection, sealing)
        self.source_health = SourceHealthTable(connection)
        self.canary_checks = CanaryChecksTable(connection)
        self.hosts = HostsTable(connection, sealing)
        self.robots_files = RobotsFilesTable(connection, sealing)
        self.request_quota = RequestQuotaTable(connection)
        self.api_costs = ApiCostsTable(connection)
        self.run_requests = RunRequestsTable(connection)
        self._add_picture_tables(connection, sealing)
        self._add_district_tables(connection, sealing)
        self._add_account_and_email_tables(connection, sealing)

    def _add_picture_tables(self, connection: DatabaseConnection, encryption: Encryption) -> None:
        self.pictures = PicturesTable(connection, encryption)
        self.thumbnails = ThumbnailsTable(connection, encryption)
        self.screenshots = ScreenshotsTable(connection, encryption)

    def _add_district_tables(self, connection: DatabaseConnection, encryption: Encryption) -> None:
        self.district_findings = DistrictFindingsTable(connection, encryption)
        self.district_checks = DistrictChecksTable(connection)
        self.staff_listings = StaffListingsTable(connection, encryption)
        self.directory_users = DirectoryUsersTable(connection, encryption)

    def _add_account_and_email_tables(
        self, connection: DatabaseConnection, encryption: Encryption
    ) -> None:
        self.sessions = SignInSessionsTable(connection)
        self.access_tokens = AccessTokensTable(connection, encryption)
        self.name_changes = NameChangesTable(connection, encryption)
        self.new_accounts = NewAccountsTable(connection, encryption)
        self.account_proofs = AccountProofsTable(connection, encryption)
        self.breaches = BreachesTable(connection, encryption)
        self.outbox = OutboxTable(connection, encryption)
        self.email_codes = EmailCodes(encryption)
        self.email_counts = EmailCounts(connection)
        self.suppression_list = SuppressionListTable(connection, encryption)
        self.unsubscribes = UnsubscribesTable(connection, encryption)
        self.email_cadences = EmailCadencesTable(connection)
        self.languages = LanguagesTable(connection)
        self.sent_log = SentLog(connection.path.parent / SENT_LOG_FILE)
        self.sign_in_links = SignInLinksTable(connection)
        self.address_changes = AddressChangesTable(connection, encryption)

    @classmethod
    def create_or_open_folder(cls, folder: Path, patience: float = BUSY_TIMEOUT_SECONDS) -> Self:
        """Make a district's folder, or open the one that is there."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = f"{folder} cannot be created ({error.strerror}): check its parent folder."
            raise CannotWriteError(message) from error
        if not _has_file(folder / DATABASE_FILE):
            with KeyStore.open_store(folder, patience) as keys:
                keys.create_key(DISTRICT)
            DatabaseConnection.open_file(folder / DATABASE_FILE, DISTRICT_SCHEMA, patience).close()
        state = cls.open_folder(folder, patience)
        with state.begin_transaction():
            state.audit.log_end.seal_empty_log()
        return state

    @classmethod
    def open_folder(cls, folder: Path, patience: float = BUSY_TIMEOUT_SECONDS) -> Self:
        """Open a district's folder, and finish what erasures a crash or a restored copy left."""
        check_not_moved(folder)
        if not _has_file(folder / DATABASE_FILE):
            message = f"No district in {folder}. Run `namesake init` first."
            raise InputError(message)
        if not _has_file(folder / KEYS_DATABASE):
            raise _build_key_mismatch_error(folder)
        with ExitStack() as undo:
            keys = undo.enter_context(KeyStore.open_store(folder, patience))
            spare = folder / PRE_UPGRADE_FILE
            database = DatabaseConnection.open_file(
                folder / DATABASE_FILE, DISTRICT_SCHEMA, patience, spare
            )
            undo.enter_context(closing(database))
            _check_keys_match(database, Encryption(keys), folder)
            state = cls(database, keys)
            state.tombstones.replay_tombstone_file(folder / TOMBSTONES_FILE)
            state.people.finish_erasures()
            undo.pop_all()
        return state

    def derive_secret(self, purpose: str) -> bytes:
        """Return a secret of the district's own, the same every time, for one purpose."""
        return self._encryption.keyed_hash(DISTRICT, f"secret {purpose}")

    def read_data_version(self) -> int:
        """Return a number that changes when another connection commits."""
        return self._connection.read_data_version()

    def check_files(self) -> None:
        """Raise ReplacedError unless the folder still holds the files that we have open."""
        self._connection.check_file()
        self._keys.check_file()

    @contextmanager
    def begin_transaction(self, sync: SyncMode = SyncMode.FULL) -> Iterator[None]:
        with self._connection.begin_transaction(sync), self._keys.hold_keys():
            yield

    @property
    def size_bytes(self) -> int:
        return measure_database_bytes(self._connection.path)

    def delete_pre_upgrade_copy(self, before: datetime) -> None:
        """Delete the copy of an upgrade before that time."""
        spare = self._connection.path.with_name(PRE_UPGRADE_FILE)
        try:
            if spare.exists() and spare.stat().st_mtime < before.timestamp():
                spare.unlink()
        except OSError as error:
            reason = f"{spare} cannot be removed ({error.strerror}): check its folder."
            raise CannotWriteError(reason) from error

    def count_rows(self) -> Mapping[str, int]:
        """Count the rows of every table."""
        tables = self._connection.list_tables()
        return {name: self._connection.count_rows(name) for name in tables}

    def truncate_logs(self) -> bool:
        """Make sure that deleted data is in no file; False if a reader prevents it."""
        emptied = self._connection.checkpoint()
        return self._keys.checkpoint() and emptied

    def close(self) -> None:
        self._connection.close()
        self._keys.close()

    def close_unused(self) -> None:
        """Close both in all threads, for a caller who knows that none of them is reading."""
        self._connection.close_unused()
        self._keys.close_unused()

    @property
    def is_in_transaction(self) -> bool:
        """Tell whether this thread is inside a transaction."""
        return self._connection.is_in_transaction

    def release_sessions(self) -> None:
        """Leave this thread's connections to the next thread that works here."""
        self._connection.release_session()
        self._keys.release_session()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _has_file(path: Path) -> bool:
    """Tell whether there is a file; PermissionError where we may not look, which is no answer."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def measure_database_bytes(path: Path) -> int:
    """Return how large it is, its write-ahead log included; 0 where there is none."""
    return (path.stat().st_size if path.exists() else 0) + measure_log_bytes(path)


def _check_keys_match(connection: DatabaseConnection, encryption: Encryption, folder: Path) -> None:
    """Refuse keys that belong to another database: they would open nothing in this one."""
    if not encryption.keys.has_key(DISTRICT):
        raise _build_key_mismatch_error(folder)
    proof = encryption.keyed_hash(DISTRICT, DATABASE_FILE)
    found = connection.fetch_row("SELECT proof FROM district")
    if found is None:
        connection.write_rows(
            "INSERT INTO district (one, proof) VALUES (1, ?) ON CONFLICT DO NOTHING", proof
        )
    elif not hmac.compare_digest(found["proof"], proof):
        raise _build_key_mismatch_error(folder)


def _build_key_mismatch_error(folder: Path) -> DatabaseError:
    return DatabaseError(
        f"{folder / KEYS_DATABASE} does not match {DATABASE_FILE}. Restore the copy of its keys."
    )
