"""The page of a self-check, and what is sent while one runs."""

import json
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from monitor.demo.district import BETH, MARIA, ROSA
from monitor.demo.internet import HostMood
from monitor.services.consent_end import withdraw_consent
from monitor.services.due_jobs import run_requested_checks, take_over_jobs
from monitor.services.self_check import build_check_view
from monitor.web.self_check import MIN_UPDATE_SECONDS, wait_for_write
from monitor.web.server import MAX_STREAMS, MAX_STREAMS_PER_PERSON
from tests.monitor.web.portal import ADDRESS, Guest, Portal
from tests.scrapers.http.fakes import FakeClock


@pytest.fixture
def maria(portal: Portal) -> Guest:
    guest = portal.signed_in(portal.world.joins(MARIA).mail)
    take_over_jobs(portal.world.app)
    return guest


def test_a_check_is_asked_for_by_a_button_and_seen_without_a_script(portal, maria):
    assert maria.get("/me/check").page.find("form", action="/me/check")

    assert maria.post("/me/check").leads_to == "/me/check"

    seen = maria.get("/me/check")
    assert "Waiting for the service" in seen.text
    assert seen.page.find("noscript").find("meta")["content"] == "2"


def test_looking_asks_for_nothing(portal, maria):
    for path in ("/me/check", "/me/check/live", "/me/check/stream"):
        maria.get(path)

    assert portal.world.state.jobs.list_requests() == ()


def test_progress_and_traces_are_shown_while_it_runs(portal, maria):
    pages = []
    portal.world.meanwhile = lambda visit: pages.append(maria.get("/me/check/live").html)
    maria.post("/me/check")

    run_requested_checks(portal.world.app)

    last = json.loads(pages[-1])
    assert last["live"]
    assert "Not final" in last["html"]
    assert "Chalkboard" in last["html"]


def test_the_result_says_what_was_checked_and_when_the_next_may_be(portal, maria):
    maria.post("/me/check")
    run_requested_checks(portal.world.app)

    seen = maria.get("/me/check")

    assert "We checked 2 of 2 places" in seen.text
    assert "This was the first check" in seen.text
    assert "You can check again after Sat, Sep 12, 2026" in seen.text
    assert seen.page.find("noscript") is None


def test_who_asks_too_soon_is_told_when_to_come_back(portal, maria):
    maria.post("/me/check")
    run_requested_checks(portal.world.app)

    refused = maria.post("/me/check")

    assert refused.status == 429
    assert "You had a check within the last hour" in refused.text
    (ref,) = portal.world.state.people.list_person_ids()
    wait = timedelta(seconds=int(refused.headers["Retry-After"]))
    assert portal.world.clock.at + wait == build_check_view(portal.world.app, ref).next_at


def test_what_could_not_be_checked_is_told_beside_the_result(portal, maria):
    portal.world.internet = portal.world.internet.trouble_host(
        "chalkboard.example", HostMood.BLOCKING
    )
    maria.post("/me/check")
    run_requested_checks(portal.world.app)

    seen = maria.get("/me/check").text

    assert "We checked 1 of 2 places" in seen
    assert "Chalkboard has been blocking us" in seen
    assert '"Not checked" does not mean there is nothing there' in seen


def test_it_is_said_that_nobody_begins_with_it(portal, maria):
    maria.post("/me/check")
    portal.world.later(minutes=1)

    assert "does not seem to be running" in maria.get("/me/check").text


def test_a_stream_ends_with_the_check(portal, maria):
    maria.post("/me/check")
    run_requested_checks(portal.world.app)

    (event,) = maria.get("/me/check/stream").html.strip().split("\n\n")

    assert json.loads(event.removeprefix("data: "))["live"] is False


def test_while_nothing_is_written_a_page_is_told_anew_within_a_second():
    clock = FakeClock()

    wait_for_write(lambda: 7, 7, clock)

    assert MIN_UPDATE_SECONDS < clock.seconds < 1


def test_news_are_told_at_once_but_not_all_the_time():
    busy, quiet = FakeClock(), FakeClock()

    wait_for_write(lambda: 8, 7, busy)
    wait_for_write(lambda: 8 if quiet.seconds > 0.5 else 7, 7, quiet)

    assert busy.seconds == MIN_UPDATE_SECONDS
    assert 0.5 < quiet.seconds < 0.6


def test_it_is_said_what_is_waited_for(portal, maria):
    pages = []
    portal.world.meanwhile = lambda visit: pages.append(maria.get("/me/check").text)
    maria.post("/me/check")
    assert "You asked just now." in maria.get("/me/check").text

    run_requested_checks(portal.world.app)

    # The first answer may come before the second source is even begun with.
    assert "Profile sites: 0 of " in pages[0]
    assert "Testing" in pages[0]
    assert "All places are done. We are now reviewing the answers: 0 of 2." in pages[-1]


def opens_streams(guest: Guest, number: int) -> list[TestResponse]:
    guest.post("/me/check")
    return [guest.client.get("/me/check/stream", base_url=ADDRESS) for _ in range(number)]


def test_more_streams_than_there_are_places_for_are_sent_away_to_poll(portal, maria):
    others = [portal.signed_in(portal.world.joins(person).mail) for person in (ROSA, BETH)]
    for other in (maria, *others):
        other.post("/me/check")
    open_ones = [
        *opens_streams(maria, MAX_STREAMS_PER_PERSON),
        *opens_streams(others[0], MAX_STREAMS_PER_PERSON),
    ]
    assert len(open_ones) == MAX_STREAMS

    assert others[1].get("/me/check/stream").status == 503
    assert json.loads(others[1].get("/me/check/live").html)["live"]
    for one in open_ones:
        one.close()
    run_requested_checks(portal.world.app)
    assert others[1].get("/me/check/stream").status == 200


def test_one_person_leaves_places_for_the_streams_of_others(portal, maria):
    rosa = portal.signed_in(portal.world.joins(ROSA).mail)
    open_ones = opens_streams(maria, MAX_STREAMS)

    assert [one.status_code for one in open_ones].count(503) == MAX_STREAMS - MAX_STREAMS_PER_PERSON
    (hers,) = opens_streams(rosa, 1)
    assert hers.status_code == 200
    for one in (*open_ones, hers):
        one.close()
    run_requested_checks(portal.world.app)
    assert maria.get("/me/check/stream").status == 200


def test_nobody_sees_the_check_of_another(portal, maria):
    rosa = portal.signed_in(portal.world.joins(ROSA).mail)
    maria.post("/me/check")
    run_requested_checks(portal.world.app)

    assert "We checked" not in rosa.get("/me/check").text


def test_after_leaving_no_check_can_be_asked_for(portal, maria):
    (ref,) = portal.world.state.people.list_person_ids()
    withdraw_consent(portal.world.app, ref)

    assert maria.post("/me/check").status in {303, 403, 409}
    assert portal.world.state.jobs.list_requests() == ()


def test_in_a_pause_the_page_leads_to_its_end_and_offers_no_check(portal, maria):
    maria.post("/me/data/pause", days="7")

    page = maria.get("/me/check").page.main

    assert [link["href"] for link in page.find_all("a")] == ["/me/data"]
    assert page.find("form") is None
