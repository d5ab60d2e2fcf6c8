"""A real Bluesky network of our own: its directory, its data server and its AppView."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.real import databases
from tests.real.machine import HERE, LOCALHOST, lacking_home, node_home, node_program
from tests.real.process import Program, free_ports, says_ok

NAME = "Bluesky"
# To follow a whole network through a change takes a moment on a busy machine.
PATIENCE = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    handle: str
    display_name: str
    description: str = ""


MARIA = Profile(
    handle="maria-delgado.test",
    display_name="Maria Delgado",
    description="5th grade science teacher, Cedar Valley. Views my own.",
)
LOOKALIKE = Profile(
    handle="maria-delgado5.test",
    display_name="Maria Delgado",
    description="5th grade science teacher, Cedar Valley. Write me about gift cards.",
)
PUPIL = Profile(handle="jt-draws.test", display_name="JT", description="8th grade, Cedar Valley")
COACH = Profile(handle="tom-okafor.test", display_name="Thomas Okafor", description="Coach")

FOLLOWS = ((MARIA, COACH), (MARIA, PUPIL), (PUPIL, MARIA), (LOOKALIKE, PUPIL))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bluesky:
    """Changes to this world return when the AppView shows them."""

    appview: str
    pds: str
    control: int

    def join(self, profile: Profile) -> str:
        """Create an account and return its DID."""
        did = self._change("join", _fields(profile))["did"]
        assert isinstance(did, str)
        return did

    def describe(self, profile: Profile) -> None:
        """Give an account that exists another display name or description."""
        self._change("describe", _fields(profile))

    def follow(self, follower: Profile, followed: Profile) -> None:
        self._change("follow", {"follower": follower.handle, "followed": followed.handle})

    def unfollow(self, follower: Profile, followed: Profile) -> None:
        self._change("unfollow", {"follower": follower.handle, "followed": followed.handle})

    def leave(self, profile: Profile) -> None:
        """Deactivate an account, as its owner would."""
        self._change("leave", {"handle": profile.handle})

    def _change(self, verb: str, fields: dict[str, str]) -> dict[str, Any]:
        status, answer = _ask(self.control, "POST", f"/world/{verb}", fields)
        assert status == 200, answer
        return answer


def lacking() -> str:
    return databases.lacking() or lacking_home(node_home())


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Bluesky]:
    with databases.postgres(folder) as postgres, databases.redis(folder) as redis:
        (control,) = free_ports(1)
        program = _program(folder, control, {"DB_POSTGRES_URL": postgres, "REDIS_HOST": redis})
        with program.running(lambda: says_ok(control, "/addresses")):
            _, addresses = _ask(control, "GET", "/addresses")
            network = Bluesky(appview=addresses["appview"], pds=addresses["pds"], control=control)
            _seed(network)
            yield network


def _seed(network: Bluesky) -> None:
    for profile in (MARIA, LOOKALIKE, PUPIL, COACH):
        network.join(profile)
    for follower, followed in FOLLOWS:
        network.follow(follower, followed)


def _program(folder: Path, control: int, services: dict[str, str]) -> Program:
    home = node_home()
    # Node looks for packages beside the script, so they are brought together.
    script = folder / "network.mjs"
    shutil.copy(HERE / "node" / script.name, script)
    (folder / "node_modules").symlink_to(home / "node_modules")
    return Program(
        argv=(
            str(node_program(home)),
            *("--require", str(HERE / "node" / "loopback.cjs")),
            *(str(script), str(control)),
        ),
        # The services keep their files in the temporary folder, wherever that is.
        environment={**services, "TMPDIR": str(folder), "NODE_ENV": "test"},
        folder=folder,
        log=folder / "bluesky.log",
    )


def _fields(profile: Profile) -> dict[str, str]:
    fields = asdict(profile)
    return {**fields, "displayName": fields.pop("display_name")}


def _ask(
    control: int, method: str, path: str, fields: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    connection = HTTPConnection(LOCALHOST, control, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request(method, path, json.dumps(fields or {}))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
