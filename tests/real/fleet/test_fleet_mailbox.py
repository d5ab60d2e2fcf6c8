"""Batches and answers in a real PostgreSQL, and procrastinate's jobs: none lost, none twice."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from secrets import randbits

import procrastinate
import psycopg
import pytest
from procrastinate import PsycopgConnector, exceptions, jobs

from monitor.fleet.db.crawl_limits import FleetCrawlLimits
from monitor.fleet.db.engine import LONG_AGO, FencedJobManager
from monitor.fleet.db.mailbox import (
    ASK_QUEUE,
    BATCH_FORMAT,
    KEYLESS_PRIORITY,
    BatchSeal,
    Mailbox,
    SealedAnswer,
    SealedBatch,
)
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.fence import Fence
from monitor.fleet.worker import BatchGuard
from scrapers.crawl.throttle import HostState
from scrapers.http.clock import SystemClock
from scrapers.models import CrawlPriority
from tests.real.fleet.asker import FLEET_KEY
from tests.real.fleet.machines import make_worker

pytestmark = pytest.mark.real

HERE = HostState(host="alpha.example")
QUEUES = [ASK_QUEUE]


class Ended(BaseException):
    """Stands for a process that has ended itself."""


def end() -> None:
    raise Ended


@pytest.fixture
def limits(fleet_address: str) -> Iterator[FleetCrawlLimits]:
    with FleetCrawlLimits.open_address(fleet_address, FLEET_KEY, SystemClock()) as opened:
        yield opened


@pytest.fixture
def mailbox(limits: FleetCrawlLimits) -> Mailbox:
    return Mailbox(limits.connection, limits.hosts)


def send(
    mailbox: Mailbox,
    lock: str,
    priority: CrawlPriority = CrawlPriority.USUAL,
    *,
    waited: bool = False,
) -> int:
    """Send a batch with one query, as a home does; return its id."""
    seal = BatchSeal(seal=FleetSeal(FLEET_KEY), id=randbits(62), district="cedar", lock=lock)
    batch = SealedBatch(
        id=seal.id,
        district="cedar",
        lock=lock,
        day_key="day",
        body=b"sealed",
        permission=seal.permit([0], datetime.now(UTC)),
    )
    mailbox.send_batch(batch, priority, waited=waited)
    return seal.id


def open_seal(batch: SealedBatch) -> BatchSeal:
    return BatchSeal.for_batch(FleetSeal(FLEET_KEY), batch)


def watch(mailbox: Mailbox) -> BatchGuard:
    return BatchGuard(mailbox, Fence(end=end))


def answer(batch: int, number: int, body: bytes = b"answer") -> SealedAnswer:
    return SealedAnswer(batch=batch, number=number, worker="asker", signature=b"signed", body=body)


def count_batches(limits: FleetCrawlLimits) -> int:
    return len(limits.connection.fetch_rows("SELECT id FROM namesake.batches"))


def count_jobs(limits: FleetCrawlLimits, status: str) -> int:
    rows = limits.connection.fetch_rows(
        "SELECT id FROM procrastinate_jobs WHERE status::text = %s", status
    )
    return len(rows)


Work = Callable[[FencedJobManager, int], Awaitable[None]]


def as_machine(address: str, *works: Work) -> None:
    """Do each work as a machine of its own, by turns, all of them open at once."""

    async def do_all() -> None:
        machines = []
        for _ in works:
            connector = PsycopgConnector(conninfo=make_worker(address), min_size=1, max_size=2)
            app = procrastinate.App(connector=connector)
            await app.open_async()
            manager = FencedJobManager(connector, Fence(end=end))
            machines.append((app, manager, await manager.register_worker()))
        try:
            for work, (_, manager, number) in zip(works, machines, strict=True):
                await work(manager, number)
        finally:
            for app, _, _ in machines:
                await app.close_async()

    asyncio.run(do_all())


async def fetch(manager: FencedJobManager, number: int) -> jobs.Job:
    job = await manager.fetch_job(QUEUES, number)
    assert job is not None
    return job


def test_a_batch_and_its_job_are_there_together(limits: FleetCrawlLimits, mailbox: Mailbox) -> None:
    number = send(mailbox, "lock")
    batch = mailbox.load_batch(number)
    rows = limits.connection.fetch_rows("SELECT lock, args, queue_name FROM procrastinate_jobs")

    assert batch is not None
    assert (batch.body, batch.answered) == (b"sealed", [])
    args = {"batch_id": number, "priority": 0}
    assert rows == [{"lock": "lock", "args": args, "queue_name": ASK_QUEUE}]


def test_a_job_that_cannot_be_written_leaves_no_batch(
    limits: FleetCrawlLimits, mailbox: Mailbox
) -> None:
    limits.connection.execute("ALTER TABLE procrastinate_jobs RENAME TO jobs_away")
    with pytest.raises(psycopg.errors.UndefinedTable):
        send(mailbox, "lock")

    assert count_batches(limits) == 0


def test_an_answer_that_comes_twice_counts_once(mailbox: Mailbox) -> None:
    number = send(mailbox, "lock")
    for body in (b"first", b"second"):
        assert mailbox.save_answer(answer(number, 3, body), HERE)

    (found,) = mailbox.read_answers([number])
    assert (found.number, found.body) == (3, b"first")


def test_an_answer_that_was_taken_is_not_asked_again(mailbox: Mailbox) -> None:
    number = send(mailbox, "lock")
    mailbox.save_answer(answer(number, 0), HERE)
    mailbox.take_answers(mailbox.read_answers([number]))

    assert mailbox.read_answers([number]) == []
    batch = mailbox.load_batch(number)
    assert batch is not None
    assert batch.answered == [0]


def test_what_no_one_wants_anymore_is_told_to_whoever_asks(mailbox: Mailbox) -> None:
    number = send(mailbox, "lock")
    mailbox.save_answer(answer(number, 0), HERE)
    mailbox.delete_batches([number])

    assert mailbox.load_batch(number) is None
    assert not mailbox.save_answer(answer(number, 1), HERE)
    assert mailbox.read_answers([number]) == []


def test_the_host_is_remembered_with_the_answer(limits: FleetCrawlLimits, mailbox: Mailbox) -> None:
    number = send(mailbox, "lock")
    mailbox.save_answer(answer(number, 0), HostState(host="alpha.example", failures=2))

    state = limits.hosts.load_host_state("alpha.example")
    assert state is not None
    assert state.failures == 2


def test_one_machine_has_a_host_at_a_time_and_who_waits_for_a_check_goes_first(
    fleet_address: str, mailbox: Mailbox
) -> None:
    sent = [send(mailbox, "lock"), send(mailbox, "lock", CrawlPriority.FIRST)]
    order: list[int] = []

    async def take_both(manager: FencedJobManager, number: int) -> None:
        for _ in range(2):
            job = await fetch(manager, number)
            order.append(job.task_kwargs["batch_id"])
            assert await manager.fetch_job(QUEUES, number) is None
            await manager.finish_job(job, jobs.Status.SUCCEEDED, delete_job=True)

    as_machine(fleet_address, take_both)

    assert order == [sent[1], sent[0]]


def test_that_another_machine_was_faster_at_a_host_ends_no_one(
    limits: FleetCrawlLimits, mailbox: Mailbox, fleet_address: str
) -> None:
    send(mailbox, "lock")
    send(mailbox, "lock")

    async def take_the_second(manager: FencedJobManager, number: int) -> None:
        await fetch(manager, number)
        # As if the other job of this host had not been seen: its id was committed later.
        limits.connection.execute(
            "UPDATE procrastinate_jobs SET lock = 'hidden' WHERE status = 'doing'"
        )
        limits.connection.execute(
            """CREATE FUNCTION show() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                NEW.lock := 'hidden'; RETURN NEW; END $$"""
        )
        limits.connection.execute(
            """CREATE TRIGGER show BEFORE UPDATE ON procrastinate_jobs FOR EACH ROW
            EXECUTE FUNCTION show()"""
        )
        with pytest.raises(exceptions.UniqueViolation):
            await super(FencedJobManager, manager).fetch_job(QUEUES, number)
        assert await manager.fetch_job(QUEUES, number) is None

    as_machine(fleet_address, take_the_second)


@pytest.mark.parametrize("end_it", ["finish", "retry", "unfenced"])
def test_who_was_taken_for_dead_ends_no_job_of_another(
    limits: FleetCrawlLimits, mailbox: Mailbox, fleet_address: str, end_it: str
) -> None:
    send(mailbox, "lock")
    taken: list[jobs.Job] = []

    async def freeze(manager: FencedJobManager, number: int) -> None:
        taken.append(await fetch(manager, number))
        limits.connection.execute(
            """UPDATE procrastinate_workers
            SET last_heartbeat = clock_timestamp() - interval '30 s' WHERE id = %s""",
            number,
        )
        assert mailbox.rescue_jobs(25.0) == 1

    async def take_over(manager: FencedJobManager, number: int) -> None:
        assert (await fetch(manager, number)).id == taken[0].id

    async def thaw(manager: FencedJobManager, _: int) -> None:
        if end_it == "unfenced":
            # The fault of procrastinate itself: once it asks whose job it is, our fence can go.
            plain = super(FencedJobManager, manager)
            await plain.finish_job(taken[0], jobs.Status.SUCCEEDED, delete_job=True)
            return
        ending = (
            manager.finish_job(taken[0], jobs.Status.SUCCEEDED, delete_job=True)
            if end_it == "finish"
            else manager.retry_job(taken[0], retry_at=LONG_AGO)
        )
        with pytest.raises(Ended):
            await ending

    as_machine(fleet_address, freeze, take_over, thaw)

    assert count_jobs(limits, "doing") == (end_it != "unfenced")


def test_a_machine_that_was_given_up_does_not_come_back(
    limits: FleetCrawlLimits, fleet_address: str
) -> None:
    async def come_back(manager: FencedJobManager, number: int) -> None:
        await manager.update_heartbeat(number)
        limits.connection.execute(
            """UPDATE procrastinate_workers
            SET last_heartbeat = clock_timestamp() - interval '30 s' WHERE id = %s""",
            number,
        )
        with pytest.raises(Ended):
            await manager.update_heartbeat(number)

    as_machine(fleet_address, come_back)


def test_the_jobs_of_a_machine_that_lives_are_not_rescued(
    fleet_address: str, mailbox: Mailbox
) -> None:
    send(mailbox, "lock")

    async def live(manager: FencedJobManager, number: int) -> None:
        await fetch(manager, number)
        await manager.update_heartbeat(number)
        assert mailbox.rescue_jobs(25.0) == 0

    as_machine(fleet_address, live)


def test_a_job_that_never_arrived_is_given_back_by_the_second_beat(
    limits: FleetCrawlLimits, mailbox: Mailbox, fleet_address: str
) -> None:
    send(mailbox, "lock")

    async def lose_the_answer(manager: FencedJobManager, number: int) -> None:
        await super(FencedJobManager, manager).fetch_job(QUEUES, number)
        await manager.update_heartbeat(number)
        assert count_jobs(limits, "doing") == 1
        await manager.update_heartbeat(number)
        assert count_jobs(limits, "todo") == 1
        job = await fetch(manager, number)
        await manager.update_heartbeat(number)
        await manager.update_heartbeat(number)
        assert count_jobs(limits, "doing") == 1
        await manager.finish_job(job, jobs.Status.SUCCEEDED, delete_job=True)

    as_machine(fleet_address, lose_the_answer)


def test_a_newer_form_of_batch_waits_for_a_machine_that_can_read_it(
    limits: FleetCrawlLimits, mailbox: Mailbox, fleet_address: str
) -> None:
    old, new = send(mailbox, "old"), send(mailbox, "new")
    newer = f"ask-{BATCH_FORMAT + 1}"
    limits.connection.execute(
        "UPDATE procrastinate_jobs SET queue_name = %s WHERE lock = 'new'", newer
    )

    async def read_what_it_can(manager: FencedJobManager, number: int) -> None:
        job = await fetch(manager, number)
        assert job.task_kwargs["batch_id"] == old
        assert await manager.fetch_job(QUEUES, number) is None

    async def read_both(manager: FencedJobManager, number: int) -> None:
        job = await manager.fetch_job([*QUEUES, newer], number)
        assert job is not None
        assert job.task_kwargs["batch_id"] == new

    as_machine(fleet_address, read_what_it_can, read_both)


def test_what_a_home_permits_anew_counts_for_who_holds_the_batch(mailbox: Mailbox) -> None:
    number = send(mailbox, "lock")
    batch = mailbox.load_batch(number)
    assert batch is not None
    seal, guard = open_seal(batch), watch(mailbox)
    with guard.hold(batch, seal):
        guard.look()
        assert guard.permits(number, 0)
        mailbox.renew_permissions({number: seal.permit([], datetime.now(UTC))})
        guard.look()
        assert not guard.permits(number, 0)


def test_a_sweep_gives_way_to_who_waits_at_its_host_only(mailbox: Mailbox) -> None:
    sweep, other = (mailbox.load_batch(send(mailbox, lock)) for lock in ("here", "there"))
    assert sweep is not None
    assert other is not None
    send(mailbox, "here", CrawlPriority.FIRST)
    guard = watch(mailbox)
    guard.look()

    with guard.hold(sweep, open_seal(sweep)), guard.hold(other, open_seal(other)):
        assert guard.gives_way(sweep, CrawlPriority.USUAL)
        assert not guard.gives_way(sweep, CrawlPriority.FIRST)
        assert not guard.gives_way(other, CrawlPriority.USUAL)


def test_a_batch_that_is_sent_twice_is_there_once(
    limits: FleetCrawlLimits, mailbox: Mailbox
) -> None:
    """The connection may break after it was written, and before that is known."""
    batch = mailbox.load_batch(send(mailbox, "lock"))
    assert batch is not None
    mailbox.send_batch(batch, CrawlPriority.USUAL)

    assert count_batches(limits) == 1
    assert count_jobs(limits, "todo") == 1


def test_what_no_one_came_to_within_an_hour_is_gone_with_its_answers_and_its_job(
    limits: FleetCrawlLimits, mailbox: Mailbox
) -> None:
    old, new = send(mailbox, "lock"), send(mailbox, "lock")
    mailbox.save_answer(answer(old, 1), HERE)
    limits.connection.execute(
        "UPDATE namesake.batches SET at = at - interval '59 minutes' WHERE id = %s", old
    )
    assert mailbox.delete_expired_batches() == 0
    limits.connection.execute(
        "UPDATE namesake.batches SET at = at - interval '1 minute' WHERE id = %s", old
    )

    assert mailbox.delete_expired_batches() == 1
    assert mailbox.load_batch(old) is None
    assert mailbox.read_answers([old]) == []
    assert mailbox.list_known_batches([old, new]) == {new}
    assert count_jobs(limits, "todo") == 1
    assert not mailbox.save_answer(answer(old, 2), HERE)


def test_what_waited_for_its_key_takes_its_place_in_the_queue_again(
    fleet_address: str, mailbox: Mailbox
) -> None:
    sweep = send(mailbox, "lock")
    check = send(mailbox, "lock", CrawlPriority.FIRST)

    async def lack_the_key(manager: FencedJobManager, number: int) -> None:
        job = await fetch(manager, number)
        assert job.task_kwargs["batch_id"] == check
        await manager.retry_job(job, LONG_AGO, priority=KEYLESS_PRIORITY)
        job = await fetch(manager, number)
        assert job.task_kwargs["batch_id"] == sweep
        await manager.retry_job(job, LONG_AGO)
        mailbox.rescue_jobs(25.0)
        assert (await fetch(manager, number)).task_kwargs["batch_id"] == check

    as_machine(fleet_address, lack_the_key)


def test_what_waited_in_vain_goes_before_a_sweep_and_after_a_check(
    fleet_address: str, mailbox: Mailbox
) -> None:
    sweep = send(mailbox, "lock")
    waited = send(mailbox, "lock", waited=True)
    check = send(mailbox, "lock", CrawlPriority.FIRST)
    order = []

    async def work(manager: FencedJobManager, number: int) -> None:
        for _ in range(3):
            job = await fetch(manager, number)
            order.append(job.task_kwargs["batch_id"])
            await manager.finish_job(job, jobs.Status.SUCCEEDED, delete_job=True)

    as_machine(fleet_address, work)
    assert order == [check, waited, sweep]


def test_a_sweep_gives_no_way_to_another_one_that_waited_in_vain(mailbox: Mailbox) -> None:
    send(mailbox, "lock", waited=True)
    assert mailbox.list_urgent_locks() == frozenset()
