"""PostgreSQL, for districts on several machines; only the extra `fleet` brings what it needs."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from typing import LiteralString, Self, TypeVar

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import pq, sql
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from monitor.domain.errors import ConfigError, DatabaseError, UnavailableError

Made = TypeVar("Made")
FleetRow = DictRow
FleetCursor = psycopg.Connection[FleetRow]

SCHEMA_VERSION = 4
TABLES, ROLES = (Path(__file__).with_name(name) for name in ("postgres.sql", "roles.sql"))
WORKER_ROLE = "namesake_worker"
OLDEST_POSTGRESQL = 150000
MOST_CONNECTIONS = 8
# A database that restarts is back within a minute; who waits longer is told.
PATIENCE = timedelta(seconds=60)
RETRY_SECONDS = 0.5
CONNECT_SECONDS = 5.0
# Any number will do that no one else takes: two that start at once do not both make the tables.
MIGRATION_LOCK = 6_263_734


class FleetConnection:
    """A few connections that all threads of a process share. What fails midway is done again.

    So `work` in `run` may be done twice: it must come to the same.
    """

    def __init__(self, address: str, patience: timedelta = PATIENCE) -> None:
        self._patience = patience.total_seconds()
        self._pool: ConnectionPool[psycopg.Connection[DictRow]] = ConnectionPool(
            address,
            connection_class=psycopg.Connection[DictRow],
            # A statement by itself is one round trip; with BEGIN and COMMIT it would be three.
            kwargs={
                "row_factory": dict_row,
                "autocommit": True,
                "connect_timeout": round(CONNECT_SECONDS),
                # A server whose own encoding is SQL_ASCII would have text read as bytes.
                "client_encoding": "UTF8",
            },
            min_size=0,
            max_size=MOST_CONNECTIONS,
            timeout=CONNECT_SECONDS,
            open=True,
        )

    @classmethod
    def open_address(cls, address: str, patience: timedelta = PATIENCE) -> Self:
        """Open the database, and make the tables that it lacks.

        Raises UnavailableError, and ConfigError for an address that is not safe to use.
        """
        return cls._open(address, patience, _prepare_schema)

    @classmethod
    def open_as_worker(cls, address: str) -> Self:
        """Open the database as a machine that asks: it makes nothing, and may do no more."""
        return cls._open(address, PATIENCE, _check_worker_role)

    @classmethod
    def _open(
        cls, address: str, patience: timedelta, prepare: Callable[[FleetCursor], None]
    ) -> Self:
        check_address(address)
        connection = cls(address, patience)
        try:
            connection.run(prepare)
        except BaseException:
            connection.close()
            raise
        return connection

    def run(self, work: Callable[[FleetCursor], Made]) -> Made:
        """Do `work` in one transaction; again while the database is away, for a while."""

        def work_in_transaction(connection: FleetCursor) -> Made:
            with connection.transaction():
                return work(connection)

        return self._try_until_done(work_in_transaction)

    def execute(self, statement: LiteralString, *values: object) -> int:
        """Return how many rows it changed."""
        return self._run_statement(statement, values).rowcount

    def fetch_row(self, statement: LiteralString, *values: object) -> DictRow | None:
        return self._run_statement(statement, values).fetchone()

    def fetch_rows(self, statement: LiteralString, *values: object) -> list[DictRow]:
        return self._run_statement(statement, values).fetchall()

    def read_clock(self) -> datetime:
        """Return the database's time of day. Raises UnavailableError."""
        now: datetime = self.fetch_rows("SELECT clock_timestamp() AS now")[0]["now"]
        return now

    def close(self) -> None:
        with suppress(psycopg.Error):
            self._pool.close()

    def _run_statement(
        self, statement: LiteralString, values: Sequence[object]
    ) -> psycopg.Cursor[DictRow]:
        return self._try_until_done(lambda connection: connection.execute(statement, values))

    def _try_until_done(self, work: Callable[[FleetCursor], Made]) -> Made:
        until = monotonic() + self._patience
        while True:
            try:
                with self._pool.connection() as connection:
                    return work(connection)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if monotonic() >= until:
                    raise UnavailableError(
                        "PostgreSQL cannot be reached. Check that it runs, and `database` under "
                        "[fleet]."
                    ) from error
            threading.Event().wait(RETRY_SECONDS)


