"""Pages as received, stored as evidence while a case is open."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from monitor.db.connection import Row
from monitor.db.encryption import SealedRecords
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, TableDeclaration
from monitor.domain.retention import RetainedKind
from scrapers.models import Page, ParsedPage, ParseResult, Query

# A larger page is not stored: no profile is that large, and it must not fill the disk.
MAX_PAGE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """`mark` names it; `reading` is what was read in it then, by the reader of that `version`."""

    mark: bytes
    query: Query
    page: Page
    reading: ParseResult
    version: int

    @property
    def source(self) -> str:
        return self.query.source

    @property
    def person_id(self) -> str:
        """Return whom it is about."""
        return self.query.subject


class PagesTable(SealedRecords[StoredPage]):
    """A page is stored once, even if seen often; the end of its sweep decides if it is evidence.

    Their kinds and states say which cases need evidence.
    """

    declaration = TableDeclaration(
        "pages",
        Owner.PERSON,
        RetainedKind.PAGE_BODY,
        "public pages behind an open case",
        Expiry(OPEN),
        Expiry(CLOSED),
        sealed=("encrypted",),
        exported="pages",
        withheld=True,
    )
    attached = (
        TableDeclaration(
            "evidence",
            Owner.PERSON,
            RetainedKind.EVIDENCE,
            "which stored page belongs to which finding",
            Expiry(CLOSED),
            not_exported="says which of the pages belongs to which finding",
        ),
    )

    record = StoredPage
    stored = ()
    key = ("keyed_hash",)

    def insert_pages(self, sweep_id: str, version: int, pages: Iterable[ParsedPage]) -> None:
        """Keep pages until their sweep closes; what is evidence already is renewed."""
        with self.connection.begin_transaction():
            for page in pages:
                if len(page.page.body) <= MAX_PAGE_BYTES and self.connection.has_row(
                    "SELECT 1 FROM people WHERE id = ?", page.query.subject
                ):
                    person = page.query.subject
                    content = sha256(page.page.body).hexdigest()
                    mark = self.encryption.keyed_hash(
                        person, f"{page.query.key} {page.query.page} {content}"
                    )
                    packed = replace(page.page, body=zlib.compress(page.page.body))
                    stored = StoredPage(
                        mark=mark,
                        query=replace(page.query, kept=None),
                        page=packed,
                        reading=replace(page.result, follow=(), contacts=(), kept=None),
                        version=version,
                    )
                    self.replace_record(
                        stored,
                        keyed_hash=mark,
                        person_id=person,
                        sweep_id=sweep_id,
                        source=page.query.source,
                        query=self.encryption.keyed_hash(person, page.query.key),
                        at=page.page.fetched_at,
                    )

    def keep_evidence_of_sweep(
        self, sweep_id: str, kinds: Iterable[str], states: Iterable[str]
    ) -> None:
        """Make the pages of flagged findings evidence, and delete the sweep's other pages."""
        with self.connection.begin_transaction():
            self.connection.execute(
                """INSERT INTO evidence (finding_id, page_hash, person_id)
                SELECT finding_id, keyed_hash, pages.person_id
                FROM pages JOIN sightings USING (person_id, query) JOIN cases USING (finding_id)
                WHERE sweep_id = ?1 AND kind IN (SELECT value FROM json_each(?2))
                AND state IN (SELECT value FROM json_each(?3)) ON CONFLICT DO NOTHING""",
                sweep_id,
                *map(_encode_word_list, (kinds, states)),
            )
            self.connection.execute("UPDATE pages SET sweep_id = NULL WHERE sweep_id = ?", sweep_id)
            self._delete_unused_pages()

    def list_evidence_of_finding(self, finding_id: str) -> tuple[StoredPage, ...]:
        """Return the stored evidence of a finding, the newest first."""
        return self.list_records(
            """WHERE keyed_hash IN (SELECT page_hash FROM evidence WHERE finding_id = ?)
            ORDER BY at DESC, rowid DESC""",
            finding_id,
        )

    def list_findings_with_evidence(self) -> frozenset[str]:
        rows = self.connection.fetch_rows("SELECT DISTINCT finding_id FROM evidence")
        return frozenset(finding for (finding,) in rows)

    def list_findings_lacking_evidence(
        self, person_id: str, kinds: Iterable[str], states: Iterable[str]
    ) -> frozenset[str]:
        """Return the findings of which a case wants evidence, and there is none."""
        rows = self.connection.fetch_rows(
            """SELECT finding_id FROM cases WHERE person_id = ?1
            AND kind IN (SELECT value FROM json_each(?2))
            AND state IN (SELECT value FROM json_each(?3))
            AND finding_id NOT IN (SELECT finding_id FROM evidence)""",
            person_id,
            *map(_encode_word_list, (kinds, states)),
        )
        return frozenset(finding for (finding,) in rows)

    def delete_unneeded_evidence(self, kinds: Iterable[str], states: Iterable[str]) -> None:
        """Forget what was seen of findings of which no case wants evidence anymore.

        What a legal hold keeps stays, here and below.
        """
        with self.connection.begin_transaction():
            self.connection.execute(
                """DELETE FROM evidence WHERE finding_id NOT IN
                (SELECT finding_id FROM cases WHERE kind IN (SELECT value FROM json_each(?1))
                AND state IN (SELECT value FROM json_each(?2)))
                AND person_id NOT IN (SELECT person_id FROM legal_holds WHERE lifted_at IS NULL)""",
                *map(_encode_word_list, (kinds, states)),
            )
            self._delete_unused_pages()

    def delete_evidence_of_finding(self, finding_id: str) -> None:
        with self.connection.begin_transaction():
            self.connection.execute(
                """DELETE FROM evidence WHERE finding_id = ?
                AND person_id NOT IN (SELECT person_id FROM legal_holds WHERE lifted_at IS NULL)""",
                finding_id,
            )
            self._delete_unused_pages()

    def delete_pages_that_showed(self, finding_id: str) -> None:
        """Forget what the queries fetched that showed a finding, whatever else it showed.

        Nobody preserves what a running sweep has just fetched.
        """
        self.connection.write_rows(
            """DELETE FROM pages WHERE (person_id, query) IN
            (SELECT person_id, query FROM sightings WHERE finding_id = ?1)
            AND (sweep_id IS NOT NULL
            OR person_id NOT IN (SELECT person_id FROM legal_holds WHERE lifted_at IS NULL))""",
            finding_id,
        )

    def delete_pages_before(self, at: datetime, source: str | None = None) -> None:
        """Forget what was fetched before, of one source or of all."""
        self.connection.write_rows(
            """DELETE FROM pages WHERE at <= ?1 AND (?2 IS NULL OR source = ?2)
            AND ifnull(person_id, '')
            NOT IN (SELECT person_id FROM legal_holds WHERE lifted_at IS NULL)""",
            at,
            source,
        )

    def move_to_finding(self, finding_id: str, target_id: str) -> None:
        self.connection.write_rows(
            "UPDATE OR IGNORE evidence SET finding_id = ? WHERE finding_id = ?",
            target_id,
            finding_id,
        )

    def _delete_unused_pages(self) -> None:
        self.connection.execute(
            """DELETE FROM pages WHERE sweep_id IS NULL AND keyed_hash NOT IN (SELECT page_hash
            FROM evidence)"""
        )

    def parse_row(self, row: Row) -> StoredPage:
        stored = super().parse_row(row)
        return replace(stored, page=replace(stored.page, body=zlib.decompress(stored.page.body)))


def _encode_word_list(words: Iterable[str]) -> str:
    return json.dumps(sorted(words))
