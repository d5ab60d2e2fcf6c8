"""Each answer leads somewhere: what to do is shown before it and after it, and what it opens."""

import pytest

from monitor.demo.district import THOMAS
from monitor.domain.events import Event
from monitor.domain.flag import Flag
from monitor.domain.vocabulary import Decision, EventKind, FlagKind, FlagState, Severity
from monitor.services.flagging import build_account_change_draft
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import Guest, Portal

OPENS = "If you choose “Someone pretending to be me”, IT can see this finding"


@pytest.fixture
def guest(portal: Portal, maria: Staff) -> Guest:
    return portal.signed_in(maria.mail)


def test_a_page_says_next_to_its_buttons_which_one_shows_it_to_it(maria: Staff, guest: Guest):
    flag = maria.flag(FlagKind.IMPERSONATION)

    assert OPENS in guest.get("/me/sort").text
    assert OPENS in guest.get(f"/me/findings/{flag.finding_id}").text
    assert "Then IT can see this finding" in guest.get(f"/me/takedown/{flag.id}").text
    maria.rules(flag, Decision.IMPERSONATION)
    assert OPENS not in guest.get(f"/me/findings/{flag.finding_id}").text
    assert "Then IT can see this finding" not in guest.get(f"/me/takedown/{flag.id}").text


def test_what_to_do_is_on_the_card_and_on_the_page_and_in_the_kit(maria: Staff, guest: Guest):
    flag = maria.flag(FlagKind.IMPERSONATION)

    for path in ("/me/sort", f"/me/findings/{flag.finding_id}", f"/me/takedown/{flag.id}"):
        text = guest.get(path).text
        assert "Tell your principal" in text
        assert "Warn your contacts" in text
    assert guest.get("/me/sort").page.find("a", href=f"/me/takedown/{flag.id}")


def test_home_lists_what_is_in_progress(maria: Staff, guest: Guest):
    flag = maria.flag(FlagKind.IMPERSONATION)
    assert "In progress" not in guest.get("/me").text
    maria.rules(flag, Decision.IMPERSONATION)

    home = guest.get("/me")
    assert "In progress Impersonation, not reported yet" in home.text
    assert "Nothing needs your attention" not in home.text
    guest.post(f"/me/takedown/{flag.id}", done="reported")
    home = guest.get("/me")
    assert "In progress Take-down reported Sep 12, 2026" in home.text
    assert home.page.find("a", href=f"/me/takedown/{flag.id}")


def test_nothing_needs_attention_only_where_that_is_true(maria: Staff, guest: Guest):
    calm = "Nothing needs your attention"
    flag = maria.flag(FlagKind.IMPERSONATION)
    assert calm not in guest.get("/me").text
    guest.post("/me/sort", finding=flag.finding_id, decision="impersonation")
    assert calm not in guest.get("/me").text
    guest.post(f"/me/takedown/{flag.id}", done="reported")

    assert calm in guest.get("/me").text


def test_who_lost_an_account_is_led_to_get_it_back_and_never_to_a_take_down(portal: Portal):
    thomas = portal.world.joins(THOMAS)
    portal.world.sweep()
    finding = next(iter(thomas.findings.values()))
    changed = build_account_change_draft(
        Event(
            person_id=thomas.id,
            finding_id=finding.id,
            kind=EventKind.VANISHED,
            at=finding.last_seen,
        ),
        Severity.HIGH,
    )
    flag = Flag(
        id="f" * 32,
        person_id=thomas.id,
        finding_id=finding.id,
        kind=changed.kind,
        severity=changed.severity,
        state=FlagState.OPEN,
        opened_at=finding.last_seen,
        reasons=changed.reasons,
    )
    portal.world.state.flags.insert_flag(flag)
    guest = portal.signed_in(thomas.mail)

    seen = guest.post(f"/me/flags/{flag.id}", decision="impersonation", back="sort")

    assert seen.leads_to == f"/me/findings/{flag.finding_id}#flag-{flag.id}"
    page = guest.get(seen.leads_to.partition("#")[0])
    assert "What to do now" in page.text
    assert "Set a new password, sign out everywhere" in page.text
    assert page.page.find("a", href=f"/me/takedown/{flag.id}") is None
    assert guest.get(f"/me/takedown/{flag.id}").status == 404
    assert "Account taken over, as you said" in guest.get("/me").text
