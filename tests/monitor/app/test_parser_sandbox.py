"""What the parser of the running service has given up: the service asks it, the doctor reads it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import json

from monitor.app.parser_sandbox import check_parser_sandbox, note_parser_sandbox
from monitor.db.state_folder_lock import StateFolderLock
from monitor.domain.vocabulary import HealthLevel
from scrapers.sandbox.client import ParserProcess
from scrapers.sandbox.protocol import SandboxReport


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[StateFolderLock]:
    with StateFolderLock(tmp_path) as held:
        yield held


def said(folder: Path) -> tuple[str, str]:
    (result,) = check_parser_sandbox(folder)
    return result.level, result.message


def test_what_the_parser_of_the_service_has_is_told(lock: StateFolderLock, tmp_path: Path) -> None:
    note_parser_sandbox(tmp_path)

    level, message = said(tmp_path)

    assert level is HealthLevel.OK
    assert message.startswith("The process that parses pages has no files and no network: Landlock")


@pytest.mark.parametrize(
    ("report", "missing"),
    [
        (SandboxReport(has_seccomp=True), "Landlock"),
        (SandboxReport(landlock_abi=3), "seccomp"),
        (SandboxReport(), "Landlock and seccomp"),
    ],
)
def test_what_it_lacks_is_a_warning(
    report: SandboxReport, missing: str, lock: StateFolderLock, tmp_path: Path
) -> None:
    lock.write_note(json.encode(report).decode())

    assert said(tmp_path) == (
        HealthLevel.WARN,
        f"The process that parses pages runs without {missing}.",
    )


def test_a_service_that_has_not_told_is_a_warning(lock: StateFolderLock, tmp_path: Path) -> None:
    level, message = said(tmp_path)

    assert level is HealthLevel.WARN
    assert "has not reported" in message


def test_a_service_that_starts_no_parser_works_on(
    lock: StateFolderLock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")

    note_parser_sandbox(tmp_path)

    assert said(tmp_path)[0] is HealthLevel.WARN


def test_nothing_is_said_of_a_service_that_does_not_run(tmp_path: Path) -> None:
    with StateFolderLock(tmp_path):
        note_parser_sandbox(tmp_path)

    assert list(check_parser_sandbox(tmp_path)) == []


def test_the_next_holder_of_the_lock_does_not_speak_for_the_last(tmp_path: Path) -> None:
    with StateFolderLock(tmp_path):
        note_parser_sandbox(tmp_path)
    with StateFolderLock(tmp_path):
        assert said(tmp_path)[0] is HealthLevel.WARN


def test_the_parser_that_was_asked_does_not_stay(
    lock: StateFolderLock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids: list[int | None] = []
    ended = ParserProcess.shut_down

    def shut_down(process: ParserProcess) -> None:
        pids.append(process.pid)
        ended(process)
        pids.append(process.pid)

    monkeypatch.setattr(ParserProcess, "shut_down", shut_down)

    note_parser_sandbox(tmp_path)

    assert pids[0] is not None
    assert pids[-1] is None
