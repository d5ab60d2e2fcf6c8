"""What people last agreed to: kept beside the districts, and in no backup of them.

A copy of a district that is older than the list learns from it whom not to ask, also where its keys
are as old. The list is also an outbox: what is new in it is sent to the fleet's database, whenever
that can be reached. It is sealed with a key that only machines with districts have, so nobody else
can end a consent.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.db.connection import DatabaseConnection
from monitor.db.schema_versions import Schema
from monitor.domain.consent import Consent
from monitor.domain.errors import DatabaseError
from monitor.fleet.db.seal import FleetSeal

if TYPE_CHECKING:
    from monitor.fleet.db.postgres import FleetConnection, FleetCursor

LOG = logging.getLogger(__name__)
CHANGES_DATABASE = "consent-changes.db"
CHANGES_SCHEMA = Schema("""CREATE TABLE consent_changes (
    tag TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    is_sent INTEGER NOT NULL
) STRICT;
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChange:
    """`at` is when the consent was written, as the district has it; it is None once erased."""

    at: datetime
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class ConsentChanges:
    """`seal` is that of machines with districts alone. A tag names a person, and hides who it is.

    The file is opened for each use: it is used seldom, by the service and by a command beside it.
    """

    folder: Path
    seal: FleetSeal

    def tag_person(self, district: str, person_id: str) -> str:
        return self.seal.hash_name("person", district, person_id)

    def list_changes(self) -> dict[str, ConsentChange]:
        if not (self.folder / CHANGES_DATABASE).exists():
            return {}
        with self._open_file() as file:
            rows = file.fetch_rows("SELECT tag, body FROM consent_changes")
            sealed = {row["tag"]: row["body"] for row in rows}
        return self._open_changes(sealed)

    def save_changes(self, changes: Mapping[str, ConsentChange]) -> None:
        """Replace what was known of these people; it is to be sent."""
        with self._open_file() as file, file.begin_transaction():
            for tag, change in changes.items():
                file.execute(
                    """INSERT OR REPLACE INTO consent_changes (tag, body, is_sent)
                    VALUES (?, ?, 0)""",
                    *(tag, self.seal.encrypt(tag, change)),
                )

    def send_changes(self, connection: "FleetConnection") -> int:
        """Write to the fleet's database what is new. Raises UnavailableError: it stays to do.

        What is known there of a later time stays as it is.
        """
        if not (self.folder / CHANGES_DATABASE).exists():
            return 0
        with self._open_file() as file:
            rows = list(file.fetch_rows("SELECT tag, body FROM consent_changes WHERE is_sent = 0"))
            if not rows:
                return 0
            bodies = {row["tag"]: row["body"] for row in rows}
            connection.run(lambda cursor: self._write_newer(cursor, bodies))
            with file.begin_transaction():
                for row in rows:
                    # What was changed meanwhile is sent the next time.
                    file.execute(
                        "UPDATE consent_changes SET is_sent = 1 WHERE tag = ? AND body = ?",
                        *(row["tag"], row["body"]),
                    )
        return len(rows)

    def _write_newer(self, cursor: "FleetCursor", bodies: Mapping[str, bytes]) -> None:
        """Compare here: when a consent was changed is sealed, and not the database's to read."""
        # No other machine writes meanwhile; reading goes on.
        cursor.execute("LOCK TABLE namesake.consent_changes IN SHARE ROW EXCLUSIVE MODE")
        found = cursor.execute(
            "SELECT tag, body FROM namesake.consent_changes WHERE tag = ANY(%s)", (list(bodies),)
        ).fetchall()
        known = self._open_changes({row["tag"]: row["body"] for row in found})
        newer = [
            tag
            for tag, change in self._open_changes(bodies).items()
            if tag not in known or known[tag].at <= change.at
        ]
        cursor.execute(
            """INSERT INTO namesake.consent_changes AS known (tag, body)
            SELECT tag, body FROM unnest(%s::text[], %s::bytea[]) AS new (tag, body)
            ON CONFLICT (tag) DO UPDATE SET body = excluded.body, at = clock_timestamp()""",
            (newer, [bodies[tag] for tag in newer]),
        )

    def fetch_changes(
        self, connection: "FleetConnection", tags: Iterable[str]
    ) -> dict[str, ConsentChange]:
        """Return what other machines have told of these people. Raises UnavailableError."""
        rows = connection.fetch_rows(
            "SELECT tag, body FROM namesake.consent_changes WHERE tag = ANY(%s)", list(tags)
        )
        return self._open_changes({row["tag"]: row["body"] for row in rows})

    def _open_changes(self, sealed: Mapping[str, bytes]) -> dict[str, ConsentChange]:
        """Read what was written with our key; what was not ends no one's consent."""
        changes, foreign = {}, 0
        for tag, body in sealed.items():
            try:
                changes[tag] = self.seal.decrypt(tag, body, ConsentChange)
            except DatabaseError:
                foreign += 1
        if foreign:
            LOG.error("consent_changes_refused", extra={"count": foreign})
        return changes

    @contextmanager
    def _open_file(self) -> Iterator[DatabaseConnection]:
        file = DatabaseConnection.open_file(self.folder / CHANGES_DATABASE, CHANGES_SCHEMA)
        try:
            yield file
        finally:
            file.close()
