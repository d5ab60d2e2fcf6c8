"""Pages as they came, kept as evidence while a flag is open.

What each table holds, and so how long its rows are kept: no table stands outside of the rule.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from monitor.db.connection import Database, Row, written
from monitor.db.encryption import Sealing
from monitor.domain.retention import Kept
from scrapers.models import Page, Query, Reading, ReadPage

# A page that is larger is not kept: no profile is, and one must not fill the disk.
LARGEST_KEPT = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """`mark` names it; `reading` is what was read in it then, by the reader of that `version`."""

    mark: bytes
    query: Query
    page: Page
    reading: Reading
    version: int

    @property
    def source(self) -> str:
        return self.query.source

    @property
    def person(self) -> str:
        """Return whom it is about."""
        return self.query.subject


@dataclass(frozen=True, slots=True)
class Pages:
    """A page is kept once, however often it is seen; whether it is evidence, its sweep's end says.

    Which flags want evidence is told by their kinds and states.
    """

    database: Database
    sealing: Sealing

    def add(self, sweep: str, version: int, pages: Iterable[ReadPage]) -> None:
        """Keep pages until their sweep closes; what is evidence already is renewed."""
        with self.database.write():
            for each in pages:
                if len(each.page.body) <= LARGEST_KEPT and self._known(each.query.subject):
                    self._put(sweep, version, each)

    def close(self, sweep: str, kinds: Iterable[str], states: Iterable[str]) -> None:
        """Make evidence of what a sweep has seen of flagged items, and forget what else it kept."""
        with self.database.write():
            self.database.run(
                """INSERT INTO evidence SELECT item, mark, pages.person
                FROM pages JOIN sightings USING (person, question) JOIN flags USING (item)
                WHERE sweep = ?1 AND kind IN (SELECT value FROM json_each(?2))
                AND state IN (SELECT value FROM json_each(?3)) ON CONFLICT DO NOTHING""",
                sweep,
                *map(_listed, (kinds, states)),
            )
            self.database.run("UPDATE pages SET sweep = NULL WHERE sweep = ?", sweep)
            self._forget_useless()

    def of_item(self, item: str) -> tuple[KeptPage, ...]:
        """Return what is kept as evidence of an item, the newest first."""
        rows = self.database.rows(
            """SELECT mark, pages.person, sealed FROM pages JOIN evidence ON page = mark
            WHERE item = ? ORDER BY at DESC, pages.rowid DESC""",
            item,
        )
        return tuple(map(self._page, rows))

    def lacking(self, person: str, kinds: Iterable[str], states: Iterable[str]) -> frozenset[str]:
        """Return the items of which a flag wants evidence, and there is none."""
        rows = self.database.rows(
            """SELECT item FROM flags WHERE person = ?1
            AND kind IN (SELECT value FROM json_each(?2))
            AND state IN (SELECT value FROM json_each(?3))
            AND item NOT IN (SELECT item FROM evidence)""",
            person,
            *map(_listed, (kinds, states)),
        )
        return frozenset(item for (item,) in rows)

    def of_person(self, person: str) -> tuple[KeptPage, ...]:
        rows = self.database.rows(
            "SELECT mark, person, sealed FROM pages WHERE person = ? ORDER BY rowid", person
        )
        return tuple(map(self._page, rows))

    def all(self) -> Iterator[KeptPage]:
        rows = self.database.rows("SELECT mark, person, sealed FROM pages ORDER BY rowid")
        return map(self._page, rows)

    def forget_settled(self, kinds: Iterable[str], states: Iterable[str]) -> None:
        """Forget what was seen of items of which no flag wants evidence any more.

        What a legal hold keeps stays, here and below.
        """
        with self.database.write():
            self.database.run(
                """DELETE FROM evidence WHERE item NOT IN
                (SELECT item FROM flags WHERE kind IN (SELECT value FROM json_each(?1))
                AND state IN (SELECT value FROM json_each(?2)))
                AND person NOT IN (SELECT person FROM holds WHERE lifted_at IS NULL)""",
                *map(_listed, (kinds, states)),
            )
            self._forget_useless()

    def forget_before(self, at: datetime, source: str | None = None) -> None:
        """Forget what was fetched before, of one source or of all."""
        with self.database.write():
            self.database.run(
                """DELETE FROM pages WHERE at < ?1 AND (?2 IS NULL OR source = ?2)
                AND person NOT IN (SELECT person FROM holds WHERE lifted_at IS NULL)""",
                written(at),
                source,
            )

    def move(self, item: str, to: str) -> None:
        with self.database.write():
            self.database.run("UPDATE OR IGNORE evidence SET item = ? WHERE item = ?", to, item)

    def _forget_useless(self) -> None:
        self.database.run(
            "DELETE FROM pages WHERE sweep IS NULL AND mark NOT IN (SELECT page FROM evidence)"
        )

    def _known(self, person: str) -> bool:
        """Tell whether it may be kept: who was erased meanwhile has no key any more."""
        return bool(self.database.row("SELECT 1 FROM people WHERE ref = ?", person))

    def _put(self, sweep: str, version: int, read: ReadPage) -> None:
        person = read.query.subject
        content = sha256(read.page.body).hexdigest()
        mark = self.sealing.mark(person, f"{read.query.key} {read.query.page} {content}")
        packed = replace(read.page, body=zlib.compress(read.page.body))
        kept = KeptPage(
            mark=mark,
            query=replace(read.query, kept=None),
            page=packed,
            reading=replace(read.reading, follow=(), contacts=(), kept=None),
            version=version,
        )
        self.database.run(
            """INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mark) DO UPDATE SET
            at = excluded.at, sealed = excluded.sealed, sweep = excluded.sweep""",
            mark,
            person,
            sweep,
            read.query.source,
            self.sealing.mark(person, read.query.key),
            written(read.page.fetched_at),
            self.sealing.seal(person, _place(mark), kept),
        )

    def _page(self, row: Row) -> KeptPage:
        mark, person, sealed = row
        kept = self.sealing.open(person, _place(mark), sealed, KeptPage)
        return replace(kept, page=replace(kept.page, body=zlib.decompress(kept.page.body)))


def _listed(words: Iterable[str]) -> str:
    return json.dumps(sorted(words))


def _place(mark: bytes) -> str:
    return f"pages/{mark.hex()}/sealed"


KEPT_IN: Mapping[str, Kept] = {
    "account_proofs": Kept.PERSON,
    "address_changes": Kept.ADDRESS_CHANGE,
    "aliases": Kept.ITEM,
    "assignments": Kept.FLAG,
    "audit": Kept.AUDIT,
    "audit_end": Kept.AUDIT,
    "canary_checks": Kept.SOURCE,
    "clock": Kept.SOURCE,
    "consents": Kept.PERSON,
    "district": Kept.AUDIT,
    "due": Kept.PERSON,
    "erased": Kept.AUDIT,
    "events": Kept.EVENT,
    "evidence": Kept.EVIDENCE,
    "flags": Kept.FLAG,
    "glass": Kept.GLASS,
    "health": Kept.SOURCE,
    "hold_proposals": Kept.GLASS,
    "holds": Kept.PERSON,
    "hosts": Kept.HOST,
    "invitations": Kept.INVITATION,
    "items": Kept.ITEM,
    "journal": Kept.JOURNAL,
    "judgements": Kept.FLAG,
    "looks": Kept.LOOK,
    "name_changes": Kept.PERSON,
    "openings": Kept.FLAG,
    "outbox": Kept.LETTER_RECORD,
    "outlays": Kept.SPENDING,
    "pages": Kept.PAGE_BODY,
    "paused_addresses": Kept.PERSON,
    "people": Kept.PERSON,
    "pictures": Kept.ITEM,
    "progress": Kept.RUN_REQUEST,
    "questions": Kept.PERSON,
    "remarks": Kept.FLAG,
    "robots": Kept.ROBOTS,
    "run_requests": Kept.RUN_REQUEST,
    "sessions": Kept.SESSION,
    "settlements": Kept.SWEEP,
    "sign_in_links": Kept.SESSION,
    "sightings": Kept.SIGHTING,
    "source_runs": Kept.SWEEP,
    "spending": Kept.SPENDING,
    "stopped_mail": Kept.PERSON,
    "sweeps": Kept.SWEEP,
    "unfinished": Kept.UNFINISHED,
    "verdicts": Kept.ITEM,
    "versions": Kept.VERSION,
}
