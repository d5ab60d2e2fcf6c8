"""Early access and legal holds on the pages: two sessions, a reason, and no search for people."""

from monitor.demo import district
from monitor.domain.case_progress import DECIDE_WITHIN
from monitor.domain.english_dates import format_local_time, format_near_day
from monitor.domain.two_reviewers import EARLY_ACCESS_LASTS
from monitor.domain.vocabulary import Decision
from monitor.services.legal_holds import list_hold_proposals
from monitor.services.outbox import send_due
from reports.labels.cases import CASE_KINDS
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import Guest, Portal
from tests.monitor.web.review.flagged import ANA, BO, fake


def parts(reviewer: Guest) -> str:
    return reviewer.get("/review").page.find("nav", attrs={"aria-label": "Review"}).get_text()


def test_a_case_is_opened_early_by_two_reviewers(portal: Portal, maria: Staff, ana: Guest):
    maria.rules(fake(maria), Decision.UNSHARED)
    bo, ref = portal.signed_in(BO), fake(maria).id
    assert "Sent." in ana.follow(ana.post("/review/early", case_id=ref[:8], reason="A call.")).text
    asked = ana.get("/review/early").text
    assert "You requested this" in asked
    assert CASE_KINDS[fake(maria).kind] not in asked, "nobody may see it so far"
    assert "nothing happens, and it ends on" in asked
    assert "get no email, so tell one" in asked
    assert "to confirm" not in parts(ana), "nobody confirms their own"
    assert "Early access (1 to confirm)" in parts(bo)

    form = bo.get("/review/early").page.select_one("form.deed")
    opened = bo.post(form["action"])

    assert opened.leads_to == f"/review/cases/{ref}"
    end = format_local_time(portal.world.clock.at + EARLY_ACCESS_LASTS, district.ZONE)
    assert f"It is open for one day, until {end}." in bo.follow(opened).text
    bo.post("/review/open", one=ref)
    desk, queue = bo.get(f"/review/cases/{ref}").text, bo.get("/review").text
    assert f"It closes at {end}." in desk
    assert f"Unless they share it, you no longer see it after {end}." in desk
    assert "It stays in the queue" not in desk
    assert "to confirm" not in parts(bo)
    assert "Opened early" in queue
    day = format_near_day(portal.world.clock.at + EARLY_ACCESS_LASTS, district.ZONE)
    own = portal.signed_in(maria.mail).get(f"/me/findings/{fake(maria).finding_id}").text
    assert f", by {day}" in desk
    assert f"Due {day}" in queue
    assert f"Until {day}, IT may decide what it is." in own
    guest, page = portal.signed_in(maria.mail), f"/me/findings/{fake(maria).finding_id}"
    until = f"IT can see this until {day}, because two reviewers opened it early"
    for shown in (guest.get("/me"), guest.get(page)):
        assert f"{until}; our email says who and why." in shown.text
        assert "After that day, only you see it, unless a reviewer decides on it" in shown.text
    share = guest.get(f"/me/cases/{ref}/share").text
    assert f"You can stop sharing at any time. Until {day}, IT sees the alert in any case." in share
    send_due(portal.world.app)
    (email,) = maria.emails_of("break-glass")
    assert f"IT can see it until {end}." in " ".join(email.email.text.split())
    portal.world.later(days=1)
    assert "No cases are open to you." in portal.signed_in(BO).get("/review").text


def test_who_decides_early_is_not_said_to_lose_it_with_the_day(
    portal: Portal, maria: Staff, ana: Guest
):
    maria.rules(fake(maria), Decision.UNSHARED)
    ref, bo = fake(maria).id, portal.signed_in(BO)
    ana.post("/review/early", case_id=ref[:8], reason="A call.")
    bo.post(bo.get("/review/early").page.select_one("form.deed")["action"])
    day = format_near_day(portal.world.clock.at + EARLY_ACCESS_LASTS, district.ZONE)
    guest, page = portal.signed_in(maria.mail), f"/me/findings/{fake(maria).finding_id}"
    assert f"IT still sees it until {day}." in guest.get(page).text
    bo.post("/review/open", one=ref)

    seen = f"{ref} {fake(maria).revision}"
    bo.post("/review/rule", decision="impersonation", seen=seen)

    shown = guest.get(page).text
    assert f"IT still sees it until {day}, and only who decided on it after that." in shown


