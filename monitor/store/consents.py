"""Every word about consent, in the order it was said: lines are appended, never changed."""

import json
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.consent import Act, Channel, Consent, Scope
from monitor.store.database import Database, Row
from monitor.store.moment import read, read_or_none, written, written_or_none


@dataclass(frozen=True, slots=True)
class Consents:
    database: Database

    def append(self, consent: Consent) -> None:
        with self.database.write():
            self.database.run(
                """INSERT INTO consents (person, text_version, text_hash, scopes,
                given_at, expires_at, withdrawn_at, act, channel, at, paused_from, paused_until)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                consent.person,
                consent.text_version,
                consent.text_hash,
                json.dumps(sorted(consent.scopes)),
                written(consent.given_at),
                written(consent.expires_at),
                written_or_none(consent.withdrawn_at),
                consent.act,
                consent.channel,
                written_or_none(consent.at),
                written_or_none(consent.paused_from),
                written_or_none(consent.paused_until),
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
        """Tell whether someone's consent is in force: they may be written to, though not asked."""
        latest = self.latest(ref)
        return latest is not None and latest.live(now)

    def asks(self, ref: str, now: datetime) -> bool:
        """Tell whether anything may be asked, settled or told on someone's behalf now."""
        latest = self.latest(ref)
        return latest is not None and latest.asks(now)

    def live(self, now: datetime) -> tuple[str, ...]:
        """Return whose consent is in force, in the order of their enrolment."""
        return tuple(each.person for each in self.standing() if each.live(now))

    def asking(self, now: datetime) -> tuple[str, ...]:
        """Return who may be asked about now: a pause lets a consent in force rest."""
        return tuple(each.person for each in self.standing() if each.asks(now))

    def standing(self) -> tuple[Consent, ...]:
        """Return the last line of everybody's, in the order of their enrolment."""
        rows = self.database.rows(
            """SELECT consents.* FROM consents JOIN people ON people.ref = consents.person
            WHERE seq IN (SELECT max(seq) FROM consents GROUP BY person) ORDER BY people.rowid"""
        )
        return tuple(map(_consent, rows))


def _consent(row: Row) -> Consent:
    _, person, text_version, text_hash, scopes, given_at, expires_at, withdrawn_at = row[:8]
    act, channel, at, paused_from, paused_until = row[8:]
    return Consent(
        person=person,
        text_version=text_version,
        text_hash=text_hash,
        scopes=frozenset(Scope(each) for each in json.loads(scopes)),
        given_at=read(given_at),
        expires_at=read(expires_at),
        withdrawn_at=read_or_none(withdrawn_at),
        act=Act(act),
        channel=Channel(channel),
        at=read_or_none(at),
        paused_from=read_or_none(paused_from),
        paused_until=read_or_none(paused_until),
    )
