"""Data breaches are for the person alone: told once, with advice, and never to IT."""

import json
import logging
from dataclasses import replace

import pytest

from monitor.demo.district import BETH, MARIA
from monitor.domain.case import FlaggedFindings
from monitor.domain.vocabulary import BreachAdvice, ConsentChannel, GapKind, Scope
from monitor.services.breaches import build_breaches_view, count_breaches
from monitor.services.consent_renewal import drop_consent_scopes
from monitor.services.consent_terms import list_offered_scopes
from monitor.services.data_export import count_stored_data, export_person_data
from monitor.services.digests import build_digest_view
from monitor.services.erasure import erase_person
from monitor.services.narrowed_consent import forget_removed_terms
from monitor.services.purge import purge_expired_data
from reports.emails.digest import render_digest
from reports.labels.findings import BREACH_ADVICE, BREACH_CREDIT
from scrapers.models import Outcome
from tests.monitor.services.breach_service import (
    KEY,
    KEY_VARIABLE,
    SOURCE,
    BreachService,
    breach,
    with_breaches,
)
from tests.monitor.services.world import Staff, World

SCOPES = frozenset({Scope.PROFILES, Scope.BREACHES})
PRESS = breach("QUILL PRESS", "2021-03-14", "Email addresses", "Passwords", "IP addresses")
FORUM = breach("QUILL FORUM", "2023-05-01", "Email addresses")


@pytest.fixture
def world(world_of) -> World:
    world = world_of(families=("chalkboard",))
    world.variables[KEY_VARIABLE] = KEY
    world.restarts(with_breaches(world.config))
    return world


@pytest.fixture
def service(world: World) -> BreachService:
    service = BreachService(world.web.web)
    world.web.web = service
    return service


@pytest.fixture
def maria(world: World, service: BreachService) -> Staff:
    maria = world.joins(MARIA, scopes=SCOPES)
    service.knows(maria.mail, PRESS)
    return maria


def titles(staff: Staff, **which) -> list[str]:
    view = build_digest_view(staff.world.app, staff.id, **which)
    return [one_breach.title for one_breach in view.breaches]


def test_nobody_is_asked_about_who_did_not_agree_to_it(world, service):
    beth = world.joins(BETH, scopes=SCOPES - {Scope.BREACHES})
    service.knows(beth.mail, PRESS)

    world.sweep()

    assert beth.mail not in service.asked
    assert titles(beth) == []
    assert count_breaches(world.app, beth.id) is None
    assert not build_breaches_view(world.app, beth.id).agreed


def test_the_scope_is_offered_only_where_the_district_has_the_source(world_of):
    world = world_of(families=("chalkboard",))
    assert Scope.BREACHES not in list_offered_scopes(world.app)

    world.restarts(with_breaches(world.config))

    assert Scope.BREACHES in list_offered_scopes(world.app)


def test_only_the_enrolled_address_is_asked_for_with_the_key(world, service, maria):
    world.forgets_visits()

    world.sweep()

    asked = [query for query in service.asked if not query.endswith("@hibp-integration-tests.com")]
    assert asked == [maria.mail]
    sent = [dict(query.headers) for query in world.asked if "breachedaccount" in query.path]
    assert {entry["hibp-api-key"] for entry in sent} == {KEY}
    assert all(entry["user-agent"] for entry in sent)


def test_by_k_anonymity_breaches_are_told_and_no_address_leaves(world, service, maria):
    world.restarts(with_breaches(world.config, k_anonymity=True))
    service.asked.clear()

    world.sweep()

    assert titles(maria) == ["Quill Press"]
    assert {path.partition("/")[0] for path in service.asked} == {"range", "breaches"}
    assert not any("@" in path for path in service.asked)

    service.knows(maria.mail)
    world.a_week_later()
    world.sweep()

    assert count_breaches(world.app, maria.id) == 0


def test_the_person_is_told_once_with_advice_and_credit(world, service, maria):
    world.sweep()
    view = build_digest_view(world.app, maria.id)
    (line,) = view.breaches
    assert line.advice is BreachAdvice.SECURE_ACCOUNT
    email = render_digest(view)
    for body in (email.text, email.html):
        words = " ".join(body.split())
        assert "Quill Press" in words
        assert "email addresses, passwords, internet (IP) addresses" in words
        assert BREACH_ADVICE[BreachAdvice.SECURE_ACCOUNT] in words
        assert BREACH_CREDIT in words
    assert "breach" not in email.subject.casefold()

    world.on_monday()
    world.sweep()
    assert titles(maria) == []

    service.knows(maria.mail, PRESS, FORUM)
    world.a_week_later()
    world.sweep()
    assert titles(maria) == ["Quill Forum"]
    assert count_breaches(world.app, maria.id) == 2


