"""How a fleet is, as its database has it: read for metrics and for `doctor`."""

from datetime import UTC, datetime, timedelta

from monitor.fleet.db.batch_mailbox import ASK_TASK, JOB_PRIORITIES
from monitor.fleet.db.district_leases import LEASE
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.health import FleetState
from scrapers.models import CrawlPriority


def read_fleet_state(connection: FleetConnection) -> FleetState:
    """Raise UnavailableError where the database cannot be reached."""
    clock_off = datetime.now(UTC) - connection.read_clock()
    jobs = connection.fetch_rows(
        """SELECT status::text AS status, count(*) AS number FROM procrastinate_jobs
        WHERE task_name = %s GROUP BY status""",
        ASK_TASK,
    )
    oldest = connection.fetch_rows(
        """SELECT job.priority >= %s AS urgent, clock_timestamp() - min(batch.at) AS age
        FROM procrastinate_jobs AS job
        JOIN namesake.batches AS batch ON batch.id = (job.args ->> 'batch_id')::bigint
        WHERE job.task_name = %s AND job.status = 'todo' GROUP BY urgent""",
        *(JOB_PRIORITIES[CrawlPriority.FIRST], ASK_TASK),
    )
    workers = connection.fetch_rows(
        "SELECT clock_timestamp() - last_heartbeat AS age FROM procrastinate_workers"
    )
    # A lease is renewed to its whole length.
    machines = connection.fetch_rows(
        """SELECT machine, clock_timestamp() - max(until) + %s::interval AS age
        FROM namesake.leases GROUP BY machine""",
        LEASE,
    )
    return FleetState(
        server_version=connection.run(lambda cursor: cursor.info.server_version),
        clock_off=clock_off,
        jobs={"todo": 0, "doing": 0, **{row["status"]: int(row["number"]) for row in jobs}},
        oldest_jobs={"check" if row["urgent"] else "sweep": row["age"] for row in oldest},
        workers=tuple(row["age"] for row in workers),
        machines={row["machine"]: max(row["age"], timedelta()) for row in machines},
    )
