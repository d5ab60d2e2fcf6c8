"""A machine that the others cannot hear stops asking before they go on without it."""

import threading
import time

import pytest

from monitor.fleet.fence import DEAD_AFTER, LONGEST_REQUEST, MUTE_AFTER, Fence, read_boot_clock


class Seconds:
    """A clock that a test moves, and how often the process was to end."""

    def __init__(self) -> None:
        self.now = 100.0
        self.ended = 0

    def read(self) -> float:
        return self.now

    def end(self) -> None:
        self.ended += 1


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def fence(seconds: Seconds) -> Fence:
    return Fence(clock=seconds.read, end=seconds.end)


def test_a_request_is_over_before_a_machine_is_taken_for_dead() -> None:
    assert MUTE_AFTER + LONGEST_REQUEST < DEAD_AFTER
    with pytest.raises(ValueError, match="taken for dead"):
        Fence(longest_request=15.0)


def test_a_machine_that_is_heard_asks_on(fence: Fence, seconds: Seconds) -> None:
    for _ in range(10):
        seconds.now += 5
        fence.note_beat(seconds.now)
        fence.check()

    assert seconds.ended == 0


def test_a_beat_counts_from_when_it_began(fence: Fence, seconds: Seconds) -> None:
    began = seconds.now
    seconds.now += MUTE_AFTER - 1
    fence.note_beat(began)
    seconds.now += 2
    fence.check()

    assert seconds.ended == 1


def test_a_machine_that_was_frozen_ends_though_its_next_beat_succeeds(
    fence: Fence, seconds: Seconds
) -> None:
    seconds.now += 45
    fence.note_beat(seconds.now)

    assert seconds.ended == 1
    assert fence.is_mute


def test_who_has_lost_a_job_to_another_ends(fence: Fence, seconds: Seconds) -> None:
    fence.lose()

    assert seconds.ended == 1
    assert fence.is_mute


def test_a_mute_machine_ends_whatever_its_other_threads_wait_for(
    fence: Fence, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.fleet.fence.WATCHED_EVERY", 0.0)
    stopping = threading.Event()
    fence.end = stopping.set
    seconds.now += MUTE_AFTER + 1
    fence.watch(stopping)

    assert stopping.is_set()


def test_the_clock_of_the_fence_goes_on_while_the_machine_sleeps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """CLOCK_MONOTONIC stands still then: a laptop's lid would be no silence at all."""
    slept = {time.CLOCK_BOOTTIME: 4_000.0, time.CLOCK_MONOTONIC: 100.0}
    fence = Fence(end=lambda: None)
    monkeypatch.setattr(time, "clock_gettime", slept.__getitem__)
    assert read_boot_clock() == slept[time.CLOCK_BOOTTIME]
    fence.begin(slept[time.CLOCK_BOOTTIME])
    assert not fence.is_mute
    slept[time.CLOCK_BOOTTIME] += MUTE_AFTER + 1
    assert fence.is_mute
