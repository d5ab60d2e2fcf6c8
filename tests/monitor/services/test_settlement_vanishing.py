"""What is gone is told only after two proofs, and what comes back is known again."""

from datetime import timedelta

import pytest

from monitor.demo.data import DemoProfile
from monitor.demo.district import MARIA
from monitor.demo.internet import HostMood
from monitor.domain.finding import Presence
from monitor.domain.vocabulary import CaseKind, Decision, Severity
from monitor.services.answers import record_feedback
from monitor.services.due_jobs import run_due_sweeps
from monitor.services.outbox import send_due
from scrapers.models import Outcome
from tests.monitor.services.world import World, profile

SITE = "http://chalkboard.example/t/mariadelgado"
PROFILE = profile("chalkboard", "mariadelgado")
TWO_DAYS = timedelta(days=2)


@pytest.fixture
def world(world_of) -> World:
    return world_of("chalkboard")


def goes(world: World) -> None:
    world.internet = world.internet.remove_entry(PROFILE)


def comes(world: World) -> None:
    world.internet = world.internet.add_entry(PROFILE)


def second_proofs(world: World):
    return [due.due_at for due in world.state.jobs.list_jobs() if due.name == "second-proof"]


def test_one_proof_of_absence_tells_nothing_and_asks_again_two_days_later(world):
    maria = world.joins(MARIA)
    world.sweep()
    goes(world)
    world.a_week_later()

    assert world.sweep() == []
    assert maria.findings[SITE].presence is Presence.MISSING
    assert second_proofs(world) == [world.clock.at + TWO_DAYS]


def test_the_second_proof_makes_it_vanish_without_waiting_for_the_next_sweep(world):
    maria = world.joins(MARIA)
    world.sweep()
    goes(world)
    world.a_week_later()
    world.sweep()

    world.clock.at += TWO_DAYS
    world.forgets_visits()
    run_due_sweeps(world.app)

    assert maria.told == [("vanished", SITE)]
    assert maria.findings[SITE].presence is Presence.GONE
    assert {
        f"http://{query.host}{query.path}" for query in world.asked if "maria" in query.path
    } == {SITE}
    assert second_proofs(world) == []
    assert world.sweep() == []


def test_an_own_account_that_is_gone_is_flagged_and_told_at_once(world):
    maria = world.joins(MARIA)
    world.sweep()
    goes(world)
    world.a_week_later()
    world.sweep()
    world.clock.at += TWO_DAYS
    run_due_sweeps(world.app)
    send_due(world.app)

    case = maria.case(CaseKind.OWN_ACCOUNT_CHANGED)
    assert case.severity is Severity.HIGH
    (alert,) = maria.emails_of("alert")
    assert "Your account is gone" in alert.text


def test_a_sweep_before_two_days_are_over_is_no_second_proof(world):
    maria = world.joins(MARIA)
    world.sweep()
    goes(world)
    world.later(days=1)
    world.sweep()
    world.later(days=1)

    assert world.sweep() == []
    assert maria.findings[SITE].presence is Presence.MISSING


@pytest.mark.parametrize("trouble", [HostMood.BLOCKING, HostMood.DOWN, HostMood.VAGUE])
def test_a_second_visit_that_fails_is_no_second_proof(world, trouble):
    maria = world.joins(MARIA)
    world.sweep()
    goes(world)
    world.a_week_later()
    world.sweep()
    gone = world.internet
    world.internet = gone.trouble_host("chalkboard.example", trouble)
    world.clock.at += TWO_DAYS

    run_due_sweeps(world.app)

    assert maria.told == []
    world.internet = gone
    world.a_week_later()
    assert world.sweep() == [("Maria", "vanished", SITE)]


def test_what_is_back_before_the_second_proof_was_never_gone(world):
    maria = world.joins(MARIA)
    world.sweep()
    goes(world)
    world.a_week_later()
    world.sweep()
    comes(world)
    world.clock.at += TWO_DAYS

    run_due_sweeps(world.app)

    assert maria.told == []
    assert maria.findings[SITE].presence is Presence.PRESENT


def vanishes(world: World) -> None:
    goes(world)
    world.later(days=1)
    world.sweep()
    world.clock.at += TWO_DAYS
    world.sweep()


def test_what_comes_back_is_told_as_such_and_keeps_its_ruling(world):
    maria = world.joins(MARIA)
    world.sweep()
    finding = maria.findings[SITE]
    record_feedback(world.app, maria.id, {finding.id: Decision.NAMESAKE})
    vanishes(world)
    comes(world)
    world.a_week_later()

    assert world.sweep() == [("Maria", "reappeared", SITE)]
    assert maria.findings[SITE].id == finding.id
    assert maria.findings[SITE].first_seen == finding.first_seen
    assert world.state.findings.find_finding_feedback(finding.id) is Decision.NAMESAKE


def test_what_comes_and_goes_is_called_flapping_once_and_then_left_alone(world):
    maria = world.joins(MARIA)
    world.sweep()

    for _ in range(4):
        vanishes(world)
        comes(world)
        world.later(days=1)
        world.sweep()

    assert [kind for kind, _ in maria.told] == ["vanished", "reappeared", "vanished", "flapping"]


def test_leaving_a_result_list_is_no_event(world_of):
    world = world_of(families=("searxng",))
    maria = world.joins(MARIA)
    world.sweep()
    before = maria.findings.keys()
    for page in world.internet.traces.pages:
        if "staff" in page.url:
            world.internet = world.internet.remove_entry(page)

    for _ in range(3):
        world.a_week_later()
        assert world.sweep() == []
    assert maria.findings.keys() == before
    assert second_proofs(world) == []


def test_a_source_that_would_lose_most_of_its_findings_at_once_is_held(world):
    handles = tuple(f"mariateaches{number}" for number in range(6))
    profiles = [
        DemoProfile(site="chalkboard", handle=handle, name="Maria Delgado") for handle in handles
    ]
    maria = world.joins(MARIA, handles=handles)
    for demo_profile in profiles:
        world.internet = world.internet.add_entry(demo_profile)
    world.sweep()
    full = world.internet
    for demo_profile in profiles:
        world.internet = world.internet.remove_entry(demo_profile)

    world.a_week_later()
    assert world.sweep() == []
    assert world.gaps() == {"chalkboard": Outcome.UNREADABLE}
    assert {finding.presence for finding in maria.findings.values()} == {Presence.PRESENT}

    world.internet = full
    world.a_week_later()
    assert world.sweep() == []
    assert world.gaps() == {}


def test_a_source_that_loses_a_few_findings_is_believed(world):
    maria = world.joins(MARIA)
    world.sweep()
    goes(world)
    world.a_week_later()
    world.sweep()

    assert world.gaps() == {}
    assert maria.findings[SITE].presence is Presence.MISSING
