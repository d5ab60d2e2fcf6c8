"""How much was asked and received, in all."""

from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class Traffic:
    """Counts what was asked, refused by the guard or not, and bytes as they came over the wire."""

    requests: int = 0
    bytes: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def add(self, received: int) -> None:
        with self._lock:
            self.requests += 1
            self.bytes += received
