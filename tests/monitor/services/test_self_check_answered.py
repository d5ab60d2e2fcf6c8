"""A check that somebody asked for is answered to them, and to nobody else."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from monitor.db.jobs import build_request
from monitor.demo.district import MARIA, ROSA
from monitor.demo.internet import HostMood
from monitor.services.due_jobs import run_due_sweeps, run_requested_checks, take_over_jobs
from monitor.services.job_kinds import run_self_check
from monitor.services.outbox import send_due
from tests.monitor.services.world import Staff, World


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    take_over_jobs(world.app)
    return maria


def test_a_check_that_somebody_waits_for_is_served_and_answered(world: World, maria: Staff):
    request = build_request("check", "request", world.clock.at, maria.id)
    world.state.jobs.insert_request(request)

    run_requested_checks(world.app)
    run_requested_checks(world.app)
    send_due(world.app)

    assert world.state.jobs.find_request("request").done_at == world.clock.at
    assert set(world.state.jobs.load_progress("request").values()) == {"done"}
    (answer,) = maria.emails_of("self-check")
    assert "3 of 3 places checked" in answer.text


def test_a_check_is_answered_to_its_person_and_to_nobody_else(world: World, maria: Staff):
    rosa = world.joins(ROSA)
    send_due(world.app)
    emails = len(world.post.accepted)

    run_self_check(world.app, maria.id)
    send_due(world.app)

    assert len(world.post.accepted) == emails + 1
    assert world.asked_about("marchetti") == []
    assert rosa.findings == {}


def test_a_check_soon_after_a_sweep_asks_no_canary_again(world: World, maria: Staff):
    canaries = []
    world.meanwhile = lambda visit: canaries.extend([] if visit.query.subject else [visit])
    world.sweep()
    asked = len(canaries)
    world.later(hours=23)
    run_self_check(world.app, maria.id)
    assert len(canaries) == asked > 0

    world.later(hours=2)
    run_self_check(world.app, maria.id)

    assert len(canaries) > asked


def test_a_check_that_cannot_check_a_source_says_so(world: World, maria: Staff):
    world.sweep()
    world.internet = world.internet.trouble_host("chalkboard.example", HostMood.BLOCKING)
    world.later(hours=2)
    run_self_check(world.app, maria.id)
    send_due(world.app)

    (answer,) = maria.emails_of("self-check")
    assert "2 of 3 places checked" in answer.text
    assert "Chalkboard has been blocking us" in answer.text


def test_a_check_beside_a_sweep_disturbs_nobody(world: World, maria: Staff):
    rosa = world.joins(ROSA)
    world.later(days=1)
    rounds = world.app
    with ThreadPoolExecutor() as hands:
        sweep, check = (
            hands.submit(partial(run_due_sweeps, rounds)),
            hands.submit(partial(run_self_check, rounds), maria.id),
        )
        sweep.result()
        check.result()

    assert maria.findings
    assert rosa.findings
    assert (maria.told, rosa.told) == ([], [])
    assert world.state.sweeps.list_open_sweeps() == ()
    assert world.gaps() == {}
