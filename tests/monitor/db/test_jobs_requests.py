"""What somebody asked for and waits for."""

from dataclasses import replace
from datetime import timedelta

from monitor.db.jobs import build_request

HOUR = timedelta(hours=1)
# In the order of their declarations.
NAMES = ("check", "canaries", "sweep")


def claim(world):
    at = world.now + 3 * HOUR
    return world.state.jobs.claim_job(at, at + HOUR, *NAMES)


def finish(world, job, note=""):
    world.state.jobs.finish_request(job.subject, world.now + HOUR, note)


def test_whoever_waits_is_served_before_what_nobody_waits_for(world):
    rosa = world.enrolled()
    world.state.jobs.ensure_job("sweep", "", world.now)
    sweep = build_request("sweep", "1", world.now + HOUR)
    canaries = build_request("canaries", "2", world.now + HOUR, source="alpha")
    check = build_request("check", "3", world.now + 2 * HOUR, rosa)
    for request in (sweep, canaries, check):
        world.state.jobs.insert_request(request)

    claimed = [claim(world) for _ in range(4)]
    assert [(job.name, job.subject) for job in claimed] == [
        *(("check", "3"), ("canaries", "2"), ("sweep", "1"), ("sweep", "")),
    ]
    assert claimed[1].source == "alpha"
    assert claim(world) is None


def test_what_failed_is_tried_after_what_did_not_and_its_fault_is_remembered(world):
    first, second = (build_request("check", number, world.now) for number in ("1", "2"))
    for request in (first, second):
        world.state.jobs.insert_request(request)
    failed = claim(world)
    assert failed.subject == "1"
    world.state.jobs.postpone_failed_job(failed, failed.due_at, "BusyError")

    assert claim(world).subject == "2"
    assert (claim(world).subject, failed.attempts) == ("1", 0)
    again = world.state.jobs.find_request("1")
    assert (again.attempts, again.fault, again.asked_at) == (1, "BusyError", world.now)


def test_what_is_done_stays_for_who_waits_and_is_done_by_no_one_again(world):
    request = build_request("check", "1", world.now, world.enrolled())
    world.state.jobs.insert_request(request)
    assert world.state.jobs.list_open_requests() == (request,)

    finish(world, claim(world), "given up")

    done = replace(request, done_at=world.now + HOUR, note="given up")
    assert world.state.jobs.find_request("1") == done
    assert claim(world) is None
    assert world.state.jobs.list_jobs() == world.state.jobs.list_open_requests() == ()


def test_the_checks_before_one_are_those_asked_for_earlier_and_not_served(world):
    people = [world.enrolled(name) for name in ("Rosa", "Theo", "Ana")]
    requests = [
        build_request("check", f"{number}", world.now, person)
        for number, person in enumerate(people)
    ]
    for request in requests:
        world.state.jobs.insert_request(request)
    world.state.jobs.insert_request(build_request("sweep", "all", world.now))

    assert [world.state.jobs.count_checks_before(run_request) for run_request in requests] == [
        0,
        1,
        2,
    ]

    world.state.jobs.finish_request("0", world.now)

    assert world.state.jobs.count_checks_before(requests[2]) == 1


def test_progress_is_shown_by_source(world):
    world.state.jobs.insert_request(build_request("sweep", "1", world.now))
    for state in ("waiting", "asking"):
        world.state.jobs.save_progress("1", "alpha", state)
    world.state.jobs.save_progress("1", "beta", "blocked")

    assert world.state.jobs.load_progress("1") == {"alpha": "asking", "beta": "blocked"}


def test_a_request_goes_with_its_person_and_its_progress_with_it(world):
    rosa = world.enrolled()
    world.state.jobs.insert_request(build_request("check", "1", world.now, rosa))
    world.state.jobs.save_progress("1", "alpha", "asking")

    world.state.people.erase_person(rosa)
    world.state.jobs.save_progress("1", "alpha", "done")

    assert world.state.jobs.find_request("1") is None
    assert world.state.jobs.load_progress("1") == {}


def test_a_served_request_can_be_forgotten(world):
    world.state.jobs.insert_request(build_request("sweep", "1", world.now))
    world.state.jobs.finish_request("1", world.now)

    world.state.delete_expired_rows(world.now + timedelta(days=1))

    assert world.state.jobs.list_requests() == ()
    assert world.state.jobs.list_open_requests() == ()
