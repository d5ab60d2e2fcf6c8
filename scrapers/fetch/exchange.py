"""One request, one answer: over requests for an API, over our own lines for a page."""

import logging
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from scrapers.fetch.adapter import GuardedAdapter
from scrapers.fetch.allowance import current_allowance
from scrapers.fetch.credentials import Credentials
from scrapers.fetch.egress import Egress, Reach
from scrapers.fetch.guard import Pool, Pools
from scrapers.fetch.lines import Lines
from scrapers.fetch.response import Response
from scrapers.fetch.target import Target
from scrapers.fetch.unfinished import Note, failed
from scrapers.request import Request
from scrapers.source import Access

# Ours, whatever a source's request says.
OWN_HEADERS = frozenset({"user-agent", "accept-encoding", "host", "connection", "cookie"})


@dataclass(slots=True, kw_only=True)
class Exchanges:
    egress: Egress
    idle_hosts: int
    credentials: Credentials
    user_agent: str
    _pools: Pools = field(init=False)
    _lines: Lines = field(init=False)
    _adapters: dict[Reach, GuardedAdapter] = field(init=False)

    def __post_init__(self) -> None:
        # urllib3's warnings quote whole addresses, and those hold people's names.
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)
        tls = self.egress.tls()
        self._pools = Pools(self.egress, tls, self.idle_hosts)
        self._lines = Lines(self.egress, tls, self.idle_hosts)
        self._adapters = {
            reach: GuardedAdapter(partial(self._pool_of, reach=reach)) for reach in Reach
        }

    def ask(self, target: Target, request: Request, *, reach: Reach, access: Access) -> Response:
        signed = self.credentials.signed(target)
        headers = self._headers(target, request)
        send = self._by_requests if access is Access.API else self._by_line
        allowance = current_allowance()
        allowance.begin_head()
        response = send(signed, request, headers, reach)
        allowance.begin_body()
        return _final(response)

    def close(self) -> None:
        self._pools.close()
        self._lines.close()

    def _by_requests(
        self, target: Target, request: Request, headers: dict[str, str], reach: Reach
    ) -> Response:
        allowance = current_allowance()
        seconds = (allowance.seconds_to_connect(), allowance.seconds_left())
        adapter, body = self._adapters[reach], request.body.encode() or None
        return adapter.ask(request.method, target.url, headers, body, seconds)

    def _by_line(
        self, target: Target, request: Request, headers: dict[str, str], reach: Reach
    ) -> Response:
        return self._lines.to(target, reach).ask(target, request, headers)

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
        return self._pools.of(Target.of(url), reach)


def _final(response: Response) -> Response:
    """Refuse an interim answer (103): what follows it would be taken for the next answer."""
    if response.status < HTTPStatus.OK:
        response.close()
        raise failed(Note.CUT_SHORT)
    return response
