"""`python -m monitor.student_matcher TOKENS LEDGER [KEY_FD]`: the service alone starts it.

The key comes by an inherited file descriptor, else as the systemd credential `roster-key`, else
from the environment.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType

from monitor.domain.errors import InputError, MonitorError
from monitor.domain.names.frequency import load_census
from monitor.domain.students.hashed_roster import KeyedRoster
from monitor.student_matcher.keys import (
    SECRET,
    check_key,
    check_roster_age,
    load_key,
    parse_key,
    read_tokens,
)
from monitor.student_matcher.worker import (
    MatcherWorker,
    harden_process,
    serve_requests,
    write_refusal,
)


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    sys.excepthook = _write_error_kind
    answers = sys.stdout.buffer
    tokens, quota_file, *descriptor = arguments
    try:
        harden_process()
        clerk = _build_worker(Path(tokens), Path(quota_file), _read_key(descriptor, environ))
        serve_requests(clerk, sys.stdin.buffer, answers)
    except MonitorError as error:
        write_refusal(answers, error)
        return error.exit_code
    return 0


def _build_worker(tokens: Path, quota_file: Path, key: bytes) -> MatcherWorker:
    roster = read_tokens(tokens)
    check_key(roster, key, tokens)
    check_roster_age(roster, _get_today(), tokens)
    keyed = KeyedRoster(roster=roster, key=key)
    return MatcherWorker(
        roster=keyed, counts=load_census(), quota_file=quota_file, today=_get_today
    )


def _read_key(descriptor: Sequence[str], environ: Mapping[str, str]) -> bytes:
    if descriptor:
        with os.fdopen(int(descriptor[0]), "rb") as handed:
            return parse_key(handed.read())
    key = load_key(environ)
    if key is None:
        raise InputError(f"No roster key. Set `key_file`, or the systemd credential {SECRET}.")
    return key


def _get_today() -> date:
    return datetime.now(UTC).date()


def _write_error_kind(
    kind: type[BaseException], _error: BaseException, _trace: TracebackType | None
) -> None:
    """Leave out the message and the trace, which could quote a name."""
    sys.stderr.write(f"{kind.__name__}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
