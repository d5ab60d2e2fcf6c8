"""How each source is doing, what it may still be asked, and the lists an operator brought.

These are things that a restart must not forget. Hosts are sealed, because a host may carry a handle
in its name (`rosa.alpha.example`).
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from monitor.db.connection import Database, Row, Sync, read, read_or_none, written, written_or_none
from monitor.db.encryption import DISTRICT, Sealing
from monitor.db.files import keep
from monitor.errors import CannotWriteError, InputError
from scrapers.http.budget import Spent, standing
from scrapers.http.robots import Learnt
from scrapers.http.throttle import HostState
from scrapers.models import Outcome
from scrapers.sites.catalog import CatalogueError, Entry
from scrapers.sites.importers import Imported, Known, imported


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """`since` is when this outcome began; `retry_at` is None where any time will do.

    `proven_at` is when its canaries last agreed in the field, None for an unproven source.
    """

    source: str
    outcome: Outcome
    since: datetime
    note: str = ""
    retry_at: datetime | None = None
    proven_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    database: Database

    def get(self, source: str) -> SourceHealth | None:
        found = self.database.row("SELECT * FROM health WHERE source = ?", source)
        return None if found is None else _health(found)

    def put(self, health: SourceHealth) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?, ?, ?)",
                health.source,
                health.outcome,
                written(health.since),
                health.note,
                written_or_none(health.retry_at),
                written_or_none(health.proven_at),
            )

    def all(self) -> tuple[SourceHealth, ...]:
        rows = self.database.rows("SELECT * FROM health ORDER BY source")
        return tuple(_health(row) for row in rows)


def _health(row: Row) -> SourceHealth:
    source, outcome, since, note, retry_at, proven_at = row
    return SourceHealth(
        source=source,
        outcome=Outcome(outcome),
        since=read(since),
        note=note,
        retry_at=read_or_none(retry_at),
        proven_at=read_or_none(proven_at),
    )


@dataclass(frozen=True, slots=True)
class Hosts:
    """The lanes' memory (`scrapers.http.throttle.HostMemory`)."""

    database: Database
    sealing: Sealing

    def load(self, host: str) -> HostState | None:
        found = self.database.row(
            "SELECT mark, sealed FROM hosts WHERE mark = ?", self.sealing.mark(DISTRICT, host)
        )
        return None if found is None else self._state(found)

    def save(self, state: HostState) -> None:
        mark = self.sealing.mark(DISTRICT, state.host)
        with self.database.write(Sync.NORMAL):
            self.database.run(
                "INSERT OR REPLACE INTO hosts VALUES (?, ?)",
                mark,
                self.sealing.seal(DISTRICT, _place(mark), state),
            )

    def all(self) -> tuple[HostState, ...]:
        rows = self.database.rows("SELECT mark, sealed FROM hosts ORDER BY rowid")
        return tuple(self._state(row) for row in rows)

    def forget_rested(self, away: datetime, rested: datetime) -> None:
        """Forget who let us in before `rested`, and who kept us away until before `away`."""
        self._forget(lambda each: not _remembered(each, away, rested))

    def forget_naming(self, words: Collection[str]) -> None:
        """Forget every host in whose name one of these words is a label: somebody's handle."""
        self._forget(lambda each: not set(each.host.split(".")).isdisjoint(words))

    def _forget(self, wanted: Callable[[HostState], bool]) -> None:
        with self.database.write():
            for each in filter(wanted, self.all()):
                mark = self.sealing.mark(DISTRICT, each.host)
                self.database.run("DELETE FROM hosts WHERE mark = ?", mark)

    def _state(self, row: Row) -> HostState:
        mark, sealed = row
        return self.sealing.open(DISTRICT, _place(mark), sealed, HostState)


def _remembered(state: HostState, away: datetime, rested: datetime) -> bool:
    if state.parked_until is not None and state.parked_until > away:
        return True
    return state.next_at is not None and state.next_at > rested


def _place(mark: bytes) -> str:
    return f"hosts/{mark.hex()}/sealed"


@dataclass(frozen=True, slots=True)
class RobotsFiles:
    """The lanes' memory (`scrapers.http.robots.RobotsMemory`)."""

    database: Database
    sealing: Sealing

    def load(self, origin: str) -> Learnt | None:
        mark = self.sealing.mark(DISTRICT, origin)
        found = self.database.row("SELECT sealed FROM robots WHERE mark = ?", mark)
        return None if found is None else self._learnt(mark, found[0])

    def save(self, learnt: Learnt) -> None:
        mark = self.sealing.mark(DISTRICT, learnt.origin)
        with self.database.write(Sync.NORMAL):
            self.database.run(
                "INSERT OR REPLACE INTO robots VALUES (?, ?, ?)",
                mark,
                written(learnt.until),
                self.sealing.seal(DISTRICT, _place_of_robots(mark), learnt),
            )

    def all(self) -> tuple[Learnt, ...]:
        rows = self.database.rows("SELECT mark, sealed FROM robots ORDER BY rowid")
        return tuple(self._learnt(mark, sealed) for mark, sealed in rows)

    def forget_outside(self, earliest: datetime, latest: datetime) -> None:
        """Forget what ended, and what a clock that was set back would keep for longer."""
        with self.database.write():
            self.database.run(
                "DELETE FROM robots WHERE until <= ? OR until > ?",
                written(earliest),
                written(latest),
            )

    def forget_naming(self, words: Collection[str]) -> None:
        """Forget the file of every host in whose name one of these words is a label."""
        with self.database.write():
            for each in self.all():
                labels = each.origin.rpartition("/")[2].split(".")
                if not set(labels).isdisjoint(words):
                    mark = self.sealing.mark(DISTRICT, each.origin)
                    self.database.run("DELETE FROM robots WHERE mark = ?", mark)

    def _learnt(self, mark: bytes, sealed: bytes) -> Learnt:
        return self.sealing.open(DISTRICT, _place_of_robots(mark), sealed, Learnt)


