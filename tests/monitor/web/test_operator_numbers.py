"""The numbers are there for who has the token, and nowhere without one."""

import pytest

from monitor.demo.district import MARIA
from monitor.domain.errors import ConfigError
from monitor.services.health import collect_vitals
from monitor.services.metrics import render_metrics
from monitor.web.app import create_portal_app
from tests.monitor.web.portal import ADDRESS, OPERATOR, Portal

TOKEN = "f0" * 16


@pytest.fixture
def asks(portal: Portal):
    """Ask for the numbers of portal pages that have a token."""
    app = create_portal_app(portal.world.app, lambda: None, metrics_token=TOKEN)

    def ask(authorization: str = "", path: str = "/metrics"):
        headers = {"Authorization": authorization} if authorization else {}
        return app.test_client().get(path, base_url=ADDRESS, headers=headers)

    return ask


def test_who_has_the_token_gets_what_the_command_prints(portal: Portal, asks):
    world = portal.world
    maria = world.joins(MARIA)
    world.sweep()

    answer = asks(f"Bearer {TOKEN}")

    vitals = collect_vitals(world.state, world.clock.now(), world.app.sources)
    assert answer.status_code == 200
    assert answer.data == render_metrics(vitals)
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    assert answer.headers["Cache-Control"] == "no-store"
    for its in (maria.id, maria.mail, "Maria", "Delgado"):
        assert its not in answer.text


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}0", "Bearer é"]
)
def test_nobody_else_gets_a_number(asks, sent: str):
    answer = asks(sent)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.data == b""


def test_a_token_in_the_address_opens_nothing(asks):
    assert asks(path=f"/metrics?token={TOKEN}").status_code == 401


def test_without_a_token_there_is_no_such_page_for_the_operator_either(portal: Portal):
    assert portal.signed_in(OPERATOR).get("/metrics").status == 404
    assert portal.guest().get("/metrics").status == 404


def test_a_token_that_could_be_guessed_is_refused(portal: Portal):
    with pytest.raises(ConfigError, match="32 characters"):
        create_portal_app(portal.world.app, lambda: None, metrics_token="s3cret")
