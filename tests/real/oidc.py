"""A real OpenID provider, npm's oidc-provider, with the sign-in pages it has for development."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.real.machine import HERE, lacking_home, node_program, oidc_home
from tests.real.process import Program, free_ports, says_ok

NAME = "oidc-provider"
FILES = HERE / "oidc"
CLIENT, SECRET = "namesake", "opens nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenId:
    """`back` is the one address to which it sends people who signed in."""

    issuer: str
    back: str


def lacking() -> str:
    return lacking_home(oidc_home())


@contextlib.contextmanager
def running(folder: Path, back: str) -> Iterator[OpenId]:
    (port,) = free_ports(1)
    with _program(folder, port, back).running(
        lambda: says_ok(port, "/.well-known/openid-configuration")
    ):
        yield OpenId(issuer=f"http://localhost:{port}", back=back)


def _program(folder: Path, port: int, back: str) -> Program:
    home = oidc_home()
    # Node looks for packages beside the script, so they are brought together.
    (folder / "node_modules").symlink_to(home / "node_modules")
    script = Path(shutil.copy(FILES / "server.mjs", folder))
    return Program(
        argv=(
            str(node_program(home)),
            *("--require", str(HERE / "node" / "loopback.cjs")),
            str(script),
        ),
        log=folder / "log",
        environment={"PORT": str(port), "CLIENT": CLIENT, "SECRET": SECRET, "BACK": back},
        folder=folder,
    )
