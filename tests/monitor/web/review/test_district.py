"""The district in figures, and the audit: nobody can be told from either."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.demo.internet import HostMood
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import Decision
from monitor.services.review_access import record_case_views
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import Guest, Portal
from tests.monitor.web.review.flagged import ANA, fake


def crowd(portal: Portal, maria: Staff, count: int) -> None:
    """Have so many further people join, each with a case like Maria's."""
    state, now = portal.world.state, portal.world.clock.at
    consent = state.consents.find_latest_consent(maria.id)
    with state.begin_transaction():
        for number in range(count):
            told = {"id": f"p{number:031}", "mail": f"{number}@x.example"}
            person = replace(state.people.load_person(maria.id), **told)
            state.people.insert_person(person)
            state.consents.insert_consent(replace(consent, person_id=person.id))
            known = state.findings.load_finding(fake(maria).finding_id)
            finding = replace(known, id=f"i{number:031}", person_id=person.id)
            state.findings.insert_finding(finding, [f"alias{number}"])
            state.cases.insert_case(
                replace(
                    fake(maria),
                    id=f"f{number:031}",
                    person_id=person.id,
                    finding_id=finding.id,
                    opened_at=now,
                )
            )


def test_a_small_district_has_no_figures(maria: Staff, ana: Guest):
    seen = ana.get("/review/district")

    assert "once the consent of 10 people is in force: of fewer, a number could reveal" in seen.text
    assert seen.page.find("svg", class_="chart") is None


def test_a_chart_has_its_numbers_in_a_table_beneath(portal: Portal, maria: Staff, ana: Guest):
    crowd(portal, maria, 11)

    seen = ana.get("/review/district")

    (raised,) = seen.page.find_all("svg", role="img")
    assert raised["aria-label"] == "Cases raised, by week; the numbers are in the table below"
    assert "There is nothing to draw. The numbers are in the table below." in seen.text
    weeks = seen.page.find("caption", string="Cases by week").parent.find_all("tr")
    assert len(weeks) == 13
    assert [cell.get_text() for cell in weeks[-1].find_all("td")] == ["12", "0"]


def test_weeks_without_a_case_are_said_in_words(portal: Portal, maria: Staff, ana: Guest):
    crowd(portal, maria, 11)
    portal.world.later(weeks=20)

    seen = portal.signed_in(ANA).get("/review/district")

    assert "No case was raised or decided in the last 12 weeks." in seen.text
    assert seen.page.find("svg", class_="chart") is None


def test_a_number_that_would_tell_who_is_called_few(portal: Portal, maria: Staff, ana: Guest):
    crowd(portal, maria, 11)
    maria.rules(fake(maria), Decision.IMPERSONATION)

    table = ana.get("/review/district").page.find("caption", string="Cases by week").parent

    assert [cell.get_text() for cell in table.find_all("tr")[-1].find_all("td")] == ["12", "few"]


def test_the_figures_name_nobody(portal: Portal, maria: Staff, ana: Guest):
    crowd(portal, maria, 11)

    html = ana.get("/review/district").html

    for word in ("Maria", "Delgado", "delgad0", maria.mail, maria.id, MARIA.person.school):
        assert word not in html


def test_coverage_sources_and_what_waits_are_told(portal: Portal, maria: Staff, ana: Guest):
    portal.world.later(days=9)

    text = portal.signed_in(ANA).get("/review/district").text

    assert "Sources checked 2 of 2" in text
    assert "1 case needs IT The oldest has waited 9 days." in text
    assert "Bluesky" in text


def test_what_could_not_be_checked_proves_nothing(portal: Portal, maria: Staff, ana: Guest):
    world = portal.world
    world.internet = world.internet.trouble_host("appview.example", HostMood.DOWN)
    world.a_week_later()
    world.sweep()
    world.later(hours=13)

    text = portal.signed_in(ANA).get("/review/district").text

    assert "Bluesky could not be reached" in text
    assert "we cannot tell whether there is something or nothing" in text


def test_the_audit_shows_acts_of_office_by_opaque_refs(maria: Staff, ana: Guest, here: str):
    ana.post(f"{here}/note", remark="Called the platform.")

    seen = ana.get("/review/audit")

    rows = [
        [cell.get_text() for cell in row.find_all(["td", "th"])]
        for row in seen.page.select("tbody tr")
    ]
    assert [(what, who, ref) for what, who, _, ref, _ in rows[:2]] == [
        ("Wrote a note on this alert", ANA, fake(maria).id[:8]),
        ("Viewed this alert", ANA, fake(maria).id[:8]),
    ]
    assert rows[1][4] == "Open because the staff member shared it"
    assert seen.page.caption.get_text().startswith(f"{len(rows)} rows, from number ")
    for word in ("Maria", "Delgado", "platform", maria.mail, maria.id, "Enrolled", "Shared"):
        assert word not in seen.page.find("main").find("table").get_text()


def test_the_audit_says_decisions_in_words_and_what_was_taken_back(
    maria: Staff, ana: Guest, here: str
):
    case_id = fake(maria).id
    ana.post("/review/rule", seen=f"{case_id} {fake(maria).revision}", decision="namesake")
    ana.post("/review/undo", case=case_id)

    said = [row.find("th").get_text() for row in ana.get("/review/audit").page.select("tbody tr")]

    assert said[:2] == [
        "Took their last decision back",
        "Said that it is someone else with that name",
    ]


def test_what_people_do_about_themselves_is_not_in_the_audit_of_offices(maria: Staff, ana: Guest):
    before = ana.get("/review/audit").text
    maria.rules(fake(maria), Decision.IMPERSONATION)

    assert ana.get("/review/audit").text == before


def test_the_audit_has_pages_and_can_be_narrowed(portal: Portal, maria: Staff, ana: Guest):
    queue = portal.world.app
    for _ in range(60):
        record_case_views(queue, Reviewer(address=ANA), [fake(maria).id])

    first = ana.get("/review/audit?action=viewed")
    (older,) = first.page.select("nav.pages a[rel=next]")
    second = ana.get(older["href"])

    assert len(first.page.select("tbody tr")) == 50
    assert len(second.page.select("tbody tr")) == 10
    assert "Newest" in second.text
    assert ana.get("/review/audit?action=nonsense").status == 200
    assert ana.get("/review/audit?before=x").status == 200
    assert ana.get(f"/review/audit?before={2**63}").status == 200


@pytest.mark.parametrize("part", ["/review/district", "/review/audit"])
def test_looking_writes_nothing(portal: Portal, maria: Staff, ana: Guest, part: str):
    before = portal.world.state.audit.list_entries()

    assert ana.get(part).status == 200

    assert portal.world.state.audit.list_entries() == before
