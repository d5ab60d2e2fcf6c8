"""How sources and hosts are doing, and what commands ask of the daemon."""

from dataclasses import replace
from datetime import timedelta

from monitor.db.database import Database
from monitor.db.sources import SourceHealth
from monitor.db.sweeps import CanaryCheck
from monitor.domain.source_trust import SourceTrust, TrustAssessment
from scrapers.crawl.quotas import QuotaUsage
from scrapers.crawl.robots import RobotsRecord
from scrapers.crawl.throttle import HostState, HostStore
from scrapers.models import Outcome, ParseResult

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
    assert world.state.source_health.find_source_health("beta") is None

    for health in (blocked, proven):
        world.state.source_health.save_source_health(health)

    assert world.state.source_health.find_source_health("beta") == proven
    assert world.state.source_health.list_source_health() == (proven,)


def test_a_restart_forgets_no_host(world):
    parked = HostState(
        host="beta.example",
        next_at=world.now,
        parked_until=world.now + HOUR,
        reason="limited",
        failures=2,
    )
    memory: HostStore = world.state.hosts
    memory.save_host_state(HostState(host="beta.example"))
    memory.save_host_state(parked)

    with Database.open_folder(world.folder) as restarted:
        assert restarted.hosts.load_host_state("beta.example") == parked
        assert restarted.hosts.load_host_state("alpha.example") is None
        assert restarted.hosts.list_host_states() == (parked,)


def test_a_restart_forgets_no_file_for_robots(world):
    away = ParseResult(outcome=Outcome.DECLINED, note="robots.txt could not be read")
    closed = RobotsRecord(origin="https://beta.example", until=world.now + HOUR, refusal=away)
    open_ = RobotsRecord(
        origin="https://beta.example", until=world.now + 2 * HOUR, file="User-agent: *"
    )
    for learned in (closed, open_):
        world.state.robots_files.save_robots_file(learned)
    other = replace(closed, origin="https://gamma.example")
    world.state.robots_files.save_robots_file(other)

    with Database.open_folder(world.folder) as restarted:
        assert restarted.robots_files.load_robots_file("https://beta.example") == open_
        assert restarted.robots_files.load_robots_file("https://gamma.example") == other
        assert restarted.robots_files.load_robots_file("http://beta.example") is None


def test_a_file_for_robots_is_forgotten_when_it_ended_or_would_never_end(world):
    for hours in (-1, 0, 1, 24, 25):
        learned = RobotsRecord(origin=f"https://{hours}.example", until=world.now + hours * HOUR)
        world.state.robots_files.save_robots_file(learned)

    world.state.delete_expired_rows(world.now)
    world.state.robots_files.delete_robots_files_after(world.now + 24 * HOUR)

    kept = [file.origin for file in world.state.robots_files.list_robots_files()]
    assert kept == ["https://1.example", "https://24.example"]


def test_a_restart_forgets_nothing_that_was_spent(world):
    spent = QuotaUsage(source="beta", day=world.now.date(), today=2, this_week=7)
    for entry in (replace(spent, today=1, this_week=6), spent):
        world.state.request_quota.save_quota_usage(entry)

    with Database.open_folder(world.folder) as restarted:
        assert restarted.request_quota.load_quota_usage("beta") == spent
        assert restarted.request_quota.load_quota_usage("alpha") is None
        tomorrow = world.now + timedelta(days=1)
        assert restarted.request_quota.load_current_usage("beta", tomorrow).this_week == 7
        assert restarted.request_quota.load_current_usage("beta", tomorrow).today == 0
        assert restarted.request_quota.load_current_usage("alpha", tomorrow).this_week == 0


def test_the_last_that_canaries_came_to_stays(world):
    good = TrustAssessment(status=SourceTrust.PROVEN, outcome=Outcome.ABSENT, probed=True)
    bad = TrustAssessment(
        status=SourceTrust.REFUTED, outcome=Outcome.BLOCKED, note="a wall", probed=True
    )
    checks = world.state.canary_checks
    checks.save_canary_check(CanaryCheck(source="alpha", at=world.now, trust=good))
    checks.save_canary_check(CanaryCheck(source="beta", at=world.now, trust=good))
    latest = CanaryCheck(source="beta", at=world.now + HOUR, trust=bad)
    checks.save_canary_check(latest)

    assert checks.find_canary_check("beta") == latest
    assert checks.find_canary_check("gamma") is None
    assert checks.list_canary_checks_since(world.now + HOUR) == (latest,)
    assert [check.source for check in checks.list_canary_checks_since(world.now)] == [
        "alpha",
        "beta",
    ]
