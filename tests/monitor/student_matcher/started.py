"""Starts a student matcher over a folder, tells its process id, and waits to be told to end."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from monitor.student_matcher.process import MatcherProcess, MatcherSetup


def main(folder: Path) -> None:
    setup = MatcherSetup(
        tokens=folder / "roster.tokens", key_file=folder / "roster.key", state=folder / "state"
    )
    with MatcherProcess(setup, lambda: datetime.now(UTC)) as matcher:
        sys.stdout.write(f"{matcher.pid}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
