"""Which machine a district lives on: no other one works on it, even with a copy of its folder.

A lease runs out when its machine is gone, and is still that machine's: a copy elsewhere may be old.
It changes hands where an operator says so, by a move or by a restored backup.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_hex

from monitor.fleet.db.postgres import FleetConnection, FleetCursor

# A machine that is gone for so long may be replaced by another one.
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Where a district lives, as the fleet's database has it.

    `left` is how long its machine holds it; `next_machine` is where it is on its way to.
    """

    district: str
    machine: str
    next_machine: str
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

        With a token it must be known, and the lease of the machine that it left must have run out.
        """

        def claim(connection: FleetCursor) -> Lease | None:
            if token:
                connection.execute(
                    """UPDATE namesake.leases SET machine = %s, session = %s, next_machine = '',
                        until = clock_timestamp() + %s::interval
                    WHERE district = %s AND token = %s AND (machine = %s AND next_machine = ''
                        OR next_machine = %s AND until <= clock_timestamp())""",
                    (self.machine, self.session, LEASE, name, token, self.machine, self.machine),
                )
            else:
                connection.execute(
                    """INSERT INTO namesake.leases AS held (district, machine, session, until)
                    VALUES (%s, %s, %s, clock_timestamp() + %s::interval)
                    ON CONFLICT (district) DO UPDATE
                        SET session = excluded.session, until = excluded.until
                        WHERE held.machine = excluded.machine AND held.next_machine = ''""",
                    (name, self.machine, self.session, LEASE),
                )
            return _read_lease(connection, name)

        return self.connection.run(claim)

    def renew_districts(self, names: Iterable[str]) -> frozenset[str]:
        """Keep districts for another while; return those that are ours indeed."""
        rows = self.connection.fetch_rows(
            """UPDATE namesake.leases SET until = clock_timestamp() + %s::interval
            WHERE machine = %s AND session = %s AND next_machine = '' AND district = ANY(%s)
            RETURNING district""",
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

    def end_leases(self, names: Iterable[str]) -> None:
        """End the leases of processes of this machine that are gone."""
        self.connection.execute(
            """UPDATE namesake.leases SET until = clock_timestamp()
            WHERE machine = %s AND district = ANY(%s) AND until > clock_timestamp()""",
            *(self.machine, list(names)),
        )

    def begin_move(self, name: str, machine: str, token: str) -> Lease | None:
        """Have only `machine` take a district from now on, with this token; return whose it is.

        One that no machine has taken yet is taken for this one first.
        """

        def begin(connection: FleetCursor) -> Lease | None:
            connection.execute(
                """INSERT INTO namesake.leases AS held
                    (district, machine, session, until, next_machine, token)
                VALUES (%s, %s, %s, clock_timestamp(), %s, %s)
                ON CONFLICT (district) DO UPDATE
                    SET next_machine = excluded.next_machine, token = excluded.token
                    WHERE held.machine = excluded.machine""",
                (name, self.machine, self.session, machine, token),
            )
            return _read_lease(connection, name)

        return self.connection.run(begin)

    def cancel_move(self, name: str) -> bool:
        """Let a district stay here; False if it is another machine's by now."""
        return bool(
            self.connection.execute(
                """UPDATE namesake.leases SET next_machine = '', token = ''
                WHERE district = %s AND machine = %s""",
                *(name, self.machine),
            )
        )

    def replace_machine(self, name: str, gone: str) -> Lease | None:
        """Let a district live here whose machine is lost; return whose it is, perhaps still.

        Its lease has run out, or `gone` is that machine: an operator says that it is off for good.
        What is on its way somewhere is newer than any backup, and replaced only with `gone`.
        """

        def replace(connection: FleetCursor) -> Lease | None:
            connection.execute(
                """INSERT INTO namesake.leases AS held (district, machine, session, until)
                VALUES (%s, %s, %s, clock_timestamp() + %s::interval)
                ON CONFLICT (district) DO UPDATE
                    SET machine = excluded.machine, session = excluded.session,
                        until = excluded.until, next_machine = '', token = ''
                    WHERE held.machine = %s OR held.next_machine = ''
                        AND (held.machine = excluded.machine OR held.until <= clock_timestamp())""",
                (name, self.machine, self.session, LEASE, gone),
            )
            return _read_lease(connection, name)

        return self.connection.run(replace)

    def delete_lease(self, name: str) -> None:
        """Forget a district of this machine that is served no more."""
        self.connection.execute(
            """DELETE FROM namesake.leases
            WHERE district = %s AND machine = %s AND next_machine = ''""",
            *(name, self.machine),
        )

    def list_leases(self) -> dict[str, Lease]:
        rows = self.connection.fetch_rows(
            """SELECT district, machine, next_machine, token, until - clock_timestamp() AS left
            FROM namesake.leases"""
        )
        return {row["district"]: Lease(**row) for row in rows}


def _read_lease(connection: FleetCursor, name: str) -> Lease | None:
    found = connection.execute(
        """SELECT district, machine, next_machine, token, until - clock_timestamp() AS left
        FROM namesake.leases WHERE district = %s""",
        (name,),
    ).fetchone()
    return None if found is None else Lease(**found)
