"""`python -m monitor.matcher TOKENS LEDGER [KEY_FD]`: started by the service, and by nobody else.

The key comes by an inherited file descriptor, else as the systemd credential `roster-key`, else
from the environment.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType

from monitor.domain.names.frequency import census
from monitor.domain.students.roster import KeyedRoster
from monitor.errors import InputError, MonitorError
from monitor.matcher.keys import SECRET, check_age, check_key, given_key, parse_key, read_tokens
from monitor.matcher.worker import Clerk, harden, refuse, serve


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    sys.excepthook = _say_only_the_kind
    answers = sys.stdout.buffer
    tokens, ledger, *descriptor = arguments
    try:
        harden()
        clerk = _clerk(Path(tokens), Path(ledger), _key(descriptor, environ))
        serve(clerk, sys.stdin.buffer, answers)
    except MonitorError as error:
        refuse(answers, error)
        return error.exit_code
    return 0


def _clerk(tokens: Path, ledger: Path, key: bytes) -> Clerk:
    roster = read_tokens(tokens)
    check_key(roster, key, tokens)
    check_age(roster, _today(), tokens)
    keyed = KeyedRoster(roster=roster, key=key)
    return Clerk(roster=keyed, counts=census(), ledger=ledger, today=_today)


def _key(descriptor: Sequence[str], environ: Mapping[str, str]) -> bytes:
    if descriptor:
        with os.fdopen(int(descriptor[0]), "rb") as handed:
            return parse_key(handed.read())
    key = given_key(environ)
    if key is None:
        reason = f"No roster key. Set `key_file`, or the systemd credential {SECRET}."
        raise InputError(reason)
    return key


def _today() -> date:
    return datetime.now(UTC).date()


def _say_only_the_kind(
    kind: type[BaseException], _error: BaseException, _trace: TracebackType | None
) -> None:
    """Leave out the message and the trace, which could quote a name."""
    sys.stderr.write(f"{kind.__name__}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
