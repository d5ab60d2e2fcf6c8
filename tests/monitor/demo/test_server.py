from contextlib import ExitStack
from datetime import UTC, datetime
from http.client import HTTPConnection, RemoteDisconnected

import pytest

from monitor.demo.internet import HostMood, Internet
from monitor.demo.server import WebServer

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)


@pytest.fixture
def server():
    with WebServer(Internet(), now=lambda: NOON) as running:
        yield running


@pytest.fixture
def line(server):
    connection = HTTPConnection(*server.address, timeout=60)
    yield connection
    connection.close()


def get(line, host, path):
    line.request("GET", path, headers={"Host": host})
    answer = line.getresponse()
    return answer, answer.read().decode()


def test_the_host_header_tells_the_hosts_apart(line):
    _, front = get(line, "readerly.example", "/")
    _, other = get(line, "paceclub.example", "/")

    assert "Welcome to Readerly" in front
    assert "Welcome to Pace Club" in other


def test_a_port_in_the_host_header_does_not_matter(line):
    assert "Welcome to Readerly" in get(line, "readerly.example:80", "/")[1]


def test_the_connection_is_kept(server, line):
    get(line, "readerly.example", "/")
    socket = line.sock
    get(line, "readerly.example", "/")

    assert line.sock is socket
    assert len(server.visits) == 2


def test_redirects_are_answered_as_such(line):
    answer, _ = get(line, "stitchbook.example", "/by/qqzxnobody")

    assert answer.status == 302
    assert answer.headers["location"] == "http://stitchbook.example/"


def test_the_week_can_be_turned(server, line):
    before = get(line, "readerly.example", "/reader/bethreads")[1]
    server.week = 2
    after = get(line, "readerly.example", "/reader/bethreads")[1]

    assert "Beth Novak" in before
    assert "CAPTCHA" in after


def test_the_web_can_be_exchanged(server, line):
    server.web = Internet().trouble_host("readerly.example", HostMood.LIMITING, retry_after=60)

    answer, _ = get(line, "readerly.example", "/reader/bethreads")

    assert answer.status == 429
    assert answer.headers["retry-after"] == "60"


def test_a_host_that_is_down_hangs_up(server, line):
    server.web = Internet().trouble_host("readerly.example", HostMood.DOWN)

    with pytest.raises(RemoteDisconnected):
        get(line, "readerly.example", "/reader/bethreads")


def test_visits_are_written_down(server, line):
    get(line, "searx.example", "/search?q=%22Maria%22&format=json")
    get(line, "snapgarden.example", "/%40mariadelgado")

    first, second = server.visits
    assert (first.host, first.path, first.at) == ("searx.example", "/search", NOON)
    assert first.query == "q=%22Maria%22&format=json"
    assert second.path == "/@mariadelgado"


def test_nothing_tells_the_time_of_this_machine(line):
    answer, _ = get(line, "readerly.example", "/")

    assert "date" not in {name.casefold() for name, _ in answer.getheaders()}


def test_every_host_is_mapped_to_the_server(server):
    assert server.build_address_map().keys() == Internet().hosts
    assert set(server.build_address_map().values()) == {server.address}
    assert server.address[0] == "127.0.0.1"


def test_many_are_served_at_once(server):
    with ExitStack() as lines:
        opened = [HTTPConnection(*server.address, timeout=60) for _ in range(20)]
        for connection in opened:
            lines.callback(connection.close)
            connection.request("GET", "/", headers={"Host": "readerly.example"})
        answers = [connection.getresponse() for connection in opened]

        assert [answer.status for answer in answers] == [200] * 20
        assert all("Welcome" in answer.read().decode() for answer in answers)
