"""Everything Namesake remembers of one district, in one folder."""

import hmac
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, closing
from datetime import datetime
from pathlib import Path
from typing import Self

from monitor.db.account_proofs import AccountProofs
from monitor.db.accounts import Invitations, Sessions, SignInLinks, Unfinished
from monitor.db.audit import Audit
from monitor.db.connection import PATIENCE, Database, Sync, log_bytes
from monitor.db.encryption import DISTRICT, KEYS_DATABASE, Keys, LetterCodes, Sealing
from monitor.db.events import Events
from monitor.db.flags import Flags
from monitor.db.items import Items, Pictures, Sightings, Verdicts, Versions
from monitor.db.jobs import ClockRow, DueRows
from monitor.db.journal import Journal, Questions
from monitor.db.migrations import NAMESAKE
from monitor.db.name_changes import NameChanges
from monitor.db.outbox import LetterCounts, Outbox, PausedAddresses, Postmarks, StoppedMail
from monitor.db.pages import Pages
from monitor.db.people import (
    TOMBSTONES,
    AddressChanges,
    Consents,
    HoldProposals,
    Holds,
    People,
    Tombstones,
)
from monitor.db.review import Assignments, Figures, GlassProposals, Looks, Openings, Remarks
from monitor.db.sources import Health, Hosts, Outlays, RobotsFiles, Spending
from monitor.db.sweeps import CanaryChecks, RunRequests, Sweeps
from monitor.errors import CannotWriteError, DatabaseError, InputError

DATABASE = "namesake.db"
_COUNT = "SELECT count(*) FROM {}"
# As it was before the last upgrade. Of the keys none is made: it would keep who was erased.
BEFORE_UPGRADE = "namesake.db.before-upgrade"
POSTMARKS = "postmarks"


