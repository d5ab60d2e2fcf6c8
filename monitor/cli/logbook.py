"""What the service writes to its log: our own sentences, and nothing that a library says.

A library's warning may quote an address, and with it a name.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

STANDARD_ERROR = 2


class Lines(logging.Handler):
    """Writes a line at a time; a disk that is full, or a reader that left, stops nobody."""

    def __init__(self, write: Callable[[str], object]) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n"
        except (TypeError, ValueError, LookupError) as error:
            line = f"{record.levelname} A line of {record.name} is lost ({type(error).__name__}).\n"
        with suppress(OSError):
            self._write(line)


@contextmanager
def kept(stream: TextIO | None = None) -> Iterator[None]:
    """Write to a stream, stderr if none is named, where systemd adds the time."""
    everybody, ours = logging.getLogger(), logging.getLogger("monitor")
    # Where no handler is, Python prints what a library warns of by itself.
    silent, shown = logging.NullHandler(), Lines(stream.write if stream else _standard_error())
    everybody.addHandler(silent)
    ours.addHandler(shown)
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        ours.setLevel(logging.NOTSET)
        ours.removeHandler(shown)
        everybody.removeHandler(silent)


def _standard_error() -> Callable[[str], object]:
    """Pass by Python's own buffer: what it cannot get rid of, it complains of at the end.

    Where the service was started without it, another file may have its number by now.
    """
    if sys.stderr is None:
        return len
    return lambda line: os.write(STANDARD_ERROR, line.encode("utf-8", "backslashreplace"))
