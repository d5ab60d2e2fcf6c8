"""How a fleet is, as its database has it: read for metrics and for `doctor`."""

from datetime import UTC, datetime, timedelta

from monitor.fleet.db.leases import LEASE
from monitor.fleet.db.mailbox import ASK_TASK, JOB_PRIORITIES
from monitor.fleet.db.memories import FleetMemories
from monitor.fleet.db.postgres import FleetCursor
from monitor.fleet.health import FleetState
from scrapers.crawl.sharing import compute_allowance, format_utc_week
from scrapers.models import CrawlPriority

# What most sites want between two requests; of a site that this process has asked it is known.
USUAL_PAUSE = 5.0
FULL = 0.9
WHO_WAITS = {False: "sweep", True: "check"}


def read_fleet_state(memories: FleetMemories) -> FleetState:
    """Raise UnavailableError where the database cannot be reached."""
    return memories.connection.run(lambda connection: _read_state(connection, memories))


def _read_state(connection: FleetCursor, memories: FleetMemories) -> FleetState:
    now = datetime.now(UTC)
    clock = connection.execute("SELECT clock_timestamp() AS now").fetchone()
    counts = {
        row["name"]: int(row["number"])
        for row in connection.execute("SELECT name, number FROM namesake.counters").fetchall()
    }
    parked = connection.execute(
        "SELECT count(*) AS number FROM namesake.hosts WHERE parked_until > clock_timestamp()"
    ).fetchone()
    used = _read_host_weeks(connection, memories, now)
    return FleetState(
        server_version=connection.info.server_version,
        clock_off=now - clock["now"] if clock else timedelta(),
        jobs=_count_jobs(connection),
        oldest_jobs=_read_oldest_jobs(connection),
        workers=tuple(
            row["age"]
            for row in connection.execute(
                "SELECT clock_timestamp() - last_heartbeat AS age FROM procrastinate_workers"
            ).fetchall()
        ),
        machines=_read_machines(connection),
        parked_hosts=int(parked["number"]) if parked else 0,
        busiest_host=max(used, default=0.0),
        full_hosts=sum(week >= FULL for week in used),
        rescued=counts.get("rescued", 0),
        expired=counts.get("expired", 0),
        sent_again=counts.get("sent again", 0),
    )


def _count_jobs(connection: FleetCursor) -> dict[str, int]:
    rows = connection.execute(
        """SELECT status::text AS status, count(*) AS number FROM procrastinate_jobs
        WHERE task_name = %s GROUP BY status""",
        (ASK_TASK,),
    ).fetchall()
    return {"todo": 0, "doing": 0, **{row["status"]: int(row["number"]) for row in rows}}


def _read_oldest_jobs(connection: FleetCursor) -> dict[str, timedelta]:
    rows = connection.execute(
        """SELECT job.priority >= %s AS urgent, clock_timestamp() - min(batch.at) AS age
        FROM procrastinate_jobs AS job
        JOIN namesake.batches AS batch ON batch.id = (job.args ->> 'batch_id')::bigint
        WHERE job.task_name = %s AND job.status = 'todo' GROUP BY urgent""",
        (JOB_PRIORITIES[CrawlPriority.FIRST], ASK_TASK),
    ).fetchall()
    return {WHO_WAITS[row["urgent"]]: row["age"] for row in rows}


def _read_machines(connection: FleetCursor) -> dict[str, timedelta]:
    """Return when machines were heard of: a lease is renewed to its whole length."""
    rows = connection.execute(
        """SELECT machine, clock_timestamp() - max(until) AS over FROM namesake.leases
        GROUP BY machine"""
    ).fetchall()
    return {row["machine"]: max(row["over"] + LEASE, timedelta()) for row in rows}


def _read_host_weeks(
    connection: FleetCursor, memories: FleetMemories, now: datetime
) -> tuple[float, ...]:
    """Return which part of its week each site has had."""
    rows = connection.execute(
        """SELECT host, sum(asked) AS asked FROM namesake.host_shares
        WHERE week = %s GROUP BY host""",
        (format_utc_week(now),),
    ).fetchall()
    get_pause = memories.directory.get_pause
    return tuple(
        int(row["asked"]) / compute_allowance(get_pause(row["host"], USUAL_PAUSE), 1.0)
        for row in rows
    )
