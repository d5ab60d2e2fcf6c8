"""A person keeps one reviewer from their cases, and says no reason; nobody else is kept out."""

import pytest
from msgspec import structs

from monitor.db.review_index import ReviewFilter
from monitor.db.review_notes import BarredReviewer
from monitor.demo.district import CONTACT, MARIA
from monitor.domain.case import Case
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import CaseBin, CaseKind, Decision, StepActor
from monitor.services.answers import DecisionInput
from monitor.services.data_export import build_data_export, list_access_log
from monitor.services.disclosure import disclose_own
from monitor.services.district import build_district_view
from monitor.services.health import check_reviewers, check_vitals, collect_vitals
from monitor.services.outbox import send_due
from monitor.services.preferences import bar_reviewer, list_possible_bars
from monitor.services.review import (
    assign_case,
    build_review_digest,
    decide_viewed_cases,
    download_review_evidence,
    queue_review_question,
)
from monitor.services.review_access import load_opened_case, record_case_views
from monitor.services.visible_cases import (
    count_review_cases,
    list_queue_rows,
    list_review_openings,
    load_queue_page,
)
from reports.reason_rendering import render_reason, render_told
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff

ANA, BO = (Reviewer(address=reviewer) for reviewer in REVIEWERS)
ANY = ReviewFilter()
FAKE = DecisionInput(decision=Decision.IMPERSONATION, by=ANA.id)


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who is impersonated and shared it; both reviewers opened the case."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA, read=True)
    world.sweep()
    maria.rules(fake(maria), Decision.SHARED)
    for reviewer in (ANA, BO):
        record_case_views(world.app, reviewer, [fake(maria).id])
    return maria


def fake(maria: Staff) -> Case:
    return maria.case(CaseKind.IMPERSONATION)


def seen_by(maria: Staff, reviewer: Reviewer) -> list[object]:
    """Return all that a reviewer can come across: queue, program, feed, counts."""
    app = maria.world.app
    return [
        [row.id for row in load_queue_page(app, reviewer, ANY, 1).rows],
        [row.id for row in list_queue_rows(app, reviewer, ANY, "", 9)],
        [case.id for case, _ in list_review_openings(app, ANY, reviewer)],
        count_review_cases(app, reviewer)[CaseBin.NEEDS_YOU],
        build_district_view(app, reviewer).counts[CaseBin.NEEDS_YOU],
        len(load_queue_page(app, reviewer, ANY, 1).schools),
    ]


def test_who_is_kept_out_sees_nothing_of_a_case_and_the_other_all_of_it(maria: Staff):
    app, case = maria.world.app, fake(maria)
    before = seen_by(maria, ANA)
    bar_reviewer(app, maria.id, ANA.id)

    assert before == [[case.id], [case.id], [case.id], 1, 1, 1]
    assert seen_by(maria, ANA) == [[], [], [], 0, 0, 0]
    assert seen_by(maria, BO) == before
    assert load_opened_case(app, BO, case.id) is not None


@pytest.mark.parametrize(
    "act",
    [
        lambda app, case: record_case_views(app, ANA, [case.id]),
        lambda app, case: load_opened_case(app, ANA, case.id),
        lambda app, case: assign_case(app, ANA, case.id, ""),
        lambda app, case: queue_review_question(app, ANA, case.id, "Is it you?"),
        lambda app, case: download_review_evidence(app, ANA, case.id),
        lambda app, case: decide_viewed_cases(app, ANA, {case.id: case.revision}, FAKE),
    ],
)
def test_who_is_kept_out_can_do_nothing_even_with_a_page_still_open(maria: Staff, act):
    bar_reviewer(maria.world.app, maria.id, ANA.id)

    with pytest.raises(NotPermittedError):
        act(maria.world.app, fake(maria))


def test_a_case_that_they_had_decided_or_taken_is_no_longer_theirs(maria: Staff):
    app, case = maria.world.app, fake(maria)
    assign_case(app, ANA, case.id, "")
    decide_viewed_cases(app, ANA, {case.id: case.revision}, FAKE)
    maria.rules(fake(maria), Decision.UNSHARED)
    bar_reviewer(app, maria.id, ANA.id)

    assert seen_by(maria, ANA) == [[], [], [], 0, 0, 0]
    assert app.db.assignments.find_assignment(case.id) is None
    assert ANA.address not in repr(disclose_own(app, fake(maria)))


def test_another_choice_replaces_it_and_no_one_ends_it(maria: Staff):
    app, before = maria.world.app, seen_by(maria, ANA)
    bar_reviewer(app, maria.id, ANA.id)
    bar_reviewer(app, maria.id, BO.id)
    assert [seen_by(maria, reviewer) == before for reviewer in (ANA, BO)] == [True, False]

    bar_reviewer(app, maria.id, "")
    assert [seen_by(maria, reviewer) == before for reviewer in (ANA, BO)] == [True, True]


