"""How much of our time and memory a server may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`total_seconds` ends one request with its answer, whatever still trickles in.

    `body_bytes` counts the body after unpacking. `idle_hosts` is for how many hosts an unused
    connection is kept open.
    """

    total_seconds: float = 15.0
    connect_seconds: float = 5.0
    head_bytes: int = 65_536
    body_bytes: int = 2_000_000
    idle_hosts: int = 512
