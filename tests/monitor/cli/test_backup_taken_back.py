"""What a person took back stays taken back after a restore, however old the copy is."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.app import App
from monitor.db.atomic_files import DiskReserve
from monitor.db.backup_files import list_backups, read_take_backs
from monitor.db.database import Database
from monitor.db.legal_holds import LegalHold
from monitor.domain.consent import Consent
from monitor.domain.person import AlertFeed
from monitor.domain.vocabulary import ConsentAction, ConsentChannel, Scope
from monitor.scheduler.timed_jobs import SupervisedRunner
from monitor.services.consent_end import end_lapsed_consent, withdraw_consent
from monitor.services.consent_renewal import drop_consent_scopes, pause_checks, resume_checks
from monitor.services.due_jobs import run_mail_and_cleanup
from scrapers.http.clock import SystemClock
from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.safekept import hanging, lose, place, restore

Act = Callable[[Terminal, str], object]
ALONE = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    "NAMESAKE_PAUSES": os.devnull,
}
PLACES = "[backup]\nfolder = 'copies'\nkeys = 'keys'\n"


@pytest.fixture
def kept(copied: Terminal) -> Terminal:
    """A district whose service keeps the copy of its keys up to date."""
    copied.configured(("[sources.bluesky]", f"{PLACES}[sources.bluesky]"))
    copied.clock.at += timedelta(hours=12)
    return copied


@pytest.fixture
def people(kept: Terminal) -> tuple[str, str]:
    """Rosa and Theo, who have joined."""
    with Database.open_folder(kept.config.state) as state:
        rosa, theo = state.people.list_person_ids()
    return rosa, theo


@contextmanager
def working(terminal: Terminal) -> Iterator[App]:
    with terminal.app() as app:
        yield app
        runner = SupervisedRunner(
            app=app,
            reserve=DiskReserve(terminal.config.state),
            heartbeat=lambda _vitals, _level: None,
        )
        runner.back_up_keys()


def leave_by_command(terminal: Terminal, person_id: str) -> None:
    assert terminal.run("staff", "withdraw", person_id, "--yes").code == 0


def have_left(terminal: Terminal, person_id: str) -> None:
    assert terminal.run("staff", "left", person_id, "--yes").code == 0


def leave_by_page(terminal: Terminal, person_id: str) -> None:
    with terminal.app() as app:
        withdraw_consent(app, person_id, ConsentChannel.PORTAL)


def lapse(terminal: Terminal, person_id: str) -> None:
    with terminal.app() as app:
        end_lapsed_consent(app, person_id)


def leave_while_held(terminal: Terminal, person_id: str) -> None:
    with terminal.app() as app:
        hold = LegalHold(
            person_id=person_id, placed_at=app.clock.now(), by=("ana", "bo"), reason="a lawsuit"
        )
        app.db.legal_holds.insert_legal_hold(hold)
    leave_by_page(terminal, person_id)


def narrow(terminal: Terminal, person_id: str) -> None:
    with terminal.app() as app:
        drop_consent_scopes(app, person_id, frozenset({Scope.PROFILES}), ConsentChannel.PORTAL)


def rest(terminal: Terminal, person_id: str) -> None:
    until = terminal.clock.at + timedelta(days=20)
    assert terminal.run("staff", "pause", person_id, "--until", f"{until:%Y-%m-%d}").code == 0


def narrow_and_rest_for_less(terminal: Terminal, person_id: str) -> None:
    narrow(terminal, person_id)
    with terminal.app() as app:
        until = app.clock.now() + timedelta(days=20)
        pause_checks(app, person_id, until, ConsentChannel.PORTAL)
        resume_checks(app, person_id, ConsentChannel.PORTAL)


def find_consent(terminal: Terminal, person_id: str) -> Consent:
    with Database.open_folder(terminal.config.state) as state:
        consent = state.consents.find_latest_consent(person_id)
    assert consent is not None
    return consent


@pytest.mark.parametrize(
    "act",
    [
        leave_by_command,
        have_left,
        leave_by_page,
        lapse,
        leave_while_held,
        narrow,
        rest,
        narrow_and_rest_for_less,
    ],
)
def test_the_last_consent_holds_in_an_older_copy(
    kept: Terminal, people: tuple[str, str], act: Act
) -> None:
    rosa, theo = people
    act(kept, rosa)
    last, untouched = find_consent(kept, rosa), find_consent(kept, theo)
    lose(kept)
    kept.clock.at += timedelta(hours=1)

    assert restore(kept).code == 0

    assert find_consent(kept, rosa) == last
    assert find_consent(kept, theo) == untouched
    with Database.open_folder(kept.config.state) as state:
        assert state.consents.list_consents(rosa)[-1] == last
        assert state.consents.list_consents(rosa)[0].act is ConsentAction.GIVEN
        assert state.audit.find_last_entry_of_action("restored").details["consents"] == "1"
    assert kept.run("audit").code == 0


def test_who_left_is_told_so_once_and_erased_after_the_restore_of_an_older_copy(
    kept: Terminal, people: tuple[str, str]
) -> None:
    rosa, theo = people
    with working(kept) as app:
        withdraw_consent(app, rosa, ConsentChannel.PORTAL)
        told = [email.message_id for email in app.db.outbox.list_emails()]
    lose(kept)
    kept.clock.at += timedelta(hours=1)

    assert restore(kept).json["changed_consents"] == 1

    with kept.app() as app:
        waiting = [email for email in app.db.outbox.list_emails() if email.person_id == rosa]
        assert [email.message_id for email in waiting] == told[-1:]
        run_mail_and_cleanup(app)
        assert app.db.people.list_person_ids() == (theo,)


def test_a_restore_forgets_what_a_narrower_consent_no_longer_covers(kept: Terminal) -> None:
    with kept.app() as app:
        rosa, _ = app.db.people.list_person_ids()
        feeds = (AlertFeed(address="https://alerts.example/1", added_at=app.clock.now()),)
        app.db.people.update_person(replace(app.db.people.load_person(rosa), alert_feeds=feeds))
    assert kept.run("backup").code == 0
    kept.clock.at += timedelta(hours=1)
    narrow(kept, rosa)
    with working(kept) as app:
        assert app.db.people.load_person(rosa).alert_feeds == ()
    lose(kept)

    assert restore(kept).code == 0

    with kept.app() as app:
        assert app.db.people.load_person(rosa).alert_feeds == ()


def test_a_hold_since_the_backup_keeps_whoever_left(
    kept: Terminal, people: tuple[str, str]
) -> None:
    rosa, theo = people
    leave_while_held(kept, rosa)
    leave_by_page(kept, theo)
    lose(kept)
    kept.clock.at += timedelta(hours=1)

    assert restore(kept).json["changed_holds"] == 1

    with kept.app() as app:
        kept.clock.at += timedelta(days=2)
        run_mail_and_cleanup(app)
        assert app.db.people.list_person_ids() == (rosa,)


def test_a_hold_lifted_since_the_backup_keeps_nobody(
    kept: Terminal, people: tuple[str, str]
) -> None:
    rosa, theo = people
    leave_while_held(kept, rosa)
    assert kept.run("backup").code == 0
    kept.clock.at += timedelta(hours=1)
    with kept.app() as app:
        app.db.legal_holds.lift_legal_holds(rosa, app.clock.now())
    lose(kept)
    kept.clock.at += timedelta(hours=1)

    assert restore(kept).json["changed_holds"] == 1

    with kept.app() as app:
        kept.clock.at += timedelta(days=2)
        run_mail_and_cleanup(app)
        assert app.db.people.list_person_ids() == (theo,)


def test_the_last_backup_is_the_one_that_was_restored(kept: Terminal) -> None:
    """It has no row about itself, only of those before it, of which one failed."""
    assert kept.run("backup", "/dev/null/copies").code != 0
    kept.clock.at += timedelta(days=10)
    assert kept.run("backup").code == 0
    made_at = kept.clock.at
    assert "backup" not in {line["what"] for line in kept.run("status", "--json").json["warnings"]}
    lose(kept)
    kept.clock.at += timedelta(hours=1)

    assert restore(kept).code == 0

    status = kept.run("status", "--json").json
    assert status["last_backup"] == f"{made_at:%Y-%m-%dT%H:%M:%SZ}"
    assert "backup" not in {line["what"] for line in status["warnings"]}


@pytest.mark.parametrize(
    ("command", "runs"), [("left", True), ("withdraw", False), ("pause", False)]
)
def test_a_machine_that_dies_right_after_a_command_forgets_it_never(
    kept: Terminal, people: tuple[str, str], command: str, *, runs: bool
) -> None:
    """Service and commands are processes, and the service is killed, or was never started."""
    rosa, theo = people
    day = f"{SystemClock().now() + timedelta(days=20):%Y-%m-%d}"
    how = ("--until", day) if command == "pause" else ("--yes",)
    with started(kept, "run") if runs else nullcontext() as service:
        if service is not None:
            wait_for(service, b"event=service_status")
        assert run_process(kept, "staff", command, rosa, *how) == 0
        if service is not None:
            service.kill()
    lose(kept)

    old = str(list_backups(place(kept, "copies"))[-1].path)
    assert run_process(kept, "restore", old, "--keys", str(place(kept, "keys"))) == 0

    with Database.open_folder(kept.config.state) as state:
        stay = state.consents.list_queryable_person_ids(SystemClock().now())
    assert stay == (theo,)


def test_a_copy_of_the_keys_that_cannot_be_written_holds_up_no_one_who_leaves(
    kept: Terminal, people: tuple[str, str]
) -> None:
    """An orderly stop does what is left to do, and so does the next start."""
    rosa, theo = people
    copy, draft = place(kept, "keys") / "keys.db", place(kept, "keys") / ".keys.db.new"
    known = [read_take_backs(copy)]
    for person_id in (rosa, theo):
        draft.mkdir()
        with started(kept, "run") as service:
            wait_for(service, b"event=service_status")
            with started(kept, "staff", "left", person_id, "--yes") as command:
                said = command.communicate()[1].decode()
            assert command.returncode == 0
            assert said.startswith("namesake: This holds, but the backup of the keys lacks it: ")
            assert said.count("\n") == 1
            assert read_take_backs(copy) == known[-1]
            draft.rmdir()
            service.terminate()
            service.communicate()
        known.append(read_take_backs(copy))

    assert len(set(known)) == len(known)


@pytest.mark.parametrize("act", [leave_by_page, leave_by_command, narrow, rest])
def test_a_folder_of_keys_that_hangs_holds_up_no_one_who_leaves(
    kept: Terminal, act: Act, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("monitor.db.backup_files.ANSWERS_WITHIN_SECONDS", 0.01)
    with Database.open_folder(kept.config.state) as state:
        rosa, theo = state.people.list_person_ids()
    keys = place(kept, "keys")
    known = read_take_backs(keys / "keys.db")
    with hanging(keys / "keys.db"):
        for person_id in (rosa, theo):
            act(kept, person_id)
            assert find_consent(kept, person_id).act is not ConsentAction.GIVEN
            assert caplog.records[-1].message == "key_copy_outdated"
        waiting = [thread for thread in threading.enumerate() if thread.name == "folder"]
        assert len(waiting) == 1  # however many leave
        warnings = kept.run("status", "--json").json["warnings"]
        assert f"{keys} does not answer" in str(warnings)
    waiting[0].join()

    monkeypatch.undo()
    with working(kept) as app:
        taken_back = app.db.keys.list_take_backs()

    assert known != read_take_backs(keys / "keys.db") == taken_back


def wait_for(service: subprocess.Popen[bytes], event: bytes) -> None:
    assert service.stderr is not None
    next(line for line in service.stderr if event in line)


@contextmanager
def started(terminal: Terminal, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "monitor", "--config", str(terminal.path), *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ALONE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def run_process(terminal: Terminal, *arguments: str) -> int:
    with started(terminal, *arguments) as process:
        process.communicate()
        return process.returncode
