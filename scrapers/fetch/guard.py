"""urllib3's pools with one change: a connection is opened by our egress and nothing else.

The judgement stands where the connection is made, so that no redirect, second DNS answer or
disagreement between parsers gets around it. TLS is urllib3's own: server name, certificate and
Host header speak of the name, the socket goes to the vetted address.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from socket import socket
from ssl import SSLContext
from threading import Lock
from typing import cast

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from scrapers.fetch.egress import Egress, Reach
from scrapers.fetch.target import Target

Dial = Callable[[str, int], socket]


class GuardedConnection(HTTPConnection):
    """Without `dial`, which its pool sets, it cannot connect at all."""

    dial: Dial

    def _new_conn(self) -> socket:
        sock = self.dial(self.host, self.port)
        sock.settimeout(0)
        return sock


class GuardedTLSConnection(HTTPSConnection):
    dial: Dial

    def _new_conn(self) -> socket:
        return self.dial(self.host, self.port)


class GuardedPool(HTTPConnectionPool):
    ConnectionCls = GuardedConnection
    dial: Dial

    def _new_conn(self) -> GuardedConnection:
        connection = cast("GuardedConnection", super()._new_conn())
        connection.dial = self.dial
        return connection


class GuardedTLSPool(HTTPSConnectionPool):
    ConnectionCls = GuardedTLSConnection
    dial: Dial

    def _new_conn(self) -> GuardedTLSConnection:
        connection = cast("GuardedTLSConnection", super()._new_conn())
        connection.dial = self.dial
        return connection


Pool = GuardedPool | GuardedTLSPool


class Pools:
    """One pool a host and reach: what was opened to a declared origin serves nobody else."""

    def __init__(self, egress: Egress, tls: SSLContext, idle_hosts: int) -> None:
        self._egress = egress
        self._tls = tls
        self._idle_hosts = idle_hosts
        self._lock = Lock()
        self._pools: OrderedDict[tuple[str, Reach], Pool] = OrderedDict()

    def of(self, target: Target, reach: Reach) -> Pool:
        key = (target.origin, reach)
        with self._lock:
            pool = self._pools.get(key)
            if pool is None:
                pool = self._pools[key] = self._opened(target, reach)
            self._pools.move_to_end(key)
            stale = self._pools.popitem(last=False)[1] if self._crowded else None
        if stale is not None:
            stale.close()
        return pool

    def close(self) -> None:
        with self._lock:
            pools = list(self._pools.values())
            self._pools.clear()
        for pool in pools:
            pool.close()

    @property
    def _crowded(self) -> bool:
        return len(self._pools) > self._idle_hosts

    def _opened(self, target: Target, reach: Reach) -> Pool:
        pool: Pool
        if target.scheme == "https":
            pool = GuardedTLSPool(target.host, target.port, maxsize=1, ssl_context=self._tls)
        else:
            pool = GuardedPool(target.host, target.port, maxsize=1)
        pool.dial = partial(self._egress.dial, reach=reach)
        return pool
