"""What a command asks of the daemon that holds the lock, and how far it got."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from json import dumps

from monitor.store.database import Database, Row, Sync
from monitor.store.moment import read, read_or_none, written
from monitor.store.sweeps import SweepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """`person` is empty for the whole district; `done_at` is None until it is served.

    `source` is the one whose canaries are to be asked, empty for all of them. `note` says why it
    was given up, and is empty where it was served.
    """

    ref: str
    kind: SweepKind
    asked_at: datetime
    person: str = ""
    source: str = ""
    done_at: datetime | None = None
    note: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class RunRequests:
    database: Database

    def add(self, request: RunRequest) -> None:
        with self.database.write():
            self.database.run(
                """INSERT INTO run_requests (ref, kind, person, asked_at, note, source)
                VALUES (?, ?, ?, ?, ?, ?)""",
                request.ref,
                request.kind,
                request.person or None,
                written(request.asked_at),
                request.note,
                request.source or None,
            )

    def get(self, ref: str) -> RunRequest | None:
        """Return None where its person was erased meanwhile."""
        found = self.database.row("SELECT * FROM run_requests WHERE ref = ?", ref)
        return None if found is None else _request(found)

    def latest_of(self, person: str) -> RunRequest | None:
        """Return the last check that a person asked for, as long as it is remembered."""
        found = self.database.row(
            """SELECT * FROM run_requests WHERE person = ? AND kind = ?
            ORDER BY asked_at DESC, rowid DESC LIMIT 1""",
            person,
            SweepKind.SELFCHECK,
        )
        return None if found is None else _request(found)

    def next_open(self, kinds: Iterable[SweepKind] = SweepKind) -> RunRequest | None:
        """Return what somebody waits for: what is over soonest first, then the oldest.

        What failed comes after what was not tried yet, and so holds up nobody.
        """
        found = self.database.row(
            """SELECT * FROM run_requests
            WHERE done_at IS NULL AND kind IN (SELECT value FROM json_each(?))
            ORDER BY attempts, kind != ?, kind != ?, asked_at, rowid LIMIT 1""",
            dumps(list(kinds)),
            SweepKind.SELFCHECK,
            SweepKind.CANARIES,
        )
        return None if found is None else _request(found)

    def checks_before(self, request: RunRequest) -> int:
        """Count the checks that are not served yet and were asked for earlier."""
        found = self.database.row(
            """SELECT count(*) FROM run_requests WHERE done_at IS NULL AND kind = ?
            AND rowid < (SELECT rowid FROM run_requests WHERE ref = ?)""",
            SweepKind.SELFCHECK,
            request.ref,
        )
        return int(found[0]) if found else 0

    def all(self) -> tuple[RunRequest, ...]:
        rows = self.database.rows("SELECT * FROM run_requests ORDER BY asked_at, rowid")
        return tuple(_request(row) for row in rows)

    def remove(self, ref: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM run_requests WHERE ref = ?", ref)

    def failed(self, ref: str) -> None:
        with self.database.write():
            self.database.run("UPDATE run_requests SET attempts = attempts + 1 WHERE ref = ?", ref)

    def finish(self, ref: str, at: datetime, note: str = "") -> None:
        with self.database.write():
            self.database.run(
                "UPDATE run_requests SET done_at = ?, note = ? WHERE ref = ?",
                written(at),
                note,
                ref,
            )

    def put_progress(self, ref: str, source: str, state: str) -> None:
        """Note where a source stands; there is nothing to note once the request is gone."""
        with self.database.write(Sync.NORMAL):
            self.database.run(
                """INSERT OR REPLACE INTO progress
                SELECT ref, ?, ? FROM run_requests WHERE ref = ?""",
                source,
                state,
                ref,
            )

    def progress(self, ref: str) -> Mapping[str, str]:
        rows = self.database.rows(
            "SELECT source, state FROM progress WHERE request = ? ORDER BY source", ref
        )
        return dict(rows)


def _request(row: Row) -> RunRequest:
    ref, kind, person, asked_at, done_at, note, source, attempts = row
    return RunRequest(
        ref=ref,
        kind=SweepKind(kind),
        asked_at=read(asked_at),
        person=person or "",
        done_at=read_or_none(done_at),
        note=note,
        source=source or "",
        attempts=attempts,
    )
