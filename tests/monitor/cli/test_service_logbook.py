import logging
from io import StringIO

from monitor.cli.service import LineLogHandler, log_to_stream


def test_the_log_holds_our_sentences_and_nothing_that_a_library_says(capfd):
    stream = StringIO()

    with log_to_stream(stream):
        logging.getLogger("monitor.scheduler.daemon").info("Ready.")
        logging.getLogger("urllib3").error("Failed to parse https://x.example/rosamarchetti")
        logging.getLogger("apscheduler.executors.default").critical("rosamarchetti")

    assert stream.getvalue() == "INFO Ready.\n"
    assert capfd.readouterr().err == ""


def test_a_log_that_was_closed_is_written_to_no_more():
    stream = StringIO()
    with log_to_stream(stream):
        pass

    logging.getLogger("monitor.scheduler.daemon").info("Ready.")

    assert stream.getvalue() == ""


def test_a_line_that_cannot_be_made_is_told_without_what_it_would_say():
    stream = StringIO()
    record = logging.makeLogRecord(
        {"name": "monitor.scheduler.daemon", "msg": "%d letters", "args": ("rosa.marchetti",)}
    )

    LineLogHandler(stream.write).emit(record)

    assert (
        stream.getvalue()
        .strip()
        .endswith("log_line_lost logger=monitor.scheduler.daemon error=TypeError")
    )
    assert "rosa" not in stream.getvalue()
