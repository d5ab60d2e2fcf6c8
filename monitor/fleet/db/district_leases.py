"""Which machine a district lives on: no other one works on it, even with a copy of its folder.

A lease runs out when its machine is gone, and is still that machine's: a copy elsewhere may be old.
It changes hands where an operator says so, by a move or by a restored backup.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_hex
from typing import LiteralString

from monitor.fleet.db.postgres import FleetConnection, FleetCursor, FleetRow

# A machine that is gone for so long may be replaced by another one.
LEASE = timedelta(minutes=5)
READ_LEASES: LiteralString = """SELECT district, machine, session = '' AS is_arriving, token,
    until - clock_timestamp() AS left FROM namesake.leases"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Where a district lives, as the fleet's database has it.

    One that `is_arriving` is on its way to its machine, with the folder that has its `token`.
    `left` is how long its machine holds it.
    """

    district: str
    machine: str
    is_arriving: bool
    token: str
    left: timedelta


@dataclass(frozen=True, slots=True)
class LeasesTable:
    """`machine` is the one that asks; `session` is this process of it."""

    connection: FleetConnection
    machine: str
    session: str = field(default_factory=lambda: token_hex(8))

    def claim_district(self, name: str, token: str = "") -> Lease | None:
        """Take a district for a while; return whose it is, which may be another machine.

        A folder on its way here has the token of its move. After a crash, it may still have it.
        """
        if token:
            statement: LiteralString = """UPDATE namesake.leases
                SET session = %(session)s, until = clock_timestamp() + %(lease)s::interval
                WHERE district = %(district)s AND machine = %(machine)s AND token = %(token)s"""
        else:
            statement = """INSERT INTO namesake.leases AS held (district, machine, session, until)
                VALUES (%(district)s, %(machine)s, %(session)s,
                    clock_timestamp() + %(lease)s::interval)
                ON CONFLICT (district) DO UPDATE
                    SET session = excluded.session, until = excluded.until
                    WHERE held.machine = excluded.machine AND held.session <> ''"""
        return self._change_lease(name, statement, token=token)

    def renew_districts(self, names: Iterable[str]) -> frozenset[str]:
        """Keep districts for another while; return those that are ours indeed."""
        rows = self.connection.fetch_rows(
            """UPDATE namesake.leases SET until = clock_timestamp() + %s::interval
            WHERE machine = %s AND session = %s AND district = ANY(%s) RETURNING district""",
            *(LEASE, self.machine, self.session, list(names)),
        )
        return frozenset(row["district"] for row in rows)

    def release_district(self, name: str) -> None:
        """End our lease at once; the district still lives here."""
        self.connection.execute(
            """UPDATE namesake.leases SET until = clock_timestamp()
            WHERE district = %s AND machine = %s AND session = %s AND until > clock_timestamp()""",
            *(name, self.machine, self.session),
        )

    def begin_move(self, name: str, machine: str, token: str) -> Lease | None:
        """Give a district that is closed here to another machine; return whose it is.

        From now on only a folder with this token may be opened, there alone. It may be given to
        yet another one until it is.
        """
        return self._change_lease(
            name,
            """INSERT INTO namesake.leases AS held (district, machine, session, until, token)
            VALUES (%(district)s, %(to)s, '', clock_timestamp(), %(token)s)
            ON CONFLICT (district) DO UPDATE SET machine = excluded.machine, session = '',
                until = excluded.until, token = excluded.token
                WHERE held.machine = %(machine)s AND held.session <> ''
                    OR held.token = excluded.token AND held.session = ''""",
            token=token,
            to=machine,
        )

    def cancel_move(self, name: str, token: str) -> bool:
        """Let a district stay here; False if it is another machine's by now.

        Which process of this machine works on it stays as it is.
        """
        return bool(
            self.connection.execute(
                """UPDATE namesake.leases SET machine = %s, token = '',
                    session = CASE session WHEN '' THEN %s ELSE session END
                WHERE district = %s AND (session = '' AND token = %s
                    OR session <> '' AND machine = %s)""",
                *(self.machine, self.session, name, token, self.machine),
            )
        )

    def replace_machine(self, name: str, gone: str) -> Lease | None:
        """Let a district live here whose machine is lost; return whose it is, perhaps still.

        Its lease has run out, or `gone` is that machine: an operator says that it is off for good.
        What is on its way somewhere is newer than any backup, and replaced only with `gone`.
        """
        return self._change_lease(
            name,
            """INSERT INTO namesake.leases AS held (district, machine, session, until)
            VALUES (%(district)s, %(machine)s, %(session)s, clock_timestamp() + %(lease)s::interval)
            ON CONFLICT (district) DO UPDATE SET machine = excluded.machine,
                session = excluded.session, until = excluded.until, token = ''
                WHERE held.machine = %(gone)s OR held.session <> ''
                    AND (held.machine = excluded.machine OR held.until <= clock_timestamp())""",
            gone=gone,
        )

    def delete_lease(self, name: str) -> None:
        """Forget a district of this machine that is served no more."""
        self.connection.execute(
            "DELETE FROM namesake.leases WHERE district = %s AND machine = %s AND session <> ''",
            *(name, self.machine),
        )

    def list_leases(self) -> dict[str, Lease]:
        rows = self.connection.fetch_rows(READ_LEASES)
        return {row["district"]: Lease(**row) for row in rows}

    def _change_lease(self, name: str, statement: LiteralString, **more: str) -> Lease | None:
        """Change a row if its conditions hold, and return what it is then."""
        own = {"district": name, "machine": self.machine, "session": self.session, "lease": LEASE}

        def change(connection: FleetCursor) -> FleetRow | None:
            connection.execute(statement, {**own, **more})
            return connection.execute(f"{READ_LEASES} WHERE district = %s", (name,)).fetchone()

        found = self.connection.run(change)
        return None if found is None else Lease(**found)
