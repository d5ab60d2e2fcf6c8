"""Pictures: marks that recognize one, thumbnails for a comparison, and people's own screenshots."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.db.encryption import DISTRICT, EncryptedTable, SealedRecords
from monitor.db.open_files import parse_datetime
from monitor.db.people import load_case_owner
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, TableDeclaration
from monitor.domain.finding import Finding
from monitor.domain.retention import RetainedKind


class PicturesTable(EncryptedTable):
    """Prints and accounts are hashes under the district's key, so that people share them."""

    declaration = TableDeclaration(
        "pictures",
        Owner.PERSON,
        RetainedKind.FINDING,
        "keyed hashes of pictures that many accounts show",
        not_exported="keyed hashes of what the findings have",
    )

    def save_picture(self, finding: Finding) -> None:
        """Keep the mark of the picture that an account shows now, or none."""
        shown = finding.portrait
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM pictures WHERE finding_id = ?", finding.id)
            if shown.picture_print:
                self.connection.execute(
                    """INSERT INTO pictures (finding_id, person_id, picture, account)
                    VALUES (?, ?, ?, ?)""",
                    finding.id,
                    finding.person_id,
                    self.encryption.keyed_hash(DISTRICT, shown.picture_print),
                    self.encryption.keyed_hash(DISTRICT, shown.account or shown.key),
                )

    def count_accounts_with_picture(
        self, picture_print: str, excluded_finding_ids: Iterable[str]
    ) -> int:
        """Count the accounts that show it, but for some findings: a person's own accounts."""
        left_out = set(excluded_finding_ids)
        rows = tuple(
            self.connection.fetch_rows(
                "SELECT finding_id, account FROM pictures WHERE picture = ?",
                self.encryption.keyed_hash(DISTRICT, picture_print),
            )
        )
        own = {row["account"] for row in rows if row["finding_id"] in left_out}
        return len({row["account"] for row in rows} - own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A small JPEG of the picture that an account showed, and when."""

    finding_id: str
    at: datetime
    picture: bytes


class ThumbnailsTable(SealedRecords[Thumbnail]):
    """A check stores those of all accounts; its end deletes all but those that are compared."""

    declaration = TableDeclaration(
        "thumbnails",
        Owner.PERSON,
        RetainedKind.THUMBNAIL,
        "small pictures to compare, of a check or an open case",
        Expiry(OPEN),
        Expiry(CLOSED),
        sealed=("encrypted",),
        exported="pictures",
        withheld=True,
    )

    record = Thumbnail
    stored = ("finding_id", "at")
    key = ("finding_id",)

    def save_thumbnail(self, person_id: str, sweep_id: str, thumbnail: Thumbnail) -> None:
        """Store it in place of an earlier one."""
        self.replace_record(thumbnail, person_id=person_id, sweep_id=sweep_id)

    def find_thumbnail(self, person_id: str, finding_id: str) -> Thumbnail | None:
        return self.find_record("WHERE person_id = ? AND finding_id = ?", person_id, finding_id)

    def find_thumbnail_time(self, person_id: str, finding_id: str) -> datetime | None:
        """Return when its picture was seen, without opening it; None if there is none."""
        found = self.connection.fetch_row(
            "SELECT at FROM thumbnails WHERE person_id = ? AND finding_id = ?",
            person_id,
            finding_id,
        )
        return None if found is None else parse_datetime(found["at"])

    def list_people_of_sweep(self, sweep_id: str) -> tuple[str, ...]:
        rows = self.connection.fetch_rows(
            "SELECT DISTINCT person_id FROM thumbnails WHERE sweep_id = ?", sweep_id
        )
        return tuple(person_id for (person_id,) in rows)

    def count_thumbnails(self, person_id: str) -> int:
        return self.connection.count_rows("thumbnails", "person_id = ?", person_id)

    def delete_other_thumbnails(
        self, person_id: str, needed: Collection[str], unwanted: Collection[str]
    ) -> None:
        """Delete a person's, but those of needed findings and of checks that still run.

        Those of unwanted findings go with any check.
        """
        with self.connection.begin_transaction():
            rows = self.connection.fetch_rows(
                """SELECT finding_id, sweep_id IN (SELECT id FROM sweeps WHERE closed_at IS NULL)
                AS is_running FROM thumbnails WHERE person_id = ?""",
                person_id,
            )
            for finding_id, is_running in tuple(rows):
                if finding_id in unwanted or not (is_running or finding_id in needed):
                    self.connection.execute(
                        "DELETE FROM thumbnails WHERE finding_id = ?", finding_id
                    )

    def delete_thumbnails_before(self, person_id: str, at: datetime) -> None:
        self.connection.write_rows(
            "DELETE FROM thumbnails WHERE person_id = ? AND at < ?", person_id, at
        )

    def delete_thumbnails_of_person(self, person_id: str) -> None:
        self.connection.write_rows("DELETE FROM thumbnails WHERE person_id = ?", person_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screenshot:
    """What a person added to a case as evidence; `picture` is a JPEG without anything else."""

    id: str
    case_id: str
    at: datetime
    picture: bytes


class ScreenshotsTable(SealedRecords[Screenshot]):
    """The column of the case counts: two cases that become one keep the screenshots of both."""

    declaration = TableDeclaration(
        "screenshots",
        Owner.PERSON,
        RetainedKind.SCREENSHOT,
        "the person's own screenshots of a case",
        Expiry(CLOSED),
        sealed=("encrypted",),
        exported="pictures",
        of_person="person_id = ?1 ORDER BY at, rowid",
        withheld=True,
    )

    record = Screenshot
    stored = ("id", "case_id", "at")
    updated = ("case_id",)

    def insert_screenshot(self, screenshot: Screenshot) -> None:
        with self.connection.begin_transaction():
            owner = load_case_owner(self.connection, screenshot.case_id)
            self.insert_record(screenshot, person_id=owner)

    def find_screenshot(self, case_id: str, screenshot_id: str) -> Screenshot | None:
        return self.find_record("WHERE case_id = ? AND id = ?", case_id, screenshot_id)

    def list_screenshots_of_case(self, case_id: str) -> tuple[Screenshot, ...]:
        """Return them, the oldest first."""
        return self.list_records("WHERE case_id = ? ORDER BY at, rowid", case_id)

    def count_screenshots_of_case(self, case_id: str) -> int:
        return self.connection.count_rows("screenshots", "case_id = ?", case_id)

    def count_screenshots_of_person(self, person_id: str) -> int:
        return self.connection.count_rows("screenshots", "person_id = ?", person_id)

    def delete_screenshot(self, case_id: str, screenshot_id: str) -> None:
        self.connection.write_rows(
            "DELETE FROM screenshots WHERE case_id = ? AND id = ?", case_id, screenshot_id
        )

    def delete_screenshots_of_case(self, case_id: str) -> None:
        self.connection.write_rows("DELETE FROM screenshots WHERE case_id = ?", case_id)