def _place_of_robots(mark: bytes) -> str:
    return f"robots/{mark.hex()}/sealed"


@dataclass(frozen=True, slots=True)
class Spending:
    """The lanes' memory (`scrapers.http.budget.SpendingMemory`)."""

    database: Database

    def load(self, source: str) -> Spent | None:
        found = self.database.row(
            "SELECT day, today, this_week FROM spending WHERE source = ?", source
        )
        if found is None:
            return None
        day, today, this_week = found
        return Spent(source=source, day=date.fromisoformat(day), today=today, this_week=this_week)

    def of(self, source: str, now: datetime) -> Spent:
        """Return what of it still counts against the budget."""
        return standing(self.load(source) or Spent(source=source, day=now.date()), now)

    def save(self, spent: Spent) -> None:
        with self.database.write(Sync.NORMAL):
            self.database.run(
                "INSERT OR REPLACE INTO spending VALUES (?, ?, ?, ?)",
                spent.source,
                spent.day.isoformat(),
                spent.today,
                spent.this_week,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Requests of one week to one source; `person` is empty for canaries and for who left."""

    week: str
    person: str
    source: str
    requests: int


@dataclass(frozen=True, slots=True)
class Outlays:
    database: Database

    def add(self, paid: Paid) -> None:
        """Count it, and as nobody's if they were erased meanwhile: it was spent all the same."""
        with self.database.write(Sync.NORMAL):
            self.database.run(
                """INSERT INTO outlays (week, person, source, requests)
                VALUES (?, (SELECT ref FROM people WHERE ref = ?), ?, ?)""",
                paid.week,
                paid.person,
                paid.source,
                paid.requests,
            )

    def of_week(self, week: str) -> tuple[Paid, ...]:
        rows = self.database.rows(
            """SELECT ifnull(person, ''), source, sum(requests) FROM outlays
            WHERE week = ? GROUP BY person, source ORDER BY person, source""",
            week,
        )
        return tuple(
            Paid(week=week, person=person, source=source, requests=requests)
            for person, source, requests in rows
        )

    def forget_before(self, week: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM outlays WHERE week < ?", week)


FOLDER = "catalogues"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptList:
    """`found` is None where the file can no longer be read; `fault` says why."""

    name: str
    found: Imported | None = None
    fault: str = ""

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.found.entries if self.found else ()


@dataclass(frozen=True, slots=True)
class Lists:
    """`state` is the district's folder. A name is that of a file, so it is kept plain."""

    state: Path

    def names(self) -> tuple[str, ...]:
        """Return them in the order in which they were brought in."""
        brought = [(path.stat().st_mtime_ns, path.stem) for path in self._folder.glob("*.json")]
        return tuple(name for _, name in sorted(brought))

    def read(self, name: str) -> bytes:
        """Return the file as it was brought; raises InputError where there is none."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            reason = f"There is no list {name!r}; `namesake sources imported` shows which are."
            raise InputError(reason) from None
        except OSError as error:
            reason = f"{self._path(name)} cannot be read ({error.strerror})."
            raise InputError(reason) from error

    def kept(self, known: Known, but: str = "") -> tuple[KeptList, ...]:
        """Read all `but` one beside what is known: what two of them hold is the first one's."""
        learnt, kept = known.copy(), []
        for name in self.names():
            if name != but:
                kept.append(self._kept(name, learnt))
                learnt.learn(kept[-1].entries)
        return tuple(kept)

    def compared(self, file: str, content: bytes, known: Known, name: str = "") -> Imported:
        """Read a list that is not kept yet, beside what is known and all that are.

        It comes in the place of `name`, else of its form. Raises InputError where it is no list.
        """
        learnt = known.copy()
        try:
            replaced = name or imported(file, content, Known()).form.lower()
            for each in self.kept(known, but=replaced):
                learnt.learn(each.entries)
            return imported(file, content, learnt)
        except CatalogueError as error:
            raise InputError(str(error)) from error

    def keep(self, name: str, content: bytes) -> None:
        """Keep it, in place of one of that name: the old one or the new one, never half of it."""
        keep(self._path(name), content)

    def remove(self, name: str) -> None:
        self.read(name)
        try:
            self._path(name).unlink()
        except OSError as error:
            reason = f"{self._path(name)} cannot be removed ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error

    def _kept(self, name: str, known: Known) -> KeptList:
        try:
            return KeptList(name=name, found=imported(name, self.read(name), known))
        except (CatalogueError, InputError) as error:
            fault = f"The list {name!r} is left out: {error} Bring it in again, or remove it."
            return KeptList(name=name, fault=fault)

    @property
    def _folder(self) -> Path:
        return self.state / FOLDER

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            reason = f"{name!r} cannot name a list: use small letters, digits and hyphens."
            raise InputError(reason)
        return self._folder / f"{name}.json"
