"""A made-up web for the benchmark: what each site is like, who is there, and a server.

All sites answer on one port; each has an address of its own in 127.1.0.0/16, so that a program
sees as many hosts. `python -m tests.bench.benchmark_web FILE` serves a plan until it is stopped.
"""

import asyncio
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

PORT = 8000
FIGURES_HOST = "127.0.0.1"
SITES_IN_A_BLOCK = 200
PRESENT_SHARE = 0.08
MEDIAN_SECONDS = 0.18
MEDIAN_PAGE_BYTES = 60_000
MOST_PAGE_BYTES = 1_000_000
RETRY_AFTER_SECONDS = 2
SLOW_SECONDS = 5.0


class Trouble(StrEnum):
    """What is wrong with a site; the shares are those that were counted in the field."""

    NONE = "none"
    HANGS = "hangs"
    RESETS = "resets"
    CHALLENGES = "challenges"
    REFUSES = "refuses"
    LIMITS = "limits"
    REDESIGNED = "redesigned"
    SLOW = "slow"


SHARES: Mapping[Trouble, float] = {
    Trouble.HANGS: 0.01,
    Trouble.RESETS: 0.01,
    Trouble.CHALLENGES: 0.01,
    Trouble.REFUSES: 0.01,
    Trouble.LIMITS: 0.02,
    Trouble.REDESIGNED: 0.03,
    Trouble.SLOW: 0.01,
}
# Nobody can tell from outside who has a profile there.
CLOSED = frozenset(
    {Trouble.HANGS, Trouble.RESETS, Trouble.CHALLENGES, Trouble.REFUSES, Trouble.REDESIGNED}
)


class Manner(StrEnum):
    """How a site says that someone is missing."""

    STATUS = "status"
    MESSAGE = "message"
    REDIRECT = "redirect"