def test_one_that_comes_back_to_the_list_is_no_news(world, service, maria):
    world.sweep()
    world.on_monday()
    service.knows(maria.mail)
    world.sweep()
    assert count_breaches(world.app, maria.id) == 0
    service.knows(maria.mail, PRESS)
    world.a_week_later()

    world.sweep()

    assert count_breaches(world.app, maria.id) == 1
    assert titles(maria) == []


@pytest.mark.parametrize(
    ("status", "gap"),
    [(401, GapKind.BLOCKED), (403, GapKind.BLOCKED), (429, GapKind.LIMITED)],
)
def test_not_checked_is_told_and_takes_nothing_away(world, service, maria, status, gap):
    world.sweep()
    service.refuses(status)
    world.a_week_later()

    world.sweep()

    view = build_breaches_view(world.app, maria.id)
    assert [one_gap.outcome for one_gap in view.gaps] == [gap]
    assert [line.title for line in view.lines] == ["Quill Press"]
    assert SOURCE in world.gaps()
    assert view.checked_at is not None
    assert view.checked_at < world.clock.at


def test_without_a_key_no_address_leaves_and_the_gap_is_told(world, service, maria):
    world.variables.clear()
    world.restarts()
    service.asked.clear()

    world.sweep()

    assert service.asked == []
    assert world.gaps()[SOURCE] == Outcome.SKIPPED
    assert build_breaches_view(world.app, maria.id).checked_at is None


def test_it_sees_nothing_of_it_anywhere(world, service, maria, caplog):
    caplog.set_level(logging.DEBUG)
    beth = world.joins(BETH, scopes=SCOPES)
    service.knows(beth.mail)
    world.sweep()

    assert maria.cases == ()
    assert not [finding for finding in maria.findings.values() if "Quill" in finding.portrait.title]
    assert titles(maria, flagged=FlaggedFindings.LEFT_OUT) == []
    copy = export_person_data(world.app, maria.id, "operator", FlaggedFindings.LEFT_OUT)
    assert "Quill Press" not in copy.encode_json().decode()
    assert "Quill Press" not in copy.render_html()
    # Whether anyone was in a breach is not told by how its source fares, either.
    assert world.coverage()[SOURCE].outcome is Outcome.ABSENT
    health = world.state.source_health.find_source_health(SOURCE)
    assert health.outcome is Outcome.ABSENT
    assert "Quill" not in caplog.text
    assert maria.mail not in caplog.text
    assert KEY not in caplog.text


def test_the_copy_of_all_data_has_them_in_plain_words(world, maria):
    world.sweep()

    copy = export_person_data(world.app, maria.id, maria.id)

    (row,) = json.loads(copy.encode_json())["breaches"]
    assert row["breach"]["title"] == "Quill Press"
    assert "internet (IP) addresses" in copy.render_html()
    assert ("Data breaches", 1) in count_stored_data(world.app, maria.id)


def test_taking_the_scope_back_deletes_them(world, service, maria):
    world.sweep()

    drop_consent_scopes(world.app, maria.id, frozenset({Scope.PROFILES}), ConsentChannel.PORTAL)

    assert world.state.breaches.list_records_of_person(maria.id) == ()
    service.asked.clear()
    world.a_week_later()
    world.sweep()
    assert maria.mail not in service.asked


def test_a_new_work_address_begins_without_the_breaches_of_the_old_one(world, maria):
    world.sweep()
    before = world.state.people.load_person(maria.id)
    after = replace(before, mail="maria.new@cedarvalley.example")
    world.state.people.update_person(after)

    forget_removed_terms(world.app, before, after)

    assert world.state.breaches.list_records_of_person(maria.id) == ()


def test_they_are_erased_with_the_person(world, maria):
    world.sweep()
    assert world.state.count_rows()["breaches"] == 1

    erase_person(world.app, maria.id)

    assert world.state.count_rows()["breaches"] == 0


def test_one_that_left_the_list_is_forgotten_after_a_year(world, service, maria):
    world.sweep()
    service.knows(maria.mail, FORUM)
    world.a_week_later()
    world.sweep()

    world.later(days=364)
    purge_expired_data(world.app)
    assert len(world.state.breaches.list_records_of_person(maria.id)) == 2
    world.later(days=1)
    purge_expired_data(world.app)

    (left,) = world.state.breaches.list_records_of_person(maria.id)
    assert left.breach.title == "Quill Forum"


def test_hostile_words_stay_words(world, service, maria):
    hostile = breach("X", "2021-03-14", "<script>alert(1)</script>", "https://evil.example/")
    service.knows(maria.mail, hostile | {"Title": '<a href="https://evil.example/">Bank</a>'})
    world.sweep()

    email = render_digest(build_digest_view(world.app, maria.id))

    assert "<script>alert" not in email.html
    assert 'href="https://evil.example' not in email.html
    assert "https://evil.example" not in email.text
