"""Which letters went out, in a file beside the database.

Where the database is restored from a backup, letters wait in it that went out long since. This
file is in no backup and is never replaced by one, so it still knows.
"""

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from monitor.errors import CannotWriteError
from monitor.store.whole_file import PRIVATE, put

LOG = logging.getLogger(__name__)
# Older letters are told apart by their weeks: nothing makes one of a week that is long over.
KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmark:
    """`letter` is the letter's own part of its Message-ID; `body_hash` is of its text."""

    letter: str
    day: date
    body_hash: str


class Postmarks:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, Postmark] | None = None

    def of(self, letter: str) -> Postmark | None:
        return self._marks().get(letter)

    def add(self, letters: Iterable[str], at: datetime, body_hash: str) -> None:
        """Remember, whatever the disk says: the letters are out."""
        day = at.date()
        new = [Postmark(letter=each, day=day, body_hash=body_hash) for each in letters]
        self._marks().update({each.letter: each for each in new})
        try:
            _append(self.path, "".join(map(_line, new)))
        except OSError as error:
            LOG.warning("%s cannot be written to (%s); a restore would repeat.", self.path, error)

    def forget_before(self, now: datetime) -> None:
        """Leave out what is too old to be repeated; to be called by whoever holds the folder.

        Raises CannotWriteError, and forgets nothing then.
        """
        oldest = now.date() - KEPT
        kept = {key: mark for key, mark in self._marks().items() if mark.day >= oldest}
        if len(kept) == len(self._marks()):
            return
        put(self.path, "".join(map(_line, kept.values())).encode("ascii"), PRIVATE)
        self._known = kept

    def _marks(self) -> dict[str, Postmark]:
        if self._known is None:
            self._known = {each.letter: each for each in map(_read, self._lines()) if each}
        return self._known

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text("ascii", "replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            # A letter that waits costs less than one that is sent again, or given up for this.
            reason = f"{self.path} cannot be read ({error.strerror}): check its disk and rights."
            raise CannotWriteError(reason) from error


def _append(path: Path, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(file, "w", encoding="ascii") as lines:
        # What a crash left half written ends here, and is no mark.
        lines.write(f"\n{text}")
        lines.flush()
        os.fsync(lines.fileno())


def _line(mark: Postmark) -> str:
    return f"{mark.day.isoformat()} {mark.letter} {mark.body_hash}\n"


def _read(line: str) -> Postmark | None:
    match line.split():
        case [day, letter, body_hash]:
            try:
                return Postmark(letter=letter, day=date.fromisoformat(day), body_hash=body_hash)
            except ValueError:
                return None
    return None
