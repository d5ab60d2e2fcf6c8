"""requests over the guarded pools, for APIs.

urllib3's pools with one change: a connection is opened by our dialer and nothing else. The check is
where the connection is made, so that no redirect, second DNS answer or disagreement between parsers
gets around it. TLS is urllib3's own: server name, certificate and
Host header speak of the name, the socket goes to the vetted address.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from socket import socket
from ssl import SSLContext, SSLError
from threading import Lock
from typing import cast

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import SSLError as RequestsSSLError
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.exceptions import SSLError as PoolSSLError
from urllib3.exceptions import TimeoutError as PoolTimeout

from scrapers.http.errors import FailureReason, build_failure_error
from scrapers.http.ssrf_guard import Dialer, NetworkScope, RequestTarget

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


class HostPools:
    """One pool a host and reach: what was opened to a declared origin serves no one else."""

    def __init__(self, dialer: Dialer, tls: SSLContext, idle_hosts: int) -> None:
        self._dialer = dialer
        self._tls = tls
        self._idle_hosts = idle_hosts
        self._lock = Lock()
        self._pools: OrderedDict[tuple[str, NetworkScope], Pool] = OrderedDict()

    def get_pool(self, target: RequestTarget, scope: NetworkScope) -> Pool:
        key = (target.origin, scope)
        with self._lock:
            pool = self._pools.get(key)
            if pool is None:
                pool = self._pools[key] = self._open_pool(target, scope)
            self._pools.move_to_end(key)
            is_crowded = len(self._pools) > self._idle_hosts
            stale = self._pools.popitem(last=False)[1] if is_crowded else None
        if stale is not None:
            stale.close()
        return pool

    def close(self) -> None:
        with self._lock:
            pools = list(self._pools.values())
            self._pools.clear()
        for pool in pools:
            pool.close()

    def _open_pool(self, target: RequestTarget, scope: NetworkScope) -> Pool:
        pool: Pool
        if target.scheme == "https":
            pool = GuardedTLSPool(target.host, target.port, maxsize=1, ssl_context=self._tls)
        else:
            pool = GuardedPool(target.host, target.port, maxsize=1)
        pool.dial = partial(self._dialer.dial, scope=scope)
        return pool


class ApiConnections:
    """How APIs are asked: an adapter of requests for each reach, over the same pools."""

    def __init__(self, dialer: Dialer, tls: SSLContext, idle_hosts: int) -> None:
        # urllib3's warnings quote whole addresses, and those hold people's names.
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)
        self._pools = HostPools(dialer, tls, idle_hosts)
        self.adapters = {
            reach: GuardedAdapter(partial(self._get_pool, scope=reach)) for reach in NetworkScope
        }

    def close(self) -> None:
        self._pools.close()

    def _get_pool(self, url: str, *, scope: NetworkScope) -> Pool:
        return self._pools.get_pool(RequestTarget.from_url(url), scope)


@contextmanager
def raise_our_errors() -> Iterator[None]:
    """Say in the errors of sockets and visits what the libraries say in theirs."""
    try:
        yield
    except (PoolSSLError, RequestsSSLError):
        raise SSLError from None
    except (PoolTimeout, requests.Timeout):
        raise build_failure_error(FailureReason.OUT_OF_TIME) from None
    except (HTTPError, requests.RequestException):
        raise OSError from None


class GuardedAdapter(HTTPAdapter):
    """Takes every connection from `pool_of(url)`.

    We use it without a Session: a Session reads and unpacks the body of a redirect even if it must
    not follow it, has one cookie jar for all hosts, and reads netrc.
    """

    def __init__(self, get_pool: Callable[[str], Pool]) -> None:
        super().__init__(max_retries=Retry(total=False))
        self._pool_of = get_pool

    def send_request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout: tuple[float, float],
    ) -> "PooledResponse":
        with raise_our_errors():
            prepared = requests.Request(method, url, headers=headers, data=body).prepare()
            answer = self.send(prepared, stream=True, timeout=timeout)
        return PooledResponse(cast("BaseHTTPResponse", answer.raw))

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: object,  # noqa: ARG002 - requests passes these, and by name;
        proxies: object = None,  # noqa: ARG002 - the pool has its one way to verify,
        cert: object = None,  # noqa: ARG002 - nothing may bypass the guard
    ) -> Pool:
        return self._pool_of(request.url or "")

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """Leave the pool as it is: its one TLS context verifies, and has its bundle loaded."""


class PooledResponse:
    """A Response out of a pool of urllib3's."""

    def __init__(self, raw: BaseHTTPResponse) -> None:
        self._raw = raw
        self.status = raw.status
        self.headers = {name.lower(): raw.headers[name] for name in raw.headers}

    @raise_our_errors()
    def read_raw_body(self, most: int) -> bytes:
        pieces, left = [], most
        while left > 0:
            piece = self._raw.read(left, decode_content=False)
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
        else:
            self._raw.close()
        return b"".join(pieces)

    def close(self) -> None:
        self._raw.close()

    @raise_our_errors()
    def discard_body(self) -> None:
        if self._raw.length_remaining == 0:
            self._raw.read(1, decode_content=False)
        else:
            self._raw.close()
