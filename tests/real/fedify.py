"""A real ActivityPub server, written with the Fedify framework, with open lists of contacts."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.real.machine import HERE, fedify_home, lacking_home, node_program
from tests.real.process import Program, free_ports, says_ok

NAME = "Fedify"
FILES = HERE / "fedify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    summary: str = ""
    follows: tuple[str, ...] = ()


# Three pages of followers, as the server cuts them.
FANS = {f"fan{number}": Person(name=f"Fan {number}", follows=("tom",)) for number in range(45)}
PEOPLE = {
    "maria": Person(
        name="Maria Delgado",
        summary="<p>Fifth grade science teacher, Cedar Valley</p>",
        follows=("tom", "jt"),
    ),
    "jt": Person(name="JT", summary="8th grade, Cedar Valley", follows=("maria",)),
    "tom": Person(name="Tom Okafor", summary="Coach"),
    **FANS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fedify:
    address: str
    domain: str


def lacking() -> str:
    return lacking_home(fedify_home())


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Fedify]:
    (port,) = free_ports(1)
    people = folder / "people.json"
    people.write_text(
        json.dumps({name: asdict(person) for name, person in PEOPLE.items()}), "utf-8"
    )
    finger = f"/.well-known/webfinger?resource=acct:maria@localhost:{port}"
    with _program(folder, port, people).running(lambda: says_ok(port, finger)):
        yield Fedify(address=f"http://localhost:{port}", domain=f"localhost:{port}")


def _program(folder: Path, port: int, people: Path) -> Program:
    home = fedify_home()
    # Node looks for packages beside the script, so they are brought together.
    script = folder / "server.mjs"
    shutil.copy(FILES / script.name, script)
    (folder / "node_modules").symlink_to(home / "node_modules")
    return Program(
        argv=(
            str(node_program(home)),
            *("--require", str(HERE / "node" / "loopback.cjs")),
            *(str(script), str(port), str(people)),
        ),
        environment={"TMPDIR": str(folder)},
        folder=folder,
        log=folder / "fedify.log",
    )
