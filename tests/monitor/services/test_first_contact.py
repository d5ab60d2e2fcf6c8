"""What a first contact asks, and what it says of services whose answers have changed."""

import json
import time
from dataclasses import replace
from decimal import Decimal

import pytest
from msgspec import structs

from monitor.cli.first_contact import describe_plan, render_contact_page
from monitor.db.jobs import build_request
from monitor.demo.district import MARIA
from monitor.demo.internet import HostMood
from monitor.demo.response import FakeResponse, build_html_response, build_redirect
from monitor.demo.setup import StoryClock
from monitor.domain.errors import UnavailableError
from monitor.domain.first_contact import ContactStatus, Verdict
from monitor.services.due_jobs import run_due_sweeps
from monitor.services.first_contact import (
    FIRST_CONTACT,
    find_contact_standings,
    plan_first_contact,
    run_first_contact,
)
from monitor.services.sweeps import ignore_progress
from scrapers.crawl.throttle import HostState
from scrapers.models import LoggedNames, Outcome
from tests.monitor.services.contacted import (
    APPVIEW,
    FOLLOWERS,
    PROFILE,
    SEARCH,
    SITE,
    at,
    contact,
    in_json,
)
from tests.monitor.services.watched import watches
from tests.monitor.services.world import World

LOGIN_PAGE = '<title>Log in</title><form><input type="password" name="p"></form>'
WALL = "<title>Just a moment...</title><h1>Checking your browser</h1>"


def page_of(contacts) -> str:
    return render_contact_page(tuple(contacts.values()))


def test_all_methods_of_a_source_are_tried_with_what_is_known_and_what_cannot_exist(world: World):
    contacts = contact(world)

    asked = {(part.method, part.expects, part.page) for part in contacts["bluesky"].reports}
    assert asked >= {
        *(("lookup", "found", 1), ("lookup", "absent", 1), ("lookup", "unreadable", 1)),
        *(("search", "found", 1), ("search", "absent", 1), ("search", "unreadable", 1)),
        *(("followers", "found", 1), ("followers", "found", 2)),
    }
    assert {name: part.verdict for name, part in contacts.items()} == dict.fromkeys(
        ("bluesky", "chalkboard", "searxng"), Verdict.UNDERSTOOD
    )


def test_nobody_is_asked_about(world: World):
    world.joins(MARIA)
    world.forgets_visits()

    contact(world)

    person = MARIA.person
    for word in (person.name.given, person.name.family, "cedar", *person.handles):
        assert world.asked_about(word) == []


def test_no_more_is_asked_than_was_said_before(world: World):
    plan = plan_first_contact(world.app, ())
    contact(world)

    assert len(world.web.visits) <= plan.requests
    assert plan.sources == 3


def test_what_is_paid_for_is_counted(world: World):
    world.prices = {"searxng": Decimal(5)}

    plan = plan_first_contact(world.app, ["searxng"])

    assert plan.usd == plan.requests * Decimal(5) / 1000
    assert "cost at most $0.0" in " ".join(describe_plan(plan))


def test_pages_that_a_budget_leaves_unasked_are_told(world: World):
    config = structs.replace(world.config.sources.bluesky, per_day=5)
    sources = structs.replace(world.config.sources, bluesky=config)
    world.restarts(structs.replace(world.config, sources=sources))

    contacts = contact(world)

    left = [part for part in contacts["bluesky"].reports if part.verdict is Verdict.NOT_ASKED]
    assert ("followers", 2, "budget-today") in [(e.method, e.page, e.note) for e in left]
    assert contacts["bluesky"].verdict is Verdict.UNDERSTOOD


def test_fields_that_were_read_are_told(world: World):
    contacts = contact(world)

    (known,) = (
        part
        for part in contacts["chalkboard"].reports
        if part.expects == "found" and part.method == "lookup"
    )
    assert known.fields == ("handle", "name", "bio")
    assert known.answer.tree["title_in"] == "head"
    assert known.robots == "allowed"
    assert "og:title" in known.answer.names


def answer_html(text, status=200):
    return lambda _asked, _answer: build_html_response(f"<!doctype html>{text}", status)


def as_json(body: bytes):
    headers = (("content-type", "application/json"),)
    return lambda _asked, _answer: FakeResponse(body=body, headers=headers)


def led_to(address):
    return lambda asked, answer: (
        build_html_response(LOGIN_PAGE) if "login" in asked.path else build_redirect(address, "")
    )