def test_what_is_shared_during_early_access_keeps_its_whole_time(
    portal: Portal, maria: Staff, ana: Guest
):
    maria.rules(fake(maria), Decision.UNSHARED)
    ref, bo = fake(maria).id, portal.signed_in(BO)
    ana.post("/review/early", case_id=ref[:8], reason="A call.")
    bo.post(bo.get("/review/early").page.select_one("form.deed")["action"])
    maria.rules(fake(maria), Decision.SHARED)
    bo.post("/review/open", one=ref)

    desk = bo.get(f"/review/cases/{ref}").text

    assert "It closes at" not in desk
    assert "It stays in the queue" in desk
    day = format_near_day(portal.world.clock.at + DECIDE_WITHIN, district.ZONE)
    assert f", by {day}" in desk


def test_an_undo_is_not_said_to_close_what_early_access_holds_open(
    portal: Portal, maria: Staff, ana: Guest
):
    maria.rules(fake(maria), Decision.UNSHARED)
    bo = portal.signed_in(BO)
    ana.post("/review/early", case_id=fake(maria).id[:8], reason="A call.")
    bo.post(bo.get("/review/early").page.select_one("form.deed")["action"])
    maria.rules(fake(maria), Decision.IMPERSONATION)
    page, words = (
        f"/me/findings/{fake(maria).finding_id}",
        "If you undo it, IT no longer sees it.",
    )

    assert words not in portal.signed_in(maria.mail).get(page).text
    portal.world.later(days=1)
    assert words in portal.signed_in(maria.mail).get(page).text


def test_one_reviewer_opens_nothing_early(portal: Portal, maria: Staff, ana: Guest):
    maria.rules(fake(maria), Decision.UNSHARED)
    ana.post("/review/early", case_id=fake(maria).id, reason="A call.")
    (proposal,) = portal.world.state.early_access.list_unconfirmed_proposals()

    answer = ana.follow(ana.post(f"/review/early/{proposal.id}"))

    assert "Another reviewer must confirm it" in answer.text
    assert "No cases are open to you." in ana.get("/review").text


def test_a_request_is_withdrawn_by_its_own_reviewer_alone(portal: Portal, maria: Staff, ana: Guest):
    maria.rules(fake(maria), Decision.UNSHARED)
    ana.post("/review/early", case_id=fake(maria).id, reason="A call.")
    (proposal,) = portal.world.state.early_access.list_unconfirmed_proposals()
    bo, place = portal.signed_in(BO), f"/review/early/{proposal.id}"

    assert "Only the reviewer who sent this" in bo.follow(bo.post(place, action="withdraw")).text
    form = ana.get("/review/early").page.select_one("form.deed")
    assert form.button.get_text() == "Withdraw"
    assert "Withdrawn." in ana.follow(ana.post(form["action"], action="withdraw")).text

    assert "Nothing is waiting." in bo.get("/review/early").text
    assert "There is no such proposal" in bo.follow(bo.post(place)).text
    assert "No cases are open to you." in bo.get("/review").text
    log = portal.signed_in(maria.mail).get("/me/data/seen").text
    assert "withdrew their request for early access" in log


def test_a_proposed_hold_is_withdrawn(portal: Portal, maria: Staff, ana: Guest):
    hold(ana, maria)
    (proposal,) = list_hold_proposals(portal.world.app)

    said = ana.follow(ana.post(f"/review/holds/{proposal.id}", action="withdraw")).text

    assert "Withdrawn." in said
    assert not list(list_hold_proposals(portal.world.app))
    assert "Withdrew their proposal about a legal hold" in ana.get("/review/audit").text


