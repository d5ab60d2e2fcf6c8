"""Every answer to the consent text, in the order given."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.consent import Consent, Scope
from monitor.store.database import Database, Row
from monitor.store.moment import read, read_or_none, written, written_or_none


@dataclass(frozen=True, slots=True)
class Consents:
    database: Database

    def append(self, consent: Consent) -> None:
        with self.database.write():
            self.database.run(
                """INSERT INTO consents (person, text_version, text_hash, scopes,
                given_at, expires_at, withdrawn_at) VALUES (?, ?, ?, ?, ?, ?, ?)""",
                consent.person,
                consent.text_version,
                consent.text_hash,
                json.dumps(sorted(consent.scopes)),
                written(consent.given_at),
                written(consent.expires_at),
                written_or_none(consent.withdrawn_at),
            )

    def latest(self, ref: str) -> Consent | None:
        found = self.database.row(
            "SELECT * FROM consents WHERE person = ? ORDER BY seq DESC LIMIT 1", ref
        )
        return None if found is None else _consent(found)

    def history(self, ref: str) -> tuple[Consent, ...]:
        rows = self.database.rows("SELECT * FROM consents WHERE person = ? ORDER BY seq", ref)
        return tuple(_consent(row) for row in rows)

    def stands(self, ref: str, now: datetime) -> bool:
        """Tell whether anything may be asked or written on someone's behalf now."""
        latest = self.latest(ref)
        return latest is not None and latest.live(now)

    def withdraw(self, ref: str, at: datetime) -> None:
        """Append the withdrawal; there is nothing to do where no consent stands."""
        with self.database.write():
            latest = self.latest(ref)
            if latest is not None and latest.withdrawn_at is None:
                self.append(replace(latest, withdrawn_at=at))

    def live(self, now: datetime) -> tuple[str, ...]:
        """Return who may be asked about now, in the order of their enrolment."""
        rows = self.database.rows(
            """SELECT consents.* FROM consents JOIN people ON people.ref = consents.person
            WHERE seq IN (SELECT max(seq) FROM consents GROUP BY person) ORDER BY people.rowid"""
        )
        return tuple(each.person for each in map(_consent, rows) if each.live(now))


def _consent(row: Row) -> Consent:
    _, person, text_version, text_hash, scopes, given_at, expires_at, withdrawn_at = row
    return Consent(
        person=person,
        text_version=text_version,
        text_hash=text_hash,
        scopes=frozenset(Scope(each) for each in json.loads(scopes)),
        given_at=read(given_at),
        expires_at=read(expires_at),
        withdrawn_at=read_or_none(withdrawn_at),
    )
