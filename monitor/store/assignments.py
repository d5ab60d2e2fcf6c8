"""Which reviewer has taken which flag."""

from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database
from monitor.store.moment import read, written
from monitor.store.owner import owner_of_flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """`reviewer` is an opaque ref."""

    flag: str
    reviewer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Assignments:
    database: Database

    def of(self, flag: str) -> Assignment | None:
        found = self.database.row("SELECT flag, reviewer, at FROM assignments WHERE flag = ?", flag)
        if found is None:
            return None
        return Assignment(flag=found[0], reviewer=found[1], at=read(found[2]))

    def put(self, assignment: Assignment) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO assignments VALUES (?, ?, ?, ?)",
                assignment.flag,
                owner_of_flag(self.database, assignment.flag),
                assignment.reviewer,
                written(assignment.at),
            )

    def drop(self, flag: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM assignments WHERE flag = ?", flag)
