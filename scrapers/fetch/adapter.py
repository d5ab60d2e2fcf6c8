"""requests over the guarded pools, for APIs."""

from collections.abc import Callable, Mapping
from typing import cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, Retry

from scrapers.fetch.guard import Pool


class GuardedAdapter(HTTPAdapter):
    """Takes every connection from `pool_of(url)`.

    It is used by hand, without a Session: a Session reads and unpacks the body of a redirect
    even when told not to follow it, keeps one cookie jar for all hosts, and reads netrc.
    """

    def __init__(self, pool_of: Callable[[str], Pool]) -> None:
        super().__init__(max_retries=Retry(total=False))
        self._pool_of = pool_of

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout: tuple[float, float],
    ) -> "PooledResponse":
        prepared = requests.Request(method, url, headers=headers, data=body).prepare()
        answer = self.send(prepared, stream=True, timeout=timeout)
        return PooledResponse(cast("BaseHTTPResponse", answer.raw))

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: object,  # noqa: ARG002 - requests passes these, and by name;
        proxies: object = None,  # noqa: ARG002 - the pool has its one way to verify,
        cert: object = None,  # noqa: ARG002 - and there is no way round the guard
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

    def read(self, most: int) -> bytes:
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

    def dismiss(self) -> None:
        if self._raw.length_remaining == 0:
            self._raw.read(1, decode_content=False)
        else:
            self._raw.close()
