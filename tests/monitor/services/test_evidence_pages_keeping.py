"""The page behind an open case is kept as it came, and no other page of anybody's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from monitor.config.sections import EvidenceConfig
from monitor.db.legal_holds import LegalHold
from monitor.demo.district import MARIA
from monitor.domain.vocabulary import CaseKind, Decision
from monitor.domain.withheld_accounts import may_be_sexual
from monitor.services.evidence_pages import delete_old_pages
from scrapers.models import Outcome
from tests.cases import say
from tests.monitor.services.world import IMPOSTOR, Staff, World, retaining


@pytest.fixture
def maria(world: World) -> Staff:
    """Somebody whom an account impersonates."""
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def kept_of(person: Staff):
    case = person.case(CaseKind.IMPERSONATION)
    return person.world.state.pages.list_evidence_of_finding(case.finding_id)


def findings_with_a_page(world: World) -> set[str]:
    """Return the findings with evidence; a page that is evidence of none stands as None."""
    rows = world.state.people.connection.fetch_rows(
        """SELECT finding_id FROM pages LEFT JOIN evidence ON page_hash = keyed_hash
        WHERE pages.person_id IS NOT NULL"""
    )
    return {finding for (finding,) in rows}


def test_the_page_behind_a_case_is_kept_as_it_came(maria: Staff):
    (kept,) = kept_of(maria)

    assert IMPOSTOR.handle.encode() in kept.page.body
    assert (kept.page.status, kept.reading.outcome) == (200, Outcome.FOUND)
    assert kept.page.headers["content-type"].startswith("application/json")
    assert kept.page.fetched_at == maria.world.clock.at
    assert kept.query.request.url


def test_of_what_is_not_flagged_no_page_is_kept(maria: Staff):
    assert len(maria.findings) > 1
    assert findings_with_a_page(maria.world) == {maria.case(CaseKind.IMPERSONATION).finding_id}


def test_no_page_of_a_canary_is_kept(maria: Staff):
    assert {page.person_id for page in maria.world.state.pages.list_records()} == {maria.id}


def test_the_same_page_is_kept_once_and_a_changed_one_beside_it(maria: Staff):
    world = maria.world
    world.a_week_later()
    world.sweep()
    assert len(kept_of(maria)) == 1

    world.internet = world.internet.add_entry(replace(IMPOSTOR, bio="Nothing to see here."))
    world.a_week_later()
    world.sweep()

    newest, first = kept_of(maria)
    assert b"Nothing to see here." in newest.page.body
    assert IMPOSTOR.bio.encode() in first.page.body


@pytest.mark.parametrize(
    ("decision", "kept"),
    [(Decision.HARMLESS, 0), (Decision.NAMESAKE, 0), (Decision.IMPERSONATION, 1)],
)
def test_a_page_is_forgotten_once_nothing_is_in_query(maria: Staff, decision: Decision, kept: int):
    maria.rules(maria.case(CaseKind.IMPERSONATION), decision)

    delete_old_pages(maria.world.app)

    assert len(kept_of(maria)) == kept


@pytest.mark.parametrize(
    ("days", "spans", "kept"), [(29, {}, 1), (31, {}, 0), (8, {"bluesky": 7}, 0)]
)
def test_a_page_is_forgotten_in_time(maria: Staff, days: int, spans: dict[str, int], kept: int):
    app = maria.world.app
    for source, span in spans.items():
        app = retaining(app, source, timedelta(days=span))

    maria.world.later(days=days)
    delete_old_pages(app)

    assert len(kept_of(maria)) == kept


def test_of_what_may_be_sexual_no_page_is_kept(world: World):
    lewd = replace(IMPOSTOR, bio="leaked nudes")
    world.internet = world.internet.add_entry(lewd)
    maria = world.joins(MARIA)
    world.sweep()

    (case,) = maria.cases
    assert may_be_sexual(case, maria.world.state.findings.load_finding(case.finding_id).portrait)
    assert findings_with_a_page(world) == set()


def test_a_legal_hold_keeps_the_page(maria: Staff):
    world = maria.world
    hold = LegalHold(
        person_id=maria.id, placed_at=world.clock.at, by=("counsel",), reason="A suit."
    )
    world.state.legal_holds.insert_legal_hold(hold)
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.NAMESAKE)

    world.later(days=31)
    delete_old_pages(world.app)

    assert len(kept_of(maria)) == 1


def test_a_page_that_a_later_case_lacks_is_asked_for_in_full(world: World):
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    case = maria.case(CaseKind.IMPERSONATION)
    world.state.cases.update_case(say(case, Decision.NAMESAKE))
    delete_old_pages(world.app)
    assert kept_of(maria) == ()
    world.a_week_later()
    world.sweep()
    assert kept_of(maria) == ()

    said = world.state.cases.load_case(case.id)
    world.state.cases.update_case(say(said, Decision.REOPENED))
    world.a_week_later()
    world.sweep()

    assert len(kept_of(maria)) == 1


def test_pages_are_erased_with_the_person(maria: Staff):
    maria.world.state.people.erase_person(maria.id)

    assert findings_with_a_page(maria.world) == set()


def test_no_page_is_kept_where_the_district_wants_none(world: World):
    world.restarts(structs.replace(world.config, evidence=EvidenceConfig(pages=False)))
    world.internet = world.internet.add_entry(IMPOSTOR)
    world.joins(MARIA)
    world.sweep()

    assert world.state.pages.list_records() == ()
