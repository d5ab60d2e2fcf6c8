"""The journal has one line for each event, and nothing that could name anyone."""

import logging
import os
from io import StringIO
from pathlib import Path

import pytest

from monitor.event_log import (
    EventFormatter,
    LineLogHandler,
    LogFormat,
    LogSettings,
    is_journal,
    log_to_stream,
    show_warnings_of_commands,
)

DAEMON = logging.getLogger("monitor.scheduler.daemon")
READY = {"status": "Ready."}


def event(name: str, level: int = logging.INFO, **fields: object) -> logging.LogRecord:
    known = {"msg": name, "levelno": level, "levelname": logging.getLevelName(level)}
    return logging.makeLogRecord({**known, "created": 0.5, **fields})


def test_the_log_holds_our_events_and_nothing_that_a_library_says(capfd):
    stream = StringIO()

    with log_to_stream(stream):
        DAEMON.info("service_status", extra=READY)
        logging.getLogger("urllib3").error("Failed to parse https://x.example/rosamarchetti")
        logging.getLogger("apscheduler.executors.default").critical("rosamarchetti")

    (line,) = stream.getvalue().splitlines()
    assert line.partition(" ")[2] == "level=info event=service_status status=Ready."
    assert capfd.readouterr().err == ""


def test_a_log_that_was_closed_is_written_to_no_more():
    stream = StringIO()
    with log_to_stream(stream):
        pass

    DAEMON.info("service_status", extra=READY)

    assert stream.getvalue() == ""


LOGFMT_LINE = (
    "time=1970-01-01T00:00:00.500Z level=warning event=job_ended job=mail seconds=1.5 "
    r'reason="No room\n\"here\"=\u00e9"'
)
JSON_LINE = (
    '{"time": "1970-01-01T00:00:00.500Z", "level": "warning", "event": "job_ended", '
    r'"job": "mail", "seconds": 1.5, "reason": "No room\n\"here\"=\u00e9"}'
)


@pytest.mark.parametrize(
    ("form", "line"), [(LogFormat.LOGFMT, LOGFMT_LINE), (LogFormat.JSON, JSON_LINE)]
)
def test_a_line_is_an_event_with_its_fields(form, line):
    fields = {"job": "mail", "seconds": 1.5, "reason": 'No room\n"here"=é'}

    assert EventFormatter(form).format(event("job_ended", logging.WARNING, **fields)) == line


def test_a_field_that_is_not_listed_is_not_written():
    record = event("sign_in_refused", reason="not-enrolled", mail="rosa.marchetti@x.example")

    assert "rosa" not in EventFormatter().format(record)
    assert "rosa" not in EventFormatter(LogFormat.JSON).format(record)


@pytest.mark.parametrize(
    ("level", "priority"),
    [
        (logging.DEBUG, "<7>"),
        (logging.INFO, "<6>"),
        (logging.WARNING, "<4>"),
        (logging.ERROR, "<3>"),
    ],
)
def test_the_journal_gets_a_priority_and_notes_the_time_itself(level, priority):
    line = EventFormatter(in_journal=True).format(event("job_failed", level))

    assert line == f"{priority}level={logging.getLevelName(level).lower()} event=job_failed"


@pytest.mark.parametrize(("beside", "is_its"), [(0, True), (1, False)])
def test_the_journal_is_known_by_the_stream_that_systemd_names(tmp_path: Path, beside, is_its):
    with (tmp_path / "stream").open("w") as stream:
        found = os.fstat(stream.fileno())
        environ = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino + beside}"}

        assert is_journal(environ, stream.fileno()) == is_its
        assert not is_journal({}, stream.fileno())


def test_a_stream_that_is_closed_is_no_journal(tmp_path: Path):
    with (tmp_path / "stream").open("w") as stream:
        number, found = stream.fileno(), os.fstat(stream.fileno())

    assert not is_journal({"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}, number)


@pytest.mark.parametrize(("verbose", "lines"), [(False, 0), (True, 1)])
def test_verbose_adds_what_is_told_one_by_one(verbose, lines):
    stream = StringIO()

    with log_to_stream(stream, LogSettings(verbose=verbose)):
        DAEMON.debug("job_ended", extra={"job": "mail", "seconds": 0.1})

    assert len(stream.getvalue().splitlines()) == lines


@pytest.mark.parametrize("form", LogFormat)
def test_a_line_that_cannot_be_made_is_told_without_what_it_would_say(form):
    stream = StringIO()
    record = logging.makeLogRecord(
        {"name": "monitor.scheduler.daemon", "msg": "%d emails", "args": ("rosa.marchetti",)}
    )

    LineLogHandler(stream.write, EventFormatter(form)).emit(record)

    assert "log_line_lost" in stream.getvalue()
    assert "monitor.scheduler.daemon" in stream.getvalue()
    assert "TypeError" in stream.getvalue()
    assert "rosa" not in stream.getvalue()


def test_a_full_disk_stops_no_work():
    def refuse(_line: str) -> None:
        raise OSError

    LineLogHandler(refuse, EventFormatter()).emit(event("job_failed"))


def test_a_command_says_a_warning_as_a_sentence(capsys):
    show_warnings_of_commands()

    logging.lastResort.handle(event("source_left_out", logging.WARNING, reason="A\nlist is bad."))
    logging.lastResort.handle(event("heartbeat_not_sent", logging.WARNING))

    assert capsys.readouterr().err.splitlines() == [
        r"namesake: A\nlist is bad.",
        "namesake: heartbeat not sent",
    ]
