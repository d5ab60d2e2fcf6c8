"""`python -m monitor.matcher TOKENS [KEY_FD]`: started by the daemon, and by nobody else.

The key comes by an inherited file descriptor, else as the systemd credential `roster-key`.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType

from monitor.domain.students.roster import key_id
from monitor.errors import InputError, MonitorError
from monitor.matcher.clerk import Clerk, refuse, serve
from monitor.matcher.hardening import harden
from monitor.matcher.tokens import parse_key, read_tokens

CREDENTIAL = "roster-key"


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    sys.excepthook = _say_only_the_kind
    answers = sys.stdout.buffer
    try:
        harden()
        clerk = _clerk(Path(arguments[0]), _key(arguments[1:], environ))
    except MonitorError as error:
        refuse(answers, str(error))
        return error.exit_code
    serve(clerk, sys.stdin.buffer, answers)
    return 0


def _clerk(tokens: Path, key: bytes) -> Clerk:
    roster = read_tokens(tokens)
    if roster.key_id != key_id(key):
        reason = f"The roster key is not the one that made {tokens}; hash the roster again."
        raise InputError(reason)
    return Clerk(roster=roster, key=key, today=_today)


def _key(arguments: Sequence[str], environ: Mapping[str, str]) -> bytes:
    if arguments:
        with os.fdopen(int(arguments[0]), "rb") as handed:
            return parse_key(handed.read())
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    try:
        return parse_key((Path(folder) / CREDENTIAL).read_bytes())
    except OSError:
        reason = f"There is no roster key: set `key_file`, or the systemd credential {CREDENTIAL}."
        raise InputError(reason) from None


def _today() -> date:
    return datetime.now(UTC).date()


def _say_only_the_kind(
    kind: type[BaseException], _error: BaseException, _trace: TracebackType | None
) -> None:
    """Leave out the message and the trace, which could quote a name."""
    sys.stderr.write(f"{kind.__name__}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
