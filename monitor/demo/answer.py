"""What is asked of the made-up internet, and what it answers."""

import json
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, in a week of the story. `nth` counts requests, so that pages can be volatile."""

    host: str
    path: str
    query: str = ""
    week: int = 1
    nth: int = 0
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def nonce(self) -> str:
        """Return what a server draws anew for every page, yet the same from run to run."""
        return sha256(f"{self.host}{self.path}{self.week}.{self.nth}".encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "")


def html(text: str, status: int = 200) -> Answer:
    headers = (("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store"))
    return Answer(body=text.encode(), status=status, headers=headers)


def plain(text: str) -> Answer:
    return Answer(body=text.encode(), headers=(("content-type", "text/plain; charset=utf-8"),))


def data(value: object, status: int = 200) -> Answer:
    headers = (("content-type", "application/json; charset=utf-8"),)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Answer(body=text.encode(), status=status, headers=headers)


def redirect(location: str, text: str) -> Answer:
    headers = (("content-type", "text/html; charset=utf-8"), ("location", location))
    return Answer(body=text.encode(), status=302, headers=headers)
