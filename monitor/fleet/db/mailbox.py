"""Batches of queries on their way to the machines that ask, and answers on their way back.

What is in them, how they are sealed, and where they lie meanwhile. Queries carry names, so a batch
and its answers are sealed under a key of its day. The jobs are procrastinate's: one batch is one
job, and names nothing but the batch.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString, Self

from monitor.app.sources import PortableSources
from monitor.domain.errors import DatabaseError
from monitor.fleet.db.crawl_limits import WRITE_HOST, FleetHostsTable
from monitor.fleet.db.postgres import FleetConnection, FleetCursor
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.fence import CLOCKS_DIFFER_BY, PERMISSION_LASTS
from scrapers.crawl.routing import CrawlQuery, HostManners
from scrapers.crawl.throttle import HostState
from scrapers.models import CrawlPriority, CrawlResult

ASK_TASK = "ask"
# Any number will do that no one else takes.
RESCUE_LOCK = 6_263_735
# A form of batch has a queue of its own: who cannot read it does not see it, and it waits for a
# machine that was upgraded. Machines that ask are upgraded first.
BATCH_FORMAT = 3
ASK_QUEUE = f"ask-{BATCH_FORMAT}"
JOB_PRIORITIES = {CrawlPriority.FIRST: 10, CrawlPriority.USUAL: 0}
# What waits for its key is in no other one's way meanwhile.
KEYLESS_PRIORITY = -1
# What was sent again because no one came to it in time goes before what was sent meanwhile.
WAITED_PRIORITY = 5
# Names and handles are in them, if sealed: whatever becomes of them, they are not there for longer.
BATCH_LASTS = timedelta(hours=1)
# One round trip each: a person may wait for the batch, and an answer is saved for each query.
SEND_BATCH: LiteralString = """WITH batch AS (
        INSERT INTO namesake.batches (id, district, lock, day_key, body, permission)
        VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id, lock
    )
    SELECT id, procrastinate_defer_jobs_v1(ARRAY[ROW(
        %s, %s, %s, lock, NULL, jsonb_build_object('batch_id', id, 'priority', %s::integer), NULL
    )::procrastinate_job_to_defer_v1]) FROM batch"""
SAVE_ANSWER: LiteralString = f"""WITH host AS ({WRITE_HOST})
    SELECT namesake.put_answer(%s, %s, %s, %s, %s) AS wanted"""


# Large enough that a batch costs little, small enough that a sweep has one or two at each host.
BATCH_SIZE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBatch:
    """`answered` need not be asked again. `district` and `lock` are keyed hashes.

    `day_key` names the key that it is sealed with.
    """

    id: int
    district: str
    lock: str
    day_key: str
    body: bytes
    permission: bytes
    answered: Collection[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAnswer:
    """`worker` is who says to have asked, which `signature` proves."""

    batch: int
    number: int
    worker: str
    signature: bytes
    body: bytes

    @property
    def place(self) -> str:
        return name_answer(self.batch, self.number)


def name_answer(batch: int, number: int) -> str:
    """Name what a signature is for: an answer to one query of one batch."""
    return f"answer {batch} {number}"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Used by both sides; threads may share it."""

    connection: FleetConnection
    hosts: FleetHostsTable

    def send_batch(
        self, batch: SealedBatch, priority: CrawlPriority, *, waited: bool = False
    ) -> None:
        """Queue a batch: it and its job are there together, or neither is."""
        place = JOB_PRIORITIES[priority] + waited * WAITED_PRIORITY
        self.connection.fetch_row(
            SEND_BATCH,
            *(batch.id, batch.district, batch.lock, batch.day_key, batch.body, batch.permission),
            *(ASK_QUEUE, ASK_TASK, place, place),
        )

    def renew_permissions(self, permissions: Mapping[int, bytes]) -> None:
        self.connection.execute(
            """UPDATE namesake.batches SET permission = renewed.permission
            FROM unnest(%s::bigint[], %s::bytea[]) AS renewed (id, permission)
            WHERE batches.id = renewed.id""",
            *(list(permissions), list(permissions.values())),
        )

    def read_permissions(self, batches: Iterable[int]) -> dict[int, bytes]:
        rows = self.connection.fetch_rows(
            "SELECT id, permission FROM namesake.read_permissions(%s)", list(batches)
        )
        return {row["id"]: row["permission"] for row in rows}

    def read_answers(self, batches: Iterable[int]) -> list[SealedAnswer]:
        """Return what has been answered since, and not been taken."""
        rows = self.connection.fetch_rows(
            """SELECT batch, n AS number, worker, signature, body FROM namesake.answers
            WHERE batch = ANY(%s) AND body IS NOT NULL ORDER BY batch, n""",
            list(batches),
        )
        return [SealedAnswer(**row) for row in rows]

    def take_answers(self, answers: Iterable[SealedAnswer]) -> None:
        """Empty answers that are safe elsewhere. That they were given stays known."""
        keys = [(answer.batch, answer.number) for answer in answers]
        self.connection.execute(
            """UPDATE namesake.answers SET body = NULL FROM unnest(%s::bigint[], %s::integer[])
                AS taken (batch, n)
            WHERE answers.batch = taken.batch AND answers.n = taken.n""",
            [batch for batch, _ in keys],
            [number for _, number in keys],
        )

    def delete_batches(self, batches: Iterable[int]) -> None:
        """Forget batches with their answers; a job that comes to one finds nothing to do."""
        self.connection.execute("DELETE FROM namesake.batches WHERE id = ANY(%s)", list(batches))

    def list_district_batches(self, district: str) -> list[SealedBatch]:
        """Return what a process that is gone has sent, without the answers that it took."""
        rows = self.connection.fetch_rows(
            """SELECT id, district, lock, day_key, body, permission,
                ARRAY(SELECT n FROM namesake.answers
                    WHERE batch = batches.id AND answers.body IS NULL) AS answered
            FROM namesake.batches WHERE district = %s ORDER BY at""",
            district,
        )
        return [SealedBatch(**row) for row in rows]

    def delete_expired_batches(self) -> int:
        """Forget what no one came to in time, with its answers; who sent it asks again."""
        found = self.connection.fetch_row("SELECT namesake.delete_expired_batches() AS number")
        return int(found["number"]) if found else 0

    def list_known_batches(self, batches: Iterable[int]) -> frozenset[int]:
        rows = self.connection.fetch_rows(
            "SELECT id FROM namesake.batches WHERE id = ANY(%s)", list(batches)
        )
        return frozenset(row["id"] for row in rows)

    def load_batch(self, number: int) -> SealedBatch | None:
        """Return a batch for whoever asks it; None if no one wants it anymore."""
        found = self.connection.fetch_row(
            """SELECT %s::bigint AS id, district, lock, day_key, body, permission, answered
            FROM namesake.load_batch(%s)""",
            *(number, number),
        )
        return None if found is None else SealedBatch(**found)

    def save_answer(self, answer: SealedAnswer, host_state: HostState) -> bool:
        """Write an answer and how its host is to be treated; False if no one wants it anymore.

        It is on the database's disk when this returns: what was asked for is not lost.
        """
        found = self.connection.fetch_row(
            SAVE_ANSWER,
            *self.hosts.list_host_values(host_state),
            *(answer.batch, answer.number, answer.worker, answer.signature, answer.body),
        )
        return found is not None and bool(found["wanted"])

    def list_urgent_locks(self) -> frozenset[str]:
        """Return the hosts for which someone waits who may not: a sweep there gives way."""
        rows = self.connection.fetch_rows(
            """SELECT DISTINCT lock FROM procrastinate_jobs
            WHERE status = 'todo' AND priority >= %s AND lock IS NOT NULL""",
            JOB_PRIORITIES[CrawlPriority.FIRST],
        )
        return frozenset(row["lock"] for row in rows)

    def rescue_jobs(self, dead_after: float) -> int:
        """Give back the jobs of machines that are not heard of; one process at a time does.

        What waited for its key takes its place in the queue again: it may be there by now.
        """

        def retry(connection: FleetCursor) -> int:
            connection.execute("SET LOCAL statement_timeout = '20s'")
            alone = connection.execute(
                "SELECT pg_try_advisory_xact_lock(%s) AS alone", (RESCUE_LOCK,)
            ).fetchone()
            if alone is None or not alone["alone"]:
                return 0
            connection.execute(
                """UPDATE procrastinate_jobs
                SET priority = coalesce((args ->> 'priority')::integer, 0)
                WHERE status = 'todo' AND task_name = %s AND priority = %s""",
                (ASK_TASK, KEYLESS_PRIORITY),
            )
            rows = connection.execute(
                """SELECT procrastinate_retry_job_v2(job.id, '2000-01-01Z', NULL, NULL, NULL)
                FROM procrastinate_jobs AS job
                LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
                WHERE job.status = 'doing' AND job.task_name = %s AND (job.worker_id IS NULL
                    OR worker.last_heartbeat < clock_timestamp() - make_interval(secs => %s))""",
                (ASK_TASK, dead_after),
            ).fetchall()
            return len(rows)

        return self.connection.run(retry)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchBody:
    """A district's queries to one host, and all that is needed to ask them in its name.

    `picture_subjects` are the people who agreed that their profile pictures are compared.
    """

    format: int = BATCH_FORMAT
    sent_at: datetime
    district: str
    contact: str
    sources: PortableSources
    keeps_pages: bool
    picture_subjects: tuple[str, ...]
    manners: HostManners
    priority: CrawlPriority
    queries: tuple[CrawlQuery, ...]

    def __post_init__(self) -> None:
        if self.format != BATCH_FORMAT:
            raise DatabaseError(f"A batch has the form {self.format}: upgrade this machine, too.")

    def is_current(self, now: datetime) -> bool:
        """Tell whether it was sent lately, and not put back by whoever kept a copy."""
        return -CLOCKS_DIFFER_BY <= now - self.sent_at <= BATCH_LASTS + CLOCKS_DIFFER_BY


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBody:
    """One of both: a query's result, or the query, which goes on at another host."""

    result: CrawlResult | None = None
    handed_back: CrawlQuery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Which queries of a batch may be asked, by their numbers, and until when.

    The home renews it as long as it wants answers. So no machine that has it needs to hear of who
    leaves: it is told anew, or it must stop.
    """

    issued_at: datetime
    until: datetime
    numbers: frozenset[int]

    def is_valid(self, now: datetime) -> bool:
        """Tell whether it counts, also if it comes from a machine whose clock is a little off."""
        return self.issued_at - CLOCKS_DIFFER_BY <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSeal:
    """Seals what is about one batch: it counts for that id, district and host alone."""

    seal: FleetSeal
    id: int
    district: str
    lock: str

    @classmethod
    def for_batch(cls, seal: FleetSeal, batch: SealedBatch) -> Self:
        return cls(seal=seal, id=batch.id, district=batch.district, lock=batch.lock)

    def seal_body(self, body: BatchBody) -> bytes:
        return self.seal.encrypt(self._name("batch"), body)

    def open_body(self, blob: bytes) -> BatchBody:
        return self.seal.decrypt(self._name("batch"), blob, BatchBody)

    def permit(self, numbers: Iterable[int], now: datetime) -> bytes:
        permission = Permission(
            issued_at=now, until=now + PERMISSION_LASTS, numbers=frozenset(numbers)
        )
        return self.seal.encrypt(self._name("permission"), permission)

    def open_permission(self, blob: bytes) -> Permission:
        return self.seal.decrypt(self._name("permission"), blob, Permission)

    def seal_answer(self, number: int, answer: AnswerBody) -> bytes:
        return self.seal.encrypt(self._name(f"answer {number}"), answer)

    def open_answer(self, number: int, blob: bytes) -> AnswerBody:
        return self.seal.decrypt(self._name(f"answer {number}"), blob, AnswerBody)

    def _name(self, part: str) -> str:
        return f"{part} {self.id} {self.district} {self.lock}"
