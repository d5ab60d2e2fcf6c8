"""What robots.txt of each web server said, which a restart must not forget."""

from collections.abc import Collection
from datetime import datetime

from monitor.db.connection import SyncMode
from monitor.db.encryption import DISTRICT, SealedRecords
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, TableDeclaration
from monitor.domain.retention import RetainedKind
from scrapers.crawl.robots import RobotsRecord


class RobotsFilesTable(SealedRecords[RobotsRecord]):
    """Remembers robots.txt for the crawler (`scrapers.crawl.robots.RobotsStore`)."""

    declaration = TableDeclaration(
        "robots_files",
        Owner.NOBODY,
        RetainedKind.ROBOTS_FILE,
        "robots.txt of a web server",
        Expiry(OPEN),
        Expiry(CLOSED, at="until"),
        sealed=("encrypted",),
        erased="where the name holds their handle",
    )

    record = RobotsRecord
    stored = ("until",)
    key = ("keyed_hash",)
    key_owner = ""

    def load_robots_file(self, origin: str) -> RobotsRecord | None:
        return self.find_record(
            "WHERE keyed_hash = ?", self.encryption.keyed_hash(DISTRICT, origin)
        )

    def save_robots_file(self, learned: RobotsRecord) -> None:
        mark = self.encryption.keyed_hash(DISTRICT, learned.origin)
        self.replace_record(learned, SyncMode.NORMAL, keyed_hash=mark)

    def list_robots_files(self) -> tuple[RobotsRecord, ...]:
        return self.list_records("ORDER BY rowid")

    def delete_robots_files_after(self, latest: datetime) -> None:
        self.connection.write_rows("DELETE FROM robots_files WHERE until > ?", latest)

    def delete_robots_files_naming(self, words: Collection[str]) -> None:
        """Forget the file of every host in whose name one of these words is a label."""
        with self.connection.begin_transaction():
            for file in self.list_robots_files():
                labels = file.origin.rpartition("/")[2].split(".")
                if not set(labels).isdisjoint(words):
                    mark = self.encryption.keyed_hash(DISTRICT, file.origin)
                    self.connection.execute("DELETE FROM robots_files WHERE keyed_hash = ?", mark)
