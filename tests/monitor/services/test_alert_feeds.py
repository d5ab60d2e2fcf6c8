"""A feed that a person pasted is read in each check, and its address stays a secret."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.demo.district import BETH, MARIA
from monitor.demo.response import build_html_response
from monitor.domain.case import FlaggedFindings
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.vocabulary import ConsentChannel, Scope
from monitor.services.alert_feeds import (
    FOREIGN_FEED,
    MOST_FEEDS,
    add_alert_feed,
    lacks_search_engine,
    list_alert_searches,
    remove_alert_feed,
)
from monitor.services.consent_renewal import drop_consent_scopes
from monitor.services.data_export import export_person_data
from monitor.services.query_planning import build_query_outlook
from scrapers.models import Outcome
from scrapers.search.alerts import FEED_IS_GONE, NO_FEED, build_feed_id
from tests.monitor.services.alert_service import FEED, OTHER_FEED, TOKEN, AlertService, with_alerts
from tests.monitor.services.world import Staff, World

MURAL = ("Mural by Maria Delgado", "https://courier.example/mural", "Maria Delgado paints")
COPY = ("Maria Delgado (@maria.delgado.x)", "https://www.instagram.com/maria.delgado.x/", "")
STRANGER = ("Ottoline Zzyzx wins", "https://courier.example/zzyzx", "Ottoline Zzyzx")


@pytest.fixture
def world(world_of) -> World:
    world = world_of(families=("chalkboard",))
    world.restarts(with_alerts(world.config))
    return world


@pytest.fixture
def service(world: World) -> AlertService:
    service = AlertService(world.web.web)
    world.web.web = service
    return service


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    add_alert_feed(world.app, maria.id, FEED)
    return maria


def feeds_of(staff: Staff):
    return staff.world.state.people.load_person(staff.id).alert_feeds


def test_what_an_alert_found_is_matched_and_judged_like_a_search_result(world, service, maria):
    service.shows(FEED, MURAL, STRANGER)
    world.sweep()
    world.a_week_later()
    service.shows(FEED, COPY, MURAL, STRANGER)

    told = world.sweep()

    assert ("Maria", "appeared", COPY[1]) in told
    assert {MURAL[1], COPY[1]} <= set(maria.findings)
    assert STRANGER[1] not in maria.findings
    (feed,) = feeds_of(maria)
    assert (feed.read_at, feed.fault) == (world.clock.at, "")
    health = world.state.source_health.find_source_health("alerts")
    assert health.proven_at == world.clock.at


def test_what_a_new_feed_finds_first_is_in_the_next_email_as_found_now(world, service, maria):
    service.shows(FEED, MURAL)
    world.sweep()
    world.on_monday()
    world.a_week_later()
    add_alert_feed(world.app, maria.id, OTHER_FEED)
    service.shows(OTHER_FEED, COPY)

    told = world.sweep()
    world.on_monday()

    assert ("Maria", "found-now", COPY[1]) in told
    digest = maria.emails_of("digest")[-1]
    assert "nothing new" not in digest.email.subject.lower()
    assert digest.text.count("Found now, the first time we asked.") == 1
    world.a_week_later()
    world.sweep()
    world.on_monday()
    assert "first time we asked" not in maria.emails_of("digest")[-1].text


def test_it_is_read_once_in_each_sweep_and_at_its_own_service_alone(world, service, maria):
    service.shows(FEED, MURAL)
    world.forgets_visits()

    world.sweep()

    assert [query.host for query in world.asked if TOKEN in query.path] == ["searx.example"]


def test_a_deleted_alert_is_told_to_its_person_and_to_no_one_else(world, service, maria):
    beth = world.joins(BETH)
    add_alert_feed(world.app, beth.id, OTHER_FEED)
    service.shows(FEED, MURAL)
    service.shows(OTHER_FEED)
    world.sweep()
    world.a_week_later()
    service.deletes(FEED)

    world.sweep()

    assert [feed.fault for feed in feeds_of(maria)] == [FEED_IS_GONE]
    assert [feed.fault for feed in feeds_of(beth)] == [""]
    assert MURAL[1] in maria.findings
    assert "alerts" not in world.gaps()

    service.shows(FEED, MURAL)
    world.a_week_later()
    world.sweep()

    assert [feed.fault for feed in feeds_of(maria)] == [""]


def test_a_page_in_place_of_a_feed_is_told_as_that(world, service, maria):
    service.instead = build_html_response("<!doctype html><title>Alerts</title><h1>Alerts</h1>")

    world.sweep()

    assert [feed.fault for feed in feeds_of(maria)] == [NO_FEED]


def test_a_service_that_is_down_is_a_gap_and_no_fault_of_the_feed(world, service, maria):
    service.instead = build_html_response("<!doctype html><title>Busy</title>", status=503)

    world.sweep()

    assert world.gaps()["alerts"] == "failed"
    assert [feed.fault for feed in feeds_of(maria)] == [""]


@pytest.mark.parametrize(
    "foreign",
    ["", "maria", "https://www.google.com/alerts", "http://evil.example/alerts/feeds/1/2"],
)
def test_a_foreign_address_is_refused_in_plain_words_and_not_stored(world, foreign):
    maria = world.joins(MARIA)

    with pytest.raises(InputError) as told:
        add_alert_feed(world.app, maria.id, foreign)

    assert str(told.value) == FOREIGN_FEED
    assert feeds_of(maria) == ()


def test_the_same_feed_is_stored_once_and_there_is_an_end_to_them(world, maria):
    add_alert_feed(world.app, maria.id, FEED)
    assert len(feeds_of(maria)) == 1

    for number in range(1, MOST_FEEDS):
        add_alert_feed(world.app, maria.id, f"{FEED}{number}")
    with pytest.raises(InputError):
        add_alert_feed(world.app, maria.id, OTHER_FEED)


def test_the_address_is_in_no_file_no_log_no_audit_and_no_plan(world, service, maria, caplog):
    caplog.set_level(logging.DEBUG)
    service.shows(FEED, MURAL)
    world.sweep()
    world.writes()

    outlooks = build_query_outlook(world.app, maria.id, "2026-W50")
    audit = world.state.audit.list_entries_of_subjects((maria.id,))
    files = [path for path in Path(world.config.state).rglob("*") if path.is_file()]

    assert files
    assert not any(TOKEN.encode() in file.read_bytes() for file in files)
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(outlooks) + repr(audit)
    assert TOKEN not in repr(feeds_of(maria))
    assert any(build_feed_id(FEED) in term for outlook in outlooks for term in outlook.terms)
    assert "alert-feed-added" in {entry.action for entry in audit}


def test_a_removed_feed_is_forgotten_with_what_only_it_had_found(world, service, maria):
    service.shows(FEED, MURAL)
    world.sweep()
    world.forgets_visits()

    remove_alert_feed(world.app, maria.id, build_feed_id(FEED))
    world.a_week_later()
    world.sweep()

    assert feeds_of(maria) == ()
    assert MURAL[1] not in maria.findings
    assert not any(TOKEN in query.path for query in world.asked)


def test_without_consent_to_search_engines_no_feed_is_read_or_stored(world, service, maria):
    service.shows(FEED, MURAL)
    world.sweep()
    world.forgets_visits()

    drop_consent_scopes(world.app, maria.id, frozenset({Scope.PROFILES}), ConsentChannel.PORTAL)
    world.a_week_later()
    world.sweep()

    assert feeds_of(maria) == ()
    assert MURAL[1] not in maria.findings
    assert not any(TOKEN in query.path for query in world.asked)
    with pytest.raises(NotPermittedError):
        add_alert_feed(world.app, maria.id, FEED)


def test_who_leaves_takes_their_feeds_along(world, service, maria):
    service.shows(FEED, MURAL)
    world.sweep()
    world.forgets_visits()

    maria.withdraws()
    world.writes()
    world.later(days=1)
    world.writes()
    world.clock.at += timedelta(days=6)
    world.sweep()

    assert maria.id not in world.state.people.list_person_ids()
    assert not any(TOKEN in query.path for query in world.asked)


def test_the_copy_of_all_data_lists_the_feeds(world, maria):
    made = export_person_data(world.app, maria.id, maria.id)

    assert FEED in made.encode_json().decode()
    assert TOKEN in made.render_html()


def test_a_copy_that_it_makes_does_not_show_the_address(world, maria):
    made = export_person_data(world.app, maria.id, "operator", FlaggedFindings.LEFT_OUT)

    assert TOKEN not in made.encode_json().decode() + made.render_html() + made.render_csv()


def test_the_searches_to_paste_name_the_person_and_the_school(world, maria):
    best, *others = list_alert_searches(world.app, maria.id)

    assert best == f'"Maria Delgado" "{MARIA.person.school}"'
    assert any("site:facebook.com" in other for other in others)


def test_the_districts_feed_serves_everyone_by_name(world, service):
    world.restarts(with_alerts(world.config, FEED))
    service.shows(FEED, MURAL, STRANGER)
    maria, beth = world.joins(MARIA), world.joins(BETH)

    world.sweep()

    assert MURAL[1] in maria.findings
    assert MURAL[1] not in beth.findings
    assert not lacks_search_engine(world.app, world.state.people.load_person(beth.id))


def test_a_dead_feed_of_the_district_is_a_gap_for_its_operator(world, service):
    world.restarts(with_alerts(world.config, FEED))
    world.joins(MARIA)

    world.sweep()

    run = world.coverage()["alerts"]
    assert (run.outcome, run.note) == (Outcome.UNREADABLE, FEED_IS_GONE)


def test_feeds_of_ones_own_are_the_search_engine_of_their_owner_alone(world, maria):
    beth = world.joins(BETH)

    assert not lacks_search_engine(world.app, world.state.people.load_person(maria.id))
    assert lacks_search_engine(world.app, world.state.people.load_person(beth.id))


def test_who_did_not_agree_to_be_searched_for_lacks_no_feed(world, service):
    world.restarts(with_alerts(world.config))
    beth = world.joins(BETH, scopes=frozenset({Scope.PROFILES}))

    assert not lacks_search_engine(world.app, world.state.people.load_person(beth.id))
