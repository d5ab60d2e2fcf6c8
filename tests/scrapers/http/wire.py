"""A wire under the sockets: notes every connection, and lets none out."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass, field

from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.fetch_limits import FetchLimits
from scrapers.http.ssrf_guard import AddressInfo, Dialer

AGENT = "Namesake/0.1 (+mailto:it@district.example)"
Connect = tuple[str, int]


@dataclass
class Wire:
    """Stands where sockets connect: notes every address, and routes the public one to loopback."""

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    routes: dict[Connect, int] = field(default_factory=dict)
    connects: list[Connect] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    clients: list[HttpClient] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> Iterable[AddressInfo]:
        """Answer with the next set of addresses, the last for ever; numbers as glibc reads them."""
        self.asked.append(host)
        answers = self.names.get(host)
        if answers is None:
            try:
                answers = [[socket.inet_ntoa(socket.inet_aton(host))]]
            except OSError:
                raise socket.gaierror(socket.EAI_NONAME, "unknown") from None
        said = answers.pop(0) if len(answers) > 1 else answers[0]
        for ip in said:
            family = socket.AF_INET6 if ":" in ip else socket.AF_INET
            yield (family, socket.SOCK_STREAM, 6, "", (ip, port))

    def connect(self, sock: socket.socket, address: Connect) -> None:
        place = (str(address[0]), int(address[1]))
        self.connects.append(place)
        if place not in self.routes:
            raise ConnectionRefusedError
        socket.socket.connect(sock, ("127.0.0.1", self.routes[place]))

    def client(self, **parts: object) -> HttpClient:
        egress = Dialer(resolve=self.resolve, **parts)  # type: ignore[arg-type] # fields by name
        self.clients.append(
            HttpClient(egress, SystemClock(), AGENT, FetchLimits(total_seconds=10.0))
        )
        return self.clients[-1]

    def close(self) -> None:
        for client in self.clients:
            client.close()
