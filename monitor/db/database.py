"""Everything Namesake remembers of one district, in one folder."""

import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from monitor.db.connection import (
    BUSY_TIMEOUT_SECONDS,
    DatabaseConnection,
    SyncMode,
    Table,
    measure_log_bytes,
)
from monitor.db.encryption import (
    DISTRICT,
    KEYS_DATABASE,
    EmailCodes,
    EncryptedTable,
    Encryption,
    KeyStore,
)
from monitor.db.handover import check_not_moved
from monitor.db.schema import DISTRICT_SCHEMA
from monitor.domain.errors import CannotWriteError, DatabaseError, InputError
from monitor.lazy import LazyModule

if TYPE_CHECKING:
    from monitor.db import (
        account_proofs,
        accounts,
        audit,
        breaches,
        directory,
        district,
        flags,
        items,
        jobs,
        journal,
        name_changes,
        outbox,
        pages,
        people,
        pictures,
        review,
        sources,
        sweeps,
    )
    from monitor.db.outbox import SentLog
    from monitor.db.people import ErasureTombstones
else:
    account_proofs = LazyModule(lambda: import_module("monitor.db.account_proofs"))
    accounts = LazyModule(lambda: import_module("monitor.db.accounts"))
    audit = LazyModule(lambda: import_module("monitor.db.audit"))
    breaches = LazyModule(lambda: import_module("monitor.db.breaches"))
    directory = LazyModule(lambda: import_module("monitor.db.directory"))
    district = LazyModule(lambda: import_module("monitor.db.district"))
    flags = LazyModule(lambda: import_module("monitor.db.flags"))
    items = LazyModule(lambda: import_module("monitor.db.items"))
    jobs = LazyModule(lambda: import_module("monitor.db.jobs"))
    journal = LazyModule(lambda: import_module("monitor.db.journal"))
    name_changes = LazyModule(lambda: import_module("monitor.db.name_changes"))
    outbox = LazyModule(lambda: import_module("monitor.db.outbox"))
    pages = LazyModule(lambda: import_module("monitor.db.pages"))
    people = LazyModule(lambda: import_module("monitor.db.people"))
    pictures = LazyModule(lambda: import_module("monitor.db.pictures"))
    review = LazyModule(lambda: import_module("monitor.db.review"))
    sources = LazyModule(lambda: import_module("monitor.db.sources"))
    sweeps = LazyModule(lambda: import_module("monitor.db.sweeps"))

DATABASE_FILE = "namesake.db"
SENT_LOG_FILE = "sent-log"


TableT = TypeVar("TableT", bound=Table)


class Noun(Generic[TableT]):
    """An attribute that is a table of the district, made when it is first asked for.

    The tables know nearly all of the rules, and one command needs few of them.
    """

    def __init__(self, get_class: Callable[[], type[TableT]]) -> None:
        self._get_class = get_class

    def __set_name__(self, _owner: type["Database"], name: str) -> None:
        self._name = name

    def __get__(self, database: "Database", _owner: type["Database"]) -> TableT:
        built = database.build_table(self._get_class())
        # Of two threads that ask at once, both get the table of the first.
        table: TableT = database.__dict__.setdefault(self._name, built)
        return table


