"""Which machine works on a district: no two do, even if both have a copy of its folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from monitor.db.fleet.postgres import FleetConnection

# A machine that is gone for so long may be replaced by another one.
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class LeasesTable:
    """`machine` is the one that asks; its own leases it always gets again."""

    connection: FleetConnection
    machine: str

    def claim_district(self, name: str) -> str:
        """Take a district for a while; return whose it is, which may be another machine."""
        found = self.connection.fetch_row(
            """INSERT INTO namesake.leases AS held (district, machine, until)
            VALUES (%s, %s, clock_timestamp() + %s::interval)
            ON CONFLICT (district) DO UPDATE SET
                machine = CASE WHEN held.until <= clock_timestamp() THEN excluded.machine
                    ELSE held.machine END,
                until = CASE WHEN held.until <= clock_timestamp()
                    OR held.machine = excluded.machine THEN excluded.until ELSE held.until END
            RETURNING machine""",
            name,
            self.machine,
            LEASE,
        )
        return str(found["machine"]) if found else ""

    def renew_districts(self, names: Iterable[str]) -> frozenset[str]:
        """Keep districts for another while; return those that are ours indeed."""
        rows = self.connection.fetch_rows(
            """UPDATE namesake.leases SET until = clock_timestamp() + %s::interval
            WHERE machine = %s AND district = ANY(%s) RETURNING district""",
            LEASE,
            self.machine,
            list(names),
        )
        return frozenset(row["district"] for row in rows)

    def release_district(self, name: str) -> None:
        """Let another machine have it at once."""
        self.connection.execute(
            "DELETE FROM namesake.leases WHERE district = %s AND machine = %s", name, self.machine
        )

    def list_machines(self) -> dict[str, str]:
        """Return the machine of each district that one works on."""
        rows = self.connection.fetch_rows(
            "SELECT district, machine FROM namesake.leases WHERE until > clock_timestamp()"
        )
        return {row["district"]: row["machine"] for row in rows}
