"""A large internet for measuring: any number of sites, and an answer for every handle."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from multiprocessing import get_context
from multiprocessing.connection import Connection

from monitor.demo import district
from monitor.demo.district import BASIC_SCOPES, StaffMember
from monitor.demo.response import (
    FakeRequest,
    FakeResponse,
    build_html_response,
    build_text_response,
)
from monitor.demo.server import WebServer
from monitor.domain.person import Person, PersonName

PROFILE_PATH = "/u/"
ROBOTS = "User-agent: *\nAllow: /\n"
KNOCKS, QUERIES, COUNT, STOP = "knocks", "queries", "count", "stop"
# About one made-up person in this many has a profile on a site.
RARITY = 20
SYLLABLES = ("ba", "del", "kor", "mi", "nes", "pra", "ro", "sun", "ta", "vel", "win", "zo")

# No one else exists, or a name drawn to be impossible would do so once in a while.
MADE_UP = re.compile(rf"(?:{'|'.join(SYLLABLES)})+[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleInternet:
    """Who exists where is drawn from a hash, so that it is the same at every visit."""

    sites: int = 60

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(f"{_build_site_name(number)}.example" for number in range(self.sites))

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None:
        if asked.path == "/robots.txt":
            return build_text_response(ROBOTS)
        handle = asked.path.removeprefix(PROFILE_PATH)
        if has_profile(asked.host, handle):
            return self.render_profile(asked, handle)
        return build_html_response(
            "<!doctype html><title>Nobody</title><h1>Nobody here</h1>", status=404
        )

    def render_profile(self, asked: FakeRequest, handle: str) -> FakeResponse:
        """Show the profile of a handle, whether it exists or not."""
        return build_html_response(_render_profile(asked, handle))


def has_profile(host: str, handle: str) -> bool:
    """Tell who has a profile: the sites' own accounts, and some of the made-up people."""
    if not MADE_UP.fullmatch(handle):
        return handle == host.partition(".")[0]
    drawn = int.from_bytes(blake2b(f"{host}/{handle}".encode(), digest_size=4).digest())
    return drawn % RARITY == 0


def build_site_catalog(sites: int) -> dict[str, object]:
    """Describe the sites in the WhatsMyName format."""
    return {"sites": [_build_site_entry(_build_site_name(number)) for number in range(sites)]}


def build_staff(people: int) -> tuple[StaffMember, ...]:
    """Make up people with one handle each, all different."""
    return tuple(_build_member(number) for number in range(people))


@dataclass(frozen=True, slots=True)
class ScaleServerProcess:
    """A large internet in a process of its own, and how to hear from it."""

    address_map: dict[str, tuple[str, int]]
    _pipe: Connection

    def fetch_requests(self) -> list[tuple[str, datetime]]:
        """Return at which host it was asked and when, as it saw that itself, in order."""
        self._pipe.send(KNOCKS)
        knocks: list[tuple[str, datetime]] = self._pipe.recv()
        return knocks

    def fetch_queries(self) -> list[tuple[str, str, datetime]]:
        """Return at which host it was asked about which handle and when, in order."""
        self._pipe.send(QUERIES)
        queries: list[tuple[str, str, datetime]] = self._pipe.recv()
        return queries

    def count_requests(self) -> int:
        self._pipe.send(COUNT)
        return int(self._pipe.recv())


@contextmanager
def run_server_process(sites: int) -> Iterator[ScaleServerProcess]:
    """Serve from a separate process, so that its memory and work are not measured with ours."""
    processes = get_context("spawn")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=_serve_until_stopped, args=(sites, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ScaleServerProcess(ours.recv(), ours)
    finally:
        ours.send(STOP)
        process.join()


def _serve_until_stopped(sites: int, pipe: Connection) -> None:
    with WebServer(ScaleInternet(sites=sites)) as server:
        pipe.send(server.build_address_map())
        while (wanted := pipe.recv()) != STOP:
            pipe.send(_report_visits(server.visits, wanted))


def _report_visits(visits: list[FakeRequest], wanted: str) -> object:
    if wanted == COUNT:
        return len(visits)
    if wanted == KNOCKS:
        return [(visit.host, visit.at) for visit in visits]
    return [
        (visit.host, visit.path.removeprefix(PROFILE_PATH), visit.at)
        for visit in visits
        if visit.path.startswith(PROFILE_PATH)
    ]


def _build_site_name(number: int) -> str:
    return f"site{number:03}"


def _build_site_entry(name: str) -> dict[str, object]:
    return {
        "name": name,
        "uri_check": f"http://{name}.example{PROFILE_PATH}{{account}}",
        "e_code": 200,
        "e_string": 'class="profile"',
        "m_code": 404,
        "m_string": "Nobody here",
        "known": [name],
        "cat": "hobby",
    }


def _render_profile(asked: FakeRequest, handle: str) -> str:
    followers = int(asked.nonce[:3], 16) + asked.week
    return (
        f"<!doctype html><html><head><title>{handle} on {asked.host}</title>"
        f'<meta property="og:title" content="{handle}"></head>'
        f'<body><div class="profile"><h1>{handle}</h1><p>{followers} followers</p></div>'
        f"<!-- {asked.nonce} --></body></html>"
    )


def _build_member(number: int) -> StaffMember:
    given, family = _spell_number(number), _spell_number(number * 7 + 5)
    name = PersonName(given=given.title(), family=family.title())
    person = Person(
        id=f"staff-{number:05}",
        name=name,
        mail=f"{given}.{family}.{number}@{district.MAIL_DOMAIN}",
        organization=district.NAME,
        zone=district.ZONE,
        places=(district.TOWN,),
        handles=(f"{given}{family}{number}",),
    )
    return StaffMember(person=person, scopes=BASIC_SCOPES)


def _spell_number(number: int) -> str:
    """Spell a number in syllables: different numbers below 1,728 make different words."""
    base = len(SYLLABLES)
    digits = (number % base, number // base % base, number // base**2 % base)
    return "".join(SYLLABLES[digit] for digit in digits)