class State:
    """The nouns stand as attributes; `write()` keeps what is done with several, or nothing."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._sealing = sealing = Sealing(keys)
        self.people = People(database, sealing)
        self.consents = Consents(database)
        self.holds = Holds(database, sealing)
        self.hold_proposals = HoldProposals(database, sealing)
        self.tombstones = Tombstones(sealing)
        self.invitations = Invitations(database, sealing)
        self.unfinished = Unfinished(database, sealing)
        self.sweeps = Sweeps(database)
        self.journal = Journal(database, sealing)
        self.questions = Questions(database, sealing)
        self.items = Items(database, sealing)
        self.verdicts = Verdicts(database)
        self.sightings = Sightings(database, sealing)
        self.versions = Versions(database, sealing)
        self.events = Events(database, sealing)
        self.flags = Flags(database, sealing)
        self.openings = Openings(database, sealing)
        self.figures = Figures(database)
        self.assignments = Assignments(database)
        self.remarks = Remarks(database, sealing)
        self.glass = GlassProposals(database, sealing)
        self.looks = Looks(database)
        self.pictures = Pictures(database, sealing)
        self.pages = Pages(database, sealing)
        self.due = DueRows(database)
        self.clock = ClockRow(database)
        self.audit = Audit(database, sealing)
        self.health = Health(database)
        self.canary_checks = CanaryChecks(database)
        self.hosts = Hosts(database, sealing)
        self.robots = RobotsFiles(database, sealing)
        self.spending = Spending(database)
        self.outlays = Outlays(database)
        self.requests = RunRequests(database)
        self.sessions = Sessions(database)
        self._add_requests_and_letters(database, sealing)

    def _add_requests_and_letters(self, database: Database, sealing: Sealing) -> None:
        self.name_changes = NameChanges(database, sealing)
        self.account_proofs = AccountProofs(database, sealing)
        self.outbox = Outbox(database, sealing)
        self.letter_codes = LetterCodes(sealing)
        self.letter_counts = LetterCounts(database)
        self.paused_addresses = PausedAddresses(database, sealing)
        self.stopped_mail = StoppedMail(database, sealing)
        self.postmarks = Postmarks(database.path.parent / POSTMARKS)
        self.sign_in_links = SignInLinks(database)
        self.address_changes = AddressChanges(database, sealing)

    @classmethod
    def init(cls, folder: Path, patience: float = PATIENCE) -> Self:
        """Make a district's folder, or open the one that is there."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = f"{folder} cannot be created ({error.strerror}): check its parent folder."
            raise CannotWriteError(message) from error
        if not _there(folder / DATABASE):
            with Keys.open(folder, patience) as keys:
                keys.create(DISTRICT)
            Database.open(folder / DATABASE, NAMESAKE, patience).close()
        state = cls.open(folder, patience)
        with state.write():
            state.audit.ending.begin()
        return state

    @classmethod
    def open(cls, folder: Path, patience: float = PATIENCE) -> Self:
        """Open a district's folder, and finish what erasures a crash or a restored copy left."""
        if not _there(folder / DATABASE):
            message = f"No district in {folder}. Run `namesake init` first."
            raise InputError(message)
        if not _there(folder / KEYS_DATABASE):
            raise _foreign(folder)
        with ExitStack() as undo:
            keys = undo.enter_context(Keys.open(folder, patience))
            spare = folder / BEFORE_UPGRADE
            database = Database.open(folder / DATABASE, NAMESAKE, patience, spare)
            undo.enter_context(closing(database))
            _vouch(database, Sealing(keys), folder)
            state = cls(database, keys)
            state.tombstones.read(folder / TOMBSTONES)
            state.people.finish_erasures()
            state.foresee_all()
            undo.pop_all()
        return state

    def secret(self, purpose: str) -> bytes:
        """Return a secret of the district's own, the same every time, for one purpose."""
        return self._sealing.mark(DISTRICT, f"secret {purpose}")

    def foresee_all(self) -> None:
        """Do for flags of an older database what is done for each that is written now."""
        for ref in self.openings.missing():
            with self.write():
                self.flags.foresee(self.flags.get(ref))

    def written(self) -> int:
        """Return a number that is another one once anybody else has kept something."""
        return self._database.written()

    def check_files(self) -> None:
        """Raise ReplacedError unless the folder still holds the files that we have open."""
        self._database.check_file()
        self._keys.check_file()

    def write(self, sync: Sync = Sync.FULL) -> AbstractContextManager[None]:
        return self._database.write(sync)

    @property
    def bytes(self) -> int:
        return bytes_of(self._database.path)

    def forget_spare(self, before: datetime) -> None:
        """Forget what was kept at an upgrade earlier than that."""
        spare = self._database.path.with_name(BEFORE_UPGRADE)
        try:
            if spare.exists() and spare.stat().st_mtime < before.timestamp():
                spare.unlink()
        except OSError as error:
            reason = f"{spare} cannot be removed ({error.strerror}): check its folder."
            raise CannotWriteError(reason) from error

    def rows(self) -> Mapping[str, int]:
        """Count the rows of every table."""
        tables = self._database.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name != '_sqlite_migrations'"
        )
        counted = {name: self._database.row(_COUNT.format(name)) for (name,) in list(tables)}
        return {name: found[0] if found else 0 for name, found in counted.items()}

    def tidy(self) -> bool:
        """See that what was deleted stands in no file; False where a reader is in the way."""
        emptied = self._database.checkpoint()
        return self._keys.checkpoint() and emptied

    def close(self) -> None:
        self._database.close()
        self._keys.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _there(path: Path) -> bool:
    """Tell whether there is a file; PermissionError where we may not look, which is no answer."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def bytes_of(database: Path) -> int:
    """Return how large it is, its write-ahead log included; 0 where there is none."""
    return (database.stat().st_size if database.exists() else 0) + log_bytes(database)


def _vouch(database: Database, sealing: Sealing, folder: Path) -> None:
    """Refuse keys that belong to another database: they would open nothing in this one."""
    if not sealing.keys.has(DISTRICT):
        raise _foreign(folder)
    proof = sealing.mark(DISTRICT, DATABASE)
    found = database.row("SELECT proof FROM district")
    if found is None:
        with database.write():
            database.run("INSERT INTO district VALUES (1, ?) ON CONFLICT DO NOTHING", proof)
    elif not hmac.compare_digest(found[0], proof):
        raise _foreign(folder)


def _foreign(folder: Path) -> DatabaseError:
    return DatabaseError(
        f"{folder / KEYS_DATABASE} does not match {DATABASE}. Restore the copy of its keys."
    )