@pytest.mark.parametrize(
    ("source", "change", "verdict", "told"),
    [
        (
            "bluesky",
            at(PROFILE, in_json(lambda told: told.pop("handle"))),
            Verdict.CHANGED,
            "its answer lacks handle",
        ),
        (
            "bluesky",
            at(PROFILE, in_json(lambda told: told.pop("description"))),
            Verdict.FIELDS_GONE,
            "gone description",
        ),
        (
            "bluesky",
            at(PROFILE, in_json(lambda told: told.update(pronouns="they/them"))),
            Verdict.NEW_KEYS,
            "new pronouns",
        ),
        (
            "bluesky",
            at(SEARCH, in_json(lambda told: told.update(actors=[]))),
            Verdict.SILENT,
            "searchActors: finds nothing although something is there",
        ),
        ("chalkboard", at(SITE, answer_html(WALL)), Verdict.WALL, "blocks programs"),
        (
            "bluesky",
            at(APPVIEW, answer_html(WALL, 403)),
            Verdict.WALL,
            "it checks whether we are a browser",
        ),
        (
            "chalkboard",
            at(SITE, led_to(f"http://{SITE}/login?next=x")),
            Verdict.LOGIN,
            "led to http://{host}/login",
        ),
        (
            "chalkboard",
            at(SITE, led_to("http://readerly.example/welcome")),
            Verdict.MOVED,
            "has moved to another address",
        ),
        (
            "chalkboard",
            at(SITE, led_to("http://nowhere.example/welcome")),
            Verdict.MOVED,
            "led to http://aaaaaaa.aaaaaaa/welcome",
        ),
        (
            "bluesky",
            at(APPVIEW, led_to("http://readerly.example/xrpc")),
            Verdict.MOVED,
            "has moved to another address",
        ),
        (
            "bluesky",
            at(APPVIEW, answer_html("<h1>We do not serve you</h1>")),
            Verdict.REFUSED,
            "bytes of text/html",
        ),
        ("bluesky", at(PROFILE, as_json(b"[]")), Verdict.SILENT, "2 bytes of application/json"),
        ("bluesky", at(FOLLOWERS, as_json(b"{}")), Verdict.SILENT, "followers (known)"),
        ("chalkboard", at(SITE, lambda *_: None), Verdict.CUT, "cuts off its answer"),
        (
            "chalkboard",
            at(SITE, answer_html("<h1>A new look!</h1>")),
            Verdict.CHANGED,
            "(status 200) shows neither",
        ),
        (
            "bluesky",
            at(APPVIEW, lambda _asked, answer: replace(answer, status=429)),
            Verdict.LIMITED,
            "asks to come back later",
        ),
    ],
)
def test_a_report_names_what_has_changed(world: World, source, change, verdict, told):
    contact(world)
    contacts = contact(world, change)

    assert contacts[source].verdict is verdict
    assert told in page_of(contacts)
    well = {name for name, part in contacts.items() if part.verdict is Verdict.UNDERSTOOD}
    assert well == contacts.keys() - {source}


def is_broken(asked) -> bool:
    return "q=&" in asked.query or asked.query in {"q=", "actor="}


@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_refused_broken_request_is_told_and_keeps_the_host_from_nothing(world: World, status):
    def refuse(asked, answer):
        return replace(answer, status=status) if answer and is_broken(asked) else answer

    contacts = contact(world, refuse)

    assert {part.verdict for part in contacts.values()} == {Verdict.UNDERSTOOD}
    assert "search (broken) /search: understood" in page_of(contacts)
    assert not any(
        (world.state.hosts.load_host_state(host) or HostState(host=host)).failures
        for host in (APPVIEW, "searx.example")
    )


def test_a_service_that_answers_a_broken_request_as_if_nobody_were_there_is_named(world: World):
    def shrug(asked, answer):
        nobody = json.dumps({"actors": []}).encode()
        is_asked = asked.path.endswith(SEARCH) and is_broken(asked)
        return replace(answer, status=200, body=nobody) if is_asked else answer

    contacts = contact(world, shrug)

    assert contacts["bluesky"].verdict is Verdict.LENIENT
    assert "accepts a broken request: bluesky" in page_of(contacts)
    assert find_contact_standings(world.state)["bluesky"].status is ContactStatus.PROVEN


@pytest.mark.parametrize(
    ("known", "verdict", "told"),
    [
        (
            LoggedNames(outcome=Outcome.FOUND, names=("log.example",)),
            Verdict.UNDERSTOOD,
            "search (known) /: understood",
        ),
        (
            LoggedNames(outcome=Outcome.ABSENT),
            Verdict.SILENT,
            "search (known) /: finds nothing although something is there",
        ),
        (
            LoggedNames(outcome=Outcome.UNREADABLE, note="answer-large"),
            Verdict.CHANGED,
            "answers in a form that we do not",
        ),
    ],
)
def test_a_log_of_certificates_that_is_empty_under_load_is_named(
    world: World, known, verdict, told
):
    """It is asked for its own host, and not for the district's."""
    records = watches(world, certificate_log="https://log.example")
    records.logs = {"log.example": known}
    planned = plan_first_contact(world.app, ())

    contacts = contact(world)

    assert contacts["certificates"].verdict is verdict
    assert told in page_of(contacts)
    assert (
        planned.requests
        == plan_first_contact(world.app, ["bluesky", "chalkboard", "searxng"]).requests + 2
    )
    assert planned.sources == 4
    own, nobody = records.searched
    assert own == "log.example"
    assert "cedar" not in nobody


