"""Which rights the parser of untrusted pages has given up: the service asks it, `doctor` reads.

Only a child of the service itself can tell: another process may run under another kernel, or
under another filter of systemd.
"""

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import MsgspecError, json

from monitor.db.state_folder_lock import StateFolderLock
from monitor.domain.health import HealthResult, report_ok, report_warning
from scrapers.sandbox.client import ParserStartError, SandboxParser
from scrapers.sandbox.protocol import SandboxReport

LOG = logging.getLogger(__name__)


def note_parser_sandbox(folder: Path) -> None:
    """Start a parser, have it tell what it gives up, and leave that at the lock that we hold.

    A service that cannot start one works on: each page is then unreadable.
    """
    try:
        with SandboxParser(children=1) as parser:
            report = parser.examine_sandbox()
    except ParserStartError as error:
        LOG.warning("parser_not_started", extra={"error": type(error).__name__})
        return
    # On a full disk, `doctor` has other things to say.
    with suppress(OSError):
        StateFolderLock(folder).write_note(json.encode(report).decode())


def check_parser_sandbox(folder: Path) -> Iterator[HealthResult]:
    """Say what the parser of the running service told, when the service started."""
    lock = StateFolderLock(folder)
    if not lock.is_locked():
        return
    try:
        report = json.decode(lock.read_note(), type=SandboxReport)
    except MsgspecError:
        sentence = "The running process has not reported what its parser's sandbox has."
        remedy = "Restart the service. Then look for `parser_not_started` in its log."
        yield report_warning("parser", sentence, remedy)
        return
    if missing := " and ".join(report.list_missing_parts()):
        sentence = f"The process that parses pages runs without {missing}."
        remedy = "See docs/security.md about the sandbox: a newer kernel or newer units have it."
        yield report_warning("parser", sentence, remedy)
        return
    sentence = (
        "The process that parses pages has no files and no network: "
        f"Landlock {report.landlock_abi}, seccomp."
    )
    yield report_ok("parser", sentence)