def test_a_guess_finds_nobody(maria: Staff, ana: Guest):
    for case in ("", "Maria", "Delgado", "0000", maria.mail):
        seen = ana.post("/review/early", case_id=case, reason="A call.")

        assert seen.status == 422
        assert "This is no reference" in seen.page.select_one(".field-wrong").text
    for case in ("00000000", maria.id):
        seen = ana.post("/review/early", case_id=case, reason="A call.")

        assert seen.status == 422
        assert "It is that of a case, not of a person" in seen.text


def test_a_case_that_the_queue_shows_is_said_to_be_there(maria: Staff, ana: Guest):
    seen = ana.post("/review/early", case_id=fake(maria).id[:8], reason="A call.")

    assert seen.status == 422
    assert "This case is already open to IT. Find it in the queue." in seen.text


def test_a_proposal_takes_a_reason(maria: Staff, ana: Guest):
    seen = ana.post("/review/early", case_id=fake(maria).id, reason=" ")

    assert seen.status == 422
    assert "Give a reason. The person will read it." in seen.text


def hold(guest: Guest, maria: Staff, step: str = "place", reason: str = "A lawsuit."):
    return guest.post("/review/holds", person_id=maria.mail, step=step, reason=reason)


def confirms(guest: Guest, maria: Staff) -> str:
    field = guest.get("/review/holds").page.select_one("form input[id^=person-]")
    form = field.find_parent("form") if field else None
    assert form
    return guest.follow(guest.post(str(form["action"]), person=maria.mail)).text


def test_a_hold_is_placed_and_lifted_by_two_reviewers(portal: Portal, maria: Staff, ana: Guest):
    bo, holds = portal.signed_in(BO), portal.world.state.legal_holds
    assert "Sent." in ana.follow(hold(ana, maria)).text
    assert "You proposed this" in ana.get("/review/holds").text
    assert not holds.has_active_legal_hold(maria.id)

    assert "The hold is in place" in confirms(bo, maria)
    assert holds.has_active_legal_hold(maria.id)
    assert maria.id in bo.get("/review/holds").text
    assert "Maria" not in bo.get("/review/holds").text

    hold(bo, maria, "lift", "It was settled.")
    assert "The hold is lifted" in confirms(ana, maria)
    assert not holds.has_active_legal_hold(maria.id)
    assert "No legal hold is in place." in ana.get("/review/holds").text


def test_one_reviewer_places_no_hold(portal: Portal, maria: Staff, ana: Guest):
    hold(ana, maria)
    (proposal,) = list_hold_proposals(portal.world.app)

    for guest in (ana, portal.signed_in(ANA)):
        answer = guest.follow(guest.post(f"/review/holds/{proposal.id}"))
        assert "Another reviewer must confirm it" in answer.text
    assert not portal.world.state.legal_holds.has_active_legal_hold(maria.id)


def test_a_hold_takes_a_reason_and_somebody_who_has_joined(maria: Staff, ana: Guest):
    assert "Give a reason" in hold(ana, maria, reason=" ").text
    for person in ("", "Maria", "eve@cedarvalley.example", "0" * 32):
        seen = ana.post("/review/holds", person_id=person, step="place", reason="A lawsuit.")

        assert seen.status == 422
        assert "You cannot propose this." in seen.text


def test_what_is_open_by_now_waits_for_no_second_reviewer(portal: Portal, maria: Staff, ana: Guest):
    maria.rules(fake(maria), Decision.UNSHARED)
    bo = portal.signed_in(BO)
    for reviewer in (ana, bo):
        reviewer.post("/review/early", case_id=fake(maria).id, reason="A call.")
    form = bo.get("/review/early").page.find("button", class_="button-warning").parent

    bo.post(form["action"])

    assert "to confirm" not in parts(ana)
    assert "Nothing is waiting." in ana.get("/review/early").text
