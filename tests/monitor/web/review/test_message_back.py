"""What IT told families, and its person then says pretends nothing: IT corrects its message."""

import pytest

from monitor.domain.case_progress import DECIDE_WITHIN
from monitor.domain.english_dates import format_near_day
from monitor.domain.vocabulary import Decision, Side
from monitor.services.digests import build_digest_view
from monitor.services.outbox import send_due
from monitor.services.review import queue_mistakes
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
