"""The picture of an account: with a case that is open to IT, and once it was opened."""

import pytest

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import Decision, Scope
from monitor.services.review_access import VIEW_LASTS
from tests.monitor.services.world import IMPOSTOR, Staff
from tests.monitor.web.portal import Guest, Portal
from tests.monitor.web.review.flagged import ANA, BO, fake

pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")


@pytest.fixture
def maria(portal: Portal) -> Staff:
    """Somebody who agreed to pictures, and is impersonated."""
    world = portal.world
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA, scopes=MARIA.scopes | {Scope.PHOTOS})
    world.sweep()
    world.later(minutes=1)
    return maria


def test_it_sees_the_picture_of_the_account_and_never_the_persons_own(
    portal: Portal, maria: Staff, ana: Guest
):
    case = fake(maria)
    place = f"/review/cases/{case.id}"
    assert ana.get(f"{place}/picture").status == 404

    maria.rules(case, Decision.IMPERSONATION)
    assert ana.get(f"{place}/picture").status == 404
    ana.post("/review/open", one=case.id)

    assert [element["src"] for element in ana.get(place).page.select("main img")] == [
        f"{place}/picture"
    ]
    assert ana.get(f"{place}/picture").headers["Content-Type"] == "image/jpeg"
    assert portal.signed_in(BO).get(f"{place}/picture").status == 404
    assert ana.get(f"/me/findings/{case.finding_id}/picture").status == 403
    portal.world.clock.at += VIEW_LASTS
    assert portal.signed_in(ANA).get(f"{place}/picture").status == 404


@pytest.mark.parametrize("answer", [Decision.NAMESAKE, Decision.MINE])
def test_it_is_gone_at_once_where_nobody_pretends_anything(
    maria: Staff, ana: Guest, answer: Decision
):
    case = fake(maria)
    maria.rules(case, Decision.SHARED)
    ana.post("/review/open", one=case.id)
    assert ana.get(f"/review/cases/{case.id}/picture").status == 200

    maria.rules(case, answer)

    assert ana.get(f"/review/cases/{case.id}/picture").status == 404


def test_who_shares_it_reads_that_its_picture_goes_with_it(portal: Portal, maria: Staff):
    seen = portal.signed_in(maria.mail).get(f"/me/cases/{fake(maria).id}/share")

    assert "The account's, not yours" in seen.text
