"""No page is forgotten: each has a row in the table of states that a real browser looks at."""

from collections import defaultdict

import pytest
from flask import Flask

from monitor.config.sections import SignInMethod
from monitor.web.app import API_OPERATIONS
from monitor.web.demo import create_demo_app
from monitor.web.errors import ERROR_TEXTS
from tests.monitor.web.portal import Portal
from tests.real.states.table import CHAPTERS

# What nobody reads as a page: files, streams, what programs read, and what only leads on.
NO_PAGES = {
    *("/", "/healthz", "/static/<name>", "/calendar/<token>.ics", "/feed/<token>.atom"),
    *(f"/api/v1{operation.path.replace('{id}', '<path_id>')}" for operation in API_OPERATIONS),
    "/api/v1/openapi.json",
    *("/me/check/live", "/me/check/stream"),
    *("/me/takedown/<case_id>/pack", "/me/takedown/<case_id>/report"),
    "/answer/<token>/pictures/<finding_id>",
    "/review/cases/<case_id>/picture",
    *("/me/findings/<finding_id>/picture", "/me/takedown/<case_id>/screenshots/<screenshot_id>"),
    "/demo/mail/<name>/html",
}
STATES = [state for chapter in CHAPTERS.values() for state in chapter]


class Anything(defaultdict[str, str]):
    """Stands for what the scene knows of refs and codes."""

    def __missing__(self, key: str) -> str:
        return key


def pages(app: Flask) -> set[str]:
    rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    return {rule.rule for rule in rules} - NO_PAGES


def looked_at(app: Flask) -> set[str]:
    """Return the routes that lie behind the addresses of the table."""
    adapter, found = app.url_map.bind("namesake.cedarvalley.example"), set()
    for state in STATES:
        path = state.address.format_map(Anything()).partition("?")[0]
        if adapter.test(path, "GET"):
            rule, _ = adapter.match(path, "GET", return_rule=True)
            found.add(rule.rule)
    return found


@pytest.fixture(params=list(SignInMethod))
def sign_in(request: pytest.FixtureRequest) -> SignInMethod:
    return SignInMethod(request.param)


def test_every_page_has_a_state_that_a_browser_looks_at(portal: Portal) -> None:
    assert pages(portal.app) - looked_at(portal.app) == set()


def test_so_do_the_pages_of_a_demonstration(portal: Portal) -> None:
    app = create_demo_app(portal.world.app, lambda: None, tuple, tuple)

    assert pages(app) - looked_at(app) == set()


def test_every_answer_that_refuses_has_one(portal: Portal) -> None:
    assert set(ERROR_TEXTS) - {state.status for state in STATES} == set()
