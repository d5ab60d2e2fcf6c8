"""Look-alikes of the district: IT sees them at once, decides on them, and reads of no person."""

import pytest

from monitor.demo.district import HIGH_SCHOOL, MARIA
from monitor.domain.vocabulary import DistrictFindingState
from monitor.services.lookalike_checks import run_district_check
from monitor.services.outbox import send_due
from monitor.services.review import queue_review_digests
from tests.monitor.services.watched import FAILED, MAILING, FakeRecords, page, stored, watches
from tests.monitor.services.world import REVIEWERS, World
from tests.monitor.web.portal import OPERATOR, Guest, Portal

PATH = "/review/look-alikes"


@pytest.fixture
def records(portal: Portal) -> FakeRecords:
    return watches(portal.world)


@pytest.fixture
def ana(portal: Portal, records: FakeRecords) -> Guest:
    """A reviewer, after a check that found an account and a domain."""
    world = portal.world
    records.domains["cedarvalley.org"] = MAILING
    world.internet = world.internet.add_entry(
        page("cedarvalleypanthers", HIGH_SCHOOL, "<b>Cedar Valley</b>")
    )
    run_district_check(world.app)
    return portal.signed_in(REVIEWERS[0])


def decided(world: World) -> dict[str, str]:
    return {entry.trace.key: entry.state for entry in stored(world)}


def find_id(world: World, key: str) -> str:
    return next(entry.id for entry in stored(world) if entry.trace.key == key)


def test_a_district_that_lists_nothing_is_told_how(portal: Portal):
    assert "Ask your operator" in portal.signed_in(REVIEWERS[0]).get(PATH).text


def test_each_look_alike_is_shown_with_its_reasons_and_records(ana: Guest):
    seen = ana.get(PATH)

    assert "Its name is that of Cedar Valley High School." in seen.text
    assert "Its username" not in seen.text
    assert "It has the username of Cedar Valley Panthers: cedarvalleypanthers." in seen.text

    assert "93[.]184[.]215[.]14" in seen.text
    assert "mail[.]parking[.]test" in seen.text
    assert "First seen" in seen.text
    assert "facebook[.]com/cedarvalleypanthers" in seen.text


def test_an_impersonation_leads_to_its_steps_and_can_be_taken_back(portal: Portal, ana: Guest):
    world = portal.world
    for key in ("chalkboard:@cedarvalleypanthers", "cedarvalley.org"):
        path = f"{PATH}/{find_id(world, key)}"
        assert ana.post(path, decision="impersonation", seen="open").leads_to == PATH

    text = ana.get(PATH).text
    assert "Report it in the district" in text
    assert "abuse contact of its registrar" in text
    assert "Nothing is waiting for a decision." in text

    ana.post(f"{PATH}/{find_id(world, 'cedarvalley.org')}", decision="open", seen="impersonation")
    assert decided(world)["cedarvalley.org"] == DistrictFindingState.OPEN


def test_what_is_sent_of_a_look_alike_is_complete_and_copied_with_one_press(
    portal: Portal, ana: Guest
):
    ids = {}
    for key in ("chalkboard:@cedarvalleypanthers", "cedarvalley.org"):
        ids[key] = find_id(portal.world, key)
        ana.post(f"{PATH}/{ids[key]}", decision="impersonation", seen="open")

    page = ana.get(PATH).page
    account, domain = (page.find(id=f"report-{one_id}").get_text() for one_id in ids.values())

    assert "presents itself as ours" in account
    assert "made to be taken for ours" in domain
    for report in (account, domain):
        for words in ("Cedar Valley", "First seen:", "What we saw:", "Ours:", REVIEWERS[0]):
            assert words in report
    assert len(page.find_all("button", attrs={"data-copies": True})) == len(ids)


def test_what_is_ours_moves_to_the_districts_own(portal: Portal, ana: Guest):
    world = portal.world
    key = "chalkboard:@cedarvalleypanthers"
    ana.post(f"{PATH}/{find_id(world, key)}", decision="ours", seen="open")
    run_district_check(world.app)

    assert decided(world)[key] == DistrictFindingState.OURS
    assert "Added by IT" in ana.get(PATH).text


def test_two_reviewers_do_not_overrule_each_other_unseen(portal: Portal, ana: Guest):
    path = f"{PATH}/{find_id(portal.world, 'cedarvalley.org')}"
    ana.post(path, decision="impersonation", seen="open")

    portal.signed_in(REVIEWERS[1]).post(path, decision="harmless", seen="open")

    assert decided(portal.world)["cedarvalley.org"] == DistrictFindingState.IMPERSONATION


def test_a_look_alike_that_is_no_longer_stored_is_told_in_one_sentence(ana: Guest):
    answer = ana.post(f"{PATH}/nothing", decision="harmless", seen="open")

    assert answer.leads_to == PATH
    assert "no longer stored" in ana.get(PATH).html


@pytest.mark.parametrize("decision", ["", "mine", "open; drop"])
def test_a_decision_that_there_is_not_is_refused(portal: Portal, ana: Guest, decision: str):
    path = f"{PATH}/{find_id(portal.world, 'cedarvalley.org')}"

    assert ana.post(path, decision=decision, seen="open").status == 400


def test_each_decision_is_in_the_audit_log(portal: Portal, ana: Guest):
    path = f"{PATH}/{find_id(portal.world, 'cedarvalley.org')}"
    ana.post(path, decision="harmless", seen="open")

    text = ana.get("/review/audit?action=look-alike-decided").text

    assert "Decided on a look-alike of the district" in text
    assert "Harmless" in text
    assert "harmless" not in text
    assert REVIEWERS[0] in text


def test_a_domain_that_may_be_a_trap_is_no_link(ana: Guest):
    links = [link["href"] for link in ana.get(PATH).page.find_all("a")]

    assert any("cedarvalleypanthers" in link for link in links)
    assert not [link for link in links if "cedarvalley.org" in link]


def test_staff_and_operators_see_none_of_it(portal: Portal, ana: Guest):
    assert portal.signed_in(OPERATOR).get(PATH).status == 403
    assert portal.guest().get(PATH).status in {302, 303, 401}


def test_nothing_about_a_person_who_declared_the_account_is_shown(portal: Portal, ana: Guest):
    before = ana.get(PATH).text
    portal.world.joins(MARIA, accounts=("chalkboard:@cedarvalleypanthers",))
    run_district_check(portal.world.app)

    after = ana.get(PATH)

    assert after.text == before
    assert MARIA.person.name.family not in after.html


def test_no_word_of_the_account_is_shown(ana: Guest):
    assert "<b>" not in ana.get(PATH).html


def test_what_could_not_be_checked_is_told(portal: Portal, ana: Guest, records: FakeRecords):
    records.otherwise = FAILED
    portal.world.a_week_later()
    run_district_check(portal.world.app)

    text = portal.signed_in(REVIEWERS[0]).get(PATH).text

    assert "Could not be checked" in text
    assert "Domain names, on" in text
    assert "we cannot tell whether there is something or nothing" in text


def test_the_weekly_email_to_reviewers_counts_them(portal: Portal, ana: Guest):
    queue_review_digests(portal.world.app)
    send_due(portal.world.app)

    email = portal.world.post.to(REVIEWERS[0])[-1]

    assert "LOOK-ALIKES OF THE DISTRICT" in email.text
    assert "2 appeared, 0 changed and 0 are gone. 2 look-alikes wait" in email.text
    assert "cedarvalley.org" not in email.text
