"""The next case is told what helped here: by who agreed to be counted, where there are many."""

from dataclasses import replace

import pytest

from monitor.db.cases import CasesTable
from monitor.demo.district import MARIA
from monitor.domain.case import Case
from monitor.domain.consent import HELP_TOLD_SINCE
from monitor.domain.vocabulary import CaseKind, Decision, LeverKind
from monitor.services import lever_results
from monitor.services.answers import DecisionInput
from monitor.services.lever_results import describe_results, measure_levers
from monitor.services.takedown import build_takedown_view, record_takedown_step
from reports.reason_rendering import render_reason
from tests.monitor.services.world import IMPOSTOR, Staff


@pytest.fixture
def maria(world_of, monkeypatch: pytest.MonkeyPatch) -> Staff:
    """Somebody who is impersonated, in a district where one person is enough for a figure."""
    monkeypatch.setattr(lever_results, "is_large_enough", lambda _: True)
    monkeypatch.setattr(lever_results, "MIN_PEOPLE_SHOWN", 1)
    monkeypatch.setattr("monitor.domain.lever_results.MIN_PEOPLE_SHOWN", 1)
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def reports(maria: Staff, *decisions: Decision) -> None:
    for decision in decisions:
        entry = DecisionInput(decision=decision, by=maria.id, lever=LeverKind.FORM)
        record_takedown_step(maria.world.app, maria.case(CaseKind.IMPERSONATION).id, entry)


def test_what_helped_is_told_when_the_next_plan_is_drawn(maria: Staff):
    world, case = maria.world, maria.case(CaseKind.IMPERSONATION)
    reports(maria, Decision.REPORTED)
    reported = maria.case(CaseKind.IMPERSONATION)
    assert reported.last_lever.lever is LeverKind.FORM
    world.later(days=3)
    world.state.cases.update_case(replace(reported, gone_at=world.clock.at))

    (told,) = measure_levers(world.app)
    assert (told.platform, told.uses, told.successes, told.days) == ("bluesky", 1, 1, 3)
    (sentence,) = build_takedown_view(world.app, maria.id, case.id).results
    assert render_reason(sentence) == (
        "In this district, the platform's form or app worked on Bluesky 1 of 1 times, half of "
        "them within 3 days."
    )
    assert list(describe_results([told], "x", (LeverKind.FORM,))) == []


def test_who_agreed_to_an_older_text_or_left_is_not_counted(maria: Staff):
    world = maria.world
    reports(maria, Decision.REPORTED, Decision.REFUSED)
    assert [told.successes for told in measure_levers(world.app)] == [0]

    consent = world.state.consents.find_latest_consent(maria.id)
    world.later(minutes=1)
    older = replace(consent, text_version="2026-11-30.3", at=world.clock.at)
    assert older.text_version < HELP_TOLD_SINCE
    world.state.consents.insert_consent(older)

    assert measure_levers(world.app) == ()


def test_where_few_reported_anything_no_case_is_even_opened(
    maria: Staff, monkeypatch: pytest.MonkeyPatch
):
    reports(maria, Decision.REPORTED, Decision.REFUSED)
    monkeypatch.setattr(lever_results, "MIN_PEOPLE_SHOWN", 2)

    def refuse(*_: object) -> Case:
        raise AssertionError

    monkeypatch.setattr(CasesTable, "parse_row", refuse)

    assert measure_levers(maria.world.app) == ()


def test_a_small_district_has_no_figures(maria: Staff, monkeypatch: pytest.MonkeyPatch):
    reports(maria, Decision.REPORTED, Decision.REFUSED)
    monkeypatch.undo()

    assert measure_levers(maria.world.app) == ()
