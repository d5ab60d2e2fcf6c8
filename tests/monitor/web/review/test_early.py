"""Opening a flag early on the pages: two sessions, a reason, and no search for people."""

from monitor.domain.flag import Ruling
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import Guest, Portal
from tests.monitor.web.review.flagged import BO, fake


def test_a_flag_is_opened_early_by_two_reviewers(portal: Portal, maria: Staff, ana: Guest):
    maria.rules(fake(maria), Ruling.REOPENED)
    bo, ref = portal.signed_in(BO), fake(maria).ref
    assert "Proposed." in ana.follow(ana.post("/review/early", flag=ref[:8], reason="A call.")).text
    assert "You proposed this" in ana.get("/review/early").text

    form = bo.get("/review/early").page.select_one("form.deed")
    opened = bo.post(form["action"])

    assert opened.leads_to == f"/review/flags/{ref}"
    assert "It is open for a day" in bo.follow(opened).text
    assert "Opened early" in bo.get("/review").text
    portal.world.later(days=1)
    assert "Nothing is open to you." in portal.signed_in(BO).get("/review").text


def test_one_reviewer_opens_nothing_early(portal: Portal, maria: Staff, ana: Guest):
    maria.rules(fake(maria), Ruling.REOPENED)
    ana.post("/review/early", flag=fake(maria).ref, reason="A call.")
    (proposal,) = portal.world.state.glass.unconfirmed()

    answer = ana.follow(ana.post(f"/review/early/{proposal.ref}"))

    assert "Another reviewer has to confirm it" in answer.text
    assert "Nothing is open to you." in ana.get("/review").text


def test_a_guess_finds_nobody(maria: Staff, ana: Guest):
    for flag in ("", "Maria", "Delgado", "00000000", maria.mail, maria.ref):
        seen = ana.post("/review/early", flag=flag, reason="A call.")

        assert seen.status == 422
        assert "No flag of this reference can be opened early by you." in seen.text


def test_a_proposal_takes_a_reason(maria: Staff, ana: Guest):
    seen = ana.post("/review/early", flag=fake(maria).ref, reason=" ")

    assert seen.status == 422
    assert "Give a reason: the person will read it." in seen.text
