"""What is asked of the made-up internet, and what it answers: pages and pictures."""

import json
import struct
import zlib
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from html import escape
from math import sin, tau
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.demo.data import DemoContents, DemoPage


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeRequest:
    """One request, in a week of the story. `nth` counts requests, so that pages can be volatile.

    `at` is when it came in.
    """

    host: str
    path: str
    query: str = ""
    week: int = 1
    nth: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    at: datetime | None = None

    @property
    def nonce(self) -> str:
        """Return what a server draws again for every page, yet the same from run to run."""
        return sha256(f"{self.host}{self.path}{self.week}.{self.nth}".encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeResponse:
    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        return self.body.decode()

    def get_header(self, name: str) -> str:
        return dict(self.headers).get(name, "")


def build_html_response(text: str, status: int = 200) -> FakeResponse:
    headers = (("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store"))
    return FakeResponse(body=text.encode(), status=status, headers=headers)


def build_text_response(text: str) -> FakeResponse:
    return FakeResponse(
        body=text.encode(), headers=(("content-type", "text/plain; charset=utf-8"),)
    )


def build_json_response(value: object, status: int = 200) -> FakeResponse:
    headers = (("content-type", "application/json; charset=utf-8"),)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return FakeResponse(body=text.encode(), status=status, headers=headers)


def build_redirect(location: str, text: str) -> FakeResponse:
    headers = (("content-type", "text/html; charset=utf-8"), ("location", location))
    return FakeResponse(body=text.encode(), status=302, headers=headers)


ROBOTS = "User-agent: *\nDisallow: /admin\n"


def list_page_hosts(traces: DemoContents) -> frozenset[str]:
    """Name the hosts that are served here: all but those of real services."""
    named = (urlsplit(page.url).hostname or "" for page in traces.pages)
    return frozenset(host for host in named if host.endswith(".example"))


def answer_page(asked: FakeRequest, traces: DemoContents) -> FakeResponse:
    if asked.path == "/robots.txt":
        return build_text_response(ROBOTS)
    address = f"http://{asked.host}{asked.path}"
    page = next((one_page for one_page in traces.pages if one_page.url == address), None)
    if page is None:
        text = "<!doctype html><title>Not found</title><h1>Not found</h1>"
        return build_html_response(text, status=404)
    return build_html_response(_render_page(page, asked))


def _render_page(page: DemoPage, asked: FakeRequest) -> str:
    title, text = escape(page.title), escape(page.text)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:title" content="{title}"><meta name="csrf" content="{asked.nonce}">'
        f"</head><body><article><h1>{title}</h1><p>{text}</p></article>"
        f"<footer>{4100 + asked.nth} visitors</footer></body></html>"
    )


HOST = "cdn.skies.example"
FOLDER = "/img/avatar/plain"
SIZE = 96
WAVES = 5
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BITS_OF_GRAY = struct.pack(">5B", 8, 0, 0, 0, 0)


def build_avatar_url(did: str, picture: str) -> str:
    """Return where an account's picture lies; one picture has one name, no matter who shows it."""
    return f"http://{HOST}{FOLDER}/{did}/{_compute_content_id(picture)}@jpeg"


def answer_cdn(asked: FakeRequest, traces: DemoContents) -> FakeResponse:
    if asked.path == "/robots.txt":
        return build_text_response("User-Agent: *\nAllow: /\n")
    wanted = asked.path.rpartition("/")[2].partition("@")[0]
    for picture in {account.picture for account in traces.accounts if account.picture}:
        if _compute_content_id(picture) == wanted:
            return FakeResponse(body=draw_png(picture), headers=(("content-type", "image/png"),))
    return FakeResponse(body=b"Not Found", status=404, headers=(("content-type", "text/plain"),))


def draw_png(picture: str) -> bytes:
    """Draw a picture; the same name makes the same one."""
    drawn = sha256(picture.encode()).digest()
    waves = [drawn[3 * n : 3 * n + 3] for n in range(WAVES)]
    rows = (bytes((0, *(_compute_shade(waves, x, y) for x in range(SIZE)))) for y in range(SIZE))
    head = struct.pack(">2I", SIZE, SIZE) + _EIGHT_BITS_OF_GRAY
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return _SIGNATURE + b"".join(_build_png_chunk(name, data) for name, data in chunks)


def _compute_shade(waves: list[bytes], x: int, y: int) -> int:
    heights = (
        sin(tau * ((across % 7 - 3) * x / SIZE + (down % 5) * y / SIZE + shift / 256))
        for across, down, shift in waves
    )
    return round(127.5 + 127.5 * sum(heights) / len(waves))


def _build_png_chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)


def _compute_content_id(picture: str) -> str:
    drawn = b32encode(sha256(picture.encode()).digest()).decode().casefold()
    return f"bafkrei{drawn[:52]}"


def render_template(template: str, **context: object) -> str:
    return _load_environment().get_template(template).render(**context)


@cache
def _load_environment() -> Environment:
    loader = PackageLoader("monitor.demo", "web")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
