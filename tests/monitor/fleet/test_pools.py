"""Pools of threads work on many districts, and give way to who waits."""

import threading

from monitor.fleet.pools import WorkerPool
from monitor.scheduler.job_scheduler import HUNG_AFTER_SECONDS, Liveness
from tests.monitor.supervised import PATIENCE, SetClock


def test_a_thread_of_a_pool_that_shows_no_life_is_named_by_its_key():
    entered, over, clock = threading.Event(), threading.Event(), SetClock()
    liveness = Liveness(clock)

    def hang(_name: str) -> None:
        liveness.register_worker()
        entered.set()
        over.wait(PATIENCE)

    pool = WorkerPool("checks", 1, hang, str)
    pool.submit("cedar")
    entered.wait(PATIENCE)
    assert pool.list_hung_keys(liveness) == ()
    clock.pass_by(HUNG_AFTER_SECONDS)

    assert pool.list_hung_keys(liveness) == ("cedar",)
    over.set()
    assert pool.wait_until_idle(PATIENCE)
    pool.stop()


def test_of_one_key_a_pool_works_on_one_finding_at_once():
    working: list[str] = []
    most: list[int] = []

    def send(name: str) -> None:
        working.append(name)
        most.append(len(working))
        working.remove(name)

    pool = WorkerPool("mail", 3, send, lambda _: "smtp.example:587")
    for name in ("birch", "cedar", "maple"):
        pool.submit(name)

    assert pool.wait_until_idle(PATIENCE)
    assert most == [1, 1, 1]
    pool.stop()


def test_no_finding_of_a_pool_waits_for_another_while_there_may_be_more_threads():
    met: list[str] = []
    both = threading.Barrier(2)

    def meet(name: str) -> None:
        if name != "alder":
            both.wait(PATIENCE)
            met.append(name)

    pool = WorkerPool("checks", 2, meet, str)
    pool.submit("alder")
    assert pool.wait_until_idle(PATIENCE)
    # One thread waits now, and cannot wake before both are queued.
    with pool._condition:  # noqa: SLF001 - its lock
        pool.submit("birch")
        pool.submit("cedar")

    assert pool.wait_until_idle(PATIENCE)
    assert sorted(met) == ["birch", "cedar"]
    pool.stop()
