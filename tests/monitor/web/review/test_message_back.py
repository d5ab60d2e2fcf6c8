"""What IT told families, and its person then says pretends nothing: IT corrects its message."""

import pytest
from msgspec import structs

from monitor.domain.case_progress import DECIDE_WITHIN
from monitor.domain.english_dates import format_near_day
from monitor.domain.vocabulary import Decision, Side
from monitor.services.digests import build_digest_view
from monitor.services.outbox import send_due
from monitor.services.review import queue_mistakes
from reports.dates import format_day
from reports.emails.digest import render_digest
from tests.monitor.counts import check_desk_counts, check_personal_counts
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import Guest, Portal
from tests.monitor.web.review.flagged import ANA, BO, fake

PROMISE = "IT told families or staff of it on"


@pytest.fixture
def told(maria: Staff, ana: Guest, here: str) -> None:
    """Ana told families that it pretends to be Maria, as Maria had said."""
    maria.rules(fake(maria), Decision.IMPERSONATION)
    maria.rules(fake(maria), Decision.UNSHARED)
    ana.post(f"{here}/told", letter="parents")


@pytest.mark.parametrize("said", ["mine", "namesake", "mock"])
@pytest.mark.usefixtures("told")
def test_who_told_families_of_what_pretends_nothing_is_asked_to_correct_that(
    portal: Portal, maria: Staff, ana: Guest, here: str, said: str
):
    app, own = portal.world.app, portal.signed_in(maria.mail)
    own.post(f"/me/cases/{fake(maria).id}", decision=said)
    queue_mistakes(app)
    send_due(app)

    assert [one for one in portal.world.post.to(ANA) if "take back" in one.email.subject]
    assert not [one for one in portal.world.post.to(BO) if "take" in one.email.subject]
    due = format_near_day(app.clock.now() + DECIDE_WITHIN, "America/Chicago")
    result = own.get(f"/me/findings/{fake(maria).finding_id}").text
    email = render_digest(build_digest_view(app, maria.id))
    for text in (result, own.get("/me").text):
        assert PROMISE in text
        assert f"By {due}, IT corrects its message." in text
        assert "IT reported" not in text
    for text in (email.text, email.html):
        assert "that you say is no fake." in " ".join(text.split())
        assert "The platform may act on it" not in text
    check_personal_counts(app, maria.id)
    check_desk_counts(app)
    desk = ana.get(here)
    assert "That was a mistake" in desk.page.find(id="correction-en").get_text()
    assert "Fue un error" in desk.page.find(id="correction-es").get_text()
    assert "Delgado" not in desk.page.find(id="correction-en").get_text()
    assert portal.signed_in(BO).get(here).status == 404
    if said != "mock":
        assert "Delgado" not in desk.text, "of what it was flagged for, nobody sees more"
    ana.post(f"{here}/report-back")
    assert fake(maria).find_mistaken_report(Side.IT) is None
    assert PROMISE not in own.get("/me").text
    assert "IT took it back on" in own.get(f"/me/findings/{fake(maria).finding_id}").text
    ana.post("/review/undo", case=fake(maria).id)
    assert PROMISE in own.get("/me").text
    portal.world.later(days=8)
    if said != "mock":
        assert portal.signed_in(ANA).get(here).status == 404


@pytest.mark.usefixtures("told")
def test_its_person_is_emailed_at_once_that_families_were_told_and_reads_it_on_home(
    portal: Portal, maria: Staff
):
    send_due(portal.world.app)

    (email,) = maria.emails_of("reviewer-question")
    text = " ".join(email.email.text.split())
    assert email.email.subject == "Namesake: IT has acted on your alert"
    assert "IT sent families or staff a message about it. Next, by" in text
    assert "IT said" not in text
    assert ANA in text
    own = portal.signed_in(maria.mail)
    assert PROMISE in own.get("/me").text
    assert (
        "IT told families of this account."
        in own.get(f"/me/findings/{fake(maria).finding_id}").text
    )


@pytest.mark.usefixtures("told")
def test_that_families_were_told_by_mistake_of_the_press_is_undone(
    maria: Staff, ana: Guest, here: str
):
    assert "Undo “I told families or staff”" in ana.get(here).text
    ana.post("/review/undo", case=fake(maria).id)
    maria.rules(fake(maria), Decision.NAMESAKE)

    assert fake(maria).find_mistaken_report(Side.IT) is None


@pytest.mark.usefixtures("told")
def test_nobody_but_it_notes_that_it_told_families(portal: Portal, maria: Staff):
    log = fake(maria).log
    own = portal.signed_in(maria.mail)

    assert own.post(f"/me/cases/{fake(maria).id}", decision="told").status == 400
    assert fake(maria).log == log


