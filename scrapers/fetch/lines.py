"""The connections that are kept, one for each host, for what is asked there next."""

import ssl
from collections import OrderedDict
from functools import partial
from threading import Lock

from scrapers.fetch.egress import Egress, Reach
from scrapers.fetch.line import Line
from scrapers.fetch.target import Target

Key = tuple[str, Reach]


class Lines:
    """What was opened to a declared origin serves nobody else; every connection is dialled by us.

    TLS speaks of the name (server name and certificate), the socket goes to the vetted address.
    """

    def __init__(self, egress: Egress, tls: ssl.SSLContext, idle_hosts: int) -> None:
        self._egress = egress
        self._tls = tls
        self._idle_hosts = idle_hosts
        self._lock = Lock()
        self._idle: OrderedDict[Key, Line] = OrderedDict()

    def to(self, target: Target, reach: Reach) -> Line:
        """Return a kept line, or a new one; raise OSError or UnfinishedError where none comes."""
        key = (target.origin, reach)
        with self._lock:
            kept = self._idle.pop(key, None)
        if kept is None:
            return self._opened(target, key)
        if kept.stale:
            kept.close()
            return self._opened(target, key)
        return kept

    def close(self) -> None:
        with self._lock:
            idle = list(self._idle.values())
            self._idle.clear()
        for line in idle:
            line.close()

    def _opened(self, target: Target, key: Key) -> Line:
        sock = self._egress.dial(target.host.rstrip("."), target.port, key[1])
        if target.scheme == "https":
            sock = self._tls.wrap_socket(sock, server_hostname=target.server_name)
        else:
            sock.settimeout(0)
        return Line(sock, partial(self._keep, key))

    def _keep(self, key: Key, line: Line) -> None:
        with self._lock:
            surplus = [self._idle.pop(key, None)]
            self._idle[key] = line
            if len(self._idle) > self._idle_hosts:
                surplus.append(self._idle.popitem(last=False)[1])
        for each in filter(None, surplus):
            each.close()
