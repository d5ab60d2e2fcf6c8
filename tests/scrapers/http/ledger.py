"""Every connection that this process makes, as the interpreter itself reports it.

An audit hook hears of each `connect`, whichever class of socket makes it and whoever calls it,
also inside libraries. It cannot be taken away again, so it is closed while nobody reads it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# A datagram asks without connecting, and the system's name service asks on our behalf.
WAYS_OUT = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"})


class Ledger:
    def __init__(self) -> None:
        self.entries: list[tuple[str, Any]] = []
        self.open = False

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.open and event in WAYS_OUT:
            told = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
            self.entries.append((event, told))

    @property
    def connects(self) -> set[Any]:
        return {told for event, told in self.entries if event == "socket.connect"}

    @property
    def others(self) -> list[tuple[str, Any]]:
        return [entry for entry in self.entries if entry[0] != "socket.connect"]


LEDGER = Ledger()
sys.addaudithook(LEDGER.hear)


@contextmanager
def opened_ledger() -> Iterator[Ledger]:
    LEDGER.entries.clear()
    LEDGER.open = True
    try:
        yield LEDGER
    finally:
        LEDGER.open = False
