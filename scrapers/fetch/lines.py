"""The connections that are kept, one for each host, for what is asked there next."""

import ssl
from collections import OrderedDict
from functools import partial
from threading import Lock
from weakref import finalize

from scrapers.fetch.egress import Egress, Reach
from scrapers.fetch.line import Line
from scrapers.fetch.target import Target

Key = tuple[str, Reach]


class Idle:
    """Lines that nobody uses, of `most` hosts at once: the one unused for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._lines: OrderedDict[Key, Line] = OrderedDict()

    def take(self, key: Key) -> Line | None:
        with self._lock:
            return self._lines.pop(key, None)

    def keep(self, key: Key, line: Line) -> None:
        with self._lock:
            surplus = [self._lines.pop(key, None)]
            self._lines[key] = line
            if len(self._lines) > self._most:
                surplus.append(self._lines.popitem(last=False)[1])
        for each in filter(None, surplus):
            each.close()

    def close(self) -> None:
        with self._lock:
            lines = list(self._lines.values())
            self._lines.clear()
        for line in lines:
            line.close()


class Lines:
    """What was opened to a declared origin serves nobody else; every connection is dialled by us.

    TLS speaks of the name (server name and certificate), the socket goes to the vetted address.
    Whoever forgets to close this hangs up all the same, as with urllib3's pools.
    """

    def __init__(self, egress: Egress, tls: ssl.SSLContext, idle_hosts: int) -> None:
        self._egress = egress
        self._tls = tls
        self._idle = Idle(idle_hosts)
        finalize(self, self._idle.close)

    def to(self, target: Target, reach: Reach) -> Line:
        """Return a kept line, or a new one; raise OSError or UnfinishedError where none comes."""
        key = (target.origin, reach)
        kept = self._idle.take(key)
        if kept is not None and kept.stale:
            kept.close()
            kept = None
        return kept or self._opened(target, key)

    def close(self) -> None:
        self._idle.close()

    def _opened(self, target: Target, key: Key) -> Line:
        sock = self._egress.dial(target.host.rstrip("."), target.port, key[1])
        if target.scheme == "https":
            sock = self._tls.wrap_socket(sock, server_hostname=target.server_name)
        else:
            sock.settimeout(0)
        return Line(sock, partial(self._idle.keep, key))
