"""The heartbeat's address is asked by the guarded client, and may lie on our own network."""

from collections.abc import Collection, Iterator
from dataclasses import replace

import pytest

from monitor.app import Environment
from monitor.config.sections import WatchConfig
from monitor.demo.response import FakeRequest, FakeResponse, build_text_response
from monitor.demo.server import WebServer
from monitor.scheduler.timed_jobs import build_ping


class Monitoring:
    """A service that hears heartbeats."""

    hosts: Collection[str] = ("127.0.0.1",)

    def __init__(self) -> None:
        self.status = 200

    def answer_request(self, _asked: FakeRequest) -> FakeResponse:
        return replace(build_text_response("OK"), status=self.status)


@pytest.fixture
def monitoring() -> Iterator[WebServer]:
    with WebServer(Monitoring()) as server:
        yield server


def ping(server: WebServer) -> bool:
    host, port = server.address
    return build_ping(WatchConfig(heartbeat_url=f"http://{host}:{port}/ping/uuid"), Environment())()


def test_the_address_is_asked_even_on_our_own_network(monitoring: WebServer):
    assert ping(monitoring)

    (knock,) = monitoring.visits
    assert knock.path == "/ping/uuid"
    assert dict(knock.headers)["user-agent"].startswith("Namesake/")


@pytest.mark.parametrize("status", [404, 500])
def test_an_answer_that_is_no_success_is_told(monitoring: WebServer, status: int):
    monitoring.web.status = status

    assert not ping(monitoring)


def test_an_address_that_nobody_answers_at_is_told():
    assert not build_ping(WatchConfig(heartbeat_url="http://127.0.0.1:1/"), Environment())()
