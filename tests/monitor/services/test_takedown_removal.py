"""A person has details taken off a page: we show where, record when, and look at it again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from monitor.config.sections import PageSourcesConfig
from monitor.demo.data import DemoPage
from monitor.demo.district import MARIA, ROSA
from monitor.demo.internet import HostMood
from monitor.domain.case import Case
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, LeverKind
from monitor.services import lever_results
from monitor.services.due_jobs import run_due_sweeps
from monitor.services.sweeps import RECHECK
from monitor.services.takedown import build_removal_view, record_removal_step
from reports.pages.takedown import PageSighting
from reports.reason_rendering import render_reason
from tests.monitor.services.world import Staff, World, due_time

PAGE = DemoPage(
    url="http://whereabouts.example/maria-delgado",
    title="Maria Delgado, teacher in Cedar Valley",
    text="Maria Delgado lives at 14 Elm Street, Cedar Valley. Home: 319-555-0134.",
)
HOST = "whereabouts.example"
READING = PageSourcesConfig(
    hits=0, known_page="http://chalkboard.example/", known_feed="http://chalkboard.example/feed"
)
DAY = timedelta(days=1)


def with_pages(world: World) -> World:
    sources = structs.replace(world.config.sources, pages=READING)
    world.restarts(structs.replace(world.config, sources=sources))
    return world


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody whose street and phone number a page shows, and pages may be opened."""
    world = with_pages(world_of("chalkboard", families=("searxng",)))
    world.internet = world.internet.add_entry(PAGE)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def exposure(maria: Staff) -> Case:
    return maria.case(CaseKind.EXPOSED_CONTACT)


def page(maria: Staff):
    return build_removal_view(maria.world.app, maria.id, exposure(maria).id)


def says(maria: Staff, decision: Decision) -> Case:
    return record_removal_step(maria.world.app, maria.id, exposure(maria).id, decision)


def looks(maria: Staff) -> list[str]:
    return [visit.path for visit in maria.world.web.visits if visit.host == HOST]


def asks(maria: Staff) -> None:
    """Ask the site, and let the look at once be done."""
    maria.world.later(hours=5)
    says(maria, Decision.REMOVAL_ASKED)
    run_due_sweeps(maria.world.app)


def waits(maria: Staff, days: int) -> None:
    maria.world.forgets_visits()
    maria.world.clock.at += days * DAY
    run_due_sweeps(maria.world.app)


def test_the_page_says_what_is_shown_and_what_can_be_done(maria: Staff):
    view = page(maria)

    assert "a street address and a phone number" in render_reason(view.shows)
    assert (view.choices, view.looked, view.can_look) == ((Decision.REMOVAL_ASKED,), None, True)
    assert not looks(maria)


def test_how_such_requests_went_here_is_told_on_the_next_page(maria: Staff, monkeypatch):
    monkeypatch.setattr(lever_results, "is_large_enough", lambda _: True)
    monkeypatch.setattr(lever_results, "MIN_PEOPLE_SHOWN", 1)
    monkeypatch.setattr("monitor.domain.lever_results.MIN_PEOPLE_SHOWN", 1)
    asked = says(maria, Decision.REMOVAL_ASKED)
    assert asked.last_lever.lever is LeverKind.OPT_OUT
    assert page(maria).results == ()

    maria.world.state.cases.update_case(replace(asked, gone_at=maria.world.clock.at + 12 * DAY))

    (sentence,) = page(maria).results
    assert render_reason(sentence) == (
        "In this district, a request to remove details worked on whereabouts[.]example 1 of 1 "
        "times, half of them within 12 days."
    )


def test_who_asks_a_site_says_that_the_details_are_theirs(maria: Staff):
    after = says(maria, Decision.REMOVAL_ASKED)

    assert after.state is CaseState.REMOVAL_ASKED
    assert maria.world.state.findings.find_finding_feedback(after.finding_id) is Decision.MINE


def test_the_page_is_looked_at_at_once_and_after_7_and_30_days(maria: Staff):
    asks(maria)
    asked = maria.world.clock.at

    assert looks(maria)
    assert page(maria).looked is PageSighting.THERE
    assert [(at - asked).days for at in page(maria).looks_at] == [7, 30]
    state = maria.world.state
    assert due_time(state, RECHECK, exposure(maria).finding_id) == asked + 7 * DAY
    waits(maria, 7)
    assert looks(maria)
    assert due_time(state, RECHECK, exposure(maria).finding_id) == asked + 30 * DAY
    waits(maria, 23)
    assert looks(maria)
    assert due_time(state, RECHECK, exposure(maria).finding_id) is None
    assert page(maria).looks_at == ()


