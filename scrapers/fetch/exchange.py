"""One request, one answer: over requests for an API, over the bare pools for a page."""

import logging
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from urllib3 import BaseHTTPResponse, Timeout

from scrapers.fetch.adapter import GuardedAdapter
from scrapers.fetch.allowance import current_allowance
from scrapers.fetch.credentials import Credentials
from scrapers.fetch.egress import Reach
from scrapers.fetch.guard import Pool, Pools
from scrapers.fetch.target import Target
from scrapers.fetch.unfinished import Note, failed
from scrapers.request import Request
from scrapers.source import Access

# Ours, whatever a source's request says.
OWN_HEADERS = frozenset({"user-agent", "accept-encoding", "host", "connection", "cookie"})


@dataclass(slots=True, kw_only=True)
class Exchanges:
    pools: Pools
    credentials: Credentials
    user_agent: str
    _adapters: dict[Reach, GuardedAdapter] = field(init=False)

    def __post_init__(self) -> None:
        # urllib3's warnings quote whole addresses, and those hold people's names.
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)
        self._adapters = {
            reach: GuardedAdapter(partial(self._pool_of, reach=reach)) for reach in Reach
        }

    def ask(
        self, target: Target, request: Request, *, reach: Reach, access: Access
    ) -> BaseHTTPResponse:
        signed = self.credentials.signed(target)
        headers = self._headers(target, request)
        send = self._by_requests if access is Access.API else self._by_urllib3
        return _final(send(signed, request, headers, reach))

    def _by_requests(
        self, target: Target, request: Request, headers: dict[str, str], reach: Reach
    ) -> BaseHTTPResponse:
        allowance = current_allowance()
        allowance.begin_head()
        seconds = (allowance.seconds_to_connect(), allowance.seconds_left())
        adapter, body = self._adapters[reach], request.body.encode() or None
        response = adapter.ask(request.method, target.url, headers, body, seconds)
        allowance.begin_body()
        return response

    def _by_urllib3(
        self, target: Target, request: Request, headers: dict[str, str], reach: Reach
    ) -> BaseHTTPResponse:
        allowance = current_allowance()
        allowance.begin_head()
        response = self.pools.of(target, reach).urlopen(
            request.method,
            target.path,
            body=request.body.encode() or None,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=Timeout(allowance.seconds_to_connect(), allowance.seconds_left()),
            preload_content=False,
            decode_content=False,
        )
        allowance.begin_body()
        return response

    def _headers(self, target: Target, request: Request) -> dict[str, str]:
        asked = {name.lower(): value for name, value in request.headers}
        return {
            "accept": "*/*",
            **{name: value for name, value in asked.items() if name not in OWN_HEADERS},
            **dict(self.credentials.of(target).headers),
            "user-agent": self.user_agent,
            "accept-encoding": "gzip, deflate",
        }

    def _pool_of(self, url: str, *, reach: Reach) -> Pool:
        return self.pools.of(Target.of(url), reach)


def _final(response: BaseHTTPResponse) -> BaseHTTPResponse:
    """Refuse an interim answer (103): what follows it would be taken for the next answer."""
    if response.status < HTTPStatus.OK:
        response.close()
        raise failed(Note.CUT_SHORT)
    return response


def dismiss(response: BaseHTTPResponse) -> None:
    """Leave a redirect's body unread: it may be a bomb, and says nothing that we need.

    One that has no body gives its connection back.
    """
    if response.length_remaining == 0:
        response.read(1, decode_content=False)
    else:
        response.close()
