"""Where the fleet's database is: at an address that gives no password away."""

import pytest

from monitor.domain.errors import ConfigError
from monitor.fleet.db.postgres import check_address


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql:///namesake",
        "postgresql://namesake@/namesake?host=/run/postgresql",
        "postgresql://namesake@127.0.0.1/namesake",
        "postgresql://namesake@localhost:5433/namesake",
        "postgresql://namesake@[::1]/namesake",
        "postgresql://namesake@db.example/namesake?sslmode=verify-full",
        "postgresql://namesake@one.example,two.example/namesake?sslmode=verify-full",
    ],
)
def test_a_server_here_or_one_that_proves_its_name_is_taken(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://namesake@db.example/namesake",
        "postgresql://namesake@db.example/namesake?sslmode=require",
        "postgresql://namesake@10.0.0.5/namesake?sslmode=verify-ca",
        "postgresql://namesake@127.0.0.1,db.example/namesake",
        "postgresql://namesake@localhost/namesake?hostaddr=10.0.0.5",
        "postgresql:///namesake?service=fleet",
    ],
)
def test_a_server_elsewhere_that_may_be_a_false_one_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="sslmode=verify-full"):
        check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://namesake:secret@db.example/namesake?sslmode=verify-full",
        "postgresql://127.0.0.1/namesake?password=secret",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ConfigError, match="PGPASSFILE") as refused:
        check_address(address)
    assert "secret" not in str(refused.value)


def test_what_the_environment_says_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    with pytest.raises(ConfigError, match="sslmode=verify-full"):
        check_address("postgresql:///namesake")
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    check_address("postgresql:///namesake")
