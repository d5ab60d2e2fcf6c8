"""Which accounts show one picture, counted over the district: what many show is nobody's own."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.domain.item import Item
from monitor.store.database import Database
from monitor.store.sealing import DISTRICT, Sealing


@dataclass(frozen=True, slots=True)
class Pictures:
    """Prints and accounts stand as marks under the district's key, so that people share them."""

    database: Database
    sealing: Sealing

    def note(self, item: Item) -> None:
        """Keep the mark of the picture that an account shows now, or none."""
        shown = item.portrait
        with self.database.write():
            self.database.run("DELETE FROM pictures WHERE item = ?", item.ref)
            if shown.picture_print:
                self.database.run(
                    "INSERT INTO pictures (item, person, picture, account) VALUES (?, ?, ?, ?)",
                    item.ref,
                    item.person,
                    self.sealing.mark(DISTRICT, shown.picture_print),
                    self.sealing.mark(DISTRICT, shown.account or shown.key),
                )

    def bearers(self, picture_print: str, besides: Iterable[str]) -> int:
        """Count the accounts that show it, but for some items: a person's own accounts."""
        left_out = set(besides)
        rows = tuple(
            self.database.rows(
                "SELECT item, account FROM pictures WHERE picture = ?",
                self.sealing.mark(DISTRICT, picture_print),
            )
        )
        own = {account for item, account in rows if item in left_out}
        return len({account for _, account in rows} - own)
