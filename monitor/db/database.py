"""Everything Namesake remembers of one district, in one folder."""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from monitor.annexes import load_annex_parts
from monitor.db.connection import (
    BUSY_TIMEOUT_SECONDS,
    DatabaseConnection,
    SyncMode,
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
from monitor.db.schema_versions import DISTRICT_SCHEMA, Schema
from monitor.db.state_folder_lock import check_not_moved
from monitor.db.tables import Owner, Records, Table, TableDeclaration
from monitor.domain.errors import CannotWriteError, DatabaseError, InputError
from monitor.domain.retention import RetainedKind

if TYPE_CHECKING:
    import monitor.db.access_log
    import monitor.db.access_tokens
    import monitor.db.account_proofs
    import monitor.db.audit
    import monitor.db.breaches
    import monitor.db.cases
    import monitor.db.evidence_pages
    import monitor.db.finding_history
    import monitor.db.findings
    import monitor.db.first_contacts
    import monitor.db.hold_proposals
    import monitor.db.invitations
    import monitor.db.jobs
    import monitor.db.legal_holds
    import monitor.db.lookalikes
    import monitor.db.name_changes
    import monitor.db.outbox
    import monitor.db.people
    import monitor.db.pictures
    import monitor.db.preferences
    import monitor.db.queries
    import monitor.db.review_index
    import monitor.db.review_notes
    import monitor.db.robots_files
    import monitor.db.sign_in
    import monitor.db.sources
    import monitor.db.staff_imports
    import monitor.db.staged_answers
    import monitor.db.sweeps
    from monitor.db.outbox import SentLog

DATABASE_FILE = "namesake.db"
SENT_LOG_FILE = "sent-log"
# What the service told operators when it last ran: a line each.
WARNINGS_FILE = "warnings"
TableT = TypeVar("TableT", bound=Table)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexTables:
    """What an annex stores in the district's database: `schema` creates it, `tables` use it."""

    schema: Schema
    tables: tuple[type[Table], ...]


class Database:
    """One attribute for each noun, by the class that stores it.

    `begin_transaction()` keeps what is done with several, or nothing. The tables know nearly all of
    the rules, and one command needs few of them: each is made, and loaded, when it is first used.
    """

    declaration = TableDeclaration(
        "district", Owner.DISTRICT, RetainedKind.AUDIT, "proof that the keys fit the database"
    )

    people: "monitor.db.people.PeopleTable"
    consents: "monitor.db.people.ConsentsTable"
    legal_holds: "monitor.db.legal_holds.LegalHoldsTable"
    hold_proposals: "monitor.db.hold_proposals.HoldProposalsTable"
    invitations: "monitor.db.invitations.InvitationsTable"
    invitation_mails: "monitor.db.invitations.InvitationMailsTable"
    enrollment_drafts: "monitor.db.invitations.EnrollmentDraftsTable"
    sweeps: "monitor.db.sweeps.SweepsTable"
    staged_answers: "monitor.db.staged_answers.StagedAnswersTable"
    queries: "monitor.db.queries.QueriesTable"
    findings: "monitor.db.findings.FindingsTable"
    feedback: "monitor.db.findings.FeedbackTable"
    sightings: "monitor.db.finding_history.SightingsTable"
    versions: "monitor.db.finding_history.VersionsTable"
    events: "monitor.db.finding_history.EventsTable"
    cases: "monitor.db.cases.CasesTable"
    review_index: "monitor.db.review_index.ReviewIndexTable"
    case_statistics: "monitor.db.review_notes.CaseStatistics"
    assignments: "monitor.db.review_notes.AssignmentsTable"
    barred_reviewers: "monitor.db.review_notes.BarredReviewersTable"
    review_notes: "monitor.db.review_notes.ReviewNotesTable"
    early_access: "monitor.db.review_notes.EarlyAccessTable"
    access_log: "monitor.db.access_log.AccessLogTable"
    pages: "monitor.db.evidence_pages.PagesTable"
    jobs: "monitor.db.jobs.JobsTable"
    clock: "monitor.db.jobs.ClockTable"
    audit: "monitor.db.audit.AuditTable"
    source_health: "monitor.db.sources.SourceHealthTable"
    canary_checks: "monitor.db.sweeps.CanaryChecksTable"
    first_contacts: "monitor.db.first_contacts.FirstContactsTable"
    hosts: "monitor.db.sources.HostsTable"
    robots_files: "monitor.db.robots_files.RobotsFilesTable"
    request_quota: "monitor.db.sources.RequestQuotaTable"
    api_costs: "monitor.db.sources.ApiCostsTable"
    pictures: "monitor.db.pictures.PicturesTable"
    thumbnails: "monitor.db.pictures.ThumbnailsTable"
    screenshots: "monitor.db.pictures.ScreenshotsTable"
    district_findings: "monitor.db.lookalikes.DistrictFindingsTable"
    district_checks: "monitor.db.lookalikes.DistrictChecksTable"
    staff_listings: "monitor.db.staff_imports.StaffListingsTable"
    sessions: "monitor.db.sign_in.SignInSessionsTable"
    access_tokens: "monitor.db.access_tokens.AccessTokensTable"
    name_changes: "monitor.db.name_changes.NameChangesTable"
    new_accounts: "monitor.db.findings.NewAccountsTable"
    account_proofs: "monitor.db.account_proofs.AccountProofsTable"
    breaches: "monitor.db.breaches.BreachesTable"
    outbox: "monitor.db.outbox.OutboxTable"
    email_counts: "monitor.db.outbox.EmailCounts"
    suppression_list: "monitor.db.outbox.SuppressionListTable"
    preferences: "monitor.db.preferences.PreferencesTable"
    sign_in_links: "monitor.db.sign_in.SignInLinksTable"
    address_changes: "monitor.db.people.AddressChangesTable"

    def __init__(self, connection: DatabaseConnection, keys: KeyStore) -> None:
        self._connection = connection
        self.keys = keys
        self._encryption = Encryption(keys)
        self.email_codes = EmailCodes(self._encryption)
        self._added: set[Schema] = set()

    if not TYPE_CHECKING:  # which knows the attributes above, and nothing else

        def __getattr__(self, name: str) -> Table:
            if name not in type(self).__annotations__:
                raise AttributeError(name=name, obj=self)
            # Of two threads that ask at once, both get the table of the first.
            return self.__dict__.setdefault(name, self._build_table(load_table_class(name)))

    def _build_table(self, table: type[TableT]) -> TableT:
        encrypted = (self._encryption,) if issubclass(table, EncryptedTable) else ()
        return table(self._connection, *encrypted)

    def open_table(self, table: type[TableT], schema: Schema) -> TableT:
        """Return a table of an annex; where a district has none yet, create those of `schema`."""
        if schema not in self._added:
            self._connection.add_tables(schema)
            self._added.add(schema)
        return self._build_table(table)

    def find_table(self, table: type[TableT]) -> TableT | None:
        """Return a table of an annex; None where this district never used it."""
        is_there = table.declaration.name in self._connection.list_tables()
        return self._build_table(table) if is_there else None

    @cached_property
    def sent_log(self) -> "SentLog":
        from monitor.db.outbox import SentLog  # noqa: PLC0415 - only where emails are sent

        return SentLog(self._connection.path.parent / SENT_LOG_FILE)

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
        """Open a district's folder. In an older copy, what people took back since holds."""
        check_not_moved(folder)
        if not _has_file(folder / DATABASE_FILE):
            raise InputError(f"No district in {folder}. Run `namesake init` first.")
        if not _has_file(folder / KEYS_DATABASE):
            how = "Restore the copy of its keys with a backup: docs/backup.md says how."
            raise DatabaseError(f"{folder / KEYS_DATABASE} is missing. {how}")
        with ExitStack() as undo:
            keys = undo.enter_context(KeyStore.open_store(folder, patience))
            database = DatabaseConnection.open_file(
                folder / DATABASE_FILE, DISTRICT_SCHEMA, patience
            )
            undo.enter_context(closing(database))
            # Refuse keys that belong to another database: they would open nothing in this one.
            encryption = Encryption(keys)
            if not encryption.keys.has_key(DISTRICT):
                raise _build_key_mismatch_error(folder)
            proof = encryption.keyed_hash(DISTRICT, DATABASE_FILE)
            found = database.fetch_row("SELECT proof FROM district")
            if found is None:
                database.write_rows(
                    "INSERT INTO district (one, proof) VALUES (1, ?) ON CONFLICT DO NOTHING", proof
                )
            elif not hmac.compare_digest(found["proof"], proof):
                raise _build_key_mismatch_error(folder)
            state = cls(database, keys)
            state.people.finish_erasures()
            state.follow_keys()
            undo.pop_all()
        return state

    def follow_keys(self) -> None:
        """Take over what people last agreed to, and who is under a legal hold, from the keys."""
        self.consents.follow_keys()
        self.legal_holds.follow_keys()

    def derive_secret(self, purpose: str) -> bytes:
        """Return a secret of the district's own, the same every time, for one purpose."""
        return self._encryption.keyed_hash(DISTRICT, f"secret {purpose}")

    def read_data_version(self) -> int:
        """Return a number that changes when another connection commits."""
        return self._connection.read_data_version()

    def check_files(self) -> None:
        """Raise ReplacedError unless the folder still holds the files that we have open."""
        self._connection.check_file()
        self.keys.check_file()

    @contextmanager
    def begin_transaction(self, sync: SyncMode = SyncMode.FULL) -> Iterator[None]:
        with self._connection.begin_transaction(sync), self.keys.hold_keys():
            yield

    @property
    def size_bytes(self) -> int:
        return measure_database_bytes(self._connection.path)

    def delete_expired_rows(self, now: datetime) -> None:
        """Delete all that a statement finds to be past its period."""
        there = frozenset(self._connection.list_tables())
        for declared in list_declarations():
            for expiry in declared.expiries if declared.name in there else ():
                cutoff = declared.find_cutoff(expiry, now)
                if expiry.is_statement and cutoff is not None:
                    self._connection.write_rows(declared.build_purge_statement(expiry), cutoff)
        self._connection.forget_read()

    def list_record_tables(self) -> Iterator[Records[Any]]:
        """Yield the tables whose rows are values of one kind, those of annexes last."""
        core = (getattr(self, name) for name in type(self).__annotations__)
        brought = map(self.find_table, list_annex_tables())
        return (table for table in (*core, *brought) if isinstance(table, Records))

    def count_rows(self) -> Mapping[str, int]:
        """Count the rows of every table."""
        tables = self._connection.list_tables()
        return {name: self._connection.count_rows(name) for name in tables}

    def truncate_logs(self) -> bool:
        """Make sure that deleted data is in no file; False if a reader prevents it."""
        emptied = self._connection.checkpoint()
        return self.keys.checkpoint() and emptied

    def close(self) -> None:
        self._connection.close()
        self.keys.close()

    def close_unused(self) -> None:
        """Close both in all threads, for a caller who knows that none of them is reading."""
        self._connection.close_unused()
        self.keys.close_unused()

    @property
    def is_in_transaction(self) -> bool:
        """Tell whether this thread is inside a transaction."""
        return self._connection.is_in_transaction

    def release_sessions(self) -> None:
        """Leave this thread's connections to the next thread that works here."""
        self._connection.release_session()
        self.keys.release_session()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def load_table_class(name: str) -> type[Table]:
    """Return the class of one attribute of the database."""
    module, _, class_name = Database.__annotations__[name].rpartition(".")
    table: type[Table] = getattr(import_module(module), class_name)
    return table


def list_annex_tables() -> Iterator[type[Table]]:
    return (table for part in load_annex_parts(AnnexTables) for table in part.tables)


def list_declarations() -> Iterator[TableDeclaration]:
    """Yield what is declared of each table of a district, those of annexes last."""
    yield Database.declaration
    core = map(load_table_class, Database.__annotations__)
    for table in (*core, *list_annex_tables()):
        if "declaration" in vars(table):  # what only counts has none
            yield from (table.declaration, *table.attached)


def delete_owned_rows(connection: DatabaseConnection, owner_id: str) -> None:
    """Delete all rows of a person or an invitation; foreign keys take the others along."""
    there = frozenset(connection.list_tables())
    # Whose some rows are is read in others; the first tables, people among them, come last.
    for declared in reversed(tuple(list_declarations())):
        if declared.erased_where and declared.name in there:
            sql = f"DELETE FROM {declared.name} WHERE {declared.erased_where}"  # noqa: S608 - our own words
            connection.execute(sql, owner_id)
    connection.forget_read()


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


def _build_key_mismatch_error(folder: Path) -> DatabaseError:
    return DatabaseError(
        f"{folder / KEYS_DATABASE} does not match {DATABASE_FILE}. Restore the copy of its keys."
    )
