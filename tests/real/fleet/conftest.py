"""A PostgreSQL for the run, and an empty database in it for each test."""

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest

from tests.real import databases
from tests.real.conftest import folder_for
from tests.real.machine import postgres_programs

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
    name = f"fleet{next(NUMBERS)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(
            psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
        )
    return postgres_server.rpartition("/")[0] + "/" + name