@pytest.mark.usefixtures("told")
def test_an_answer_that_denies_says_that_it_takes_back_what_it_told(portal: Portal, maria: Staff):
    maria.rules(fake(maria), Decision.REOPENED)

    result = portal.signed_in(maria.mail).get(f"/me/findings/{fake(maria).finding_id}").page
    hint = result.find("button", value="namesake").get_text()
    assert "IT is asked to take back what it told others, by" in hint


@pytest.mark.usefixtures("told")
def test_who_reported_and_told_is_asked_to_take_both_back(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    app = portal.world.app
    maria.rules(fake(maria), Decision.SHARED)
    days = []
    for _ in range(2):
        portal.world.later(days=1)
        ana = portal.signed_in(ANA)
        ana.post("/review/open", one=fake(maria).id)
        seen = f"{fake(maria).id} {fake(maria).revision}"
        ana.post("/review/rule", decision="reported", seen=seen)
        days.append(format_day(app.clock.now(), app.config.district.zone))
    portal.world.later(days=1)
    ana = portal.signed_in(ANA)
    ana.post("/review/open", one=fake(maria).id)
    ana.post(f"{here}/told", letter="staff")
    maria.rules(fake(maria), Decision.NAMESAKE)

    own = portal.signed_in(maria.mail)
    result = own.get(f"/me/findings/{fake(maria).finding_id}").text
    email = render_digest(build_digest_view(app, maria.id))
    for text in (result, own.get("/me").text):
        assert ", and told families or staff of it. We tell IT that it is no fake." in text
        assert "IT takes both back." in text
    for text in (email.text, email.html):
        both = "IT reported an account that you say is no fake, and told families or staff of it."
        assert both in " ".join(text.split())
    desk = ana.get(here).page
    assert f"On {days[0]} and {days[1]}, " in desk.find(id="report").get_text()
    assert "That was a mistake" in desk.find(id="correction-en").get_text()
    assert not desk.find("form", action=f"{here}/report-left")
    ana.post(f"{here}/report-left", reason="It asks parents for money.")
    assert fake(maria).report_to_take_back, "what families were told is corrected, not left"
    ana.post(f"{here}/report-back")
    assert not fake(maria).sent_by_mistake


@pytest.mark.parametrize("shared", [1, 0])
@pytest.mark.usefixtures("told")
def test_if_who_told_families_has_left_another_is_asked_or_its_person_asks_it(
    maria: Staff, here: str, shared: int
):
    world = maria.world
    if shared:
        maria.rules(fake(maria), Decision.SHARED)
    maria.rules(fake(maria), Decision.NAMESAKE)
    district = structs.replace(world.config.district, reviewers=(BO,))
    world.restarts(structs.replace(world.config, district=district))
    portal = Portal(world)
    queue_mistakes(world.app)
    send_due(world.app)

    own, bo = portal.signed_in(maria.mail), portal.signed_in(BO)
    told = [one for one in world.post.to(BO) if "take back a mistake" in one.email.subject]
    place = f"/me/takedown/{fake(maria).id}/withdraw?by=it"
    assert len(told) == shared
    check_personal_counts(world.app, maria.id)
    if shared:
        assert own.get(place).status == 404
        bo.post("/review/open", one=fake(maria).id)
        assert "A former reviewer told families or staff of it" in bo.get(here).text
        assert "That was a mistake" in bo.get(here).page.find(id="correction-en").get_text()
        bo.post(f"{here}/report-back")
        assert fake(maria).find_mistaken_report(Side.IT) is None
        return
    home, text = own.get("/me").text, own.get(place)
    assert "Have IT take back what it told others" in home
    assert PROMISE in home
    assert "was reported by IT to families or staff" in text.page.find(id="text").get_text()
    assert "The platform may still act" not in text.text
    own.post(f"/me/takedown/{fake(maria).id}/withdraw", by="it")
    assert "Have IT take back what it told others" not in own.get("/me").text


@pytest.mark.usefixtures("told")
def test_who_leaves_a_report_leaves_no_message_of_another(portal: Portal, maria: Staff, here: str):
    maria.rules(fake(maria), Decision.SHARED)
    bo = portal.signed_in(BO)
    bo.post("/review/open", one=fake(maria).id)
    seen = f"{fake(maria).id} {fake(maria).revision}"
    bo.post("/review/rule", decision="reported", seen=seen)
    maria.rules(fake(maria), Decision.NAMESAKE)

    bo.post(f"{here}/report-left", reason="It asks parents for money.")

    case = fake(maria)
    assert case.upheld
    assert case.report_to_take_back == case.list_mistaken_reports(Side.IT)[0]
    assert "IT corrects its message." in portal.signed_in(maria.mail).get("/me").text
