"""The service notices when clocks are set, machines sleep and hands hang."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from apscheduler.triggers.interval import IntervalTrigger

from monitor.scheduler import daemon, job_scheduler
from monitor.scheduler.daemon import Daemon, SystemdNotifier, WakeSocket
from monitor.scheduler.job_scheduler import HUNG_AFTER_SECONDS, ClockJumpDetector, Liveness
from tests.monitor.supervised import PATIENCE, Rounds, SetClock, heard, listening, timed, working


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with listening(tmp_path) as told:
        yield told


def test_a_clock_that_was_set_and_a_machine_that_slept_are_noticed_once():
    clock = SetClock()
    jumps = ClockJumpDetector(clock)

    for jump in (3600.0, -3600.0, 777600.0, 6.0):
        clock.pass_by(1)
        clock.at += timedelta(seconds=jump)
        assert jumps.measure_jump() == jump
        clock.pass_by(1)
        assert jumps.measure_jump() == 0


def test_a_clock_that_is_slewed_is_not_taken_for_one_that_was_set():
    clock = SetClock()
    jumps = ClockJumpDetector(clock)

    for _ in range(100):
        clock.pass_by(20)
        clock.at += timedelta(seconds=0.5)
        assert jumps.measure_jump() == 0


class LateNotifier(SystemdNotifier):
    """Says "ready" only after the first job has begun, as on a machine with much to do."""

    def __init__(self, began: threading.Event) -> None:
        super().__init__({})
        self.began = began

    def send_state(self, *lines: str) -> None:
        self.began.wait(PATIENCE)
        super().send_state(*lines)


def test_a_tick_comes_at_once_when_the_clock_jumps_and_it_is_logged(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(daemon, "WATCHED_SECONDS", 0.01)
    clock, stopping = SetClock(), threading.Event()
    rounds = Rounds(lambda: None)
    began = threading.Event()

    def second() -> None:
        if began.is_set():
            stopping.set()
        else:
            began.set()
            clock.at -= timedelta(hours=1)

    rounds.run_due_sweeps = second
    Daemon(
        jobs=rounds,
        notifier=LateNotifier(began),
        wake_socket=WakeSocket(tmp_path),
        stopping=stopping,
        liveness=Liveness(clock),
    ).run_until_stopped()

    assert "clock_jumped seconds=-3600" in caplog.text


def test_a_hand_that_hangs_is_named_and_systemd_hears_nothing_more(
    tmp_path, systemd, monkeypatch, caplog
):
    monkeypatch.setattr(daemon, "WATCHED_SECONDS", 0.01)
    clock, stopping, over = SetClock(), threading.Event(), threading.Event()
    rounds = Rounds(lambda: None)

    def hang() -> None:
        clock.seconds += HUNG_AFTER_SECONDS
        over.wait(PATIENCE)

    rounds.run_mail_and_cleanup = hang
    silent = threading.Event()

    def listen() -> None:
        while "worker_hung worker=mail" not in caplog.text:
            over.wait(0.01)
        systemd.settimeout(0.1)
        try:
            heard(systemd, "what is never said")
        except TimeoutError:
            silent.set()
        over.set()
        stopping.set()

    threading.Thread(target=listen, daemon=True).start()
    Daemon(
        jobs=rounds,
        notifier=SystemdNotifier({"NOTIFY_SOCKET": str(systemd.getsockname())}),
        wake_socket=WakeSocket(tmp_path),
        stopping=stopping,
        liveness=Liveness(clock),
    ).run_until_stopped()

    assert silent.is_set()
    assert caplog.text.count("worker_hung") == 1


def test_a_daily_job_that_failed_is_tried_again_soon(monkeypatch):
    monkeypatch.setattr(job_scheduler, "RETRY_SECONDS", 0)
    tries, again = count(1), threading.Event()

    def fail_once() -> None:
        if next(tries) == 1:
            raise OSError
        again.set()

    with working(timed("purge", fail_once)):
        assert again.wait(PATIENCE)


def test_a_job_that_failed_is_not_put_off_by_that(monkeypatch):
    monkeypatch.setattr(job_scheduler, "RETRY_SECONDS", 7200)
    tries, failed, again = count(1), threading.Event(), threading.Event()

    def fail_once() -> None:
        if next(tries) == 1:
            failed.set()
            raise OSError
        again.set()

    job = replace(timed("mail", fail_once), trigger=IntervalTrigger(seconds=1, timezone=UTC))
    with working(job):
        assert failed.wait(PATIENCE)
        assert again.wait(PATIENCE)


def test_who_rings_while_a_job_runs_is_served_after_it():
    runs, begun, go_on, again = count(1), threading.Event(), threading.Event(), threading.Event()

    def run() -> None:
        if next(runs) == 1:
            begun.set()
            go_on.wait(PATIENCE)
        else:
            again.set()

    with working(timed("mail", run)) as scheduler:
        assert begun.wait(PATIENCE)
        scheduler.answer_bell()
        scheduler.answer_bell()
        go_on.set()
        assert again.wait(PATIENCE)


def test_a_ring_is_none_of_the_business_of_a_daily_job():
    purges, mails, rung = count(), count(), threading.Event()

    def mail() -> None:
        if next(mails) == 1:
            rung.set()

    purge = replace(timed("purge", lambda: next(purges)), answers_bell=False, worker="mail")
    with working(purge, timed("mail", mail)) as scheduler:
        scheduler.answer_bell()
        assert rung.wait(PATIENCE)
    assert next(purges) == 1


def test_jobs_of_one_worker_share_its_thread_and_others_do_not():
    threads: dict[str, int] = {}
    done = threading.Barrier(4)

    def note(name: str) -> None:
        threads[name] = threading.get_ident()
        threading.Thread(target=done.wait, daemon=True).start()

    jobs = [timed(name, partial(note, name)) for name in ("mail", "purge", "sweeps")]
    with working(jobs[0], replace(jobs[1], worker="mail"), jobs[2]):
        done.wait(PATIENCE)

    assert threads["mail"] == threads["purge"] != threads["sweeps"]


def test_a_ring_after_the_end_is_heard_by_nobody():
    with working(timed("mail", lambda: None)) as scheduler:
        pass

    scheduler.answer_bell()


def test_a_clock_that_was_set_back_delays_no_daily_job():
    runs, again = count(1), threading.Event()

    def run() -> None:
        if next(runs) == 2:
            again.set()

    with working(replace(timed("purge", run), answers_bell=False)) as scheduler:
        scheduler.run_all_now()
        assert again.wait(PATIENCE)


def test_why_nothing_is_done_is_told_to_systemd(tmp_path, systemd, monkeypatch):
    monkeypatch.setattr(daemon, "WATCHED_SECONDS", 0.01)
    stopping = threading.Event()
    why = iter(["The clock says 1970.", "The clock says 1970."])

    class Waiting(Rounds):
        def describe_wait(self) -> str:
            told = next(why, "")
            if not told:
                stopping.set()
            return told

    Daemon(
        jobs=Waiting(lambda: None),
        notifier=SystemdNotifier({"NOTIFY_SOCKET": str(systemd.getsockname())}),
        wake_socket=WakeSocket(tmp_path),
        stopping=stopping,
        liveness=Liveness(SetClock()),
    ).run_until_stopped()

    assert "STATUS=The clock says 1970." in heard(systemd, "READY=1")
    assert "Ready." in heard(systemd, "STATUS=Ready")


def test_only_workers_are_remembered_and_a_beat_is_a_sign_of_life():
    clock = SetClock()
    liveness = Liveness(clock)
    liveness.beat()
    assert liveness.last_beats == {}

    liveness.register_worker()
    clock.pass_by(HUNG_AFTER_SECONDS)
    assert liveness.measure_silence(threading.get_ident()) == HUNG_AFTER_SECONDS
    liveness.beat()
    assert liveness.measure_silence(threading.get_ident()) == 0


def test_a_sweep_of_hours_fills_no_log_with_the_ticks_that_it_outlasts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    over, ticked = threading.Event(), threading.Semaphore(0)
    often = IntervalTrigger(seconds=0.01, timezone=UTC)
    sweep = replace(timed("sweeps", lambda: over.wait(PATIENCE)), trigger=often)
    other = replace(timed("checks", ticked.release), trigger=often)

    with working(sweep, other):
        for _ in range(10):
            assert ticked.acquire(timeout=PATIENCE)
        over.set()

    assert [record.message for record in caplog.records] == []
