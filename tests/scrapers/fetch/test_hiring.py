"""As many threads as there are hosts to ask, up to the limit."""

from scrapers.fetch.board import Board
from scrapers.fetch.clock import SystemClock
from scrapers.fetch.tour import Tour


def test_one_worker_is_hired_for_each_host_and_no_more():
    assert hired(hosts=3, most=16) == 3


def test_no_more_are_hired_than_the_limit():
    assert hired(hosts=40, most=16) == 16


def test_nobody_is_hired_before_there_is_a_host_to_ask():
    assert hired(hosts=0, most=16) == 0


def hired(*, hosts: int, most: int) -> int:
    board = Board(SystemClock())
    tour = Tour(planned=iter(()))
    board.enter(tour)
    tour.hosts.update(f"{number}.example" for number in range(hosts))
    return sum(board.hires(most) for _ in range(100))
