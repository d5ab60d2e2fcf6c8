"""What a calendar and a feed reader get by their address: times and counts, and nothing else."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar

from monitor.demo.district import MARIA
from monitor.domain.schedule import compute_next_sweep
from monitor.domain.vocabulary import ConsentChannel, Decision, Role, TokenScope
from monitor.services.access_tokens import list_access_tokens, revoke_access_token
from monitor.services.consent_renewal import pause_checks
from monitor.services.due_jobs import run_requested_checks
from monitor.services.self_check import request_self_check
from monitor.web.security import MAX_WRONG_TOKENS
from tests.monitor.services.test_access_tokens import principal_of
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import ADDRESS, Portal, Program
from tests.monitor.web.review.flagged import fake, several

ANA = REVIEWERS[0]
CALENDAR, FEED = "/calendar/{}.ics", "/feed/{}.atom"


@pytest.fixture
def calendar(portal: Portal, maria: Staff) -> str:
    return CALENDAR.format(portal.token(maria.mail, TokenScope.OWN_CALENDAR, days=365))


@pytest.fixture
def feed(portal: Portal) -> str:
    return FEED.format(portal.token(ANA, TokenScope.REVIEW_FEED, days=365))


def read_entry(text: str) -> dict[str, str]:
    """Return the one entry of a feed that has what Atom asks for (RFC 4287)."""
    root = ET.fromstring(text)  # noqa: S314 our own program wrote it
    names = {"a": "http://www.w3.org/2005/Atom"}
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    for needed in ("id", "title", "updated", "author/a:name"):
        assert root.findtext(f"a:{needed}", namespaces=names)
    (entry,) = root.findall("a:entry", names)
    link = entry.find("a:link", names)
    assert link is not None
    told = {name: entry.findtext(f"a:{name}", "", names) for name in ("id", "title", "updated")}
    return {**told, "link": link.attrib["href"]}


def read_events(portal: Portal, path: str) -> list:
    answer = portal.guest().get(path)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.html).walk("VEVENT"))


def test_a_calendar_has_the_checks_that_were_and_the_next_one(portal, maria, calendar) -> None:
    world = portal.world
    request_self_check(world.app, maria.id)
    run_requested_checks(world.app)
    district = world.config.district

    events = read_events(portal, calendar)

    assert sorted(str(event["SUMMARY"]) for event in events) == [
        "Namesake: Check that you asked for",
        "Namesake: Weekly check",
        "Namesake: Weekly check",
    ]
    upcoming = compute_next_sweep(world.clock.now(), district.id, district.zone)
    assert events[-1].start == upcoming
    assert len({str(event["UID"]) for event in events}) == 3


def test_a_check_takes_the_place_of_the_event_that_announced_it(portal, maria, calendar) -> None:
    announced = read_events(portal, calendar)[-1]
    portal.world.clock.at = announced.start + timedelta(minutes=1)
    portal.world.sweep()

    assert str(announced["UID"]) in {
        str(event["UID"])
        for event in read_events(portal, calendar)
        if event.start > announced.start
    }


def test_a_calendar_names_no_one_and_tells_no_finding(portal, maria, calendar) -> None:
    text = portal.guest().get(calendar).html

    for its in (maria.id, maria.mail, "Maria", "Delgado", "impersonat", fake(maria).finding_id):
        assert its not in text
    assert "CLASS:PRIVATE" in text
    assert "TRANSP:TRANSPARENT" in text


def test_no_check_is_announced_during_a_pause(portal, maria, calendar) -> None:
    now = portal.world.clock.now()
    pause_checks(portal.world.app, maria.id, now + timedelta(days=30), ConsentChannel.PORTAL)

    assert all(event.start <= now for event in read_events(portal, calendar))


def test_a_feed_counts_and_names_no_one(portal, maria, feed) -> None:
    maria.rules(fake(maria), Decision.SHARED)
    several(portal, maria, 2)

    answer = portal.guest().get(feed)

    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    entry = read_entry(answer.html)
    assert entry["title"] == "3 cases need IT"
    assert entry["link"] == f"{ADDRESS}/review"
    for its in (maria.id, maria.mail, "Maria", "Delgado", "chalkboard", MARIA.person.school):
        assert its not in answer.html


def test_a_feed_has_a_new_entry_when_a_case_opens_and_not_before(portal, maria, feed) -> None:
    ids = []
    for _ in range(2):
        ids.append(read_entry(portal.guest().get(feed).html)["id"])
        portal.world.later(minutes=5)
    maria.rules(fake(maria), Decision.SHARED)
    opened = read_entry(portal.guest().get(feed).html)

    assert ids[0] == ids[1] != opened["id"]
    assert opened["title"] == "1 case needs IT"


def test_an_address_opens_nothing_but_itself(portal, maria, calendar, feed) -> None:
    secrets = [side.split("/")[2].partition(".")[0] for side in (calendar, feed)]
    own = portal.token(maria.mail, TokenScope.OWN_READ)
    wrong = [
        CALENDAR.format(secrets[1]),
        FEED.format(secrets[0]),
        CALENDAR.format(own),
        FEED.format(portal.token(ANA, TokenScope.REVIEW_READ)),
        CALENDAR.format("namesake_" + "A" * 43),
        CALENDAR.format("x"),
        FEED.format("x"),
    ]

    assert {portal.guest().get(path).status for path in wrong} == {404}
    for secret in secrets:
        headers = {"Authorization": f"Bearer {secret}"}
        assert portal.guest().get("/api/v1/me", headers=headers).status == 403


def test_neither_address_leaves_a_cookie_or_a_copy(portal, calendar, feed) -> None:
    for path in (calendar, feed, CALENDAR.format("x")):
        answer = portal.guest().get(path)

        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_revoked_address_shows_nothing(portal, maria, calendar) -> None:
    app = portal.world.app
    asks = principal_of(app, maria.mail)
    (token,) = list_access_tokens(app, asks, Role.STAFF)

    revoke_access_token(app, asks, Role.STAFF, token.id)

    assert portal.guest().get(calendar).status == 404


def test_wrong_tokens_count_together_wherever_they_are_sent(portal, calendar) -> None:
    wrong = Program(portal.app.test_client(), "namesake_" + "A" * 43)
    for _ in range(MAX_WRONG_TOKENS // 2):
        assert portal.guest().get(CALENDAR.format("x")).status == 404
        assert wrong.get("/me").status_code == 401

    assert portal.guest().get(CALENDAR.format("x")).status == 429
    assert wrong.get("/me").status_code == 429
    assert portal.guest().get(calendar).status == 200


def test_whoever_guesses_addresses_is_told_to_wait(portal, calendar) -> None:
    for _ in range(MAX_WRONG_TOKENS):
        assert portal.guest().get(CALENDAR.format("x")).status == 404

    refused = portal.guest().get(CALENDAR.format("x"))
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert portal.guest().get(calendar).status == 200