MANNERS: Mapping[Manner, int] = {Manner.STATUS: 50, Manner.MESSAGE: 42, Manner.REDIRECT: 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`seconds` is how long an answer takes, `page_bytes` how long a profile is."""

    number: int
    trouble: Trouble
    manner: Manner
    seconds: float
    page_bytes: int

    @property
    def name(self) -> str:
        return f"Site{self.number:04}"

    @property
    def host(self) -> str:
        block, place = divmod(self.number, SITES_IN_A_BLOCK)
        return f"127.1.{block}.{place + 1}"

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{PORT}"

    @property
    def known_account(self) -> str:
        return f"founder{self.number}"

    @property
    def present_words(self) -> str:
        return f'class="member-card-{self.number}"'

    @property
    def missing_words(self) -> str:
        return f"No member of site {self.number} has this name"

    @property
    def is_open(self) -> bool:
        """Tell whether an outsider can find out who has a profile."""
        return self.trouble not in CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`present` are the numbers of the sites on which each name has a profile."""

    sites: tuple[Site, ...]
    present: Mapping[str, frozenset[int]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.present)

    def has_profile(self, site: Site, name: str) -> bool:
        return name == site.known_account or site.number in self.present.get(name, ())

    def save(self, file: Path) -> None:
        present = {name: sorted(numbers) for name, numbers in self.present.items()}
        sites = [asdict(site) for site in self.sites]
        file.write_text(json.dumps({"sites": sites, "present": present}), "utf-8")


def load_plan(file: Path) -> Plan:
    read = json.loads(file.read_text("utf-8"))
    sites = (
        Site(
            number=site["number"],
            trouble=Trouble(site["trouble"]),
            manner=Manner(site["manner"]),
            seconds=site["seconds"],
            page_bytes=site["page_bytes"],
        )
        for site in read["sites"]
    )
    present = {name: frozenset(numbers) for name, numbers in read["present"].items()}
    return Plan(sites=tuple(sites), present=present)


def draw_plan(sites: int, names: int, seed: int) -> Plan:
    """Draw a web; the same seed draws the same one."""
    lots = random.Random(f"benchmark {seed} {sites}")  # noqa: S311 - the same web again
    troubles = [kind for kind, share in SHARES.items() for _ in range(round(sites * share))]
    troubles += [Trouble.NONE] * (sites - len(troubles))
    lots.shuffle(troubles)
    manners = lots.choices(tuple(MANNERS), tuple(MANNERS.values()), k=sites)
    drawn = tuple(
        Site(
            number=number,
            trouble=trouble,
            manner=manner,
            seconds=_draw_seconds(lots, trouble),
            page_bytes=min(
                MOST_PAGE_BYTES, round(lots.lognormvariate(math.log(MEDIAN_PAGE_BYTES), 1))
            ),
        )
        for number, (trouble, manner) in enumerate(zip(troubles, manners, strict=True))
    )
    present = {
        f"rosadelgado{number:02}": frozenset(
            lots.sample(range(sites), round(sites * PRESENT_SHARE))
        )
        for number in range(names)
    }
    return Plan(sites=drawn, present=present)


def _draw_seconds(lots: random.Random, trouble: Trouble) -> float:
    if trouble is Trouble.SLOW:
        return SLOW_SECONDS
    return min(3.0, lots.lognormvariate(math.log(MEDIAN_SECONDS), 0.6))


@dataclass(slots=True)
class WebFigures:
    """What the sites saw: requests in all, and the most that one host had at once."""

    requests: int = 0
    most_at_once: int = 0
    at_once: Counter[int] = field(default_factory=Counter)
    limited_until: dict[int, float] = field(default_factory=dict)


class WebProtocol:
    """Answers one connection after the other; `Connection: keep-alive` throughout."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._by_host = {site.host: site for site in plan.sites}
        self._figures = WebFigures()

    async def serve_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        host = writer.get_extra_info("sockname")[0]
        with suppress(OSError, asyncio.IncompleteReadError):
            while request := await self._read_path(reader):
                if host == FIGURES_HOST:
                    writer.write(_build_response(200, self._tell_figures()))
                elif not await self._answer(self._by_host[host], request, reader, writer):
                    break
                await writer.drain()
        writer.close()

    async def _read_path(self, reader: asyncio.StreamReader) -> str:
        head = await reader.readuntil(b"\r\n\r\n")
        return head.split(b" ", 2)[1].decode("latin-1")

    def _tell_figures(self) -> bytes:
        told = {"requests": self._figures.requests, "most_at_once": self._figures.most_at_once}
        self._figures = WebFigures()
        return json.dumps(told).encode()

    async def _answer(
        self, site: Site, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer one request; False where the connection ends without an answer."""
        figures = self._figures
        figures.requests += 1
        figures.at_once[site.number] += 1
        figures.most_at_once = max(figures.most_at_once, figures.at_once[site.number])
        try:
            return await self._play(site, path, reader, writer)
        finally:
            figures.at_once[site.number] -= 1

    async def _play(
        self, site: Site, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if site.trouble is Trouble.RESETS:
            writer.transport.abort()
            return False
        if site.trouble is Trouble.HANGS:
            await reader.read()  # until the other side gives up
            return False
        await asyncio.sleep(site.seconds)
        writer.write(self.build_answer(site, path))
        return True

    def build_answer(self, site: Site, path: str) -> bytes:
        if path == "/robots.txt":
            return _build_response(200, b"User-agent: *\nAllow: /\n", kind="text/plain")
        match site.trouble:
            case Trouble.CHALLENGES:
                return _build_response(503, b"<title>Just a moment...</title>")
            case Trouble.REFUSES:
                return _build_response(403, b"<title>Forbidden</title>")
            case Trouble.REDESIGNED:
                return _build_response(200, b"<title>Welcome</title><h1>All is new</h1>")
            case Trouble.LIMITS if self._is_limited(site):
                again = f"Retry-After: {RETRY_AFTER_SECONDS}\r\n"
                return _build_response(429, b"Slow down", again)
            case _:
                return _build_profile_answer(site, path, self._plan)

    def _is_limited(self, site: Site) -> bool:
        """Refuse for a while from the first request on, and then no more."""
        now = asyncio.get_running_loop().time()
        until = self._figures.limited_until.setdefault(site.number, now + RETRY_AFTER_SECONDS)
        return now < until


def _build_profile_answer(site: Site, path: str, plan: Plan) -> bytes:
    name = path.rpartition("/")[2]
    if path == "/login":
        return _build_response(200, b"<title>Log in</title>")
    if plan.has_profile(site, name):
        return _build_response(200, _pad_page(site, f"<div {site.present_words}>{name}</div>"))
    if site.manner is Manner.REDIRECT:
        return _build_response(302, b"", "Location: /login\r\n")
    status = 404 if site.manner is Manner.STATUS else 200
    return _build_response(status, _pad_page(site, f"<p>{site.missing_words}</p>", share=0.5))


def _pad_page(site: Site, words: str, share: float = 1.0) -> bytes:
    """Fill a page up to its length; what it says is near its beginning, as on most sites."""
    head = f"<!doctype html><html><head><title>Site {site.number}</title></head><body>{words}"
    filler = "<p>lorem ipsum</p>" * round(site.page_bytes * share / 18)
    return f"{head}{filler}</body></html>".encode()


STATUSES = {200: "OK", 302: "Found", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}


def _build_response(status: int, body: bytes, more: str = "", kind: str = "text/html") -> bytes:
    head = (
        f"HTTP/1.1 {status} {STATUSES.get(status, 'Unavailable')}\r\n"
        f"Content-Type: {kind}; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode() + body


def list_floor(plan: Plan, requests: int, timeout: float) -> list[float]:
    """Return when the verdict of each site can be in at best, in order, for one name.

    One request at a time for each host, and `Retry-After` is kept. Where none will come, the time
    is when that is known: after the timeout, or at once.
    """
    return sorted(_list_best_times(plan.sites, requests, timeout))


def _list_best_times(sites: Sequence[Site], requests: int, timeout: float) -> Iterator[float]:
    for site in sites:
        match site.trouble:
            case Trouble.HANGS:
                yield timeout
            case Trouble.RESETS:
                yield 0.0
            case Trouble.LIMITS:
                yield RETRY_AFTER_SECONDS + (requests + 1) * site.seconds
            case Trouble.CHALLENGES | Trouble.REFUSES:
                yield site.seconds
            case _:
                yield requests * site.seconds


async def _serve(plan: Plan) -> None:
    protocol = WebProtocol(plan)
    server = await asyncio.start_server(protocol.serve_connection, "0.0.0.0", PORT, backlog=4096)  # noqa: S104 - in a namespace of its own
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    asyncio.run(_serve(load_plan(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
