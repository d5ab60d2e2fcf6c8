"""Many hosts, in a process of their own, that note when each request came and was answered.

Their clock is the system's monotonic one, and each errs to our disadvantage by nothing: a request
begins when it has been read, and ends just before its answer is written.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parents[3]
ADDRESS = "127.0.0.1"
SLOW_SECONDS = 0.3
RETRY_AFTER = 1
# What a host does in turn, a dozen requests a round; else it answers at once.
ROUND = 12
ODD_CONDUCT = {2: "slow", 5: "error", 7: "torso", 9: "hangs up"}
LIMITS_AT = 1

_WHO = re.compile(rb"GET (\S+) .*?\r\nhost: ([^\r:]+)", re.IGNORECASE | re.DOTALL)
_ANSWERS = {
    "404": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "error": b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
    "torso": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal",
    "limits": b"HTTP/1.1 429 Slow Down\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n"
    % RETRY_AFTER,
}
_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def _moved(path: str) -> bytes:
    """Lead from `/to/HOST/REST` to `/REST` at that host."""
    onward = f"http://{path.removeprefix('/to/')}"
    return f"HTTP/1.1 302 Found\r\nLocation: {onward}\r\nContent-Length: 0\r\n\r\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One request as its host saw it, in seconds of the monotonic clock."""

    host: str
    path: str
    conduct: str
    began: float
    ended: float


@dataclass(slots=True)
class Hosts:
    notes: list[tuple[str, str, str, float, float]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)

    def conduct(self, host: str, path: str) -> str:
        number = self.asked[host]
        self.asked[host] += 1
        if path == "/robots.txt":
            return "404"
        if path.startswith("/to/"):
            return "leads on"
        if host.startswith("limiting") and number == LIMITS_AT:
            return "limits"
        return ODD_CONDUCT.get(number % ROUND, "answers")


class Talk(asyncio.Protocol):
    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        began = monotonic()
        asked = _WHO.match(data)
        assert asked, data
        path, host = asked[1].decode(), asked[2].decode()
        conduct = self._hosts.conduct(host, path)
        answer = partial(self._answer, host, path, conduct, began)
        if conduct == "slow":
            asyncio.get_running_loop().call_later(SLOW_SECONDS, answer)
        else:
            answer()

    def _answer(self, host: str, path: str, conduct: str, began: float) -> None:
        assert self._transport
        self._hosts.notes.append((host, path, conduct, began, monotonic()))
        self._transport.write(_moved(path) if conduct == "leads on" else _ANSWERS.get(conduct, _OK))
        if conduct in {"torso", "hangs up"}:
            self._transport.close()


async def serve(hosts: Hosts) -> None:
    """Tell the port, and serve until whoever started us closes our input."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(Talk, hosts), ADDRESS, 0, backlog=1_024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


@dataclass(slots=True)
class Watched:
    """The hosts while they serve at `port`; `notes` are there once they have ended."""

    port: int
    notes: list[Note] = field(default_factory=list)


@contextmanager
def watched_hosts() -> Iterator[Watched]:
    command = [sys.executable, "-m", "tests.scrapers.http.watchful"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        watched = Watched(port=int(process.stdout.readline()))
        try:
            yield watched
        finally:
            process.stdin.close()
            said = json.loads(process.stdout.read())
            names = ("host", "path", "conduct", "began", "ended")
            watched.notes = [Note(**dict(zip(names, entry, strict=True))) for entry in said]


def main() -> None:
    hosts = Hosts()
    asyncio.run(serve(hosts))
    json.dump(hosts.notes, sys.stdout)


if __name__ == "__main__":
    main()
