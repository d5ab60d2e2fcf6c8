"""The page for public records: two sessions, a number without a name, a file, and a log."""

from monitor.domain.person import Reviewer
from monitor.services.public_records import list_records_proposals
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import Guest, Portal, count_visible_words
from tests.monitor.web.review.flagged import ANA, BO

PAGE = "/review/public-records"
AUDIT_LOG = "who did what, how and when: IDs and hashes, no names but those of users of the shell"


def proposes(guest: Guest, portal: Portal, **fields: object):
    today = portal.world.clock.at.date().isoformat()
    usual = {"reference": "PR-7", "kinds": "reviewer", "first_day": today, "last_day": today}
    return guest.post(PAGE, **usual | fields)


def waiting(portal: Portal):
    return list(list_records_proposals(portal.world.app, Reviewer(address=ANA)))


def test_two_reviewers_export_what_counsel_decided(portal: Portal, maria: Staff, ana: Guest):
    assert "Nothing is waiting." in ana.get(PAGE).text
    assert "Sent." in ana.follow(proposes(ana, portal)).text
    assert "You proposed this" in ana.get(PAGE).text
    bo = portal.signed_in(BO)
    page = bo.get(PAGE).page
    form = page.select_one("form.deed")
    assert form.button.get_text() == "Confirm and download"
    before_the_form = page.find("main").get_text().partition("Propose an export")[0]
    assert "While fewer than 20 people have joined" in before_the_form

    made = bo.post(str(form["action"]))

    assert made.response.mimetype == "text/csv"
    assert "public-records-PR-7.csv" in made.headers["Content-Disposition"]
    assert "records-proposed" in made.html
    assert "Nothing is waiting." in ana.get(PAGE).text
    logged = ana.get("/review/audit?action=records-exported").text
    for words in ("Exported public records", "Request: PR-7", "Rows: 1", "Name: 1", "Time: 0"):
        assert words in logged


def test_one_reviewer_exports_nothing(portal: Portal, maria: Staff, ana: Guest):
    proposes(ana, portal)
    (proposal,) = waiting(portal)

    answer = ana.follow(ana.post(f"{PAGE}/{proposal.id}"))

    assert "Another reviewer must confirm it" in answer.text
    assert "There are no entries" in ana.get("/review/audit?action=records-exported").text


def test_a_proposal_is_withdrawn_by_its_own_reviewer_alone(
    portal: Portal, maria: Staff, ana: Guest
):
    proposes(ana, portal)
    (proposal,) = waiting(portal)
    bo, place = portal.signed_in(BO), f"{PAGE}/{proposal.id}"

    assert "Only the reviewer who sent this" in bo.follow(bo.post(place, action="withdraw")).text
    assert "Withdrawn." in ana.follow(ana.post(place, action="withdraw")).text

    assert "There is no such proposal" in bo.follow(bo.post(place)).text
    assert not waiting(portal)
    assert "Withdrew a proposal" in ana.get("/review/audit?action=records-withdrawn").text


def test_counsel_reads_ten_lines_and_no_name_of_a_table(maria: Staff, ana: Guest):
    seen = ana.get(PAGE)
    lines = seen.page.find("main").find("ul").find_all("li", recursive=False)

    assert len(lines) <= 10
    assert count_visible_words(seen) <= 300
    for name in ("staged_answers", "canary_checks", "robots_files"):
        assert name not in seen.text


def test_the_page_says_kind_by_kind_what_leaves_and_names_no_one(
    portal: Portal, maria: Staff, ana: Guest
):
    seen = ana.get(PAGE)

    rows = {
        row.th.get_text(): [cell.get_text() for cell in row("td")]
        for row in seen.page.select("tbody tr")
    }
    assert (
        rows["findings: title, names, text and address, as published"][-1]
        == "Never by this page. Counsel asks the person."
    )
    assert rows["names, work email, accounts, places, schools"][1] == "not shown"
    assert rows[AUDIT_LOG][1] in {"fewer than 20", "20 or more", "50 or more"}
    assert maria.mail not in seen.text
    assert "Maria" not in seen.text


def test_a_form_that_lacks_something_comes_back(portal: Portal, maria: Staff, ana: Guest):
    for fields, words in (
        ({"reference": "Maria Delgado"}, "no name"),
        ({"kinds": "people"}, "Choose what counsel decided"),
        ({"last_day": "soon"}, "Choose a day."),
        ({"last_day": "2020-01-01"}, "Choose a last day that follows"),
    ):
        seen = proposes(ana, portal, **fields)

        assert seen.status == 422
        assert words in seen.text
    assert waiting(portal) == []