def check_address(address: str) -> None:
    """Raise ConfigError for a password that others can read, or a server that may be a false one.

    What libpq takes from its environment counts as well.
    """
    try:
        given = {option.keyword: option.val for option in pq.Conninfo.parse(address.encode())}
    except psycopg.OperationalError as error:
        raise ConfigError(f"The address of PostgreSQL cannot be read: {error}.") from error
    settings = {option.keyword: option.val for option in pq.Conninfo.get_defaults()}
    settings |= {name: value for name, value in given.items() if value}
    if given.get(b"password"):
        raise ConfigError(
            "The address of PostgreSQL has a password, which anyone on this machine can see. Put "
            "it into a file that PGPASSFILE names, and leave it out: see docs/fleet.md."
        )
    hosts = (settings[b"hostaddr"] or settings[b"host"] or b"").decode()
    elsewhere = settings[b"service"] or not all(map(_is_here, hosts.split(",")))
    if elsewhere and settings[b"sslmode"] != b"verify-full":
        raise ConfigError(
            "PostgreSQL is on another machine, so its address needs `?sslmode=verify-full`: a "
            "false server would get the password. See docs/fleet.md."
        )


def _is_here(host: str) -> bool:
    """Tell whether a host is a socket or a loopback address."""
    if host in {"", "localhost"} or host.startswith(("/", "@")):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _prepare_schema(connection: FleetCursor) -> None:
    if connection.info.server_version < OLDEST_POSTGRESQL:
        raise DatabaseError("This PostgreSQL is too old. Namesake needs version 15 or newer.")
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
    known = connection.execute("SELECT to_regclass('namesake.schema_version') AS known").fetchone()
    if known is None or known["known"] is None:
        if connection.execute("SELECT to_regclass('procrastinate_jobs') AS known").fetchone() == {
            "known": None
        }:
            connection.execute(SchemaManager.get_schema().encode())
        connection.execute(TABLES.read_bytes())
        try:
            connection.execute(ROLES.read_bytes())
        except psycopg.errors.InsufficientPrivilege as error:
            raise ConfigError(
                "The database user of this machine cannot make the role of workers. As the "
                f"administrator of PostgreSQL: ALTER ROLE {connection.info.user} CREATEROLE;"
            ) from error
        connection.execute(
            "INSERT INTO namesake.schema_version (version) VALUES (%s)", (SCHEMA_VERSION,)
        )
    _check_version(connection)


def _check_version(connection: FleetCursor) -> None:
    found = connection.execute("SELECT version FROM namesake.schema_version").fetchone()
    if found is None or found["version"] != SCHEMA_VERSION:
        raise DatabaseError(
            "The fleet's database is of another version of Namesake. Upgrade this machine, or make "
            "a new database if it is older than the first release."
        )


def _check_worker_role(connection: FleetCursor) -> None:
    """Raise ConfigError for a user that may do more than ask."""
    found = connection.execute(
        """SELECT to_regclass('namesake.leases') IS NOT NULL AS is_made,
            (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_super,
            coalesce(has_table_privilege(to_regclass('namesake.leases'),
                'INSERT, UPDATE, DELETE'), false) AS may_move"""
    ).fetchone()
    if found is None or not found["is_made"]:
        reason = "The fleet's database is empty. Start the machine with the districts first."
        raise UnavailableError(reason)
    if found["is_super"] or found["may_move"]:
        raise ConfigError(
            "This database user may do more than ask. On a machine with districts, make one for "
            "this worker: namesake fleet add-worker NAME"
        )
    _check_version(connection)


def ensure_worker_role(connection: FleetConnection, name: str, password: str) -> str:
    """Make the user of a machine that asks, or give it a new password; return its name."""
    role = f"{WORKER_ROLE}_{name}"
    named = sql.Identifier(role)

    def make(cursor: FleetCursor) -> None:
        known = cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
        if known is None:
            made = sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}")
            cursor.execute(made.format(named, sql.Identifier(WORKER_ROLE)))
        # The server's log has statements: the password itself is in none.
        sealed = cursor.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        ).decode()
        given = sql.SQL("ALTER ROLE {} PASSWORD {}").format(named, sql.Literal(sealed))
        cursor.execute(given)

    try:
        connection.run(make)
    except psycopg.errors.InsufficientPrivilege as error:
        reason = "The database user of this machine cannot make others. Give it CREATEROLE."
        raise ConfigError(reason) from error
    return role