def test_only_the_person_reads_that_and_whom(maria: Staff):
    app = maria.world.app
    bar_reviewer(app, maria.id, ANA.id)

    assert ANA.id.encode() in build_data_export(app, maria.id).encode_json()
    line = list_access_log(app, maria.id)[0]
    assert (line.who, line.what) == ("You", "chose who in IT must not see the alerts")
    (entry,) = [one for one in app.db.audit.list_entries() if one.action == "reviewer-chosen"]
    assert ANA.id not in repr(entry)


def test_nobody_is_kept_out_where_no_other_reviewer_would_be_left(maria: Staff):
    world = maria.world
    assert list_possible_bars(world.app, maria.id) == {ANA.id: ANA.address, BO.id: BO.address}
    for left in ((ANA.address,), (ANA.address, maria.mail)):
        district = structs.replace(world.config.district, reviewers=left)
        world.restarts(structs.replace(world.config, district=district))

        assert list_possible_bars(world.app, maria.id) == {}
        with pytest.raises(InputError):
            bar_reviewer(world.app, maria.id, ANA.id)


def test_a_choice_can_be_taken_back_once_no_other_reviewer_is_left(maria: Staff):
    world = maria.world
    bar_reviewer(world.app, maria.id, ANA.id)
    district = structs.replace(world.config.district, reviewers=(ANA.address,))
    world.restarts(structs.replace(world.config, district=district))

    assert list_possible_bars(world.app, maria.id) == {ANA.id: ANA.address}
    bar_reviewer(world.app, maria.id, "")
    assert list_possible_bars(world.app, maria.id) == {}


@pytest.fixture
def alone(maria: Staff) -> Staff:
    """Somebody who kept one reviewer out, and of the others nobody is left."""
    world = maria.world
    bar_reviewer(world.app, maria.id, ANA.id)
    district = structs.replace(world.config.district, reviewers=(ANA.address,))
    world.restarts(structs.replace(world.config, district=district))
    return maria


def test_a_case_without_a_reviewer_is_open_to_nobody_and_its_person_reads_whom_to_ask(
    alone: Staff,
):
    app, case = alone.world.app, fake(alone)
    seen = disclose_own(app, case)

    assert (seen.it_sees_since, seen.opens_at, seen.helper) == (None, None, CONTACT)
    assert seen.next_by is not StepActor.IT
    assert list_review_openings(app) == ()
    assert CONTACT in render_reason(seen.without_reviewer)
    assert not any(one.after for one in seen.foreseen.values())

    bar_reviewer(app, alone.id, "")
    again = disclose_own(app, fake(alone))
    assert again.it_sees_since is not None
    assert again.helper == ""


def test_an_alert_promises_no_day_on_which_nobody_could_look(world_of):
    world = world_of(families=("bluesky",))
    district = structs.replace(world.config.district, reviewers=())
    world.restarts(structs.replace(world.config, district=district))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA, read=True)
    world.sweep()
    send_due(world.app)

    text = " ".join(world.post.of_kind("alert")[-1].text.split())
    assert "IT can see" not in text
    assert f"Ask {CONTACT} or your supervisor" in text
    assert disclose_own(world.app, fake(maria)).opens_at is None


def test_the_district_hears_that_it_needs_another_reviewer_whether_anybody_is_kept_out_or_not(
    maria: Staff,
):
    def told() -> list[str]:
        world = maria.world
        checked = check_reviewers(world.config)
        upkeep = build_review_digest(world.app, ANA.address).upkeep
        assert upkeep
        return [render_told(checked.message), str(upkeep.has_one_reviewer)]

    assert told()[1] == "False"
    world = maria.world
    district = structs.replace(world.config.district, reviewers=(ANA.address,))
    world.restarts(structs.replace(world.config, district=district))
    before = told()
    world.app.db.barred_reviewers.save_barred_reviewer(
        BarredReviewer(person_id=maria.id, reviewer_id=ANA.id, at=world.clock.at)
    )

    assert "no one who may look" in before[0]
    assert told() == before == [before[0], "True"]


def test_a_reviewer_who_is_kept_out_by_the_other_reads_nothing_of_it(maria: Staff):
    world = maria.world
    district = structs.replace(world.config.district, reviewers=(ANA.address, maria.mail))
    world.restarts(structs.replace(world.config, district=district))

    def told() -> list[str]:
        vitals = collect_vitals(world.state, world.clock.at, world.app.sources)
        checks = (*check_vitals(vitals), check_reviewers(world.config))
        return [str(render_told(check.message)) for check in checks]

    before = told()
    world.app.db.barred_reviewers.save_barred_reviewer(
        BarredReviewer(person_id=maria.id, reviewer_id=ANA.id, at=world.clock.at)
    )

    assert told() == before
    assert "Name a third" in before[-1]
    assert disclose_own(world.app, fake(maria)).helper == CONTACT
