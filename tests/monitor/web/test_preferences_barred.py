"""Settings name the reviewers, and one of them can be kept out without a word why."""

from http import HTTPStatus

import pytest
from msgspec import structs

from monitor.demo.district import MARIA
from monitor.domain.person import build_reviewer_id
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import Guest, Portal


@pytest.fixture
def maria(portal: Portal) -> Staff:
    return portal.world.joins(MARIA)


@pytest.fixture
def guest(portal: Portal, maria: Staff) -> Guest:
    return portal.signed_in(maria.mail)


def barred(portal: Portal, maria: Staff) -> str:
    found = portal.world.state.barred_reviewers.find_barred_reviewer(maria.id)
    return found.reviewer_id if found else ""


def chosen(guest: Guest) -> str:
    page = guest.get("/me/data").page
    return str(page.select_one("input[name=reviewer][checked]")["value"])


def test_a_person_chooses_whom_and_takes_it_back(portal: Portal, maria: Staff, guest: Guest):
    ana = build_reviewer_id(REVIEWERS[0])
    assert chosen(guest) == ""

    guest.post("/me/data/reviewer", reviewer=ana)
    assert (barred(portal, maria), chosen(guest)) == (ana, ana)

    guest.post("/me/data/reviewer", reviewer="")
    assert (barred(portal, maria), chosen(guest)) == ("", "")


def test_only_a_reviewer_can_be_chosen(portal: Portal, maria: Staff, guest: Guest):
    answer = guest.post("/me/data/reviewer", reviewer="operator-1")

    assert answer.status == HTTPStatus.BAD_REQUEST
    assert barred(portal, maria) == ""


def test_it_is_not_offered_where_no_other_reviewer_would_be_left(portal: Portal, maria: Staff):
    config = portal.world.app.config
    district = structs.replace(config.district, reviewers=REVIEWERS[:1])
    portal.world.restarts(structs.replace(config, district=district))

    page = portal.signed_in(maria.mail).get("/me/data")
    assert page.title == "Settings"
    assert "must not see your alerts" not in page.text
