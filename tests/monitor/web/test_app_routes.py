"""Laws of every route there is: who is let in, and that reading changes nothing.

A new route fails here until it has a row that says whose it is.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import pytest
from werkzeug.routing import Rule

from monitor.annexes import discover_annexes
from monitor.config.sections import SignInMethod
from monitor.web.app import API_OPERATIONS, create_portal_app
from monitor.web.security import HEADERS, REPORT_POLICY
from monitor.web.sign_in import CALLBACK_PATH
from tests.monitor.web.portal import Portal
from tests.monitor.web.scene import Scene

ANYBODY, STAFF, OWNER = "anybody", "staff", "owner"
REVIEWER, OPERATING = "reviewer", "operator"
# For access tokens alone: whoever is signed in is nobody there.
TOKEN = "token"
LET_IN: dict[str, set[str]] = {
    TOKEN: set(),
    STAFF: {"maria", "thomas"},
    OWNER: {"maria"},
    REVIEWER: {"reviewer"},
    OPERATING: {"operator"},
}
WHOSE = {
    "/": ANYBODY,
    "/answer/<token>": ANYBODY,
    "/answer/<token>/pictures/<finding_id>": ANYBODY,
    "/answer/<token>/sign-in": ANYBODY,
    "/answer/<token>/undo": ANYBODY,
    "/api/v1/openapi.json": ANYBODY,
    "/calendar/<token>.ics": TOKEN,
    "/feed/<token>.atom": TOKEN,
    "/healthz": ANYBODY,
    "/language": ANYBODY,
    "/join": ANYBODY,
    "/join/accounts": ANYBODY,
    "/join/check": ANYBODY,
    "/join/code": ANYBODY,
    "/join/code/<code>": ANYBODY,
    "/join/left": ANYBODY,
    "/join/not-me/<token>": ANYBODY,
    "/join/names": ANYBODY,
    "/join/read": ANYBODY,
    "/join/scopes": ANYBODY,
    "/join/stop": ANYBODY,
    "/join/work": ANYBODY,
    "/me": STAFF,
    "/me/check": STAFF,
    "/me/check/live": STAFF,
    "/me/check/stream": STAFF,
    "/me/data": STAFF,
    "/me/data/accounts": STAFF,
    "/me/data/address": STAFF,
    "/me/data/breaches": STAFF,
    "/me/data/preferences/<name>": STAFF,
    "/me/data/alerts": STAFF,
    "/me/data/address/<code>": STAFF,
    "/me/data/address/code": STAFF,
    "/me/data/export": STAFF,
    "/me/findings": STAFF,
    "/me/data/leave": STAFF,
    "/me/data/weekly-email": STAFF,
    "/me/data/names": STAFF,
    "/me/data/pause": STAFF,
    "/me/data/reviewer": STAFF,
    "/me/data/text": STAFF,
    "/me/data/picture": STAFF,
    "/me/data/picture/remove": STAFF,
    "/me/data/renew": STAFF,
    "/me/data/resume": STAFF,
    "/me/data/scopes": STAFF,
    "/me/data/seen": STAFF,
    "/me/data/sign-out": STAFF,
    "/me/data/tokens": STAFF,
    "/me/data/work": STAFF,
    "/me/cases/<case_id>": OWNER,
    "/me/cases/<case_id>/share": OWNER,
    "/me/cases/<case_id>/undo": OWNER,
    "/me/cases/<case_id>/unshare": OWNER,
    "/me/findings/<finding_id>": OWNER,
    "/me/findings/<finding_id>/beside": OWNER,
    "/me/findings/<finding_id>/beside/<own>": OWNER,
    "/me/findings/<finding_id>/picture": OWNER,
    "/me/findings/<finding_id>/versions": OWNER,
    "/me/findings/removals": STAFF,
    "/me/joined": STAFF,
    "/me/removal/<case_id>": OWNER,
    "/me/sort": STAFF,
    "/me/sort/done": STAFF,
    "/me/sort/undo": STAFF,
    "/me/takedown/<case_id>": OWNER,
    "/me/tell": STAFF,
    "/me/takedown/<case_id>/pack": OWNER,
    "/me/takedown/<case_id>/report": OWNER,
    "/me/takedown/<case_id>/withdraw": OWNER,
    "/me/check/daily": STAFF,
    "/me/check/daily/end": STAFF,
    "/me/takedown/<case_id>/screenshots": OWNER,
    "/me/takedown/<case_id>/screenshots/<screenshot_id>": OWNER,
    "/me/takedown/<case_id>/screenshots/<screenshot_id>/remove": OWNER,
    "/operate": OPERATING,
    "/operate/leavers": OPERATING,
    "/operate/names": OPERATING,
    "/operate/names/<change_id>": OPERATING,
    "/operate/tokens": OPERATING,
    "/review": REVIEWER,
    "/review/audit": REVIEWER,
    "/review/district": REVIEWER,
    "/review/early": REVIEWER,
    "/review/early/<proposal_id>": REVIEWER,
    "/review/cases/<case_id>": REVIEWER,
    "/review/cases/<case_id>/ask": REVIEWER,
    "/review/cases/<case_id>/give-back": REVIEWER,
    "/review/cases/<case_id>/note": REVIEWER,
    "/review/cases/<case_id>/pack": REVIEWER,
    "/review/cases/<case_id>/picture": REVIEWER,
    "/review/cases/<case_id>/report-back": REVIEWER,
    "/review/cases/<case_id>/report-left": REVIEWER,
    "/review/cases/<case_id>/take": REVIEWER,
    "/review/cases/<case_id>/told": REVIEWER,
    "/review/holds": REVIEWER,
    "/review/holds/<proposal_id>": REVIEWER,
    "/review/look-alikes": REVIEWER,
    "/review/look-alikes/<finding_id>": REVIEWER,
    "/review/open": REVIEWER,
    "/review/public-records": REVIEWER,
    "/review/public-records/<proposal_id>": REVIEWER,
    "/review/rule": REVIEWER,
    "/review/several": REVIEWER,
    "/review/tokens": REVIEWER,
    "/review/undo": REVIEWER,
    "/sign-in": ANYBODY,
    "/sign-in/emails": ANYBODY,
    "/sign-in/emails/asked": ANYBODY,
    "/sign-out": ANYBODY,
    "/sign-out/everywhere": ANYBODY,
    "/static/<name>": ANYBODY,
    "/tell": ANYBODY,
    "/tell/<token>": ANYBODY,
    "/stop/<token>": ANYBODY,
}
WHOSE |= {
    f"/api/v1{operation.path.replace('{id}', '<path_id>')}": TOKEN for operation in API_OPERATIONS
}
# Each way of signing in has its own, and the others are not there.
SIGNING_IN: dict[SignInMethod, set[str]] = {
    SignInMethod.LINK: {"/sign-in/<code>", "/sign-in/link"},
    SignInMethod.OIDC: {"/sign-in/account", CALLBACK_PATH},
    SignInMethod.HEADER: set(),
}
OF_ANY_WAY = set[str]().union(*SIGNING_IN.values())
WHOSE |= dict.fromkeys(OF_ANY_WAY, ANYBODY)
# What annexes have below pages of the core is for whom these are.
WHOSE_BELOW = {"operate": OPERATING, "review": REVIEWER, "me": STAFF}
WAYS_OUT = {
    "/join/stop",
    "/me/data/leave",
    "/me/data/sign-out",
    "/sign-out",
    "/sign-out/everywhere",
}
# Who comes in empty-handed is led on, or told that there is nothing for them.
LED_ON = {200, 302, 303, 400, 404, 409, 410, 422, 429, 503}


def find_whose(rule: Rule) -> str:
    return WHOSE.get(rule.rule) or WHOSE_BELOW[rule.rule.split("/")[1]]


def methods(rule: Rule) -> Iterator[str]:
    yield from sorted((rule.methods or set()) & {"GET", "HEAD", "POST"})


class Watched:
    """Tells whether anything in the district's databases was changed meanwhile."""

    def __init__(self, portal: Portal) -> None:
        folder = portal.world.config.state
        self.files = [sqlite3.connect(folder / name) for name in ("namesake.db", "keys.db")]

    def versions(self) -> list[int]:
        return [file.execute("PRAGMA data_version").fetchone()[0] for file in self.files]

    def hash(self) -> str:
        rows = (line for file in self.files for line in file.iterdump())
        return sha256("\n".join(rows).encode()).hexdigest()

    def close(self) -> None:
        for file in self.files:
            file.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of one request: where it led to, and whether it wrote anything."""

    rule: Rule
    method: str
    who: str
    status: int
    headers: Mapping[str, str]
    changed: bool

    @property
    def whose(self) -> str:
        return find_whose(self.rule)

    @property
    def is_let_in(self) -> bool:
        return self.whose == ANYBODY or self.who in LET_IN[self.whose]

    @property
    def told(self) -> tuple[str, str, str, int, str]:
        return (
            self.rule.rule,
            self.method,
            self.who,
            self.status,
            self.headers.get("Location", ""),
        )


class Walk:
    """Everybody at every route, in this order: reading, forged forms, those not let in, the rest.

    Each law is about some of it, so it is walked once.
    """

    def __init__(self, scene: Scene) -> None:
        with closing(Watched(scene.portal)) as watched:
            self.hashes = [watched.hash()]
            self.reading = [*self._ask(scene, watched, {"GET", "HEAD"})]
            self.hashes.append(watched.hash())
            before = watched.versions()
            self.forged = {
                (rule.rule, who): guest.send(scene.address(rule), {"csrf": "x"}).status
                for rule in scene.rules
                if "POST" in (rule.methods or ()) and not rule.rule.startswith(("/stop/", "/api/"))
                for who, guest in scene.guests.items()
            }
            self.was_forged = watched.versions() != before
            self.writing = [
                *self._ask(scene, watched, {"POST"}, let_in=False),
                *self._ask(scene, watched, {"POST"}, let_in=True),
            ]

    @cached_property
    def all(self) -> list[Seen]:
        return [*self.reading, *self.writing]

    def _ask(
        self, scene: Scene, watched: Watched, wanted: set[str], *, let_in: bool | None = None
    ) -> Iterator[Seen]:
        for rule in scene.rules:
            for who in scene.guests:
                may = find_whose(rule) == ANYBODY or who in LET_IN[find_whose(rule)]
                if let_in is not None and (may is not let_in or rule.rule in WAYS_OUT):
                    continue
                for method in sorted(wanted & set(methods(rule))):
                    before = watched.versions()
                    answer = scene.asked(rule, method, who)
                    yield Seen(
                        rule=rule,
                        method=method,
                        who=who,
                        status=answer.status_code,
                        headers=answer.headers,
                        changed=watched.versions() != before,
                    )


WALKS: dict[SignInMethod, Walk] = {}


@pytest.fixture(params=list(SignInMethod))
def sign_in(request: pytest.FixtureRequest) -> SignInMethod:
    return SignInMethod(request.param)


@pytest.fixture
def walk(sign_in: SignInMethod, request: pytest.FixtureRequest) -> Walk:
    if sign_in not in WALKS:
        WALKS[sign_in] = Walk(request.getfixturevalue("scene"))
    return WALKS[sign_in]


def test_every_route_says_whose_it_is(portal: Portal, sign_in: SignInMethod) -> None:
    here = set(WHOSE) - (OF_ANY_WAY - SIGNING_IN[sign_in])

    views = portal.app.view_functions
    annexes = tuple(f"monitor.{annex.name}." for annex in discover_annexes())
    core = {
        rule.rule
        for rule in portal.app.url_map.iter_rules()
        if not views[rule.endpoint].__module__.startswith(annexes)
    }
    assert core == here


def test_districts_share_their_addresses_and_each_has_a_page_of_its_own_at_them(
    portal: Portal,
) -> None:
    app, other = (create_portal_app(portal.world.app, lambda: None) for _ in range(2))

    assert app.url_map is other.url_map
    for side in (app, other):
        assert {rule.endpoint for rule in side.url_map.iter_rules()} == set(side.view_functions)
    assert app.view_functions["data.show_data"] is not other.view_functions["data.show_data"]
    with pytest.raises(RuntimeError, match="/mine"):
        app.add_url_rule("/mine", view_func=lambda: "")


def test_whoever_a_route_is_not_for_is_refused_and_changes_nothing(walk: Walk) -> None:
    kept_out = [seen for seen in walk.all if not seen.is_let_in]
    let_in_by_mistake = [
        seen.told
        for seen in kept_out
        if seen.status not in {401, 403, 404}
        and (seen.status, seen.headers.get("Location")) != (303, "/sign-in")
    ]

    assert {seen.method for seen in kept_out} == {"GET", "HEAD", "POST"}
    assert let_in_by_mistake == []
    assert [seen.told for seen in kept_out if seen.changed] == []


def test_whoever_a_route_is_for_is_let_in(walk: Walk) -> None:
    turned_away = []
    for seen in walk.all:
        if seen.rule.rule in WAYS_OUT or not seen.is_let_in:
            continue
        own = seen.whose != ANYBODY
        missing = seen.status in {403, 404} and not seen.rule.arguments and own
        led_away = seen.headers.get("Location") == "/sign-in" and own
        if missing or led_away or seen.status not in LED_ON | {403}:
            turned_away.append(seen.told)

    assert turned_away == []


def test_reading_any_page_as_anybody_changes_no_row(walk: Walk) -> None:
    assert [seen.told for seen in walk.reading if seen.changed] == []
    assert walk.hashes[0] == walk.hashes[1]


def test_every_answer_of_every_route_carries_the_headers(walk: Walk) -> None:
    bare = []
    for seen in walk.all:
        alone = seen.rule.rule == "/me/takedown/<case_id>/report" and seen.status == 200
        wanted = {**HEADERS, "Content-Security-Policy": REPORT_POLICY} if alone else HEADERS
        if {name: seen.headers.get(name) for name in HEADERS} != dict(wanted):
            bare.append(seen.told)

    assert bare == []


def test_a_form_without_its_token_is_refused_on_every_route(walk: Walk) -> None:
    taken = {where: status for where, status in walk.forged.items() if status not in {303, 403}}

    assert taken == {}
    assert not walk.was_forged