class Database:
    """One attribute for each noun.

    `begin_transaction()` keeps what is done with several, or nothing.
    """

    people = Noun(lambda: people.PeopleTable)
    consents = Noun(lambda: people.ConsentsTable)
    legal_holds = Noun(lambda: people.LegalHoldsTable)
    hold_proposals = Noun(lambda: people.HoldProposalsTable)
    invitations = Noun(lambda: accounts.InvitationsTable)
    enrollment_drafts = Noun(lambda: accounts.EnrollmentDraftsTable)
    sweeps = Noun(lambda: sweeps.SweepsTable)
    journal = Noun(lambda: journal.JournalTable)
    questions = Noun(lambda: journal.QuestionsTable)
    items = Noun(lambda: items.ItemsTable)
    feedback = Noun(lambda: items.FeedbackTable)
    sightings = Noun(lambda: items.SightingsTable)
    versions = Noun(lambda: items.VersionsTable)
    events = Noun(lambda: items.EventsTable)
    flags = Noun(lambda: flags.FlagsTable)
    review_index = Noun(lambda: review.ReviewIndexTable)
    flag_statistics = Noun(lambda: review.FlagStatistics)
    assignments = Noun(lambda: review.AssignmentsTable)
    review_notes = Noun(lambda: review.ReviewNotesTable)
    break_glass = Noun(lambda: review.BreakGlassTable)
    access_log = Noun(lambda: review.AccessLogTable)
    pages = Noun(lambda: pages.PagesTable)
    jobs = Noun(lambda: jobs.JobsTable)
    clock = Noun(lambda: jobs.ClockTable)
    audit = Noun(lambda: audit.AuditTable)
    source_health = Noun(lambda: sources.SourceHealthTable)
    canary_checks = Noun(lambda: sweeps.CanaryChecksTable)
    hosts = Noun(lambda: sources.HostsTable)
    robots_files = Noun(lambda: sources.RobotsFilesTable)
    request_quota = Noun(lambda: sources.RequestQuotaTable)
    api_costs = Noun(lambda: sources.ApiCostsTable)
    run_requests = Noun(lambda: sweeps.RunRequestsTable)
    pictures = Noun(lambda: pictures.PicturesTable)
    thumbnails = Noun(lambda: pictures.ThumbnailsTable)
    screenshots = Noun(lambda: pictures.ScreenshotsTable)
    district_findings = Noun(lambda: district.DistrictFindingsTable)
    district_checks = Noun(lambda: district.DistrictChecksTable)
    staff_listings = Noun(lambda: accounts.StaffListingsTable)
    directory_users = Noun(lambda: directory.DirectoryUsersTable)
    sessions = Noun(lambda: accounts.SignInSessionsTable)
    access_tokens = Noun(lambda: accounts.AccessTokensTable)
    name_changes = Noun(lambda: name_changes.NameChangesTable)
    new_accounts = Noun(lambda: items.NewAccountsTable)
    account_proofs = Noun(lambda: account_proofs.AccountProofsTable)
    breaches = Noun(lambda: breaches.BreachesTable)
    outbox = Noun(lambda: outbox.OutboxTable)
    email_counts = Noun(lambda: outbox.EmailCounts)
    suppression_list = Noun(lambda: outbox.SuppressionListTable)
    unsubscribes = Noun(lambda: outbox.UnsubscribesTable)
    email_cadences = Noun(lambda: outbox.EmailCadencesTable)
    languages = Noun(lambda: outbox.LanguagesTable)
    sign_in_links = Noun(lambda: accounts.SignInLinksTable)
    address_changes = Noun(lambda: people.AddressChangesTable)

    def __init__(self, connection: DatabaseConnection, keys: KeyStore) -> None:
        self._connection = connection
        self._keys = keys
        self._encryption = Encryption(keys)
        self.email_codes = EmailCodes(self._encryption)

    @cached_property
    def tombstones(self) -> "ErasureTombstones":
        return people.ErasureTombstones(self._encryption)

    @cached_property
    def sent_log(self) -> "SentLog":
        return outbox.SentLog(self._connection.path.parent / SENT_LOG_FILE)

    def build_table(self, table: type[TableT]) -> TableT:
        """Return a table of this district."""
        if issubclass(table, EncryptedTable):
            return table(self._connection, self._encryption)
        return table(self._connection)

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
            database = DatabaseConnection.open_file(
                folder / DATABASE_FILE, DISTRICT_SCHEMA, patience
            )
            undo.enter_context(closing(database))
            _check_keys_match(database, Encryption(keys), folder)
            state = cls(database, keys)
            state.tombstones.replay_tombstone_file(folder / people.TOMBSTONES_FILE)
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
