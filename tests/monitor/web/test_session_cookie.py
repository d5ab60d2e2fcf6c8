import pytest
from flask import Flask, session

from monitor.domain.errors import BusyError
from monitor.web.session_cookie import REFRESH_AFTER, BrowserSession, get_browser_session
from tests.monitor.web.portal import ADDRESS, COOKIE, OPERATOR, Portal


@pytest.fixture
def app(portal: Portal) -> Flask:
    return portal.app


def test_flask_opens_the_session_before_a_page_and_saves_it_after(app: Flask) -> None:
    with app.test_client() as client:
        answer = client.get("/sign-in", base_url=ADDRESS)
        inside = get_browser_session()

        assert session.modified
        assert isinstance(inside, BrowserSession)
        assert answer.headers["Set-Cookie"].startswith(f"{COOKIE}=")


def test_nothing_but_its_fields_can_be_stored_in_a_session() -> None:
    empty = BrowserSession(id="x")

    with pytest.raises(TypeError, match="BrowserSession"):
        empty["mail"] = "maria@cedarvalley.example"
    with pytest.raises(KeyError):
        del empty["mail"]
    assert dict(empty) == {}
    assert not empty.permanent


def test_the_cookie_is_sent_again_only_after_a_while(portal: Portal) -> None:
    guest = portal.signed_in(OPERATOR)

    assert "Set-Cookie" not in guest.get("/operate").headers
    portal.world.clock.at += 2 * REFRESH_AFTER
    assert "Set-Cookie" in guest.get("/operate").headers
    assert "Set-Cookie" not in guest.get("/operate").headers


def test_where_nobody_can_be_looked_up_there_is_a_page_and_no_cookie(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        message = "the database is busy"
        raise BusyError(message)

    guest = portal.signed_in(OPERATOR)
    portal.world.clock.at += 2 * REFRESH_AFTER
    monkeypatch.setattr("monitor.web.session_cookie.load_principal", fail)
    answer = guest.get("/operate")

    assert answer.status == 503
    assert "busy" in answer.title
    assert "Set-Cookie" not in answer.headers
