"""In the thread that asks, what waits gives way; in any other, it just waits."""

import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from threading import Event, Thread, get_ident
from threading import enumerate as enumerate_threads

import gevent
import pytest
from gevent.hub import Hub

from scrapers.http.event_loop import (
    READABLE,
    WRITABLE,
    EventLoopThread,
    enter_event_loop,
    run_in_thread,
    wait_until_ready,
)

PATIENCE = 120.0
EITHER = pytest.mark.parametrize(
    "thread", [enter_event_loop, nullcontext], ids=["asking", "any other"]
)
Where = Callable[[], AbstractContextManager[object]]


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    with near, far:
        near.settimeout(0)
        yield near, far


@EITHER
def test_a_socket_is_waited_for_until_it_can_be_read(
    thread: Where, ends: tuple[socket.socket, socket.socket]
) -> None:
    near, far = ends
    speaking = Thread(target=far.send, args=(b"!",))

    with thread():
        speaking.start()
        wait_until_ready(near.fileno(), READABLE, PATIENCE)

        assert near.recv(1) == b"!"
    speaking.join()


@EITHER
def test_a_socket_that_can_be_written_is_not_waited_for(
    thread: Where, ends: tuple[socket.socket, socket.socket]
) -> None:
    with thread():
        wait_until_ready(ends[0].fileno(), WRITABLE, PATIENCE)


@EITHER
def test_a_socket_that_stays_silent_is_waited_for_so_long_and_no_longer(
    thread: Where, ends: tuple[socket.socket, socket.socket]
) -> None:
    with thread():
        wait_until_ready(ends[0].fileno(), READABLE, 0.01)

        with pytest.raises(BlockingIOError):
            ends[0].recv(1)


def test_while_one_waits_for_a_socket_another_goes_on(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    near, far = ends
    with enter_event_loop():
        waiting = gevent.spawn(wait_until_ready, near.fileno(), READABLE, PATIENCE)
        gevent.spawn(far.send, b"!").join(PATIENCE)
        waiting.join(PATIENCE)

        assert near.recv(1) == b"!"


@EITHER
def test_what_is_done_aside_comes_back(thread: Where) -> None:
    with thread():
        assert run_in_thread(lambda: 6 * 7) == 42


@EITHER
def test_what_goes_wrong_aside_is_raised_here(thread: Where) -> None:
    def fault() -> None:
        raise LookupError

    with thread(), pytest.raises(LookupError):
        run_in_thread(fault)


@EITHER
def test_what_takes_too_long_aside_is_given_up(thread: Where) -> None:
    over = Event()
    with thread(), pytest.raises(TimeoutError):
        run_in_thread(lambda: over.wait(PATIENCE), 0.01)
    over.set()


def test_while_one_thing_is_done_aside_another_goes_on() -> None:
    met = Event()
    with enter_event_loop():
        waiting = gevent.spawn(run_in_thread, lambda: met.wait(PATIENCE))
        gevent.spawn(met.set)

        assert waiting.get(timeout=PATIENCE)


def test_any_thread_may_call_into_the_loop() -> None:
    with enter_event_loop() as loop:
        heard = gevent.event.Event()
        Thread(target=loop.call_threadsafe, args=(heard.set,)).start()

        assert heard.wait(PATIENCE)


def test_a_call_into_a_loop_that_has_ended_is_in_vain_and_harms_nobody() -> None:
    called = Event()
    with enter_event_loop() as loop:
        pass

    loop.call_threadsafe(called.set)

    assert not called.is_set()


def test_what_is_given_up_may_end_when_the_loop_has() -> None:
    over, ended = Event(), Event()

    def late() -> None:
        over.wait(PATIENCE)
        ended.set()

    with enter_event_loop(), pytest.raises(TimeoutError):
        run_in_thread(late, 0.01)
    over.set()

    assert ended.wait(PATIENCE)


def test_ctrl_c_does_not_keep_the_thread_of_a_loop_from_being_waited_for() -> None:
    stopped, main = Event(), get_ident()

    def work() -> None:
        stopped.wait(PATIENCE)
        signal.pthread_kill(main, signal.SIGINT)

    thread = EventLoopThread(stopped.set)
    thread.start_thread(work)

    with pytest.raises(KeyboardInterrupt):
        thread.close()
    assert [
        enumerate_thread
        for enumerate_thread in enumerate_threads()
        if enumerate_thread.name == "crawler"
    ] == []


def test_once_a_loop_thread_is_closed_nothing_is_begun_in_it() -> None:
    begun = Event()
    thread = EventLoopThread(lambda: None)
    thread.close()
    thread.start_thread(begun.set)
    thread.close()

    assert not begun.is_set()


def test_a_loop_that_has_ended_leaves_nothing_in_memory() -> None:
    def count_hubs() -> int:
        gc.collect()
        return sum(isinstance(thing, Hub) for thing in gc.get_objects())

    def ask_once() -> None:
        with enter_event_loop():
            gevent.spawn(gevent.sleep, 0).join()

    before = count_hubs()
    for _ in range(3):
        thread = Thread(target=ask_once)
        thread.start()
        thread.join()

    assert count_hubs() == before