def test_a_log_is_asked_alone_where_it_is_named_and_not_where_another_is(world: World):
    records = watches(world, certificate_log="https://log.example")

    assert run_first_contact(world.app, ["bluesky"], ignore_progress)
    assert records.searched == []
    assert run_first_contact(world.app, ["certificates"], ignore_progress)
    assert len(records.searched) == 2


def test_a_site_that_finds_what_cannot_exist_is_named(world: World):
    world.internet = world.internet.trouble_host(SITE, HostMood.VAGUE)

    contacts = contact(world)

    assert contacts["chalkboard"].verdict is Verdict.CREDULOUS
    assert "finds what cannot exist: chalkboard" in page_of(contacts)


@pytest.mark.parametrize(
    ("seconds", "verdict", "told"),
    [(12.0, Verdict.UNDERSTOOD, "slow: 12"), (700.0, Verdict.LATE, "answers too late")],
)
def test_slow_answers_are_named(world: World, monkeypatch, seconds, verdict, told):
    passed = [0.0]
    monkeypatch.setattr(StoryClock, "monotonic", lambda _clock: time.monotonic() + passed[0])

    def dawdle(_asked, answer):
        passed[0] += seconds
        return answer

    contacts = contact(world, at(SITE, dawdle))

    assert contacts["chalkboard"].verdict is verdict
    assert told in page_of(contacts)


def test_whoever_waits_is_told_why_it_cannot_be_made(world: World, monkeypatch):
    reason = "Other machines ask for this district, so answers cannot be looked at here."

    def refuse(*_given, **_named):
        raise UnavailableError(reason)

    monkeypatch.setattr(world.app.crawler, "crawl", refuse)
    request = build_request(FIRST_CONTACT, "request-1", world.clock.at)
    world.state.jobs.insert_request(request)

    run_due_sweeps(world.app)

    served = world.state.jobs.find_request("request-1")
    assert served.note == reason
    assert served.done_at == world.clock.at


def test_robots_txt_is_obeyed_and_named(world: World, monkeypatch):
    monkeypatch.setattr("monitor.demo.fake_sites.ROBOTS", "User-agent: *\nDisallow: /\n")

    contacts = contact(world)

    assert contacts["chalkboard"].verdict is Verdict.ROBOTS
    assert {part.robots for part in contacts["chalkboard"].reports} == {"robots"}


def test_a_source_is_proven_until_its_answers_change(world: World):
    assert find_contact_standings(world.state) == {}
    began = world.clock.at
    contact(world)
    proven = find_contact_standings(world.state)["bluesky"]

    contact(world, at(PROFILE, in_json(lambda told: told.pop("did"))))
    changed = find_contact_standings(world.state)["bluesky"]

    assert (proven.status, proven.proven_at) == (ContactStatus.PROVEN, began)
    assert (changed.status, changed.proven_at) == (ContactStatus.CHANGED, began)
    contact(world)
    assert find_contact_standings(world.state)["bluesky"].status is ContactStatus.PROVEN


def test_a_bad_evening_takes_no_proof_away(world: World):
    contact(world)

    contacts = contact(world, at(SITE, lambda *_: None))

    assert contacts["chalkboard"].verdict is Verdict.CUT
    assert find_contact_standings(world.state)["chalkboard"].status is ContactStatus.PROVEN


def test_each_answer_is_held_against_the_last_one_of_its_probe_that_was_understood(world: World):
    contact(world, at(FOLLOWERS, as_json(b"{}")))

    contacts = contact(world, at(PROFILE, in_json(lambda told: told.pop("description"))))

    (known,) = (
        part
        for part in contacts["bluesky"].reports
        if (part.method, part.expects) == ("lookup", "found")
    )
    assert known.gone == ("description",)


def test_a_source_that_a_sweep_cannot_read_anymore_has_changed_since(world: World):
    contact(world)
    world.internet = world.internet.trouble_host(SITE, HostMood.REBUILT)

    world.sweep()

    standings = find_contact_standings(world.state)
    assert standings["chalkboard"].status is ContactStatus.CHANGED
    assert standings["bluesky"].status is ContactStatus.PROVEN


def test_a_source_whose_own_account_never_answered_is_never_proven(world: World):
    contact(world, at(SITE, answer_html(WALL)))

    standing = find_contact_standings(world.state)["chalkboard"]
    assert standing.status is ContactStatus.NEVER_PROVEN
