"""What the service writes to its log: our own sentences, and nothing that a library says.

A library's warning may quote an address, and with it a name.
"""

import logging
from typing import TextIO


def keep(stream: TextIO | None = None) -> None:
    """Write to a stream, stderr if none is named, where systemd adds the time."""
    logging.getLogger().addHandler(logging.NullHandler())
    ours = logging.getLogger("monitor")
    shown = logging.StreamHandler(stream)
    shown.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    ours.handlers = [shown]
    ours.setLevel(logging.INFO)
    ours.propagate = False
