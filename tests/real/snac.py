"""A real snac: an ActivityPub server in C that answers in Mastodon's API too, and lists nobody."""

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real.machine import LOCALHOST, PATIENCE, lacking_programs
from tests.real.process import Program, free_ports, says_ok

NAME = "snac"
USERS = {"maria": "Maria Delgado", "jt": "JT"}
BIO = "Fifth grade science teacher, **Cedar Valley**"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snac:
    address: str
    domain: str


def lacking() -> str:
    return lacking_programs("snac")


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Snac]:
    (port,) = free_ports(1)
    data = folder / "data"
    # It asks for address, port, host, a prefix and the operator's mail, in this order.
    _snac("init", data, answers=f"{LOCALHOST}\n{port}\nlocalhost:{port}\n\n\n")
    _change(data / "server.json", protocol="http", shared_inboxes=False)
    for user, name in USERS.items():
        _snac("adduser", data, user)
        _change(data / "user" / user / "user.json", name=name, bio=BIO, show_contact_metrics=True)
    program = Program(
        argv=("snac", "httpd", str(data)),
        folder=folder,
        log=folder / "snac.log",
    )
    with program.running(lambda: says_ok(port, "/maria")):
        yield Snac(address=f"http://localhost:{port}", domain=f"localhost:{port}")


def _snac(command: str, data: Path, *arguments: str, answers: str = "") -> None:
    done = subprocess.run(
        (shutil.which("snac") or "snac", command, str(data), *arguments),
        input=answers,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _change(file: Path, **settings: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | settings), "utf-8")
