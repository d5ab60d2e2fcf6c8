"""How long a connection is kept, and for whom."""

import gc
import socket
from dataclasses import replace
from threading import Event

from scrapers.http.fetch_limits import FetchLimits
from scrapers.models import Page, Request
from scrapers.source import CrawlPolicy
from tests.scrapers.http.conftest import Internet
from tests.scrapers.http.follower import Follower
from tests.scrapers.http.loopback import answer, answering, head_of, without_robots

SITE = "http://site.example"


def test_a_connection_is_kept_for_the_next_request(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    server = internet.serve(without_robots(answering(answer())))
    client = internet.client()
    for number in range(3):
        client.fetch(Request(url=f"{SITE}/{number}"), etiquette)

    assert server.connections == 1


def test_connections_are_kept_for_so_many_hosts_and_no_more(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    hosts = ("a.example", "b.example", "c.example")
    servers = [internet.serve(answering(answer()), host) for host in hosts]
    client = internet.client(FetchLimits(total_seconds=10.0, idle_hosts=2))
    for host in (*hosts, *reversed(hosts)):
        origin = f"http://{host}"
        client.fetch(Request(url=origin), replace(etiquette, origins=(origin,)))

    assert [server.connections for server in servers] == [2, 1, 1]


def test_over_a_kept_connection_that_was_closed_meanwhile_is_asked_again_in_turn(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    def hang_up_on_the_second(connection: socket.socket, request: bytes) -> None:
        if b"GET /2 " in request and server.connections == 1:
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(answer())

    server = internet.serve(without_robots(hang_up_on_the_second))
    follower = Follower(internet.client())

    assert isinstance(follower.fetch(Request(url=f"{SITE}/1"), etiquette), Page)
    assert isinstance(follower.fetch(Request(url=f"{SITE}/2"), etiquette), Page)
    assert server.connections == 2


def test_a_client_that_nobody_closed_hangs_up_when_nobody_has_it_any_more(
    internet: Internet, etiquette: CrawlPolicy
) -> None:
    hung_up = Event()

    def hear(connection: socket.socket) -> bytes:
        head = head_of(connection)
        if not head:
            hung_up.set()
        return head

    server = internet.serve(answering(answer()))
    server.hear = hear
    internet.client().fetch(Request(url=SITE), etiquette)

    internet.clients.clear()
    gc.collect()

    assert hung_up.wait(120)
