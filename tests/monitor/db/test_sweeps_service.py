"""How sources and hosts are doing, and what commands ask of the daemon."""

from dataclasses import replace
from datetime import timedelta

from monitor.db.database import State
from monitor.db.sources import SourceHealth
from monitor.db.sweeps import CanaryCheck, RunRequest, SweepKind
from monitor.domain.source_trust import Standing, Trust
from scrapers.http.budget import Spent
from scrapers.http.robots import Learnt
from scrapers.http.throttle import HostMemory, HostState
from scrapers.models import Outcome, Reading

HOUR = timedelta(hours=1)


def test_the_last_word_on_a_source_stays(world):
    blocked = SourceHealth(
        source="beta",
        outcome=Outcome.BLOCKED,
        since=world.now,
        note="asks for a login",
        retry_at=world.now + HOUR,
    )
    proven = replace(blocked, outcome=Outcome.FOUND, note="", retry_at=None, proven_at=world.now)
    assert world.state.health.get("beta") is None

    for health in (blocked, proven):
        world.state.health.put(health)

    assert world.state.health.get("beta") == proven
    assert world.state.health.all() == (proven,)


def test_a_restart_forgets_no_host(world):
    parked = HostState(
        host="beta.example",
        next_at=world.now,
        parked_until=world.now + HOUR,
        reason="limited",
        failures=2,
    )
    memory: HostMemory = world.state.hosts
    memory.save(HostState(host="beta.example"))
    memory.save(parked)

    with State.open(world.folder) as restarted:
        assert restarted.hosts.load("beta.example") == parked
        assert restarted.hosts.load("alpha.example") is None
        assert restarted.hosts.all() == (parked,)


def test_a_restart_forgets_no_file_for_robots(world):
    away = Reading(outcome=Outcome.DECLINED, note="robots.txt could not be read")
    closed = Learnt(origin="https://beta.example", until=world.now + HOUR, refusal=away)
    open_ = Learnt(origin="https://beta.example", until=world.now + 2 * HOUR, file="User-agent: *")
    for learnt in (closed, open_):
        world.state.robots.save(learnt)
    other = replace(closed, origin="https://gamma.example")
    world.state.robots.save(other)

    with State.open(world.folder) as restarted:
        assert restarted.robots.load("https://beta.example") == open_
        assert restarted.robots.load("https://gamma.example") == other
        assert restarted.robots.load("http://beta.example") is None


def test_a_file_for_robots_is_forgotten_when_it_ended_or_would_never_end(world):
    for hours in (-1, 0, 1, 24, 25):
        learnt = Learnt(origin=f"https://{hours}.example", until=world.now + hours * HOUR)
        world.state.robots.save(learnt)

    world.state.robots.forget_outside(world.now, world.now + 24 * HOUR)

    kept = [each.origin for each in world.state.robots.all()]
    assert kept == ["https://1.example", "https://24.example"]


def test_a_restart_forgets_nothing_that_was_spent(world):
    spent = Spent(source="beta", day=world.now.date(), today=2, this_week=7)
    for each in (replace(spent, today=1, this_week=6), spent):
        world.state.spending.save(each)

    with State.open(world.folder) as restarted:
        assert restarted.spending.load("beta") == spent
        assert restarted.spending.load("alpha") is None
        tomorrow = world.now + timedelta(days=1)
        assert restarted.spending.of("beta", tomorrow).this_week == 7
        assert restarted.spending.of("beta", tomorrow).today == 0
        assert restarted.spending.of("alpha", tomorrow).this_week == 0


def test_whoever_waits_for_a_self_check_is_served_before_a_sweep(world):
    rosa = world.enrolled()
    sweep = RunRequest(ref="1", kind=SweepKind.SWEEP, asked_at=world.now)
    check = RunRequest(ref="2", kind=SweepKind.SELFCHECK, person=rosa, asked_at=world.now + HOUR)
    for request in (sweep, check):
        world.state.requests.add(request)

    assert world.state.requests.next_open() == check

    world.state.requests.finish("2", world.now + HOUR, "served")

    assert world.state.requests.next_open() == sweep
    assert world.state.requests.get("2") == replace(check, done_at=world.now + HOUR, note="served")


def test_canaries_are_asked_before_a_sweep_and_name_their_source(world):
    sweep = RunRequest(ref="1", kind=SweepKind.SWEEP, asked_at=world.now)
    canaries = RunRequest(
        ref="2", kind=SweepKind.CANARIES, source="alpha", asked_at=world.now + HOUR
    )
    for request in (sweep, canaries):
        world.state.requests.add(request)

    assert world.state.requests.next_open() == canaries


def test_the_last_that_canaries_came_to_stays(world):
    good = Trust(standing=Standing.PROVEN, outcome=Outcome.ABSENT, probed=True)
    bad = Trust(standing=Standing.REFUTED, outcome=Outcome.BLOCKED, note="a wall", probed=True)
    checks = world.state.canary_checks
    checks.put(CanaryCheck(source="alpha", at=world.now, trust=good))
    checks.put(CanaryCheck(source="beta", at=world.now, trust=good))
    latest = CanaryCheck(source="beta", at=world.now + HOUR, trust=bad)
    checks.put(latest)

    assert checks.get("beta") == latest
    assert checks.get("gamma") is None
    assert checks.since(world.now + HOUR) == (latest,)
    assert [each.source for each in checks.since(world.now)] == ["alpha", "beta"]


def test_the_checks_before_one_are_those_asked_for_earlier_and_not_served(world):
    people = [world.enrolled(name) for name in ("Rosa", "Theo", "Ana")]
    requests = [
        RunRequest(ref=f"{number}", kind=SweepKind.SELFCHECK, person=each, asked_at=world.now)
        for number, each in enumerate(people)
    ]
    for request in requests:
        world.state.requests.add(request)
    world.state.requests.add(RunRequest(ref="all", kind=SweepKind.SWEEP, asked_at=world.now))

    assert [world.state.requests.checks_before(each) for each in requests] == [0, 1, 2]

    world.state.requests.finish("0", world.now)

    assert world.state.requests.checks_before(requests[2]) == 1


def test_progress_is_shown_by_source(world):
    world.state.requests.add(RunRequest(ref="1", kind=SweepKind.SWEEP, asked_at=world.now))
    for state in ("waiting", "asking"):
        world.state.requests.put_progress("1", "alpha", state)
    world.state.requests.put_progress("1", "beta", "blocked")

    assert world.state.requests.progress("1") == {"alpha": "asking", "beta": "blocked"}


def test_a_request_goes_with_its_person_and_its_progress_with_it(world):
    rosa = world.enrolled()
    world.state.requests.add(
        RunRequest(ref="1", kind=SweepKind.SELFCHECK, person=rosa, asked_at=world.now)
    )
    world.state.requests.put_progress("1", "alpha", "asking")

    world.state.people.erase(rosa)
    world.state.requests.put_progress("1", "alpha", "done")

    assert world.state.requests.get("1") is None
    assert world.state.requests.progress("1") == {}


def test_a_served_request_can_be_forgotten(world):
    world.state.requests.add(RunRequest(ref="1", kind=SweepKind.SWEEP, asked_at=world.now))
    world.state.requests.remove("1")

    assert world.state.requests.all() == ()
    assert world.state.requests.next_open() is None