def test_a_page_that_is_gone_twice_ends_it(maria: Staff):
    asks(maria)
    maria.world.internet = maria.world.internet.remove_entry(PAGE)
    waits(maria, 7)
    assert page(maria).looked is PageSighting.MISSING
    waits(maria, 2)

    assert exposure(maria).state is CaseState.GONE
    assert page(maria).looked is PageSighting.GONE
    maria.world.on_monday()
    assert "it is no longer shown" in maria.emails_of("digest")[-1].text


def test_a_page_that_comes_back_is_asked_about_again(maria: Staff):
    asks(maria)
    whole = maria.world.internet
    maria.world.internet = whole.remove_entry(PAGE)
    waits(maria, 7)
    waits(maria, 2)
    maria.world.internet = whole
    maria.world.a_week_later()
    maria.world.sweep()

    assert exposure(maria).is_undecided


def test_a_site_that_lets_nobody_in_proves_nothing(maria: Staff):
    maria.world.internet = maria.world.internet.trouble_host(HOST, HostMood.BLOCKING)
    asks(maria)
    for _ in range(2):
        waits(maria, 7)

    assert exposure(maria).state is CaseState.REMOVAL_ASKED


def test_what_its_person_sees_gone_is_believed_and_can_be_taken_back(maria: Staff):
    asks(maria)
    says(maria, Decision.REMOVAL_DONE)
    # It is looked at again at once.
    due = due_time(maria.world.state, RECHECK, exposure(maria).finding_id)
    assert due == maria.world.clock.now()
    maria.world.a_week_later()
    maria.world.sweep()
    assert exposure(maria).state is CaseState.REMOVAL_DONE

    says(maria, Decision.REOPENED)
    assert exposure(maria).state is CaseState.REMOVAL_ASKED
    says(maria, Decision.REOPENED)
    assert exposure(maria).state is CaseState.OPEN
    with pytest.raises(InputError, match="Reload the page"):
        says(maria, Decision.REMOVAL_DONE)


@pytest.mark.parametrize("decision", [Decision.HARMLESS, Decision.NAMESAKE])
def test_what_is_not_to_be_removed_has_no_page(maria: Staff, decision: Decision):
    maria.rules(exposure(maria), decision)

    with pytest.raises(InputError, match="Undo that"):
        page(maria)


def test_the_page_of_somebody_else_is_not_there(maria: Staff):
    rosa = maria.world.joins(ROSA)

    with pytest.raises(InputError):
        build_removal_view(maria.world.app, rosa.id, exposure(maria).id)
    with pytest.raises(InputError):
        record_removal_step(maria.world.app, rosa.id, exposure(maria).id, Decision.REMOVAL_ASKED)


def test_nothing_is_looked_at_where_no_source_opens_pages(world: World):
    world.internet = world.internet.add_entry(PAGE)
    maria = world.joins(MARIA)
    world.sweep()
    asks(maria)

    assert not page(maria).can_look
    assert not looks(maria)


def test_nothing_is_looked_at_once_consent_has_ended(maria: Staff):
    says(maria, Decision.REMOVAL_ASKED)
    maria.withdraws()
    maria.world.forgets_visits()
    maria.world.later(days=8)
    run_due_sweeps(maria.world.app)

    assert not looks(maria)


def test_what_a_search_still_lists_is_not_told_as_seen_at_its_address(world: World):
    world.internet = world.internet.add_entry(PAGE)
    maria = world.joins(MARIA)
    world.sweep()
    asks(maria)
    assert page(maria).looked is PageSighting.NOT_YET
    world.a_week_later()
    world.sweep()

    assert page(maria).looked is PageSighting.LISTED


def test_what_its_person_calls_gone_and_is_seen_again_is_told_so(maria: Staff):
    asks(maria)
    maria.world.clock.at += DAY
    says(maria, Decision.REMOVAL_DONE)
    assert page(maria).looked is None
    maria.world.a_week_later()
    maria.world.sweep()

    assert page(maria).looked is PageSighting.THERE


def test_a_known_site_brings_its_own_way_out(maria: Staff):
    state = maria.world.state
    finding = state.findings.load_finding(exposure(maria).finding_id)
    moved = replace(finding.portrait, url="https://www.whitepages.com/maria-delgado")
    state.findings.update_finding(replace(finding, portrait=moved))

    guide = page(maria).guide
    assert (guide.name, guide.opt_out) == (
        "Whitepages",
        "https://www.whitepages.com/privacy/ccpa",
    )
