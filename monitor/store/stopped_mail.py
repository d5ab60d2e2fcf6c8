"""Who wants no weekly letter, and is enrolled all the same."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import DatabaseError
from monitor.store.database import Database
from monitor.store.moment import read, written
from monitor.store.sealing import Sealing

PURPOSE = "stop the weekly letter"


@dataclass(frozen=True, slots=True)
class StoppedMail:
    database: Database
    sealing: Sealing

    def stop(self, person: str, at: datetime) -> None:
        with self.database.write():
            self.database.run(
                "INSERT INTO stopped_mail VALUES (?, ?) ON CONFLICT DO NOTHING",
                person,
                written(at),
            )

    def go_on(self, person: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM stopped_mail WHERE person = ?", person)

    def since(self, person: str) -> datetime | None:
        """Return when they stopped it, None while they get it."""
        found = self.database.row("SELECT at FROM stopped_mail WHERE person = ?", person)
        return None if found is None else read(found[0])

    def token(self, person: str) -> str:
        """Sign a ref for this one purpose; it is worth nothing once the person's key is gone."""
        signature = self.sealing.mark(person, PURPOSE)
        return f"{person}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def bearer(self, token: str) -> str | None:
        """Return whose token it is, None if it is nobody's."""
        person = token.partition(".")[0]
        if self.database.row("SELECT 1 FROM people WHERE ref = ?", person) is None:
            return None
        try:
            right = self.token(person)
        except DatabaseError:
            return None
        return person if hmac.compare_digest(right.encode(), token.encode()) else None
