"""A PostgreSQL for the run, an empty database in it for each test, and whole fleets."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.real import databases
from tests.real.conftest import folder_for
from tests.real.fleet.world import FleetWorld, build_world
from tests.real.installed import in_time
from tests.real.machine import postgres_programs
from tests.real.process import list_children

NUMBERS = count(1)


def lacking() -> str:
    return "" if postgres_programs() else "PostgreSQL not installed"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with folder_for("fleet", lacking) as folder, databases.postgres(folder) as address:
        yield address


@pytest.fixture
def fleet_address(postgres_server: str) -> str:
    """The address of an empty database."""
    name = psycopg.sql.Identifier(f"fleet{next(NUMBERS)}")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(name))
    return postgres_server.rpartition("/")[0] + "/" + name.as_string().strip('"')


@pytest.fixture
def open_world(fleet_address: str, tmp_path: Path) -> Iterator[Callable[..., FleetWorld]]:
    """Build a fleet that ends with the test; its arguments are those of `build_world`."""
    with ExitStack() as parts:
        yield lambda *words, **more: parts.enter_context(
            build_world(tmp_path, fleet_address, *words, **more)
        )


class FragilePostgres:
    """A database whose machine fails and comes back; what was committed is on its disk."""

    def __init__(self, folder: Path, address: str, parts: ExitStack) -> None:
        self.address = address
        self._folder = folder
        self._parts = parts

    def crash(self) -> None:
        self.end()
        self.start()

    def end(self) -> None:
        """End it and all that it has started at once."""
        data = self._folder / "postgres"
        process = int((data / "postmaster.pid").read_text("utf-8").splitlines()[0])
        started = list_children(process)
        for child in (process, *started):
            os.kill(child, signal.SIGKILL)
        # While one still has its memory open, the next server does not start.
        assert in_time(lambda: not any(map(_has_memory, started)))
        self._parts.close()
        (data / "postmaster.pid").unlink(missing_ok=True)

    def start(self) -> None:
        port = int(self.address.rpartition(":")[2].partition("/")[0])
        self._parts.enter_context(databases.run_postgres(self._folder, port, ()))


def _has_memory(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/maps").read_bytes() != b""
    except OSError:
        return False


@pytest.fixture
def fragile() -> Iterator[FragilePostgres]:
    with folder_for("fleet", lacking) as folder, ExitStack() as parts:
        address = parts.enter_context(databases.postgres(folder, ()))
        yield FragilePostgres(folder, address, parts)
