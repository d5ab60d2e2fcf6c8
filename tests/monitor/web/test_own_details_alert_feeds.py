"""Where a person finds what to make an alert for, and pastes its feed."""

import pytest
from msgspec import structs

from monitor.demo.district import MARIA
from monitor.services.alert_feeds import FOREIGN_FEED
from scrapers.search.alerts import FEED_IS_GONE, build_feed_id
from tests.monitor.services.alert_service import FEED, TOKEN, AlertService, with_alerts
from tests.monitor.web.portal import OPERATOR, Portal

PAGE = "/me/data/alerts"


@pytest.fixture
def alerts(portal: Portal) -> Portal:
    portal.world.restarts(with_alerts(portal.world.config))
    return portal


@pytest.fixture
def maria(alerts: Portal):
    return alerts.signed_in(alerts.world.joins(MARIA).mail)


def test_the_page_shows_the_exact_search_to_paste(maria):
    shown = [element.get_text() for element in maria.get(PAGE).page.select("code")]

    assert shown[0] == f'"Maria Delgado" "{MARIA.person.school}"'
    assert any("site:facebook.com" in search for search in shown)
    assert not any("[.]" in search for search in shown)


def test_a_pasted_feed_is_listed_without_its_address(maria):
    seen = maria.follow(maria.post(PAGE, address=FEED))

    assert f"ending in {TOKEN[-4:]}" in seen.text
    assert "We read it with the next check." in seen.text
    assert TOKEN not in seen.html
    assert "1 feed" in maria.get("/me/data").text
    assert TOKEN not in maria.get("/me/data").html


def test_a_foreign_address_is_told_plainly_beside_the_field(maria):
    seen = maria.post(PAGE, address="https://www.google.com/alerts")

    assert seen.status == 422
    assert FOREIGN_FEED in seen.text


def test_a_dead_feed_is_told_plainly_with_what_to_do(alerts: Portal, maria):
    alerts.world.web.web = AlertService(alerts.world.web.web)
    maria.post(PAGE, address=FEED)
    alerts.world.sweep()

    assert f"We could not read it: {FEED_IS_GONE}." in maria.get(PAGE).text


def test_a_feed_can_be_removed(maria):
    maria.post(PAGE, address=FEED)

    seen = maria.follow(maria.post(PAGE, remove=build_feed_id(FEED)))

    assert "You have no feeds yet." in seen.text


def test_a_feed_of_ones_own_ends_the_warning_of_no_search_engine(maria):
    assert "add yours" in maria.get("/me").text

    maria.post(PAGE, address=FEED)

    assert "No search engine" not in maria.get("/me").text


def test_where_feeds_are_off_nothing_is_offered(portal: Portal):
    maria = portal.signed_in(portal.world.joins(MARIA).mail)

    assert "Feeds are not read" in maria.get(PAGE).text
    assert "Feeds" not in maria.get("/me/data").text
    assert maria.post(PAGE, address=FEED).leads_to.endswith("/me/data")


def test_it_sees_no_address_anywhere(alerts: Portal, maria):
    district = structs.replace(alerts.world.config.district)
    maria.post(PAGE, address=FEED)
    alerts.world.sweep()
    operator = alerts.signed_in(OPERATOR)

    assert district.operators == (OPERATOR,)
    assert TOKEN not in operator.get("/operate").html
    assert operator.get(PAGE).status == 403
