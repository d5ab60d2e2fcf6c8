"""A stand-in for Mastodon that this project did not write, with a small community of its own."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real.machine import LOCALHOST, lacking_home, mastodon_mock_home
from tests.real.process import Program, free_ports, says_ok

NAME = "mastodon-mock"


@dataclass(frozen=True, slots=True, kw_only=True)
class MastodonMock:
    address: str
    domain: str


def lacking() -> str:
    return lacking_home(mastodon_mock_home())


@contextlib.contextmanager
def running(folder: Path) -> Iterator[MastodonMock]:
    (port,) = free_ports(1)
    domain = f"localhost:{port}"
    program = Program(
        argv=(
            str(mastodon_mock_home() / "bin" / "mastodon_mock"),
            *("serve", "--host", LOCALHOST, "--port", str(port)),
            *("--domain", domain, "--in-memory", "--demo"),
        ),
        environment={"TMPDIR": str(folder)},
        folder=folder,
        log=folder / "mastodon-mock.log",
    )
    with program.running(lambda: says_ok(port, "/api/v2/instance")):
        yield MastodonMock(address=f"http://{domain}", domain=domain)
