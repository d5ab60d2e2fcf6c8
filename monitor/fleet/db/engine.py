"""procrastinate, but for what would end its worker, or let it do another one's work.

`tests/real/fleet/test_fleet_mailbox.py` shows both with version 3.10: ids that are committed out of
order have two workers pick jobs of one lock, and the loser's worker ends; and a job can be ended by
a worker that has lost it.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, LiteralString

from procrastinate import PsycopgConnector, exceptions, jobs, manager
from procrastinate.retry import BaseRetryStrategy, RetryDecision

if TYPE_CHECKING:
    from monitor.fleet.fence import Fence

LOG = logging.getLogger(__name__)
# An instant that is over on every machine, however wrong its clock is.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
RETRY_SECONDS = 0.5


class RetryAtOnce(BaseRetryStrategy):
    """Puts a batch back that is not through; when it is its turn, its place in the queue says."""

    def get_retry_decision(
        self,
        *,
        exception: BaseException,
        job: jobs.Job,  # noqa: ARG002 - likewise
    ) -> RetryDecision:
        priority: int | None = getattr(exception, "priority", None)
        return RetryDecision(retry_at=LONG_AGO, priority=priority)


# Locked first, and then changed: another machine may be about to take it over.
OWN_JOB: LiteralString = """WITH own AS MATERIALIZED (SELECT id FROM procrastinate_jobs
    WHERE id = %(job_id)s AND status = 'doing' AND worker_id = %(worker_id)s FOR UPDATE) """


class FencedJobManager(manager.JobManager):
    """Takes and ends jobs for one worker of ours."""

    def __init__(self, connector: PsycopgConnector, fence: "Fence") -> None:
        super().__init__(connector)
        self._fence = fence
        self._held: set[int] = set()
        self._strays: set[int] = set()

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> jobs.Job | None:
        """Take a job; that another machine was faster at the same host is no fault."""
        self._fence.check()
        try:
            job = await super().fetch_job(queues, worker_id)
        except exceptions.UniqueViolation:
            LOG.debug("job_taken_by_other")
            return None
        except exceptions.ConnectorException:
            LOG.warning("fleet_database_away")
            return None
        if job is not None and job.id is not None:
            self._held.add(job.id)
        return job

    async def register_worker(self) -> int:
        """Begin to live for the others."""
        began_at = self._fence.clock()
        worker_id = await super().register_worker()
        self._fence.begin(began_at)
        return worker_id

    async def update_heartbeat(self, worker_id: int) -> None:
        """Tell the others that we live, unless they have given us up."""
        began_at = self._fence.clock()
        try:
            known = await self.connector.execute_query_all_async(
                """UPDATE procrastinate_workers SET last_heartbeat = clock_timestamp()
                WHERE id = %(worker_id)s AND last_heartbeat
                    > clock_timestamp() - make_interval(secs => %(dead_after)s) RETURNING id""",
                worker_id=worker_id,
                dead_after=self._fence.dead_after,
            )
            if not known:
                self._fence.lose()
            self._fence.note_beat(began_at)
            await self._give_back_strays(worker_id)
        except exceptions.ConnectorException:
            LOG.warning("fleet_database_away")

    async def finish_job(self, job: jobs.Job, status: jobs.Status, delete_job: bool) -> None:  # noqa: FBT001 - as its base has it
        await self._change_own_job(
            job,
            "SELECT procrastinate_finish_job_v1(id, %(status)s, %(delete_job)s) FROM own",
            status=status.value,
            delete_job=delete_job,
        )

    async def retry_job(
        self,
        job: jobs.Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        await self._change_own_job(
            job,
            """SELECT procrastinate_retry_job_v2(
                id, %(retry_at)s, %(priority)s, %(queue)s, %(lock)s) FROM own""",
            retry_at=retry_at,
            priority=priority,
            queue=queue,
            lock=lock,
        )

    async def _change_own_job(
        self, job: jobs.Job, statement: LiteralString, **values: object
    ) -> None:
        """Change a job until that has worked; whoever lost it meanwhile ends."""
        changed = None
        while changed is None:
            self._fence.check()
            try:
                changed = await self.connector.execute_query_all_async(
                    OWN_JOB + statement, job_id=job.id, worker_id=job.worker_id, **values
                )
            except exceptions.ConnectorException:
                await asyncio.sleep(RETRY_SECONDS)
        if not changed:
            LOG.error("job_lost", extra={"job": job.id})
            self._fence.lose()
        if job.id is not None:
            self._held.discard(job.id)

    async def _give_back_strays(self, worker_id: int) -> None:
        """Give back jobs that were given to us, as far as the database knows, and never came."""
        rows = await self.connector.execute_query_all_async(
            """SELECT id FROM procrastinate_jobs
            WHERE status = 'doing' AND worker_id = %(worker_id)s""",
            worker_id=worker_id,
        )
        before, self._strays = self._strays, {row["id"] for row in rows} - self._held
        for stray in sorted(before & self._strays):
            await self.connector.execute_query_all_async(
                """SELECT procrastinate_retry_job_v2(%(job_id)s, %(retry_at)s, NULL, NULL, NULL)""",
                job_id=stray,
                retry_at=LONG_AGO,
            )
