"""A private contact is gone once the address that showed it proves so twice, two days apart."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.demo import fake_bluesky as appview
from monitor.demo.data import DemoPage
from monitor.demo.district import MARIA
from monitor.demo.internet import HostMood
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, Severity, Side
from monitor.services.due_jobs import run_due_sweeps
from monitor.services.finding_history import build_finding_timeline
from monitor.services.purge import purge_expired_data
from reports.reason_rendering import render_reason
from tests.monitor.services.world import Staff, World, account

URL = "https://bsky.app/profile/mariadelgado.skies.example"
OWN = account("maria")
SHOWN = replace(OWN, bio="Science teacher. Text me at 319-555-0134!")
HIDDEN = replace(OWN, bio="Science teacher. Text me!")
TWO_DAYS = timedelta(days=2)
CLEARED = ("cleared", URL)


@pytest.fixture
def maria(world_of: Callable[..., World]) -> Staff:
    """Somebody whose own account shows a phone number, and who was told so."""
    world = world_of(families=("bluesky", "searxng"))
    world.internet = world.internet.remove_entry(OWN).add_entry(SHOWN)
    maria = world.joins(MARIA)
    world.sweep()
    world.on_monday()
    assert case(maria).state is CaseState.OPEN
    return maria


def case(maria: Staff):
    return maria.case(CaseKind.EXPOSED_CONTACT)


def takes_it_out(maria: Staff) -> None:
    maria.world.internet = maria.world.internet.remove_entry(SHOWN).add_entry(HIDDEN)


def puts_it_back(maria: Staff) -> None:
    maria.world.internet = maria.world.internet.remove_entry(HIDDEN).add_entry(SHOWN)


def proves_once(maria: Staff) -> None:
    """Let the weekly sweep pass."""
    maria.world.later(days=6)
    run_due_sweeps(maria.world.app)


def proves_again(maria: Staff) -> None:
    maria.world.clock.at += TWO_DAYS
    run_due_sweeps(maria.world.app)


def second_proofs(maria: Staff):
    return [due.due_at for due in maria.world.state.jobs.list_jobs() if due.name == "second-proof"]


def test_one_proof_closes_nothing_and_asks_again_two_days_later(maria: Staff):
    takes_it_out(maria)
    proves_once(maria)

    assert case(maria).state is CaseState.OPEN
    assert CLEARED not in maria.told
    assert second_proofs(maria) == [maria.world.clock.at + TWO_DAYS]


def test_the_second_proof_closes_it_without_waiting_for_the_next_sweep(maria: Staff):
    takes_it_out(maria)
    proves_once(maria)
    maria.world.forgets_visits()
    proves_again(maria)

    assert {query.host for query in maria.world.asked if "mariadelgado" in query.query} == {
        appview.HOST
    }
    assert (case(maria).state, case(maria).ruled_at) == (CaseState.GONE, maria.world.clock.at)
    assert maria.told.count(CLEARED) == 1
    assert second_proofs(maria) == []


def test_the_digest_tells_once_that_it_is_gone_and_asks_no_more(maria: Staff):
    takes_it_out(maria)
    proves_once(maria)
    proves_again(maria)
    maria.world.on_monday()
    maria.world.on_monday()

    first, told, after = maria.emails_of("digest")[-3:]
    assert "A phone number appears next to your name" in first.text
    assert "Two checks, days apart, agree that it is no longer shown. Closed on" in told.text
    assert "STILL WAITING" not in told.text.upper()
    assert "shown no longer" not in after.text


def test_its_end_stands_in_the_log_and_in_the_timeline(maria: Staff):
    takes_it_out(maria)
    proves_once(maria)
    proves_again(maria)

    rows = [row for row in maria.world.state.audit.list_entries() if row.action == "closed"]
    assert [row.subject for row in rows] == [case(maria).id]
    finding = maria.findings[URL]
    words = [entry.word for entry in build_finding_timeline(maria.world.app, maria.id, finding.id)]
    assert words[-1] == "cleared"


def test_what_is_back_before_the_second_proof_was_never_gone(maria: Staff):
    takes_it_out(maria)
    proves_once(maria)
    puts_it_back(maria)
    proves_again(maria)
    assert case(maria).state is CaseState.OPEN

    takes_it_out(maria)
    proves_once(maria)
    assert case(maria).state is CaseState.OPEN


@pytest.mark.parametrize("trouble", [HostMood.BLOCKING, HostMood.DOWN])
def test_a_second_visit_that_fails_is_no_second_proof(maria: Staff, trouble: str):
    world = maria.world
    takes_it_out(maria)
    proves_once(maria)
    open_to_all = world.internet
    world.internet = open_to_all.trouble_host(appview.HOST, trouble)
    proves_again(maria)
    assert case(maria).state is CaseState.OPEN

    world.internet = open_to_all
    world.a_week_later()
    world.sweep()
    assert case(maria).state is CaseState.GONE


def test_what_vanishes_whole_shows_nothing_any_more(maria: Staff):
    maria.world.internet = maria.world.internet.remove_entry(SHOWN)
    proves_once(maria)
    assert case(maria).state is CaseState.OPEN
    proves_again(maria)

    assert maria.told[-1] == ("vanished", URL)
    assert case(maria).state is CaseState.GONE
    maria.world.a_week_later()
    maria.world.sweep()
    assert case(maria).state is CaseState.GONE


def test_what_comes_and_goes_and_is_gone_shows_nothing_any_more(maria: Staff):
    world = maria.world
    shown = world.internet
    for internet in (shown.remove_entry(SHOWN), shown) * 2 + (shown.remove_entry(SHOWN),):
        world.internet = internet
        world.sweep()
        world.clock.at += TWO_DAYS
        world.sweep()

    assert ("flapping", URL) in maria.told
    assert maria.told[-1] == CLEARED
    assert (case(maria).state, case(maria).ruled_at) == (CaseState.GONE, world.clock.at)


def test_what_a_finding_that_is_gone_has_left_open_closes_within_the_day(maria: Staff):
    """Versions before told nobody of the end of what keeps coming and going, and closed nothing."""
    left = case(maria)
    purge_expired_data(maria.world.app)
    assert case(maria) == left
    maria.world.internet = maria.world.internet.remove_entry(SHOWN)
    proves_once(maria)
    purge_expired_data(maria.world.app)
    assert case(maria) == left
    proves_again(maria)
    maria.world.state.cases.update_case(left)

    purge_expired_data(maria.world.app)

    assert (case(maria).state, case(maria).ruled_at) == (CaseState.GONE, maria.world.clock.at)
    assert maria.world.state.audit.find_last_entry_of_action("closed").at == maria.world.clock.at


def test_what_is_shown_again_is_told_anew(maria: Staff):
    takes_it_out(maria)
    proves_once(maria)
    proves_again(maria)
    maria.world.on_monday()
    puts_it_back(maria)
    proves_once(maria)

    again = case(maria)
    assert (again.state, again.notified_at) == (CaseState.NEW, None)
    maria.world.on_monday()
    assert "A phone number appears next to your name" in maria.emails_of("digest")[-1].text
    assert again.id == case(maria).id


def test_proof_ends_what_its_person_says_is_theirs(maria: Staff):
    maria.rules(case(maria), Decision.MINE)
    takes_it_out(maria)
    proves_once(maria)
    proves_again(maria)

    assert case(maria).state is CaseState.GONE
    assert case(maria).get_verdict(Side.PERSON) is Decision.MINE


def test_nobody_can_take_back_what_nobody_has_said(maria: Staff):
    takes_it_out(maria)
    proves_once(maria)
    proves_again(maria)

    with pytest.raises(InputError, match="no decision on this case"):
        maria.rules(case(maria), Decision.REOPENED)


def test_a_search_engine_that_shows_it_no_longer_proves_nothing(world: World):
    page = DemoPage(
        url="http://people-finder.example/maria-delgado",
        title="Maria Delgado, teacher in Cedar Valley",
        text="Maria Delgado lives in Cedar Valley. Home: 319-555-0134.",
    )
    world.internet = world.internet.add_entry(page)
    maria = world.joins(MARIA)
    world.sweep()
    world.internet = world.internet.remove_entry(page).add_entry(
        replace(page, text="Maria Delgado lives in Cedar Valley.")
    )
    for _ in range(3):
        world.a_week_later()
        world.sweep()

    assert case(maria).is_undecided
    assert not any(kind == "cleared" for kind, _ in maria.told)


def test_a_kind_that_is_gone_leaves_the_case_about_the_others(maria: Staff):
    both = replace(OWN, bio="Science teacher. Text me at 319-555-0134 or maria@gmail.com!")
    maria.world.internet = maria.world.internet.remove_entry(SHOWN).add_entry(both)
    proves_once(maria)
    assert case(maria).relation == "phone mail"
    mail_only = replace(OWN, bio="Science teacher. Write to maria@gmail.com!")
    maria.world.internet = maria.world.internet.remove_entry(both).add_entry(mail_only)
    maria.world.later(days=7)
    run_due_sweeps(maria.world.app)
    proves_again(maria)

    assert (case(maria).relation, case(maria).severity) == ("mail", Severity.LOW)
    assert case(maria).is_undecided
    assert "phone" not in " ".join(map(render_reason, case(maria).reasons))
