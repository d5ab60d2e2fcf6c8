"""The found picture next to the person's own, from our own pages."""

import re

import pytest

from monitor.demo.district import MARIA, ROSA
from monitor.domain.vocabulary import CaseKind, Decision, Scope
from monitor.services.answers import record_feedback
from monitor.services.outbox import send_due
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff
from tests.monitor.web.portal import ADDRESS, OPERATOR, Portal, Seen

pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")


@pytest.fixture
def maria(portal: Portal) -> Staff:
    """Somebody who agreed to pictures, and whose own was copied."""
    world = portal.world
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA, scopes=MARIA.scopes | {Scope.PHOTOS})
    world.sweep()
    return maria


def pictures(seen: Seen) -> list[str]:
    return [str(element["src"]) for element in seen.page.select(".faces img")]


def test_a_card_a_finding_and_its_comparison_show_both_pictures(portal: Portal, maria: Staff):
    guest, found = portal.signed_in(maria.mail), maria.case(CaseKind.IMPERSONATION).finding_id

    shown = pictures(guest.get(f"/me/findings/{found}"))

    assert len(shown) == 2
    assert shown[0] == f"/me/findings/{found}/picture"
    assert pictures(guest.get(f"/me/findings/{found}/beside")) == shown
    assert pictures(guest.get("/me/sort"))[:2] == shown
    for one_picture in shown:
        picture = guest.get(one_picture)
        assert picture.headers["Content-Type"] == "image/jpeg"
        assert picture.headers["Cache-Control"] == "no-store"
        assert "img-src 'self'" in picture.headers["Content-Security-Policy"]


def test_a_link_in_an_email_shows_the_two_pictures_of_its_card_and_no_other(
    portal: Portal, maria: Staff
):
    send_due(portal.world.app)
    (alert,) = maria.emails_of("alert")
    link = re.search(rf"{re.escape(ADDRESS)}(/answer/\S+)", alert.email.text)[1]
    guest = portal.guest()

    shown = pictures(guest.get(link))

    assert len(shown) == 2
    assert {guest.get(path).headers["Content-Type"] for path in shown} == {"image/jpeg"}
    other = next(
        id_ for id_ in (item.id for item in maria.findings.values()) if id_ not in str(shown)
    )
    assert guest.get(f"{link}/pictures/{other}").status == 404
    assert guest.get(f"/answer/x/pictures/{other}").status == 404
    guest.post(link, decision="namesake")
    assert {guest.get(path).status for path in shown} == {404}


def test_what_is_somebody_elses_shows_none(portal: Portal, maria: Staff):
    guest, found = portal.signed_in(maria.mail), maria.case(CaseKind.IMPERSONATION).finding_id
    record_feedback(portal.world.app, maria.id, {found: Decision.NAMESAKE})

    assert pictures(guest.get(f"/me/findings/{found}")) == []
    assert guest.get(f"/me/findings/{found}/picture").status == 404


def test_pictures_are_shown_to_their_person_and_to_nobody_else(portal: Portal, maria: Staff):
    found = maria.case(CaseKind.IMPERSONATION).finding_id
    place = f"/me/findings/{found}/picture"
    rosa = portal.world.joins(ROSA)

    assert portal.signed_in(maria.mail).get(place).status == 200
    assert portal.signed_in(rosa.mail).get(place).status == 404
    for other in (REVIEWERS[0], OPERATOR):
        assert portal.signed_in(other).get(place).status == 403
    assert portal.guest().get(place).leads_to == "/sign-in"
    assert not any("<img" in email.email.html for email in maria.emails)
