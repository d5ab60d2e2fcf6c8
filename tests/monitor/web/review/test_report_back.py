"""What IT reported, and its person then says pretends nothing: IT takes its report back."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from msgspec import structs

from monitor.domain.case_log import SENT_LEVERS
from monitor.domain.case_progress import DECIDE_WITHIN
from monitor.domain.detection.evidence import Evidence, EvidenceAxis
from monitor.domain.english_dates import format_near_day
from monitor.domain.person import build_reviewer_id
from monitor.domain.reason import Count, Reason
from monitor.domain.vocabulary import CaseKind, Decision, Severity, Side
from monitor.services.answer_links import ANSWER_LINK_LASTS, AnswerLink, build_answer_token
from monitor.services.digests import build_digest_view
from monitor.services.outbox import send_due
from monitor.services.review import queue_mistakes, queue_review_digests
from reports.emails.digest import render_digest
from reports.labels.cases import DECISION_PHRASES
from tests.monitor.counts import check_desk_counts, check_personal_counts
from tests.monitor.decisions import decide_case
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import Guest, Portal
from tests.monitor.web.review.flagged import ANA, BO, fake, several


@pytest.fixture
def reported(maria: Staff, ana: Guest, here: str) -> None:
    """Ana decided that it is an impersonation, and reported it."""
    for decision in ("impersonation", "reported"):
        seen = f"{fake(maria).id} {fake(maria).revision}"
        ana.post("/review/rule", decision=decision, seen=seen)
    maria.rules(fake(maria), Decision.UNSHARED)


@pytest.mark.usefixtures("reported")
def test_it_may_undo_that_it_took_its_report_back_and_has_the_text_again(
    maria: Staff, ana: Guest, here: str
):
    maria.rules(fake(maria), Decision.NAMESAKE)
    before = fake(maria).log
    ana.post(f"{here}/report-back")

    assert fake(maria).log[:-1] == before, "one press is one entry"
    page = ana.get(here)
    assert page.text.count(f"{ANA} took it back") == 1
    assert "Undo “I took it back”" in page.text
    undone = ana.follow(ana.post("/review/undo", case=fake(maria).id))
    assert "Undone: “I took it back”." in undone.text
    assert "That was a mistake" in undone.page.find(id="report").get_text()
    assert "IT takes back what it sent" in undone.text
    ana.post(f"{here}/report-left", reason="It asks parents for money.")
    assert "Undo “Leave the report”" in ana.get(here).text
    ana.post("/review/undo", case=fake(maria).id)
    assert fake(maria).report_to_take_back


@pytest.mark.parametrize("said", [Decision.UNRELATED, Decision.NAMESAKE, Decision.MOCK])
@pytest.mark.usefixtures("reported")
def test_it_is_told_and_takes_its_own_report_back(
    portal: Portal, maria: Staff, ana: Guest, here: str, said: Decision
):
    maria.rules(fake(maria), said)
    queue_mistakes(portal.world.app)
    queue_mistakes(portal.world.app)
    send_due(portal.world.app)

    (told,) = (
        one.email for one in portal.world.post.to(ANA) if "take back a mistake" in one.email.subject
    )
    assert f"{here}?to={build_reviewer_id(ANA)}" in told.text
    assert not [
        one for one in portal.world.post.to(BO) if "take back a mistake" in one.email.subject
    ]
    due = format_near_day(portal.world.app.clock.now() + DECIDE_WITHIN, "America/Chicago")
    queue = ana.get("/review").text
    assert f"Due {due} . IT takes back what it sent." in queue
    assert "Needs IT 1" in queue
    page = ana.get(here).page
    assert page.find(id="next").get_text() == (f"Next: IT takes back what it sent, by {due}")
    url = maria.world.state.findings.load_finding(fake(maria).finding_id).portrait.url
    assert url in page.find(id="report").get_text()

    ana.post(f"{here}/report-back")
    assert fake(maria).find_mistaken_report(Side.IT) is None
    assert fake(maria).find_report(Side.IT) is None
    again = ana.follow(ana.post(f"{here}/report-back")).text
    assert "This changed after you opened it." in again
    after = ana.get(here).text
    assert "What IT says" not in after
    if said is not Decision.MOCK:
        assert "Done 1" in ana.get("/review").text
        assert f"Ended: the staff member {DECISION_PHRASES[said]}" in after


@pytest.mark.usefixtures("reported")
def test_of_what_is_their_own_it_sees_its_report_and_takes_it_back(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    maria.rules(fake(maria), Decision.MINE)
    queue_mistakes(portal.world.app)
    send_due(portal.world.app)

    told = [
        one.email for one in portal.world.post.to(ANA) if "take back a mistake" in one.email.subject
    ]
    assert len(told) == 1
    assert not [
        one for one in portal.world.post.to(BO) if "take back a mistake" in one.email.subject
    ]
    due = format_near_day(portal.world.app.clock.now() + DECIDE_WITHIN, "America/Chicago")
    listed = ana.get("/review")
    queue = listed.text
    assert f"Due {due} . IT takes back what it sent." in queue
    page = ana.get(here)
    case = fake(maria)
    url = maria.world.state.findings.load_finding(case.finding_id).portrait.url
    assert url in page.page.find(id="report").get_text()
    shown = f"{queue} {page.response.text}"
    for hidden in ("Delgado", "Maria", "Their own", "own account", "History", "shared it"):
        assert hidden not in shown
    assert "Maple Street" not in listed.page.get_text()
    ana.post(f"{here}/report-back")
    assert "Undo “I took it back”" in ana.get(here).text
    assert "Ended: the staff member said that it is no fake" in ana.get(here).text
    assert "Delgado" not in ana.get(here).text
    portal.world.later(days=8)
    assert portal.signed_in(ANA).get(here).status == 404


@pytest.mark.usefixtures("reported")
def test_of_what_is_their_own_it_may_do_nothing_but_answer_for_its_report(
    maria: Staff, ana: Guest, here: str
):
    maria.rules(fake(maria), Decision.SHARED)
    maria.rules(fake(maria), Decision.UNSHARED)
    maria.rules(fake(maria), Decision.MINE)
    log = fake(maria).log

    for act, fields in (
        ("take", {"seen": ""}),
        ("note", {"remark": "x"}),
        ("pack", {}),
        ("told", {"letter": "staff"}),
    ):
        assert ana.post(f"{here}/{act}", **fields).status in {403, 404}, act
    assert ana.get(f"{here}/picture").status == 404
    seen = f"{fake(maria).id} {fake(maria).revision}"
    assert ana.post("/review/rule", decision="namesake", seen=seen).status == 403
    ana.post("/review/undo", case=fake(maria).id)
    assert fake(maria).log == log

    ana.post(f"{here}/ask", question="Are you sure?")
    ana.post(f"{here}/report-left", reason="It asks parents for money.")
    assert fake(maria).upheld


@pytest.mark.usefixtures("reported")
def test_who_says_that_it_is_theirs_reads_by_when_it_takes_its_report_back(
    portal: Portal, maria: Staff
):
    app, place = portal.world.app, f"/me/takedown/{fake(maria).id}/withdraw?by=it"
    where = f"/me/findings/{fake(maria).finding_id}"
    due = format_near_day(app.clock.now() + DECIDE_WITHIN, "America/Chicago")
    own = portal.signed_in(maria.mail)
    asked = f"IT is asked to take back what it told others, by {due}."
    buttons = {one["value"]: one.get_text() for one in own.get(where).page.select("button.answer")}
    for said in ("mine", "namesake", "unrelated", "mock"):
        assert asked in buttons[said]
    assert "IT sees only its address from now on." in buttons["mine"]
    assert asked not in buttons["impersonation"]

    own.post(f"/me/cases/{fake(maria).id}", decision="mine")

    promise = f"By {due}, IT takes the report back or tells you why not."
    page, home = own.get(where).text, own.get("/me").text
    assert promise in page
    assert (
        f"{ANA}, who reported it or told of it, sees only where it is, to take that back." in page
    )
    assert "If you undo it, IT sees it again." in page
    assert "What IT would see (nothing else)" in page
    assert promise in home
    assert "All quiet" not in home
    assert own.get(place).status == 404, "nobody tells IT by hand what it was told"
    portal.world.later(days=31)
    assert "IT reported an account" not in portal.signed_in(maria.mail).get("/me").text


@pytest.mark.usefixtures("reported")
def test_what_others_made_openly_is_reported_as_that_once_it_took_its_report_back(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    own, where = portal.signed_in(maria.mail), f"/me/findings/{fake(maria).finding_id}"
    kit = own.follow(own.post(f"/me/cases/{fake(maria).id}", decision="mock")).text
    due = format_near_day(portal.world.app.clock.now() + DECIDE_WITHIN, "America/Chicago")
    promise = f"By {due}, IT takes the report back or tells you why not."

    for text in (own.get(where).text, own.get("/me").text):
        assert promise in text
        assert "You report it, or leave it" in text
    assert "harassment" in kit.casefold()
    check_personal_counts(portal.world.app, maria.id)
    check_desk_counts(portal.world.app)
    desk = ana.get(here).page
    assert "That was a mistake: it pretends to be nobody." in desk.find(id="report").get_text()
    assert desk.find("ol", class_="track") is None
    assert "IT reports it" not in ana.get(here).text, "nobody else there sees it"
    own.post(f"/me/cases/{fake(maria).id}/undo")
    assert promise not in own.get("/me").text
    assert "IT takes back what it sent" not in ana.get(here).text
    own.post(f"/me/cases/{fake(maria).id}", decision="mock")
    ana.post(f"{here}/report-back")
    assert "IT took it back on" in own.get(where).text
    assert "You report it, or leave it" in own.get(where).text


@pytest.mark.usefixtures("reported")
def test_if_who_reported_what_is_theirs_has_left_its_person_tells_it(portal: Portal, maria: Staff):
    world = portal.world
    maria.rules(fake(maria), Decision.MINE)
    district = structs.replace(world.config.district, reviewers=(BO,))
    world.restarts(structs.replace(world.config, district=district))
    portal = Portal(world)
    assert portal.signed_in(BO).get(f"/review/cases/{fake(maria).id}").status == 404

    own, place = portal.signed_in(maria.mail), f"/me/takedown/{fake(maria).id}/withdraw?by=it"
    assert own.get("/me").page.find("a", href=place)
    assert own.get(place).status == 200


def build_link(portal: Portal, maria: Staff) -> str:
    """Return the link of an email that asks whose the account is."""
    app, case = portal.world.app, fake(maria)
    asked = AnswerLink(
        person_id=maria.id,
        card_id=case.finding_id,
        finding_id=case.finding_id,
        is_case=False,
        expires_at=app.clock.now() + ANSWER_LINK_LASTS,
    )
    return f"/answer/{build_answer_token(app, asked)}"


@pytest.mark.parametrize("said", ["mine", "namesake"])
@pytest.mark.usefixtures("reported")
def test_who_answers_by_a_link_is_told_that_it_reported_and_to_sign_in(
    portal: Portal, maria: Staff, said: str
):
    link = build_link(portal, maria)
    guest = portal.guest()
    card = guest.get(link)
    assert "IT said: It pretends to be you" in card.text
    buttons = {one["value"]: one.get_text() for one in card.page.select("button.answer")}
    for answer in ("mine", "namesake", "unrelated"):
        assert "IT reported it as a fake: you sign in to confirm this answer." in buttons[answer]
    assert "IT sees it, and has reported it." in buttons["impersonation"]

    saved = guest.post(link, decision=said).text

    assert "IT reported this account as a fake. Sign in to confirm your answer: IT then" in saved
    assert "You confirm your answer: IT says otherwise." in saved

    signed_in = portal.signed_in(maria.mail)
    words = {"mine": "This is me", "namesake": "Someone else with my name"}[said]
    for path in ("/me", f"/me/findings/{fake(maria).finding_id}"):
        page = signed_in.get(path)
        assert f"You said: {words} ." in page.text
        assert "IT says otherwise, and sees it until you confirm." in page.text
        assert "Is this account you?" not in page.text.partition("Another answer")[0]
        button = page.page.find("button", string=f"Confirm: {words}")
        action = button.find_parent("form")["action"]
    signed_in.post(action, decision=said)
    assert not fake(maria).awaits_confirmation
    confirmed = fake(maria)
    signed_in.post(f"/me/cases/{confirmed.id}/undo")
    assert fake(maria).is_undecided, "what was confirmed is one answer, and one undo"
    assert fake(maria).get_verdict(Side.PERSON) is None
    feedback = portal.world.state.findings.find_finding_feedback
    assert feedback(confirmed.finding_id) is None
    signed_in.post(action, decision=said)
    assert feedback(confirmed.finding_id) == said
    over = signed_in.get(build_link(portal, maria)).text
    assert "Your results say where it is now." in over
    assert "Sign in to see" not in over


@pytest.mark.usefixtures("reported")
def test_an_answer_by_a_link_that_ends_it_says_by_when_it_takes_its_report_back(
    portal: Portal, maria: Staff
):
    app = portal.world.app
    app.db.cases.update_case(replace(fake(maria), severity=Severity.MEDIUM))
    due = format_near_day(app.clock.now() + DECIDE_WITHIN, "America/Chicago")

    saved = portal.guest().post(build_link(portal, maria), decision="mine").text

    assert f"By {due}, IT takes the report back or tells you why not." in saved


@pytest.mark.usefixtures("reported")
def test_who_confirms_what_it_reported_reads_everywhere_that_it_did(portal: Portal, maria: Staff):
    saved = portal.guest().post(build_link(portal, maria), decision="impersonation").text
    assert "IT sees it, and has reported it." in saved
    assert "how to report the account" not in saved

    plan = portal.signed_in(maria.mail).get(f"/me/takedown/{fake(maria).id}")
    due = format_near_day(portal.world.app.clock.now() + DECIDE_WITHIN, "America/Chicago")
    assert plan.title == "How IT's report is going"
    assert "Not checked since IT's report" in plan.text
    assert (
        f"Say what it is: then IT is asked to take back what it told others, by {due}." in plan.text
    )


@pytest.mark.usefixtures("reported")
def test_its_person_reads_that_it_reported_and_takes_it_back(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    maria.rules(fake(maria), Decision.NAMESAKE)
    own, where = portal.signed_in(maria.mail), f"/me/findings/{fake(maria).finding_id}"

    before = own.get(where)
    due = format_near_day(portal.world.app.clock.now() + DECIDE_WITHIN, "America/Chicago")
    assert "IT reported it on" in before.text
    assert f"By {due}, IT takes the report back or tells you why not." in before.text
    assert "IT said:" in before.text
    assert "Take the report back" not in before.text
    assert own.get(f"/me/takedown/{fake(maria).id}/withdraw?by=it").status == 404
    ana.post(f"{here}/report-back")
    after = own.get(where).text
    assert "IT took it back on" in after
    assert "IT said:" not in after


@pytest.mark.usefixtures("reported")
def test_after_an_undo_it_decides_by_a_day_and_both_sides_read_it(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    maria.rules(fake(maria), Decision.NAMESAKE)
    ana.post(f"{here}/report-back")
    portal.world.later(days=2)
    maria.rules(fake(maria), Decision.REOPENED)

    due = format_near_day(portal.world.app.clock.now() + DECIDE_WITHIN, "America/Chicago")
    queue = portal.signed_in(ANA).get("/review").text
    assert f"Due {due} . IT decides what it is; the person's answer overrules it." in queue
    assert "Needs IT 1" in queue
    own = portal.signed_in(maria.mail).get(f"/me/findings/{fake(maria).finding_id}").text
    assert f"Next, by {due}: IT decides what it is. Your answer overrules that" in own


@pytest.mark.usefixtures("reported")
def test_the_weekly_email_opens_the_report_to_take_back_first(portal: Portal, maria: Staff):
    maria.rules(fake(maria), Decision.NAMESAKE)
    queue_review_digests(portal.world.app)
    send_due(portal.world.app)

    email = portal.world.post.to(ANA)[-1].email
    assert "take back a mistake" in email.subject
    assert "Maria" not in email.text
    assert any(entry.decision in SENT_LEVERS for entry in fake(maria).standing)


@pytest.mark.usefixtures("reported")
def test_it_is_told_of_each_report_to_take_back_and_of_one_again(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    def count_emails() -> int:
        queue_mistakes(portal.world.app)
        send_due(portal.world.app)
        told = portal.world.post.to(ANA)
        return sum("take back a mistake" in one.email.subject for one in told)

    (other,) = several(portal, maria, 1)
    maria.rules(fake(maria), Decision.NAMESAKE)
    assert count_emails() == 1

    cases = portal.world.state.cases
    maria.rules(cases.load_case(other), Decision.IMPERSONATION)
    ana.post("/review/open", one=other)
    ana.post("/review/rule", decision="reported", seen=f"{other} {cases.load_case(other).revision}")
    maria.rules(cases.load_case(other), Decision.NAMESAKE)
    assert count_emails() == 2
    assert f"/review/cases/{other}?to=" in portal.world.post.to(ANA)[-1].email.text

    ana.post(f"/review/cases/{other}/report-back")
    maria.rules(cases.load_case(other), Decision.IMPERSONATION)
    portal.world.later(minutes=1)
    ana.post("/review/rule", decision="reported", seen=f"{other} {cases.load_case(other).revision}")
    maria.rules(cases.load_case(other), Decision.UNRELATED)
    assert count_emails() == 3


@pytest.mark.usefixtures("reported")
def test_what_its_person_leaves_as_it_is_was_reported_rightly(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    for said in (Decision.IMPERSONATION, Decision.HARMLESS):
        maria.rules(fake(maria), said)
    queue_mistakes(portal.world.app)
    send_due(portal.world.app)

    assert not [
        one for one in portal.world.post.to(ANA) if "take back a mistake" in one.email.subject
    ]
    assert "IT takes back what it sent" not in ana.get(here).text
    own, place = portal.signed_in(maria.mail), f"/me/takedown/{fake(maria).id}/withdraw?by=it"
    assert own.get(place).status == 404
    assert place not in own.get(f"/me/findings/{fake(maria).finding_id}").text


@pytest.mark.usefixtures("reported")
def test_its_report_stays_to_be_taken_back_whatever_its_person_noted_since(
    portal: Portal, maria: Staff
):
    for said in (Decision.IMPERSONATION, Decision.REFUSED, Decision.MINE):
        maria.rules(fake(maria), said)

    own = portal.signed_in(maria.mail).get(f"/me/findings/{fake(maria).finding_id}").text
    assert "IT takes the report back or tells you why not" in own


@pytest.mark.usefixtures("reported")
def test_no_undo_of_another_reviewers_word_takes_a_report_back(portal: Portal, maria: Staff):
    maria.rules(fake(maria), Decision.SHARED)
    for decision in (Decision.MOCK, Decision.REOPENED):
        decide_case(portal.world.app, fake(maria).id, decision, build_reviewer_id(BO))
    maria.rules(fake(maria), Decision.MINE)

    own = portal.signed_in(maria.mail).get(f"/me/findings/{fake(maria).finding_id}")
    assert "IT takes the report back or tells you why not" in own.text
    assert "IT took it back" not in own.text


@pytest.mark.usefixtures("reported")
def test_whose_reporter_can_no_longer_open_it_has_it_take_the_report_back(
    portal: Portal, maria: Staff
):
    maria.rules(fake(maria), Decision.NAMESAKE)
    own, where = portal.signed_in(maria.mail), f"/me/findings/{fake(maria).finding_id}"
    assert "IT takes the report back or tells you why not" in own.get(where).text

    portal.world.later(days=8)
    own = portal.signed_in(maria.mail)

    assert "IT takes the report back or tells you why not" not in own.get(where).text
    assert "Have IT take back what it told others" in own.get(where).text
    assert ANA in own.get(f"/me/takedown/{fake(maria).id}/withdraw?by=it").text


@pytest.mark.usefixtures("reported")
def test_home_and_digest_tell_alike_until_it_has_taken_its_report_back(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    app = portal.world.app
    maria.rules(fake(maria), Decision.NAMESAKE)

    for days, needs_you, said in (
        (0, 0, "IT is asked to take back what it told others, by"),
        (8, 1, "Have IT take back what it told others"),
    ):
        portal.world.later(days=days)
        check_personal_counts(app, maria.id)
        view = build_digest_view(app, maria.id)
        email = render_digest(view)
        assert view.needs_you == needs_you
        assert not view.is_quiet
        for told in (email.text, email.html, portal.signed_in(maria.mail).get("/me").text):
            words = " ".join(told.split())
            assert "IT reported an account that you say is no fake." in words
            assert said.partition(",")[0] in words
    portal.world.later(days=30)
    check_personal_counts(app, maria.id)
    assert build_digest_view(app, maria.id).misreported == ()


@pytest.mark.usefixtures("reported")
def test_it_may_ask_first_and_its_person_reads_what(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    maria.rules(fake(maria), Decision.NAMESAKE)

    ana.post(f"{here}/ask", question="Its picture is yours. Have you seen it?")

    own = portal.signed_in(maria.mail).get(f"/me/findings/{fake(maria).finding_id}").text
    assert "Its picture is yours. Have you seen it?" in own
    assert "IT takes back what it sent" in ana.get(here).text


@pytest.mark.usefixtures("reported")
def test_it_may_leave_its_report_with_a_reason_that_its_person_reads(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    maria.rules(fake(maria), Decision.NAMESAKE)
    seen = f"{fake(maria).id} {fake(maria).revision}"
    ana.post("/review/rule", decision="impersonation", seen=seen)
    assert fake(maria).report_to_take_back, "nobody leaves a report without a word"
    fault = ana.post(f"{here}/report-left", reason=" ")
    assert "Write why: the staff member will read it." in fault.text

    ana.post(f"{here}/report-left", reason="It asks parents for money.")
    send_due(portal.world.app)

    told = portal.world.post.to(maria.mail)[-1].email
    assert "IT leaves its report" in told.subject
    assert "It asks parents for money." in told.text
    own = portal.signed_in(maria.mail).get(f"/me/findings/{fake(maria).finding_id}").text
    assert "IT answered that it leaves its report: It asks parents for money." in own
    assert "You said: Someone else with my name." in own
    assert "Have IT take back what it told others" in own
    home = portal.signed_in(maria.mail).get("/me").text
    assert "IT answered that it leaves its report: It asks parents for money." in home
    assert "Have IT take back what it told others" not in home, "it was asked, and has answered"
    assert "Done 1" in ana.get("/review").text
    assert fake(maria).get_verdict(Side.PERSON) is Decision.NAMESAKE
    assert "Ended: the staff member said that it is someone else" in ana.get(here).text


@pytest.mark.usefixtures("reported")
def test_if_who_reported_has_left_another_reviewer_is_told_and_takes_it_back(
    portal: Portal, maria: Staff, here: str
):
    world = portal.world
    maria.rules(fake(maria), Decision.SHARED)
    maria.rules(fake(maria), Decision.NAMESAKE)
    district = structs.replace(world.config.district, reviewers=(BO,))
    world.restarts(structs.replace(world.config, district=district))
    portal = Portal(world)
    queue_mistakes(world.app)
    send_due(world.app)

    told = [one for one in world.post.to(BO) if "take back a mistake" in one.email.subject]
    assert len(told) == 1
    bo = portal.signed_in(BO)
    bo.post("/review/open", one=fake(maria).id)
    assert "A former reviewer reported it" in bo.get(here).text
    own = portal.signed_in(maria.mail).get(f"/me/findings/{fake(maria).finding_id}").text
    assert "IT takes the report back or tells you why not" in own

    bo.post(f"{here}/report-back")

    assert fake(maria).find_report(Side.IT) is None
    (*_, last) = fake(maria).log
    assert (last.by, last.whose) == (build_reviewer_id(BO), build_reviewer_id(ANA))
    own = portal.signed_in(maria.mail).get(f"/me/findings/{fake(maria).finding_id}").text
    assert "IT took it back on" in own


@pytest.mark.usefixtures("reported")
def test_no_other_reviewer_is_told_of_what_none_of_them_may_open(portal: Portal, maria: Staff):
    world = portal.world
    maria.rules(fake(maria), Decision.NAMESAKE)
    district = structs.replace(world.config.district, reviewers=(BO,))
    world.restarts(structs.replace(world.config, district=district))
    queue_mistakes(world.app)
    send_due(world.app)

    assert not [one for one in world.post.to(BO) if "take back a mistake" in one.email.subject]
    own = Portal(world).signed_in(maria.mail)
    assert (
        "Have IT take back what it told others"
        in own.get(f"/me/findings/{fake(maria).finding_id}").text
    )


@pytest.mark.parametrize("count", [1, 2])
def test_who_reported_by_mistake_and_answers_by_a_link_is_led_to_the_text(
    portal: Portal, maria: Staff, count: int
):
    maria.rules(fake(maria), Decision.UNSHARED)
    own, plan = portal.signed_in(maria.mail), f"/me/takedown/{fake(maria).id}"
    own.post(f"/me/cases/{fake(maria).id}", decision="impersonation")
    for _ in range(count):
        own.post(plan, done="reported")
    for _ in range(count + 1):
        own.post(f"/me/cases/{fake(maria).id}/undo")

    guest = portal.guest()
    saved = guest.post(build_link(portal, maria), decision="namesake").text
    assert "You reported it. Sign in for the text that takes your report back." in saved
    assert "We are emailing you a code." in saved
    signed_in = own.post(build_link(portal, maria), decision="namesake")
    assert signed_in.status == 410, "it was answered"
    text = own.get(f"{plan}/withdraw")
    assert "It belongs to another person who has my name." in text.text
    assert ("send it to each place" in text.text) is (count > 1)


def test_what_it_says_others_made_openly_is_for_its_person_to_report(
    maria: Staff, ana: Guest, here: str
):
    ana.post("/review/rule", decision="mock", seen=f"{fake(maria).id} {fake(maria).revision}")

    page = ana.get(here)
    assert "IT reports it" not in page.page.find(id="next").get_text()
    assert not page.page.find(id="report"), "no report claims that it presents itself as her"
    assert not page.page.find("button", value="reported")
    assert "Harassment" in page.text


def test_that_it_says_others_made_it_speaks_against_a_report_of_an_impersonation(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    maria.rules(fake(maria), Decision.IMPERSONATION)
    say_openly(maria, "mock-bio", Reason("wave.words", {"count": Count(3)}))
    case = fake(maria)

    page, words = ana.get(here).page, "It describes itself as a page that others made."
    against = "What speaks against it: It describes itself as a page that others made."
    assert against in " ".join(page.find(id="false-report").get_text().split())
    report = page.find(id="report").get_text()
    assert words not in report
    assert "staff members" not in report
    where = f"/me/findings/{case.finding_id}"
    assert against in portal.signed_in(maria.mail).get(where).text
    assert not page.find(string="Messages to families and staff"), "it pretends to be nobody"
    plan = portal.signed_in(maria.mail).get(f"/me/takedown/{case.id}").text
    assert "pretends to be me. It is not mine." not in plan


def say_openly(maria: Staff, rule: str, *more: Reason) -> None:
    """Let the account say of itself that others made it."""
    state, case, openly = maria.world.state, fake(maria), Reason(rule)
    said = Evidence(rule=rule, axis=EvidenceAxis.MOCK, bits=8.0, reason=openly)
    known = state.findings.find_assessment(case.finding_id)
    with state.begin_transaction():
        told = replace(known, evidence=(said, *known.evidence))
        state.findings.set_assessment(case.finding_id, told)
        state.cases.update_case(replace(case, reasons=(openly, *more, *case.reasons)))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("mock-bio", "It describes itself as a page that others made."),
        ("mock-name", "Its name or username has words of pages that others make"),
    ],
)
@pytest.mark.parametrize("kind", [CaseKind.IMPERSONATION, CaseKind.MOCK_ACCOUNT])
def test_its_person_reads_that_it_says_others_made_it_before_they_call_it_a_fake(
    portal: Portal, maria: Staff, kind: CaseKind, rule: str, words: str
):
    say_openly(maria, rule)
    cases = portal.world.state.cases
    where, link = f"/me/findings/{fake(maria).finding_id}", build_link(portal, maria)
    cases.update_case(replace(fake(maria), kind=kind, notified_at=None))
    lead = "" if kind is CaseKind.MOCK_ACCOUNT else "What speaks against it: "
    email = render_digest(build_digest_view(portal.world.app, maria.id))
    result = portal.signed_in(maria.mail).get(where).text.partition("Why we ask")[0]

    for told in (email.text, email.html, portal.guest().get(link).text, result):
        assert lead + words in " ".join(BeautifulSoup(told, "html.parser").get_text(" ").split())


def test_what_it_doubts_it_tells_no_families_of(maria: Staff, ana: Guest, here: str):
    maria.rules(fake(maria), Decision.IMPERSONATION)
    assert "Messages to families and staff" in ana.get(here).text
    ana.post("/review/rule", decision="namesake", seen=f"{fake(maria).id} {fake(maria).revision}")

    assert "Messages to families and staff" not in ana.get(here).text
    refused = ana.follow(ana.post(f"{here}/told", letter="parents"))
    assert "There is no such message about this case." in refused.text
