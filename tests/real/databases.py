"""A PostgreSQL, a MariaDB and a Redis that belong to one test run."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.real.machine import LOCALHOST, PATIENCE, is_root, lacking_programs, postgres_programs
from tests.real.process import Program, free_ports, greets

# Nothing here outlives the run, so nothing need reach the disk.
HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def lacking() -> str:
    if not postgres_programs():
        return "PostgreSQL not installed"
    return lacking_programs("redis-server")


@contextlib.contextmanager
def postgres(folder: Path, haste: Sequence[str] = HASTE) -> Iterator[str]:
    """Yield the address of an empty database."""
    programs = postgres_programs()
    assert programs is not None
    # PostgreSQL refuses to run as root; its package brings a user of its own.
    user = "postgres" if is_root() else None
    data = folder / "postgres"
    _create(programs, data, user)
    (port,) = free_ports(1)
    with run_postgres(folder, port, haste):
        yield f"postgresql://owner@{LOCALHOST}:{port}/postgres"


@contextlib.contextmanager
def run_postgres(folder: Path, port: int, haste: Sequence[str]) -> Iterator[None]:
    """Run the database that lies in a folder, perhaps after a crash."""
    programs = postgres_programs()
    assert programs is not None
    user = "postgres" if is_root() else None
    data = folder / "postgres"
    settings = (f"port={port}", f"listen_addresses={LOCALHOST}", "unix_socket_directories=", *haste)
    program = Program(
        argv=(
            str(programs / "postgres"),
            *("-D", str(data)),
            *(part for setting in settings for part in ("-c", setting)),
        ),
        log=folder / "postgres.log",
        folder=data,
        user=user,
    )
    with program.running(lambda: _ready(programs, port)):
        yield


def lacking_mariadb() -> str:
    return lacking_programs("mariadbd", "mariadb-install-db", "mariadb")


@contextlib.contextmanager
def mariadb(folder: Path) -> Iterator[str]:
    """Yield the socket of a MariaDB with one empty database, `site`, and no passwords."""
    # It refuses to run as root as well.
    user = "mysql" if is_root() else None
    data = folder / "mariadb"
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user, user)
    where = (f"--datadir={data}", *((f"--user={user}",) if user else ()))
    creation = ("mariadb-install-db", "--no-defaults", *where, "--skip-test-db")
    subprocess.run(creation, timeout=PATIENCE, check=True, capture_output=True)
    socket = data / "socket"
    program = Program(
        argv=(
            *("mariadbd", "--no-defaults", *where, f"--socket={socket}"),
            *("--skip-networking", "--skip-grant-tables", "--innodb-flush-log-at-trx-commit=0"),
        ),
        log=folder / "mariadb.log",
    )
    with program.running(lambda: _created(socket)):
        yield str(socket)


def _created(socket: Path) -> bool:
    query = ("mariadb", f"--socket={socket}", "-e", "CREATE DATABASE IF NOT EXISTS site")
    return subprocess.run(query, capture_output=True, timeout=PATIENCE, check=False).returncode == 0


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Yield host and port."""
    (port,) = free_ports(1)
    program = Program(
        argv=(
            "redis-server",
            *("--bind", LOCALHOST, "--port", str(port)),
            *("--save", "", "--appendonly", "no", "--dir", str(folder)),
        ),
        log=folder / "redis.log",
    )
    with program.running(lambda: greets(port, b"+PONG", b"PING\r\n")):
        yield f"{LOCALHOST}:{port}"


def _create(programs: Path, data: Path, user: str | None) -> None:
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user, user)
    subprocess.run(
        (
            str(programs / "initdb"),
            *("-D", str(data), "-U", "owner", "--auth=trust"),
            *("--encoding=UTF8", "--no-locale", "--no-sync"),
        ),
        timeout=PATIENCE,
        check=True,
        capture_output=True,
        cwd=data,
        user=user,
        group=user,
        extra_groups=() if user else None,
    )


def _ready(programs: Path, port: int) -> bool:
    query = (str(programs / "pg_isready"), "-q", "-h", LOCALHOST, "-p", str(port))
    return subprocess.run(query, timeout=PATIENCE, check=False).returncode == 0
