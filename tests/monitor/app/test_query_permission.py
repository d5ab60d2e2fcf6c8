"""Consent is read where things happen: before a query, before settling, before sending."""

import pytest

from monitor.demo.district import BASIC_SCOPES, JOHN, MARIA, ROSA
from monitor.domain.students.matching import UNFLAGGED
from monitor.domain.vocabulary import Scope
from monitor.services.consent_terms import render_district_terms
from monitor.services.digests import queue_weekly_digest
from monitor.services.job_kinds import run_self_check
from monitor.services.outbox import send_due
from scrapers.http.fetch_limits import FetchLimits
from tests.monitor.services.fakes import FakeMatcher
from tests.monitor.services.world import World


def knows_nothing_of(world: World, ref: str) -> bool:
    state = world.state
    return not (
        state.findings.list_findings_of_person(ref)
        or state.events.list_events_of_person(ref, world.started)
        or state.queries.list_queries_of_person(ref)
    )


def test_nothing_is_asked_after_consent_is_withdrawn(world: World):
    maria = world.joins(MARIA)
    maria.withdraws()

    world.sweep()

    assert world.asked_about("maria") == []
    assert knows_nothing_of(world, maria.id)


def test_nothing_is_asked_after_consent_ran_out(world: World):
    maria = world.joins(MARIA)
    world.later(days=365)

    world.sweep()

    assert world.asked_about("maria") == []
    assert knows_nothing_of(world, maria.id)


def test_nothing_more_is_asked_once_consent_is_withdrawn_in_the_middle(world: World):
    maria = world.joins(MARIA)
    seen = []

    def leave(visit):
        if visit.query.subject and not seen:
            maria.withdraws()
            seen.extend(world.asked_about("maria"))

    world.meanwhile = leave
    assert world.sweep() == []

    # One query a host may have been under way when the answer came.
    assert len(world.asked_about("maria")) <= len(seen) + 3
    assert knows_nothing_of(world, maria.id)


def test_others_are_asked_though_somebody_leaves_in_the_middle(world: World):
    maria, john = world.joins(MARIA), world.joins(JOHN)

    def leave(visit):
        if visit.query.subject == maria.id and world.state.consents.find_latest_consent(
            maria.id
        ).is_active(world.clock.at):
            maria.withdraws()

    world.meanwhile = leave
    world.sweep()

    assert knows_nothing_of(world, maria.id)
    assert john.findings
    assert world.gaps() == {}


def test_a_sweep_goes_on_though_somebody_is_erased_in_the_middle(world: World):
    john, maria = world.joins(JOHN), world.joins(MARIA)

    def leave_for_good(visit):
        if visit.query.subject and maria.id in world.state.people.list_person_ids():
            maria.withdraws()
            world.writes()

    world.meanwhile = leave_for_good
    world.sweep()

    assert maria.id not in world.state.people.list_person_ids()
    assert john.findings
    assert world.gaps() == {}


@pytest.mark.parametrize("erased_at_query", [1, 4])
def test_a_check_ends_in_peace_though_its_person_is_erased_meanwhile(world: World, erased_at_query):
    maria = world.joins(MARIA)
    queries = []

    def leave_for_good(visit):
        queries.append(visit)
        if len(queries) == erased_at_query:
            maria.withdraws()
            world.writes()

    world.meanwhile = leave_for_good
    run_self_check(world.app, maria.id)

    assert maria.id not in world.state.people.list_person_ids()
    assert world.state.sweeps.list_open_sweeps() == ()


# A source settles with its last answer: a canary, and four handles.
LAST = 5


def test_what_was_answered_is_dropped_if_consent_ends_before_it_settles(world_of):
    world = world_of("chalkboard")
    maria = world.joins(MARIA)
    last = []

    def leave_at_the_end(visit):
        last.append(visit)
        if len(last) == LAST:
            maria.withdraws()

    world.meanwhile = leave_at_the_end
    world.sweep()

    assert len(last) == LAST
    assert knows_nothing_of(world, maria.id)
    assert world.state.cases.list_cases_of_person(maria.id) == ()


def test_what_was_found_is_not_sent_if_consent_ended_since(world: World):
    maria = world.joins(MARIA)
    world.sweep()
    queue_weekly_digest(world.app, maria.id)
    maria.withdraws()

    send_due(world.app)

    assert {email.envelope.kind for email in maria.emails} == {"invitation", "withdrawn"}


def test_a_scope_that_was_not_agreed_to_is_not_asked(world: World):
    maria = world.joins(MARIA, scopes=frozenset({Scope.PROFILES}))

    world.sweep()

    assert not [
        query for query in world.asked if "Delgado" in query.query and "searx" in query.host
    ]
    assert world.asked_about("mariadelgado")
    assert maria.findings


def test_no_contacts_are_read_of_whoever_did_not_agree_to_that(world: World):
    world.matcher = FakeMatcher(says=UNFLAGGED)
    world.joins(ROSA, read=True, scopes=BASIC_SCOPES)

    world.sweep()

    # The network's own are asked for, to see whether it lists any.
    lists = world.asked_about("getFollow")
    assert [address for address in lists if "actor=skies.example" not in address] == []
    assert world.matcher.shown == []


def test_contacts_are_read_of_whoever_agreed_to_that(world: World):
    world.matcher = FakeMatcher(says=UNFLAGGED)
    world.joins(ROSA, read=True)

    world.sweep()

    assert {query.rpartition("?")[0] for query in world.asked_about("getFollow")} == {
        "appview.example/xrpc/app.bsky.graph.getfollows",
        "appview.example/xrpc/app.bsky.graph.getfollowers",
    }


def test_no_contacts_are_read_where_the_district_has_not_turned_that_on(world: World):
    world.joins(ROSA, read=True)

    world.sweep()

    assert world.asked_about("getFollow") == []


def test_who_left_shows_in_nobody_elses_email(world: World):
    """That a query was skipped for want of consent says that somebody left."""
    maria, john = world.joins(MARIA), world.joins(JOHN)

    def leave(visit):
        if visit.query.subject == maria.id:
            world.meanwhile = lambda _visit: None
            maria.withdraws()

    world.meanwhile = leave
    world.sweep()
    world.on_monday()

    (digest,) = john.emails_of("digest")
    assert "agrees" not in digest.text
    assert "3 of 3 places checked" in digest.text


def test_people_are_told_which_engines_learn_their_names(world_of):
    world = world_of(families=("searxng",))

    assert "The search engines we ask are: SearXNG." in render_district_terms(world.app)


def test_what_is_under_way_when_somebody_leaves_is_over_within_a_minute():
    """Nothing more is asked, and one query takes no longer than this."""
    limits = FetchLimits()

    assert limits.connect_seconds + limits.total_seconds < 60
