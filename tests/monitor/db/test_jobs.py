"""What is due is done by one, once, however often anybody looks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from monitor.db.jobs import Job

HOUR = timedelta(hours=1)


def test_nothing_is_claimed_before_its_time(world):
    world.state.jobs.ensure_job("sweep", "", world.now + HOUR)

    assert world.state.jobs.claim_job(world.now, world.now + HOUR) is None


def test_what_is_claimed_is_leased(world):
    world.state.jobs.ensure_job("sweep", "", world.now)
    leased = Job(name="sweep", subject="", due_at=world.now, lease_until=world.now + HOUR)

    assert world.state.jobs.claim_job(world.now, world.now + HOUR) == leased
    assert world.state.jobs.claim_job(world.now, world.now + HOUR) is None
    assert world.state.jobs.list_jobs() == (leased,)


def test_of_two_that_claim_at_once_exactly_one_wins(world):
    start = Barrier(2)

    def claim():
        start.wait()
        return world.state.jobs.claim_job(world.now, world.now + HOUR)

    for number in range(20):
        world.state.jobs.ensure_job("digest", str(number), world.now)
        with ThreadPoolExecutor(2) as pool:
            claims = [pool.submit(claim) for _ in range(2)]
        assert [one_claim.result() for one_claim in claims].count(None) == 1


def test_the_work_of_a_holder_that_died_is_free_again(world):
    world.state.jobs.ensure_job("sweep", "", world.now)
    world.state.jobs.claim_job(world.now, world.now + HOUR)

    assert world.state.jobs.claim_job(world.now + HOUR, world.now + 2 * HOUR) is not None


def test_a_new_holder_of_the_folder_takes_up_what_was_leased(world):
    world.state.jobs.ensure_job("sweep", "", world.now)
    world.state.jobs.claim_job(world.now, world.now + HOUR)

    world.state.jobs.release_leases()

    assert world.state.jobs.claim_job(world.now, world.now + HOUR) is not None


def test_the_longest_overdue_comes_first(world):
    world.state.jobs.ensure_job("digest", "later", world.now)
    world.state.jobs.ensure_job("digest", "first", world.now - HOUR)

    claimed = world.state.jobs.claim_job(world.now, world.now + HOUR)

    assert claimed is not None
    assert claimed.subject == "first"


def test_of_many_that_are_due_only_the_one_that_is_claimed_is_read(world, monkeypatch):
    for number in range(20):
        world.state.jobs.ensure_job("digest", str(number), world.now)
    read: list[object] = []
    parse_row = world.state.jobs.parse_row
    monkeypatch.setattr(
        type(world.state.jobs), "parse_row", lambda _, row: read.append(row) or parse_row(row)
    )

    assert world.state.jobs.claim_job(world.now, world.now + HOUR, "digest") is not None

    assert len(read) == 1


def test_only_what_was_named_is_claimed(world):
    world.state.jobs.ensure_job("digest", "", world.now - HOUR)
    world.state.jobs.ensure_job("sweep", "", world.now)

    claimed = world.state.jobs.claim_job(world.now, world.now + HOUR, "sweep", "second-proof")

    assert claimed is not None
    assert claimed.name == "sweep"


def test_a_restart_puts_off_nothing_that_was_missed(world):
    world.state.jobs.ensure_job("sweep", "", world.now)
    world.state.jobs.ensure_job("sweep", "", world.now + 24 * HOUR)

    assert world.state.jobs.list_jobs() == (Job(name="sweep", subject="", due_at=world.now),)


def test_what_is_finished_comes_again_or_is_gone(world):
    for subject in ("weekly", "once"):
        world.state.jobs.ensure_job("digest", subject, world.now)
        world.state.jobs.claim_job(world.now, world.now + HOUR)
    world.state.jobs.finish_job("digest", "weekly", world.now + 168 * HOUR)
    world.state.jobs.finish_job("digest", "once", None)

    assert world.state.jobs.list_jobs() == (
        Job(name="digest", subject="weekly", due_at=world.now + 168 * HOUR),
    )
