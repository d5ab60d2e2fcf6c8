"""One thread computes at a time, and whoever waits lets another one compute."""

from threading import Event, Thread

import pytest

from scrapers.fetch.baton import Baton, laid_down

PATIENCE = 10.0


def test_who_carries_the_baton_keeps_all_others_from_computing():
    baton, came = Baton(), Event()

    def other() -> None:
        with baton.carried():
            came.set()

    with baton.carried():
        thread = Thread(target=other, daemon=True)
        thread.start()
        assert not came.is_set()
    assert came.wait(PATIENCE)


def test_who_waits_lets_others_compute_and_carries_it_again_afterwards():
    baton, came, may_go = Baton(), Event(), Event()

    def other() -> None:
        with baton.carried():
            came.set()
            with laid_down():
                may_go.wait(PATIENCE)

    with baton.carried():
        Thread(target=other, daemon=True).start()
        with laid_down():
            assert came.wait(PATIENCE)
        assert not _free(baton)
        may_go.set()
    assert came.is_set()


def test_a_thread_that_carries_nothing_just_waits():
    baton = Baton()
    with laid_down():
        assert _free(baton)


def test_a_fault_leaves_the_baton_to_others():
    baton = Baton()
    with pytest.raises(ZeroDivisionError), baton.carried():
        1 / 0  # noqa: B018 - it is there to fail
    assert _free(baton)


def test_a_fault_in_waiting_leaves_it_to_others_too():
    baton = Baton()
    with pytest.raises(ZeroDivisionError), baton.carried(), laid_down():
        1 / 0  # noqa: B018 - it is there to fail
    assert _free(baton)


def _free(baton: Baton) -> bool:
    """Tell whether another thread could take the baton up."""
    took = Event()

    def take() -> None:
        with baton.carried():
            took.set()

    thread = Thread(target=take, daemon=True)
    thread.start()
    thread.join(0.2)
    return took.is_set()
