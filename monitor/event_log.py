"""The log of events, which journald keeps: one line for each event, with fields that name no one.

A call logs the name of an event, and its fields as extra. Only fields that are listed here are
written, and nothing that a library says: its warning may quote an address, and with it a name.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TextIO, TypeVar

import click

from monitor.config.sections import CURRENT_DISTRICT

STDERR_FD = 2
# In the order in which a line has them. None may hold a name, an address or a finding: IDs are
# random, sources and paths are of the configuration, reasons are our own sentences.
FIELDS: Final = (
    *("district", "sweep", "kind", "source", "outcome", "weekday", "worker", "job"),
    *("accepted", "deferred", "refused", "held", "dropped", "email", "delivery", "sent"),
    *("line", "page", "method", "status", "bytes", "removed", "code"),
    *("seconds", "minutes", "error", "reason", "logger", "batch", "count"),
)
# sd-daemon(3): journald takes the priority of a line from its beginning.
PRIORITIES: Final[Mapping[int, int]] = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}
LOST: Final = "log_line_lost"
_PLAIN_VALUE = re.compile(r"[!#-<>-\[\]-~]+")


class LogFormat(StrEnum):
    """How a line is written."""

    LOGFMT = "logfmt"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """`verbose` adds jobs, emails and pages one by one."""

    form: LogFormat = LogFormat.LOGFMT
    verbose: bool = False


class EventFormatter(logging.Formatter):
    """Writes an event and its fields; with `in_journal`, its priority instead of its time."""

    def __init__(self, form: LogFormat = LogFormat.LOGFMT, *, in_journal: bool = False) -> None:
        super().__init__()
        self._form = form
        self._in_journal = in_journal

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, Any] = {
            **({} if self._in_journal else {"time": at.replace("+00:00", "Z")}),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **({"district": district} if (district := CURRENT_DISTRICT.get()) else {}),
            **{name: record.__dict__[name] for name in FIELDS if name in record.__dict__},
        }
        line = (
            json.dumps(fields, default=str)
            if self._form is LogFormat.JSON
            else " ".join(f"{name}={_quote(value)}" for name, value in fields.items())
        )
        return f"<{PRIORITIES.get(record.levelno, 6)}>{line}" if self._in_journal else line


def _quote(value: object) -> str:
    text = f"{value:.1f}" if isinstance(value, float) else str(value)
    return text if _PLAIN_VALUE.fullmatch(text) else json.dumps(text)


class WarningFormatter(logging.Formatter):
    """Writes a warning for the person who typed a command: its sentence, if it has one."""

    def format(self, record: logging.LogRecord) -> str:
        event, fields = record.getMessage().replace("_", " "), record.__dict__
        what = f"{event}: {fields['error']}" if "error" in fields else event
        return f"namesake: {json.dumps(str(fields.get('reason', what)), ensure_ascii=False)[1:-1]}"


def show_warnings_of_commands() -> None:
    """Without a journal, Python prints warnings by itself: make them sentences."""
    if logging.lastResort:
        logging.lastResort.setFormatter(WarningFormatter())


class LineLogHandler(logging.Handler):
    """Writes a line at a time; a full disk or a closed pipe stops no work."""

    def __init__(self, write: Callable[[str], object], formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except (TypeError, ValueError, LookupError) as error:
            fields = {"logger": record.name, "error": type(error).__name__}
            line = self.format(
                logging.makeLogRecord({**_describe_level(record), "msg": LOST, **fields})
            )
        with suppress(OSError):
            self._write(f"{line}\n")


def _describe_level(record: logging.LogRecord) -> dict[str, object]:
    return {"levelname": record.levelname, "levelno": record.levelno, "created": record.created}


@contextmanager
def log_to_stream(
    stream: TextIO | None = None, settings: LogSettings = LogSettings()
) -> Iterator[None]:
    """Write to a stream, stderr if none is named, where systemd adds the time."""
    root_logger, own_logger = logging.getLogger(), logging.getLogger("monitor")
    in_journal = stream is None and is_journal(os.environ)
    # Where no handler is, Python prints what a library warns of by itself.
    null_handler, line_handler = (
        logging.NullHandler(),
        LineLogHandler(
            stream.write if stream else _build_stderr_writer(),
            EventFormatter(settings.form, in_journal=in_journal),
        ),
    )
    root_logger.addHandler(null_handler)
    own_logger.addHandler(line_handler)
    own_logger.setLevel(logging.DEBUG if settings.verbose else logging.INFO)
    try:
        yield
    finally:
        own_logger.setLevel(logging.NOTSET)
        own_logger.removeHandler(line_handler)
        root_logger.removeHandler(null_handler)


def log_to_journal() -> AbstractContextManager[None]:
    """Log only where the journal listens: a command speaks to its user in its own words."""
    return log_to_stream() if is_journal(os.environ) else nullcontext()


def is_journal(environ: Mapping[str, str], descriptor: int = STDERR_FD) -> bool:
    """Tell whether a stream leads to journald, by its numbers in $JOURNAL_STREAM (systemd.exec)."""
    stated = environ.get("JOURNAL_STREAM")
    if not stated:
        return False
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return stated == f"{found.st_dev}:{found.st_ino}"


def _build_stderr_writer() -> Callable[[str], object]:
    """Pass by Python's own buffer: what it cannot get rid of, it complains of at the end.

    Where the service was started without it, another file may have its number by now.
    """
    if sys.stderr is None:
        return len
    return lambda line: os.write(STDERR_FD, line.encode("utf-8", "backslashreplace"))


Command = TypeVar("Command", bound=Callable[..., Any])


def log_options(command: Command) -> Command:
    """Add the options of a service's log; a unit sets them as variables of its environment."""
    form = click.option(
        "--log-format",
        type=click.Choice([log_format.value for log_format in LogFormat]),
        default=LogFormat.LOGFMT.value,
        show_default=True,
        envvar="NAMESAKE_LOG_FORMAT",
        show_envvar=True,
        help="How each line of the log is written.",
    )
    verbose = click.option(
        "--verbose",
        is_flag=True,
        envvar="NAMESAKE_VERBOSE",
        show_envvar=True,
        help="Also log each job, email and page, still without names.",
    )
    return form(verbose(command))
