"""What the service writes to its log: our own sentences, and nothing that a library says.

A library's warning may quote an address, and with it a name.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def kept(stream: TextIO | None = None) -> Iterator[None]:
    """Write to a stream, stderr if none is named, where systemd adds the time."""
    everybody, ours = logging.getLogger(), logging.getLogger("monitor")
    # Where no handler is, Python prints what a library warns of by itself.
    silent, shown = logging.NullHandler(), logging.StreamHandler(stream)
    shown.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    everybody.addHandler(silent)
    ours.addHandler(shown)
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        ours.setLevel(logging.NOTSET)
        ours.removeHandler(shown)
        everybody.removeHandler(silent)
